"""The page's header and the turns of a chat as HTML. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Sequence

from qa import messages
from qa.answer import Answer, Notice
from qa.calibration import Calibration
from qa.disagreement import differ
from qa.documents import Document
from qa.settings import Settings
from qa.web.cards import Sources, as_text, card
from qa.web.chat import Progress, Turn
from qa.web.html import box, cut, kind_mark, provenance, round_icon, text

LISTED_KINDS = 8  # more sorts of source than these stand in the list below only


def header(
    documents: Sequence[Document], settings: Settings, calibration: Calibration | None = None
) -> str:
    """What the page answers from, what it is not, that nothing is kept, and what it promises."""
    items = "".join(
        f"<li>{kind_mark(document.kind or messages.KIND_UNKNOWN)} {text(document.title)}"
        f'<span class="place">{text(" · ".join(provenance(document)))}</span></li>'
        for document in documents
    )
    kinds = list(dict.fromkeys(document.kind for document in documents if document.kind))
    dates = sorted(
        filter(None, (document.reviewed or document.published for document in documents))
    )
    summary = messages.answers_from(len(documents), kinds[:LISTED_KINDS], dates)
    stored = messages.STORED_IF_TICKED if settings.review else messages.NOT_STORED
    facts = [messages.NOT_ADVICE, messages.call(settings.emergency_numbers), stored]
    promise = ""
    if calibration is not None and calibration.holds:
        limits = (calibration.max_wrong, calibration.confidence, calibration.questions)
        promise = f'<p class="promise">{text(messages.promise(*limits))}</p>'
    return (
        f"<h1>{text(settings.title)}</h1>"
        f'<details class="documents"><summary>{text(summary)}</summary>'
        f"<ul>{items}</ul>{promise}</details>"
        f'<p class="facts">{" ".join(f"<span>{text(fact)}</span>" for fact in facts)}</p>'
    )


def welcome(examples: Sequence[str]) -> str:
    """What stands there before the first question."""
    lead = f'<p class="lead">{text(messages.LEAD)}</p>'
    if not examples:
        return lead
    return f'{lead}<div class="examples"><h2>{text(messages.EXAMPLES)}</h2>{_asks(examples)}</div>'


def thread(progress: Progress, sources: Sources, settings: Settings) -> str:
    """The whole chat, oldest turn first."""
    waiting = progress.looking_for is not None
    last = len(progress.turns) - (not waiting)
    turns = [
        turn(one, sources, settings, number=number, latest=number == last)
        for number, one in enumerate(progress.turns)
    ]
    if progress.looking_for is not None:
        state = (
            box("failed", "!", messages.FAILED_LABEL, f"<p>{text(messages.FAILED)}</p>")
            if progress.failed
            else f'<p class="looking">{text(messages.LOOKING)}</p>'
        )
        turns.append(f'<section class="turn">{_question(progress.looking_for)}{state}</section>')
    return "".join(turns)


def turn(
    shown: Turn, sources: Sources, settings: Settings, *, number: int = 0, latest: bool = True
) -> str:
    """One question and its outcome; urgent notices first.

    Args:
        shown: what is shown.
        sources: the documents.
        settings: whom a refusal points to, and whether answers may be reported.
        number: of the turn, from 0.
        latest: an earlier turn's urgent notice is not announced again.
    """
    answer = shown.answer
    urgent = [notice for notice in answer.notices if notice.urgent]
    calm = [notice for notice in answer.notices if not notice.urgent]
    parts = [_urgent(notice, latest) for notice in urgent]
    parts.append(_question(answer.question))
    if answer.understood_as is not None:
        asked = _ask(messages.ASK_AS_TYPED, answer.question, as_typed=True)
        parts.append(
            f'<p class="understood">{text(messages.UNDERSTOOD)} '
            f"<q>{text(cut(answer.understood_as))}</q> {asked}</p>"
        )
    small_talk = [notice for notice in calm if notice.code in messages.SMALL_TALK]
    if small_talk:
        parts.extend(f'<p class="own-voice">{text(notice.text)}</p>' for notice in small_talk)
        return _turn(parts, shown)
    parts.extend(
        box("notice", "i", messages.NOTICE_LABEL, f"<p>{text(notice.text)}</p>", "note")
        for notice in calm
    )
    parts.append(
        _quotes(shown, sources, number)
        if answer.quotes
        else _refusal(shown, sources, settings.ask_instead, number)
    )
    parts.append(_tools(answer, sources, reportable=settings.review is not None, number=number))
    return _turn(parts, shown)


def _turn(parts: Sequence[str], shown: Turn) -> str:
    question = text(shown.answer.question)
    typed = ' data-as-typed="1"' if shown.as_typed else ""
    token = f' data-token="{text(shown.token)}"' if shown.token else ""
    return (
        f'<section class="turn" data-question="{question}"{typed}{token}>{"".join(parts)}</section>'
    )


def _question(question: str) -> str:
    return f'<h2 class="question">{text(cut(question))}</h2>'


def _quotes(shown: Turn, sources: Sources, number: int) -> str:
    quotes = shown.answer.quotes
    emphasis = shown.emphasis or (None,) * len(quotes)
    cards = "".join(
        card(quote, sources, quotes, words, f"{number}-{i}")
        for i, (quote, words) in enumerate(zip(quotes, emphasis, strict=True))
    )
    if differ(shown.answer.understood_as or shown.answer.question, quotes):
        cards = f'<h3 class="differ">{messages.DIFFER}</h3><div class="beside">{cards}</div>'
    return (
        f'<div class="answer"><p class="label">{round_icon("“")}'
        f"<strong>{text(messages.ANSWERED_LABEL)}</strong> "
        f"{text(messages.sources_speak(quotes))}</p>{cards}</div>"
    )


def _refusal(shown: Turn, sources: Sources, ask_instead: str, number: int) -> str:
    answer = shown.answer
    if answer.reason is None:
        raise ValueError("a refusal has a reason")
    body = f"<p>{text(messages.REFUSALS[answer.reason])}"
    if answer.reason in ("not_covered", "not_stated"):
        body += f" {text(messages.ask_instead(ask_instead))}"
    body += "</p>"
    if answer.closest:
        cards = "".join(
            card(quote, sources, answer.closest, key=f"{number}-{i}")
            for i, quote in enumerate(answer.closest)
        )
        body += (
            f'<details class="closest"><summary>{text(messages.CLOSEST)}</summary>{cards}</details>'
        )
    if shown.suggestions:
        body += f'<div class="suggested"><p>{text(messages.SUGGESTED)}</p>'
        body += f"{_asks(shown.suggestions)}</div>"
    return box("refusal", "–", messages.REFUSED_LABEL, body)


def _tools(answer: Answer, sources: Sources, *, reportable: bool, number: int) -> str:
    copied = text(as_text(answer, sources.find))
    tools = (
        f'<button type="button" class="tool copy" data-copy="{copied}" '
        f'data-done="{text(messages.COPIED)}">{text(messages.COPY)}</button>'
        f'<button type="button" class="tool print">{text(messages.PRINT)}</button>'
    )
    return f'<div class="tools">{tools}{_report(number) if reportable else ""}</div>'


def _report(number: int) -> str:
    choices = "".join(
        f'<label><input type="radio" name="report-{number}" value="{code}"> {text(label)}</label>'
        for code, label in messages.REPORTS.items()
    )
    return (
        f'<details class="report"><summary class="tool">{text(messages.REPORT)}</summary><form>'
        f"<fieldset><legend>{text(messages.REPORT_QUESTION)}</legend>{choices}</fieldset>"
        f'<label class="line">{text(messages.REPORT_LINE)} <input type="text" name="comment" '
        f'maxlength="500" autocomplete="off"></label><button type="submit" class="tool">'
        f'{text(messages.REPORT_SEND)}</button></form><p role="status"></p></details>'
    )


def _asks(questions: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{_ask(question, question)}</li>' for question in questions)}</ul>"


def _ask(label: str, question: str, *, as_typed: bool = False) -> str:
    """A button that asks a question; page.js sends what `data-ask` holds."""
    command = text(json.dumps({"question": question, "as_typed": as_typed}, ensure_ascii=False))
    return f'<button type="button" class="ask" data-ask="{command}">{text(label)}</button>'


def _urgent(notice: Notice, latest: bool) -> str:
    role = "alert" if latest else "note"
    return box("urgent", "!", messages.URGENT_LABEL, f"<p>{text(notice.text)}</p>", role)
