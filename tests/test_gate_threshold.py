"""The refusal threshold: the most cautious of those that do as well on development questions."""

from __future__ import annotations

import numpy as np

from training.fit_gate import balanced_score, cautious_threshold


def test_where_no_question_lies_between_two_groups_the_upper_edge_of_the_gap_is_taken():
    probabilities = np.array([0.2] * 40 + [0.8] * 40)
    answerable = np.array([0] * 40 + [1] * 40)
    threshold = cautious_threshold(probabilities, answerable, answerable == 1, seed=1)
    assert balanced_score(probabilities, answerable, answerable == 1, threshold) == 1.0
    assert 0.75 < threshold <= 0.8


def test_caution_does_not_refuse_what_would_be_answered_rightly():
    probabilities = np.array([0.2] * 40 + [0.6] * 20 + [0.9] * 20)
    answerable = np.array([0] * 40 + [1] * 40)
    threshold = cautious_threshold(probabilities, answerable, answerable == 1, seed=1)
    assert 0.2 < threshold <= 0.6
