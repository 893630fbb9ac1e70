"""The training sets, read into one form. Their folder is QA_TRAINING_DATA or --data."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.cross_encoder import context_of

OWN = Path(__file__).parent / "data"
LEFT_OUT = re.compile(r"naltrexone|\bLDN\b|fibromyalgia", re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """One question with the sentences of one passage.

    Attributes:
        question: in a lay person's words.
        heading: "Title > Section" of the passage.
        sentences: of the passage, in order.
        answers: indices of the sentences that answer; empty for a near miss.
        passage: the passage's id, unique over all sets.
        source: name of the set; "<name>:reworded" where another asks in other words what the set
            asks before.
        partition: "train" or "dev".
        headings: of each sentence, where they differ.
    """

    question: str
    heading: str
    sentences: tuple[str, ...]
    answers: frozenset[int]
    passage: str
    source: str
    partition: str
    headings: tuple[str, ...] = ()

    def context(self, index: int) -> str:
        """A sentence under its heading, as the evidence model reads it."""
        heading = self.headings[index] if self.headings else self.heading
        return context_of(self.sentences[index], heading)

    def before(self, index: int) -> str:
        """What stands before a sentence under the same heading, "" where nothing does."""
        headings = self.headings or (self.heading,) * len(self.sentences)
        text = self.sentences[index - 1] if index else ""
        lead_in = headings[index].endswith(text)  # it is read as part of the heading
        return text if headings[index].startswith(headings[index - 1]) and not lead_in else ""


def lines(path: Path) -> Iterator[dict]:
    """JSON lines of a plain or gzipped file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            if line.strip():
                yield json.loads(line)


def headings_of(row: dict) -> tuple[str, ...]:
    """The heading of each sentence of a passage, "Title > Section"."""
    sections = row.get("sections") or [row["section"]] * len(row["sentences"])
    return tuple(" > ".join(filter(None, [row["title"], section])) for section in sections)


def lay(folder: Path) -> list[Group]:
    """Lay questions over medical and Wikipedia passages, and over passages of our own."""
    return _lay(folder / "lay_questions.jsonl.gz") + own()


def own() -> list[Group]:
    """Lay questions over passages of our own: the sets that come with the project."""
    return [group for path in sorted(OWN.glob("*.jsonl*")) for group in _lay(path)]


def _lay(path: Path) -> list[Group]:
    name = path.name.split(".")[0]
    return [
        Group(
            asked["question"],
            headings_of(row)[0],
            tuple(row["sentences"]),
            frozenset(asked["answers"]),
            f"{name}:{row['id']}",
            f"{name}:reworded" if asked.get("reworded") else name,
            row["partition"],
            headings_of(row) if "sections" in row else (),
        )
        for row in lines(path)
        if not LEFT_OUT.search(json.dumps(row, ensure_ascii=False))
        for asked in row["questions"]
    ]


def selqa(folder: Path) -> list[Group]:
    """SelQA; a tenth of the articles, by a hash of their titles, is kept for dev."""
    groups = []
    for number, row in enumerate(lines(folder / "selqa.jsonl.gz")):
        if LEFT_OUT.search(json.dumps(row, ensure_ascii=False)):
            continue
        groups.append(
            Group(
                row["question"],
                f"{row['title']} > {row['section']}",
                tuple(row["sentences"]),
                frozenset(row["answers"]),
                f"selqa:{number}",
                "selqa",
                "train" if zlib.crc32(row["title"].encode()) % 10 else "dev",
            )
        )
    return groups


def cast(folder: Path) -> list[Group]:
    """CAsT-answerability: train and validation parts; its sentences come without headings."""
    groups = []
    for part, partition in (("train", "train"), ("validation", "dev")):
        path = folder / f"cast_answerability_{part}.jsonl.gz"
        for number, row in enumerate(lines(path)):
            groups.append(
                Group(
                    row["question"],
                    "",
                    tuple(row["sentences"]),
                    frozenset(i for i, label in enumerate(row["labels"]) if label),
                    f"cast:{part}:{number}",
                    "cast",
                    partition,
                )
            )
    return groups
