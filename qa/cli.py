"""The `qa` command."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from qa.errors import InputError, QaError
from qa.settings import Settings, load_settings
from qa.terminal import bar, show_answer

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.calibration import Calibration

app = typer.Typer(
    help="Answers questions with verbatim passages of your documents, or says that they don't.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
IndexOption = Annotated[
    Path | None, typer.Option("--index", help="Folder of the index (default: QA_INDEX or ./index).")
]


def main() -> None:
    """Run the command; what a user can mend is told in one line, with exit code 2."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        app()
    except QaError as error:
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(f"qa: {error}")
        sys.exit(2)


@app.command("index", epilog="Example: qa index corpus --index index")
def index_command(
    corpus: Annotated[Path, typer.Argument(help="Folder of the documents.")],
    index: IndexOption = None,
) -> None:
    """Build or update the index of a folder of documents."""
    from qa.encoder import Encoder  # noqa: PLC0415 - torch is slow to import
    from qa.indexing import build_index  # noqa: PLC0415

    settings = load_settings()
    folder = index or settings.index
    with bar("Unpacking the model") as unpacked:
        encoder = Encoder.load(settings, unpacked)
    with bar("Embedding") as embedded:
        report = build_index(corpus, folder, encoder, embedded)
    for item in report.skipped:
        typer.echo(f"qa: warning: {item.file} {item.reason}; it was left out.", err=True)
    fresh = "nothing to embed" if report.embedded == 0 else f"{report.embedded} sentences embedded"
    removed = f", {report.removed} documents removed" if report.removed else ""
    typer.echo(
        f"{folder}: {report.documents} documents, {report.passages} passages, "
        f"{report.sentences} sentences; {fresh}{removed}."
    )


@app.command(epilog='Example: qa ask "Will it give me weird dreams?"')
def ask(
    question: Annotated[str, typer.Argument(help="In plain words.")],
    index: IndexOption = None,
    history: Annotated[
        list[str] | None, typer.Option(help="An earlier question; may be given again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    why: Annotated[bool, typer.Option("--why", help="Print each stage's verdict too.")] = False,
) -> None:
    """Ask one question."""
    from qa.payload import answer_payload  # noqa: PLC0415

    assistant = _assistant(load_settings(), index)
    answer = assistant.ask(question, history or [])
    if as_json:
        payload = answer_payload(answer)
        if why:
            payload["why"] = list(answer.why)
        typer.echo(json.dumps(payload, ensure_ascii=False))
        return
    show_answer(assistant, answer)
    if why:
        for line in answer.why:
            typer.echo(line)


@app.command(epilog="Example: qa answer questions.jsonl --output answers.jsonl")
def answer(
    questions: Annotated[Path, typer.Argument(help='JSON lines: {"id", "question", "history"?}.')],
    index: IndexOption = None,
    output: Annotated[Path | None, typer.Option(help="Write here; default: standard out.")] = None,
) -> None:
    """Answer a file of questions, a line in, a line out, in order."""
    from qa.batch import BadLine, answer_lines, read_lines  # noqa: PLC0415

    lines = read_lines(questions)
    assistant = _assistant(load_settings(), index)
    bad = 0
    with _output(output) as write:
        for result in answer_lines(assistant, lines):
            if isinstance(result, BadLine):
                bad += 1
                typer.echo(f"qa: {questions}: {result}", err=True)
            else:
                write(json.dumps(result, ensure_ascii=False))
    if bad:
        raise InputError(f"{bad} of the lines of {questions} could not be used; the rest ran.")


@app.command("eval", epilog="Example: qa eval tests/gold/gold.jsonl --report reports")
def eval_command(
    gold: Annotated[Path, typer.Argument(help="Gold questions, JSON lines.")],
    index: IndexOption = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for result.json, report.html.")
    ] = None,
    baseline: Annotated[Path | None, typer.Option(help="A previous result.json.")] = None,
    gate: Annotated[Path | None, typer.Option(help="Limits, TOML; exit 1 when one fails.")] = None,
    table: Annotated[
        Path | None, typer.Option(help="Markdown file whose results table is replaced.")
    ] = None,
) -> None:
    """Run a gold set, show figures, and fail when a gate isn't met."""
    from qa.evaluation import command  # noqa: PLC0415

    assistant = _assistant(load_settings(), index)
    with bar("Asking") as asked:
        failures = command.run(
            assistant,
            gold,
            report=report,
            baseline=baseline,
            gate=gate,
            table=table,
            progress=asked,
        )
    if failures:
        for failure in failures:
            typer.echo(f"qa: gate failed: {failure}", err=True)
        raise typer.Exit(1)


@app.command(epilog="Example: qa calibrate gold.jsonl --max-wrong 0.10 --output calibration.json")
def calibrate(
    gold: Annotated[Path, typer.Argument(help="Gold questions, JSON lines.")],
    max_wrong: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of wrong answers.")],
    index: IndexOption = None,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999)] = 0.95,
    split: Annotated[str, typer.Option(help="dev, test or all; use what wasn't tuned on.")] = "all",
    output: Annotated[Path, typer.Option(help="Where to write.")] = Path("calibration.json"),
) -> None:
    """Choose the threshold that keeps the share of wrong answers below a limit."""
    from qa.evaluation import command  # noqa: PLC0415

    assistant = _assistant(load_settings(), index)
    with bar("Asking") as asked:
        holds = command.calibrate_to(
            assistant,
            gold,
            max_wrong=max_wrong,
            confidence=confidence,
            output=output,
            split=split,
            progress=asked,
        )
    if not holds:
        raise typer.Exit(1)


