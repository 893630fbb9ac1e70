"""Passages on several things of one kind, retold as about one of them: a folder on one subject.

In documents on one subject every question finds a sentence that is nearly right, on the right thing
and in the right words. Short passages have few of those. So the passages of `data/tags.txt` are put
together, their things renamed to one; each need is right for what any of them tells of it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data import OWN, Group, headings_of, lines
from training.needs import Need, Tagged, read_needs, read_tags


@dataclass(frozen=True)
class _Told:
    """A sentence, its heading and its passage's tags, in the words of the folder's thing."""

    sentence: str
    heading: str
    number: int
    tagged: Tagged


def retold_groups(
    seed: int, together: int = 6, misses: int = 12, rounds: int = 1, folder: Path = OWN
) -> list[Group]:
    """Needs asked over several passages at once.

    Args:
        seed: of what is drawn.
        together: passages in a folder.
        misses: needs asked that a folder leaves open.
        rounds: times that all passages are put together anew.
        folder: holds the passages, needs and tags.
    """
    rng = random.Random(seed)
    needs = read_needs(folder)
    rows = {row["id"]: row for path in sorted(folder.glob("*.jsonl*")) for row in lines(path)}
    by_kind: dict[str, list[Tagged]] = {}
    for tagged in read_tags(folder):
        if tagged.thing:
            by_kind.setdefault(tagged.kinds[0], []).append(tagged)
    groups = []
    for _ in range(rounds):
        for kind in sorted(by_kind):
            passages = rng.sample(by_kind[kind], len(by_kind[kind]))
            for first in range(0, len(passages), together):
                chosen = passages[first : first + together]
                groups += _asked_of(chosen, kind, rows, needs, misses, rng)
    return groups


def _asked_of(
    chosen: Sequence[Tagged],
    kind: str,
    rows: Mapping[str, dict],
    needs: Mapping[str, Need],
    misses: int,
    rng: random.Random,
) -> list[Group]:
    thing = chosen[0].thing
    told = [
        sentence for tagged in chosen for sentence in _retold(rows[tagged.passage], tagged, thing)
    ]
    fitting = {n: need for n, need in needs.items() if kind in need.kinds and need.wordings(thing)}
    answered = [n for n in fitting if any(t.sentences.get(n) for t in chosen)]
    left_open = [n for n in fitting if not any(n in t.sentences for t in chosen)]
    groups = []
    for name in answered + rng.sample(left_open, min(misses, len(left_open))):
        kept = [one for one in told if _is_clear(one, name, needs[name])]
        groups.append(
            Group(
                rng.choice(needs[name].wordings(thing)),
                kept[0].heading,
                tuple(one.sentence for one in kept),
                frozenset(i for i, one in enumerate(kept) if _answers(one, name)),
                f"retold:{chosen[0].passage}",
                "retold",
                "train",
                tuple(one.heading for one in kept),
            )
        )
    return groups


def _retold(row: dict, tagged: Tagged, thing: str) -> list[_Told]:
    def renamed(text: str) -> str:
        return re.sub(rf"\b{re.escape(tagged.thing)}\b", thing, text, flags=re.IGNORECASE)

    told = zip(row["sentences"], headings_of(row), strict=True)
    return [_Told(renamed(s), renamed(heading), i, tagged) for i, (s, heading) in enumerate(told)]


def _answers(one: _Told, name: str) -> bool:
    return one.number in one.tagged.sentences.get(name, ())


def _is_clear(one: _Told, name: str, need: Need) -> bool:
    """Whether a sentence surely answers or surely doesn't."""
    if _answers(one, name):
        return True
    if name in one.tagged.sentences and not one.tagged.sentences[name]:
        return False
    return not any(_answers(one, other) for other in need.near)
