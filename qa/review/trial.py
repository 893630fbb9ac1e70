"""Try a changed or added document in a scratch index beside the live one, then publish it."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from qa.documents import READERS
from qa.errors import InputError, QaError
from qa.evaluation.gold import GoldQuestion, read_gold
from qa.evaluation.metrics import Row, figures
from qa.evaluation.report import differences
from qa.evaluation.run import evaluate
from qa.evidence import Evidence
from qa.index import Index
from qa.indexing import build_index
from qa.live import LiveAssistant
from qa.settings import Settings

Phase = Literal["none", "indexing", "asking", "done", "failed", "published"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrialState:
    """How far a trial is.

    Attributes:
        phase: what is being done.
        file: the document that is changed or added.
        asked, questions: of the gold set, over both indexes.
        changes: gold answers that change, a line each.
        lost: gold questions whose evidence the changed document no longer holds.
        before, after: balanced scores.
        error: why it failed.
    """

    phase: Phase = "none"
    file: str = ""
    asked: int = 0
    questions: int = 0
    changes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    before: float | None = None
    after: float | None = None
    error: str = ""

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self.phase in ("indexing", "asking")


class RememberedScores:
    """Judges a pair once; live and scratch index have nearly all their sentences in common."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._scores: dict[tuple[str, str, str], float] = {}

    def score(
        self, question: str, sentences: Sequence[str], headings: Sequence[str] | None = None
    ) -> list[float]:
        """Probability (0..1) that each sentence answers the question."""
        places = headings or [""] * len(sentences)
        keys = [(question, *pair) for pair in zip(sentences, places, strict=True)]
        new = [key for key in dict.fromkeys(keys) if key not in self._scores]
        found = self._evidence.score(
            question, [key[1] for key in new], [key[2] for key in new] if headings else None
        )
        self._scores.update(zip(new, found, strict=True))
        return [self._scores[key] for key in keys]


class Trial:
    """One trial at a time; `state` may be read at any moment."""

    def __init__(self, live: LiveAssistant, settings: Settings) -> None:
        self._live = live
        self._settings = settings
        self._lock = threading.Lock()
        self._scratch: Path | None = None
        self.state = TrialState()

    def start(self, file: str, data: bytes, done: Callable[[], None] | None = None) -> None:
        """Begin a trial in the background.

        Args:
            file: path relative to the corpus folder.
            data: the document as it would be.
            done: called at the end.

        Raises:
            InputError: a trial is running, or the file's name cannot be used.
        """
        path = PurePosixPath(file)
        if path.is_absolute() or not path.parts or any(part.startswith(".") for part in path.parts):
            raise InputError(f"{file!r} is no path below the folder of the documents.")
        if path.suffix.lower() not in READERS:
            raise InputError(f"{file} needs a suffix that is one of {', '.join(READERS)}.")
        with self._lock:
            if self.state.running:
                raise InputError("A trial is running; wait until it is done.")
            self.state = TrialState("indexing", str(path))

        def work() -> None:
            try:
                self._try(str(path), data)
            except QaError as error:
                self._set(phase="failed", error=str(error))
            except Exception:
                log.exception("a trial failed")
                self._set(phase="failed", error="It failed; the server's log says why.")
            if done is not None:
                done()

        threading.Thread(target=work, daemon=True).start()

    def publish(self) -> None:
        """Put the changed document among the documents and let its index answer from now on.

        Raises:
            InputError: there is nothing to publish, or the live documents have changed since.
        """
        with self._lock:
            if self.state.phase != "done" or self._scratch is None:
                raise InputError("There is no finished trial to publish.")
            self._check_corpus()
            target = self._settings.corpus / self.state.file
            target.parent.mkdir(parents=True, exist_ok=True)
            aside = target.with_name(f".{target.name}.new")
            shutil.copyfile(self._scratch / "corpus" / self.state.file, aside)
            aside.replace(target)
            live = self._live.current
            build_index(self._settings.corpus, live.index.folder, live.encoder)
            self._live.publish(live.over(Index.open(live.index.folder)))
            self._clear()
            self.state = replace(self.state, phase="published")

    def discard(self) -> None:
        """Forget the trial.

        Raises:
            InputError: it is running.
        """
        with self._lock:
            if self.state.running:
                raise InputError("A trial is running; wait until it is done.")
            self._clear()
            self.state = TrialState()

    def _try(self, file: str, data: bytes) -> None:
        self._check_corpus()
        live = self._live.current
        self._clear()
        self._scratch = scratch = Path(tempfile.mkdtemp(prefix="qa-trial-"))
        shutil.copytree(self._settings.corpus, scratch / "corpus")
        target = scratch / "corpus" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        shutil.copytree(live.index.folder, scratch / "index")
        report = build_index(scratch / "corpus", scratch / "index", live.encoder)
        fault = next((item for item in report.skipped if item.file == file), None)
        if fault is not None:
            raise InputError(f"{file} {fault.reason}.")
        gold = read_gold(self._settings.gold)
        remembered = RememberedScores(live.evidence)
        before = live.over(live.index, remembered)
        after = live.over(Index.open(scratch / "index"), remembered)
        self._set(phase="asking", questions=2 * len(gold))
        rows = evaluate(before, gold, lambda asked, _: self._set(asked=asked))
        new = evaluate(after, gold, lambda asked, _: self._set(asked=len(gold) + asked))
        self._set(
            phase="done",
            changes=tuple(differences(new, {"rows": {row.id: vars(row) for row in rows}})),
            lost=_lost(gold, file, after.document(file).text),
            before=_balanced(rows),
            after=_balanced(new),
        )

    def _check_corpus(self) -> None:
        """The live index must be that of the corpus folder, or two changes would be compared."""
        corpus = self._settings.corpus
        if not corpus.is_dir():
            raise InputError(f"{corpus} is not a folder; set QA_CORPUS to that of the documents.")
        manifest = self._live.current.index.manifest
        missing = [file for file in manifest.documents if not (corpus / file).is_file()]
        if missing:
            raise InputError(f"{corpus} lacks {missing[0]}; set QA_CORPUS to the indexed folder.")

    def _set(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def _clear(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None


def _balanced(rows: Sequence[Row]) -> float | None:
    value: float | None = figures(rows)["balanced"]
    return value


def _lost(gold: Sequence[GoldQuestion], file: str, text: str) -> tuple[str, ...]:
    return tuple(
        f"{question.id}: {question.question}"
        for question in gold
        if any(e.file == file and e.quote not in text for e in question.evidence)
    )
