"""The whole program against BM25 + similarity, on documents that no one here wrote, in one run.

    python -m bench.whole --data FOLDER --questions 240

The documents are the dev passages of the lay questions (MedQuAD, Wikipedia), one file each; half of
the questions are near misses. The baseline ranks as our retriever does and answers with the first
sentence when its cosine similarity reaches a threshold, which is chosen on these very questions.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from qa.answer import quote_from
from qa.assistant import Assistant
from qa.encoder import Encoder
from qa.evaluation.gold import Evidence, GoldQuestion
from qa.evaluation.metrics import figures
from qa.evaluation.run import answers, evaluate
from qa.indexing import build_index
from qa.settings import load_settings
from training import data
from training.data import Group


@dataclass(frozen=True)
class Guess:
    """What the baseline would show, and how sure it is."""

    similarity: float
    right: bool
    answerable: bool


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    questions: int = 240,
    seed: int = 7,
) -> None:
    """Print both side by side."""
    groups = [g for g in data.lay(data_folder) if g.source == "lay_questions"]
    groups = [group for group in groups if group.partition == "dev"]
    settings = load_settings()
    with tempfile.TemporaryDirectory() as temporary:
        corpus, index = Path(temporary) / "corpus", Path(temporary) / "index"
        corpus.mkdir()
        files = _write_documents(groups, corpus)
        build_index(corpus, index, Encoder.load(settings))
        assistant = Assistant.open(index, settings)
        random.Random(seed).shuffle(groups)
        gold = [_gold(number, g, files[g.passage]) for number, g in enumerate(groups[:questions])]
        rows = figures(evaluate(assistant, gold, _progress))
        guesses = [_guess(assistant, question) for question in gold]
    threshold = _best_threshold(guesses)
    shown = [g for g in guesses if g.answerable and g.similarity >= threshold]
    right = sum(g.right for g in shown) / sum(g.answerable for g in guesses)
    absent = [g for g in guesses if not g.answerable]
    refused = sum(g.similarity < threshold for g in absent) / len(absent)
    table = Table(title=f"{len(gold)} questions over {len(files)} documents")
    for column in ("", "first quote right", "near misses refused", "balanced"):
        table.add_column(column)
    ours = (rows["first_quote_right"], rows["refused"])
    for name, (first, kept) in (("this program", ours), ("BM25 + similarity", (right, refused))):
        table.add_row(name, f"{first:.3f}", f"{kept:.3f}", f"{(first + kept) / 2:.3f}")
    Console().print(table)


def _progress(done: int, total: int) -> None:
    if done % 20 == 0:
        typer.echo(f"{done}/{total}", err=True)


def _write_documents(groups: Sequence[Group], corpus: Path) -> dict[str, str]:
    files: dict[str, str] = {}
    for group in groups:
        if group.passage not in files:
            file = files[group.passage] = f"{len(files):03d}.md"
            title, _, section = group.heading.partition(" > ")
            text = f"# {title}\n\n## {section}\n\n{' '.join(group.sentences)}\n"
            (corpus / file).write_text(text, encoding="utf-8")
    return files


def _gold(number: int, group: Group, file: str) -> GoldQuestion:
    spans = tuple(Evidence(file, group.sentences[i]) for i in sorted(group.answers))
    kind = "plain" if spans else "near_miss"
    return GoldQuestion(str(number), group.question, kind, "dev", bool(spans), spans)


def _guess(assistant: Assistant, question: GoldQuestion) -> Guess:
    first = assistant.retriever.retrieve(question.question, 1)[0]
    candidate = first.candidate
    document = assistant.document(candidate.file)
    sentence = candidate.sentence
    quote = quote_from(document, sentence.start, sentence.end, candidate.heading, 0.0)
    right = answers([quote], question, assistant.document)
    return Guess(first.dense or 0.0, right, question.answerable)


def _best_threshold(guesses: Sequence[Guess]) -> float:
    similarity = np.array([guess.similarity for guess in guesses])
    right = np.array([guess.right for guess in guesses])
    answerable = np.array([guess.answerable for guess in guesses])

    def balanced(threshold: float) -> float:
        given = similarity >= threshold
        return float((right & given).sum() / answerable.sum() + (~given)[~answerable].mean())

    return float(max(np.unique(similarity), key=balanced))


if __name__ == "__main__":
    typer.run(main)
