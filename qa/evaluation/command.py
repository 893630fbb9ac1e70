"""What `qa eval` and `qa calibrate` do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from qa.assistant import Assistant
from qa.errors import InputError
from qa.evaluation.calibration import calibrate
from qa.evaluation.gold import GoldQuestion, check_gold, read_gold
from qa.evaluation.metrics import Row
from qa.evaluation.report import COLUMNS, differences, put_table, read_result, write_report
from qa.evaluation.report import markdown_table as as_markdown
from qa.evaluation.run import Progress, by_kind, evaluate, gate_failures


def run(
    assistant: Assistant,
    gold: Path,
    *,
    report: Path | None = None,
    baseline: Path | None = None,
    gate: Path | None = None,
    table: Path | None = None,
    progress: Progress | None = None,
) -> list[str]:
    """Evaluate, print the table, write what was asked for, and return the gate's failures.

    Raises:
        InputError: the gold set isn't sound, or another file cannot be used.
    """
    previous = read_result(baseline) if baseline is not None else None
    rows = evaluate(assistant, _sound(assistant, gold), progress)
    console = Console(highlight=False)
    for split in ("test", "dev"):
        _print(console, rows, split)
    if previous is not None:
        for line in differences(rows, previous):
            console.print(line, markup=False)
    if report is not None:
        write_report(report, rows, previous)
        console.print(f"Report: {report / 'report.html'}", markup=False)
    if table is not None:
        put_table(table, as_markdown(rows))
    return gate_failures(rows, gate) if gate is not None else []


def calibrate_to(
    assistant: Assistant,
    gold: Path,
    *,
    max_wrong: float,
    confidence: float,
    output: Path,
    split: str = "all",
    progress: Progress | None = None,
) -> bool:
    """Choose a threshold, write it with its evidence, and say whether the promise holds.

    Args:
        split: "dev", "test" or "all"; a promise counts only over questions nothing was fitted on.

    Raises:
        InputError: the gold set isn't sound or lacks the split, or the output cannot be written.
    """
    held = [q for q in _sound(assistant, gold) if split in ("all", q.split)]
    if not held:
        raise InputError(f"{gold} holds no question of the split {split!r}; use dev, test or all.")
    rows = evaluate(assistant, held, progress)
    found = calibrate(rows, max_wrong, confidence)
    found.write(output)
    console = Console(highlight=False)
    share = f"{found.wrong} of {found.answered} answers wrong, at most {found.bound:.1%}"
    if found.holds:
        console.print(
            f"At threshold {found.threshold:.4f}: {share} with {confidence:.0%} confidence. "
            f"Use it: QA_CALIBRATION={output}",
            markup=False,
        )
    else:
        console.print(
            f"This gold set cannot promise fewer than {max_wrong:.0%} wrong answers with "
            f"{confidence:.0%} confidence ({share} at threshold {found.threshold:.4f}). "
            "Add questions, or allow more.",
            markup=False,
        )
    return found.holds


def _sound(assistant: Assistant, path: Path) -> list[GoldQuestion]:
    gold = read_gold(path)
    problems = check_gold(gold, assistant.documents())
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{path} isn't sound: {problems[0]}{more}. Mend it and run again.")
    return gold


def _print(console: Console, rows: Sequence[Row], split: str) -> None:
    table = Table(title=f"{split} half")
    table.add_column("kind")
    for _, name in COLUMNS:
        table.add_column(name, justify="right")
    found = by_kind(rows, split)
    for kind, values in found.items():
        table.add_row(kind, *(_cell(values[key]) for key, _ in COLUMNS))
    console.print(table)
    whole = found["all"]
    for key in ("balanced", "wrong_share", "wrong_share_upper_95", "aurc", "ece"):
        console.print(f"{key}: {_cell(whole[key])}")
    for key in ("median_words", "latency_p50_ms", "latency_p95_ms"):
        console.print(f"{key}: {_cell(whole[key])}")


def _cell(value: Any) -> str:  # noqa: ANN401 - a count, a share or None
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
