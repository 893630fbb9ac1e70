"""A threshold with what it promises, as `qa calibrate` writes it and `ask()` uses it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from qa.errors import InputError, ModelError


@dataclass(frozen=True)
class Calibration:
    """What was chosen, and the evidence for it.

    Attributes:
        threshold: least confidence for an answer.
        holds: whether the promise holds; when not, the gold set is too small or the answers are too
            often wrong, and the other values tell where the walk stopped.
        max_wrong, confidence: what was asked for.
        questions: in the gold set.
        answered, wrong: of the gold questions, at this threshold.
        bound: upper bound on the share of wrong answers.
    """

    threshold: float
    holds: bool
    max_wrong: float
    confidence: float
    questions: int
    answered: int
    wrong: int
    bound: float

    @classmethod
    def read(cls, path: Path) -> Calibration:
        """Read what `write` wrote.

        Raises:
            ModelError: the file is missing or not of this form.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            found = cls(**{field.name: values[field.name] for field in fields(cls)})
            if not 0.0 <= found.threshold <= 1.0:
                raise ValueError("its threshold is not between 0 and 1")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path} is no calibration ({error}); run `qa calibrate` again or unset "
                "QA_CALIBRATION."
            ) from error
        return found

    def write(self, path: Path) -> None:
        """Write it as JSON.

        Raises:
            InputError: the file cannot be written.
        """
        try:
            path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError(f"{path} cannot be written ({error.strerror}).") from error
