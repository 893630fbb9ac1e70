r"""Fit the refusal gate of a profile on the dev halves of gold sets.

    python -m training.fit_gate tests/gold/gold.jsonl runs/held_out/gold.jsonl \
        --index index --index runs/held_out/index

Every dev question is read as `ask()` reads it and the gate's signals are measured; a logistic
regression with L2 penalty learns whether the documents answer. The balanced score of out-of-fold
probabilities is flat around its best; of the thresholds that are as good (one-standard-error rule:
Breiman et al. 1984), the one is taken at which the smaller of its two shares, answered rightly and
refused, is largest. The test halves are never read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qa.answerability import GATE, SIGNALS, Gate
from qa.answerer import choose_quotes
from qa.assistant import Assistant
from qa.conversation import cleaned, small_talk, unanswerable_as_asked
from qa.evaluation.gold import read_gold
from qa.evaluation.run import answers
from qa.evidence import model_folder
from qa.settings import Settings, load_settings
from qa.trace import best_reading

FOLDS = 10
TIMES = 10  # that the questions are divided into folds anew; what comes of it is averaged
SAMPLES = 300
THRESHOLDS = np.linspace(0.05, 0.95, 91)


@dataclass(frozen=True)
class Measured:
    """The gate's signals for one dev question, and what would be right to do."""

    gold: str
    id: str
    signals: tuple[float, ...]
    answerable: bool
    right: bool


def main(
    gold: list[Path],
    index: Annotated[list[Path], typer.Option(help="One for each gold set, in order.")],
    signals_file: Annotated[Path, typer.Option("--signals")] = Path("runs/gate_signals.json"),
    penalty: float = 1.0,
    seed: int = 7,
) -> None:
    """Measure the signals, fit, and write the coefficients."""
    settings = load_settings()
    rows = [
        row
        for questions, folder in zip(gold, index, strict=True)
        for row in measured(questions, folder, settings)
    ]
    signals_file.parent.mkdir(parents=True, exist_ok=True)
    signals_file.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
    fitted = fitted_gate(rows, penalty, seed)
    output = model_folder(settings.profile) / GATE
    output.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(fitted, indent=1))


def fitted_gate(rows: Sequence[Measured], penalty: float = 1.0, seed: int = 7) -> dict[str, Any]:
    """The gate's coefficients and threshold, as `Gate.load` reads them."""
    x = np.array([row.signals for row in rows])
    y = np.array([row.answerable for row in rows], dtype=int)
    right = np.array([row.right for row in rows])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=penalty, class_weight="balanced"))
    divisions = [StratifiedKFold(FOLDS, shuffle=True, random_state=seed + i) for i in range(TIMES)]
    unseen = [
        cross_val_predict(model, x, y, cv=folds, method="predict_proba")[:, 1]
        for folds in divisions
    ]
    threshold = float(np.mean([even_threshold(p, y, right, seed) for p in unseen]))
    balanced = float(np.mean([balanced_score(p, y, right, threshold) for p in unseen]))
    auc = float(np.mean([roc_auc_score(y, p) for p in unseen]))
    model.fit(x, y)
    scaler, regression = model[0], model[1]
    return {
        "signals": list(SIGNALS),
        "weights": regression.coef_[0].round(6).tolist(),
        "mean": scaler.mean_.round(6).tolist(),
        "scale": scaler.scale_.round(6).tolist(),
        "intercept": round(float(regression.intercept_[0]), 6),
        "threshold": round(threshold, 4),
        "fitted_on": {
            "questions": len(y),
            "answerable": int(y.sum()),
            "auc_out_of_fold": round(auc, 4),
            "balanced_out_of_fold": round(balanced, 4),
        },
    }


def even_threshold(
    probabilities: np.ndarray, answerable: np.ndarray, right: np.ndarray, seed: int
) -> float:
    """Of the thresholds within a standard error of the best, the one whose shares are most even.

    The standard error is that of the difference from the best, over `SAMPLES` bootstrap samples.

    Args:
        probabilities: the gate's, of each question.
        answerable: 1 where the documents answer.
        right: whether a right quote would be shown if the question were answered.
        seed: of the samples.
    """
    draw = np.random.default_rng(seed)
    shares = np.empty((SAMPLES, len(THRESHOLDS), 2))
    for sample in shares:
        rows = draw.integers(0, len(answerable), len(answerable))
        drawn = (probabilities[rows], answerable[rows], right[rows])
        sample[:] = [right_and_refused(*drawn, threshold) for threshold in THRESHOLDS]
    scores = shares.mean(axis=2)
    lost = scores[:, [int(scores.mean(axis=0).argmax())]] - scores
    as_good = lost.mean(axis=0) <= lost.std(axis=0)
    least = shares.mean(axis=0).min(axis=1)
    return float(THRESHOLDS[int(np.where(as_good, least, -1.0).argmax())])


def balanced_score(
    probabilities: np.ndarray, answerable: np.ndarray, right: np.ndarray, threshold: float
) -> float:
    """Mean of the share answered rightly and the share of the unanswerable that is refused."""
    return sum(right_and_refused(probabilities, answerable, right, threshold)) / 2


def right_and_refused(
    probabilities: np.ndarray, answerable: np.ndarray, right: np.ndarray, threshold: float
) -> tuple[float, float]:
    """Share of the answerable that is answered rightly, and of the others that is refused."""
    held, answered = answerable == 1, probabilities >= threshold
    return float((right & answered)[held].mean()), float((~answered)[~held].mean())


def measured(gold: Path, index: Path, settings: Settings) -> list[Measured]:
    """The dev questions of a gold set that are looked up at all."""
    assistant = Assistant.open(index, settings, gate=Gate.untrained())
    limit = assistant.settings.max_question_chars
    rows: list[Measured] = []
    for question in read_gold(gold):
        asked = cleaned(question.question)
        as_asked = small_talk(asked) or unanswerable_as_asked(asked, limit)
        if question.split != "dev" or as_asked is not None:
            continue
        readings = [r for r in assistant.readings(asked, question.history) if r.judged]
        if readings:
            reading = best_reading(readings)
            quotes = choose_quotes(
                reading.judged, assistant.index.document, assistant.index.neighbours
            )
            right = question.answerable and answers(quotes, question, assistant.document)
            rows.append(
                Measured(
                    gold.parent.name, question.id, reading.measured, question.answerable, right
                )
            )
            print(f"{len(rows)} of {gold}", flush=True)
    return rows


if __name__ == "__main__":
    typer.run(main)
