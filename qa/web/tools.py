"""The read-only tools that other programs call: over HTTP, Gradio's API and MCP alike."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.events import api as offer_tool

from qa.documents import Document
from qa.live import LiveAssistant
from qa.payload import answer_payload

HISTORY_MAX = 50


class Tools:
    """`ask`, `documents` and `passage` over whatever is live."""

    def __init__(self, live: LiveAssistant) -> None:
        self._live = live

    def ask(
        self, question: str, history: list[str] | None = None, as_typed: bool = False
    ) -> dict[str, Any]:
        """Answer a question with verbatim quotes of the documents, or refuse and say why.

        Args:
            question: in plain words, in English.
            history: earlier questions of the same conversation, oldest first.
            as_typed: whether to leave the question as it is, neither mended nor completed.
        """
        earlier = (history or [])[-HISTORY_MAX:]
        return answer_payload(self._live.current.ask(question, earlier, as_typed=as_typed))

    def documents(self) -> list[dict[str, Any]]:
        """List the documents that answers are taken from, with their origin and dates."""
        return [_described(document) for document in self._live.current.documents()]

    def passage(self, file: str, start: int, end: int) -> dict[str, Any]:
        """Show a slice of a document with the passage around it.

        Args:
            file: a document's file, as `documents` or a quote names it.
            start: offset of the slice's first character.
            end: offset behind its last character.
        """
        assistant = self._live.current
        try:
            document = assistant.document(file)
        except KeyError as error:
            raise LookupError(f"there is no document {file!r}") from error
        if not 0 <= start < end <= len(document.text):
            raise LookupError(f"{file} has no slice {start}..{end}")
        left, right = assistant.index.passage_around(file, start)
        left, right = min(left, start), max(right, end)
        return {
            "file": file,
            "start": start,
            "end": end,
            "text": document.text[start:end],
            "line": document.line_of(start),
            "page": document.page_of(start),
            "passage": {"start": left, "end": right, "text": document.text[left:right]},
        }


def offer(live: LiveAssistant) -> None:
    """Name the tools in the page that is being built, for Gradio's API and for MCP.

    They give JSON as text, since MCP would show a mapping as Python writes it.
    """
    tools = Tools(live)

    def ask(question: str, history: list[str] | None = None, as_typed: bool = False) -> str:
        return _json(tools.ask(question, history, as_typed))

    def documents() -> str:
        return _json(tools.documents())

    def passage(file: str, start: int, end: int) -> str:
        try:
            return _json(tools.passage(file, start, end))
        except LookupError as error:
            raise gr.Error(str(error)) from error

    for tool in (ask, documents, passage):
        tool.__doc__ = getattr(Tools, tool.__name__).__doc__
        offer_tool(tool, api_name=tool.__name__)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _described(document: Document) -> dict[str, Any]:
    fields = asdict(document)
    for internal in ("text", "blocks", "page_starts", "section_kinds"):
        del fields[internal]
    return fields | {"characters": len(document.text)}
