"""Many people asking the page at once: nobody fails, nobody sees another's chat.

    make run            # in another terminal
    python -m bench.many http://127.0.0.1:7860/ --people 50

Each person asks, over the same calls that the page makes, questions of the gold set in their own
session, one after the other; beside it, one person asks the same alone. Reported: failures, foreign
turns, turns out of order, seconds until the answer stood there, and the server's resident memory.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Annotated

import httpx
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from qa.evaluation.gold import read_gold


def main(
    url: str,
    people: int = 50,
    questions: Annotated[int, typer.Option(help="Of each person.")] = 2,
    gold: Path = Path("tests/gold/gold.jsonl"),
    server: Annotated[int, typer.Option(help="The server's process, for its memory.")] = 0,
) -> None:
    """Ask and print the table."""
    asked = [one.question for one in read_gold(gold) if not one.history]
    console = Console()
    table = Table(title=f"{questions} questions a person")
    for column in ("people", "failed", "foreign", "out of order", "p50 s", "p95 s", "memory MB"):
        table.add_column(column, justify="right")
    for number in (1, people):
        plans = [asked[i * questions : (i + 1) * questions] for i in range(number)]
        sessions = asyncio.run(ask_all(url, plans))
        found = outcome(plans, sessions)
        counts = (number, found.failed, found.foreign, found.unordered)
        times = (f"{np.percentile(found.seconds, p):.1f}" for p in (50, 95))
        table.add_row(*map(str, counts), *times, _memory(server))
    console.print(table)


async def ask_all(url: str, plans: list[list[str]]) -> list[list[tuple[float, str]]]:
    """Each person asks their questions; (seconds, the chat as it is shown) after each question."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=600, limits=limits) as client:
        page = (await client.get("config")).json()
        return await asyncio.gather(*(_person(client, page, i, p) for i, p in enumerate(plans)))


async def _person(
    client: httpx.AsyncClient, page: dict, number: int, plan: list[str]
) -> list[tuple[float, str]]:
    """(seconds, the chat as it is shown) after each question; an empty chat for a failure."""
    answers = []
    session = f"{number}-{secrets.token_hex(6)}"
    ask = next(one for one in page["dependencies"] if one["api_name"] == "chat")
    for question in plan:
        started = time.perf_counter()
        body = {"data": [question, None, False], "fn_index": ask["id"], "session_hash": session}
        joined = await client.post("gradio_api/queue/join", json=body)
        shown = ""
        if joined.status_code == 200:
            shown = await _shown(client, session)
        answers.append((time.perf_counter() - started, shown))
    return answers


async def _shown(client: httpx.AsyncClient, session: str) -> str:
    address = f"gradio_api/queue/data?session_hash={session}"
    async with client.stream("GET", address) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            if message["msg"] == "process_completed":
                data = message["output"].get("data") or ["", ""]
                return str(data[1]) if message["success"] else ""
            if message["msg"] == "close_stream":
                return ""
    return ""


@dataclass(frozen=True)
class Outcome:
    """What went wrong, and how long each answer took.

    Attributes:
        failed: questions without an answer.
        foreign: chats that held somebody else's question.
        unordered: chats whose own questions stood in another order.
        seconds: until each answer stood there.
    """

    failed: int
    foreign: int
    unordered: int
    seconds: tuple[float, ...]


def outcome(plans: list[list[str]], sessions: list[list[tuple[float, str]]]) -> Outcome:
    """Judge the chats that `ask_all` saw against what each person asked."""
    failed = foreign = unordered = 0
    for plan, answers in zip(plans, sessions, strict=True):
        for number, (_, shown) in enumerate(answers):
            own = [" ".join(question.split()) for question in plan[: number + 1]]
            seen = [unescape(part.split('"')[0]) for part in shown.split('data-question="')[1:]]
            failed += len(seen) < len(own)
            foreign += bool(set(seen) - set(own))
            unordered += bool(seen) and set(seen) == set(own) and seen != own
    seconds = tuple(second for answers in sessions for second, _ in answers)
    return Outcome(failed, foreign, unordered, seconds)


def _memory(server: int) -> str:
    """Resident memory of a process in MB; needs /proc."""
    if not server:
        return "–"
    status = Path(f"/proc/{server}/status").read_text(encoding="utf-8")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return f"{int(resident.split()[1]) / 1024:.0f}"


if __name__ == "__main__":
    typer.run(main)
