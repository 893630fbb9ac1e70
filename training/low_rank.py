"""Low-rank weights (LoRA, Hu et al. 2021) on a packaged base model: made, written, read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import AutoModel

from qa.base_models import MINILM, MPNET, PACKAGED, base_model_path

SCALE = 2.0  # alpha / rank

_LINEARS = {
    MPNET.name: ["attn.q", "attn.k", "attn.v", "attn.o", "intermediate.dense", "output.dense"],
    MINILM.name: ["query", "key", "value", "output.dense", "intermediate.dense"],
}
_PREFIX = "base_model.model."


def base_folder(base: str) -> Path:
    """Folder of a packaged base model by its name."""
    return base_model_path(PACKAGED[base])


def adapted(base: str, rank: int, frozen_layers: int) -> PeftModel:
    """The base model with low-rank weights on all layers but the first `frozen_layers`."""
    encoder = AutoModel.from_pretrained(str(base_folder(base)))
    config = LoraConfig(
        r=rank,
        lora_alpha=SCALE * rank,
        lora_dropout=0.05,
        target_modules=_LINEARS[base],
        layers_to_transform=list(range(frozen_layers, encoder.config.num_hidden_layers)),
        layers_pattern="layer",
    )
    return get_peft_model(encoder.float(), config)


def low_rank_weights(encoder: nn.Module) -> dict[str, Tensor]:
    """`<module>.A` and `<module>.B`, fp16, as `qa.low_rank.merge` reads them."""
    return {
        _key(name): value.detach().half().contiguous()
        for name, value in encoder.state_dict().items()
        if "lora_" in name
    }


def set_low_rank_weights(encoder: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Set an adapted encoder's low-rank weights to those that were written."""
    state = {name: weights[_key(name)].float() for name in encoder.state_dict() if "lora_" in name}
    encoder.load_state_dict(state, strict=False)


def _key(name: str) -> str:
    module = name.removeprefix(_PREFIX).split(".lora_")[0]
    return f"{module}.{'A' if 'lora_A' in name else 'B'}"
