"""Whether two documents seem to say different things in answer to one question.

Two measurable signs and no more: amounts of the same unit that have no value in common; and, to a
question of yes or no, a clause with the question's words that denies in one and not in the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations

from qa.answer import Quote
from qa.emphasis import clauses
from qa.words import content_stems, stems

_AMOUNT = re.compile(
    r"(\d+(?:[.,]\d+)?)(?:\s*(?:-|–|to|and|or)\s*(\d+(?:[.,]\d+)?))?\s*"
    r"(%|[$£€]|[a-zµ]+)",
    re.IGNORECASE,
)
_PRICE = re.compile(r"[$£€]\s*(\d+(?:[.,]\d+)?)(?:\s*(?:-|–|to)\s*[$£€]?(\d+(?:[.,]\d+)?))?")
_DENIES = re.compile(
    r"\b(?:not|no|never|none|nobody|neither|nor|cannot|without|unlikely|rarely|hardly|little|few)\b|n['’]t\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"(?:is|are|was|were|will|would|can|could|do|does|did|should|has|have|may|might)\b",
    re.IGNORECASE,
)


def differ(question: str, quotes: Sequence[Quote]) -> bool:
    """Whether quotes of different documents show a sign of disagreement.

    A quote that rather does not answer speaks of something else, so it contradicts nothing.
    """
    speaking = [quote for quote in quotes if quote.likely]
    pairs = [(a, b) for a, b in combinations(speaking, 2) if a.file != b.file]
    if any(_amounts_apart(a.answering_text, b.answering_text) for a, b in pairs):
        return True
    if not _YES_OR_NO.match(question.strip()):
        return False
    asked = set(content_stems(question))
    said = {quote: _denied(asked, quote.answering_text) for quote in speaking}
    return any({said[a], said[b]} == {True, False} for a, b in pairs)


def _denied(asked: set[str], text: str) -> bool | None:
    """Whether the clause with most of the question's words denies; None when none has any."""
    parts = [text[start:end] for start, end in clauses(text)] or [text]
    held = [len(asked & set(stems(part))) for part in parts]
    if not max(held):
        return None
    return bool(_DENIES.search(parts[held.index(max(held))]))


def _amounts_apart(one: str, other: str) -> bool:
    first, second = _amounts(one), _amounts(other)
    shared = first.keys() & second.keys()
    return any(
        not any(
            low <= other_high and other_low <= high
            for low, high in first[unit]
            for other_low, other_high in second[unit]
        )
        for unit in shared
    )


def _amounts(text: str) -> dict[str, list[tuple[float, float]]]:
    """Ranges (low, high) by unit, the unit in lower case and singular."""
    found: dict[str, list[tuple[float, float]]] = {}
    for low, high, unit in _AMOUNT.findall(text):
        _add(found, unit.lower().rstrip("s"), (low, high))
    for low, high in _PRICE.findall(text):
        _add(found, "price", (low, high))
    return found


def _add(found: dict[str, list[tuple[float, float]]], unit: str, values: Iterable[str]) -> None:
    numbers = [float(value.replace(",", ".")) for value in values if value]
    found.setdefault(unit, []).append((min(numbers), max(numbers)))
