"""What `ask()` returns: quotes that are proven slices, or a refusal with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from qa.documents import Document
from qa.errors import QuoteError

ANSWERS_FROM = 0.5  # a sentence more likely than not to answer is evidence (Bayes decision)

Outcome = Literal["answered", "refused"]
Reason = Literal["not_covered", "not_stated", "not_a_question", "too_long", "not_english"]


@dataclass(frozen=True)
class Quote:
    """A slice of a document that is shown. Made by `quote_from` and by nothing else.

    Attributes:
        file: the document's path relative to its corpus folder.
        start, end: character offsets into the document's text.
        text: exactly `document.text[start:end]`.
        heading: path of the headings above the quote, joined by " > ".
        line: line number (from 1) of the first character.
        page: page number (from 1) for paged formats, else None.
        sha256: of the document's file when it was indexed.
        score: calibrated probability that the quote answers the question.
        answering: offsets of the part that was judged to answer: the quote without its lead-in.
    """

    file: str
    start: int
    end: int
    text: str
    heading: str
    line: int
    page: int | None
    sha256: str
    score: float
    answering: tuple[int, int]

    @property
    def likely(self) -> bool:
        """Whether the quote more likely than not answers."""
        return self.score >= ANSWERS_FROM

    @property
    def answering_text(self) -> str:
        """The part of the quote that was judged to answer."""
        start, end = self.answering
        return self.text[start - self.start : end - self.start]


def quote_from(
    document: Document,
    start: int,
    end: int,
    heading: str,
    score: float,
    answering: tuple[int, int] | None = None,
) -> Quote:
    """Slice a quote out of its document.

    Args:
        document: what is quoted.
        start, end: character offsets into its text.
        heading: path of the headings above the quote.
        score: probability that it answers.
        answering: offsets of the part that answers; None for the whole.

    Raises:
        QuoteError: the offsets don't lie inside the text, or the slice is blank.
    """
    if not 0 <= start < end <= len(document.text):
        raise QuoteError(f"{document.file} has no slice {start}..{end}")
    text = document.text[start:end]
    if not text.strip():
        raise QuoteError(f"{document.file} is blank at {start}..{end}")
    answering = answering or (start, end)
    if not start <= answering[0] < answering[1] <= end:
        raise QuoteError(f"{document.file}: {answering} lies outside the quote {start}..{end}")
    return Quote(
        file=document.file,
        start=start,
        end=end,
        text=text,
        heading=heading,
        line=document.line_of(start),
        page=document.page_of(start),
        sha256=document.sha256,
        score=round(float(score), 4),
        answering=answering,
    )


@dataclass(frozen=True)
class Notice:
    """The program's own voice beside an answer; never mixed with a quote.

    Attributes:
        code: stable name, such as "urgent" or "personal_case".
        text: what is shown.
        urgent: show it above everything.
    """

    code: str
    text: str
    urgent: bool = False


@dataclass(frozen=True)
class Answer:
    """The outcome of one question.

    Attributes:
        question: as it was asked.
        understood_as: the question as mended or resolved from the chat; None when unchanged.
        outcome: "answered", with 1 to 4 quotes, best first; or "refused", with none.
        reason: why it was refused; None when answered.
        closest: for a refusal, the nearest quotes, which do not answer.
        confidence: probability (0..1) that the documents answer the question.
        why: each stage's verdict, in order, as "name: value".
    """

    question: str
    outcome: Outcome
    understood_as: str | None = None
    quotes: tuple[Quote, ...] = ()
    reason: Reason | None = None
    closest: tuple[Quote, ...] = ()
    notices: tuple[Notice, ...] = ()
    confidence: float = 0.0
    why: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.outcome == "answered" and (not self.quotes or self.reason or self.closest):
            raise ValueError("an answer has quotes, no reason for refusal and no closest passages")
        if self.outcome == "refused" and (self.quotes or self.reason is None):
            raise ValueError("a refusal has a reason and no quotes")
        if len(self.quotes) > MAX_QUOTES:
            raise ValueError(f"an answer shows {MAX_QUOTES} quotes at most")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError("confidence is a probability")

    @property
    def urgent(self) -> bool:
        """True when a notice must stand above everything."""
        return any(notice.urgent for notice in self.notices)


MAX_QUOTES = 4
