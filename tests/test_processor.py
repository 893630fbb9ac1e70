"""In which numbers the models are multiplied, by what the processor can do."""

from __future__ import annotations

import pytest

from qa import processor


@pytest.mark.parametrize(
    ("flags", "int8", "bf16", "chosen"),
    [
        ("avx2 avx512_bf16 amx_bf16", True, True, "bfloat16"),
        ("avx2 avx512_bf16", True, True, "int8"),
        ("avx2", True, False, "int8"),
        ("avx2 avx512_bf16", False, True, "bfloat16"),  # torch was built without int8
        ("", False, False, "float32"),
    ],
)
def test_models_are_read_in_what_the_processor_multiplies_fastest(
    monkeypatch, flags, int8, bf16, chosen
):
    monkeypatch.setattr(processor, "_flags", lambda: flags)
    monkeypatch.setattr(processor, "has_int8", lambda: int8)
    monkeypatch.setattr(processor, "has_bf16", lambda: bf16)
    assert processor.fastest_precision() == chosen
