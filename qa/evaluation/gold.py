"""The gold set: questions with what answers them, read and checked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

from qa.batch import read_lines
from qa.documents import Document
from qa.errors import InputError

T = TypeVar("T")

KINDS = (
    "plain",
    "lookup",
    "multi",
    "typo",
    "followup",
    "personal",
    "near_miss",
    "off_topic",
    "adversarial",
    "urgent",
)


@dataclass(frozen=True)
class Evidence:
    """A span that answers: a verbatim slice of a document."""

    file: str
    quote: str


@dataclass(frozen=True)
class GoldQuestion:
    """A question with its kind, whether the corpus answers it, and the spans that do.

    Attributes:
        split: "dev", which may be tuned on, or "test", which may not.
        any_of: one of the spans is enough.
        files_expected: for `multi`, the documents that must all be heard.
        note: why it is in the set.
    """

    id: str
    question: str
    kind: str
    split: str
    answerable: bool
    evidence: tuple[Evidence, ...] = ()
    any_of: bool = True
    history: tuple[str, ...] = ()
    files_expected: tuple[str, ...] = ()
    note: str = ""


def read_gold(path: Path) -> list[GoldQuestion]:
    """Read a gold file, one JSON object a line.

    Raises:
        InputError: the file cannot be read, or a line isn't of the form; the line is named.
    """
    questions = []
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            try:
                questions.append(_question(json.loads(line)))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise InputError(
                    f"{path} line {number} is not a gold question ({error}); see "
                    "tests/gold/README.md for the form."
                ) from error
    if not questions:
        raise InputError(f"{path} holds no gold question.")
    return questions


def add_gold(path: Path, question: GoldQuestion, documents: Sequence[Document]) -> None:
    """Add a question to a gold file: whole or not at all, and only if the set stays sound.

    Raises:
        InputError: the question or the file is at fault; nothing was written.
    """
    with FileLock(path.with_name(f".{path.name}.lock")):
        known = read_gold(path) if path.is_file() else []
        faults = _faults(question, {document.file: document.text for document in documents})
        if any(_key(question, "question") == _key(other, "question") for other in known):
            faults.append("the gold set holds this question already")
        if faults:
            raise InputError(f"Nothing was written: {'; '.join(faults)}.")
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if text and not text.endswith("\n"):
            text += "\n"
        line = {key: value for key, value in asdict(question).items() if value != ()}
        line.setdefault("evidence", [])
        aside = path.with_name(f".{path.name}.new")
        aside.write_text(text + json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
        aside.replace(path)


def check_gold(questions: Sequence[GoldQuestion], documents: Sequence[Document]) -> list[str]:
    """What is wrong with a gold set, a line each; [] when it is sound."""
    texts = {document.file: document.text for document in documents}
    problems = [
        f"{value!r} is used more than once"
        for field in ("id", "question")
        for value, count in Counter(_key(question, field) for question in questions).items()
        if count > 1
    ]
    for question in questions:
        problems.extend(f"{question.id}: {fault}" for fault in _faults(question, texts))
    return problems


def _key(question: GoldQuestion, field: str) -> str:
    if field == "id":
        return question.id
    return " | ".join([*question.history, question.question])


def _faults(question: GoldQuestion, texts: Mapping[str, str]) -> list[str]:
    faults = []
    if question.kind not in KINDS:
        faults.append(f"kind {question.kind!r} is not one of {', '.join(KINDS)}")
    if question.split not in ("dev", "test"):
        faults.append(f"split {question.split!r} is neither dev nor test")
    if question.answerable != bool(question.evidence):
        faults.append("an answerable question has evidence, and only an answerable one")
    if question.answerable and question.kind in ("near_miss", "off_topic"):
        faults.append(f"a {question.kind} cannot be answerable")
    for span in question.evidence:
        if span.file not in texts:
            faults.append(f"{span.file} is not a document")
        elif not span.quote.strip() or span.quote not in texts[span.file]:
            faults.append(f"{span.file} doesn't hold {span.quote[:60]!r}")
    missing = set(question.files_expected) - {span.file for span in question.evidence}
    faults.extend(f"{file} is expected but holds no evidence" for file in sorted(missing))
    if (question.kind == "multi") != bool(question.files_expected):
        faults.append("a multi question, and no other, says which files are expected")
    return faults


def _question(row: Mapping[str, Any]) -> GoldQuestion:
    return GoldQuestion(
        id=str(row["id"]),
        question=_of(str, row, "question"),
        kind=_of(str, row, "kind"),
        split=_of(str, row, "split"),
        answerable=_of(bool, row, "answerable"),
        evidence=tuple(
            Evidence(_of(str, span, "file"), _of(str, span, "quote"))
            for span in _of(list, row, "evidence")
        ),
        any_of=_of(bool, row, "any_of"),
        history=_texts(row, "history"),
        files_expected=_texts(row, "files_expected"),
        note=row.get("note", ""),
    )


def _of(kind: type[T], row: Mapping[str, Any], key: str) -> T:
    if key not in row:
        raise ValueError(f"it lacks {key!r}")
    if not isinstance(row[key], kind):
        raise ValueError(f"{key!r} must be of type {kind.__name__}")
    value: T = row[key]
    return value


def _texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = row.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key!r} must be a list of texts")
    return tuple(values)
