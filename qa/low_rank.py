"""Low-rank weights (LoRA, Hu et al. 2021) that are added to a base model when it is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from qa.errors import ModelError


def read_config(folder: Path) -> dict[str, Any]:
    """What `config.json` says of a folder of trained weights: base, scale, sha256 and more.

    Raises:
        ModelError: there is none, or it cannot be read.
    """
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder} holds no trained weights; get the program again or set QA_PROFILE."
        ) from error
    return config


def merge(encoder: nn.Module, weights: Mapping[str, Tensor], scale: float) -> None:
    """Add `scale` x B @ A to the weight of each module that `weights` has `.A` and `.B` of."""
    with torch.no_grad():
        for key, value in weights.items():
            if key.endswith(".A"):
                name = key.removesuffix(".A")
                delta = weights[f"{name}.B"].float() @ value.float()
                encoder.get_submodule(name).weight.add_(scale * delta)  # type: ignore[operator]
