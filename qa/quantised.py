"""Linear layers in int8, for processors that multiply no tiles of bfloat16.

A few input channels of a transformer's layers hold values many times larger than all others. Those
stay in float32 and the rest is multiplied in int8 (LLM.int8(), Dettmers et al. 2022); which ones
they are is found once (`training.outliers`) and packaged with the weights.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import torch
from torch import Tensor, nn

OUTLIERS = ".outliers"  # what the key of a layer's channels ends with, among the packaged weights
# Of a row's weights, 7 bits: x86 adds two products in 16 bits, which could overflow with 8.
WEIGHT_MAX = 63
_LEAST_SCALE = 1e-8  # of a row whose weights are all 0


class QuantisedLinear(nn.Module):
    """A linear layer with int8 weights, a scale for each output, and outlying inputs kept exact."""

    def __init__(self, linear: nn.Linear, outliers: Tensor) -> None:
        super().__init__()
        weight = linear.weight.detach().float()
        self.outliers = outliers.long()
        self.exact = weight[:, self.outliers].T.contiguous()
        rest = weight.index_fill(1, self.outliers, 0.0)
        scales = (rest.abs().amax(1) / WEIGHT_MAX).clamp(min=_LEAST_SCALE)
        zeros = torch.zeros(len(rest), dtype=torch.long)
        with warnings.catch_warnings():  # a later release of torch will have it elsewhere
            warnings.simplefilter("ignore", UserWarning)
            int8 = torch.quantize_per_channel(rest, scales, zeros, 0, torch.qint8)
        bias = None if linear.bias is None else linear.bias.detach().float()
        self.packed = torch.ops.quantized.linear_prepack(int8, bias)

    def forward(self, inputs: Tensor) -> Tensor:
        """What the layer gives for inputs of shape (..., channels), nearly."""
        rows = inputs.flatten(0, -2)
        rest = rows.index_fill(1, self.outliers, 0.0)
        product: Tensor = torch.ops.quantized.linear_dynamic(rest, self.packed, False)
        product.addmm_(rows[:, self.outliers], self.exact)
        return product.view(*inputs.shape[:-1], -1)


def quantise(encoder: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Replace each layer whose outlying channels are among `weights` by one in int8."""
    for key, outliers in weights.items():
        if key.endswith(OUTLIERS):
            name = key.removesuffix(OUTLIERS)
            linear = encoder.get_submodule(name)
            if not isinstance(linear, nn.Linear):
                raise TypeError(f"{name} is not a linear layer")
            encoder.set_submodule(name, QuantisedLinear(linear, outliers))
