"""The index folder, opened for reading: FAISS vectors and SQLite documents, passages, FTS5."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from qa.base_models import sha256_of
from qa.documents import Document
from qa.encoder import Vectors
from qa.errors import IndexFolderError
from qa.passages import SPLITTER_VERSION, Sentence

FORMAT_VERSION = 2
MANIFEST, VECTORS, PASSAGES = "manifest.json", "vectors.faiss", "passages.sqlite"

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Candidate:
    """A sentence in its place, as the index holds it.

    Attributes:
        number: its row in the index.
        file: of the document.
        title: of the document.
        heading: path of headings above it; without the title.
        passage_start, passage_end: offsets of its passage.
        sentence: offsets, lead-in and whether it is a reference.
        text: the sentence.
        lead_in: text of the line that leads its list in, or "".
    """

    number: int
    file: str
    title: str
    heading: str
    passage_start: int
    passage_end: int
    sentence: Sentence
    text: str
    lead_in: str

    @property
    def context(self) -> str:
        """Title, headings and lead-in, as the encoder and the evidence model read them."""
        return place(self.title, self.heading, self.lead_in)


def place(title: str, heading: str, lead_in: str) -> str:
    """The path "Title > Heading > lead-in", without blanks or a title said twice."""
    parts = [title, *heading.split(" > "), " ".join(lead_in.split())]
    return " > ".join(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True)
class Manifest:
    """What an index folder says of itself; see the README of the folder."""

    format_version: int
    splitter_version: int
    encoder: str
    encoder_sha256: str
    documents: Mapping[str, str]
    passages: int
    sentences: int
    files: Mapping[str, str]
    skipped: Mapping[str, str]


class Index:
    """An open index; read-only, and safe to share between threads."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._vectors = faiss.read_index(str(folder / VECTORS))
        uri = f"file:{(folder / PASSAGES).resolve().as_posix()}?mode=ro&immutable=1"
        self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._documents = {document.file: document for document in self._read_documents()}

    @classmethod
    def open(cls, folder: Path) -> Index:
        """Open an index folder, or the one it is just replacing if a build was cut short.

        Raises:
            IndexFolderError: missing, damaged, stale or foreign; the message says how to mend it.
        """
        folder = readable_folder(folder)
        manifest = read_manifest(folder)
        mend = f"Rebuild it: qa index CORPUS --index {folder}"
        for name, expected in manifest.files.items():
            path = folder / name
            if not path.is_file() or sha256_of(path) != expected:
                raise IndexFolderError(f"{path} is damaged. {mend}")
        if (manifest.format_version, manifest.splitter_version) != (
            FORMAT_VERSION,
            SPLITTER_VERSION,
        ):
            raise IndexFolderError(f"{folder} was built by another version of qa. {mend}")
        return cls(folder, manifest)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def documents(self) -> tuple[Document, ...]:
        """Every document, in order of file name."""
        return tuple(self._documents.values())

    def document(self, file: str) -> Document:
        """One document.

        Raises:
            KeyError: the index doesn't hold it.
        """
        return self._documents[file]

    def note(self, key: str) -> Any:  # noqa: ANN401 - JSON of several shapes
        """What the build noted under `key`; the keys stand in `qa.indexing`."""
        row = self._db.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0])

    def search_vectors(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """Nearest sentences as (number, cosine similarity), best first."""
        scores, numbers = self._vectors.search(query, min(count, self._vectors.ntotal))
        return [
            (int(number), float(score))
            for number, score in zip(numbers[0], scores[0], strict=True)
            if number >= 0
        ]

    def search_words(self, question: str, count: int) -> list[tuple[int, float]]:
        """Best sentences by BM25 (Robertson & Zaragoza 2009, FTS5's k1 = 1.2, b = 0.75).

        Returns (number, score), best first; a higher score is better.
        """
        words = dict.fromkeys(word.lower() for word in _WORD.findall(question.replace("_", " ")))
        if not words:
            return []
        query = " OR ".join(f'"{word}"' for word in words)
        rows = self._db.execute(
            "SELECT rowid, -bm25(sentence_fts) FROM sentence_fts WHERE sentence_fts MATCH ? "
            "ORDER BY bm25(sentence_fts) LIMIT ?",
            (query, count),
        )
        return [(int(number), float(score)) for number, score in rows]

    def vector(self, number: int) -> Vectors:
        """The vector of one sentence, shape (dimension,)."""
        return np.asarray(self._vectors.reconstruct(number), dtype=np.float32)

    def candidates(self, numbers: Sequence[int]) -> list[Candidate]:
        """The sentences with these numbers, in the order asked."""
        rows = self._db.execute(
            "SELECT s.number, p.file, p.heading, p.start, p.end, s.start, s.end, s.lead_start, "
            "s.lead_end, s.reference FROM sentences s JOIN passages p ON s.passage = p.number "
            "WHERE s.number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )
        found = {int(row[0]): self._candidate(row) for row in rows}
        return [found[number] for number in numbers]

    def neighbours(self, candidate: Candidate) -> list[Candidate]:
        """All sentences of the candidate's passage, in order."""
        rows = self._db.execute(
            "SELECT s.number FROM sentences s JOIN passages p ON s.passage = p.number "
            "WHERE p.file = ? AND p.start = ? ORDER BY s.start",
            (candidate.file, candidate.passage_start),
        )
        return self.candidates([int(row[0]) for row in rows])

    def passages(self) -> list[tuple[str, int, int, str]]:
        """Every passage as (file, start, end, heading), in order of file and place."""
        rows = self._db.execute(
            "SELECT file, start, end, heading FROM passages ORDER BY file, start"
        )
        return [(str(row[0]), int(row[1]), int(row[2]), str(row[3])) for row in rows]

    def passage_around(self, file: str, offset: int) -> tuple[int, int]:
        """Offsets of the passage of `file` that holds the character at `offset`."""
        row = self._db.execute(
            "SELECT start, end FROM passages WHERE file = ? AND start <= ? "
            "ORDER BY start DESC LIMIT 1",
            (file, offset),
        ).fetchone()
        return int(row[0]), int(row[1])

    def _candidate(self, row: Sequence[Any]) -> Candidate:
        number, file, heading, passage_start, passage_end, start, end, lead, lead_end, ref = row
        document = self._documents[file]
        lead_in = None if lead is None else (lead, lead_end)
        return Candidate(
            number=number,
            file=file,
            title=document.title,
            heading=heading,
            passage_start=passage_start,
            passage_end=passage_end,
            sentence=Sentence(start, end, lead_in, bool(ref)),
            text=document.text[start:end],
            lead_in="" if lead_in is None else document.text[slice(*lead_in)],
        )

    def _read_documents(self) -> list[Document]:
        rows = self._db.execute(
            "SELECT file, title, text, sha256, kind, publisher, url, published, reviewed, licence, "
            "section_kinds, page_starts FROM documents ORDER BY file"
        )
        return [
            Document(
                file=row[0],
                title=row[1],
                text=row[2],
                sha256=row[3],
                kind=row[4],
                publisher=row[5],
                url=row[6],
                published=row[7],
                reviewed=row[8],
                licence=row[9],
                section_kinds=tuple((heading, kind) for heading, kind in json.loads(row[10])),
                page_starts=tuple(json.loads(row[11])),
            )
            for row in rows
        ]


def previous_folder(folder: Path) -> Path:
    """Where an index stands for the moment in which a new one takes its place."""
    return folder.parent / f".{folder.name}.previous"


def readable_folder(folder: Path) -> Path:
    """`folder`, or the index it was replacing when a build was cut short.

    Raises:
        IndexFolderError: neither holds an index.
    """
    for path in (folder, previous_folder(folder)):
        if (path / MANIFEST).is_file():
            return path
    raise IndexFolderError(f"{folder} holds no index. Build it: qa index CORPUS --index {folder}")


def read_manifest(folder: Path) -> Manifest:
    """Read an index folder's manifest.

    Raises:
        IndexFolderError: it isn't one of ours, or damaged.
    """
    try:
        values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Manifest(**values)
    except (OSError, ValueError, TypeError) as error:
        raise IndexFolderError(
            f"{folder / MANIFEST} is damaged or not of this program. Rebuild it: "
            f"qa index CORPUS --index {folder}"
        ) from error
