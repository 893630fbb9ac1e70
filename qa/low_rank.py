"""Low-rank weights (LoRA, Hu et al. 2021) that are added to a base model when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def merge(encoder: nn.Module, weights: Mapping[str, Tensor], scale: float) -> None:
    """Add `scale` x B @ A to the weight of each module that `weights` has `.A` and `.B` of."""
    with torch.no_grad():
        for key, value in weights.items():
            if key.endswith(".A"):
                name = key.removesuffix(".A")
                delta = weights[f"{name}.B"].float() @ value.float()
                encoder.get_submodule(name).weight.add_(scale * delta)  # type: ignore[operator]
