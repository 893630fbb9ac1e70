"""What the desk's gap report and evaluation page show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.evaluation.gold import GoldQuestion
from qa.evaluation.metrics import Row
from qa.evaluation.report import COLUMNS, differences, read_result
from qa.review.gaps import gaps, unreached
from qa.review.store import Kept

RESULT = "result.json"


def gap_view(
    assistant: Assistant, kept: Sequence[Kept], gold: Sequence[GoldQuestion]
) -> dict[str, Any]:
    """Refused questions by meaning, and passages that no gold question reaches, by document."""
    found = gaps(kept, assistant.encoder)
    by_file: dict[str, list[Any]] = {}
    for passage in unreached(assistant.index, gold):
        by_file.setdefault(passage.file, []).append(passage)
    return {
        "gaps": found,
        "most": max((count for gap in found for _, count in gap.weeks), default=1),
        "unreached": by_file,
        "passages": len(assistant.index.passages()),
        "gold": len(gold),
    }


def reports_view(folder: Path, name: str, against: str) -> dict[str, Any]:
    """The reports of `qa eval` below a folder, one of them whole, and what changed against another.

    Args:
        folder: in which reports lie, in it or in folders below it.
        name: of the report to show, "" for the newest.
        against: of the report to compare with, "" for none.

    Raises:
        InputError: a report is damaged.
        KeyError: there is none with that name.
    """
    paths = sorted(folder.rglob(RESULT), key=lambda path: -path.stat().st_mtime)
    found = {path.parent.relative_to(folder).as_posix(): path for path in paths}
    values: dict[str, Any] = {"names": list(found), "name": "", "against": against}
    if not found:
        return values
    name = name or next(iter(found))
    result = read_result(found[name])
    values |= {
        "name": name,
        "columns": COLUMNS,
        "figures": {split: result["figures"][split] for split in ("test", "dev")},
    }
    if against:
        rows = [Row(**row) for row in result["rows"].values()]
        values["changes"] = differences(rows, read_result(found[against]))
    return values
