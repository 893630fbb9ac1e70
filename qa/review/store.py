"""Answers that readers let the staff check, in one SQLite file. Nothing else is kept of anybody."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from qa.answer import Answer
from qa.answerability import SIGNALS, Judged
from qa.errors import QaError
from qa.payload import answer_payload
from qa.trace import Trace

VERDICTS = ("right", "wrong", "wrong_quote", "should_have_refused", "should_have_answered", "other")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, kept TEXT NOT NULL, question TEXT NOT NULL, history TEXT NOT NULL,
    outcome TEXT NOT NULL, kind TEXT NOT NULL, confidence REAL NOT NULL, answer TEXT NOT NULL,
    trace TEXT NOT NULL, reported TEXT NOT NULL, comment TEXT NOT NULL, verdict TEXT NOT NULL,
    gold TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS kept_at ON answers (kept);
"""
_COLUMNS = (
    "id, kept, question, history, outcome, kind, confidence, answer, trace, reported, comment, "
    "verdict, gold"
)


@dataclass(frozen=True)
class Kept:
    """One kept answer.

    Attributes:
        id: by which it can be deleted.
        kept: date and time (UTC, ISO 8601, to the minute).
        question, history: as asked.
        outcome: "answered" or "refused".
        kind: of question: "plain", "followup", "personal" or "urgent".
        confidence: the gate's probability.
        answer: the payload, as every front shows it.
        trace: readings with their signals and candidates, and the threshold.
        reported: what the reader reported, a code of `messages.REPORTS`; "" when only ticked.
        comment: the reader's line of text.
        verdict: the staff's, one of `VERDICTS`; "" when it waits.
        gold: id of the gold question that was made of it; "" when none was.
    """

    id: int
    kept: str
    question: str
    history: tuple[str, ...]
    outcome: str
    kind: str
    confidence: float
    answer: Mapping[str, Any]
    trace: Mapping[str, Any]
    reported: str
    comment: str
    verdict: str
    gold: str


@dataclass(frozen=True)
class Filter:
    """Which kept answers to list; an empty field lets all through.

    Attributes:
        outcome, verdict, kind: exact; verdict "waiting" is for those without one.
        since, until: dates, both included.
        least, most: confidence.
    """

    outcome: str = ""
    verdict: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    least: float = 0.0
    most: float = 1.0


