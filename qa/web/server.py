"""All fronts in one web application: the page, the documents, the API, the review desk."""

from __future__ import annotations

import os
import socket
import sys
from typing import cast

import gradio as gr
import uvicorn
from fastapi import FastAPI

from qa import messages
from qa.assistant import Assistant
from qa.errors import QaError
from qa.live import LiveAssistant
from qa.review.store import ReviewStore
from qa.settings import Settings
from qa.suggestions import Suggestions, answered_questions
from qa.web.api import api
from qa.web.chat import Chat
from qa.web.desk import desk
from qa.web.page import build_page, page_options, turn_route
from qa.web.source import source_route


def create_app(live: LiveAssistant, settings: Settings) -> FastAPI:
    """The web application.

    Raises:
        QaError: the gold set or the file of kept answers cannot be used.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    assistant = live.current
    files = frozenset(document.file for document in assistant.documents())
    suggestions = Suggestions(answered_questions(settings.gold, files), assistant.encoder)
    store = ReviewStore(settings.review, settings.review_days) if settings.review else None
    app = FastAPI(
        title=settings.title,
        description="Verbatim passages that answer, or a refusal. Nothing is generated or stored.",
        docs_url=None,  # it would load scripts from another host
        redoc_url=None,
        openapi_url="/api/openapi.json",
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.include_router(api(live, settings, store))
    app.router.routes.append(source_route(live.document))
    if settings.review_user:
        app.mount("/review", desk(live, settings, store))
    chat = Chat(live, settings, suggestions, store)
    app.router.routes.append(turn_route(chat, live, settings))
    page = build_page(chat, live, settings)
    return cast(FastAPI, gr.mount_gradio_app(app, page, path="/", **page_options(settings)))


def serve(assistant: Assistant, settings: Settings) -> None:
    """Serve until interrupted.

    Raises:
        QaError: the address can't be used.
    """
    app = create_app(LiveAssistant(assistant), settings)
    with bound(settings) as listening:
        sys.stderr.write(messages.serving(f"http://{settings.host}:{settings.port}/") + "\n")
        server(app).run(sockets=[listening])


def bound(settings: Settings) -> socket.socket:
    """A socket at the address of the settings.

    Raises:
        QaError: the address can't be used.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise QaError(
            f"Cannot serve on {settings.host}:{settings.port}, which may be in use. "
            "Set QA_PORT (or QA_HOST) to another value."
        ) from error
    return listening


def server(app: FastAPI) -> uvicorn.Server:
    """What runs the application; no request is logged, since addresses may hold words."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,  # an open page holds its connection for ever
    )
    return uvicorn.Server(config)
