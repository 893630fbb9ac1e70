"""Lists of sentences for one question: how they are made, batched and learnt from."""

from __future__ import annotations

import math
import random

import torch
from hypothesis import given
from hypothesis import strategies as st

from training.data import Group
from training.lists import hardest, lists_for
from training.listwise import batches_of, list_loss, lists_of
from training.pairs import Pair


def test_a_list_costs_least_where_its_answering_sentence_scores_highest() -> None:
    labels = torch.tensor([1.0, 0.0, 0.0])
    good = list_loss(torch.tensor([6.0, -3.0, -3.0]), labels, [[0, 1, 2]])
    level = list_loss(torch.tensor([6.0, 6.0, -3.0]), labels, [[0, 1, 2]])
    bad = list_loss(torch.tensor([-3.0, 6.0, -3.0]), labels, [[0, 1, 2]])
    assert good < level < bad


def test_a_list_without_an_answer_costs_least_where_none_of_its_sentences_scores_high() -> None:
    labels = torch.zeros(2)
    assert list_loss(torch.tensor([-9.0, -9.0]), labels, [[0, 1]]).item() < 0.001
    both_zero = list_loss(torch.zeros(2), labels, [[0, 1]]).item()
    assert math.isclose(both_zero, math.log(3), rel_tol=1e-5)  # two sentences and "none"


def test_a_list_is_not_compared_with_another_list() -> None:
    labels = torch.tensor([1.0, 0.0])
    apart = list_loss(torch.tensor([2.0, 2.0]), labels, [[0], [1]])
    one_right = math.log(1 + math.exp(2)) - 2
    one_wrong = math.log(1 + math.exp(2))
    assert math.isclose(apart.item(), (one_right + one_wrong) / 2, rel_tol=1e-5)


@given(
    questions=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=60),
    size=st.integers(2, 16),
    seed=st.integers(0, 99),
)
def test_batches_hold_every_pair_once_an_epoch_and_lists_whole(
    questions: list[str], size: int, seed: int
) -> None:
    lists = lists_of(questions)
    batches = batches_of([len(q) for q in questions], lists, size, 2, seed)
    held = sorted(index for batch in batches for index in batch)
    assert held == sorted([*range(len(questions))] * 2)
    for batch in batches:
        asked = [questions[index] for index in batch]
        assert all(asked.count(q) % questions.count(q) == 0 for q in asked)
        assert len(batch) <= size or len(set(asked)) == 1


def test_every_sentence_of_a_list_is_read_beside_the_same_words_of_the_question() -> None:
    sentences = ("Fill the kettle.", "It boils in three minutes.", "Limescale spoils it.", "Rinse.")
    asked = ("How long until it boils?", "What spoils it?", "Who made it?")
    right = (frozenset({1}), frozenset({2}), frozenset[int]())
    groups = [
        Group(q, "Kettle", sentences, a, "p", "own", "train")
        for q, a in zip(asked, right, strict=True)
    ]
    lists = lists_for(groups, likest=2, rng=random.Random(3))
    assert [len({pair.question for pair in pairs}) for pairs in lists] == [1, 1, 1]
    labels = [[pair.label for pair in pairs] for pairs in lists]
    assert labels == [[1, 0, 0], [1, 0, 0], [0, 0]]


def test_a_list_keeps_what_answers_and_the_others_that_score_highest() -> None:
    scores = ((0.2, 0), (0.8, 0), (0.1, 1), (0.4, 0))
    scored = [(score, Pair("?", str(score), label)) for score, label in scores]
    assert [pair.context for pair in hardest(scored, 2)] == ["0.1", "0.8", "0.4"]
