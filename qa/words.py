"""Words of a text: what counts as one, which are function words, and their stems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

_FUNCTION_WORDS = """
a an the and or but if of to in on at by for with from about into over after before during
between through under up down out off again is are was were be been being am do does did doing
can could will would shall should may might must have has had having i me my mine you your it
its he him his she her they them their we us our this that these those what which who whom whose
when where why how not no nor any some there here so as than then too very just take taking get
getting got really also only own same such both each few more most other anyone anybody someone
something anything please tell know think want need help ok okay hi hello thanks much many long
often way thing things im ive dont doesnt cant wont isnt it's i'm i've don't doesn't can't won't
isn't what's that's there's like go going make makes say says said one
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


def words(text: str) -> list[str]:
    """Words of a text, lower case."""
    return [match.replace("’", "'").lower() for match in WORD.findall(text)]


def stems(text: str) -> list[str]:
    """Stems (Snowball English, Porter 2001) of all words of a text."""
    return [str(stem) for stem in _stemmer().stemWords(words(text))]


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, each once, in order."""
    found = [word for word in words(text) if word not in FUNCTION_WORDS and len(word) > 1]
    return list(dict.fromkeys(str(stem) for stem in _stemmer().stemWords(found)))


def numbers(text: str) -> set[str]:
    """Numbers written in digits, with a decimal comma read as a point."""
    return {number.replace(",", ".").rstrip(".") for number in NUMBER.findall(text)}


def frequencies(texts: Iterable[str]) -> Mapping[str, int]:
    """In how many of the texts each stem occurs."""
    counts: dict[str, int] = {}
    for text in texts:
        for stem in set(stems(text)):
            counts[stem] = counts.get(stem, 0) + 1
    return counts
