"""A document as HTML, with quotes marked, and the route that serves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from qa import messages
from qa.documents import Document
from qa.web.render import provenance

STATIC = Path(__file__).parent / "static"

_FRONT_MATTER = re.compile(r"\A---\r?\n.*?\r?\n---\r?\n", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class _Span:
    """A slice of the text that is shown in its own way."""

    start: int
    end: int
    opening: str
    closing: str


def source_html(
    document: Document, start: int, end: int, others: Sequence[tuple[int, int]] = ()
) -> str:
    """The whole document, escaped, with `start..end` in `<mark id="quote">`.

    Args:
        document: what is shown.
        start, end: the quote.
        others: other quotes of the same answer, marked lighter; one that overlaps is left out.

    Raises:
        ValueError: a quote doesn't lie inside the text.
    """
    for left, right in [(start, end), *others]:
        if not 0 <= left < right <= len(document.text):
            raise ValueError(f"{document.file} has no slice {left}..{right}")
    spans = [_Span(start, end, '<mark id="quote" tabindex="-1">', "</mark>")]
    spans += [_Span(*other, '<mark class="other">', "</mark>") for other in others]
    if document.file.endswith(".md"):
        spans += _markdown_spans(document.text)
    return "".join(_pieces(document.text, _apart(spans)))


def source_page(
    document: Document, start: int, end: int, others: Sequence[tuple[int, int]] = ()
) -> str:
    """A page that stands alone: the document's title and origin, then its text.

    Raises:
        ValueError: a quote doesn't lie inside the text.
    """
    body = source_html(document, start, end, others)
    kind = document.kind or messages.KIND_UNKNOWN
    details = " · ".join(escape(item) for item in [document.file, *provenance(document)])
    legend = f"<mark>{escape(messages.THIS_QUOTE)}</mark>"
    if others:
        legend += f' <mark class="other">{escape(messages.OTHER_QUOTE)}</mark>'
    return _page(
        document.title,
        f'<div id="source-content"><header><h2>{escape(document.title)} '
        f'<span class="kind">{escape(kind)}</span></h2>'
        f'<p class="place">{details}</p><p class="legend">{legend}</p></header>'
        f'<div class="document">{body}</div></div>',
    )


def source_route(find: Callable[[str], Document]) -> Route:
    """The route `GET /source?file=…&start=…&end=…[&other=start-end]`.

    Args:
        find: gives a document by its file, or raises KeyError.
    """

    def source(request: Request) -> Response:
        query = request.query_params
        try:
            document = find(query["file"])
            others = [_pair(value) for value in query.getlist("other")]
            page = source_page(document, int(query["start"]), int(query["end"]), others)
        except (KeyError, ValueError):
            missing = _page(messages.NO_SUCH_SOURCE, f"<p>{escape(messages.NO_SUCH_SOURCE)}</p>")
            return HTMLResponse(missing, status_code=404, headers=_HEADERS)
        return HTMLResponse(page, headers=_HEADERS)

    return Route("/source", source, methods=["GET"])


@cache
def stylesheet() -> str:
    """The page's own style."""
    return (STATIC / "page.css").read_text(encoding="utf-8")


def _pair(value: str) -> tuple[int, int]:
    start, _, end = value.partition("-")
    return int(start), int(end)


def _markdown_spans(text: str) -> list[_Span]:
    spans = [
        _Span(*found.span(), '<strong class="document-heading">', "</strong>")
        for found in _HEADING.finditer(text)
    ]
    front = _FRONT_MATTER.match(text)
    if front:
        spans.append(_Span(*front.span(), '<span class="front-matter">', "</span>"))
    return spans


def _apart(spans: Sequence[_Span]) -> list[_Span]:
    """Those that overlap no span before them, in order of the text."""
    kept: list[_Span] = []
    for span in spans:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _pieces(text: str, spans: Sequence[_Span]) -> list[str]:
    pieces: list[str] = []
    done = 0
    for span in spans:
        pieces.append(escape(text[done : span.start]))
        pieces += [span.opening, escape(text[span.start : span.end]), span.closing]
        done = span.end
    pieces.append(escape(text[done:]))
    return pieces


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{stylesheet()}</style></head>"
        f'<body class="source-page"><main>{body}</main></body></html>'
    )
