"""Recall of answering sentences and documents among the first k, by ranking, in one run.

python -m bench.retrieval tests/gold/gold.jsonl --index index --split dev

With `--stories 3` every question comes after three sentences of somebody's story.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from qa.abbreviations import expand
from qa.conversation import cleaned, resolved
from qa.encoder import Encoder, Vectors
from qa.evaluation.gold import GoldQuestion, read_gold
from qa.index import Candidate, Index
from qa.retriever import DENSE_WEIGHT, Retriever, fuse
from qa.settings import load_settings
from qa.spelling import Speller
from training.pairs import STORIES

DEPTHS = (1, 4, 10, 12, 16, 20, 24, 32)
REACH = 3 * max(DEPTHS)
RANKINGS = ("dense", "dense by passage", "BM25", "fused evenly", "fused", "as retrieved")


def main(
    gold: Path,
    index: Annotated[Path, typer.Option()] = Path("index"),
    split: Annotated[str, typer.Option()] = "dev",
    stories: Annotated[int, typer.Option(help="Sentences before each question.")] = 0,
) -> None:
    """Print recall by depth, ranking by ranking."""
    opened = Index.open(index)
    encoder = Encoder.load(load_settings())
    retriever = Retriever(opened, encoder)
    speller = Speller(opened.note("vocabulary"), encoder.everyday_words())
    asked = [q for q in read_gold(gold) if q.answerable and split in ("all", q.split)]
    by_passage = _PassageRanking(opened, encoder)
    rng = random.Random(stories)
    answering = {name: dict.fromkeys(DEPTHS, 0) for name in RANKINGS}
    heard = {name: dict.fromkeys(DEPTHS, 0.0) for name in RANKINGS}
    for question in asked:
        text = cleaned(question.question)
        mended = speller.mend(text) or text
        text = (resolved(mended, question.history) or [mended])[0]
        text = " ".join([*rng.sample(STORIES, stories), text])
        expanded = expand(text, opened.note("abbreviations"))
        vector = encoder.encode_queries([expanded])
        dense = opened.search_vectors(vector, REACH)
        bm25 = opened.search_words(expanded, REACH)
        ranked = {
            "dense": opened.candidates([number for number, _ in dense]),
            "dense by passage": by_passage.candidates(vector),
            "BM25": opened.candidates([number for number, _ in bm25]),
            "fused evenly": opened.candidates(_order(fuse((1.0, dense), (1.0, bm25)))),
            "fused": opened.candidates(_order(fuse((DENSE_WEIGHT, dense), (1.0, bm25)))),
        }
        for depth in DEPTHS:
            found = {name: candidates[:depth] for name, candidates in ranked.items()}
            found["as retrieved"] = [r.candidate for r in retriever.retrieve(text, depth)]
            for name, candidates in found.items():
                files = {c.file for c in candidates if holds_answer(c, question, opened)}
                answering[name][depth] += bool(files)
                if question.files_expected:
                    share = len(files & set(question.files_expected)) / len(question.files_expected)
                    heard[name][depth] += share
    console = Console()
    several = sum(bool(question.files_expected) for question in asked)
    for title, counts, total in (
        (f"an answering sentence among the first k, {len(asked)} questions", answering, len(asked)),
        (f"share of the expected documents among them, {several} questions", heard, several),
    ):
        table = Table(title=f"{title} ({split}), {encoder.name}")
        for column in ("ranking", *map(str, DEPTHS)):
            table.add_column(column)
        for name, by_depth in counts.items():
            table.add_row(name, *(f"{value / total:.3f}" for value in by_depth.values()))
        console.print(table)


def _order(fused: Mapping[int, float]) -> list[int]:
    return sorted(fused, key=lambda number: -fused[number])


class _PassageRanking:
    """Sentences ranked by the similarity of their whole passage, in the passage's own order."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        everything = index.candidates(range(index.manifest.sentences))
        self.passages: dict[tuple[str, int], list[Candidate]] = {}
        for candidate in everything:
            place = (candidate.file, candidate.passage_start)
            self.passages.setdefault(place, []).append(candidate)
        self.vectors = encoder.encode_documents(
            [
                f"{held[0].title}. {held[0].heading}. "
                + index.document(held[0].file).text[held[0].passage_start : held[0].passage_end]
                for held in self.passages.values()
            ]
        )

    def candidates(self, vector: Vectors) -> list[Candidate]:
        held = list(self.passages.values())
        order = (-(self.vectors @ vector[0])).argsort()
        return [candidate for number in order for candidate in held[number]]


def holds_answer(candidate: Candidate, question: GoldQuestion, index: Index) -> bool:
    """Whether a candidate shares a character with a span of evidence."""
    text, sentence = index.document(candidate.file).text, candidate.sentence
    for evidence in question.evidence:
        start = text.find(evidence.quote)
        end = start + len(evidence.quote)
        if evidence.file == candidate.file and start < sentence.end and sentence.start < end:
            return True
    return False


if __name__ == "__main__":
    typer.run(main)
