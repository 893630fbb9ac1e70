"""Layers in int8 give nearly what they give in float32."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from qa.cross_encoder import CrossEncoder
from qa.encoder import Encoder
from qa.evidence import model_folder
from qa.processor import has_int8
from qa.quantised import OUTLIERS, QuantisedLinear, quantise
from qa.settings import Settings
from training.outliers import CHANNELS, largest_inputs, outlying

pytestmark = pytest.mark.skipif(not has_int8(), reason="this processor doesn't multiply int8 fast")

QUESTION = "can I still have a glass of wine with these"
SENTENCES = [
    "Alcohol may be drunk in moderation during treatment.",
    "Store below 25 °C, out of the sight and reach of children.",
    "The most common side effects are headache, a dry mouth and, in the first week, vivid dreams.",
    "No studies have been made in people under 18.",
    "Take it at bedtime.",
    "Those who drink heavily should tell their doctor, since the liver clears both.",
]


def relative_error(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((found - wanted).norm() / wanted.norm())


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 9), outlier=st.floats(0.0, 500.0))
def test_a_layer_in_int8_differs_by_little_however_large_its_outlying_inputs(seed, rows, outlier):
    torch.manual_seed(seed)
    linear = nn.Linear(64, 32)
    inputs = torch.randn(2, rows, 64)
    inputs[..., 5] *= outlier
    layer = QuantisedLinear(linear, torch.tensor([5, 9]))
    with torch.inference_mode():
        assert layer(inputs).shape == (2, rows, 32)
        assert relative_error(layer(inputs), linear(inputs)) < 0.03


def test_outlying_inputs_that_are_not_kept_exact_spoil_the_others():
    torch.manual_seed(2)
    linear = nn.Linear(64, 32)
    linear.weight.data[:, 5] = 0
    inputs = torch.randn(1, 8, 64)
    inputs[..., 5] = 500
    kept, lost = (QuantisedLinear(linear, torch.tensor([which])) for which in (5, 9))
    with torch.inference_mode():
        wanted = linear(inputs)
        assert relative_error(kept(inputs), wanted) < 0.03
        assert relative_error(lost(inputs), wanted) > 0.2


def test_the_largest_inputs_of_every_layer_are_found():
    encoder = nn.Sequential(nn.Linear(20, 30), nn.Linear(30, 10))
    inputs = torch.zeros(3, 4, 20)
    inputs[1, 2, 7] = -9
    with largest_inputs(encoder) as largest:
        encoder(inputs)
        encoder(inputs / 2)
    assert largest["0"][7] == 9
    found = outlying(largest)
    assert {name: len(channels) for name, channels in found.items()} == dict.fromkeys(
        "01", CHANNELS
    )
    assert found["0"][0] == 7


def test_only_layers_whose_outliers_are_packaged_are_replaced():
    encoder = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    quantise(encoder, {f"1{OUTLIERS}": torch.tensor([0]), "head.weight": torch.zeros(1)})
    assert [type(layer) for layer in encoder] == [nn.Linear, QuantisedLinear]


@pytest.mark.parametrize("profile", ["standard", "small"])
def test_the_packaged_model_judges_in_int8_as_in_float32(profile):
    int8, float32 = (
        CrossEncoder.load(model_folder(profile), precision=precision)
        for precision in ("int8", "float32")
    )
    assert any(isinstance(module, QuantisedLinear) for module in int8.model.modules())
    assert not any(isinstance(module, QuantisedLinear) for module in float32.model.modules())
    found, wanted = (model.logits(QUESTION, SENTENCES) for model in (int8, float32))
    assert np.corrcoef(found, wanted)[0, 1] > 0.99
    assert np.abs(found - wanted).max() < 0.75
    assert found.argmax() == wanted.argmax()


@pytest.mark.parametrize("profile", ["standard", "small"])
def test_the_packaged_vectors_point_nearly_the_same_way_in_int8(profile):
    int8, float32 = (
        Encoder.load(Settings(profile=profile), precision=precision)
        for precision in ("int8", "float32")
    )
    assert any(isinstance(module, QuantisedLinear) for module in int8.model.modules())
    found, wanted = (encoder.encode_documents(SENTENCES) for encoder in (int8, float32))
    assert np.sum(found * wanted, axis=1).min() > 0.995
    asked, exactly = (encoder.encode_queries([QUESTION])[0] for encoder in (int8, float32))
    assert np.abs(found @ asked - wanted @ exactly).max() < 0.03
