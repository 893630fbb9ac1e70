"""The evidence model in float32 and in what else this processor multiplies, side by side.

    python -m bench.precision [--model qa/models/standard] [--questions 30]

All judge the same sentences in turn: dev questions of the project's own passages, at most ten
sentences each. Prints the median time of a sentence, how many times as fast as float32 that is, and
how near the log-odds come.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from qa.cross_encoder import CrossEncoder
from qa.evidence import model_folder
from qa.processor import Precision, fastest_precision, has_bf16, has_int8
from training import data

SENTENCES = 10  # of a question: as many as `ask` judges at first


def main(
    model: Annotated[Path | None, typer.Option(help="Model folder.")] = None,
    questions: int = 30,
    seed: int = 7,
) -> None:
    """Print the table."""
    precisions = multiplied()
    folder = model or model_folder("standard")
    encoders = [CrossEncoder.load(folder, precision=precision) for precision in precisions]
    groups = [group for group in data.own() if group.partition == "dev"]
    random.Random(seed).shuffle(groups)
    times: list[list[float]] = [[] for _ in precisions]
    logits: list[list[float]] = [[] for _ in precisions]
    for group in groups[:questions]:
        sentences = group.sentences[:SENTENCES]
        for side, encoder in enumerate(encoders):
            started = time.perf_counter()
            found = encoder.logits(group.question, sentences, [group.heading] * len(sentences))
            times[side].append(1000 * (time.perf_counter() - started) / len(sentences))
            logits[side].extend(found)
    exact = np.array(logits[0])
    table = Table(title=f"{folder.name}, {len(exact)} sentences of {questions} questions")
    for column in ("", "ms a sentence", "times as fast", "correlation", "largest difference"):
        table.add_column(column)
    for side, precision in enumerate(precisions):
        near = np.array(logits[side])
        table.add_row(
            f"{precision} (chosen)" if precision == fastest_precision() else precision,
            f"{np.median(times[side]):.0f}",
            f"{np.median(times[0]) / np.median(times[side]):.2f}",
            f"{np.corrcoef(exact, near)[0, 1]:.4f}",
            f"{np.abs(exact - near).max():.2f}",
        )
    Console().print(table)


def multiplied() -> list[Precision]:
    """What this processor multiplies; float32, which the others are compared with, first."""
    others: dict[Precision, bool] = {"bfloat16": has_bf16(), "int8": has_int8()}
    return ["float32", *(precision for precision, held in others.items() if held)]


if __name__ == "__main__":
    typer.run(main)
