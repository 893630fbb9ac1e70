"""HTML, parsed by selectolax; scripts, styles and page furniture are left out."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from qa.readers.base import Block, BlockKind, Extract, decode

_LEFT_OUT = "script, style, noscript, template, svg, nav, header nav, footer, form, iframe, button"
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_UNITS = frozenset(
    ("p", "li", "tr", "pre", "dt", "dd", "blockquote", "figcaption", "caption", "div", "section")
) | frozenset(("article", "main", "aside", "address"))
_SPACE = re.compile(r"\s+")


class _Text:
    """Text under construction: blocks are appended, so their offsets are known."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []

    def add(
        self, kind: BlockKind, text: str, level: int = 1, header: tuple[int, int] | None = None
    ) -> tuple[int, int]:
        span = (self.length, self.length + len(text))
        self.blocks.append(Block(kind, *span, level=level, header=header))
        self.parts.append(text + "\n\n")
        self.length += len(text) + 2
        return span


def read(raw: bytes) -> Extract:
    """Read HTML. The text that is quoted is the page's visible text, one block a paragraph.

    Raises:
        UnreadableFileError: binary or not UTF-8.
    """
    tree = LexborHTMLParser(decode(raw))
    for node in tree.css(_LEFT_OUT):
        node.decompose()
    out = _Text()
    if tree.body is not None:
        _walk(tree.body, out, depth=0)
    title = tree.css_first("title")
    metadata = {"title": _SPACE.sub(" ", title.text()).strip()} if title else {}
    return Extract("".join(out.parts), tuple(out.blocks), metadata)


def _walk(node: LexborNode, out: _Text, depth: int) -> None:
    """Emit the blocks below `node`, and text that stands between them as paragraphs."""
    loose: list[str] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "table":
            _flush(loose, out)
            header: tuple[int, int] | None = None
            for row in child.css("tr"):
                header = _row(row, out, header)
        elif tag in _HEADINGS or tag in _UNITS or _holds_blocks(child):
            _flush(loose, out)
            _emit(child, out, depth)
        else:
            loose.append(child.text(deep=True) if tag != "br" else "\n")
    _flush(loose, out)


def _emit(node: LexborNode, out: _Text, depth: int) -> None:
    tag = node.tag or ""
    if tag in ("ul", "ol"):
        _walk(node, out, depth + 1)
    elif _holds_blocks(node):
        if tag == "li":
            _item_with_blocks(node, out, depth)
        else:
            _walk(node, out, depth)
    elif text := _visible(node.text(deep=True)):
        if tag in _HEADINGS:
            out.add("heading", text, level=_HEADINGS[tag])
        else:
            out.add("item" if tag == "li" else "paragraph", text, level=max(depth, 1))


def _item_with_blocks(node: LexborNode, out: _Text, depth: int) -> None:
    own: list[str] = []
    for child in node.iter(include_text=True):
        if (child.tag or "") in ("ul", "ol"):
            if text := _visible("".join(own)):
                out.add("item", text, level=max(depth, 1))
            own.clear()
            _walk(child, out, depth + 1)
        else:
            own.append(child.text(deep=True))
    if text := _visible("".join(own)):
        out.add("item", text, level=max(depth, 1))


def _row(node: LexborNode, out: _Text, header: tuple[int, int] | None) -> tuple[int, int] | None:
    cells = [_visible(cell.text(deep=True)) for cell in node.css("th, td")]
    text = " | ".join(cells)
    if not any(cells):
        return header
    is_header = header is None and node.css_first("th") is not None
    span = out.add("row", text, header=header)
    return span if is_header else header


def _holds_blocks(node: LexborNode) -> bool:
    selector = ", ".join([*_HEADINGS, *_UNITS, "ul", "ol", "table"])
    if (node.tag or "") in ("ul", "ol", "table", "tbody", "thead"):
        return True
    return any(found != node for found in node.css(selector))


def _flush(loose: list[str], out: _Text) -> None:
    if text := _visible("".join(loose)):
        out.add("paragraph", text)
    loose.clear()


def _visible(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
