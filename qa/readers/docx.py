"""Word documents, read by python-docx: paragraphs, headings, lists and tables in their order."""

from __future__ import annotations

import io
import re
import zipfile

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from qa.errors import UnreadableFileError
from qa.readers.base import Block, BlockKind, Extract

_HEADING_STYLE = re.compile(r"(?:Heading (\d)|Title)$")
_LIST_STYLE = re.compile(r"List ")
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def read(raw: bytes) -> Extract:
    """Read a .docx file; the text is its paragraphs, one to a line.

    Raises:
        UnreadableFileError: encrypted, damaged, or not a .docx file.
    """
    if raw.startswith(_OLE_MAGIC):
        raise UnreadableFileError("is encrypted or an old .doc; save it as .docx, no password")
    try:
        source = docx.Document(io.BytesIO(raw))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, LxmlError) as error:
        raise UnreadableFileError("is not a .docx file that can be read") from error
    parts: list[str] = []
    blocks: list[Block] = []
    length = 0

    def add(
        kind: BlockKind, text: str, level: int = 1, header: tuple[int, int] | None = None
    ) -> tuple[int, int]:
        nonlocal length
        span = (length, length + len(text))
        blocks.append(Block(kind, *span, level=level, header=header))
        parts.append(text + "\n\n")
        length += len(text) + 2
        return span

    for element in source.iter_inner_content():
        if isinstance(element, Paragraph):
            text = element.text.strip()
            if text:
                kind, level = _style(element)
                add(kind, text, level)
        elif isinstance(element, Table):
            header: tuple[int, int] | None = None
            for row in element.rows:
                text = " | ".join(" ".join(cell.text.split()) for cell in row.cells)
                if text.strip(" |"):
                    span = add("row", text, header=header)
                    header = header or span
    title = source.core_properties.title or ""
    return Extract("".join(parts), tuple(blocks), {"title": title})


def _style(paragraph: Paragraph) -> tuple[BlockKind, int]:
    name = paragraph.style.name if paragraph.style is not None else ""
    heading = _HEADING_STYLE.match(name or "")
    if heading:
        return "heading", int(heading.group(1) or 1)
    if _LIST_STYLE.match(name or "") or (
        paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None
    ):
        return "item", 1
    return "paragraph", 1
