"""Judged candidates → the quotes that are shown, by the rules of the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qa.answer import ANSWERS_FROM, MAX_QUOTES, Quote, quote_from
from qa.answerability import Judged
from qa.documents import Document
from qa.index import Candidate

WORDS_MAX = 60  # an answer is to be read at a glance; one long quote may exceed it
MISSED_AT_MOST = 0.2  # how likely it may be that none of the quotes answers, if others are left
MAY_ANSWER_FROM = 0.1  # what is less likely to answer is no help
CLOSEST_COUNT = 2

_WHOLE = re.compile(r"[.!?][\"'”’)\]]*$")

DocumentOf = Callable[[str], Document]
NeighboursOf = Callable[[Candidate], list[Candidate]]


def choose_quotes(
    judged: Sequence[Judged],
    document_of: DocumentOf,
    neighbours_of: NeighboursOf,
    personal_kinds: frozenset[str] = frozenset(),
) -> tuple[Quote, ...]:
    """The quotes of an answer, best first: every document that speaks, then what else fits.

    The best sentence is always quoted; others if they are more likely than not to answer, or while
    the quotes together might well miss the answer (a prediction set: Vovk et al. 2005, here of
    calibrated probabilities, taken as independent). A personal account stands below what any other
    document says.

    Args:
        judged: candidates, best first, at least one.
        document_of: a document by its file.
        neighbours_of: all sentences of a candidate's passage.
        personal_kinds: kinds of source, in lower case, that are one person's account.
    """

    def personal(place: Candidate | Quote) -> bool:
        return document_of(place.file).kind_of(place.heading).lower() in personal_kinds

    speaking = [judged[0], *(other for other in judged[1:] if other.score >= ANSWERS_FROM)]
    heard: dict[str, Judged] = {}
    for candidate in speaking:
        heard.setdefault(candidate.candidate.file, candidate)
    first = sorted(heard.values(), key=lambda item: personal(item.candidate))[:MAX_QUOTES]
    quotes: list[Quote] = []
    words, missed = 0, 1.0
    for item in first + [item for item in judged if item not in first]:
        if item not in speaking and (missed <= MISSED_AT_MOST or item.score < MAY_ANSWER_FROM):
            break
        quote = _quote(item, document_of, neighbours_of)
        length = len(quote.text.split())
        fits = item in first or words + length <= WORDS_MAX
        if len(quotes) < MAX_QUOTES and fits and not any(_overlap(quote, q) for q in quotes):
            quotes.append(quote)
            words += length
            missed *= 1 - item.score
    return tuple(sorted(quotes, key=lambda quote: (personal(quote), -quote.score)))


def closest_quotes(
    judged: Sequence[Judged], document_of: DocumentOf, neighbours_of: NeighboursOf
) -> tuple[Quote, ...]:
    """The nearest quotes of a refusal, best first; they do not answer."""
    quotes: list[Quote] = []
    for item in judged:
        quote = _quote(item, document_of, neighbours_of)
        if not any(_overlap(quote, other) for other in quotes):
            quotes.append(quote)
        if len(quotes) == CLOSEST_COUNT:
            break
    return tuple(quotes)


def _quote(item: Judged, document_of: DocumentOf, neighbours_of: NeighboursOf) -> Quote:
    candidate = item.candidate
    start, end = _extent(candidate, neighbours_of(candidate))
    sentence = candidate.sentence
    answering = (start, end) if start == sentence.start else (sentence.start, sentence.end)
    document = document_of(candidate.file)
    return quote_from(document, start, end, candidate.heading, item.score, answering)


def _extent(candidate: Candidate, passage: Sequence[Candidate]) -> tuple[int, int]:
    """A whole sentence as it is; a list's lead-in with its items; an item with its lead-in."""
    start, end = candidate.sentence.start, candidate.sentence.end
    led = [other for other in passage if other.sentence.lead_in == (start, end)]
    if led:
        return start, max(other.sentence.end for other in led)
    lead_in = candidate.sentence.lead_in
    needs_lead_in = lead_in is not None and not _WHOLE.search(candidate.text)
    if needs_lead_in and lead_in is not None and lead_in[0] >= candidate.passage_start:
        return lead_in[0], end
    return start, end


def _overlap(one: Quote, other: Quote) -> bool:
    return one.file == other.file and one.start < other.end and other.start < one.end
