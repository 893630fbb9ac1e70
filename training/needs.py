"""Questions by what people want to know: many wordings of a need, over passages tagged with needs.

`data/needs.toml` holds the needs and their wordings, `data/tags.txt` which sentences of our own
passages speak to which need. Every wording of a need is answered by the same sentences, so that a
model learns that words don't have to be shared; a need that a passage leaves open is a near miss.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.data import OWN, Group, headings_of, lines


@dataclass(frozen=True)
class Need:
    """What somebody may want to know.

    Attributes:
        kinds: of passage that it fits: d medicine, c condition, s service, p one person's story.
        near: needs whose sentences may half answer it; they count neither as right nor as wrong.
        words: its wordings; {x} stands for the thing asked about.
    """

    kinds: str
    near: tuple[str, ...]
    words: tuple[str, ...]

    def wordings(self, thing: str) -> list[str]:
        """Its wordings about a thing; without one, those that name none."""
        return [w.replace("{x}", thing) for w in self.words if thing or "{x}" not in w]


@dataclass(frozen=True)
class Tagged:
    """A passage's tags.

    Attributes:
        passage: its id.
        thing: what it is about, as an asker names it; empty if nothing fits.
        kinds: of need that fit it.
        sentences: of each need that it speaks to; none where that is unclear.
    """

    passage: str
    thing: str
    kinds: str
    sentences: Mapping[str, tuple[int, ...]]


def read_needs(folder: Path = OWN) -> dict[str, Need]:
    """The needs by name."""
    table = tomllib.loads((folder / "needs.toml").read_text(encoding="utf-8"))
    return {
        name: Need(value["kinds"], tuple(value["near"]), tuple(value["words"]))
        for name, value in table.items()
    }


def read_tags(folder: Path = OWN) -> list[Tagged]:
    """The tags of all passages."""
    tagged = []
    for line in (folder / "tags.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            passage, thing, kinds, *tags = line.split()
            sentences = {
                need: tuple(int(number) for number in numbers.split(",") if number)
                for need, _, numbers in (tag.partition(":") for tag in tags)
            }
            named = "" if thing == "-" else thing.replace("_", " ")
            tagged.append(Tagged(passage, named, kinds, sentences))
    return tagged


def need_groups(seed: int, times: int = 1, misses: int = 4, folder: Path = OWN) -> list[Group]:
    """Each need that a passage speaks to, and some that it leaves open, in drawn wordings.

    Args:
        seed: of what is drawn.
        times: that each need which is answered is asked.
        misses: needs that are left open, of each passage.
        folder: holds the passages, needs and tags.
    """
    rng = random.Random(seed)
    needs = read_needs(folder)
    rows = {row["id"]: row for path in sorted(folder.glob("*.jsonl*")) for row in lines(path)}
    groups = []
    for tagged in read_tags(folder):
        fitting = {
            name: need
            for name, need in needs.items()
            if set(need.kinds) & set(tagged.kinds) and need.wordings(tagged.thing)
        }
        answered = [
            name
            for name, numbers in tagged.sentences.items()
            if numbers and needs[name].wordings(tagged.thing)
        ]
        left_open = [
            name
            for name, need in fitting.items()
            if not {name, *need.near} & tagged.sentences.keys()
        ]
        asked = answered * times + rng.sample(left_open, min(misses, len(left_open)))
        row = rows[tagged.passage]
        groups += [_group(row, tagged, name, needs[name], rng) for name in asked]
    return groups


def _group(row: dict, tagged: Tagged, name: str, need: Need, rng: random.Random) -> Group:
    right = tagged.sentences.get(name, ())
    unsure = {i for other in need.near for i in tagged.sentences.get(other, ())} - set(right)
    kept = [i for i in range(len(row["sentences"])) if i not in unsure]
    headings = headings_of(row)
    return Group(
        rng.choice(need.wordings(tagged.thing)),
        headings[0],
        tuple(row["sentences"][i] for i in kept),
        frozenset(at for at, i in enumerate(kept) if i in right),
        f"needs:{tagged.passage}",
        "needs",
        "train",
        tuple(headings[i] for i in kept),
    )


def every_wording(folder: Path = OWN) -> set[str]:
    """Every wording of every need, with {x} left as it is."""
    return {words for need in read_needs(folder).values() for words in need.words}
