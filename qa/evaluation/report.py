"""The report of an evaluation: JSON for programs, one HTML file for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from qa.errors import InputError
from qa.evaluation.metrics import Row, reliability, risk_coverage
from qa.evaluation.run import by_kind

COLUMNS = (
    ("questions", "questions"),
    ("answered_right", "answered right"),
    ("first_quote_right", "first quote right"),
    ("refused", "refused"),
    ("files_heard", "sources heard"),
)
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #ccc;"
    "text-align:right}td:first-child,th:first-child{text-align:left}"
)


def write_report(
    folder: Path, rows: Sequence[Row], previous: Mapping[str, Any] | None = None
) -> None:
    """Write `result.json` and `report.html` to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    result = {
        "figures": {split: by_kind(rows, split) for split in ("all", "dev", "test")},
        "rows": [asdict(row) for row in rows],
    }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    (folder / "result.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.html").write_text(_html(rows, previous), encoding="utf-8")


def read_result(path: Path) -> dict[str, Any]:
    """Read a previous `result.json`.

    Raises:
        InputError: it cannot be read or isn't one.
    """
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        return {"rows": {row["id"]: row for row in result["rows"]}, "figures": result["figures"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not a result.json of `qa eval` ({error}).") from error


def differences(rows: Sequence[Row], previous: Mapping[str, Any]) -> list[str]:
    """What changed against a previous result, a line a question."""
    lines = []
    for row in rows:
        before = previous["rows"].get(row.id)
        if before is None:
            lines.append(f"{row.id}: new")
            continue
        was = _verdict(before["answered"], before["right"])
        now = _verdict(row.answered, row.right)
        if was != now:
            lines.append(f"{row.id}: {was} → {now}: {row.question}")
    gone = set(previous["rows"]) - {row.id for row in rows}
    return lines + [f"{name}: gone" for name in sorted(gone)]


def markdown_table(rows: Sequence[Row]) -> str:
    """The figures by kind of both halves, as Markdown."""
    lines = []
    for split in ("test", "dev"):
        table = by_kind(rows, split)
        names = " | ".join(name for _, name in COLUMNS)
        lines += [f"**{split} half**", "", f"| kind | {names} |", "|---|" + "---:|" * len(COLUMNS)]
        for kind, figures in table.items():
            cells = " | ".join(_cell(figures[key]) for key, _ in COLUMNS)
            lines.append(f"| {kind} | {cells} |")
        whole = table["all"]
        lines += [
            "",
            f"Balanced score {_cell(whole['balanced'])}; wrong among the answers given "
            f"{_cell(whole['wrong_share'])} (at most {_cell(whole['wrong_share_upper_95'])} with "
            f"95 % confidence, Clopper-Pearson); AURC {_cell(whole['aurc'])}; median words shown "
            f"{_cell(whole['median_words'])}.",
            "",
        ]
    return "\n".join(lines)


def put_table(path: Path, table: str) -> None:
    """Replace what stands between `<!-- results -->` and `<!-- /results -->` in a file.

    Raises:
        InputError: the file cannot be read or lacks the marks.
    """
    first, last = "<!-- results -->", "<!-- /results -->"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}).") from error
    if first not in text or last not in text:
        raise InputError(f"{path} lacks the marks {first} and {last}.")
    head, rest = text.split(first, 1)
    tail = rest.split(last, 1)[1]
    path.write_text(f"{head}{first}\n{table}\n{last}{tail}", encoding="utf-8")


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _verdict(answered: bool, right: bool) -> str:
    if not answered:
        return "refused"
    return "right" if right else "wrong"


def _html(rows: Sequence[Row], previous: Mapping[str, Any] | None) -> str:
    figures = "".join(
        figure.to_html(full_html=False, include_plotlyjs=number == 0)
        for number, figure in enumerate((_risk(rows), _reliability(rows), _latency(rows)))
    )
    tables = "".join(f"<h2>{split}</h2>{_table(by_kind(rows, split))}" for split in ("test", "dev"))
    wrong = "".join(f"<li>{escape(r.id)}: {escape(r.question)}</li>" for r in rows if r.wrong)
    changed = ""
    if previous is not None:
        items = "".join(f"<li>{escape(line)}</li>" for line in differences(rows, previous))
        changed = f"<h2>Against the previous report</h2><ul>{items or '<li>no change</li>'}</ul>"
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Evaluation</title>"
        f"<style>{_STYLE}</style><h1>Evaluation</h1>{tables}{figures}"
        f"<h2>Wrong answers</h2><ul>{wrong}</ul>{changed}</html>"
    )


def _table(table: Mapping[str, Mapping[str, Any]]) -> str:
    keys = list(next(iter(table.values())))
    head = "".join(f"<th>{escape(key.replace('_', ' '))}</th>" for key in keys)
    body = "".join(
        f"<tr><td>{escape(kind)}</td>" + "".join(f"<td>{_cell(f[key])}</td>" for key in keys)
        for kind, f in table.items()
    )
    return f"<div style='overflow-x:auto'><table><tr><th>kind</th>{head}</tr>{body}</table></div>"


def _risk(rows: Sequence[Row]) -> go.Figure:
    curve = risk_coverage(rows)
    line = go.Scatter(x=[c for c, _ in curve], y=[r for _, r in curve], name="risk")
    return go.Figure(line).update_layout(
        title="Risk-coverage", xaxis_title="share answered", yaxis_title="share wrong"
    )


def _reliability(rows: Sequence[Row]) -> go.Figure:
    bins, error = reliability(rows)
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1], name="ideal", line={"dash": "dot"}))
    figure.add_scatter(x=[b[0] for b in bins], y=[b[1] for b in bins], name="measured")
    return figure.update_layout(
        title=f"Reliability (ECE {error:.3f})",
        xaxis_title="confidence",
        yaxis_title="share answerable",
    )


def _latency(rows: Sequence[Row]) -> go.Figure:
    return go.Figure(go.Histogram(x=[row.latency_ms for row in rows])).update_layout(
        title="Latency", xaxis_title="ms", yaxis_title="questions"
    )