class ReviewStore:
    """The file of kept answers; one connection, one writer at a time."""

    def __init__(self, path: Path, days: int) -> None:
        """Open or make the file, and delete what is older than `days`.

        Raises:
            QaError: the file cannot be opened or isn't a database.
        """
        self._lock = threading.Lock()
        self._days = days
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False)
            path.chmod(0o600)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.DatabaseError) as error:
            raise QaError(
                f"{path} cannot be used to keep answers ({error}); set QA_REVIEW to another file."
            ) from error
        self.delete_old()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def add(
        self, trace: Trace, history: Sequence[str], reported: str = "", comment: str = ""
    ) -> int:
        """Keep an answer; returns its id."""
        self.delete_old()
        answer = trace.answer
        row = (
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"),
            answer.question,
            json.dumps(list(history), ensure_ascii=False),
            answer.outcome,
            kind_of(answer, history),
            answer.confidence,
            json.dumps(answer_payload(answer), ensure_ascii=False),
            json.dumps(trace_payload(trace), ensure_ascii=False),
            reported,
            comment,
        )
        with self._lock, self._db:
            cursor = self._db.execute(
                "INSERT INTO answers (kept, question, history, outcome, kind, confidence, answer, "
                "trace, reported, comment, verdict, gold) VALUES (?,?,?,?,?,?,?,?,?,?,'','')",
                row,
            )
        return int(cursor.lastrowid or 0)

    def get(self, number: int) -> Kept:
        """One kept answer.

        Raises:
            KeyError: there is none with this id.
        """
        with self._lock:
            row = self._db.execute(
                f"SELECT {_COLUMNS} FROM answers WHERE id = ?",  # noqa: S608 - a constant
                (number,),
            ).fetchone()
        if row is None:
            raise KeyError(number)
        return _kept(row)

    def find(self, wanted: Filter, limit: int = 200) -> list[Kept]:
        """The kept answers that pass, newest first."""
        sql = (
            f"SELECT {_COLUMNS} FROM answers WHERE (:outcome IN ('', outcome)) "  # noqa: S608
            "AND (:verdict IN ('', verdict) OR (:verdict = 'waiting' AND verdict = '')) "
            "AND (:kind IN ('', kind)) AND (:since = '' OR substr(kept, 1, 10) >= :since) "
            "AND (:until = '' OR substr(kept, 1, 10) <= :until) "
            "AND confidence BETWEEN :least AND :most ORDER BY id DESC LIMIT :limit"
        )
        with self._lock:
            rows = self._db.execute(sql, asdict(wanted) | {"limit": limit}).fetchall()
        return [_kept(row) for row in rows]

    def all(self) -> Iterator[Kept]:
        """Every kept answer, oldest first."""
        with self._lock:
            sql = f"SELECT {_COLUMNS} FROM answers ORDER BY id"  # noqa: S608 - a constant
            rows = self._db.execute(sql).fetchall()
        return map(_kept, rows)

    def judge(self, number: int, verdict: str) -> None:
        """Set the staff's verdict.

        Raises:
            KeyError: there is no such answer.
            ValueError: it is no verdict.
        """
        if verdict not in VERDICTS:
            raise ValueError(f"{verdict!r} is none of {', '.join(VERDICTS)}")
        self._change("verdict", verdict, number)

    def set_gold(self, number: int, gold: str) -> None:
        """Note which gold question was made of an answer.

        Raises:
            KeyError: there is no such answer.
        """
        self._change("gold", gold, number)

    def delete(self, number: int) -> None:
        """Delete one answer for good.

        Raises:
            KeyError: there is no such answer.
        """
        with self._lock, self._db:
            cursor = self._db.execute("DELETE FROM answers WHERE id = ?", (number,))
        if not cursor.rowcount:
            raise KeyError(number)

    def delete_old(self) -> None:
        """Delete what was kept longer than the retention."""
        oldest = (datetime.now(UTC) - timedelta(days=self._days)).strftime("%Y-%m-%dT%H:%MZ")
        with self._lock, self._db:
            self._db.execute("DELETE FROM answers WHERE kept < ?", (oldest,))

    def _change(self, column: str, value: str, number: int) -> None:
        with self._lock, self._db:
            cursor = self._db.execute(
                f"UPDATE answers SET {column} = ? WHERE id = ?",  # noqa: S608 - our own names
                (value, number),
            )
        if not cursor.rowcount:
            raise KeyError(number)


def kind_of(answer: Answer, history: Sequence[str]) -> str:
    """What sort of question it was, as far as the program can tell."""
    codes = {notice.code for notice in answer.notices}
    if answer.urgent:
        return "urgent"
    if "personal_case" in codes:
        return "personal"
    return "followup" if history and answer.understood_as is not None else "plain"


def trace_payload(trace: Trace) -> dict[str, Any]:
    """What led to an answer, as JSON: the verdict of each stage, candidates and their scores."""
    return {
        "threshold": trace.threshold,
        "why": list(trace.answer.why),
        "readings": [
            {
                "question": reading.question,
                "probability": reading.probability,
                "signals": dict(zip(SIGNALS, reading.measured, strict=False)),
                "candidates": [_candidate(judged) for judged in reading.judged],
            }
            for reading in trace.readings
        ],
    }


def _candidate(judged: Judged) -> dict[str, Any]:
    found, candidate = judged.retrieved, judged.candidate
    return {
        "file": candidate.file,
        "start": candidate.sentence.start,
        "end": candidate.sentence.end,
        "text": candidate.text,
        "heading": candidate.heading,
        "dense": found.dense,
        "bm25": found.bm25,
        "fused": found.fused,
        "evidence": judged.score,
    }


def _kept(row: Sequence[Any]) -> Kept:
    values = list(row)
    values[3] = tuple(json.loads(values[3]))
    values[7], values[8] = json.loads(values[7]), json.loads(values[8])
    return Kept(*values)
