"""Plain text, whose structure shows only in its layout.

Headings stand alone on a short line, items begin with a bullet or a number, wrapped lines belong
together. The rules below read that layout; they never change the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.readers.base import Block, Extract, decode, trimmed

_LINE = re.compile(r"[^\r\n\f]+")
_BULLET = re.compile(r"[ \t\u00a0]*(?:[•◦▪‣·●○*–—+-][ \t\u00a0]+|\(?\d{1,3}[.)][ \t\u00a0]+)")
_NUMBER = re.compile(r"[ \t\u00a0]*\(?\d{1,3}[.)]")
_UNDERLINE = re.compile(r"[ \t]*([=\-~_*#])\1{2,}[ \t]*$")
_ENDS_SENTENCE = re.compile(r"[.!?;:,][\"'”’)\]]*$")
_ENDS_PARAGRAPH = re.compile(r"[.!?][\"'”’)\]]*$")
_BARE_LINK = re.compile(r"(?:https?://|www\.)\S+$")
_SHORT_LABEL = re.compile(r"[A-Z][\w' -]{1,30}:$")
_HEADING_MARK = re.compile(r"[*#_]+[ \t]*(?=\w)")

HEADING_MAX_CHARS = 80  # a heading fits on one line of a page
HEADING_MAX_WORDS = 12
LABEL_MAX_WORDS = 2
WRAPPED_MAX_CHARS = 110  # longer lines were not wrapped: each is a paragraph
SHORT_LINE_SHARE = 0.75  # a sentence that ends well before the margin ends its paragraph
TITLE_MIN_SECTIONS = 3  # a first heading that runs straight into text heads the whole only then


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str
    indent: int
    blank_before: bool
    blank_after: bool

    @property
    def bullet(self) -> bool:
        return _BULLET.match(self.text) is not None


def read(raw: bytes) -> Extract:
    """Read plain text.

    Raises:
        UnreadableFileError: binary or not UTF-8.
    """
    text = decode(raw)
    return Extract(text, structure(text))


def structure(text: str) -> tuple[Block, ...]:
    """Find headings, paragraphs and list items in the layout of `text`."""
    lines = _lines(text)
    width = _wrap_width(lines)
    return tuple(_with_title_level(text, list(_blocks(text, lines, width))))


def _lines(text: str) -> list[_Line]:
    found = [
        (m.start(), m.group()) for m in _LINE.finditer(text) if m.group().strip("\ufeff \t\u00a0")
    ]
    lines: list[_Line] = []
    for number, (start, line) in enumerate(found):
        before = (
            text[found[number - 1][0] + len(found[number - 1][1]) : start] if number else "\n\n"
        )
        after_start = start + len(line)
        after = text[after_start : found[number + 1][0]] if number + 1 < len(found) else "\n\n"
        indent = len(line) - len(line.lstrip())
        lines.append(
            _Line(start, after_start, line.strip(), indent, _is_gap(before), _is_gap(after))
        )
    return lines


def _is_gap(between: str) -> bool:
    return "\f" in between or between.replace("\r\n", "\n").replace("\r", "\n").count("\n") > 1


def _wrap_width(lines: Sequence[_Line]) -> int:
    widths = sorted(
        line.end - line.start for line in lines if line.end - line.start <= WRAPPED_MAX_CHARS
    )
    return widths[int(0.9 * (len(widths) - 1))] if widths else WRAPPED_MAX_CHARS


def _blocks(text: str, lines: Sequence[_Line], width: int) -> Iterator[Block]:
    number = 0
    while number < len(lines):
        line = lines[number]
        if _UNDERLINE.match(line.text) or not any(char.isalnum() for char in line.text):
            number += 1
            continue
        if line.bullet and not _is_numbered_heading(lines, number):
            last = _item_end(lines, number)
            yield _item(text, lines[number : last + 1])
        elif _is_heading(lines, number):
            last = number
            mark = _HEADING_MARK.match(line.text)
            start = line.start + line.indent + (mark.end() if mark else 0)
            yield Block("heading", start, start + len(text[start : line.end].rstrip()), level=2)
        else:
            last = _paragraph_end(lines, number, width)
            yield Block("paragraph", line.start + line.indent, _right(text, lines[last]))
        number = last + 1


def _right(text: str, line: _Line) -> int:
    return line.start + len(text[line.start : line.end].rstrip())


def _is_heading(lines: Sequence[_Line], number: int) -> bool:
    line = lines[number]
    following = lines[number + 1] if number + 1 < len(lines) else None
    if following is None:
        return False
    if _UNDERLINE.match(following.text) and not line.blank_after:
        return True
    if line.blank_before and line.blank_after and _SHORT_LABEL.match(line.text):
        # "References:" heads its list, "These people may come in:" leads it in
        return not following.bullet or len(line.text.split()) <= LABEL_MAX_WORDS
    runs_on = following.text[:1].islower() and not _BARE_LINK.fullmatch(following.text)
    if not _looks_like_heading(line.text) or (runs_on and not line.blank_after):
        return False
    if line.blank_before or number == 0:
        return True
    previous = lines[number - 1]
    return (
        previous.bullet
        or previous.end - previous.start > WRAPPED_MAX_CHARS
        or _ENDS_PARAGRAPH.search(previous.text) is not None
        or _BARE_LINK.fullmatch(previous.text) is not None
        or _looks_like_heading(previous.text)
    )


def _looks_like_heading(line: str) -> bool:
    first = line.lstrip("*#_\"'“‘([ ")[:1]
    return (
        len(line) <= HEADING_MAX_CHARS
        and len(line.split()) <= HEADING_MAX_WORDS
        and (first.isupper() or first.isdigit())
        and not _BARE_LINK.search(line)
        and (not _ENDS_SENTENCE.search(line) or line.endswith("?"))
    )


def _is_numbered_heading(lines: Sequence[_Line], number: int) -> bool:
    """'2. Side effects' is a heading when prose, not an indented body or an item, follows."""
    line = lines[number]
    if not _NUMBER.match(line.text) or number + 1 >= len(lines) or not line.blank_before:
        return False
    following = lines[number + 1]
    return (
        _looks_like_heading(_BULLET.sub("", line.text, count=1))
        and not following.bullet
        and line.blank_after
        and following.indent <= line.indent
    )


def _item_end(lines: Sequence[_Line], number: int) -> int:
    """Last line of the item: what follows without a gap and is indented deeper, or runs on."""
    last = number
    while last + 1 < len(lines):
        following = lines[last + 1]
        if following.blank_before or following.bullet:
            break
        runs_on = following.text[:1].islower() and not _ENDS_PARAGRAPH.search(lines[last].text)
        if following.indent <= lines[number].indent and not runs_on:
            break
        last += 1
    return last


def _item(text: str, lines: Sequence[_Line]) -> Block:
    first = lines[0]
    mark = _BULLET.match(text[first.start : first.end])
    start = first.start + (mark.end() if mark else 0)
    body = trimmed(text, start, lines[-1].end)
    if body is None:
        raise ValueError("an item without text was expected to be passed over")
    titled = (
        len(lines) > 1
        and _looks_like_heading(text[body[0] : first.end].strip())
        and lines[1].text[:1].isupper()
    )
    level = 1 + first.indent // 4
    if titled:
        title = trimmed(text, start, first.end)
        rest = trimmed(text, lines[1].start, lines[-1].end)
        if rest is not None:
            return Block("item", *rest, level=level, header=title)
    return Block("item", *body, level=level)


def _paragraph_end(lines: Sequence[_Line], number: int, width: int) -> int:
    last = number
    while last + 1 < len(lines):
        line, following = lines[last], lines[last + 1]
        length = line.end - line.start
        ended = bool(_ENDS_PARAGRAPH.search(line.text)) and length < SHORT_LINE_SHARE * width
        if (
            following.blank_before
            or following.bullet
            or length > WRAPPED_MAX_CHARS
            or following.end - following.start > WRAPPED_MAX_CHARS
            or ended
            or _BARE_LINK.fullmatch(line.text)
            or (_ENDS_PARAGRAPH.search(line.text) and _is_heading(lines, last + 1))
        ):
            break
        last += 1
    return last


def _with_title_level(text: str, blocks: list[Block]) -> list[Block]:
    """Raise the first heading to the document's title, if it opens the text and heads the rest."""
    headings = [block for block in blocks if block.kind == "heading"]
    if not headings or blocks[0] is not headings[0]:
        return blocks
    first = headings[0]
    stands_apart = _is_gap(text[first.end : blocks[1].start]) if len(blocks) > 1 else True
    if stands_apart or len(headings) > TITLE_MIN_SECTIONS:
        return [Block("heading", first.start, first.end, level=1), *blocks[1:]]
    return blocks
