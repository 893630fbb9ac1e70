"""A cross-encoder that judges whether a sentence answers a question.

A packaged base model reads question and sentence together; low-rank weights and a linear head
trained for the task are added when it is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar

from qa.base_models import PACKAGED, Progress, base_model_path, check_sha256
from qa.low_rank import merge, read_config
from qa.processor import Precision, fastest_precision
from qa.quantised import quantise

QUESTION_MAX_TOKENS = 64  # of a long question its end is kept: stories come before the question
PAIR_MAX_TOKENS = 224
BATCH_PAIRS = 16  # in bfloat16
BATCH_PAIRS_SMALL = 4  # float32 and int8 gain nothing from more, and lose by padding


class PairClassifier(nn.Module):
    """A transformer with a linear head over its mean-pooled and first-token states."""

    def __init__(self, encoder: nn.Module, hidden_size: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * hidden_size, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits, shape (pairs,), for token ids and mask of shape (pairs, tokens)."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask)[0].float()
        mask = attention_mask.unsqueeze(-1).float()
        mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        pooled = torch.cat([mean, states[:, 0]], dim=-1)
        logits: Tensor = self.head(self.dropout(pooled)).squeeze(-1)
        return logits


def pair_tokens(
    tokenizer: PreTrainedTokenizerBase, question: str, contexts: Sequence[str]
) -> list[list[int]]:
    """Token ids of (question, context) pairs, each at most `PAIR_MAX_TOKENS` long."""
    asked = tokenizer.encode(question, add_special_tokens=False, verbose=False)
    asked = asked[-QUESTION_MAX_TOKENS:]
    room = PAIR_MAX_TOKENS - len(asked) - 3
    first, mark = tokenizer.cls_token_id, tokenizer.sep_token_id
    pairs = []
    for context in contexts:
        told = tokenizer.encode(context, add_special_tokens=False, verbose=False)[:room]
        pairs.append([first, *asked, mark, *told, mark])
    return pairs


def padded(pairs: Sequence[Sequence[int]], pad_id: int) -> tuple[Tensor, Tensor]:
    """Ids and mask, shape (pairs, longest)."""
    width = max(len(pair) for pair in pairs)
    ids = torch.full((len(pairs), width), pad_id, dtype=torch.long)
    mask = torch.zeros((len(pairs), width), dtype=torch.long)
    for row, pair in enumerate(pairs):
        ids[row, : len(pair)] = torch.tensor(pair)
        mask[row, : len(pair)] = 1
    return ids, mask


def context_of(sentence: str, heading: str) -> str:
    """What the model reads beside the question: the heading path, then the sentence."""
    return f"{heading}: {sentence}" if heading else sentence


@dataclass(frozen=True)
class CrossEncoder:
    """The trained model, ready to score.

    Attributes:
        name: of the packaged weights, for reports.
        model: low-rank weights merged in, in evaluation mode.
        tokenizer: of the base model.
        batch: how many pairs are read at a time.
    """

    name: str
    model: PairClassifier
    tokenizer: PreTrainedTokenizerBase
    batch: int = BATCH_PAIRS

    @classmethod
    def load(
        cls,
        folder: Path,
        cache_dir: Path | None = None,
        progress: Progress | None = None,
        precision: Precision | None = None,
    ) -> CrossEncoder:
        """Load packaged weights.

        Args:
            folder: holds `config.json` and `weights.safetensors`.
            cache_dir: where base models are unpacked.
            progress: called while the base model is unpacked for the first time.
            precision: of the layers; None for the fastest. For int8 the folder's weights must
                name the outlying channels; float32 is left where they don't.

        Raises:
            ModelError: the base model or the weights are missing or not the expected ones.
        """
        config = read_config(folder)
        weights = folder / "weights.safetensors"
        check_sha256(weights, config["sha256"])
        base = base_model_path(PACKAGED[config["base"]], cache_dir, progress)
        disable_progress_bar()  # type: ignore[no-untyped-call]
        encoder = AutoModel.from_pretrained(str(base), dtype=torch.float32)
        model = PairClassifier(encoder, encoder.config.hidden_size)
        trained = load_file(weights)
        merge(encoder, trained, config["scale"])
        model.head.load_state_dict({n: trained[f"head.{n}"].float() for n in ("weight", "bias")})
        model.eval()
        precision = precision or fastest_precision()
        if precision == "bfloat16":
            encoder.to(torch.bfloat16)
        elif precision == "int8":
            quantise(encoder, trained)
        batch = BATCH_PAIRS if precision == "bfloat16" else BATCH_PAIRS_SMALL
        return cls(config["name"], model, AutoTokenizer.from_pretrained(str(base)), batch)

    def logits(
        self, question: str, sentences: Sequence[str], headings: Sequence[str] | None = None
    ) -> NDArray[np.float64]:
        """Uncalibrated log-odds that each sentence answers, shape (sentences,)."""
        titles = headings if headings is not None else [""] * len(sentences)
        contexts = [context_of(s, h) for s, h in zip(sentences, titles, strict=True)]
        return self.token_logits(pair_tokens(self.tokenizer, question, contexts))

    def pair_logits(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """The same for pairs of question and context, shape (pairs,)."""
        return self.token_logits([pair_tokens(self.tokenizer, q, [c])[0] for q, c in pairs])

    def token_logits(self, pairs: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        """The same for token ids of pairs; read in batches of like length."""
        order = sorted(range(len(pairs)), key=lambda number: len(pairs[number]))
        out = np.zeros(len(pairs))
        with torch.inference_mode():
            for first in range(0, len(order), self.batch):
                rows = order[first : first + self.batch]
                ids, mask = padded([pairs[row] for row in rows], self.tokenizer.pad_token_id)
                out[rows] = self.model(ids, mask).double().numpy()
        return out
