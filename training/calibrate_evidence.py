"""Fit the evidence model's calibration (Platt 1999) on the dev part of the lay questions.

    python -m training.calibrate_evidence --data FOLDER --run runs/mpnet --output qa/models/standard

Writes the trained weights with their calibration to the output folder, and what was measured.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from qa.cross_encoder import CrossEncoder
from training import data

FOLDS = 10
BINS = 10


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    run: Annotated[Path, typer.Option()],
    output: Annotated[Path, typer.Option()],
    questions: int = 240,
    seed: int = 7,
) -> None:
    """Score dev questions with every sentence of their passage; fit; write the model folder."""
    groups = [group for group in data.lay(data_folder) if group.partition == "dev"]
    random.Random(seed).shuffle(groups)
    encoder = CrossEncoder.load(run)
    logits, labels, best, answerable, first_right = [], [], [], [], []
    for group in groups[:questions]:
        scores = encoder.logits(
            group.question, group.sentences, [group.heading] * len(group.sentences)
        )
        logits.extend(scores)
        labels.extend(int(i in group.answers) for i in range(len(group.sentences)))
        best.append(float(scores.max()))
        answerable.append(bool(group.answers))
        if group.answers:
            first_right.append(int(scores.argmax()) in group.answers)
    x = np.array(logits)[:, None]
    platt = LogisticRegression(C=1e6).fit(x, labels)
    unseen = cross_val_predict(platt, x, labels, cv=FOLDS, method="predict_proba")[:, 1]
    measured = {
        "questions": len(best),
        "pairs": len(labels),
        "first_sentence_right": round(float(np.mean(first_right)), 4),
        "auc_answerable_against_near_miss": round(float(roc_auc_score(answerable, best)), 4),
        "auc_sentence": round(float(roc_auc_score(labels, logits)), 4),
        "ece_sentence_out_of_fold": round(calibration_error(unseen, np.array(labels)), 4),
    }
    output.mkdir(parents=True, exist_ok=True)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    config["name"] = output.name
    config["calibration"] = {
        "slope": round(float(platt.coef_[0, 0]), 6),
        "intercept": round(float(platt.intercept_[0]), 6),
    }
    config["measured_on_dev"] = measured
    shutil.copy2(run / "weights.safetensors", output / "weights.safetensors")
    (output / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(measured))


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Expected calibration error over ten bins (Naeini et al. 2015)."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    errors = [
        (bins == b).mean() * abs(probabilities[bins == b].mean() - labels[bins == b].mean())
        for b in np.unique(bins)
    ]
    return float(np.sum(errors))


if __name__ == "__main__":
    typer.run(main)
