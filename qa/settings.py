"""Every setting and its default, in one place; each is set by a QA_* environment variable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from qa.errors import QaError

Profile = Literal["standard", "small"]

_EXAMPLE = '{"NZ": "111"}'


class Settings(BaseSettings):
    """Settings of the program. Example: `QA_PORT=8000 qa serve`."""

    model_config = SettingsConfigDict(env_prefix="QA_", frozen=True, extra="ignore")

    index: Path = Field(Path("index"), description="Folder of the built index.")
    corpus: Path = Field(Path("corpus"), description="Folder of the documents.")
    profile: Profile = Field(
        "standard",
        description="Which models: standard, of all-mpnet-base-v2, or small, of all-MiniLM-L6-v2, "
        "which is faster and less often right. Each needs an index that it built.",
    )
    encoder: str = Field("", description="Path of another sentence-transformers model to use.")
    cache_dir: Path | None = Field(None, description="Where unpacked models are kept.")

    candidates: int = Field(
        24,
        ge=1,
        le=500,
        description="Sentences that are retrieved; those near the best are judged.",
    )
    calibration: Path | None = Field(
        None, description="File that `qa calibrate` wrote; its threshold is used."
    )
    max_question_chars: int = Field(2000, ge=100, description="Longer questions are refused.")
    max_history: int = Field(6, ge=0, description="Earlier questions that are looked at.")

    personal_kinds: tuple[str, ...] = Field(
        ("personal experience", "personal account", "personal story", "patient story", "blog"),
        description="Kinds of source that are one person's account; shown below all others.",
    )

    host: str = Field("127.0.0.1", description="Address the page is served on.")
    port: int = Field(7860, ge=1, le=65535, description="Port the page is served on.")
    title: str = Field("Ask the documents", description="Title of the page.")
    country: str = Field("", description="Show this country's numbers only, such as NZ.")
    emergency: dict[str, str] = Field(
        {"US": "911", "CA": "911", "UK": "999", "EU": "112", "NZ": "111", "AU": "000"},
        description="Emergency number of each country.",
    )
    crisis: dict[str, str] = Field(
        {"US": "988", "CA": "988", "UK": "116 123", "NZ": "1737", "AU": "13 11 14"},
        description="Crisis line of each country, for who speaks of suicide or self-harm.",
    )
    ask_instead: str = Field("your pharmacist or doctor", description="Whom a refusal points to.")
    gold: Path = Field(
        Path("tests/gold/gold.jsonl"),
        description="Gold set of the documents: examples on the page, and what staff add to.",
    )
    mcp: bool = Field(False, description="Serve the tools `ask`, `documents` and `passage` by MCP.")

    review: Path | None = Field(
        None, description="SQLite file in which answers are kept for review; none are without it."
    )
    review_user: str = Field("", description="Who signs in at /review; off without one.")
    review_password: SecretStr = Field(SecretStr(""), description="Password of that user.")
    review_days: int = Field(90, ge=1, description="Kept answers are deleted after so many days.")
    reports: Path = Field(Path("reports"), description="Folder of the reports of `qa eval`.")

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if self.country and self.country not in self.emergency:
            known = ", ".join(self.emergency)
            raise ValueError(f"QA_COUNTRY: {self.country!r} is not among {known}")
        if self.review_user and not self.review_password.get_secret_value():
            raise ValueError("QA_REVIEW_USER: it needs QA_REVIEW_PASSWORD too")
        return self

    @property
    def emergency_numbers(self) -> str:
        """Emergency numbers as they are shown: the country's own, or all with their countries."""
        return _numbers(self.emergency, self.country)

    @property
    def crisis_lines(self) -> str:
        """Crisis lines as they are shown."""
        return _numbers(self.crisis, self.country)


def _numbers(by_country: Mapping[str, str], country: str) -> str:
    if country in by_country:
        return by_country[country]
    places: dict[str, list[str]] = {}
    for place, number in by_country.items():
        places.setdefault(number, []).append(place)
    return ", ".join(f"{number} ({', '.join(where)})" for number, where in places.items())


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        QaError: a variable has a value that doesn't fit.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"QA_{str(part).upper()}: " for part in first["loc"][:1])
        fault = first["msg"].removeprefix("Value error, ")
        raise QaError(f"{where}{fault}. Set it to another value or unset it.") from error
    except SettingsError as error:
        raise QaError(f"{error}: give it as JSON, such as QA_EMERGENCY='{_EXAMPLE}'.") from error
