"""What the refusal gate measures of a question and its candidates, made by hand."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa.answerability import FOLLOWING, SIGNALS, Judged, WordStatistics, signals
from qa.index import Candidate
from qa.passages import Sentence
from qa.retriever import Retrieved

STATISTICS = WordStatistics(10, {"night": 2, "dream": 1, "take": 3})
LIKENESS = st.lists(st.none() | st.floats(-1, 1), min_size=1, max_size=24)


def retrieved(likeness: list[float | None]) -> list[Retrieved]:
    return [
        Retrieved(
            Candidate(n, "a.md", "A", "", n, n + 1, Sentence(n, n + 1), "Take it at night.", ""),
            dense,
            None,
            0.01,
        )
        for n, dense in enumerate(likeness)
    ]


def measured(found: list[Retrieved], best: int) -> dict[str, float]:
    order = [found[best], *found[:best], *found[best + 1 :]]
    judged = [Judged(one, 0.9 if one is order[0] else 0.1) for one in order]
    values = signals("do I take it at night?", judged, found, STATISTICS)
    return dict(zip(SIGNALS, values.tolist(), strict=True))


def test_the_likest_sentence_of_all_is_outranked_by_none():
    assert measured(retrieved([0.5, 0.7, 0.6]), best=1)["outranked"] == 0.0


def test_each_liker_sentence_outranks_the_one_that_answers_best():
    assert math.isclose(
        measured(retrieved([0.5, 0.7, 0.6]), best=0)["outranked"], math.log(3), abs_tol=1e-9
    )


def test_a_sentence_that_the_dense_ranking_did_not_reach_is_outranked_by_all_that_it_did():
    assert math.isclose(
        measured(retrieved([None, 0.7, 0.6, None]), best=0)["outranked"], math.log(3), abs_tol=1e-9
    )


def test_one_sentence_that_stands_out_is_prominent_and_one_of_many_alike_is_not():
    outstanding = measured(retrieved([0.8] + [0.3] * 9), best=0)
    alike = measured(retrieved([0.8] * 10), best=0)
    assert math.isclose(outstanding["prominence"], 0.5, abs_tol=1e-9)
    assert math.isclose(alike["prominence"], 0.0, abs_tol=1e-9)


def test_prominence_looks_no_farther_than_the_next_few():
    near = [0.8] + [0.6] * FOLLOWING
    assert math.isclose(
        measured(retrieved(near), best=0)["prominence"],
        measured(retrieved([*near, 0.1, 0.0, None]), best=0)["prominence"],
    )


@given(likeness=LIKENESS, data=st.data())
def test_signals_are_finite_whatever_was_retrieved_and_in_any_order(likeness, data):
    best = data.draw(st.integers(0, len(likeness) - 1))
    found = retrieved(likeness)
    values = measured(found, best)
    assert all(np.isfinite(value) for value in values.values())
    assert values["prominence"] >= 0
    others = sorted(found, key=lambda one: one.candidate.number % 3)
    assert math.isclose(
        values["outranked"], measured(others, others.index(found[best]))["outranked"]
    )
