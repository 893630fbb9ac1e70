"""The one form in which every front shows an answer (the JSON contract)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from qa.answer import Answer, Quote


def quote_payload(quote: Quote) -> dict[str, Any]:
    """A quote as JSON."""
    return asdict(quote)


def answer_payload(answer: Answer) -> dict[str, Any]:
    """An answer as JSON; `qa answer` adds the question's id and the latency."""
    return {
        "question": answer.question,
        "status": answer.outcome,
        "quotes": [quote_payload(quote) for quote in answer.quotes],
        "closest": [quote_payload(quote) for quote in answer.closest],
        "reason": answer.reason,
        "notices": [notice.code for notice in answer.notices],
        "urgent": answer.urgent,
        "confidence": round(answer.confidence, 4),
        "understood_as": answer.understood_as,
    }
