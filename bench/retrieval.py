"""Recall of answering sentences among the first k, ranking by ranking, in one run.

python -m bench.retrieval tests/gold/gold.jsonl --index index --split dev
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qa.abbreviations import expand
from qa.conversation import cleaned, resolved
from qa.encoder import Encoder
from qa.evaluation.gold import GoldQuestion, read_gold
from qa.index import Candidate, Index
from qa.retriever import Retriever
from qa.settings import load_settings
from qa.spelling import Speller

DEPTHS = (1, 4, 10, 20, 24, 32, 40)


def main(
    gold: Path,
    index: Annotated[Path, typer.Option()] = Path("index"),
    split: Annotated[str, typer.Option()] = "dev",
) -> None:
    """Print recall by depth for the dense, BM25 and fused rankings."""
    opened = Index.open(index)
    encoder = Encoder.load(load_settings())
    retriever = Retriever(opened, encoder)
    speller = Speller(opened.note("vocabulary"), encoder.everyday_words())
    asked = [q for q in read_gold(gold) if q.answerable and split in ("all", q.split)]
    ranks: dict[str, list[int | None]] = {"dense": [], "BM25": [], "fused": []}
    for question in asked:
        text = cleaned(question.question)
        mended = speller.mend(text) or text
        text = (resolved(mended, question.history) or [mended])[0]
        expanded = expand(text, opened.note("abbreviations"))
        vector = encoder.encode_query(expanded)
        reach = max(DEPTHS)
        found = {
            "dense": opened.candidates([n for n, _ in opened.search_vectors(vector, reach)]),
            "BM25": opened.candidates([n for n, _ in opened.search_words(expanded, reach)]),
            "fused": [item.candidate for item in retriever.retrieve(text, reach)],
        }
        for name, candidates in found.items():
            ranks[name].append(_rank(question, candidates, opened))
        if ranks["fused"][-1] is None:
            typer.echo(f"not among {reach}: {question.id} {question.question[:80]}")
    table = Table(title=f"recall@k, {len(asked)} answerable questions ({split}), {encoder.name}")
    for column in ("ranking", *map(str, DEPTHS)):
        table.add_column(column)
    for name, found_at in ranks.items():
        recalls = [sum(r is not None and r < k for r in found_at) / len(asked) for k in DEPTHS]
        table.add_row(name, *(f"{recall:.3f}" for recall in recalls))
    Console().print(table)


def _rank(question: GoldQuestion, candidates: list[Candidate], index: Index) -> int | None:
    """Place of the first candidate that shares a character with a span of evidence, from 0."""
    for place, candidate in enumerate(candidates):
        text = index.document(candidate.file).text
        for evidence in question.evidence:
            start = text.find(evidence.quote)
            sentence = candidate.sentence
            if (
                evidence.file == candidate.file
                and start < sentence.end
                and sentence.start < start + len(evidence.quote)
            ):
                return place
    return None


if __name__ == "__main__":
    typer.run(main)
