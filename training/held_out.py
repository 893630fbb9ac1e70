"""A folder of documents and a gold set made of the dev parts: subjects of every kind.

    python -m training.held_out --data FOLDER --output runs/held_out

Each passage is a document of its own. Of a fourth of the Wikipedia sections the document is left
out, so that their questions cannot be answered, though the folder may speak of their subject. The
split goes by passage: the gate is fitted on the dev half, the test half is for `bench.whole`.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from training import data
from training.data import Group
from training.pairs import subject_of


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    output: Annotated[Path, typer.Option()],
    questions: Annotated[int, typer.Option(help="Of the lay sets, and half as many public.")] = 400,
    seed: int = 7,
) -> None:
    """Write `corpus/` and `gold.jsonl`."""
    lay = [group for group in data.lay(data_folder) if group.partition == "dev"]
    selqa = [group for group in data.selqa(data_folder) if group.partition == "dev"]
    corpus = output / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    left_out = {g.heading for g in selqa if _draw(g.heading, 4) == 0}
    files = write_documents((g for g in (*lay, *selqa) if g.heading not in left_out), corpus)
    rng = random.Random(seed)
    asked = []
    for groups, count in ((lay, questions), (selqa, questions // 2)):
        named = [group for group in groups if subject_of(group)]
        asked += rng.sample(named, min(count, len(named)))
    with (output / "gold.jsonl").open("w", encoding="utf-8") as out:
        for number, group in enumerate(asked):
            row = gold_row(f"{group.source}-{number:04d}", group, files)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    typer.echo(f"{len(files)} documents, {len(asked)} questions in {output}")


def write_documents(groups: Iterable[Group], corpus: Path) -> dict[str, str]:
    """One Markdown file for each passage.

    Returns:
        The file of each passage's heading and first sentence.
    """
    files: dict[str, str] = {}
    for group in groups:
        if _key(group) in files:
            continue
        file = files[_key(group)] = f"{len(files):04d}.md"
        title, _, section = group.heading.partition(" > ")
        text = f"# {title}\n\n## {section}\n\n{' '.join(group.sentences)}\n"
        (corpus / file).write_text(text, encoding="utf-8")
    return files


def gold_row(number: str, group: Group, files: Mapping[str, str]) -> dict[str, object]:
    """A line of a gold file; what answers a question is lost with a document that is left out."""
    file = files.get(_key(group), "")
    evidence = [{"file": file, "quote": group.sentences[i]} for i in sorted(group.answers) if file]
    return {
        "id": number,
        "question": group.question,
        "kind": "plain" if evidence else "near_miss",
        "split": "dev" if _draw(group.heading, 2) else "test",
        "answerable": bool(evidence),
        "evidence": evidence,
        "any_of": True,
    }


def _key(group: Group) -> str:
    return f"{group.heading}|{group.sentences[0]}"


def _draw(text: str, sides: int) -> int:
    """A number below `sides` that depends on the text alone."""
    return zlib.crc32(f"{sides}{text}".encode()) % sides


if __name__ == "__main__":
    typer.run(main)
