"""Terms that the documents themselves define; a definition is a sentence of a document.

A sentence defines a term when it begins with it and goes on "is a …", "means …" or "refers to …",
when it gives the term in brackets behind plainer words ("liver toxicity (hepatotoxicity)"), or when
it spells an abbreviation out (lexico-syntactic patterns: Hearst 1992).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa.words import FUNCTION_WORDS, words

TERM_WORDS_MAX = 3
TERM_CHARS_MIN = 3
DEFINITION_WORDS_MAX = 45

_IN_BRACKETS = re.compile(r"[a-z]\w+ \((?:the )?(?P<term>[a-z][a-z-]{4,}(?: [a-z][a-z-]+){0,2})\)")
_DEFINES = re.compile(
    r"^(?:An?\s+|The\s+term\s+)?(?P<term>[\w][\w\-’' ]*?)(?:\s*\([^)]{1,30}\))?,?\s+"
    r"(?:is\s+(?:an?|the\s+(?:medical\s+|name\s+|term\s+)?\w+\s+for)\b|are\s+(?:the\s+)?"
    r"(?:small|large|special|certain|chemicals?|cells?|substances?|medicines?|drugs?|proteins?|"
    r"\w+ing\b)|means\b|refers\s+to\b|stands\s+for\b)",
)


@dataclass(frozen=True)
class Definition:
    """Where a document defines a term.

    Attributes:
        term: as the sentence writes it.
        file, start, end: the defining sentence.
        heading: path of headings above it.
    """

    term: str
    file: str
    start: int
    end: int
    heading: str


def find_definitions(
    sentences: Iterable[tuple[str, str, int, int, str]],
    frequencies: Mapping[str, int],
    abbreviations: Mapping[str, str],
) -> list[Definition]:
    """The first definition of each term that is used elsewhere too.

    Args:
        sentences: (text, file, start, end, heading) of every sentence.
        frequencies: in how many sentences each lower-case word occurs.
        abbreviations: short form → long form; a short form is defined where it is spelt out.
    """
    spelt_out = {form.lower() for pair in abbreviations.items() for form in pair}
    found: dict[str, Definition] = {}
    for text, file, start, end, heading in sentences:
        if len(text.split()) > DEFINITION_WORDS_MAX:
            continue
        terms = [term for term in defined_terms(text) if term.lower() not in spelt_out]
        terms += [
            short
            for short, long in abbreviations.items()
            if re.search(rf"\({re.escape(short)}\W", text) and long.lower() in text.lower()
        ]
        for term in terms:
            if all(frequencies.get(word, 0) > 1 for word in words(term)):
                found.setdefault(term.lower(), Definition(term, file, start, end, heading))
    return list(found.values())


def defined_terms(sentence: str) -> list[str]:
    """The terms that a sentence defines."""
    first = _DEFINES.match(sentence)
    matches = [*([first] if first else []), *_IN_BRACKETS.finditer(sentence)]
    return [term for match in matches if (term := _term(match["term"])) is not None]


def _term(term: str) -> str | None:
    term = term.strip()
    named = words(term)
    if not named or len(named) > TERM_WORDS_MAX or len(term) < TERM_CHARS_MIN:
        return None
    if any(word in FUNCTION_WORDS for word in named):
        return None
    return term


def terms_in(text: str, definitions: Sequence[Definition]) -> list[tuple[int, int, Definition]]:
    """The first use of each defined term in a text: (start, end, definition), none overlapping."""
    found: list[tuple[int, int, Definition]] = []
    for definition in sorted(definitions, key=lambda item: -len(item.term)):
        pattern = rf"(?<!\w){re.escape(definition.term)}s?(?!\w)"
        match = re.search(pattern, text, re.IGNORECASE)
        if match and all(match.end() <= a or b <= match.start() for a, b, _ in found):
            found.append((*match.span(), definition))
    return sorted(found, key=lambda item: item[0])
