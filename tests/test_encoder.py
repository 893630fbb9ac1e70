"""The encoder that makes the vectors."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from qa import encoder as encoder_module
from qa.encoder import Encoder, retriever_folder
from qa.errors import ModelError
from qa.settings import Settings


def test_vectors_have_length_one(encoder):
    vectors = encoder.encode_documents(["Cats: They sleep a lot.", "Boats: They float."])
    assert vectors.shape == (2, encoder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_a_lay_question_lies_nearer_to_its_answer_than_to_a_sentence_with_its_words(encoder):
    question = encoder.encode_queries(["how long till my parcel gets here"])
    answer, alike = encoder.encode_documents(
        [
            "Orders > Delivery: Goods arrive within three working days.",
            "Orders > Delivery: A parcel may be up to one metre long.",
        ]
    )
    assert question[0] @ answer > question[0] @ alike


def test_the_index_names_the_trained_encoder(assistant, encoder):
    assert assistant.index.manifest.encoder == encoder.name == "all-mpnet-base-v2 + retriever"
    assert assistant.index.manifest.encoder_sha256 == encoder.sha256


def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    folder = shutil.copytree(retriever_folder("standard"), tmp_path / "retriever")
    (folder / "weights.safetensors").write_bytes(b"damaged")
    monkeypatch.setattr(encoder_module, "retriever_folder", lambda profile: folder)
    with pytest.raises(ModelError, match="not the expected model file"):
        Encoder.load(Settings())


def test_missing_weights_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(encoder_module, "retriever_folder", lambda profile: tmp_path / "gone")
    with pytest.raises(ModelError, match="holds no trained weights"):
        Encoder.load(Settings())
