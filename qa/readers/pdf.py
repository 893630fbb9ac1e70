"""PDF, read by pypdf: the text layer of each page, structured like plain text."""

from __future__ import annotations

import io

from pypdf import PdfReader
from pypdf.errors import PdfReadError, PyPdfError

from qa.errors import UnreadableFileError
from qa.readers.base import Extract
from qa.readers.plain_text import structure


def read(raw: bytes) -> Extract:
    """Read a PDF; pages are parted by a form feed.

    Raises:
        UnreadableFileError: encrypted, damaged, or without a text layer (a scan).
    """
    try:
        reader = PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFileError("is encrypted; save a copy without a password")
        pages = [page.extract_text().replace("\0", "") for page in reader.pages]
        title = (reader.metadata.title or "") if reader.metadata else ""
    except UnreadableFileError:
        raise
    except (PdfReadError, PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableFileError(f"is not a PDF that can be read ({error})") from error
    if not any(page.strip() for page in pages):
        raise UnreadableFileError("has no text layer (a scan?); run it through OCR first")
    starts: list[int] = []
    length = 0
    for page in pages:
        starts.append(length)
        length += len(page) + 2
    text = "".join(f"{page}\n\f" for page in pages)
    return Extract(text, structure(text), {"title": title}, tuple(starts))
