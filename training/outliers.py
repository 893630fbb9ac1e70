"""Find the input channels of a model's linear layers that hold far larger values than all others.

    python -m training.outliers qa/models/standard qa/models/standard/retriever

Writes them to each folder's weights, for `qa.quantised`. An evidence model is watched while it
reads questions beside sentences, a retriever while it reads each alone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
import typer
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerBase

from qa.base_models import sha256_of
from qa.cross_encoder import padded, pair_tokens
from qa.low_rank import merge, read_config
from qa.quantised import OUTLIERS
from training import data
from training.data import Group
from training.low_rank import base_folder

CHANNELS = 8  # of each layer; with 16 of 768 and 192 of 3,072 the log-odds come no nearer
QUESTIONS = 12  # that are read, each with the sentences of its passage


def main(folders: list[Path], seed: int = 7) -> None:
    """Find the channels with dev questions of the project's own passages, and write them."""
    groups = [group for group in data.own() if group.partition == "dev"]
    chosen = random.Random(seed).sample(groups, QUESTIONS)
    for folder in folders:
        write_outliers(folder, chosen)


def write_outliers(folder: Path, groups: Sequence[Group]) -> None:
    """Add the outlying channels to a folder's weights, and the new hash to its `config.json`."""
    config = read_config(folder)
    path = folder / "weights.safetensors"
    weights = {n: w for n, w in load_file(path).items() if not n.endswith(OUTLIERS)}
    base = str(base_folder(config["base"]))
    encoder = AutoModel.from_pretrained(base, dtype=torch.float32)
    merge(encoder, weights, config["scale"])
    rows = token_rows(AutoTokenizer.from_pretrained(base), groups, "head.weight" in weights)
    with torch.inference_mode(), largest_inputs(encoder) as largest:
        for row in rows:
            ids, mask = padded([row], 0)
            encoder(input_ids=ids, attention_mask=mask)
    channels = {f"{name}{OUTLIERS}": found for name, found in outlying(largest).items()}
    save_file(weights | channels, path)
    config["sha256"] = sha256_of(path)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def token_rows(
    tokenizer: PreTrainedTokenizerBase, groups: Sequence[Group], in_pairs: bool
) -> list[list[int]]:
    """Token ids of what the model reads: questions beside contexts, or each alone."""
    rows: list[list[int]] = []
    for group in groups:
        contexts = [group.context(i) for i in range(len(group.sentences))]
        if in_pairs:
            rows += pair_tokens(tokenizer, group.question, contexts)
        else:
            rows += [tokenizer.encode(text) for text in (group.question, *contexts)]
    return rows


@contextmanager
def largest_inputs(encoder: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Watch what the encoder reads: the largest value of each channel of each linear layer.

    Yields:
        By name of the layer, shape (channels,); filled while the encoder runs.
    """
    largest: dict[str, Tensor] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def look(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            values = inputs[0].detach().abs().flatten(0, -2).amax(0)
            largest[name] = torch.maximum(largest.get(name, values), values)

        return look

    linear = {n: m for n, m in encoder.named_modules() if isinstance(m, nn.Linear)}
    hooks = [module.register_forward_pre_hook(watch(name)) for name, module in linear.items()]
    try:
        yield largest
    finally:
        for hook in hooks:
            hook.remove()


def outlying(largest: dict[str, Tensor]) -> dict[str, Tensor]:
    """The `CHANNELS` largest of each layer, int16, by its name."""
    return {name: values.topk(CHANNELS).indices.short() for name, values in largest.items()}


if __name__ == "__main__":
    typer.run(main)
