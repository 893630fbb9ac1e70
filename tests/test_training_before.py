"""In training, most sentences are read after the one that stands before them."""

from __future__ import annotations

from training.before import MAX_WORDS, context_after, with_before
from training.data import Group
from training.pairs import Pair

SENTENCES = ("Fill it.", "It boils.", "Two things spoil it:", "limescale", "sugar", "Use vinegar.")
LISTED = "A > Use > Two things spoil it:"
PLACES = ("A > Use", "A > Use", "A > Use", LISTED, LISTED, "A > Cleaning")


def group_of(*sentences: str) -> Group:
    return Group("?", "Kettle", sentences, frozenset({1}), "p", "own", "train")


def test_what_stands_before_is_of_the_same_section_and_no_lead_in():
    group = Group("?", PLACES[0], SENTENCES, frozenset(), "p", "own", "train", PLACES)
    before = [group.before(index) for index in range(len(SENTENCES))]
    assert before == ["", "Fill it.", "It boils.", "", "limescale", ""]


def test_of_a_long_sentence_before_only_the_end_is_read():
    group = group_of(" ".join(map(str, range(100))), "So do not.")
    context = context_after(group, 1)
    assert context.startswith("Kettle: So do not. (after: 70 71 ")
    assert len(context.split("after: ")[1].split()) == MAX_WORDS


def test_some_sentences_are_read_alone_whatever_their_label():
    group = group_of("Fill it.", "It boils.")
    pairs = [Pair(str(n), group.context(1), float(n % 2)) for n in range(400)]
    read = with_before(pairs, [group], seed=3)
    assert {pair.context for pair in read} == {group.context(1), context_after(group, 1)}
    for label in (0.0, 1.0):
        longer = [p.context == context_after(group, 1) for p in read if p.label == label]
        assert 0.6 < sum(longer) / len(longer) < 0.9
