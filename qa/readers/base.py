"""What every reader returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from qa.errors import UnreadableFileError

BlockKind = Literal["heading", "paragraph", "item", "row"]


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item or table row, as a slice of the text without its mark.

    Attributes:
        kind: what the slice is.
        start, end: character offsets into the text; `start < end`.
        level: depth of a heading (1 is the title) or of a list item (1 is the outermost).
        header: for a table row, the offsets of the table's header row, if it has one.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 1
    header: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a block cannot span {self.start}..{self.end}")


@dataclass(frozen=True)
class Extract:
    """A file's text, its blocks in order, its front matter, and where its pages begin."""

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, object] = field(default_factory=dict)
    page_starts: tuple[int, ...] = ()


def decode(raw: bytes) -> str:
    """Decode UTF-8, newlines untouched.

    Raises:
        UnreadableFileError: the bytes are not UTF-8, or hold NUL, as binary files do.
    """
    if b"\0" in raw:
        raise UnreadableFileError("looks binary (it holds NUL bytes)")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            f"is not UTF-8 (byte {error.start}); save it as UTF-8 and index again"
        ) from error


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Narrow `start..end` to leave out blank ends; None when nothing is left."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip(_BLANK))
    right = len(piece.rstrip(_BLANK))
    return (start + left, start + right) if left < right else None


_BLANK = " \t\r\n\f\v\u00a0\ufeff\u200b\u2028\u2029\u3000"
