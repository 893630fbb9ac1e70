"""The chat page, as Gradio serves it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from qa import messages
from qa.live import LiveAssistant
from qa.settings import Settings
from qa.web import render, tools
from qa.web.cards import Sources
from qa.web.chat import Chat, Progress, Turn
from qa.web.source import STATIC, stylesheet

CONCURRENT_QUESTIONS = 2  # as many as there are cores on a small machine; the others queue

Turns = tuple[Turn, ...]
Shown = tuple[str, str, Turns]

# Hands a command of the page's own buttons (`data-ask`) to the server.
_RECEIVE = """
document.addEventListener("qa-ask", (event) => { props.value = event.detail; trigger("submit"); });
"""


def build_page(chat: Chat, live: LiveAssistant, settings: Settings) -> gr.Blocks:
    """The chat page, and the tools that Gradio's own API and MCP offer.

    Args:
        chat: answers the questions.
        live: whose documents and examples are shown.
        settings: title and texts of the page.
    """
    page: gr.Blocks = gr.Blocks(title=settings.title, analytics_enabled=False, fill_width=True)
    view = _View(chat, live, settings)
    with page:
        tools.offer(live)
        turns = gr.State(())
        _html(view.header(), "header")
        shown = _html(view.welcome(), "thread")
        with gr.Column(elem_id="asking"):
            consent = gr.Checkbox(
                label=messages.CONSENT,
                value=False,
                visible=settings.review is not None,
                container=False,
                elem_id="consent",
            )
            with gr.Row(elem_id="asking-row"):
                box = gr.Textbox(
                    label=messages.QUESTION_LABEL,
                    placeholder=messages.QUESTION_HINT,
                    max_lines=4,
                    autofocus=True,
                    container=False,
                    elem_id="question",
                    html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
                )
                ask = gr.Button(messages.ASK, variant="primary", elem_id="ask", min_width=80)
                again = gr.Button(messages.START_AGAIN, elem_id="again", min_width=80)
        command = gr.HTML("", html_template="<i></i>", js_on_load=_RECEIVE, elem_id="command")
        hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        answering = hidden | {
            "outputs": [box, shown, turns],
            "concurrency_limit": CONCURRENT_QUESTIONS,
            "concurrency_id": "ask",
        }
        typed = [box, turns, consent]
        gr.on([box.submit, ask.click], view.ask, inputs=typed, api_name="chat", **answering)
        command.submit(
            view.command, inputs=[command, turns, consent], api_name="command", **answering
        )
        again.click(
            view.again, outputs=[box, shown, turns], queue=False, api_name="again", **hidden
        )
    page.queue(api_open=settings.mcp, default_concurrency_limit=CONCURRENT_QUESTIONS)
    return page


def turn_route(chat: Chat, live: LiveAssistant, settings: Settings) -> Route:
    """The route `GET /turn?token=…&number=…`: a turn again, with what helps to read it."""

    def turn(request: Request) -> Response:
        try:
            helped = chat.help(request.query_params["token"])
            number = int(request.query_params["number"])
        except (KeyError, ValueError):
            return Response(status_code=404)
        shown = render.turn(helped, sources(live), settings, number=number, latest=False)
        return HTMLResponse(shown, headers={"Cache-Control": "no-store"})

    return Route("/turn", turn, methods=["GET"])


def sources(live: LiveAssistant) -> Sources:
    """The documents that are live now."""
    return Sources(live.document, live.current.definitions)


def page_options(settings: Settings) -> dict[str, Any]:
    """How the page is mounted: nothing leaves this machine, nothing is kept."""
    words = {
        "close": messages.CLOSE_SOURCE,
        "failed": messages.SOURCE_FAILED,
        "previous": messages.PREVIOUS_MARK,
        "next": messages.NEXT_MARK,
        "taken": messages.TAKEN_ON,
        "reported": messages.REPORT_SENT,
        "not_reported": messages.REPORT_FAILED,
    }
    script = (STATIC / "page.js").read_text(encoding="utf-8")
    script = script.replace('"WORDS"', json.dumps(words))
    return {
        "run_history": False,
        "enable_monitoring": False,
        "footer_links": [],
        "ssr_mode": False,
        "pwa": False,
        "show_error": False,
        "mcp_server": settings.mcp,
        "favicon_path": str(STATIC / "favicon.svg"),
        "theme": _theme(),
        # Not as `css`, which Gradio rewrites and whose media queries it loses.
        "head": f"<style>{stylesheet()}</style><script>{script}</script>",
    }


@dataclass(frozen=True)
class _View:
    """The chat as HTML."""

    chat: Chat
    live: LiveAssistant
    settings: Settings

    def header(self) -> str:
        assistant = self.live.current
        return render.header(assistant.documents(), self.settings, assistant.calibration)

    def welcome(self) -> str:
        return render.welcome(self.chat.examples)

    def ask(self, question: str, turns: Turns, may_review: bool) -> Iterator[Shown]:
        yield from self._shown(question, self.chat.ask(question, turns, may_review=may_review))

    def command(self, command: str, turns: Turns, may_review: bool) -> Iterator[Shown]:
        asked = json.loads(command)
        question, as_typed = str(asked["question"]), bool(asked["as_typed"])
        steps = self.chat.ask(question, turns, as_typed=as_typed, may_review=may_review)
        yield from self._shown(question, steps)

    def again(self) -> Shown:
        return "", self.welcome(), ()

    def _shown(self, question: str, steps: Iterator[Progress]) -> Iterator[Shown]:
        for step in steps:
            thread = render.thread(step, sources(self.live), self.settings) or self.welcome()
            yield question if step.failed else "", thread, step.turns


def _html(value: str, elem_id: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False)


def _theme() -> gr.themes.Base:
    """Fonts of the reader's own machine only."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        font=("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"),
        font_mono=("ui-monospace", "Consolas", "monospace"),
    )
