"""The evidence model against cosine similarity, on development sets, in one run.

    python -m bench.evidence --data FOLDER [--model qa/models/standard] [--questions 200]

For each set: a right sentence first (P@1) and mean average precision over the sentences of the
passage, for questions that it answers; and the area under the ROC curve of the best sentence's
score, answerable against not. CAsT's accuracy is over sentences, at the threshold that is best on
the half of its validation questions that is left out of the count.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer
from sklearn.metrics import average_precision_score, roc_auc_score

from qa.base_models import MINILM, base_model_path
from qa.cross_encoder import CrossEncoder
from qa.evidence import model_folder
from training import data
from training.data import Group

Score = Callable[[Group], NDArray[np.float64]]


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    model: Annotated[list[Path] | None, typer.Option(help="Model folders to compare.")] = None,
    questions: Annotated[int, typer.Option(help="Of each set.")] = 200,
    seed: int = 7,
) -> None:
    """Print figures of each model on each set."""
    scorers: dict[str, Score] = {"MiniLM cosine": _similarity()}
    for folder in model or [model_folder("standard")]:
        scorers[folder.name] = _cross_encoder(CrossEncoder.load(folder))
    sets = {
        "lay": [g for g in data.lay(data_folder) if g.source == "lay_questions"],
        "own": data.own(),
        "selqa": data.selqa(data_folder),
        "cast": data.cast(data_folder),
    }
    table = Table(title=f"at most {questions} questions of each set's dev part")
    for column in ("set", "model", "P@1", "MAP", "AUC", "accuracy", "sentences/s"):
        table.add_column(column)
    for name, groups in sets.items():
        held = [group for group in groups if group.partition == "dev"]
        random.Random(seed).shuffle(held)
        held = held[:questions]
        for scorer, score in scorers.items():
            started = time.perf_counter()
            scores = [score(group) for group in held]
            rate = sum(len(s) for s in scores) / (time.perf_counter() - started)
            cells = _figures(held, scores)
            accuracy = f"{_accuracy(held, scores):.3f}" if name == "cast" else "–"
            table.add_row(name, scorer, *cells, accuracy, f"{rate:.0f}")
    Console().print(table)


def _figures(groups: Sequence[Group], scores: Sequence[NDArray[np.float64]]) -> list[str]:
    first, precision, best, answerable = [], [], [], []
    for group, score in zip(groups, scores, strict=True):
        best.append(float(score.max()))
        answerable.append(bool(group.answers))
        if group.answers:
            labels = [int(i in group.answers) for i in range(len(score))]
            first.append(int(score.argmax()) in group.answers)
            precision.append(average_precision_score(labels, score))
    told = 0 < sum(answerable) < len(answerable)
    auc = f"{roc_auc_score(answerable, best):.3f}" if told else "–"
    return [f"{np.mean(first):.3f}", f"{np.mean(precision):.3f}", auc]


def _accuracy(groups: Sequence[Group], scores: Sequence[NDArray[np.float64]]) -> float:
    half = len(groups) // 2
    values, labels = _flat(groups[:half], scores[:half])
    thresholds = np.unique(values)
    right = [float(((values >= t) == labels).mean()) for t in thresholds]
    threshold = thresholds[int(np.argmax(right))]
    values, labels = _flat(groups[half:], scores[half:])
    return float(((values >= threshold) == labels).mean())


def _flat(
    groups: Sequence[Group], scores: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    labels = [i in group.answers for group in groups for i in range(len(group.sentences))]
    return np.concatenate(list(scores)), np.array(labels)


def _similarity() -> Score:
    model = SentenceTransformer(str(base_model_path(MINILM)), device="cpu")

    def score(group: Group) -> NDArray[np.float64]:
        vectors = model.encode([group.question, *group.sentences], normalize_embeddings=True)
        found: NDArray[np.float64] = (vectors[1:] @ vectors[0]).astype(np.float64)
        return found

    return score


def _cross_encoder(model: CrossEncoder) -> Score:
    def score(group: Group) -> NDArray[np.float64]:
        return model.logits(group.question, group.sentences, [group.heading] * len(group.sentences))

    return score


if __name__ == "__main__":
    typer.run(main)
