"""Misspelt words of a question, mended against the words that the documents use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from qa.words import WORD, words

MIN_LETTERS = 4  # shorter words have too many neighbours to mend


@dataclass(frozen=True)
class Speller:
    """Mends words that neither the documents nor everyday English know.

    Attributes:
        corpus: words of the documents, lower case, with how often they occur.
        known: everyday words that are left alone.
    """

    corpus: Mapping[str, int]
    known: frozenset[str]

    def mend(self, question: str) -> str | None:
        """The question with misspelt words replaced; None when nothing was mended."""
        mended = WORD.sub(lambda match: self._word(match.group()), question)
        return mended if mended != question else None

    def _word(self, word: str) -> str:
        lowered = word.lower().replace("’", "'")
        if len(word) < MIN_LETTERS or lowered in self.corpus or lowered in self.known:
            return word
        # one slip for short words, two from eight letters on (as search engines do: Elasticsearch
        # "fuzziness: AUTO" uses 3-5 and more than 5; ours is stricter)
        slips = 1 if len(word) < 8 else 2
        nearest = process.extract(
            lowered,
            [w for w in self.corpus if len(w) >= MIN_LETTERS and w[0] == lowered[0]],
            scorer=DamerauLevenshtein.distance,
            score_cutoff=slips,
            limit=5,
        )
        if not nearest:
            return word
        best = min(nearest, key=lambda found: (found[1], -self.corpus[found[0]]))[0]
        return best.capitalize() if word[0].isupper() else best


def vocabulary(texts: Iterable[str]) -> dict[str, int]:
    """Words of the texts, lower case, with their counts."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in words(text):
            counts[word] = counts.get(word, 0) + 1
    return counts
