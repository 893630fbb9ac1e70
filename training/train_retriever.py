"""Fine-tune the retriever's encoder: low-rank weights, contrastive, mined negatives.

    python -m training.train_retriever --data FOLDER --run runs/retriever

Each question is drawn to a sentence that answers it and away from the likest sentence of the same
passage that does not, and from all others of the batch that don't answer it (InfoNCE, van den Oord
et al. 2018). A few questions of one passage go together in a batch, since a folder on one subject
is where a lay question goes astray.
Recall of answering sentences on the dev parts is measured before, on the way and afterwards.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoTokenizer, PreTrainedTokenizerBase, get_linear_schedule_with_warmup

from qa.base_models import MPNET, sha256_of
from qa.cross_encoder import padded
from qa.processor import has_bf16
from training import data
from training.data import Group
from training.low_rank import (
    SCALE,
    adapted,
    base_folder,
    low_rank_weights,
    set_low_rank_weights,
)
from training.names import named_groups
from training.needs import need_groups
from training.pairs import vary, vectors_of
from training.retold import retold_groups

MAX_TOKENS = 128
TEMPERATURE = 0.05  # as all-mpnet-base-v2 was trained (similarities times 20)
DEPTHS = (1, 4, 10, 16, 20, 40)


@dataclass(frozen=True)
class Example:
    """A question, a context that answers it, and one of the same passage that doesn't.

    Attributes:
        answers: all contexts of the passage that answer; none of them is held against another.
    """

    question: str
    positive: str
    negative: str
    answers: frozenset[str]
    passage: str


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    run: Annotated[Path, typer.Option()],
    base: str = MPNET.name,
    rank: int = 16,
    frozen_layers: int = 4,
    learning_rate: float = 2e-4,
    batch: int = 32,
    epochs: int = 1,
    seed: int = 7,
    public: Annotated[int, typer.Option(help="SelQA questions to use, at most.")] = 2000,
    start: Annotated[Path | None, typer.Option(help="Weights to go on from.")] = None,
    needs: Annotated[int, typer.Option(help="How often to ask each tagged need.")] = 0,
    limit: Annotated[int, typer.Option(help="Questions, at most.")] = 0,
    sets: Annotated[str, typer.Option(help="Only lay sets with this in their name.")] = "",
    together: Annotated[int, typer.Option(help="Questions of one passage in a row.")] = 1,
) -> None:
    """Train and write `weights.safetensors` and `config.json` to the run's folder."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    run.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(str(base_folder(base)))
    encoder = adapted(base, rank, frozen_layers)
    if start is not None:
        set_low_rank_weights(encoder, load_file(start / "weights.safetensors"))
    lay, selqa = data.lay(data_folder), data.selqa(data_folder)
    held_out = {
        "lay": [group for group in lay if group.partition == "dev"],
        "selqa": [group for group in selqa if group.partition == "dev"],
    }
    for_training = [g for g in selqa if g.partition == "train"]
    for_training = rng.sample(for_training, min(len(for_training), public))
    if needs:
        for_training += need_groups(seed, needs) + named_groups(seed)
        for_training += retold_groups(seed, rounds=needs)
    for_training += [g for g in lay if sets in g.source]
    groups = [g for g in for_training if g.partition == "train" and g.answers]
    groups = rng.sample(groups, min(len(groups), limit or len(groups)))
    drawn = [e for _ in range(epochs) for e in in_runs(examples(groups, rng), together, rng)]
    batches = [drawn[i : i + batch] for i in range(0, len(drawn), batch)]
    parameters = [p for p in encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=0.01)
    schedule = get_linear_schedule_with_warmup(optimizer, len(batches) // 20, len(batches))
    report(encoder, tokenizer, held_out)
    encoder.train()
    started, total = time.perf_counter(), 0.0
    for step, examples_now in enumerate(batches, start=1):
        texts = [e.question for e in examples_now]
        texts += [e.positive for e in examples_now] + [e.negative for e in examples_now]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16()):
            vectors = embed(encoder, tokenizer, texts)
        count = len(examples_now)
        similarities = vectors[:count] @ vectors[count:].T / TEMPERATURE
        similarities = similarities.masked_fill(also_right(examples_now), float("-inf"))
        loss = nn.functional.cross_entropy(similarities, torch.arange(count))
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        total += loss.item()
        if step % 20 == 0:
            rate = step * batch / (time.perf_counter() - started)
            print(f"step {step}/{len(batches)} loss {total / 20:.4f} {rate:.1f}/s", flush=True)
            total = 0.0
        if step % 100 == 0 or step == len(batches):
            write(encoder, run, base)
            report(encoder, tokenizer, held_out)


