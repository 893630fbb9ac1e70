"""Wires the parts together: `ask()` is the one way every front gets an answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa import messages
from qa.abbreviations import expand
from qa.answer import ANSWERS_FROM, Answer, Notice, Quote, Reason
from qa.answerability import (
    GATE,
    SIGNALS,
    Gate,
    Judged,
    WordStatistics,
    missing_words,
    signals,
)
from qa.answerer import choose_quotes, closest_quotes
from qa.base_models import Progress
from qa.calibration import Calibration
from qa.conversation import (
    SmallTalk,
    cleaned,
    leans,
    resolved,
    small_talk,
    unanswerable_as_asked,
)
from qa.documents import Document
from qa.emphasis import answering_words
from qa.encoder import Encoder
from qa.errors import IndexFolderError
from qa.evidence import Evidence, EvidenceModel, model_folder
from qa.glossary import Definition
from qa.index import Index, place
from qa.retriever import Retrieved, Retriever
from qa.safety import notices_for
from qa.settings import Settings, load_settings
from qa.spelling import Speller
from qa.trace import Reading, Trace, best_reading

MOSTLY = 0.5  # half, by weight
# How far below the likest candidate's similarity others are judged: any at first, and the likest of
# each document; and any where none of these answers. Measured in training/NOTES.md.
NEAR, NEAR_OF_DOCUMENT, FARTHER = 0.12, 0.25, 0.2

_OWN_VOICE: Mapping[SmallTalk, str] = {
    "greeting": messages.GREETING,
    "thanks": messages.THANKS,
    "identity": messages.IDENTITY,
}


class Assistant:
    """Answers questions from one index; safe to share between threads."""

    def __init__(
        self,
        index: Index,
        encoder: Encoder,
        evidence: Evidence,
        gate: Gate,
        settings: Settings,
    ) -> None:
        self.index = index
        self.encoder = encoder
        self.evidence = evidence
        self.settings = settings
        self.gate = gate
        self.calibration = Calibration.read(settings.calibration) if settings.calibration else None
        self.threshold = self.calibration.threshold if self.calibration else gate.threshold
        self.retriever = Retriever(index, encoder)
        self.statistics = WordStatistics(index.manifest.sentences, index.note("stems"))
        self.speller = Speller(index.note("vocabulary"), encoder.everyday_words())
        self.red_flags: Sequence[Mapping[str, Any]] = index.note("red_flags")
        self.abbreviations: Mapping[str, str] = index.note("abbreviations")
        self.definitions = tuple(Definition(**found) for found in index.note("definitions"))
        self.personal_kinds = frozenset(kind.lower() for kind in settings.personal_kinds)

    @classmethod
    def open(
        cls,
        index_dir: Path | str,
        settings: Settings | None = None,
        progress: Progress | None = None,
        gate: Gate | None = None,
    ) -> Assistant:
        """Open an index and load the models.

        Args:
            index_dir: folder that `qa index` built.
            settings: read from the environment by default.
            progress: called while models are unpacked for the first time.
            gate: the refusal gate; by default the one fitted for the profile.

        Raises:
            QaError: the index or a model is missing, damaged, or they don't fit together.
        """
        settings = settings or load_settings()
        index = Index.open(Path(index_dir))
        encoder = Encoder.load(settings, progress)
        if index.manifest.encoder_sha256 != encoder.sha256:
            raise IndexFolderError(
                f"{index_dir} was built with the encoder {index.manifest.encoder}, not "
                f"{encoder.name}. Rebuild it (qa index CORPUS --index {index_dir}) or set "
                "QA_PROFILE."
            )
        evidence = EvidenceModel.load(settings.profile, settings.cache_dir, progress)
        gate = gate or Gate.load(model_folder(settings.profile) / GATE)
        return cls(index, encoder, evidence, gate, settings)

    def documents(self) -> tuple[Document, ...]:
        """Every document that answers are taken from."""
        return self.index.documents()

    def document(self, file: str) -> Document:
        """One document by its file.

        Raises:
            KeyError: there is no such document.
        """
        return self.index.document(file)

    def passage_around(self, quote: Quote) -> tuple[int, int]:
        """Offsets of the passage that a quote was taken from."""
        return self.index.passage_around(quote.file, quote.start)

    def over(self, index: Index, evidence: Evidence | None = None) -> Assistant:
        """The same models over another index that was built with the same encoder.

        Args:
            index: what is answered from.
            evidence: judges in place of this assistant's own.
        """
        evidence = evidence or self.evidence
        return Assistant(index, self.encoder, evidence, self.gate, self.settings)

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        threshold: float | None = None,
        as_typed: bool = False,
    ) -> Answer:
        """Answer a question with verbatim quotes, or refuse and say why.

        Args:
            question: in plain words.
            history: earlier questions of the same chat, oldest first.
            threshold: least probability (0..1) for an answer; None for the calibrated one.
            as_typed: read the question neither mended nor with what it leans on.
        """
        return self.trace(question, history, threshold=threshold, as_typed=as_typed).answer

    def trace(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        threshold: float | None = None,
        as_typed: bool = False,
    ) -> Trace:
        """What `ask` returns, with every reading and candidate that led to it."""
        least = self.threshold if threshold is None else threshold
        asked = cleaned(question)
        talk = small_talk(asked)
        if talk is not None:
            voice = (Notice(talk, _OWN_VOICE[talk]),)
            refusal = Answer(question, "refused", reason="not_a_question", notices=voice)
            return Trace(refusal, (), least)
        notices = notices_for(asked, self.red_flags, self.settings)
        reason = unanswerable_as_asked(asked, self.settings.max_question_chars)
        if reason is not None:
            return Trace(Answer(question, "refused", reason=reason, notices=notices), (), least)
        earlier = list(history)[-self.settings.max_history :] if self.settings.max_history else []
        readings = [self.read(asked)] if as_typed else self.readings(asked, earlier)
        answer = self._answer(question, asked, best_reading(readings), least)
        return Trace(replace(answer, notices=notices), tuple(readings), least)

    def emphasis(self, answer: Answer) -> tuple[tuple[int, int], ...]:
        """For each quote of an answer, the offsets of the words that answer."""
        question = expand(answer.understood_as or answer.question, self.abbreviations)
        return tuple(
            answering_words(
                self.evidence,
                question,
                quote,
                place(self.document(quote.file).title, quote.heading, ""),
            )
            for quote in answer.quotes
        )

    def readings(self, asked: str, history: Sequence[str] = ()) -> list[Reading]:
        """The question as typed, as mended, and with what it leans on in the chat."""
        readings = [self.read(asked)]
        mended = self.speller.mend(asked)
        if mended is not None:
            readings.append(self.read(mended))
        if leans(asked):
            readings.extend(self.read(whole) for whole in resolved(mended or asked, history))
        return readings

    def read(self, question: str) -> Reading:
        """Retrieve and judge candidates for one reading of a question.

        Those about as like the question as the likest are judged first, and others only if none of
        them is more likely than not to answer.
        """
        found = self.retriever.retrieve(question, self.settings.candidates)
        near, farther = by_likeness(found)
        judged = self._judged(question, near)
        if farther and not (judged and judged[0].score >= ANSWERS_FROM):
            more = self._judged(question, farther)
            judged = tuple(sorted((*judged, *more), key=lambda one: -one.score))
        if not judged:
            return Reading(question, (), (), 0.0)
        measured = signals(question, judged, found, self.statistics)
        probability = self.gate.probability(measured)
        return Reading(question, judged, tuple(map(float, measured)), probability)

    def _judged(self, question: str, found: Sequence[Retrieved]) -> tuple[Judged, ...]:
        """Candidates with their scores, the best first."""
        scores = self.evidence.score(
            expand(question, self.abbreviations),
            [one.candidate.text for one in found],
            [one.candidate.context for one in found],
        )
        judged = [Judged(*pair) for pair in zip(found, scores, strict=True)]
        return tuple(sorted(judged, key=lambda one: -one.score))

    def _answer(self, question: str, asked: str, reading: Reading, threshold: float) -> Answer:
        understood_as = None if reading.question == asked else reading.question
        probability = min(max(reading.probability, 0.0), 1.0)
        why = [f"retrieved: {len(reading.judged)}"]
        if reading.judged:
            why.append(f"score: {reading.evidence:.3f}")
        why.append(f"probability: {probability:.3f}")
        why.append(f"threshold: {threshold:.3f}")
        missing = missing_words(reading.question, self.statistics)
        why.extend(f"missing: {word}" for word in missing)
        answered = bool(reading.judged) and probability >= threshold
        parts = (reading.judged, self.index.document, self.index.neighbours)
        reason: Reason = "not_stated" if _near(reading) else "not_covered"
        return Answer(
            question=question,
            understood_as=understood_as,
            outcome="answered" if answered else "refused",
            quotes=choose_quotes(*parts, self.personal_kinds) if answered else (),
            reason=None if answered else reason,
            closest=() if answered or reason == "not_covered" else closest_quotes(*parts),
            confidence=probability,
            why=tuple(why),
        )


def by_likeness(
    found: Sequence[Retrieved],
) -> tuple[list[Retrieved], list[Retrieved]]:
    """Candidates to judge at first, and those to judge if none of the first answers; likest first.

    The likest of each document is among the first unless it is much less like the question. What
    is far less like it is in neither; what the dense ranking didn't reach, but holds words of the
    question, is in the second.
    """
    top = max((one.dense for one in found if one.dense is not None), default=0.0)
    near: list[Retrieved] = []
    farther: list[Retrieved] = []
    heard: set[str] = set()
    for one in sorted(found, key=lambda one: _below(one, top)):
        below, file = _below(one, top), one.candidate.file
        if below <= NEAR or (below <= NEAR_OF_DOCUMENT and file not in heard):
            near.append(one)
        elif below <= FARTHER or one.dense is None:
            farther.append(one)
        heard.add(file)
    return near, farther


def _below(one: Retrieved, top: float) -> float:
    """How much less like the question a candidate is than the likest."""
    return math.inf if one.dense is None else top - one.dense


def _near(reading: Reading) -> bool:
    """Whether the documents speak of the question's subject: they use most of its words."""
    return bool(reading.measured) and reading.measured[SIGNALS.index("unknown")] < MOSTLY
