"""A quote as a card: its words, those that answer, terms explained, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from urllib.parse import urlencode

import textstat

from qa import messages
from qa.answer import Answer, Quote
from qa.documents import Document
from qa.glossary import Definition, terms_in
from qa.web.html import kind_mark, provenance, text

FindDocument = Callable[[str], Document]


@dataclass(frozen=True)
class Sources:
    """What a view needs to know of the documents.

    Attributes:
        find: gives a document by its file.
        definitions: terms that the documents define.
    """

    find: FindDocument
    definitions: Sequence[Definition] = ()


def card(
    quote: Quote,
    sources: Sources,
    others: Sequence[Quote] = (),
    emphasis: tuple[int, int] | None = None,
    key: str = "",
) -> str:
    """A quote with where it comes from, and a link that opens its document.

    Args:
        quote: what is shown.
        sources: its document, and the terms that may be explained.
        others: the answer's quotes; those of the same document are marked there too.
        emphasis: offsets into the document of the words that answer.
        key: tells the card from all others of the page.
    """
    document = sources.find(quote.file)
    body, definitions = _body(quote, sources, emphasis, key)
    heading = f'<p class="heading">{text(quote.heading)}</p>' if quote.heading else ""
    details = [*provenance(document), place(quote), messages.reading_grade(grade(quote.text))]
    return (
        f'<article class="quote"><blockquote>{body}</blockquote>{definitions}'
        f'<footer><p class="source">{kind_mark(kind(quote, document))} '
        f"<cite>{text(document.title)}</cite></p>{heading}"
        f'<p class="place">{" · ".join(text(detail) for detail in details)}</p>'
        f'<a class="open-source" href="{source_url(quote, others)}" target="_blank">'
        f"{text(messages.OPEN_SOURCE)}</a></footer></article>"
    )


def kind(quote: Quote, document: Document) -> str:
    """The sort of source that a quote stands in."""
    return document.kind_of(quote.heading) or messages.KIND_UNKNOWN


def place(quote: Quote) -> str:
    """File and line, and the page where there are pages."""
    return f"{quote.file}:{quote.line}" + ("" if quote.page is None else f", page {quote.page}")


@lru_cache(maxsize=4096)
def grade(words: str) -> int:
    """Reading grade of a text (Flesch-Kincaid: Kincaid et al. 1975), at least 1."""
    return max(1, round(float(textstat.flesch_kincaid_grade(words))))


def source_url(quote: Quote, others: Sequence[Quote] = ()) -> str:
    """Address of the quote's document, escaped for an attribute; relative to the page."""
    fields = [("file", quote.file), ("start", str(quote.start)), ("end", str(quote.end))]
    fields += [
        ("other", f"{other.start}-{other.end}")
        for other in others
        if other.file == quote.file and other.start != quote.start
    ]
    return escape(f"source?{urlencode(fields)}#quote")


def as_text(answer: Answer, find: FindDocument) -> str:
    """Question, notices, quotes and their sources, as text to copy."""
    lines = [answer.question, "", *(notice.text for notice in answer.notices)]
    for quote in answer.quotes:
        document = find(quote.file)
        where = [document.title, kind(quote, document), *provenance(document), place(quote)]
        lines += ["", f"“{quote.text}”", f"({'; '.join(where)})"]
    return "\n".join([*lines, "", messages.NOT_ADVICE])


def _body(
    quote: Quote, sources: Sources, emphasis: tuple[int, int] | None, key: str
) -> tuple[str, str]:
    """The quote's words with their marks, and the definitions of its terms."""
    left, right = emphasis or (quote.start, quote.start)
    bounds = [(0, left - quote.start), (left - quote.start, right - quote.start)]
    bounds.append((right - quote.start, len(quote.text)))
    known = [d for d in sources.definitions if (d.file, d.start) != (quote.file, quote.start)]
    terms = terms_in(quote.text, known)
    pieces: list[str] = []
    explained: list[str] = []
    for number, (start, end) in enumerate(bounds):
        inside = [term for term in terms if start <= term[0] and term[1] <= end]
        marked, at = "", start
        for first, last, definition in inside:
            name = f"term-{key}-{len(explained)}"
            marked += text(quote.text[at:first]) + (
                f'<span class="term" role="button" tabindex="0" aria-expanded="false" '
                f'aria-controls="{name}">{text(quote.text[first:last])}</span>'
            )
            explained.append(_definition(name, definition, sources.find))
            at = last
        marked += text(quote.text[at:end])
        pieces.append(f"<strong>{marked}</strong>" if number == 1 and marked else marked)
    return "".join(pieces), "".join(explained)


def _definition(name: str, definition: Definition, find: FindDocument) -> str:
    document = find(definition.file)
    words = document.text[definition.start : definition.end]
    return (
        f'<div class="definition" id="{name}" role="note" hidden><q>{text(words)}</q> '
        f'<span class="place">{text(messages.defined_in(document.title))}</span></div>'
    )
