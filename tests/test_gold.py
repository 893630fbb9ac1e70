"""The gold set is sound: its spans stand in the bundled documents, its halves are balanced."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from qa.documents import read_corpus
from qa.evaluation.gold import KINDS, check_gold, read_gold
from tests.conftest import CORPUS

GOLD = Path(__file__).parent / "gold" / "gold.jsonl"


@pytest.fixture(scope="module")
def gold():
    return read_gold(GOLD)


def test_every_span_stands_in_its_document(gold):
    documents, _ = read_corpus(CORPUS)
    assert check_gold(gold, documents) == []


def test_every_kind_is_there_in_both_halves(gold):
    counts = Counter((question.kind, question.split) for question in gold)
    for kind in KINDS:
        assert counts[kind, "dev"] >= 5
        assert abs(counts[kind, "dev"] - counts[kind, "test"]) <= 1
    assert len(gold) >= 240
    assert sum(question.kind == "near_miss" for question in gold) >= 70


def test_no_question_stands_word_for_word_in_a_document(gold):
    documents, _ = read_corpus(CORPUS)
    text = "\n".join(document.text.lower() for document in documents)
    copied = [q.id for q in gold if len(q.question.split()) > 3 and q.question.lower() in text]
    assert copied == []


def test_every_urgent_question_raises_the_urgent_notice(gold, settings):
    from qa.safety import notices_for, read_red_flags

    flags = read_red_flags(CORPUS)
    missed = [
        question.question
        for question in gold
        if question.kind == "urgent"
        and not any(n.urgent for n in notices_for(question.question, flags, settings))
    ]
    assert missed == []
