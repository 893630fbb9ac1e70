"""Find runs of words that training data shares with documents or questions it must not know.

    python -m training.leaks --data FOLDER corpus tests/gold another-folder

Exits with 1 when there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from qa.words import words
from training import data
from training.needs import every_wording, need_groups

RUN = 8  # words; shorter runs are idiom ("ask your doctor or pharmacist before you")
READ = frozenset({".md", ".txt", ".jsonl"})


def shared_runs(one: Iterable[str], other: Iterable[str], length: int = RUN) -> set[str]:
    """Runs of `length` words, in lower case, that occur in both."""
    return _runs(one, length) & _runs(other, length)


def training_texts(groups: Iterable[data.Group]) -> set[str]:
    """Every question, heading and sentence."""
    return {text for g in groups for text in (g.question, g.heading, *g.headings, *g.sentences)}


def main(
    folders: list[Path],
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
) -> None:
    """Compare all training sets with every text file below the folders."""
    groups = [
        *data.lay(data_folder),
        *data.selqa(data_folder),
        *data.cast(data_folder),
        *need_groups(0),
    ]
    held_out = [
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in READ
    ]
    shared = shared_runs(training_texts(groups) | every_wording(), held_out)
    for run in sorted(shared):
        typer.echo(run)
    typer.echo(f"{len(groups)} questions, {len(held_out)} files: {len(shared)} shared runs.")
    if shared:
        raise typer.Exit(1)


def _runs(texts: Iterable[str], length: int) -> set[str]:
    runs = set()
    for text in texts:
        found = words(text)
        runs.update(" ".join(found[i : i + length]) for i in range(len(found) - length + 1))
    return runs


if __name__ == "__main__":
    typer.run(main)
