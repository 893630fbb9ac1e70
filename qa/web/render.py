"""Answers as HTML. Pure functions; every text that comes from outside is escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlencode

from qa import messages
from qa.answer import Answer, Notice, Quote
from qa.calibration import Calibration
from qa.documents import Document

FindDocument = Callable[[str], Document]

OWN_VOICE_CODES = frozenset({"greeting", "thanks", "identity"})
SHOWN_QUESTION_CHARS = 300
LISTED_DOCUMENTS = 6  # a longer list is folded


def text(value: str) -> str:
    """Escape a text for HTML, and for the template languages that Gradio runs over HTML."""
    return escape(value).translate(_TEMPLATE_MARKS)


def intro(documents: Sequence[Document], calibration: Calibration | None = None) -> str:
    """What the page answers from, what it is not, and what it can promise."""
    items = "".join(
        f"<li>{text(document.title)} "
        f'<span class="kind">{text(document.kind or messages.KIND_UNKNOWN)}</span></li>'
        for document in documents
    )
    lines = [messages.NOT_ADVICE, messages.NOT_STORED]
    if calibration is not None and calibration.holds:
        limits = (calibration.max_wrong, calibration.confidence, calibration.questions)
        lines.append(messages.promise(*limits))
    opened = " open" if len(documents) <= LISTED_DOCUMENTS else ""
    return (
        f'<details class="intro"{opened}><summary>{text(messages.ANSWERS_FROM)}'
        f"</summary><ul>{items}</ul></details>"
        f'<p class="intro-line">{text(" ".join(lines))}</p>'
    )


def thread(
    answers: Sequence[Answer],
    find: FindDocument,
    ask_instead: str,
    *,
    looking_for: str | None = None,
    failed: bool = False,
) -> str:
    """The whole chat, oldest turn first.

    Args:
        answers: what was asked so far in this session, and its outcomes.
        find: gives a document by its file.
        ask_instead: whom a refusal points to.
        looking_for: a question that is being looked up.
        failed: that question could not be looked up.
    """
    last = len(answers) - 1 if looking_for is None else len(answers)
    turns = [
        turn(answer, find, ask_instead, latest=number == last)
        for number, answer in enumerate(answers)
    ]
    if looking_for is not None:
        state = (
            _box("failed", "!", messages.FAILED_LABEL, f"<p>{text(messages.FAILED)}</p>")
            if failed
            else f'<p class="looking">{text(messages.LOOKING)}</p>'
        )
        turns.append(f'<section class="turn">{_question(looking_for)}{state}</section>')
    return "".join(turns)


def turn(answer: Answer, find: FindDocument, ask_instead: str, *, latest: bool = True) -> str:
    """One question and its outcome; urgent notices first.

    Args:
        answer: what `ask()` returned.
        find: gives a document by its file.
        ask_instead: whom a refusal points to.
        latest: an earlier turn's urgent notice is not announced again.
    """
    urgent = [notice for notice in answer.notices if notice.urgent]
    calm = [notice for notice in answer.notices if not notice.urgent]
    parts = [_urgent(notice, latest) for notice in urgent]
    parts.append(_question(answer.question))
    if answer.understood_as is not None:
        parts.append(
            f'<p class="understood">{text(messages.UNDERSTOOD)} '
            f"<q>{text(_cut(answer.understood_as))}</q></p>"
        )
    if any(notice.code in OWN_VOICE_CODES for notice in calm):
        parts.extend(f'<p class="own-voice">{text(notice.text)}</p>' for notice in calm)
        return _turn(parts)
    parts.extend(
        _box("notice", "i", messages.NOTICE_LABEL, f"<p>{text(notice.text)}</p>", "note")
        for notice in calm
    )
    parts.append(_quotes(answer, find) if answer.quotes else _refusal(answer, find, ask_instead))
    return _turn(parts)


def card(quote: Quote, find: FindDocument, others: Sequence[Quote] = ()) -> str:
    """A quote with where it comes from, and a link that opens its document.

    Args:
        quote: what is shown.
        find: gives a document by its file.
        others: the answer's quotes; those of the same document are marked there too.
    """
    document = find(quote.file)
    kind = document.kind_of(quote.heading) or messages.KIND_UNKNOWN
    place = f"{quote.file}:{quote.line}" + ("" if quote.page is None else f", page {quote.page}")
    details = [place, *provenance(document)]
    heading = f'<p class="heading">{text(quote.heading)}</p>' if quote.heading else ""
    return (
        f'<article class="quote"><blockquote>{text(quote.text)}</blockquote>'
        f'<footer><p class="source"><cite>{text(document.title)}</cite> '
        f'<span class="kind">{text(kind)}</span></p>{heading}'
        f'<p class="place">{" · ".join(text(detail) for detail in details)}</p>'
        f'<a class="open-source" href="{source_url(quote, others)}" target="_blank">'
        f"{text(messages.OPEN_SOURCE)}</a></footer></article>"
    )


def source_url(quote: Quote, others: Sequence[Quote] = ()) -> str:
    """Address of the quote's document, escaped for an attribute; relative to the page."""
    fields = [("file", quote.file), ("start", str(quote.start)), ("end", str(quote.end))]
    fields += [
        ("other", f"{other.start}-{other.end}")
        for other in others
        if other.file == quote.file and other.start != quote.start
    ]
    return escape(f"source?{urlencode(fields)}#quote")


