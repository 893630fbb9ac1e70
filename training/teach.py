"""Let a trained evidence model label pairs, for a smaller one to learn from (Hinton et al. 2015).

    python -m training.teach --data FOLDER --teacher qa/models/standard --output runs/taught.jsonl

The teacher reads labelled pairs and, for each lay question, as many that nobody chose as pairs:
further sentences of its passage, and of other passages. Where a label is known, it and the
teacher's opinion count half each. Goes on where it stopped when run again.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated

import typer
from scipy.special import expit

from qa.cross_encoder import CrossEncoder
from training import data
from training.pairs import Pair, read_pairs, write_pairs
from training.train_evidence import labelled_pairs

CHUNK = 512


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    teacher: Annotated[Path, typer.Option()],
    output: Annotated[Path, typer.Option()],
    limit: int = 30000,
    seed: int = 7,
    whole: Annotated[str, typer.Option(help="Lay sets to use whole, by part of a name.")] = "",
    needs: Annotated[int, typer.Option(help="How often to ask each tagged need.")] = 0,
) -> None:
    """Write pairs with the teacher's opinion as label."""
    pairs = labelled_pairs(data_folder, seed, whole, needs, limit // 2)[: limit // 2]
    known = {(pair.question, pair.context) for pair in pairs}
    unknown = [pair for pair in _unlabelled(data_folder, seed) if (pair[0], pair[1]) not in known]
    wanted: list[tuple[str, str, float | None]] = [(p.question, p.context, p.label) for p in pairs]
    wanted += [(*pair, None) for pair in unknown[: limit - len(pairs)]]
    random.Random(seed).shuffle(wanted)
    done = len(read_pairs(output)) if output.exists() else 0
    model = CrossEncoder.load(teacher)
    for first in range(done, len(wanted), CHUNK):
        chunk = wanted[first : first + CHUNK]
        logits = model.pair_logits([(question, context) for question, context, _ in chunk])
        opinions = expit(logits)
        taught = [
            Pair(q, c, float(opinion if label is None else (opinion + label) / 2))
            for (q, c, label), opinion in zip(chunk, opinions, strict=True)
        ]
        write_pairs(taught, output)
        print(f"{first + len(taught)}/{len(wanted)}", flush=True)


def _unlabelled(folder: Path, seed: int) -> list[tuple[str, str]]:
    rng = random.Random(seed)
    groups = [group for group in data.lay(folder) if group.partition == "train"]
    pairs = []
    for group in groups:
        count = len(group.sentences)
        for index in rng.sample(range(count), min(count, 4)):
            pairs.append((group.question, group.context(index)))
        far = rng.choice(groups)
        pairs.append((group.question, far.context(rng.randrange(len(far.sentences)))))
    rng.shuffle(pairs)
    return pairs


if __name__ == "__main__":
    typer.run(main)
