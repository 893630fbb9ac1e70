"""Whether the documents answer a question at all: the refusal gate.

A logistic regression over measured signals. Its coefficients stand in `gate.json` beside the
evidence model that it judges by, and are fitted by `python -m training.fit_gate`; nothing here is
tuned by hand.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from qa.errors import ModelError
from qa.index import Candidate
from qa.retriever import Retrieved
from qa.words import content_stems, numbers, stems

GATE = "gate.json"

SIGNALS = (
    "evidence",  # log-odds of the best sentence
    "support",  # log-odds of the best sentence of another passage
    "likeness",  # cosine similarity of the best sentence
    "outranked",  # log(1 + how many retrieved sentences are more like the question than the best)
    "prominence",  # how much more like the question the likest is than the next five on average
    "coverage",  # share of the question's words, by IDF, in the best sentence
    "place_coverage",  # the same, in the sentence or the headings above it
    "unknown",  # share of the question's words, by IDF, that no document uses
    "numbers_missing",  # a number in the question that the best sentence lacks
    "quantity_missing",  # the question asks how much, how many or when; the sentence has no number
)

_ASKS_QUANTITY = re.compile(
    r"\bhow (?:much|many|long|often|soon|fast|old|high|low|big|far|late|early)\b|"
    r"\bwhat (?:dose|dosage|percent|percentage|age|year|amount|strength|price|date)\b|\bcosts?\b",
    re.IGNORECASE,
)
_HAS_QUANTITY = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|half|once|twice|daily|"
    r"nightly|weekly|monthly|hours?|days?|weeks?|months?|years?|few|several|first|every)\b",
    re.IGNORECASE,
)
FOLLOWING = 5  # sentences that the likest is compared with; 3 and 10 do as well
_CLIP = 1e-4  # probabilities are kept this far from 0 and 1 before taking log-odds


@dataclass(frozen=True)
class Judged:
    """A retrieved sentence with the evidence model's probability that it answers."""

    retrieved: Retrieved
    score: float

    @property
    def candidate(self) -> Candidate:
        """The sentence in its place."""
        return self.retrieved.candidate


@dataclass(frozen=True)
class WordStatistics:
    """In how many sentences of the corpus each stem occurs."""

    sentences: int
    frequencies: Mapping[str, int]

    def idf(self, stem: str) -> float:
        """Inverse document frequency, smoothed: log(1 + N / (1 + n))."""
        return math.log1p(self.sentences / (1 + self.frequencies.get(stem, 0)))

    def covered(self, wanted: Sequence[str], present: set[str]) -> float:
        """Share of `wanted`, weighted by IDF, that is in `present`; 1 when nothing is wanted."""
        total = sum(self.idf(stem) for stem in wanted)
        held = sum(self.idf(stem) for stem in wanted if stem in present)
        return held / total if total else 1.0


def signals(
    question: str,
    judged: Sequence[Judged],
    retrieved: Sequence[Retrieved],
    statistics: WordStatistics,
) -> NDArray[np.float64]:
    """Signals in the order of `SIGNALS`, shape (10,).

    Args:
        question: as it is read.
        judged: candidates, the best first, at least one.
        retrieved: all that were brought up, judged or not.
        statistics: of the corpus.
    """
    best = judged[0]
    rest = [
        other.score
        for other in judged[1:]
        if (other.candidate.file, other.candidate.passage_start)
        != (best.candidate.file, best.candidate.passage_start)
    ]
    wanted = content_stems(question)
    said = set(stems(best.candidate.text))
    placed = said | set(stems(best.candidate.context))
    asked_numbers = numbers(question)
    text = f"{best.candidate.context} {best.candidate.text}"
    return np.array(
        [
            _log_odds(best.score),
            _log_odds(max(rest, default=0.0)),
            best.retrieved.dense or 0.0,
            *_standing(best.retrieved, retrieved),
            statistics.covered(wanted, said),
            statistics.covered(wanted, placed),
            1.0 - statistics.covered(wanted, set(statistics.frequencies)),
            float(bool(asked_numbers - numbers(text))),
            float(bool(_ASKS_QUANTITY.search(question)) and not _HAS_QUANTITY.search(text)),
        ]
    )


def _standing(best: Retrieved, retrieved: Sequence[Retrieved]) -> tuple[float, float]:
    """The signals "outranked" and "prominence": whether retriever and evidence model agree."""
    ranking = sorted((one.dense for one in retrieved if one.dense is not None), reverse=True)
    outranked = sum(best.dense is None or other > best.dense for other in ranking)
    following = ranking[1 : 1 + FOLLOWING]
    prominence = ranking[0] - float(np.mean(following)) if following else 0.0
    return math.log1p(outranked), prominence


@dataclass(frozen=True)
class Gate:
    """Logistic regression: probability = expit(weights · (signals - mean) / scale + intercept)."""

    weights: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    intercept: float
    threshold: float

    @classmethod
    def load(cls, path: Path) -> Gate:
        """Read the gate's coefficients.

        Raises:
            ModelError: the file is missing, damaged, or fitted to other signals.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if tuple(values["signals"]) != SIGNALS:
                raise ValueError("it was fitted to other signals")
            return cls(
                weights=np.array(values["weights"], dtype=float),
                mean=np.array(values["mean"], dtype=float),
                scale=np.array(values["scale"], dtype=float),
                intercept=float(values["intercept"]),
                threshold=float(values["threshold"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path} cannot be used ({error}); fit it: python -m training.fit_gate GOLD"
            ) from error

    @classmethod
    def untrained(cls) -> Gate:
        """A gate that goes by the evidence score alone: where fitting begins."""
        weights = np.array([float(name == "evidence") for name in SIGNALS])
        return cls(weights, np.zeros(len(SIGNALS)), np.ones(len(SIGNALS)), 0.0, 0.5)

    def probability(self, measured: NDArray[np.float64]) -> float:
        """Probability that the documents answer."""
        return float(expit((measured - self.mean) / self.scale @ self.weights + self.intercept))


def missing_words(question: str, statistics: WordStatistics) -> list[str]:
    """Stems of the question that no document uses."""
    return [stem for stem in content_stems(question) if stem not in statistics.frequencies]


def _log_odds(probability: float) -> float:
    return float(logit(min(max(probability, _CLIP), 1.0 - _CLIP)))
