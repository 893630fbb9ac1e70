"""Figures of an evaluation, from one row a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import beta

BINS = 10


@dataclass(frozen=True)
class Row:
    """What became of one gold question.

    Attributes:
        right: a right quote is among those shown.
        first_right: the first quote is right.
        would_be_right: a right quote is among those shown if nothing were refused.
        files_heard: share of the expected files that were quoted; None when none are named.
        words: shown in all.
    """

    id: str
    question: str
    kind: str
    split: str
    answerable: bool
    answered: bool
    right: bool
    first_right: bool
    would_be_right: bool
    reason: str | None
    confidence: float
    files_heard: float | None
    words: int
    latency_ms: float

    @property
    def wrong(self) -> bool:
        """It was answered, and no right quote was shown."""
        return self.answered and not self.right


def clopper_pearson_upper(wrong: int, total: int, confidence: float = 0.95) -> float:
    """Exact one-sided upper bound on a share (Clopper & Pearson 1934); 1 without trials."""
    if total == 0 or wrong >= total:
        return 1.0
    return float(beta.ppf(confidence, wrong + 1, total - wrong))


def risk_coverage(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """(coverage, risk) at each threshold, from the strictest on (El-Yaniv & Wiener 2010).

    Coverage is the share of questions answered, risk the share of wrong ones among them.
    Questions of equal confidence are answered together.
    """
    order = sorted(rows, key=lambda row: -row.confidence)
    wrong = np.cumsum([not row.would_be_right for row in order])
    given = np.arange(1, len(order) + 1)
    ends = [
        number == len(order) or order[number].confidence < order[number - 1].confidence
        for number in given
    ]
    points = zip(given[ends], wrong[ends], strict=True)
    return [(float(n / len(order)), float(w / n)) for n, w in points]


def aurc(rows: Sequence[Row]) -> float:
    """Area under the risk-coverage curve (Geifman & El-Yaniv 2017); less is better."""
    curve = risk_coverage(rows)
    steps = np.diff([0.0, *(coverage for coverage, _ in curve)])
    return float(steps @ np.array([risk for _, risk in curve]))


def reliability(rows: Sequence[Row]) -> tuple[list[tuple[float, float, int]], float]:
    """Bins of (mean confidence, share answerable, count) and the ECE (Naeini et al. 2015)."""
    bins = []
    error = 0.0
    for number in range(BINS):
        held = [row for row in rows if min(int(row.confidence * BINS), BINS - 1) == number]
        if held:
            said = float(np.mean([row.confidence for row in held]))
            was = float(np.mean([row.answerable for row in held]))
            bins.append((said, was, len(held)))
            error += abs(said - was) * len(held) / len(rows)
    return bins, error


def figures(rows: Sequence[Row]) -> dict[str, Any]:
    """All figures of some rows; a share without any question is None."""
    answerable = [row for row in rows if row.answerable]
    absent = [row for row in rows if not row.answerable]
    answered = [row for row in rows if row.answered]
    wrong = sum(row.wrong for row in rows)
    right, refused = share([r.right for r in answerable]), share([not r.answered for r in absent])
    times = [row.latency_ms for row in rows]
    return {
        "questions": len(rows),
        "answered_right": right,
        "first_quote_right": share([row.first_right for row in answerable]),
        "refused": refused,
        "balanced": None if right is None or refused is None else (right + refused) / 2,
        "files_heard": mean([row.files_heard for row in rows if row.files_heard is not None]),
        "wrong_share": share([row.wrong for row in answered]),
        "wrong_share_upper_95": clopper_pearson_upper(wrong, len(answered)),
        "aurc": aurc(rows) if rows else None,
        "ece": reliability(rows)[1] if rows else None,
        "median_words": float(np.median([r.words for r in answered])) if answered else None,
        "latency_p50_ms": float(np.percentile(times, 50)) if times else None,
        "latency_p95_ms": float(np.percentile(times, 95)) if times else None,
    }


def share(values: Sequence[bool]) -> float | None:
    """Share of true values; None without any."""
    return sum(values) / len(values) if values else None


def mean(values: Sequence[float]) -> float | None:
    """Mean; None without any."""
    return float(np.mean(values)) if values else None