def provenance(document: Document) -> list[str]:
    """Publisher and dates of a document, as far as they are known."""
    named = [
        ("", document.publisher),
        ("published ", document.published),
        ("reviewed ", document.reviewed),
    ]
    return [name + value for name, value in named if value]


def _turn(parts: Sequence[str]) -> str:
    return f'<section class="turn">{"".join(parts)}</section>'


def _question(question: str) -> str:
    return f'<h2 class="question">{text(_cut(question))}</h2>'


def _quotes(answer: Answer, find: FindDocument) -> str:
    speaking = len({quote.file for quote in answer.quotes})
    cards = "".join(card(quote, find, answer.quotes) for quote in answer.quotes)
    return (
        f'<div class="answer"><p class="label">{_icon("“")}'
        f"<strong>{text(messages.ANSWERED_LABEL)}</strong> "
        f"{text(messages.sources_speak(speaking))}</p>{cards}</div>"
    )


def _refusal(answer: Answer, find: FindDocument, ask_instead: str) -> str:
    if answer.reason is None:
        raise ValueError("a refusal has a reason")
    body = f"<p>{text(messages.REFUSALS[answer.reason])}"
    if answer.reason in ("not_covered", "not_stated"):
        body += f" {text(messages.ask_instead(ask_instead))}"
    body += "</p>"
    if answer.closest:
        cards = "".join(card(quote, find, answer.closest) for quote in answer.closest)
        body += (
            f'<details class="closest"><summary>{text(messages.CLOSEST)}</summary>{cards}</details>'
        )
    return _box("refusal", "–", messages.REFUSED_LABEL, body)


def _urgent(notice: Notice, latest: bool) -> str:
    role = "alert" if latest else "note"
    return _box("urgent", "!", messages.URGENT_LABEL, f"<p>{text(notice.text)}</p>", role)


def _box(name: str, icon: str, label: str, body: str, role: str = "") -> str:
    attribute = f' role="{role}"' if role else ""
    return (
        f'<div class="{name}"{attribute}><p class="label">{_icon(icon)}'
        f"<strong>{text(label)}</strong></p>{body}</div>"
    )


def _icon(mark: str) -> str:
    return f'<span class="icon" aria-hidden="true">{mark}</span>'


def _cut(question: str) -> str:
    if len(question) <= SHOWN_QUESTION_CHARS:
        return question
    return question[:SHOWN_QUESTION_CHARS].rstrip() + " …"


_TEMPLATE_MARKS = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;"})
