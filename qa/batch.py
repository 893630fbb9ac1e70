"""Files of questions and answers, one JSON object a line: answering them, and checking answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.documents import Document, read_document
from qa.errors import InputError, UnreadableFileError
from qa.payload import answer_payload


@dataclass(frozen=True)
class BadLine:
    """A line that could not be used; the others are."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason}"


def answer_lines(assistant: Assistant, lines: Iterable[str]) -> Iterator[dict[str, Any] | BadLine]:
    """Answer one question a line, in order; blank lines are passed over.

    A line is `{"id", "question", "history"?: [earlier questions]}`.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        asked = _question(number, line)
        if isinstance(asked, BadLine):
            yield asked
            continue
        started = time.perf_counter()
        answer = assistant.ask(asked["question"], asked.get("history") or ())
        elapsed = round(1000 * (time.perf_counter() - started), 1)
        yield {"id": asked["id"], **answer_payload(answer), "latency_ms": elapsed}


def _question(number: int, line: str) -> dict[str, Any] | BadLine:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        return BadLine(number, f"is not valid JSON ({error})")
    if not isinstance(asked, dict) or not isinstance(asked.get("question"), str):
        return BadLine(number, 'needs a "question" that is a text')
    if "id" not in asked:
        return BadLine(number, 'needs an "id"')
    history = asked.get("history") or []
    if not isinstance(history, list) or not all(isinstance(item, str) for item in history):
        return BadLine(number, '"history" must be a list of earlier questions')
    return asked


@dataclass(frozen=True)
class Verified:
    """What a check of answers found: how many quotes hold, and what is wrong with the others."""

    answers: int
    quotes: int
    problems: tuple[str, ...]


def verify(answers: Path, corpus: Path) -> Verified:
    """Check every quote of an answers file against today's files, character by character.

    Raises:
        InputError: a file cannot be read.
    """
    if not corpus.is_dir():
        raise InputError(f"{corpus} is not a folder; give the folder that holds the documents.")
    documents: dict[str, Document | None] = {}
    problems: list[str] = []
    count = quotes = 0
    for number, line in enumerate(read_lines(answers), start=1):
        if not line.strip():
            continue
        count += 1
        try:
            answer = json.loads(line)
            shown = [*answer["quotes"], *answer.get("closest", [])]
        except (ValueError, KeyError, TypeError):
            problems.append(f"line {number}: is not an answer that `qa answer` wrote")
            continue
        for quote in shown:
            quotes += 1
            fault = _fault(quote, corpus, documents)
            if fault is not None:
                problems.append(f"line {number}: {fault}")
    return Verified(count, quotes, tuple(problems))


def read_lines(path: Path) -> list[str]:
    """Lines of a UTF-8 file, split at newlines only.

    Raises:
        InputError: the file is missing or not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8; save it as UTF-8.") from error


def _fault(
    quote: Mapping[str, Any], corpus: Path, documents: dict[str, Document | None]
) -> str | None:
    """What is wrong with a quote; None when it is a slice of its file."""
    try:
        file, start, end, text = quote["file"], quote["start"], quote["end"], quote["text"]
    except (KeyError, TypeError):
        return "a quote lacks file, start, end or text"
    if file not in documents:
        documents[file] = _document(corpus, str(file))
    document = documents[file]
    if document is None:
        return f"{file} cannot be read any more"
    valid = isinstance(start, int) and isinstance(end, int) and 0 <= start < end
    if not valid or document.text[start:end] != text:
        changed = quote.get("sha256") not in (None, document.sha256)
        return f"{file} {start}..{end} is not the quote" + (
            " (the file changed)" if changed else ""
        )
    return None


def _document(corpus: Path, file: str) -> Document | None:
    path = corpus / file
    if not path.resolve().is_relative_to(corpus.resolve()):
        return None
    try:
        return read_document(path, file)
    except (UnreadableFileError, KeyError):
        return None
