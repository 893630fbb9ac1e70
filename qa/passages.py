"""Document → passages and sentences, as offsets into its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sentencex import get_sentence_boundaries

from qa.documents import Document
from qa.readers.base import Block, trimmed

# Shapes what is indexed: part of the manifest, so that a change asks for a new index.
SPLITTER_VERSION = 2
PASSAGE_MAX_CHARS = 1500  # about 250 words: what a person reads at one glance
SENTENCE_MAX_CHARS = 1200  # a guard for files without punctuation

_REFERENCE_HEADING = re.compile(
    r"\b(references?|bibliography|works cited|citations|sources|further reading|"
    r"(external|useful|related) links?|links)\W*$",
    re.IGNORECASE,
)
_CITATION = re.compile(r"\b(doi:\s*10\.|doi\.org/10\.|PMID:?\s*\d)", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_ENDS_SENTENCE = re.compile(r"[.!?][\"'”’)\]]*$")


@dataclass(frozen=True)
class Sentence:
    """The unit that is scored and quoted: a sentence, a list item or a table row.

    A question goes together with the sentence that answers it: "Does it hurt? No."

    Attributes:
        start, end: character offsets into the document's text.
        lead_in: offsets of the line that leads the list in, or of the table's header.
        reference: it is a citation or a link, quoted only when a study or link is asked for.
    """

    start: int
    end: int
    lead_in: tuple[int, int] | None = None
    reference: bool = False


@dataclass(frozen=True)
class Passage:
    """A slice of a document that reads well alone.

    Attributes:
        id: "<file>:<start>-<end>".
        heading: path of the headings above it, joined by " > "; without the document's title.
        sentences: its sentences, in order; a heading that nothing follows has none.
    """

    id: str
    file: str
    start: int
    end: int
    heading: str
    sentences: tuple[Sentence, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a passage cannot span {self.start}..{self.end}")
        for sentence in self.sentences:
            if not self.start <= sentence.start < sentence.end <= self.end:
                raise ValueError("a sentence lies outside its passage")


@dataclass
class _Draft:
    """A passage being gathered."""

    start: int
    end: int
    heading: str
    sentences: list[Sentence]


def split(document: Document) -> list[Passage]:
    """Split a document into passages, in order.

    Together they hold all of its text but blank space and markup; none overlaps another.
    """
    drafts = _Splitter(document).run()
    return [
        Passage(
            id=f"{document.file}:{draft.start}-{draft.end}",
            file=document.file,
            start=draft.start,
            end=draft.end,
            heading=draft.heading,
            sentences=tuple(draft.sentences),
        )
        for draft in drafts
    ]


class _Splitter:
    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.title = document.title
        self.blocks = document.blocks
        self.path: list[tuple[int, str]] = []
        self.drafts: list[_Draft] = []
        self.heading_start: int | None = None  # headings not yet joined to what follows them
        self.heading_end = 0

    def run(self) -> list[_Draft]:
        number = 0
        while number < len(self.blocks):
            block = self.blocks[number]
            if block.kind == "heading":
                self._enter(block)
                number += 1
            elif block.kind == "paragraph":
                listed = _run_length(self.blocks, number + 1, ("item", "row"))
                self._paragraph(block, self.blocks[number + 1 : number + 1 + listed])
                number += 1 + listed
            else:
                listed = _run_length(self.blocks, number, ("item", "row"))
                self._list(self.blocks[number : number + listed], lead_in=None)
                number += listed
        if self.heading_start is not None:
            self._add(self.heading_end, self.heading_end, [])
        return self.drafts

    def _enter(self, block: Block) -> None:
        text = " ".join(self.text[block.start : block.end].split())
        self.path = [entry for entry in self.path if entry[0] < block.level]
        if text != self.title or block.level > 1:
            self.path.append((block.level, text))
        if self.heading_start is None:
            self.heading_start = block.start
        self.heading_end = block.end

    @property
    def _heading(self) -> str:
        return " > ".join(text for _, text in self.path)

    @property
    def _among_references(self) -> bool:
        return bool(self.path) and _REFERENCE_HEADING.search(self.path[-1][1]) is not None

    def _add(self, start: int, end: int, sentences: list[Sentence], heading: str = "") -> _Draft:
        if self.heading_start is not None:
            start = self.heading_start
            self.heading_start = None
        draft = _Draft(start, end, heading or self._heading, sentences)
        self.drafts.append(draft)
        return draft

    def _paragraph(self, block: Block, listed: Sequence[Block]) -> None:
        sentences = [self._marked(s) for s in sentences_of(self.text, block.start, block.end)]
        for group in _by_length(sentences):
            self._add(group[0].start, group[-1].end, group)
        if listed:
            lead_in = self._lead_in(sentences[-1], listed)
            self._list(listed, lead_in, joined=lead_in is not None)

    def _lead_in(self, last: Sentence, listed: Sequence[Block]) -> tuple[int, int] | None:
        """The sentence before a list leads it in if it ends in a colon or the items need it."""
        fragments = all(
            _ENDS_SENTENCE.search(self.text[block.start : block.end]) is None
            for block in listed
            if block.kind == "item"
        )
        if self.text[last.start : last.end].endswith(":") or (
            fragments and listed[0].kind == "item"
        ):
            return last.start, last.end
        return None

    def _list(
        self, listed: Sequence[Block], lead_in: tuple[int, int] | None, joined: bool = False
    ) -> None:
        draft = self.drafts[-1] if joined else None
        for block in listed:
            start = (
                min(block.start, block.header[0])
                if block.kind == "item" and block.header
                else block.start
            )
            sentences = self._unit(block, lead_in)
            titled = block.kind == "item" and block.header is not None
            full = draft is not None and block.end - draft.start > PASSAGE_MAX_CHARS
            if draft is None or full or titled or self.heading_start is not None:
                heading = self._heading
                if titled and block.header is not None:
                    title = " ".join(self.text[slice(*block.header)].split())
                    heading = " > ".join(filter(None, [heading, title]))
                fresh = self._add(start, block.end, sentences, heading)
                draft = None if titled else fresh
            else:
                draft.end = block.end
                draft.sentences.extend(sentences)

    def _unit(self, block: Block, lead_in: tuple[int, int] | None) -> list[Sentence]:
        """Sentences of an item or row; a citation or a row stays whole."""
        if block.kind == "row":
            is_header = any(other.header == (block.start, block.end) for other in self.blocks)
            row = Sentence(block.start, block.end, block.header, self._among_references)
            return [] if is_header else [row]
        whole = self._marked(Sentence(block.start, block.end, lead_in))
        if whole.reference:
            return [whole]
        found = sentences_of(self.text, block.start, block.end)
        return [self._marked(replace(sentence, lead_in=lead_in)) for sentence in found]

    def _marked(self, sentence: Sentence) -> Sentence:
        text = self.text[sentence.start : sentence.end]
        links = sum(len(match) for match in _LINK.findall(text))
        mostly_link = links * 2 > len(text)
        reference = self._among_references or mostly_link or _CITATION.search(text) is not None
        return replace(sentence, reference=reference)


def sentences_of(text: str, start: int, end: int) -> list[Sentence]:
    """Split `text[start:end]` into sentences that leave out only blank space."""
    piece = text[start:end]
    found: list[Sentence] = []
    offset = start
    for boundary in get_sentence_boundaries("en", piece):
        length = len(boundary["text"])
        for part in _hard_wrapped(text, offset, offset + length):
            span = trimmed(text, *part)
            if span is not None:
                found.append(Sentence(*span))
        offset += length
    if offset != end:
        raise RuntimeError("the sentence segmenter lost text")
    return _with_their_answers(text, _without_stray_marks(text, found))


def _with_their_answers(text: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Join a question to the sentence after it; neither says much alone."""
    joined: list[Sentence] = []
    for sentence in sentences:
        if joined and text[joined[-1].end - 1] == "?":
            joined[-1] = replace(joined[-1], end=sentence.end)
        else:
            joined.append(sentence)
    return joined


def _without_stray_marks(text: str, sentences: list[Sentence]) -> list[Sentence]:
    """Join a piece without a letter (a footnote's number, a quote mark) to the one before it."""
    joined: list[Sentence] = []
    for sentence in sentences:
        stray = not any(char.isalpha() for char in text[sentence.start : sentence.end])
        if stray and joined:
            joined[-1] = replace(joined[-1], end=sentence.end)
        else:
            joined.append(sentence)
    return joined


def _hard_wrapped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > SENTENCE_MAX_CHARS:
        space = text.rfind(" ", start + 1, start + SENTENCE_MAX_CHARS)
        cut = space if space > start else start + SENTENCE_MAX_CHARS
        yield start, cut
        start = cut
    yield start, end


def _by_length(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    group: list[Sentence] = []
    for sentence in sentences:
        if group and sentence.end - group[0].start > PASSAGE_MAX_CHARS:
            yield group
            group = []
        group.append(sentence)
    if group:
        yield group


def _run_length(blocks: Sequence[Block], number: int, kinds: tuple[str, ...]) -> int:
    length = 0
    while number + length < len(blocks) and blocks[number + length].kind in kinds:
        length += 1
    return length
