"""Write lists to compare: a question, what answers it, and what a trained model takes for answers.

    python -m training.lists --data FOLDER --model runs/ninth --output runs/lists.jsonl

Every sentence of a list is read beside the same words of the question, so that
`training.train_evidence --listwise` can learn which of them answers best, or that none does. Lists
that the model already gets right are kept one time in three. Goes on where it stopped when run
again.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Annotated

import typer
from scipy.special import expit

from qa.cross_encoder import CrossEncoder
from training import data
from training.data import Group
from training.names import exchanged_groups
from training.pairs import Pair, vary, vectors_of, write_pairs

CHUNK = 200
SURE = 0.1  # a list of which every sentence is missed by less teaches little


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    model: Annotated[Path, typer.Option()],
    output: Annotated[Path, typer.Option()],
    questions: Annotated[int, typer.Option(help="Lists to look through.")] = 6000,
    likest: Annotated[int, typer.Option(help="Negatives of a question to look through.")] = 6,
    negatives: Annotated[int, typer.Option(help="Of those, how many a list keeps.")] = 3,
    seed: int = 7,
    sets: Annotated[str, typer.Option(help="Only sets with this in their name.")] = "",
) -> None:
    """Write pairs, those of one list one after another, their questions equal letter for letter."""
    lay = [g for g in data.lay(data_folder) if g.partition == "train" and sets in g.source]
    public = data.selqa(data_folder) + data.cast(data_folder)
    groups = lay + exchanged_groups(lay, seed)
    groups += [g for g in public if g.partition == "train" and sets in g.source]
    rng = random.Random(seed)
    chosen = rng.sample(groups, min(questions, len(groups)))
    lists = lists_for(chosen, likest, rng)
    judge = CrossEncoder.load(model)
    state = output.with_suffix(".done")
    done = json.loads(state.read_text(encoding="utf-8")) if state.exists() else 0
    for first in range(done, len(lists), CHUNK):
        chunk = lists[first : first + CHUNK]
        flat = [(pair.question, pair.context) for pairs in chunk for pair in pairs]
        scores = iter(expit(judge.pair_logits(flat)))
        kept = 0
        for number, pairs in enumerate(chunk, first):
            scored = [(float(next(scores)), pair) for pair in pairs]
            missed = max(abs(score - pair.label) for score, pair in scored) > SURE
            if missed or number % 3 == 0:
                write_pairs(hardest(scored, negatives), output)
                kept += 1
        state.write_text(json.dumps(first + len(chunk)), encoding="utf-8")
        print(f"{first + len(chunk)}/{len(lists)}, {kept} kept", flush=True)


def lists_for(groups: list[Group], likest: int, rng: random.Random) -> list[list[Pair]]:
    """For each question two answering sentences at most, and the likest that don't answer."""
    vectors = vectors_of(groups)
    asked: dict[str, list[str]] = {}
    for group in groups:
        asked.setdefault(group.passage, []).append(group.question)
    lists = []
    for group in groups:
        others = [i for i in range(len(group.sentences)) if i not in group.answers]
        others.sort(key=lambda i: -float(vectors[group.question] @ vectors[group.sentences[i]]))
        right = rng.sample(sorted(group.answers), min(len(group.answers), 2))
        question = vary(
            group.question, [q for q in asked[group.passage] if q != group.question], rng
        )
        lists.append(
            [Pair(question, group.context(i), 1) for i in right]
            + [Pair(question, group.context(i), 0) for i in others[:likest]]
        )
    return lists


def hardest(scored: list[tuple[float, Pair]], negatives: int) -> list[Pair]:
    """The answering pairs, and of the others those that score highest."""
    right = [pair for _, pair in scored if pair.label]
    wrong = sorted((item for item in scored if not item[1].label), key=lambda item: -item[0])
    return right + [pair for _, pair in wrong[:negatives]]


if __name__ == "__main__":
    typer.run(main)
