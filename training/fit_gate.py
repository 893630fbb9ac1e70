"""Fit the refusal gate of a profile on the dev half of a gold set.

    QA_PROFILE=standard python -m training.fit_gate tests/gold/gold.jsonl --index index

Every dev question is read as `ask()` reads it and the gate's signals are measured; a logistic
regression with L2 penalty learns whether the documents answer. The threshold is the one with the
best balanced score over out-of-fold probabilities. The test half is never read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qa.answerability import GATE, SIGNALS, Gate
from qa.assistant import Assistant, best_reading
from qa.conversation import cleaned, small_talk, unanswerable_as_asked
from qa.evaluation.gold import read_gold
from qa.evidence import model_folder
from qa.settings import Settings, load_settings

FOLDS = 10


def main(
    gold: Path,
    index: Annotated[Path, typer.Option()] = Path("index"),
    signals_file: Annotated[Path, typer.Option("--signals")] = Path("runs/gate_signals.json"),
    penalty: float = 1.0,
    seed: int = 7,
) -> None:
    """Measure the signals, fit, and write the coefficients."""
    settings = load_settings()
    measured, labels = _measured(gold, index, settings)
    signals_file.parent.mkdir(parents=True, exist_ok=True)
    signals_file.write_text(json.dumps({"measured": measured, "labels": labels}), encoding="utf-8")
    x, y = np.array(measured), np.array(labels)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=penalty, class_weight="balanced"))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    unseen = cross_val_predict(model, x, y, cv=folds, method="predict_proba")[:, 1]
    threshold, balanced = best_threshold(unseen, y)
    model.fit(x, y)
    scaler, regression = model[0], model[1]
    fitted = {
        "signals": list(SIGNALS),
        "weights": regression.coef_[0].round(6).tolist(),
        "mean": scaler.mean_.round(6).tolist(),
        "scale": scaler.scale_.round(6).tolist(),
        "intercept": round(float(regression.intercept_[0]), 6),
        "threshold": round(threshold, 4),
        "fitted_on": {
            "questions": len(y),
            "answerable": int(y.sum()),
            "auc_out_of_fold": round(float(roc_auc_score(y, unseen)), 4),
            "balanced_out_of_fold": round(balanced, 4),
        },
    }
    output = model_folder(settings.profile) / GATE
    output.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(fitted, indent=1))


def best_threshold(probabilities: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The threshold with the best mean of both classes' recall, and that mean."""
    values = np.unique(probabilities)
    middles = (values[1:] + values[:-1]) / 2
    scores = [
        ((probabilities[labels == 1] >= t).mean() + (probabilities[labels == 0] < t).mean()) / 2
        for t in middles
    ]
    best = int(np.argmax(scores))
    return float(middles[best]), float(scores[best])


def _measured(
    gold: Path, index: Path, settings: Settings
) -> tuple[list[tuple[float, ...]], list[int]]:
    assistant = Assistant.open(index, settings, gate=Gate.untrained())
    limit = assistant.settings.max_question_chars
    measured: list[tuple[float, ...]] = []
    labels: list[int] = []
    for question in read_gold(gold):
        asked = cleaned(question.question)
        as_asked = small_talk(asked) or unanswerable_as_asked(asked, limit)
        if question.split != "dev" or as_asked is not None:
            continue
        readings = [r for r in assistant.readings(asked, question.history) if r.judged]
        if readings:
            measured.append(best_reading(readings).measured)
            labels.append(int(question.answerable))
            print(f"{len(labels)} measured", flush=True)
    return measured, labels


if __name__ == "__main__":
    typer.run(main)
