"""A threshold that keeps the share of wrong answers below a limit, with a stated confidence."""

from __future__ import annotations

from collections.abc import Sequence

from qa.calibration import Calibration
from qa.evaluation.metrics import Row, clopper_pearson_upper


def calibrate(rows: Sequence[Row], max_wrong: float, confidence: float) -> Calibration:
    """The loosest threshold whose bound stays below `max_wrong`.

    Thresholds are tested from the strictest on, each by an exact binomial bound (Clopper & Pearson
    1934), and the walk stops at the first that fails once one has held: fixed-sequence testing as
    in Learn then Test (Angelopoulos et al. 2021). Thresholds that answer too few questions for any
    bound to hold are passed over before the walk begins; that depends on counts alone.
    """
    order = sorted(rows, key=lambda row: -row.confidence)
    held: Calibration | None = None
    wrong = 0
    for number, row in enumerate(order, start=1):
        wrong += not row.would_be_right
        tied = number < len(order) and order[number].confidence == row.confidence
        if tied or clopper_pearson_upper(0, number, confidence) > max_wrong:
            continue
        bound = clopper_pearson_upper(wrong, number, confidence)
        tried = Calibration(
            threshold=row.confidence,
            holds=bound <= max_wrong,
            max_wrong=max_wrong,
            confidence=confidence,
            questions=len(order),
            answered=number,
            wrong=wrong,
            bound=bound,
        )
        if not tried.holds:
            return held or tried
        held = tried
    return held or Calibration(
        threshold=1.0,
        holds=False,
        max_wrong=max_wrong,
        confidence=confidence,
        questions=len(order),
        answered=len(order),
        wrong=wrong,
        bound=clopper_pearson_upper(wrong, len(order), confidence),
    )
