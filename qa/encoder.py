"""Text → vectors (sentence-transformers): the model found, hashed and loaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from qa.base_models import MPNET, Progress, base_model_path, sha256_of
from qa.errors import ModelError
from qa.processor import has_bf16
from qa.settings import Settings

Vectors = NDArray[np.float32]

_OF_PROFILE = {"standard": MPNET}


@dataclass(frozen=True)
class Encoder:
    """A sentence-transformers model with its name and hash.

    Attributes:
        name: of the model, or the path it was loaded from.
        sha256: of its weights, hexadecimal; part of the index's manifest.
        dimension: length of a vector.
    """

    name: str
    sha256: str
    dimension: int
    model: SentenceTransformer

    @classmethod
    def load(cls, settings: Settings, progress: Progress | None = None) -> Encoder:
        """Load the profile's base model, or the model that `settings.encoder` points to.

        Raises:
            ModelError: the model is missing, damaged or not a sentence-transformers model.
        """
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        disable_progress_bar()  # type: ignore[no-untyped-call]
        if settings.encoder:
            path, name = Path(settings.encoder), settings.encoder
            if not path.is_dir():
                raise ModelError(f"{path} is not a folder; set QA_ENCODER to a model's folder.")
        else:
            base = _OF_PROFILE[settings.profile]
            path, name = base_model_path(base, settings.cache_dir, progress), base.name
        try:
            model = SentenceTransformer(str(path), device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(f"{path} is not a sentence-transformers model: {error}") from error
        if has_bf16():
            model = model.bfloat16()
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"{path} doesn't say how long its vectors are; use another model.")
        return cls(name, _weights_sha256(path), dimension, model)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with torch.inference_mode():
            vectors = self.model.encode_document(
                list(texts),
                batch_size=32,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        return _unit(vectors)

    def encode_query(self, question: str) -> Vectors:
        """A unit vector, shape (1, dimension)."""
        with torch.inference_mode():
            vector = self.model.encode_query(
                [question],
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        return _unit(vector)

    def everyday_words(self) -> frozenset[str]:
        """Whole words of the model's vocabulary: those that its training text used often."""
        return frozenset(word for word in self.model.tokenizer.get_vocab() if word.isalpha())


def _unit(vectors: torch.Tensor) -> Vectors:
    """As float32, of length 1 again after bfloat16's rounding."""
    found: Vectors = torch.nn.functional.normalize(vectors.float(), dim=-1).cpu().numpy()
    return np.ascontiguousarray(found, dtype=np.float32)


def _weights_sha256(path: Path) -> str:
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (path / name).is_file():
            return sha256_of(path / name)
    raise ModelError(f"{path} holds no model.safetensors; give a sentence-transformers folder.")
