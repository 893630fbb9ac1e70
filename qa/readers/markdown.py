"""Markdown with optional YAML front matter, structured by markdown-it-py."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from qa.errors import UnreadableFileError
from qa.readers.base import Block, BlockKind, Extract, decode, trimmed

_MARK = re.compile(r"[ \t]*(?:>[ \t]?)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?:#{1,6}[ \t]+)?")
_CLOSING_HASHES = re.compile(r"[ \t]+#+[ \t]*$")
_HTML_MARKUP = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)


def read(raw: bytes) -> Extract:
    """Read Markdown. A quote may hold inline marks (`**`): the text is never cleaned.

    Raises:
        UnreadableFileError: not UTF-8, or the front matter is not a YAML mapping.
    """
    text = decode(raw)
    parser = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    tokens = parser.parse(text.removeprefix("\ufeff"))
    blocks = tuple(_blocks(text, tokens, _line_starts(text)))
    return Extract(text, blocks, _front_matter(tokens))


def _line_starts(text: str) -> list[int]:
    starts = [1 if text.startswith("\ufeff") else 0]
    starts.extend(match.end() for match in re.finditer(r"\r\n|\n|\r", text))
    if starts[-1] != len(text):
        starts.append(len(text))
    return starts


def _front_matter(tokens: Sequence[Token]) -> Mapping[str, object]:
    for token in tokens:
        if token.type == "front_matter":
            try:
                meta = yaml.safe_load(token.content) or {}
            except (yaml.YAMLError, ValueError) as error:
                raise UnreadableFileError("has front matter that is not valid YAML") from error
            if not isinstance(meta, dict):
                raise UnreadableFileError("has front matter that is not a YAML mapping")
            return meta
    return {}


def _blocks(text: str, tokens: Sequence[Token], lines: list[int]) -> list[Block]:
    blocks: list[Block] = []
    depth = 0
    header: tuple[int, int] | None = None
    in_header = False
    for number, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "thead_open":
            in_header = True
        elif token.type == "thead_close":
            in_header = False
        elif token.type == "table_close":
            header = None
        span = _span(text, token, lines)
        if span is None:
            continue
        if token.type == "heading_open":
            blocks.append(Block("heading", *span, level=int(token.tag[1])))
        elif token.type == "paragraph_open":
            kind: BlockKind = "item" if _opens_item(tokens, number) else "paragraph"
            blocks.append(Block(kind, *span, level=max(depth, 1)))
        elif token.type == "tr_open":
            if in_header:
                header = span
            blocks.append(Block("row", *span, header=None if in_header else header))
        elif token.type in ("fence", "code_block", "html_block"):
            blocks.append(Block("paragraph", *span))
    return blocks


def _opens_item(tokens: Sequence[Token], number: int) -> bool:
    return number > 0 and tokens[number - 1].type == "list_item_open"


def _span(text: str, token: Token, lines: list[int]) -> tuple[int, int] | None:
    if token.map is None:
        return None
    first, last = token.map
    last = min(last, len(lines) - 1)
    if token.type == "fence":
        first, last = first + 1, last - 1
    if first >= last:
        return None
    start, end = lines[first], lines[last]
    if token.type == "heading_open":
        start += len(_match(text[start:end]))
        content = text[start:end].rstrip()
        if not token.markup.startswith("#"):  # a setext heading: its last line is the underline
            end = start + max(content.rfind("\n"), content.rfind("\r"), 0)
        else:
            end = start + len(_CLOSING_HASHES.sub("", content))
    elif token.type == "paragraph_open":
        start += len(_match(text[start:end]))
    elif token.type == "tr_open":
        row = text[start:end]
        start += len(row) - len(row.lstrip(" \t|"))
        end = max(start, lines[first] + len(row.rstrip(" \t\r\n|")))
    elif token.type == "html_block" and not _HTML_MARKUP.sub("", text[start:end]).strip():
        return None
    return trimmed(text, start, end)


def _match(text: str) -> str:
    match = _MARK.match(text)
    return match.group() if match else ""
