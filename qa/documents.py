"""Files of a corpus folder, each read to text once. The text is what is quoted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qa.errors import CorpusError, UnreadableFileError
from qa.readers import docx, html, markdown, pdf, plain_text
from qa.readers.base import Block, Extract

Reader = Callable[[bytes], Extract]

READERS: Mapping[str, Reader] = {
    ".md": markdown.read,
    ".txt": plain_text.read,
    ".html": html.read,
    ".htm": html.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
}

# A folder's own notes about its documents; they are not documents themselves.
NOT_DOCUMENTS = frozenset({"SOURCES.md", "README.md", "notices.toml"})


@dataclass(frozen=True)
class Document:
    """One source file.

    Attributes:
        file: path relative to the corpus folder, with forward slashes.
        title: front matter's title, else the first heading, else the file's name.
        text: the whole text; every offset in the program counts its characters.
        sha256: of the file's bytes, hexadecimal.
        kind: kind of source, as its front matter says ("drug label", ...); may be empty.
        publisher, url, published, reviewed, licence: as the front matter says; may be empty.
        section_kinds: pairs (heading, kind) for sections that are of another kind.
        blocks: the structure of the text, in order.
        page_starts: for paged formats, the offset at which each page begins.
    """

    file: str
    title: str
    text: str
    sha256: str
    kind: str = ""
    publisher: str = ""
    url: str = ""
    published: str = ""
    reviewed: str = ""
    licence: str = ""
    section_kinds: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()
    page_starts: tuple[int, ...] = ()

    def line_of(self, offset: int) -> int:
        """Line number (from 1) that holds the character at `offset`."""
        return self.text.count("\n", 0, offset) + 1

    def page_of(self, offset: int) -> int | None:
        """Page number (from 1) that holds `offset`; None when the format has no pages."""
        if not self.page_starts:
            return None
        return sum(start <= offset for start in self.page_starts)

    def kind_of(self, heading: str) -> str:
        """Kind of source of the section with this heading path ("A > B")."""
        for section, kind in self.section_kinds:
            if section in heading.split(" > "):
                return kind
        return self.kind


@dataclass(frozen=True)
class Skipped:
    """A file that could not be read, and why; the other files are indexed."""

    file: str
    reason: str


def read_document(path: Path, file: str) -> Document:
    """Read one file.

    Raises:
        UnreadableFileError: the file is empty, binary, encrypted, damaged or not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"cannot be opened ({error.strerror})") from error
    if not raw.strip():
        raise UnreadableFileError("is empty")
    extract = READERS[path.suffix.lower()](raw)
    if not extract.blocks:
        raise UnreadableFileError("holds no readable text")
    return _document(file, extract, hashlib.sha256(raw).hexdigest())


def read_corpus(folder: Path) -> tuple[list[Document], list[Skipped]]:
    """Read every file below `folder` whose suffix has a reader, in order of name.

    Hidden files and folders, and a folder's own notes (README.md, SOURCES.md), are passed over;
    a file with another suffix is reported as skipped.

    Raises:
        CorpusError: the folder doesn't exist, or holds nothing readable.
    """
    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder; give the folder that holds your documents.")
    documents: list[Document] = []
    skipped: list[Skipped] = []
    for path in sorted(folder.rglob("*")):
        file = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in Path(file).parts)
        if hidden or not path.is_file() or path.name in NOT_DOCUMENTS:
            continue
        if path.suffix.lower() not in READERS:
            skipped.append(Skipped(file, f"has a suffix that is not one of {_suffixes()}"))
            continue
        try:
            documents.append(read_document(path, file))
        except UnreadableFileError as error:
            skipped.append(Skipped(file, str(error)))
    if not documents:
        detail = "".join(f" {item.file} {item.reason}." for item in skipped[:5])
        raise CorpusError(
            f"{folder} holds no readable document.{detail} Put {_suffixes()} files in it."
        )
    return documents, skipped


def _suffixes() -> str:
    return ", ".join(READERS)


def _document(file: str, extract: Extract, sha256: str) -> Document:
    meta = extract.metadata
    headings = [block for block in extract.blocks if block.kind == "heading"]
    first = extract.text[headings[0].start : headings[0].end] if headings else ""
    sections = meta.get("sections") or []
    if not isinstance(sections, list) or not all(isinstance(item, dict) for item in sections):
        raise UnreadableFileError("has front matter whose `sections` is not a list of mappings")
    return Document(
        file=file,
        title=_text(meta, "title") or " ".join(first.split()) or Path(file).stem,
        text=extract.text,
        sha256=sha256,
        kind=_text(meta, "kind"),
        publisher=_text(meta, "publisher"),
        url=_text(meta, "url"),
        published=_text(meta, "published"),
        reviewed=_text(meta, "reviewed"),
        licence=_text(meta, "licence"),
        section_kinds=tuple((_text(item, "heading"), _text(item, "kind")) for item in sections),
        blocks=extract.blocks,
        page_starts=extract.page_starts,
    )


def _text(mapping: Mapping[str, object], key: str) -> str:
    value = mapping.get(key)
    return "" if value is None else str(value).strip()
