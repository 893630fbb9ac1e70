"""Train the evidence model: low-rank weights and a head on a packaged base model.

    python -m training.train_evidence --data FOLDER --run runs/mpnet

Seeded; writes a checkpoint every few hundred steps and goes on from it when run again.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import load_file, save_file
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import AutoTokenizer, get_linear_schedule_with_warmup

from qa.base_models import MPNET, sha256_of
from qa.cross_encoder import PairClassifier, padded, pair_tokens
from qa.processor import has_bf16
from training import data
from training.listwise import batches_of, list_loss, lists_of
from training.low_rank import (
    SCALE,
    adapted,
    base_folder,
    low_rank_weights,
    set_low_rank_weights,
)
from training.names import exchanged_groups, named_groups
from training.needs import need_groups
from training.pairs import Pair, build_pairs, build_public_pairs, read_pairs
from training.retold import retold_groups


def main(
    data_folder: Annotated[Path, typer.Option("--data", envvar="QA_TRAINING_DATA")],
    run: Annotated[Path, typer.Option()],
    base: str = MPNET.name,
    rank: int = 32,
    frozen_layers: int = 4,
    learning_rate: float = 3e-4,
    batch: int = 32,
    epochs: int = 1,
    seed: int = 7,
    limit: int = 0,
    positive_weight: float = 2.0,
    start: Annotated[Path | None, typer.Option(help="Weights to go on from.")] = None,
    whole: Annotated[str, typer.Option(help="Lay sets to use whole, by part of a name.")] = "",
    needs: Annotated[int, typer.Option(help="How often to ask each tagged need.")] = 0,
    taught: Annotated[Path | None, typer.Option(help="Pairs that `teach` wrote.")] = None,
    listwise: Annotated[float, typer.Option(help="Weight of the loss over whole lists.")] = 0.0,
    dropout: Annotated[bool, typer.Option(help="Without it a step takes half the time.")] = True,
) -> None:
    """Train and write `weights.safetensors` and `config.json` to the run's folder."""
    torch.manual_seed(seed)
    run.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(str(base_folder(base)))
    pairs = read_pairs(taught) if taught else labelled_pairs(data_folder, seed, whole, needs, limit)
    pairs = pairs[:limit] if limit else pairs
    encoder = adapted(base, rank, frozen_layers)
    model = PairClassifier(encoder, encoder.config.hidden_size)
    if start is not None:
        read_weights(model, start)
    low_rank = [p for n, p in model.named_parameters() if p.requires_grad and "lora" in n]
    optimizer = torch.optim.AdamW(
        [
            {"params": low_rank, "lr": learning_rate},
            {"params": model.head.parameters(), "lr": 1e-3},
        ],
        weight_decay=0.01,
    )
    tokens = [(pair_tokens(tokenizer, p.question, [p.context])[0], p.label) for p in pairs]
    asked = [pair.question for pair in pairs]
    lists = lists_of(asked) if listwise else [[number] for number in range(len(pairs))]
    batches = batches_of([len(ids) for ids, _ in tokens], lists, batch, epochs, seed)
    schedule = get_linear_schedule_with_warmup(optimizer, len(batches) // 20, len(batches))
    loss_of = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(positive_weight))
    checkpoint = run / "checkpoint.pt"
    done = _restored(checkpoint, model, optimizer, schedule) if checkpoint.exists() else 0
    model.train(dropout)
    started, seen, total = time.perf_counter(), 0, 0.0
    for step in range(done, len(batches)):
        rows = [tokens[i] for i in batches[step]]
        ids, mask = padded([row[0] for row in rows], tokenizer.pad_token_id)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bf16()):
            logits = model(ids, mask)
        labels = torch.tensor([row[1] for row in rows], dtype=torch.float32)
        loss = loss_of(logits.float(), labels)
        if listwise:
            together = lists_of([asked[i] for i in batches[step]])
            loss = loss + listwise * list_loss(logits.float(), labels, together)
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        seen, total = seen + len(rows), total + loss.item()
        if (step + 1) % 50 == 0:
            rate = seen / (time.perf_counter() - started)
            print(f"step {step + 1}/{len(batches)} loss {total / 50:.4f} {rate:.1f}/s", flush=True)
            total = 0.0
        if (step + 1) % 300 == 0:
            trained = {n: p for n, p in model.state_dict().items() if "lora" in n or "head" in n}
            torch.save(
                {
                    "model": trained,
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(),
                    "step": step + 1,
                },
                checkpoint,
            )
            write_weights(model, run, base)
    write_weights(model, run, base)


def _restored(
    checkpoint: Path, model: nn.Module, optimizer: Optimizer, schedule: LRScheduler
) -> int:
    """Set everything to what was saved; the number of steps done."""
    saved = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(saved["model"], strict=False)
    optimizer.load_state_dict(saved["optimizer"])
    schedule.load_state_dict(saved["schedule"])
    return int(saved["step"])


def write_weights(model: PairClassifier, run: Path, base: str) -> None:
    """Write what was trained, in fp16, in the form that `qa.cross_encoder` loads."""
    head = {f"head.{n}": p.detach().half() for n, p in model.head.state_dict().items()}
    path = run / "weights.safetensors"
    save_file(head | low_rank_weights(model.encoder), path)
    config = {"name": run.name, "base": base, "scale": SCALE, "sha256": sha256_of(path)}
    (run / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def read_weights(model: PairClassifier, folder: Path) -> None:
    """Set low-rank weights and head to those that `write_weights` wrote."""
    weights = load_file(folder / "weights.safetensors")
    set_low_rank_weights(model.encoder, weights)
    model.head.load_state_dict({n: weights[f"head.{n}"].float() for n in ("weight", "bias")})


def labelled_pairs(
    folder: Path, seed: int, whole: str = "", needs: int = 0, limit: int = 0
) -> list[Pair]:
    """The pairs of all sets in random order.

    Those of `whole` sets, of needs and of names come before them, up to half of the limit.
    """
    lay = [group for group in data.lay(folder) if group.partition == "train"]
    chosen = [group for group in lay if whole and whole in group.source]
    if needs:
        chosen += need_groups(seed, needs) + named_groups(seed) + retold_groups(seed, rounds=needs)
    chosen += exchanged_groups(lay, seed)
    pairs = build_pairs([g for g in lay if not (whole and whole in g.source)], seed)
    pairs += public_pairs(folder, seed)
    random.Random(seed).shuffle(pairs)
    before = build_pairs(chosen, seed) if chosen else []
    print(f"{len(pairs)} pairs, and {len(before)} of sets used whole", flush=True)
    unique = list(dict.fromkeys(before[: limit // 2 or None] + pairs))
    return unique


def public_pairs(folder: Path, seed: int) -> list[Pair]:
    """The pairs of SelQA and CAsT-answerability; of the latter's few passages, more sentences."""
    selqa = [group for group in data.selqa(folder) if group.partition == "train"]
    cast = [group for group in data.cast(folder) if group.partition == "train"]
    return build_public_pairs(selqa, seed) + build_public_pairs(
        cast, seed, positives=6, likest=4, others=6
    )


if __name__ == "__main__":
    typer.run(main)
