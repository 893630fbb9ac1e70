"""Text → vectors (sentence-transformers): the model found, hashed and loaded.

A profile's encoder is a packaged base model to which low-rank weights, trained so that a lay
question lies near the sentences that answer it, are added (see `training.train_retriever`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from qa.base_models import PACKAGED, Progress, base_model_path, check_sha256, sha256_of
from qa.errors import ModelError
from qa.low_rank import merge, read_config
from qa.processor import Precision, fastest_precision, has_bf16
from qa.quantised import quantise
from qa.settings import Settings

Vectors = NDArray[np.float32]


def retriever_folder(profile: str) -> Path:
    """The packaged low-rank weights of a profile's encoder."""
    return Path(__file__).parent / "models" / profile / "retriever"


@dataclass(frozen=True)
class Encoder:
    """A sentence-transformers model with its name and hash.

    Attributes:
        name: of the model, or the path it was loaded from.
        sha256: of its weights (of the trained ones, where they are added to a base model that is
            checked by its own), hexadecimal; part of the index's manifest.
        dimension: length of a vector.
    """

    name: str
    sha256: str
    dimension: int
    model: SentenceTransformer

    @classmethod
    def load(
        cls,
        settings: Settings,
        progress: Progress | None = None,
        precision: Precision | None = None,
    ) -> Encoder:
        """Load the profile's base model, or the model that `settings.encoder` points to.

        Args:
            settings: the profile, or the path of another model, which is never read in int8.
            progress: called while the base model is unpacked for the first time.
            precision: of the layers; None for the fastest.

        Raises:
            ModelError: the model is missing, damaged or not a sentence-transformers model.
        """
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        disable_progress_bar()  # type: ignore[no-untyped-call]
        if settings.encoder:
            path = Path(settings.encoder)
            if not path.is_dir():
                raise ModelError(f"{path} is not a folder; set QA_ENCODER to a model's folder.")
            model = _loaded(path)
            if has_bf16():
                model.bfloat16()
            return cls._of(settings.encoder, _weights_sha256(path), model)
        trained = retriever_folder(settings.profile)
        config = read_config(trained)
        weights = trained / "weights.safetensors"
        check_sha256(weights, config["sha256"])
        base = PACKAGED[config["base"]]
        model = _loaded(base_model_path(base, settings.cache_dir, progress))
        transformer: Any = model[0]
        low_rank = load_file(weights)
        merge(transformer.model, low_rank, config["scale"])
        precision = precision or fastest_precision()
        if precision == "bfloat16":
            model.bfloat16()
        elif precision == "int8":
            quantise(transformer.model, low_rank)
        return cls._of(f"{base.name} + {config['name']}", config["sha256"], model)

    @classmethod
    def _of(cls, name: str, sha256: str, model: SentenceTransformer) -> Encoder:
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"{name} doesn't say how long its vectors are; use another model.")
        return cls(name, sha256, dimension, model)

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

    def encode_queries(self, questions: Sequence[str]) -> Vectors:
        """Unit vectors, shape (questions, dimension)."""
        if not questions:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with torch.inference_mode():
            vectors = self.model.encode_query(
                list(questions),
                batch_size=32,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        return _unit(vectors)

    def everyday_words(self) -> frozenset[str]:
        """Whole words of the model's vocabulary: those that its training text used often."""
        return frozenset(word for word in self.model.tokenizer.get_vocab() if word.isalpha())


def _unit(vectors: torch.Tensor) -> Vectors:
    """As float32, of length 1 again after bfloat16's rounding."""
    found: Vectors = torch.nn.functional.normalize(vectors.float(), dim=-1).cpu().numpy()
    return np.ascontiguousarray(found, dtype=np.float32)


def _loaded(path: Path) -> SentenceTransformer:
    try:
        return SentenceTransformer(str(path), device="cpu", local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} is not a sentence-transformers model: {error}") from error


def _weights_sha256(path: Path) -> str:
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (path / name).is_file():
            return sha256_of(path / name)
    raise ModelError(f"{path} holds no model.safetensors; give a sentence-transformers folder.")