def examples(groups: Sequence[Group], rng: random.Random) -> list[Example]:
    """One example a question, in random order; the negative is one of the three likest."""
    vectors = vectors_of(groups)
    by_passage: dict[str, list[str]] = {}
    for group in groups:
        by_passage.setdefault(group.passage, []).append(group.question)
    drawn = []
    for group in groups:
        others = [i for i in range(len(group.sentences)) if i not in group.answers]
        if not others:
            continue
        others.sort(key=lambda i: -float(vectors[group.question] @ vectors[group.sentences[i]]))
        positive = rng.choice(sorted(group.answers))
        negative = rng.choice(others[:3])
        drawn.append(
            Example(
                vary(group.question, by_passage[group.passage], rng),
                group.context(positive),
                group.context(negative),
                frozenset(map(group.context, group.answers)),
                group.passage,
            )
        )
    rng.shuffle(drawn)
    return drawn


def in_runs(drawn: Sequence[Example], length: int, rng: random.Random) -> list[Example]:
    """The examples in random order, but those of one passage in runs of up to `length`."""
    by_passage: dict[str, list[Example]] = {}
    for example in drawn:
        by_passage.setdefault(example.passage, []).append(example)
    runs = [
        of_one[first : first + length]
        for of_one in by_passage.values()
        for first in range(0, len(of_one), length)
    ]
    rng.shuffle(runs)
    return [example for run in runs for example in run]


def also_right(batch: Sequence[Example]) -> Tensor:
    """Whether a context of the batch answers a question that it was not drawn for.

    Returns:
        Booleans, shape (questions, positives and then negatives).
    """
    contexts = [e.positive for e in batch] + [e.negative for e in batch]
    return torch.tensor(
        [
            [
                number != own and context in example.answers
                for number, context in enumerate(contexts)
            ]
            for own, example in enumerate(batch)
        ]
    )


def embed(encoder: nn.Module, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> Tensor:
    """Mean-pooled unit vectors, shape (texts, dimension), in batches of like length."""
    rows = [tokenizer.encode(text, truncation=True, max_length=MAX_TOKENS) for text in texts]
    order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
    pieces = []
    for first in range(0, len(order), 32):
        ids, mask = padded([rows[i] for i in order[first : first + 32]], tokenizer.pad_token_id)
        states = encoder(input_ids=ids, attention_mask=mask)[0].float()
        weights = mask.unsqueeze(-1).float()
        pieces.append((states * weights).sum(1) / weights.sum(1))
    back = torch.tensor(np.argsort(order))
    return nn.functional.normalize(torch.cat(pieces)[back], dim=-1)


def recall(
    encoder: nn.Module, tokenizer: PreTrainedTokenizerBase, groups: Sequence[Group]
) -> list[float]:
    """Share of questions with an answering sentence among the first k of all the groups' sentences.

    Args:
        encoder: the adapted model.
        tokenizer: the base model's.
        groups: those without an answer count as places to look in, not as questions.

    Returns:
        A share for each of `DEPTHS`.
    """
    asked = [group for group in groups if group.answers]
    contexts = list(dict.fromkeys(g.context(i) for g in groups for i in range(len(g.sentences))))
    place = {context: number for number, context in enumerate(contexts)}
    encoder.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16()):
        told = embed(encoder, tokenizer, contexts)
        questions = embed(encoder, tokenizer, [group.question for group in asked])
    encoder.train()
    order: NDArray[np.int64] = (-(questions @ told.T)).argsort(dim=1).numpy()
    best = []
    for row, group in zip(order, asked, strict=True):
        right = {place[group.context(i)] for i in group.answers}
        best.append(next(rank for rank, number in enumerate(row) if int(number) in right))
    return [float(np.mean([rank < depth for rank in best])) for depth in DEPTHS]


def report(
    encoder: nn.Module, tokenizer: PreTrainedTokenizerBase, held_out: dict[str, list[Group]]
) -> None:
    """Print recall on the dev parts."""
    for name, groups in held_out.items():
        shares = zip(DEPTHS, recall(encoder, tokenizer, groups), strict=True)
        print(name, "recall", " ".join(f"@{k} {share:.3f}" for k, share in shares), flush=True)


def write(encoder: nn.Module, run: Path, base: str) -> None:
    """Write what was trained, in the form that `qa.encoder` loads."""
    path = run / "weights.safetensors"
    save_file(low_rank_weights(encoder), path)
    config = {"name": run.name, "base": base, "scale": SCALE, "sha256": sha256_of(path)}
    (run / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
