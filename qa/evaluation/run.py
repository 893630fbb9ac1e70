"""A gold set is asked, and what comes back is judged."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from qa.answer import Answer, Quote
from qa.assistant import Assistant
from qa.documents import Document
from qa.errors import InputError
from qa.evaluation.gold import Evidence, GoldQuestion
from qa.evaluation.metrics import Row, figures

Progress = Callable[[int, int], None]
"""Called with (questions asked, questions in all)."""

SIDES = ("minimum", "maximum")
OVERLAP = 0.5  # of the shorter of quote and evidence: more than a shared word or two


def evaluate(
    assistant: Assistant, gold: Sequence[GoldQuestion], progress: Progress | None = None
) -> list[Row]:
    """Ask every question, and judge what is shown."""
    rows = []
    for number, question in enumerate(gold, start=1):
        started = time.perf_counter()
        answer = assistant.ask(question.question, question.history)
        latency = 1000 * (time.perf_counter() - started)
        forced = answer
        if answer.outcome == "refused" and question.answerable:
            forced = assistant.ask(question.question, question.history, threshold=0.0)
        rows.append(_row(question, answer, forced, assistant.document, latency))
        if progress is not None:
            progress(number, len(gold))
    return rows


def is_right(quote: Quote, question: GoldQuestion, document: Document) -> bool:
    """Whether a quote shows one of the question's spans of evidence."""
    return any(_shows(quote, evidence, document) for evidence in question.evidence)


def answers(
    quotes: Sequence[Quote], question: GoldQuestion, document_of: Callable[[str], Document]
) -> bool:
    """Whether quotes show a span of evidence; all of them where one isn't enough (`any_of`)."""
    shown = [
        any(_shows(quote, evidence, document_of(quote.file)) for quote in quotes)
        for evidence in question.evidence
    ]
    return bool(shown) and (any(shown) if question.any_of else all(shown))


def _shows(quote: Quote, evidence: Evidence, document: Document) -> bool:
    """Whether half of the shorter of quote and evidence is shared."""
    if evidence.file != quote.file:
        return False
    for start in _occurrences(document.text, evidence.quote):
        end = start + len(evidence.quote)
        shared = min(end, quote.end) - max(start, quote.start)
        if shared >= OVERLAP * min(end - start, quote.end - quote.start):
            return True
    return False


def by_kind(rows: Sequence[Row], split: str) -> dict[str, dict[str, Any]]:
    """Figures of each kind of one split, and of "all"."""
    held = [row for row in rows if split in ("all", row.split)]
    kinds = dict.fromkeys(row.kind for row in held)
    return {
        "all": figures(held),
        **{kind: figures([row for row in held if row.kind == kind]) for kind in kinds},
    }


def gate_failures(rows: Sequence[Row], gate: Path) -> list[str]:
    """Limits of a gate file that are not met, a line each.

    The file names a `split` and tables `[minimum.KIND]` and `[maximum.KIND]` of figures, where
    KIND may be "all".

    Raises:
        InputError: the file cannot be read, or names a kind or figure that isn't there.
    """
    limits = _limits(gate)
    found = by_kind(rows, limits["split"])
    failures = []
    for side in SIDES:
        for kind, wanted in limits.get(side, {}).items():
            for name, limit in wanted.items():
                value = found.get(kind, {}).get(name)
                if value is None:
                    raise InputError(f"{gate}: there is no figure {kind}.{name}.")
                if value < limit if side == "minimum" else value > limit:
                    failures.append(f"{kind}.{name} is {value:.3f}, {side} {limit}")
    return failures


def _limits(gate: Path) -> dict[str, Any]:
    try:
        limits = tomllib.loads(gate.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{gate} is not a gate file ({error}).") from error
    unknown = set(limits) - {"split", *SIDES}
    if unknown:
        raise InputError(f"{gate}: {sorted(unknown)[0]!r} is none of split, {', '.join(SIDES)}.")
    if limits.get("split") not in ("dev", "test", "all"):
        raise InputError(f'{gate} needs split = "dev", "test" or "all".')
    wanted = [limit for side in SIDES for limit in limits.get(side, {}).values()]
    if not wanted or not all(
        isinstance(table, dict) and all(isinstance(v, int | float) for v in table.values())
        for table in wanted
    ):
        raise InputError(f"{gate} needs tables of numbers such as [minimum.all].")
    return limits


def _occurrences(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _row(
    question: GoldQuestion,
    answer: Answer,
    forced: Answer,
    document_of: Callable[[str], Document],
    latency_ms: float,
) -> Row:
    first = answer.quotes[:1]
    files = {quote.file for quote in answer.quotes}
    expected = question.files_expected
    return Row(
        id=question.id,
        question=question.question[:200],
        kind=question.kind,
        split=question.split,
        answerable=question.answerable,
        answered=answer.outcome == "answered",
        right=answers(answer.quotes, question, document_of),
        first_right=any(is_right(quote, question, document_of(quote.file)) for quote in first),
        would_be_right=answers(forced.quotes, question, document_of),
        reason=answer.reason,
        confidence=answer.confidence,
        files_heard=sum(file in files for file in expected) / len(expected) if expected else None,
        words=sum(len(quote.text.split()) for quote in answer.quotes),
        latency_ms=round(latency_ms, 1),
    )
