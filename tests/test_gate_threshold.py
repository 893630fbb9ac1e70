"""The refusal threshold: of those that do as well on development questions, the most even."""

from __future__ import annotations

import numpy as np

from training.fit_gate import balanced_score, even_threshold, right_and_refused


def test_where_no_question_lies_between_two_groups_the_threshold_parts_them():
    probabilities = np.array([0.2] * 40 + [0.8] * 40)
    answerable = np.array([0] * 40 + [1] * 40)
    threshold = even_threshold(probabilities, answerable, answerable == 1, seed=1)
    assert balanced_score(probabilities, answerable, answerable == 1, threshold) == 1.0


def test_where_two_thresholds_do_as_well_neither_share_is_given_up_for_the_other():
    draw = np.random.default_rng(3)
    answerable = np.array([0] * 300 + [1] * 300)
    probabilities = np.concatenate([draw.uniform(0, 0.7, 300), draw.uniform(0.3, 1, 300)])
    threshold = even_threshold(probabilities, answerable, answerable == 1, seed=1)
    right, refused = right_and_refused(probabilities, answerable, answerable == 1, threshold)
    assert abs(right - refused) < 0.06
    assert right + refused > 1.35
