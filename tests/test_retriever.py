"""Which sentences are brought before the evidence model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.index import Candidate
from qa.passages import Sentence
from qa.retriever import every_document_heard, fuse


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


def test_what_both_rankings_hold_comes_before_what_one_of_them_holds():
    fused = fuse([(1, 0.9), (2, 0.8)], [(3, 7.0), (2, 5.0)])
    assert max(fused, key=fused.__getitem__) == 2


def test_a_place_in_the_dense_ranking_counts_twice_one_in_bm25():
    fused = fuse([(1, 0.9)], [(3, 7.0)])
    assert fused == {1: 2 / 61, 3: 1 / 61}
    assert fuse([(1, 0.9)], [(3, 7.0)], dense_weight=1.0) == {1: 1 / 61, 3: 1 / 61}
