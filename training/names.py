"""Questions that turn on a name: a condition, a medicine or a place, spoken of or not.

`data/names.toml` holds names by kind and how people ask with them. A question is right for a
sentence that speaks to its need and holds its name; with another name of that kind it is a near
miss (as in the entity swaps of Rajpurkar et al. 2018, "Know What You Don't Know").
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from qa.words import content_stems
from training.data import OWN, Group, headings_of, lines
from training.needs import read_tags


@dataclass(frozen=True)
class Names:
    """Names of one kind.

    Attributes:
        names: as they are written.
        asked: wordings by the need that a sentence must speak to; {n} is the name, {x} the thing.
    """

    names: tuple[str, ...]
    asked: Mapping[str, tuple[str, ...]]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.names, key=len, reverse=True)
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)

    def within(self, text: str) -> list[str]:
        """Names that stand in a text, as they are written there."""
        return self._pattern.findall(text)

    def other(self, text: str, rng: random.Random) -> str | None:
        """A name of which the text holds no word; None where twenty draws find none."""
        told = set(content_stems(text))
        drawn = rng.sample(self.names, min(20, len(self.names)))
        return next((n for n in drawn if not told & set(content_stems(n))), None)


def read_names(folder: Path = OWN) -> dict[str, Names]:
    """Names by kind."""
    table = tomllib.loads((folder / "names.toml").read_text(encoding="utf-8"))
    return {
        kind: Names(tuple(v["names"]), {n: tuple(words) for n, words in v["asked"].items()})
        for kind, v in table.items()
    }


def exchanged_groups(groups: Sequence[Group], seed: int, folder: Path = OWN) -> list[Group]:
    """Questions whose name stands in an answering sentence, with a name that the passage lacks."""
    rng = random.Random(seed)
    kinds = read_names(folder)
    exchanged = []
    for group in groups:
        right = " ".join(group.sentences[i] for i in sorted(group.answers))
        passage = " ".join((group.heading, *group.headings, *group.sentences))
        for names in kinds.values():
            spoken = {name.lower() for name in names.within(right)}
            asked = [name for name in names.within(group.question) if name.lower() in spoken]
            other = names.other(passage, rng) if asked else None
            if other:
                question = group.question.replace(asked[0], _in_case_of(asked[0], other))
                exchanged.append(replace(group, question=question, answers=frozenset()))
    return exchanged


def named_groups(seed: int, folder: Path = OWN) -> list[Group]:
    """For each tagged sentence that holds a name of the kind its need is asked with.

    One question with that name, which the sentence answers, and one with another, which the passage
    does not.
    """
    rng = random.Random(seed)
    kinds = read_names(folder)
    rows = {row["id"]: row for path in sorted(folder.glob("*.jsonl*")) for row in lines(path)}
    groups = []
    for tagged in read_tags(folder):
        row = rows[tagged.passage]
        sentences = tuple(row["sentences"])
        headings = headings_of(row)
        passage = " ".join((*headings, *sentences))
        for names in kinds.values():
            for need in sorted(names.asked.keys() & tagged.sentences.keys()):
                holding = {i: names.within(sentences[i]) for i in tagged.sentences[need]}
                found = [name for i in sorted(holding) for name in holding[i]]
                words = [w for w in names.asked[need] if tagged.thing or "{x}" not in w]
                other = names.other(passage, rng) if found and words else None
                if not other:
                    continue
                name = rng.choice(found)
                right = {i for i, s in enumerate(sentences) if name in names.within(s)}
                for asked, answers in ((name, right & holding.keys()), (other, set())):
                    unsure = set() if not answers else right - holding.keys()
                    kept = [i for i in range(len(sentences)) if i not in unsure]
                    groups.append(
                        Group(
                            rng.choice(words).replace("{n}", asked).replace("{x}", tagged.thing),
                            headings[0],
                            tuple(sentences[i] for i in kept),
                            frozenset(at for at, i in enumerate(kept) if i in answers),
                            f"names:{tagged.passage}",
                            "names",
                            "train",
                            tuple(headings[i] for i in kept),
                        )
                    )
    return groups


def _in_case_of(name: str, other: str) -> str:
    return other.lower() if name.islower() else other
