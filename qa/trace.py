"""What led to an answer: how the question was read, and what was judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answer import Answer
from qa.answerability import Judged


@dataclass(frozen=True)
class Reading:
    """One way to read a question, with the candidates judged for it, best first.

    Attributes:
        question: in this reading.
        judged: candidates with their evidence scores, best first.
        measured: the gate's signals, in the order of `SIGNALS`; empty without candidates.
        probability: the gate's, that the documents answer.
    """

    question: str
    judged: tuple[Judged, ...]
    measured: tuple[float, ...]
    probability: float

    @property
    def evidence(self) -> float:
        """Score of the best candidate, 0 when there is none."""
        return self.judged[0].score if self.judged else 0.0


@dataclass(frozen=True)
class Trace:
    """An answer with what led to it.

    Attributes:
        answer: what is shown.
        readings: every reading that was judged; none when the message was no question.
        threshold: least probability for an answer.
    """

    answer: Answer
    readings: tuple[Reading, ...]
    threshold: float


def best_reading(readings: Sequence[Reading]) -> Reading:
    """The reading that the evidence model finds best answered; the first when several are."""
    return max(readings, key=lambda reading: reading.evidence)
