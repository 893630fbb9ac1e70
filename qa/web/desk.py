"""The review desk at `/review`: its sign-in, and what staff do with kept answers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from qa.answerability import SIGNALS
from qa.errors import InputError
from qa.evaluation.gold import KINDS, Evidence, GoldQuestion, add_gold, read_gold
from qa.live import LiveAssistant
from qa.messages import REPORTS
from qa.review.store import VERDICTS, Filter, Kept, ReviewStore
from qa.review.trial import Trial
from qa.settings import Settings
from qa.suggestions import FROM_REVIEW
from qa.web.desk_views import gap_view, reports_view
from qa.web.source import STATIC

SIGNED_IN_SECONDS = 8 * 3600
WRONG_PASSWORD_SECONDS = 1.0  # makes guessing slow
TEMPLATES = Path(__file__).parent / "templates"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler = Callable[[Request, FormData], Response]


def desk(live: LiveAssistant, settings: Settings, store: ReviewStore | None) -> Starlette:
    """The desk as an application to mount at `/review`.

    Args:
        live: whose documents are quoted, and which a publication exchanges.
        settings: who signs in, where the gold set and the reports are.
        store: of kept answers; None when the deployment keeps none.
    """
    pages = _Desk(live, settings, store)
    session = Middleware(
        SessionMiddleware,
        secret_key=secrets.token_hex(32),  # a restart signs everybody out
        session_cookie="qa_review",
        path="/review",
        same_site="strict",
        max_age=SIGNED_IN_SECONDS,
    )
    return Starlette(routes=pages.routes(), middleware=[session])


class _Desk:
    def __init__(self, live: LiveAssistant, settings: Settings, store: ReviewStore | None) -> None:
        self._live = live
        self._settings = settings
        self._store = store
        self._trial = Trial(live, settings)
        self._templates = Jinja2Templates(TEMPLATES)

    def routes(self) -> list[BaseRoute]:
        """All pages; every one but the sign-in needs it."""
        return [
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/sign-in", self._sign_in, methods=["GET", "POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            self._route("/", self._queue),
            self._route("/answers/{number:int}", self._answer),
            self._route("/answers/{number:int}/verdict", self._verdict, "POST"),
            self._route("/answers/{number:int}/gold", self._gold, "POST"),
            self._route("/answers/{number:int}/delete", self._delete, "POST"),
            self._route("/export", self._export),
            self._route("/gaps", self._gaps),
            self._route("/changes", self._changes),
            self._route("/changes/try", self._try, "POST"),
            self._route("/changes/publish", self._publish, "POST"),
            self._route("/changes/discard", self._discard, "POST"),
            self._route("/evaluation", self._evaluation),
        ]

    def _route(self, path: str, handler: Handler, method: str = "GET") -> Route:
        async def guarded(request: Request) -> Response:
            if not request.session.get("user"):
                return RedirectResponse("/review/sign-in", 303)
            if not _own_origin(request):
                return Response("This request came from another page.", 403)
            form = await request.form() if method == "POST" else FormData()
            try:
                return await run_in_threadpool(handler, request, form)
            except KeyError:
                return self._page(request, "missing.html", {}, 404)
            except (InputError, ValueError) as error:
                return self._page(request, "error.html", {"error": str(error)}, 400)

        return Route(path, guarded, methods=[method], name=handler.__name__)

    async def _sign_in(self, request: Request) -> Response:
        if request.method == "GET":
            return self._page(request, "sign_in.html", {})
        form = await request.form()
        named = _same(str(form.get("user", "")), self._settings.review_user)
        password = self._settings.review_password.get_secret_value()
        known = _same(str(form.get("password", "")), password) and bool(password)
        if not (named and known and _own_origin(request)):
            await anyio.sleep(WRONG_PASSWORD_SECONDS)
            return self._page(request, "sign_in.html", {"wrong": True}, 401)
        request.session["user"] = self._settings.review_user
        return RedirectResponse("/review/", 303)

    async def _sign_out(self, request: Request) -> Response:
        request.session.clear()
        return RedirectResponse("/review/sign-in", 303)

    def _queue(self, request: Request, _: FormData) -> Response:
        query = request.query_params
        wanted = Filter(
            outcome=query.get("outcome", ""),
            verdict=query.get("verdict", "waiting"),
            kind=query.get("kind", ""),
            since=query.get("since", ""),
            until=query.get("until", ""),
            least=float(query.get("least") or 0.0),
            most=float(query.get("most") or 1.0),
        )
        kept = self._store.find(wanted) if self._store else []
        values = {"kept": kept, "wanted": wanted, "keeps": self._store is not None}
        return self._page(request, "queue.html", values)

    def _answer(self, request: Request, _: FormData) -> Response:
        kept = self._kept(request)
        shown = {(q["file"], q["start"]) for q in kept.answer["quotes"]}
        values = {
            "kept": kept,
            "shown": shown,
            "contributions": [self._contributions(reading) for reading in kept.trace["readings"]],
            "documents": self._live.current.documents(),
            "kinds": KINDS,
        }
        return self._page(request, "answer.html", values)

    def _verdict(self, request: Request, form: FormData) -> Response:
        kept = self._kept(request)
        self._kept_store().judge(kept.id, str(form.get("verdict", "")))
        return RedirectResponse(f"/review/answers/{kept.id}", 303)

    def _gold(self, request: Request, form: FormData) -> Response:
        kept = self._kept(request)
        documents = self._live.current.documents()
        evidence = tuple(self._span(str(value)) for value in form.getlist("span"))
        kind = str(form.get("kind", ""))
        files = tuple(sorted({span.file for span in evidence})) if kind == "multi" else ()
        question = GoldQuestion(
            id=f"review-{kept.id}-{secrets.token_hex(3)}",
            question=" ".join(str(form.get("question", "")).split()),
            kind=kind,
            split=str(form.get("split", "dev")),
            answerable=bool(evidence),
            evidence=evidence,
            history=kept.history if form.get("with_history") else (),
            files_expected=files,
            note=f"{FROM_REVIEW}: {str(form.get('note', '')).strip()}",
        )
        add_gold(self._settings.gold, question, documents)
        self._kept_store().set_gold(kept.id, question.id)
        return RedirectResponse(f"/review/answers/{kept.id}", 303)

    def _delete(self, request: Request, _: FormData) -> Response:
        self._kept_store().delete(self._kept(request).id)
        return RedirectResponse("/review/", 303)

    def _export(self, request: Request, _: FormData) -> Response:
        kept = self._store.all() if self._store else iter(())
        lines = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in kept)
        headers = {"Content-Disposition": 'attachment; filename="answers.jsonl"'}
        return Response(lines, media_type="application/x-ndjson", headers=headers)

    def _gaps(self, request: Request, _: FormData) -> Response:
        kept = list(self._store.all()) if self._store else []
        gold = read_gold(self._settings.gold) if self._settings.gold.is_file() else []
        return self._page(request, "gaps.html", gap_view(self._live.current, kept, gold))

    def _changes(self, request: Request, _: FormData) -> Response:
        documents = self._live.current.documents()
        return self._page(
            request, "changes.html", {"trial": self._trial.state, "documents": documents}
        )

    def _try(self, request: Request, form: FormData) -> Response:
        upload = form.get("document")
        if upload is None or isinstance(upload, str) or not upload.filename:
            raise InputError("Choose a document to try.")
        file = str(form.get("file") or upload.filename).strip()
        self._trial.start(file, upload.file.read())
        return RedirectResponse("/review/changes", 303)

    def _publish(self, request: Request, _: FormData) -> Response:
        self._trial.publish()
        return RedirectResponse("/review/changes", 303)

    def _discard(self, request: Request, _: FormData) -> Response:
        self._trial.discard()
        return RedirectResponse("/review/changes", 303)

    def _evaluation(self, request: Request, _: FormData) -> Response:
        query = request.query_params
        values = reports_view(
            self._settings.reports, query.get("report", ""), query.get("against", "")
        )
        return self._page(request, "evaluation.html", values)

    def _kept(self, request: Request) -> Kept:
        return self._kept_store().get(int(request.path_params["number"]))

    def _kept_store(self) -> ReviewStore:
        if self._store is None:
            raise InputError("No answers are kept; set QA_REVIEW to a file to keep them in.")
        return self._store

    def _span(self, value: str) -> Evidence:
        """A span as the workbench sends it, checked against the document."""
        span = json.loads(value)
        file, start, end = str(span["file"]), int(span["start"]), int(span["end"])
        text = self._live.current.document(file).text[start:end]
        if text != span["text"] or not text.strip():
            raise InputError(f"{file} doesn't hold the selected words any more; select them again.")
        return Evidence(file, text.strip())

    def _contributions(self, reading: Mapping[str, Any]) -> list[tuple[str, float, float]]:
        """What each of the gate's signals added to or took from the log-odds, the worst first."""
        gate = self._live.current.gate
        weights = zip(SIGNALS, gate.weights, gate.mean, gate.scale, strict=True)
        found = [
            (name, reading["signals"][name], (reading["signals"][name] - mean) / scale * weight)
            for name, weight, mean, scale in weights
            if name in reading["signals"]
        ]
        return sorted(found, key=lambda item: item[2])

    def _page(
        self, request: Request, template: str, values: Mapping[str, Any], status: int = 200
    ) -> Response:
        shared = {
            "title": self._settings.title,
            "user": request.session.get("user", ""),
            "reports": REPORTS,
            "verdicts": VERDICTS,
        }
        return self._templates.TemplateResponse(
            request, template, {**shared, **values}, status_code=status, headers=_HEADERS
        )


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


def _own_origin(request: Request) -> bool:
    """Whether a form was sent from this server's own pages."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
