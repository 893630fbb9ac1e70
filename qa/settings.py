"""Every setting and its default, in one place; each is set by a QA_* environment variable."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from qa.errors import QaError


class Settings(BaseSettings):
    """Settings of the program. Example: `QA_PORT=8000 qa serve`."""

    model_config = SettingsConfigDict(env_prefix="QA_", frozen=True, extra="ignore")

    index: Path = Field(Path("index"), description="Folder of the built index.")
    corpus: Path = Field(Path("corpus"), description="Folder of the documents.")
    profile: Literal["standard"] = Field(
        "standard", description="Which models: all-mpnet-base-v2 judges and makes the vectors."
    )
    encoder: str = Field("", description="Path of another sentence-transformers model to use.")
    cache_dir: Path | None = Field(None, description="Where unpacked models are kept.")

    candidates: int = Field(16, ge=1, le=500, description="Sentences the evidence model judges.")
    calibration: Path | None = Field(
        None, description="File that `qa calibrate` wrote; its threshold is used."
    )
    max_question_chars: int = Field(2000, ge=100, description="Longer questions are refused.")
    max_history: int = Field(6, ge=0, description="Earlier questions that are looked at.")

    host: str = Field("127.0.0.1", description="Address the page is served on.")
    port: int = Field(7860, ge=1, le=65535, description="Port the page is served on.")
    title: str = Field("Ask the documents", description="Title of the page.")
    emergency_numbers: str = Field(
        "911 (US and Canada), 999 (UK), 112 (Europe), 111 (New Zealand), 000 (Australia)",
        description="Shown in urgent notices.",
    )
    crisis_lines: str = Field(
        "988 (US and Canada), 116 123 (UK), 1737 (New Zealand), 13 11 14 (Australia)",
        description="Shown when a question speaks of suicide or self-harm.",
    )
    ask_instead: str = Field("your pharmacist or doctor", description="Whom a refusal points to.")


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        QaError: a variable has a value that doesn't fit.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "QA_" + "_".join(str(part) for part in first["loc"]).upper()
        raise QaError(f"{name}: {first['msg']}. Set it to another value or unset it.") from error
