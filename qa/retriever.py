"""Question → candidate sentences: dense and BM25 rankings, of the whole and its parts, fused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from qa.abbreviations import expand
from qa.encoder import Encoder
from qa.index import Candidate, Index

# Reciprocal rank fusion's constant: Cormack, Clarke & Büttcher, SIGIR 2009.
RRF_K = 60
DENSE_WEIGHT = 2.0  # the vectors are trained for lay questions; measured by `bench.retrieval`
PART_WORDS_MIN = 3
ASKING_WEIGHT, TELLING_WEIGHT = 1.0, 0.5  # of all clauses of a sort together; training/NOTES.md

_PART_END = re.compile(r"(?<=[.?!,;])\s+")
_ASKS = re.compile(
    r"(?:(?:so|and|but|or|also|ok|please) )*(?:what|how|when|where|why|which|who|whose|can|could|"
    r"do|does|did|is|isn't|are|was|were|will|won't|would|should|has|have|may|might|am|any|anyone)\b",
    re.IGNORECASE,
)
_ASKS_FOR_SOURCES = re.compile(
    r"\b(stud(?:y|ies)|papers?|articles?|trials?|research(?:ers?)?|doi|pmid|pubmed|pmcid|"
    r"references?|citations?|sources?|links?|websites?|urls?|authors?|journals?|publications?|"
    r"published|publish|literature|evidence|wrote|read more|who did)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Retrieved:
    """A candidate with what each ranking says of it.

    Attributes:
        candidate: the sentence in its place.
        dense: cosine similarity to the question; None when the dense ranking didn't reach it.
        bm25: its BM25 score; None when no word of the question is in it.
        fused: what `fuse` gives it.
    """

    candidate: Candidate
    dense: float | None
    bm25: float | None
    fused: float


@dataclass(frozen=True)
class Retriever:
    """Finds the sentences that may answer a question."""

    index: Index
    encoder: Encoder

    def retrieve(self, question: str, count: int) -> list[Retrieved]:
        """`count` candidates: the best of all, then the best of each document in turn.

        References and link lists are left out unless the question asks for a study or a link.
        """
        asked = expand(question, self.index.note("abbreviations"))
        reach = 3 * count  # deep enough that leaving out references doesn't thin the list
        dense = self.index.search_vectors(self.encoder.encode_queries([asked]), reach)
        bm25 = self.index.search_words(asked, reach)
        parts = weighted(parts_of(asked))
        vectors = self.encoder.encode_queries([part for _, part in parts])
        of_parts = [
            (weight, self.index.search_vectors(vectors[number : number + 1], reach))
            for number, (weight, _) in enumerate(parts)
        ]
        fused = fuse((DENSE_WEIGHT, dense), (1.0, bm25), *of_parts)
        order = sorted(fused, key=lambda number: -fused[number])
        found = self.index.candidates(order)
        if not _ASKS_FOR_SOURCES.search(question):
            found = [candidate for candidate in found if not candidate.sentence.reference]
        dense_of, bm25_of = dict(dense), dict(bm25)
        return [
            Retrieved(c, dense_of.get(c.number), bm25_of.get(c.number), fused[c.number])
            for c in every_document_heard(found, count)
        ]


def parts_of(question: str) -> list[str]:
    """The clauses of a question of several; of a single one none.

    What is asked is often one clause among a story's, whose one vector is mostly the story's.
    """
    parts = [part for part in _PART_END.split(question) if len(part.split()) >= PART_WORDS_MIN]
    return parts if len(parts) > 1 else []


def weighted(parts: Sequence[str]) -> list[tuple[float, str]]:
    """What each clause's ranking counts: those that ask share one weight, those that tell another.

    What ends with a question mark asks; where nothing does, what begins as questions do; else the
    last clause, since stories come before the question. However long a story, it counts no more.
    """
    asking = [part for part in parts if part.endswith("?")]
    asking = asking or [part for part in parts if _ASKS.match(part)] or list(parts[-1:])
    telling = [part for part in parts if part not in asking]
    return [(ASKING_WEIGHT / len(asking), part) for part in asking] + [
        (TELLING_WEIGHT / len(telling), part) for part in telling
    ]


def fuse(*rankings: tuple[float, Sequence[tuple[int, float]]]) -> dict[int, float]:
    """Weighted reciprocal rank fusion: sum of weight / (60 + rank) over all rankings, by number.

    Args:
        rankings: each a weight and (number, score) pairs, best first.
    """
    fused: dict[int, float] = {}
    for weight, ranking in rankings:
        for rank, (number, _) in enumerate(ranking, start=1):
            fused[number] = fused.get(number, 0.0) + weight / (RRF_K + rank)
    return fused


def every_document_heard(ranked: Sequence[Candidate], count: int) -> list[Candidate]:
    """`count` candidates: half the places for the best, the others for each document in turn.

    The documents heard least so far come first; without this, one that repeats itself would crowd
    out the others.

    Args:
        ranked: best first.
        count: how many to keep.
    """
    chosen = list(ranked[: count // 2])
    waiting: dict[str, list[Candidate]] = {}
    for candidate in ranked[count // 2 :]:
        waiting.setdefault(candidate.file, []).append(candidate)
    heard = Counter(candidate.file for candidate in chosen)
    queues = [waiting[file] for file in sorted(waiting, key=heard.__getitem__)]
    in_turn = chain.from_iterable(zip_longest(*queues))
    further = (candidate for candidate in in_turn if candidate is not None)
    return chosen + list(islice(further, count - len(chosen)))
