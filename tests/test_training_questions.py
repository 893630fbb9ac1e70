"""Training questions that are made from tags: names exchanged, passages retold about one thing."""

from __future__ import annotations

import json

import pytest

from training.data import OWN, Group, headings_of
from training.names import exchanged_groups, named_groups
from training.needs import need_groups
from training.pairs import build_pairs
from training.retold import retold_groups

NEEDS = """
[use]
kinds = "d"
near = []
words = ["what is {x} for"]
[cost]
kinds = "d"
near = ["use"]
words = ["price of {x}?"]
[taste]
kinds = "d"
near = []
words = ["is {x} bitter"]
"""
NAMES = """
[condition]
names = ["gout", "asthma", "cold sores"]
[condition.asked]
use = ["does {x} help {n}"]
"""


@pytest.fixture
def folder(tmp_path):
    passages = [
        {
            "id": "a",
            "title": "Alphamol",
            "section": "",
            "sections": ["Its use", "Its price"],
            "sentences": ["Alphamol is for gout.", "It costs a pound."],
        },
        {
            "id": "b",
            "title": "Betamol tablets",
            "section": "Facts",
            "sentences": ["Betamol is bitter.", "Betamol eases asthma."],
        },
    ]
    lines = "".join(json.dumps(passage) + "\n" for passage in passages)
    (tmp_path / "extra.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "needs.toml").write_text(NEEDS, encoding="utf-8")
    (tmp_path / "names.toml").write_text(NAMES, encoding="utf-8")
    tags = "a Alphamol d use:0 cost:1\nb Betamol d use:1 taste:0\n"
    (tmp_path / "tags.txt").write_text(tags, encoding="utf-8")
    return tmp_path


def test_a_name_that_a_sentence_holds_is_answered_by_it_and_another_by_none(folder):
    groups = [group for group in named_groups(1, folder) if "Alphamol" in group.question]
    answered, left_open = groups
    assert answered.question == "does Alphamol help gout"
    assert [answered.context(i) for i in answered.answers] == [
        "Alphamol > Its use: Alphamol is for gout."
    ]
    assert left_open.question in {"does Alphamol help asthma", "does Alphamol help cold sores"}
    assert left_open.answers == frozenset()


def test_a_question_whose_name_is_exchanged_is_answered_by_nothing(folder):
    groups = [group for group in named_groups(1, folder) if "Betamol" in group.question]
    exchanged = exchanged_groups(groups, 1, folder)
    assert len(exchanged) == 1, "only the question that is answered has a name to exchange"
    assert exchanged[0].question in {"does Betamol help gout", "does Betamol help cold sores"}
    assert exchanged[0].answers == frozenset()


def test_passages_retold_together_speak_of_one_thing_and_answer_from_each(folder):
    groups = {group.question.split()[0]: group for group in retold_groups(2, 2, 1, folder=folder)}
    assert set(groups) == {"what", "price", "is"}
    things = {"Alphamol", "Betamol"}
    for group in groups.values():
        told = " ".join((group.question, *group.headings, *group.sentences))
        assert sum(thing in told for thing in things) == 1
    contexts = {groups["what"].context(i) for i in groups["what"].answers}
    assert len(contexts) == 2
    assert len(groups["price"].sentences) == 2, "what half answers is left out"


def test_every_sentence_of_our_passages_has_a_heading():
    for path in sorted(OWN.glob("extra_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            assert len(headings_of(row)) == len(row["sentences"])


def test_sentences_keep_their_own_headings_when_some_are_left_out(folder):
    groups = [
        group for group in need_groups(1, folder=folder) if group.question.startswith("price")
    ]
    (priced,) = groups
    assert priced.sentences == ("It costs a pound.",)
    assert priced.context(0) == "Alphamol > Its price: It costs a pound."


def test_as_many_of_the_likest_wrong_sentences_as_asked_for_become_negatives():
    sentences = tuple(f"The {thing} is kept in the shed." for thing in ("rake", "spade", "hose"))
    group = Group("Where is the ladder?", "Garden", sentences, frozenset(), "g", "own", "train")
    wanted = {group.context(i) for i in range(len(sentences))}
    pairs = build_pairs([group], seed=5, likest=3)
    assert wanted <= {pair.context for pair in pairs}
    assert {pair.label for pair in pairs} == {0}
    few = build_pairs([group], seed=5, likest=1)
    assert len({pair.context for pair in few}) == 2  # the likest one and a random one
