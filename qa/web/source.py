"""A document as HTML, well set, with quotes marked; and the route that serves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from qa import messages
from qa.documents import Document
from qa.web.html import kind_mark, provenance, text

STATIC = Path(__file__).parent / "static"

_FRONT_MATTER = re.compile(r"\A---\r?\n.*?\r?\n---\r?\n", re.DOTALL)
_HEADING = re.compile(r"^(?P<marks>(?P<level>#{1,6}) +)[^\r\n]*", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*(?P<marks>[-*+] )", re.MULTILINE)
_BOLD = re.compile(r"(?P<left>\*\*|__)(?=\S)[^\r\n]*?\S(?P<right>\1)")
_LINK = re.compile(r"(?P<left>\[)[^\]\r\n]+(?P<right>\]\([^)\s]*\))")
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
    closing: str = "</span>"


def source_html(
    document: Document, start: int, end: int, others: Sequence[tuple[int, int]] = ()
) -> str:
    """The whole document, escaped, with `start..end` in `<mark id="quote">`.

    Every character of the text is there in its order; what is mere mark-up is styled away.

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
    marks = [_Span(start, end, '<mark id="quote" tabindex="-1">', "</mark>")]
    for other in others:
        if all(other[1] <= mark.start or mark.end <= other[0] for mark in marks):
            marks.append(_Span(*other, '<mark class="other" tabindex="-1">', "</mark>"))
    return _nested(document.text, _fitting([*marks, *_setting(document)]))


def source_page(
    document: Document, start: int, end: int, others: Sequence[tuple[int, int]] = ()
) -> str:
    """A page that stands alone: the document's title and origin, then its text.

    Raises:
        ValueError: a quote doesn't lie inside the text.
    """
    body = source_html(document, start, end, others)
    details = " · ".join(text(item) for item in [document.file, *provenance(document)])
    legend = f"<mark>{text(messages.THIS_QUOTE)}</mark>"
    if others:
        legend += f' <mark class="other">{text(messages.OTHER_QUOTE)}</mark>'
    return _page(
        document.title,
        f'<div id="source-content"><header><h2>{text(document.title)}</h2>'
        f'<p class="place">{kind_mark(document.kind or messages.KIND_UNKNOWN)} {details}</p>'
        f'<p class="legend">{legend}</p></header><div class="document">{body}</div></div>',
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
            missing = _page(messages.NO_SUCH_SOURCE, f"<p>{text(messages.NO_SUCH_SOURCE)}</p>")
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


def _setting(document: Document) -> list[_Span]:
    """How the text is set: headings, lists, bold words and links of Markdown; pages of a PDF."""
    pages = [
        _Span(at, at, f'<span class="page-start" data-page="{number}">')
        for number, at in enumerate(document.page_starts, start=1)
    ]
    return pages + (_markdown(document.text) if document.file.endswith(".md") else [])


def _markdown(source: str) -> list[_Span]:
    spans: list[_Span] = []
    front = _FRONT_MATTER.match(source)
    if front:
        spans.append(_Span(*front.span(), '<span class="front-matter">'))
    body = front.end() if front else 0
    for found in _HEADING.finditer(source, body):
        level = len(found["level"])
        opening = f'<span class="document-heading" role="heading" aria-level="{level + 1}">'
        spans += [_Span(*found.span(), opening), _Span(*found.span("marks"), _MARK_UP)]
    for found in _BULLET.finditer(source, body):
        spans.append(_Span(*found.span("marks"), '<span class="bullet">'))
    for found in _BOLD.finditer(source, body):
        spans.append(_Span(found.end("left"), found.start("right"), "<strong>", "</strong>"))
        spans += [_Span(*found.span(side), _MARK_UP) for side in ("left", "right")]
    for found in _LINK.finditer(source, body):
        spans += [_Span(*found.span(side), _MARK_UP) for side in ("left", "right")]
    return spans


_MARK_UP = '<span class="mark-up">'


def _fitting(spans: Sequence[_Span]) -> list[_Span]:
    """Those that cross no span before them, outer ones before inner ones, in order of the text."""
    kept: list[_Span] = []
    for span in spans:
        if all(_apart(span, other) or _in(span, other) or _in(other, span) for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: (span.start, span.start < span.end, -span.end))


def _apart(one: _Span, other: _Span) -> bool:
    return one.end <= other.start or other.end <= one.start


def _in(one: _Span, other: _Span) -> bool:
    return other.start <= one.start and one.end <= other.end


def _nested(source: str, spans: Sequence[_Span]) -> str:
    pieces: list[str] = []
    open_: list[_Span] = []
    done = 0

    def write(to: int) -> None:
        nonlocal done
        pieces.append(text(source[done:to]))
        done = to

    for span in spans:
        while open_ and open_[-1].end <= span.start:
            write(open_[-1].end)
            pieces.append(open_.pop().closing)
        write(span.start)
        pieces.append(span.opening)
        open_.append(span)
    while open_:
        write(open_[-1].end)
        pieces.append(open_.pop().closing)
    write(len(source))
    return "".join(pieces)


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{stylesheet()}</style></head>"
        f'<body class="source-page"><main>{body}</main></body></html>'
    )
