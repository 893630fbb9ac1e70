"""(question, sentence) → calibrated probability that the sentence answers the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy.special import expit

from qa.base_models import Progress
from qa.cross_encoder import CrossEncoder
from qa.low_rank import read_config
from qa.settings import Profile


def model_folder(profile: str) -> Path:
    """The packaged model of a profile."""
    return Path(__file__).parent / "models" / profile


class Evidence(Protocol):
    """Judges sentences: the model itself, or one that remembers what it judged."""

    def score(
        self, question: str, sentences: Sequence[str], headings: Sequence[str] | None = None
    ) -> list[float]:
        """Probability (0..1) that each sentence answers the question."""


@dataclass(frozen=True)
class EvidenceModel:
    """A cross-encoder whose log-odds are calibrated by Platt scaling (Platt 1999).

    Attributes:
        encoder: the trained cross-encoder.
        slope, intercept: of the calibration, fitted on development data.
    """

    encoder: CrossEncoder
    slope: float
    intercept: float

    @classmethod
    def load(
        cls,
        profile: Profile = "standard",
        cache_dir: Path | None = None,
        progress: Progress | None = None,
        folder: Path | None = None,
    ) -> EvidenceModel:
        """Load the packaged model of a profile, or the one in `folder`.

        Raises:
            ModelError: the model is missing or damaged.
        """
        folder = folder or model_folder(profile)
        config = read_config(folder)
        encoder = CrossEncoder.load(folder, cache_dir, progress)
        calibration = config["calibration"]
        return cls(encoder, calibration["slope"], calibration["intercept"])

    def score(
        self, question: str, sentences: Sequence[str], headings: Sequence[str] | None = None
    ) -> list[float]:
        """Probability (0..1) that each sentence answers the question.

        Args:
            question: in any wording.
            sentences: judged one by one, independently of each other.
            headings: of each sentence, the path "Title > Section > lead-in"; or None.
        """
        if not sentences:
            return []
        logits = self.encoder.logits(question, sentences, headings)
        return [float(p) for p in expit(self.slope * np.asarray(logits) + self.intercept)]
