"""Questions that the documents do answer: to begin with, and near to one they don't."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np

from qa.encoder import Encoder, Vectors
from qa.evaluation.gold import GoldQuestion, read_gold

EXAMPLES = 6
SUGGESTIONS = 3
CHARS_MAX = 80  # a longer one isn't read at a glance
NEAR = 0.35  # cosine similarity below which two questions share no subject
FROM_REVIEW = "review"  # begins the note of a question that staff took from a patient
CLEAR_KINDS = ("plain", "lookup", "multi")  # neither misspelt, nor personal, nor a follow-up


def answered_questions(gold: Path, files: frozenset[str]) -> list[GoldQuestion]:
    """Clear questions of a gold set that some of these files answer; none without a gold set.

    What staff took over from a patient's question is left out: it was seen to be answered, not to
    be shown to others.

    Raises:
        InputError: the gold set is damaged.
    """
    if not gold.is_file():
        return []
    return [
        question
        for question in read_gold(gold)
        if question.answerable
        and question.kind in CLEAR_KINDS
        and not question.history
        and len(question.question) <= CHARS_MAX
        and not question.note.startswith(FROM_REVIEW)
        and {evidence.file for evidence in question.evidence} <= files
    ]


def examples(
    questions: Sequence[GoldQuestion], is_answered: Callable[[str], bool], count: int = EXAMPLES
) -> list[str]:
    """Some of the questions that are indeed answered, taken from each document in turn."""
    by_file: dict[str, list[str]] = {}
    for question in questions:
        by_file.setdefault(question.evidence[0].file, []).append(question.question)
    in_turn = chain.from_iterable(zip_longest(*by_file.values()))
    return list(islice(filter(is_answered, dict.fromkeys(filter(None, in_turn))), count))


class Suggestions:
    """Finds answered questions that are like another; safe to share between threads."""

    def __init__(self, questions: Sequence[GoldQuestion], encoder: Encoder) -> None:
        self.questions = questions
        self._encoder = encoder
        self._lock = threading.Lock()
        self._vectors: Vectors | None = None

    def near(self, question: str, count: int = SUGGESTIONS) -> list[str]:
        """The likest questions, best first; none that is far off."""
        if not self.questions:
            return []
        with self._lock:
            if self._vectors is None:  # not before it is needed: a second or two
                texts = [known.question for known in self.questions]
                self._vectors = self._encoder.encode_queries(texts)
        likeness = self._vectors @ self._encoder.encode_queries([question])[0]
        best = np.argsort(-likeness)[:count]
        return [self.questions[i].question for i in best if likeness[i] >= NEAR]
