"""A chat's turns: how a new one comes about, and what helps to read it, which comes after."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qa.answer import Answer
from qa.live import LiveAssistant
from qa.review.store import ReviewStore
from qa.settings import Settings
from qa.suggestions import SUGGESTIONS, Suggestions, examples

MAX_TURNS = 30  # older turns leave the page
REMEMBERED = 2000  # turns of all sessions, in memory only, for which help can be asked

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """One question of a chat with what is shown for it.

    Attributes:
        answer: what `ask()` returned.
        token: by which the page asks for help with this turn.
        emphasis: for each quote, the offsets of the words that answer; empty until known.
        suggestions: questions near to a refused one that the documents do answer.
        as_typed: it was asked to be read as typed.
    """

    answer: Answer
    token: str = ""
    emphasis: tuple[tuple[int, int], ...] = ()
    suggestions: tuple[str, ...] = ()
    as_typed: bool = False


@dataclass(frozen=True)
class Progress:
    """A chat while a question is looked up.

    Attributes:
        turns: so far, oldest first.
        looking_for: the question that is being looked up.
        failed: it could not be.
    """

    turns: tuple[Turn, ...]
    looking_for: str | None = None
    failed: bool = False


class Chat:
    """Answers the questions of all sessions; a session's turns are passed in and out."""

    def __init__(
        self,
        live: LiveAssistant,
        settings: Settings,
        suggestions: Suggestions,
        store: ReviewStore | None = None,
    ) -> None:
        self._live = live
        self._settings = settings
        self.suggestions = suggestions
        self._store = store
        self.examples = examples(suggestions.questions, self._is_answered)
        self._turns: OrderedDict[str, Turn] = OrderedDict()
        self._helping = threading.Lock()  # help waits, so that answers don't

    def ask(
        self,
        question: str,
        turns: tuple[Turn, ...],
        *,
        as_typed: bool = False,
        may_review: bool = False,
    ) -> Iterator[Progress]:
        """Show the question at once, then its answer.

        Args:
            question: as typed.
            turns: of the reader so far.
            as_typed: read it neither mended nor with what it leans on.
            may_review: the reader lets the staff check this answer.
        """
        limit = self._settings.max_question_chars
        question = " ".join(question.split())[: limit + 1]  # one more is refused as too long
        if not question:
            yield Progress(turns)
            return
        yield Progress(turns, looking_for=question)
        assistant = self._live.current
        history = [turn.answer.question for turn in turns]
        try:
            trace = assistant.trace(question, history, as_typed=as_typed)
            if may_review and self._store is not None:
                self._store.add(trace, history)
        except Exception:
            log.exception("a question failed")
            yield Progress(turns, looking_for=question, failed=True)
            return
        turn = Turn(trace.answer, token=secrets.token_urlsafe(12), as_typed=as_typed)
        self._remember(turn)
        known = [self._turns.get(one.token, one) for one in turns[-MAX_TURNS + 1 :]]
        yield Progress((*known, turn))

    def help(self, token: str) -> Turn:
        """A turn with the words that answer, or with questions near to the refused one.

        Raises:
            KeyError: the turn is not remembered.
        """
        with self._helping:
            turn = self._turns[token]
            answer = turn.answer
            if answer.quotes and not turn.emphasis:
                turn = replace(turn, emphasis=self._live.current.emphasis(answer))
            elif answer.reason in ("not_covered", "not_stated") and not turn.suggestions:
                turn = replace(turn, suggestions=self._answered(answer.question))
            self._remember(turn)
        return turn

    def _remember(self, turn: Turn) -> None:
        self._turns[turn.token] = turn
        while len(self._turns) > REMEMBERED:
            self._turns.popitem(last=False)

    def _answered(self, question: str) -> tuple[str, ...]:
        """Near questions that are indeed answered when they are asked."""
        near: Sequence[str] = self.suggestions.near(question, SUGGESTIONS + 1)
        near = [other for other in near if other.lower() != question.lower()][:SUGGESTIONS]
        return tuple(other for other in near if self._is_answered(other))

    def _is_answered(self, question: str) -> bool:
        return self._live.current.ask(question).outcome == "answered"
