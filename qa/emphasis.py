"""Which words of a quote answer: the clause that the evidence model alone finds best.

A long sentence is cut into clauses, each is judged in the sentence's place, and the best is
emphasised if it answers nearly as well as the whole (erasure: Li, Monroe & Jurafsky 2016).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from qa.answer import Quote
from qa.evidence import Evidence

WORDS_MIN = 12  # a shorter sentence is emphasised whole
CLAUSE_WORDS_MIN = 3
NEARLY = 0.8  # of the whole sentence's probability

_CLAUSE_END = re.compile(
    r"[;:]\s+|\s[–—-]\s|,\s+(?:and|but|or|so|because|since|although|though|whereas|while|which|who|"
    r"with|without|unless|when|if|as)\b|\s+(?:because|although|whereas|unless)\b|,\s+"
)


def answering_words(evidence: Evidence, question: str, quote: Quote, place: str) -> tuple[int, int]:
    """Offsets into the document of the part of a quote's answering sentence that answers.

    Args:
        evidence: judges the clauses.
        question: as it was understood.
        quote: what is shown.
        place: "Title > Section > lead-in" of the quote, as the model reads it.
    """
    start, end = quote.answering
    sentence = quote.text[start - quote.start : end - quote.start]
    parts = clauses(sentence)
    if len(parts) < 2:
        return start, end
    texts = [sentence, *(sentence[left:right] for left, right in parts)]
    whole, *scores = evidence.score(question, texts, [place] * len(texts))
    best = max(range(len(parts)), key=scores.__getitem__)
    if scores[best] < NEARLY * whole:
        return start, end
    left, right = parts[best]
    return start + left, start + right


def clauses(sentence: str) -> Sequence[tuple[int, int]]:
    """Offsets of the clauses of a long sentence; of a short one none."""
    if len(sentence.split()) < WORDS_MIN:
        return ()
    cuts = [0, *(found.start() for found in _CLAUSE_END.finditer(sentence)), len(sentence)]
    found: list[tuple[int, int]] = []
    for left, right in pairwise(cuts):
        while left < right and not (sentence[left].isalnum() or sentence[left] in "\"'“(["):
            left += 1  # noqa: PLW2901 - the clause begins at its first word
        if len(sentence[left:right].split()) >= CLAUSE_WORDS_MIN:
            found.append((left, right))
    return found
