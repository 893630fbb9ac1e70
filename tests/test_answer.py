"""An answer is proven slices or a refusal with its reason; nothing between can be made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import Answer, quote_from
from qa.documents import Document
from qa.errors import QuoteError

TEXT = "The library opens at nine.\nDogs may not come in."
DOCUMENT = Document("rules.txt", "Rules", TEXT, "0" * 64)
QUOTE = quote_from(DOCUMENT, 27, len(TEXT), "", 0.9)


@given(st.text(min_size=1), st.integers(-5, 50), st.integers(-5, 50))
def test_a_quote_is_a_slice_or_cannot_be_made(text, start, end):
    document = Document("a.txt", "A", text, "0" * 64)
    try:
        quote = quote_from(document, start, end, "", 0.5)
    except QuoteError:
        valid = 0 <= start < end <= len(text)
        assert not valid or not text[start:end].strip()
    else:
        assert quote.text == text[start:end]


def test_a_quote_knows_its_line():
    assert QUOTE.line == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "answered"},
        {"outcome": "answered", "quotes": (QUOTE,), "reason": "not_stated"},
        {"outcome": "answered", "quotes": (QUOTE,), "closest": (QUOTE,)},
        {"outcome": "answered", "quotes": (QUOTE,) * 5},
        {"outcome": "refused"},
        {"outcome": "refused", "reason": "not_stated", "quotes": (QUOTE,)},
        {"outcome": "refused", "reason": "not_stated", "confidence": 1.5},
    ],
)
def test_an_answer_that_breaks_the_rules_cannot_be_made(wrong):
    with pytest.raises(ValueError, match=r"an answer|a refusal|confidence"):
        Answer("?", **wrong)
