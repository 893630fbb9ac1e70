"""A threshold that keeps the share of wrong answers below a limit, with a stated confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.evaluation.metrics import Row, clopper_pearson_upper


@dataclass(frozen=True)
class Calibration:
    """What was chosen, and the evidence for it.

    Attributes:
        threshold: least confidence for an answer.
        holds: whether the promise holds; when not, the gold set is too small or the answers too
            often wrong, and the threshold is the one with the lowest bound.
        max_wrong, confidence: what was asked for.
        answered, wrong: of the gold questions, at this threshold.
        bound: upper bound on the share of wrong answers.
    """

    threshold: float
    holds: bool
    max_wrong: float
    confidence: float
    questions: int
    answered: int
    wrong: int
    bound: float


def calibrate(rows: Sequence[Row], max_wrong: float, confidence: float) -> Calibration:
    """The loosest threshold whose bound stays below `max_wrong`.

    Thresholds are tested from the strictest on, each by an exact binomial bound (Clopper & Pearson
    1934), and the walk stops at the first that fails once one has held: fixed-sequence testing as
    in Learn then Test (Angelopoulos et al. 2021). Thresholds that answer too few questions for any
    bound to hold are passed over before the walk begins; that depends on counts alone.
    """
    order = sorted(rows, key=lambda row: -row.confidence)
    held: Calibration | None = None
    nearest: Calibration | None = None
    wrong = 0
    for number, row in enumerate(order, start=1):
        wrong += not row.would_be_right
        last = number == len(order) or order[number].confidence < row.confidence
        if not last or clopper_pearson_upper(0, number, confidence) > max_wrong:
            continue
        bound = clopper_pearson_upper(wrong, number, confidence)
        tried = Calibration(
            row.confidence,
            bound <= max_wrong,
            max_wrong,
            confidence,
            len(order),
            number,
            wrong,
            bound,
        )
        if not tried.holds:
            if nearest is None:
                nearest = tried
            break
        held = tried
    best = held or nearest
    if best is not None:
        return best
    bound = clopper_pearson_upper(0, len(order), confidence)
    return Calibration(1.0, False, max_wrong, confidence, len(order), 0, 0, bound)
