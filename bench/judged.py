r"""How many sentences are judged for a question, and how often an answering one is among them.

    python -m bench.judged tests/gold/gold.jsonl training/dev/veins/gold.jsonl \
        --index index --index runs/veins

Side by side, over the answerable questions of all sets that follow no other: the first ten that are
retrieved; those judged at first (`qa.assistant.by_likeness`); those judged where none of these
answers; and all that are retrieved.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bench.retrieval import holds_answer
from qa.assistant import by_likeness
from qa.conversation import cleaned
from qa.encoder import Encoder
from qa.evaluation.gold import read_gold
from qa.index import Index
from qa.retriever import Retriever
from qa.settings import load_settings

TEN = 10
ROWS = ("the first ten", "judged at first", "judged at most", "all retrieved")


def main(
    gold: list[Path],
    index: Annotated[list[Path], typer.Option(help="One for each gold set, in order.")],
    split: Annotated[str, typer.Option()] = "dev",
) -> None:
    """Print the table."""
    settings = load_settings()
    encoder = Encoder.load(settings)
    counts: dict[str, list[int]] = {row: [] for row in ROWS}
    found: dict[str, list[bool]] = {row: [] for row in ROWS}
    for questions, folder in zip(gold, index, strict=True):
        opened = Index.open(folder)
        retriever = Retriever(opened, encoder)
        for question in read_gold(questions):
            if not question.answerable or question.history or split not in ("all", question.split):
                continue
            text = cleaned(question.question)
            every = retriever.retrieve(text, settings.candidates)
            near, farther = by_likeness(every)
            ten = retriever.retrieve(text, TEN)
            for row, held in zip(ROWS, (ten, near, near + farther, every), strict=True):
                counts[row].append(len(held))
                found[row].append(any(holds_answer(r.candidate, question, opened) for r in held))
    table = Table(title=f"{len(counts[ROWS[0]])} questions ({split}), {encoder.name}")
    for column in ("", "an answering sentence", "sentences, median", "mean"):
        table.add_column(column)
    for row in ROWS:
        table.add_row(
            row,
            f"{np.mean(found[row]):.3f}",
            f"{np.median(counts[row]):.0f}",
            f"{np.mean(counts[row]):.1f}",
        )
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
