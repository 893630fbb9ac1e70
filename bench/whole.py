"""The whole program against BM25 + similarity on one gold set, in one run.

    python -m bench.whole runs/held_out/gold.jsonl --index runs/held_out/index

The baseline finds sentences by BM25, puts the one most like the question first (cosine of
all-MiniLM-L6-v2's vectors) and shows it when the similarity reaches the threshold that was best on
the dev half. Figures are of the test half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer

from qa.answer import quote_from
from qa.assistant import Assistant
from qa.base_models import MINILM, base_model_path
from qa.evaluation.gold import GoldQuestion, read_gold
from qa.evaluation.metrics import figures
from qa.evaluation.run import answers, evaluate
from qa.settings import load_settings

FOUND = 20  # sentences that BM25 brings up


@dataclass(frozen=True)
class Guess:
    """What the baseline would show, and how sure it is."""

    similarity: float
    right: bool
    answerable: bool


def main(
    gold: Path,
    index: Annotated[Path, typer.Option()] = Path("index"),
    questions: Annotated[int, typer.Option(help="Of the test half, at most.")] = 1000,
) -> None:
    """Print both side by side."""
    assistant = Assistant.open(index, load_settings())
    asked = read_gold(gold)
    dev = [q for q in asked if q.split == "dev"]
    test = [q for q in asked if q.split == "test"][:questions]
    encoder = SentenceTransformer(str(base_model_path(MINILM)), device="cpu")
    threshold = _best_threshold([_guess(assistant, encoder, question) for question in dev])
    guesses = [_guess(assistant, encoder, question) for question in test]
    rows = figures(evaluate(assistant, test, _progress))
    ours = (rows["answered_right"], rows["first_quote_right"], rows["refused"])
    right = [g.right and g.similarity >= threshold for g in guesses if g.answerable]
    refused = [g.similarity < threshold for g in guesses if not g.answerable]
    theirs = (float(np.mean(right)), float(np.mean(right)), float(np.mean(refused)))
    table = Table(title=f"{len(test)} questions over {len(assistant.documents())} documents")
    for column in ("", "answered right", "first quote right", "refused", "balanced"):
        table.add_column(column)
    for name, cells in (("this program", ours), ("BM25 + similarity", theirs)):
        balanced = (cells[0] + cells[2]) / 2
        table.add_row(name, *(f"{cell:.3f}" for cell in (*cells, balanced)))
    Console().print(table)


def _progress(done: int, total: int) -> None:
    if done % 20 == 0:
        typer.echo(f"{done}/{total}", err=True)


def _guess(assistant: Assistant, encoder: SentenceTransformer, question: GoldQuestion) -> Guess:
    numbers = [number for number, _ in assistant.index.search_words(question.question, FOUND)]
    if not numbers:
        return Guess(0.0, False, question.answerable)
    found = assistant.index.candidates(numbers)
    texts = [question.question, *(f"{c.context}: {c.text}" for c in found)]
    vectors = encoder.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    similarities = vectors[1:] @ vectors[0]
    best = found[int(similarities.argmax())]
    document, sentence = assistant.document(best.file), best.sentence
    quote = quote_from(document, sentence.start, sentence.end, best.heading, 0.0)
    right = question.answerable and answers([quote], question, assistant.document)
    return Guess(float(similarities.max()), right, question.answerable)


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
