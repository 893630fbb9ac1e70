"""The chat page, and serving it."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Any

import gradio as gr

from qa import messages
from qa.answer import Answer
from qa.documents import Document
from qa.errors import QaError
from qa.settings import Settings
from qa.web import render
from qa.web.source import STATIC, source_route, stylesheet

if TYPE_CHECKING:
    from qa.assistant import Assistant

MAX_EXAMPLES = 5
MAX_EXAMPLE_CHARS = 90
MAX_TURNS = 30  # older turns leave the page
CONCURRENT_QUESTIONS = 4

Turns = tuple[Answer, ...]
Shown = tuple[str, str, Turns]

log = logging.getLogger(__name__)


def build_page(assistant: Assistant, settings: Settings) -> gr.Blocks:
    """The chat page. Launch it with `launch_options`, or the source pane has no server.

    Args:
        assistant: answers the questions.
        settings: title and texts of the page.
    """
    chat = Chat(assistant, settings)
    documents = assistant.documents()
    page: gr.Blocks = gr.Blocks(title=settings.title, analytics_enabled=False, fill_width=True)
    with page:
        turns = gr.State(())
        intro = render.intro(documents, assistant.calibration)
        _html(f"<h1>{render.text(settings.title)}</h1>{intro}", "intro")
        shown = _html("", "thread")
        examples = _example_buttons(documents)
        with gr.Row(elem_id="asking"):
            box = gr.Textbox(
                label=messages.QUESTION_LABEL,
                placeholder=messages.QUESTION_HINT,
                max_lines=4,
                autofocus=True,
                container=False,
                elem_id="question",
                html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
            )
            ask = gr.Button(messages.ASK, variant="primary", elem_id="ask", min_width=80, scale=0)
            again = gr.Button(messages.START_AGAIN, elem_id="again", min_width=80, scale=0)
        hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        answering = hidden | {
            "outputs": [box, shown, turns],
            "concurrency_limit": CONCURRENT_QUESTIONS,
            "concurrency_id": "ask",
        }
        gr.on([box.submit, ask.click], chat.ask, inputs=[box, turns], **answering)
        for button in examples:
            button.click(chat.ask, inputs=[button, turns], **answering)
        again.click(lambda: ("", "", ()), outputs=[box, shown, turns], queue=False, **hidden)
    page.queue(api_open=False, default_concurrency_limit=CONCURRENT_QUESTIONS)
    return page


def launch_options(assistant: Assistant, settings: Settings) -> dict[str, Any]:
    """Arguments for `gr.Blocks.launch`: nothing leaves this machine, nothing is kept."""
    script = (STATIC / "page.js").read_text(encoding="utf-8")
    script = script.replace('"CLOSE_LABEL"', json.dumps(messages.CLOSE_SOURCE))
    script = script.replace('"FAILED_TEXT"', json.dumps(messages.SOURCE_FAILED))
    return {
        "server_name": settings.host,
        "server_port": settings.port,
        "share": False,
        "run_history": False,
        "enable_monitoring": False,
        "footer_links": [],
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "quiet": True,
        "favicon_path": STATIC / "favicon.svg",
        "theme": _theme(),
        # Not as `css`, which Gradio rewrites and whose media queries it loses.
        "head": f"<style>{stylesheet()}</style><script>{script}</script>",
        "app_kwargs": {
            "routes": [source_route(assistant.document)],
            "docs_url": None,
            "redoc_url": None,
            "openapi_url": None,
        },
    }


def serve(assistant: Assistant, settings: Settings) -> None:
    """Serve the page until it is interrupted.

    Raises:
        QaError: the address can't be used.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    page = build_page(assistant, settings)
    try:
        page.launch(**launch_options(assistant, settings), prevent_thread_lock=True)
    except OSError as error:
        raise QaError(
            f"Cannot serve on {settings.host}:{settings.port}, which may be in use. "
            "Set QA_PORT (or QA_HOST) to another value."
        ) from error
    sys.stderr.write(messages.serving(f"http://{settings.host}:{settings.port}/") + "\n")
    page.block_thread()


def example_questions(documents: Sequence[Document], count: int = MAX_EXAMPLES) -> list[str]:
    """Headings that are questions, taken from each document in turn.

    Args:
        documents: where to look.
        count: how many at most.
    """
    by_document = [_question_headings(document) for document in documents]
    in_turn = chain.from_iterable(zip_longest(*by_document))
    return list(islice(dict.fromkeys(question for question in in_turn if question), count))


class Chat:
    """One page's way to answer; a session's turns are passed in and out."""

    def __init__(self, assistant: Assistant, settings: Settings) -> None:
        self.assistant = assistant
        self.settings = settings

    def ask(self, question: str, turns: Turns) -> Iterator[Shown]:
        """Show the question at once, then its answer."""
        limit = self.settings.max_question_chars
        question = " ".join(question.split())[: limit + 1]  # one more is refused as too long
        if not question:
            yield "", self._thread(turns), turns
            return
        yield "", self._thread(turns, looking_for=question), turns
        try:
            answer = self.assistant.ask(question, [turn.question for turn in turns])
        except Exception:
            log.exception("a question failed")
            yield question, self._thread(turns, looking_for=question, failed=True), turns
            return
        turns = (*turns, answer)[-MAX_TURNS:]
        yield "", self._thread(turns), turns

    def _thread(self, turns: Turns, looking_for: str | None = None, *, failed: bool = False) -> str:
        return render.thread(
            turns,
            self.assistant.document,
            self.settings.ask_instead,
            looking_for=looking_for,
            failed=failed,
        )


def _html(value: str, elem_id: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False)


def _example_buttons(documents: Sequence[Document]) -> list[gr.Button]:
    questions = example_questions(documents)
    if not questions:
        return []
    with gr.Row(elem_id="examples"):
        _html(f"<p>{render.text(messages.EXAMPLES)}</p>", "examples-label")
        return [gr.Button(question, size="sm", min_width=0, scale=0) for question in questions]


def _question_headings(document: Document) -> list[str]:
    lines = (line.strip() for line in document.text.splitlines() if line.startswith("#"))
    questions = (line.lstrip("#").strip() for line in lines if line.endswith("?"))
    return [question for question in questions if len(question) <= MAX_EXAMPLE_CHARS]


def _theme() -> gr.themes.Base:
    """Fonts of the reader's own machine only."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        font=("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"),
        font_mono=("ui-monospace", "Consolas", "monospace"),
    )
