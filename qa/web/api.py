"""HTTP: `/api/ask`, `/api/documents`, `/api/passage`, and the reader's report of an answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from qa.live import LiveAssistant
from qa.review.store import ReviewStore
from qa.settings import Settings
from qa.web.tools import HISTORY_MAX, Tools

CHARS_MAX = 20_000  # of one question; a longer body is refused before anything looks at it

Text = Annotated[str, Field(max_length=CHARS_MAX)]


class Asked(BaseModel):
    """A question with the earlier ones of its chat."""

    question: Text = Field(description="In plain words, in English.")
    history: list[Text] = Field(
        default=[], max_length=HISTORY_MAX, description="Earlier questions, oldest first."
    )
    as_typed: bool = Field(default=False, description="Neither mend it nor look at the history.")


class Report(Asked):
    """What a reader says of an answer; the answer itself is found again."""

    verdict: Literal[
        "right", "wrong", "wrong_quote", "should_have_refused", "should_have_answered", "other"
    ]
    comment: Annotated[str, Field(max_length=500)] = ""


class QuoteOut(BaseModel):
    """A verbatim slice of a document."""

    file: str
    start: int = Field(description="Offset of the first character in the document's text.")
    end: int = Field(description="Offset behind the last character.")
    text: str
    heading: str
    line: int
    page: int | None
    sha256: str = Field(description="Of the document's file when it was indexed.")
    score: float = Field(description="Probability (0..1) that the quote answers.")
    answering: tuple[int, int] = Field(description="Offsets of the part that was judged.")


class AnswerOut(BaseModel):
    """An answer with quotes, best first, or a refusal with its reason."""

    question: str
    status: Literal["answered", "refused"]
    quotes: list[QuoteOut]
    closest: list[QuoteOut] = Field(description="Of a refusal; they do not answer.")
    reason: str | None
    notices: list[str]
    urgent: bool
    confidence: float
    understood_as: str | None


def api(live: LiveAssistant, settings: Settings, store: ReviewStore | None = None) -> APIRouter:
    """The routes below `/api`; `/api/report` is there only with a store."""
    tools = Tools(live)
    router = APIRouter(prefix="/api")

    @router.post("/ask", response_model=AnswerOut)
    def ask(asked: Asked) -> Any:  # noqa: ANN401 - the payload; AnswerOut is its form
        """Answer a question with verbatim quotes of the documents, or refuse and say why."""
        return tools.ask(asked.question, asked.history, asked.as_typed)

    @router.get("/documents")
    def documents() -> list[dict[str, Any]]:
        """The documents that answers are taken from."""
        return tools.documents()

    @router.get("/passage", responses={404: {"description": "There is no such slice."}})
    def passage(
        file: str, start: Annotated[int, Query(ge=0)], end: Annotated[int, Query(ge=1)]
    ) -> dict[str, Any]:
        """A slice of a document with the passage around it."""
        try:
            return tools.passage(file, start, end)
        except LookupError as error:
            raise HTTPException(404, str(error)) from error

    if store is not None:

        @router.post("/report", status_code=201)
        def report(said: Report) -> dict[str, int]:
            """Hand a question and its answer to the staff, with what the reader says of it."""
            trace = live.current.trace(said.question, said.history, as_typed=said.as_typed)
            return {"id": store.add(trace, said.history, said.verdict, said.comment)}

    return router
