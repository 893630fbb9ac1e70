"""Write the pairs that a trained evidence model gets wrong or is unsure of, to train it further on.

    python -m training.mine --data FOLDER --model runs/ninth --output runs/mined.jsonl

The sentences likest to a question are mostly told apart by now; what is left to learn is in those
that the model itself takes for answers (online hard example mining: Shrivastava et al. 2016;
negatives mined by the model being trained: Xiong et al. 2021, "ANCE"). With `--taught`, every pair
is also written for a smaller model to learn from, its label and the model's opinion half each, as
`training.teach` does. Goes on where it stopped when run again.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from scipy.special import expit

from qa.cross_encoder import CrossEncoder
from training import data
from training.before import with_before
from training.names import exchanged_groups, named_groups
from training.needs import need_groups
from training.pairs import Pair, build_pairs, read_pairs, write_pairs
from training.retold import retold_groups
from training.train_evidence import public_pairs

CHUNK = 1024
SURE = 0.1  # a pair that the model misses by less teaches little


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    model: Annotated[Path, typer.Option()],
    output: Annotated[Path, typer.Option()],
    pool: Annotated[int, typer.Option(help="Pairs to look through.")] = 40000,
    likest: Annotated[int, typer.Option(help="Negatives of a question in the pool.")] = 6,
    seed: int = 7,
    sets: Annotated[str, typer.Option(help="Only lay sets with this in their name.")] = "",
    taught: Annotated[Path | None, typer.Option(help="Where to write every pair.")] = None,
) -> None:
    """Write the missed pairs and half as many others."""
    lay = [g for g in data.lay(data_folder) if g.partition == "train" and sets in g.source]
    groups = lay + exchanged_groups(lay, seed)
    public = []
    if not sets:
        groups += need_groups(seed) + named_groups(seed) + retold_groups(seed)
        public = public_pairs(data_folder, seed)
    pairs = build_pairs(groups, seed, likest)
    rng = random.Random(seed)
    rng.shuffle(public)
    ours = pool * 3 // 4 if public else pool
    wanted = list(dict.fromkeys(pairs[:ours] + public[: pool - ours]))
    rng.shuffle(wanted)
    wanted = with_before(wanted, lay + data.selqa(data_folder) + data.cast(data_folder), seed)
    judge = CrossEncoder.load(model)
    state = output.with_suffix(".done")
    done = json.loads(state.read_text(encoding="utf-8")) if state.exists() else 0
    for first in range(done, len(wanted), CHUNK):
        chunk = wanted[first : first + CHUNK]
        scores = expit(judge.pair_logits([(pair.question, pair.context) for pair in chunk]))
        missed = np.abs(scores - [pair.label for pair in chunk]) > SURE
        hard = [pair for pair, miss in zip(chunk, missed, strict=True) if miss]
        easy = [pair for pair, miss in zip(chunk, missed, strict=True) if not miss]
        drawn = random.Random(seed + first).sample(easy, min(len(easy), len(hard) // 2))
        write_pairs(hard + drawn, output)
        if taught:
            both = [
                Pair(pair.question, pair.context, (pair.label + float(score)) / 2)
                for pair, score in zip(chunk, scores, strict=True)
            ]
            write_pairs(both, taught)
        state.write_text(json.dumps(first + len(chunk)), encoding="utf-8")
        print(f"{first + len(chunk)}/{len(wanted)}, {len(hard)} missed", flush=True)
    print(f"{len(read_pairs(output))} pairs written", flush=True)


if __name__ == "__main__":
    typer.run(main)
