"""Averaged weights act as the mean of the models that they were averaged from."""

from __future__ import annotations

import json

import torch
from safetensors.torch import load_file, save_file

from training.soup import main, of_rank


def test_weights_whose_product_has_a_low_rank_are_brought_down_to_it_without_loss():
    torch.manual_seed(4)
    low, high = torch.randn(2, 7), torch.randn(5, 2)
    doubled = torch.cat([low, low]), torch.cat([high, high], dim=1) / 2
    near_low, near_high = of_rank(2, *doubled)
    assert (near_low.shape, near_high.shape) == ((2, 7), (5, 2))
    assert torch.allclose(near_high @ near_low, high @ low, atol=1e-5)


def test_the_average_adds_the_mean_of_what_each_run_adds(tmp_path):
    torch.manual_seed(3)
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
        trained = {
            "layer.A": torch.randn(2, 5),
            "layer.B": torch.randn(4, 2),
            "head.weight": torch.randn(1, 8),
        }
        save_file(trained, folder / "weights.safetensors")
        (folder / "config.json").write_text(json.dumps({"base": "b", "scale": 2.0}))
    main(folders, tmp_path / "soup")
    one, other, soup = (
        load_file(folder / "weights.safetensors") for folder in (*folders, tmp_path / "soup")
    )
    wanted = (one["layer.B"] @ one["layer.A"] + other["layer.B"] @ other["layer.A"]) / 2
    assert torch.allclose(soup["layer.B"] @ soup["layer.A"], wanted, atol=1e-5)
    assert torch.allclose(soup["head.weight"], (one["head.weight"] + other["head.weight"]) / 2)
    config = json.loads((tmp_path / "soup" / "config.json").read_text())
    assert (config["name"], config["base"], config["scale"]) == ("soup", "b", 2.0)
