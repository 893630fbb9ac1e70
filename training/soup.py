"""Average trained weights of one lineage (model soup: Wortsman et al. 2022).

    python -m training.soup runs/fourth runs/last --run runs/soup

The mean of the products B @ A is the product of the B's side by side, divided by their number, with
the A's one below the other: of a rank as high as the ranks together, and nothing is lost. With
`--rank` it is brought down to the nearest product of that rank (Eckart & Young 1936).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import load_file, save_file
from torch import Tensor

from qa.base_models import sha256_of
from qa.low_rank import read_config
from qa.quantised import OUTLIERS


def main(
    runs: list[Path],
    run: Annotated[Path, typer.Option()],
    rank: Annotated[int, typer.Option(help="Of the average; 0 keeps all.")] = 0,
) -> None:
    """Write the average's `weights.safetensors` and `config.json` to the run's folder."""
    weights = [load_file(folder / "weights.safetensors") for folder in runs]
    mean = {}
    for name, value in weights[0].items():
        if name.endswith(OUTLIERS):
            continue
        values = [held[name] for held in weights]
        if name.endswith(".A"):
            mean[name] = torch.cat(values, dim=0)
        elif name.endswith(".B"):
            mean[name] = torch.cat(values, dim=1) / len(values)
        else:
            mean[name] = torch.stack([v.float() for v in values]).mean(0).to(value.dtype)
    if rank:
        for name in [key.removesuffix(".A") for key in mean if key.endswith(".A")]:
            mean[f"{name}.A"], mean[f"{name}.B"] = of_rank(
                rank, mean[f"{name}.A"], mean[f"{name}.B"]
            )
    run.mkdir(parents=True, exist_ok=True)
    path = run / "weights.safetensors"
    save_file({name: value.contiguous() for name, value in mean.items()}, path)
    first = read_config(runs[0])
    config = {
        "name": run.name,
        "base": first["base"],
        "scale": first["scale"],
        "sha256": sha256_of(path),
    }
    (run / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def of_rank(rank: int, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The nearest A (rank, inputs) and B (outputs, rank) to a pair of higher rank."""
    left, values, right = torch.linalg.svd(high.float() @ low.float(), full_matrices=False)
    root = values[:rank].sqrt()
    return (root[:, None] * right[:rank]).to(low.dtype), (left[:, :rank] * root).to(high.dtype)


if __name__ == "__main__":
    typer.run(main)
