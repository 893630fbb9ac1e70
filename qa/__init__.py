"""Answers questions with verbatim passages of your documents, or says that they don't answer.

>>> from qa import Assistant
>>> answer = Assistant.open("index").ask("How long do side effects last?")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.answer import Answer, Notice, Quote

if TYPE_CHECKING:
    from qa.assistant import Assistant

__all__ = ["Answer", "Assistant", "Notice", "Quote"]


def __getattr__(name: str) -> type[Assistant]:
    """Import the assistant, and with it torch, only when it is asked for."""
    if name == "Assistant":
        from qa.assistant import Assistant  # noqa: PLC0415

        return Assistant
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
