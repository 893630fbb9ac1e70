"""What the command shows a person: progress bars, and answers with their quotes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.text import Text

from qa import messages
from qa.answer import Answer, Quote

if TYPE_CHECKING:
    from qa.assistant import Assistant


class Bar:
    """A progress bar on a terminal, nothing elsewhere; appears with the first step."""

    def __init__(self, progress: Progress, title: str) -> None:
        self.progress = progress
        self.title = title
        self.task: TaskID | None = None

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` steps are done."""
        if self.task is None:
            self.progress.start()
            self.task = self.progress.add_task(self.title, total=total)
        self.progress.update(self.task, completed=done)


@contextmanager
def bar(title: str) -> Iterator[Bar]:
    """A progress bar on standard error; nothing is shown where that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    try:
        yield Bar(progress, title)
    finally:
        progress.stop()


def show_answer(assistant: Assistant, answer: Answer) -> None:
    """An answer for a person to read: notices first, then quotes in their passages."""
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    for notice in answer.notices:
        style = "bold red" if notice.urgent else "cyan"
        console.print(Text(f"! {notice.text}" if notice.urgent else notice.text, style=style))
    if answer.understood_as is not None:
        console.print(Text(f"{messages.UNDERSTOOD} {answer.understood_as}", style="italic"))
    if answer.outcome == "answered":
        console.print(Text(messages.sources_speak(answer.quotes), style="green"))
        for quote in answer.quotes:
            _show_quote(console, assistant, quote)
        return
    if answer.reason is not None and not any(n.code in messages.SMALL_TALK for n in answer.notices):
        console.print(Text(messages.REFUSALS[answer.reason], style="yellow"))
    if answer.closest:
        console.print(Text(messages.CLOSEST + ":"))
        for quote in answer.closest:
            _show_quote(console, assistant, quote)


def _show_quote(console: Console, assistant: Assistant, quote: Quote) -> None:
    document = assistant.document(quote.file)
    start, end = assistant.passage_around(quote)
    shown = Text(document.text[start : quote.start], style="dim")
    shown.append(quote.text, style="bold")
    shown.append(document.text[quote.end : end], style="dim")
    page = f", page {quote.page}" if quote.page is not None else ""
    kind = document.kind_of(quote.heading)
    console.print()
    console.print(Text(f"{quote.file}:{quote.line}{page}  {kind}".rstrip(), style="cyan"))
    if console.is_terminal:
        console.print(shown)
    else:
        console.print(Text(f"> {quote.text}"))
