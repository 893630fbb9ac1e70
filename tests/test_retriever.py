"""Which sentences are brought before the evidence model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.index import Candidate
from qa.passages import Sentence
from qa.retriever import every_document_heard, fuse, parts_of, weighted


def ranked(files: str) -> list[Candidate]:
    """A candidate for each letter, best first; the letter names its document."""
    return [
        Candidate(number, file, file, "", 0, 9, Sentence(0, 9), f"sentence {number}", "")
        for number, file in enumerate(files)
    ]


def kept(files: str, count: int) -> str:
    return "".join(candidate.file for candidate in every_document_heard(ranked(files), count))


def test_a_document_that_repeats_itself_does_not_crowd_out_the_others():
    assert kept("aaaaaaaabc", 4) == "aabc"


def test_the_best_half_is_kept_as_ranked():
    assert kept("abababcc", 4) == "abca"


def test_one_document_alone_keeps_its_ranking():
    numbers = [c.number for c in every_document_heard(ranked("aaaaaa"), 4)]
    assert numbers == [0, 1, 2, 3]


@given(st.text("abc", max_size=30), st.integers(1, 20))
def test_no_candidate_is_lost_or_doubled(files, count):
    numbers = [candidate.number for candidate in every_document_heard(ranked(files), count)]
    assert len(numbers) == len(set(numbers)) == min(count, len(files))


def test_what_two_rankings_hold_comes_before_what_one_of_them_holds():
    fused = fuse((1.0, [(1, 0.9), (2, 0.8)]), (1.0, [(3, 7.0), (2, 5.0)]))
    assert max(fused, key=fused.__getitem__) == 2


def test_a_ranking_counts_by_its_weight():
    assert fuse((2.0, [(1, 0.9)]), (1.0, [(3, 7.0)])) == {1: 2 / 61, 3: 1 / 61}


def test_a_story_is_looked_up_clause_by_clause_as_well():
    assert parts_of("My mum fell ill in May, they gave her this! Can she still drive, or not?") == [
        "My mum fell ill in May,",
        "they gave her this!",
        "Can she still drive,",
    ]


@pytest.mark.parametrize("question", ["", "how long does it last?", "Hello, does it hurt at all?"])
def test_a_question_of_one_clause_has_no_parts(question):
    assert parts_of(question) == []


@pytest.mark.parametrize(
    ("parts", "asking"),
    [
        (["She is 80 now.", "What if she forgets one?", "We live far away."], {1}),
        (["i sleep badly lately,", "can i take it with wine,", "my husband says no"], {1}),
        (["i have two small children", "so is it safe for me", "does it pass into milk"], {1, 2}),
        (["my doctor gave me these", "the leaflet is lost", "not sure about alcohol"], {2}),
    ],
)
def test_the_clauses_that_ask_count_twice_what_those_that_tell_do_together(parts, asking):
    weights = {part: weight for weight, part in weighted(parts)}
    assert weights.keys() == set(parts)
    asked = [weights[part] for number, part in enumerate(parts) if number in asking]
    told = [weights[part] for number, part in enumerate(parts) if number not in asking]
    assert sum(asked) == pytest.approx(1.0)
    assert sum(told) == pytest.approx(0.5)
    assert len(set(asked)) == len(set(told)) == 1


def test_no_clauses_have_no_weights():
    assert weighted([]) == []


def test_what_a_story_asks_is_found_in_spite_of_the_story(assistant):
    story = (
        "My pharmacist makes the capsules and they cost me a fortune every month, I pay by card "
        "and they come in the post, the last box had another filler, "
    )
    asked = "what if I forget one?"
    found = assistant.retriever.retrieve(story + asked, 10)
    alone = assistant.retriever.retrieve(asked, 1)
    assert alone[0].candidate in [one.candidate for one in found]
