"""Abbreviations that the documents themselves define, such as "Low Dose Naltrexone (LDN)".

Found by the algorithm of Schwartz & Hearst, "A simple algorithm for identifying abbreviation
definitions in biomedical text", Pacific Symposium on Biocomputing 2003.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_PARENTHESIS = re.compile(r"\(([^()]{2,60})\)")
_WORD = re.compile(r"\w+")


def find_abbreviations(texts: Iterable[str]) -> dict[str, str]:
    """Short form → long form, as first defined; short forms keep their case."""
    found: dict[str, str] = {}
    for text in texts:
        for match in _PARENTHESIS.finditer(text):
            inner = re.split(r"[;,]", match.group(1))[0].strip()
            before = text[max(0, match.start() - 200) : match.start()].rstrip()
            last = before.split()[-1].lstrip('(["“') if before else ""
            if _is_short_form(inner):
                short, long = inner, _best_long_form(inner, _window(before, inner))
            elif len(inner.split()) > 1 and _is_short_form(last):
                short, long = last, _best_long_form(last, inner)
                long = long if long == inner else None  # all of it, or it is a mere remark
            else:
                continue
            if long is not None:
                found.setdefault(short, " ".join(long.split()))
    return found


def expand(question: str, abbreviations: Mapping[str, str]) -> str:
    """Add, for every short or long form in the question, its other form."""
    lowered = question.lower()
    words = set(_WORD.findall(lowered))
    added = []
    for short, long in abbreviations.items():
        has_short = short.lower() in words or (not short.isalnum() and short.lower() in lowered)
        has_long = long.lower() in lowered
        if has_short and not has_long:
            added.append(long)
        elif has_long and not has_short:
            added.append(short)
    return " ".join([question, *added])


def _is_short_form(text: str) -> bool:
    return (
        2 <= len(text) <= 10
        and len(text.split()) <= 2
        and text[0].isalnum()
        and any(char.isupper() for char in text)
        and not text.isdigit()
    )


def _window(before: str, short: str) -> str:
    """At most min(|A| + 5, |A| * 2) words before the parenthesis, of the same sentence."""
    sentence = re.split(r"[.!?:;]\s", before)[-1]
    words = sentence.split()
    return " ".join(words[-min(len(short) + 5, len(short) * 2) :])


def _best_long_form(short: str, candidate: str) -> str | None:
    """Match the short form's characters from the right; its first must begin a word."""
    at = len(candidate) - 1
    for position in range(len(short) - 1, -1, -1):
        wanted = short[position].lower()
        if not wanted.isalnum():
            continue
        while at >= 0 and (
            candidate[at].lower() != wanted
            or (position == 0 and at > 0 and candidate[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return None
        at -= 1
    long = candidate[candidate.rfind(" ", 0, at + 1) + 1 :] if at >= 0 else candidate
    if len(long) <= len(short) or short.lower() in long.lower().split():
        return None
    return long