@app.command(epilog="Example: QA_PORT=8000 qa serve")
def serve(
    index: IndexOption = None,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Offer the tools ask, documents and passage over MCP.")
    ] = False,
) -> None:
    """Serve the web page, the HTTP API and, for staff, the review desk."""
    from qa.web.server import serve as serve_page  # noqa: PLC0415

    settings = load_settings()
    settings = settings.model_copy(update={"mcp": settings.mcp or mcp})
    serve_page(_assistant(settings, index), settings)


@app.command(epilog="Example: qa verify answers.jsonl corpus")
def verify(
    answers: Annotated[Path, typer.Argument(help="What `qa answer` wrote.")],
    corpus: Annotated[Path, typer.Argument(help="Folder of the documents.")],
) -> None:
    """Check every quote of an answers file against today's files."""
    from qa.batch import verify as check  # noqa: PLC0415

    found = check(answers, corpus)
    for problem in found.problems:
        typer.echo(f"qa: {problem}", err=True)
    typer.echo(
        f"{found.quotes} quotes of {found.answers} answers checked, {len(found.problems)} wrong."
    )
    if found.problems:
        raise typer.Exit(1)


@app.command(epilog="Example: qa doctor --index index")
def doctor(index: IndexOption = None) -> None:
    """Check the models, the index and the settings, and tell how to mend what is wrong."""
    settings = load_settings()
    assistant = _assistant(settings, index)
    manifest = assistant.index.manifest
    typer.echo(f"index: {assistant.index.folder}, {len(manifest.documents)} documents")
    typer.echo(f"encoder: {manifest.encoder} (sha256 {manifest.encoder_sha256[:12]})")
    typer.echo(f"evidence model: {settings.profile}")
    typer.echo(f"threshold: {assistant.threshold}")
    typer.echo(f"promise: {_promise(assistant.calibration)}")
    for file, reason in manifest.skipped.items():
        typer.echo(f"left out: {file} {reason}")
    typer.echo("All is well.")


def _promise(calibration: Calibration | None) -> str:
    if calibration is None:
        return "none; `qa calibrate` can give one"
    if not calibration.holds:
        return "none; the gold set of `qa calibrate` was too small, or its answers too often wrong"
    return (
        f"at most {calibration.bound:.1%} of the answers wrong with "
        f"{calibration.confidence:.0%} confidence ({calibration.wrong} of {calibration.answered} "
        "on the gold set)"
    )


def _assistant(settings: Settings, index: Path | None) -> Assistant:
    from qa.assistant import Assistant  # noqa: PLC0415

    with bar("Unpacking the model") as unpacked:
        return Assistant.open(index or settings.index, settings, unpacked)


class _Writer:
    def __init__(self, path: Path | None) -> None:
        self.handle = path.open("w", encoding="utf-8", newline="\n") if path else None

    def __call__(self, line: str) -> None:
        if self.handle is None:
            typer.echo(line)
        else:
            self.handle.write(line + "\n")
            self.handle.flush()


@contextmanager
def _output(path: Path | None) -> Iterator[_Writer]:
    try:
        writer = _Writer(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}).") from error
    try:
        yield writer
    finally:
        if writer.handle is not None:
            writer.handle.close()
