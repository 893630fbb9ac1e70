"""What the retriever learns from: batches that set a folder's sentences against each other."""

from __future__ import annotations

import random

from training.data import Group
from training.train_retriever import also_right, examples, in_runs

SENTENCES = ("It costs ten pounds.", "The price is ten pounds.", "It is white.", "It is bitter.")


def asked(question, answers, passage="a"):
    return Group(question, "Tablet", SENTENCES, frozenset(answers), passage, "own", "train")


def test_a_question_is_drawn_to_an_answer_and_away_from_a_sentence_of_its_passage_that_is_none():
    (example,) = examples([asked("is it dear", {0, 1})], random.Random(1))
    assert example.positive in example.answers
    assert example.answers == {"Tablet: It costs ten pounds.", "Tablet: The price is ten pounds."}
    assert example.negative in {"Tablet: It is white.", "Tablet: It is bitter."}


def test_no_question_is_held_against_a_sentence_that_answers_it():
    groups = [asked("is it dear", {0, 1}), asked("what do i pay", {0, 1}), asked("colour", {2})]
    batch = examples(groups, random.Random(2))
    masked = also_right(batch)
    contexts = [e.positive for e in batch] + [e.negative for e in batch]
    assert masked.shape == (3, 6)
    for own, example in enumerate(batch):
        assert not masked[own, own], "its own answer stays"
        for number, context in enumerate(contexts):
            if number != own:
                assert bool(masked[own, number]) == (context in example.answers)


def test_questions_of_one_passage_stand_in_runs_and_none_is_lost():
    groups = [asked(f"{name} {n}", {n % 4}, name) for name in "abc" for n in range(6)]
    batch = in_runs(examples(groups, random.Random(3)), 3, random.Random(3))
    assert sorted(e.question.split()[-1] for e in batch) == sorted(
        g.question.split()[-1] for g in groups
    )
    for first in range(0, len(batch), 3):
        assert len({example.passage for example in batch[first : first + 3]}) == 1
