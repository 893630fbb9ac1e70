"""What the processor can do."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 natively (avx512_bf16 or AMX), as Linux says."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
