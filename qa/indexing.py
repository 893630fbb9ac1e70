"""Build an index beside the old one and put it in its place."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss
import numpy as np
from filelock import FileLock, Timeout

from qa.abbreviations import find_abbreviations
from qa.base_models import sha256_of
from qa.documents import Document, Skipped, read_corpus
from qa.encoder import Encoder, Vectors
from qa.errors import IndexFolderError
from qa.glossary import find_definitions
from qa.index import (
    FORMAT_VERSION,
    MANIFEST,
    PASSAGES,
    VECTORS,
    Index,
    Manifest,
    place,
    previous_folder,
)
from qa.passages import SPLITTER_VERSION, Passage, split
from qa.safety import read_red_flags
from qa.spelling import vocabulary
from qa.words import frequencies, words

EmbedProgress = Callable[[int, int], None]
"""Called with (sentences embedded, sentences to embed)."""

_BATCH = 256
_KEPT = frozenset({"README.md", ".gitignore"})  # may stand in an index folder beside the index

_SCHEMA = """
CREATE TABLE documents (file TEXT PRIMARY KEY, title TEXT, text TEXT, sha256 TEXT, kind TEXT,
    publisher TEXT, url TEXT, published TEXT, reviewed TEXT, licence TEXT, section_kinds TEXT,
    page_starts TEXT);
CREATE TABLE passages (number INTEGER PRIMARY KEY, id TEXT, file TEXT, start INTEGER, end INTEGER,
    heading TEXT);
CREATE INDEX passage_place ON passages (file, start);
CREATE TABLE sentences (number INTEGER PRIMARY KEY, passage INTEGER, start INTEGER, end INTEGER,
    lead_start INTEGER, lead_end INTEGER, reference INTEGER);
CREATE INDEX sentence_passage ON sentences (passage, start);
CREATE VIRTUAL TABLE sentence_fts USING fts5(text, place, content='',
    tokenize="porter unicode61 remove_diacritics 2");
CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT);
"""


@dataclass(frozen=True)
class BuildReport:
    """What a build did: counts, and the files it passed over."""

    documents: int
    passages: int
    sentences: int
    embedded: int
    removed: int
    skipped: tuple[Skipped, ...]


def build_index(
    corpus: Path, folder: Path, encoder: Encoder, progress: EmbedProgress | None = None
) -> BuildReport:
    """Index a corpus folder; documents that didn't change are not embedded again.

    The new index is built in a sibling folder and renamed into place: whatever happens, the old
    index or the new one can be opened.

    Raises:
        CorpusError: the corpus cannot be used.
        IndexFolderError: `folder` holds something else, or is being built by another process.
    """
    _check_ours(folder)
    documents, skipped = read_corpus(corpus)
    red_flags = read_red_flags(corpus)
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.parent / f".{folder.name}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise IndexFolderError(
            f"{folder} is being built by another process; wait until it is done."
        ) from error
    try:
        for left in folder.parent.glob(f".{folder.name}.building-*"):
            shutil.rmtree(left, ignore_errors=True)
        aside = Path(
            tempfile.mkdtemp(prefix=f".{folder.name}.building-", dir=folder.parent.resolve())
        )
        old = _open_if_usable(folder, encoder)
        passages = [split(document) for document in documents]
        vectors, embedded = _vectors(documents, passages, encoder, old, progress)
        removed = len(set(old.manifest.documents) - {d.file for d in documents}) if old else 0
        if old is not None:
            old.close()
        faiss_index = faiss.IndexFlatIP(encoder.dimension)
        faiss_index.add(vectors)
        faiss.write_index(faiss_index, str(aside / VECTORS))
        _write_database(aside / PASSAGES, documents, passages, red_flags)
        count = sum(map(len, passages))
        manifest = Manifest(
            format_version=FORMAT_VERSION,
            splitter_version=SPLITTER_VERSION,
            encoder=encoder.name,
            encoder_sha256=encoder.sha256,
            documents={document.file: document.sha256 for document in documents},
            passages=count,
            sentences=len(vectors),
            files={name: sha256_of(aside / name) for name in (VECTORS, PASSAGES)},
            skipped={item.file: item.reason for item in skipped},
        )
        text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
        (aside / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _publish(aside, folder)
    finally:
        lock.release()
    return BuildReport(len(documents), count, len(vectors), embedded, removed, tuple(skipped))


def _check_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise IndexFolderError(f"{folder} is a file; give a folder for the index.")
    if not folder.is_dir() or (folder / MANIFEST).is_file():
        return
    foreign = [path.name for path in folder.iterdir() if path.name not in _KEPT]
    if foreign:
        raise IndexFolderError(
            f"{folder} holds other files ({sorted(foreign)[0]}) and no index; nothing was "
            "changed. Give an empty or new folder with --index."
        )


def _open_if_usable(folder: Path, encoder: Encoder) -> Index | None:
    """The old index, if its vectors can be used again; a damaged one is built anew."""
    try:
        old = Index.open(folder)
    except IndexFolderError:
        return None
    if old.manifest.encoder_sha256 != encoder.sha256:
        old.close()
        return None
    return old


def _vectors(
    documents: Sequence[Document],
    passages: Sequence[Sequence[Passage]],
    encoder: Encoder,
    old: Index | None,
    progress: EmbedProgress | None,
) -> tuple[Vectors, int]:
    """Vectors of all sentences, shape (sentences, dimension), and how many were embedded."""
    kept: dict[tuple[str, str], list[int]] = {}
    if old is not None:
        for number, candidate in enumerate(old.candidates(range(old.manifest.sentences))):
            sha256 = old.manifest.documents[candidate.file]
            kept.setdefault((candidate.file, sha256), []).append(number)
    vectors: list[Vectors | None] = []
    texts: list[str] = []
    for document, parts in zip(documents, passages, strict=True):
        rows = kept.get((document.file, document.sha256))
        for passage in parts:
            for sentence in passage.sentences:
                if rows is not None and old is not None:
                    vectors.append(old.vector(rows.pop(0)))
                else:
                    lead = document.text[slice(*sentence.lead_in)] if sentence.lead_in else ""
                    where = place(document.title, passage.heading, lead)
                    texts.append(f"{where}: {document.text[sentence.start : sentence.end]}")
                    vectors.append(None)
    fresh: list[Vectors] = []
    for first in range(0, len(texts), _BATCH):
        fresh.extend(encoder.encode_documents(texts[first : first + _BATCH]))
        if progress is not None:
            progress(min(first + _BATCH, len(texts)), len(texts))
    new = iter(fresh)
    rows_in_order = [next(new) if vector is None else vector for vector in vectors]
    if not rows_in_order:
        return np.zeros((0, encoder.dimension), dtype=np.float32), 0
    return np.vstack(rows_in_order).astype(np.float32), len(texts)


def _write_database(
    path: Path,
    documents: Sequence[Document],
    passages: Sequence[Sequence[Passage]],
    red_flags: object,
) -> None:
    db = sqlite3.connect(path)
    with db:
        db.executescript(_SCHEMA)
        passage_number = sentence_number = 0
        for document, parts in zip(documents, passages, strict=True):
            db.execute(
                "INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    document.file,
                    document.title,
                    document.text,
                    document.sha256,
                    document.kind,
                    document.publisher,
                    document.url,
                    document.published,
                    document.reviewed,
                    document.licence,
                    json.dumps(document.section_kinds),
                    json.dumps(document.page_starts),
                ),
            )
            for passage in parts:
                db.execute(
                    "INSERT INTO passages VALUES (?,?,?,?,?,?)",
                    (
                        passage_number,
                        passage.id,
                        passage.file,
                        passage.start,
                        passage.end,
                        passage.heading,
                    ),
                )
                for sentence in passage.sentences:
                    lead = sentence.lead_in or (None, None)
                    row = (sentence_number, passage_number, sentence.start, sentence.end, *lead)
                    db.execute(
                        "INSERT INTO sentences VALUES (?,?,?,?,?,?,?)", (*row, sentence.reference)
                    )
                    lead_in = document.text[slice(*sentence.lead_in)] if sentence.lead_in else ""
                    db.execute(
                        "INSERT INTO sentence_fts (rowid, text, place) VALUES (?,?,?)",
                        (
                            sentence_number,
                            document.text[sentence.start : sentence.end],
                            place(document.title, passage.heading, lead_in),
                        ),
                    )
                    sentence_number += 1
                passage_number += 1
        texts = [document.text for document in documents]
        placed = [
            (document.text[s.start : s.end], document.file, s.start, s.end, passage.heading)
            for document, parts in zip(documents, passages, strict=True)
            for passage in parts
            for s in passage.sentences
        ]
        sentences = [text for text, *_ in placed]
        used = Counter(word for text in sentences for word in set(words(text)))
        headings = [passage.heading for parts in passages for passage in parts]
        abbreviations = find_abbreviations(texts)
        definitions = find_definitions(placed, used, abbreviations)
        notes = {
            "vocabulary": vocabulary(texts),
            "stems": frequencies([*sentences, *dict.fromkeys(headings)]),
            "abbreviations": abbreviations,
            "definitions": [asdict(found) for found in definitions],
            "red_flags": red_flags,
        }
        db.executemany(
            "INSERT INTO notes VALUES (?,?)",
            [(key, json.dumps(value, ensure_ascii=False)) for key, value in notes.items()],
        )
    db.close()


def _publish(aside: Path, folder: Path) -> None:
    """Put the new index in the old one's place; readers fall back to `previous_folder`."""
    previous = previous_folder(folder)
    if folder.is_dir():
        for name in _KEPT:
            if (folder / name).is_file():
                shutil.copy2(folder / name, aside / name)
        aside.chmod(folder.stat().st_mode & 0o7777)
        if (folder / MANIFEST).is_file() or not (previous / MANIFEST).is_file():
            shutil.rmtree(previous, ignore_errors=True)
            folder.replace(previous)
        else:
            shutil.rmtree(folder)
    else:
        aside.chmod(0o755)
    aside.replace(folder)
    shutil.rmtree(previous, ignore_errors=True)
