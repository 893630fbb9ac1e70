"""What the processor can do."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import torch

Precision = Literal["bfloat16", "int8", "float32"]


@lru_cache(maxsize=1)
def has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 natively (avx512_bf16 or AMX), as Linux says."""
    flags = _flags()
    return "avx512_bf16" in flags or "amx_bf16" in flags


@lru_cache(maxsize=1)
def has_int8() -> bool:
    """Whether it multiplies int8 faster than float32 (AVX2), as Linux says."""
    return "avx2" in _flags() and "x86" in torch.backends.quantized.supported_engines


def fastest_precision() -> Precision:
    """In which it multiplies fastest what a transformer needs, nearly as well as in float32.

    bfloat16, the more exact one, where whole tiles of it are multiplied (AMX); with AVX-512 alone
    int8 is faster (training/NOTES.md).
    """
    if "amx_bf16" in _flags():
        return "bfloat16"
    if has_int8():
        return "int8"
    return "bfloat16" if has_bf16() else "float32"


def _flags() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""
