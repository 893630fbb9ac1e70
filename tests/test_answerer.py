"""Judged sentences → quotes, by the rules of the answer. The scores are made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answerability import Judged
from qa.answerer import WORDS_MAX, choose_quotes, closest_quotes
from qa.documents import Document, read_corpus
from qa.index import Candidate
from qa.passages import split
from qa.retriever import Retrieved

TEXTS = {
    "leaflet.md": "# Leaflet\n\nTake it at night. It may cause vivid dreams.\n\n"
    "Tell your doctor if you have:\n\n- liver trouble\n- a new rash\n",
    "notes.md": "# Notes\n\nSome patients sleep badly at first. This passes within a week.\n",
    "other.md": "# Other\n\nOne person in ten has odd dreams.\n",
    "story.md": "---\nkind: personal story\n---\n# Story\n\n"
    f"I had odd dreams. It went {'on and ' * 70}on.\n",
    "more.md": "# More\n\nDreams were the most common complaint.\n",
}


class Shelf:
    """A few documents and every sentence of them as a candidate."""

    def __init__(self, folder: Path) -> None:
        for file, text in TEXTS.items():
            (folder / file).write_text(text, encoding="utf-8")
        found, _ = read_corpus(folder)
        self.documents = {document.file: document for document in found}
        self.candidates = [c for document in found for c in _candidates(document)]

    def judged(self, scores: dict[str, float]) -> list[Judged]:
        """Candidates that hold a key, with its score, best first."""
        items = [
            Judged(Retrieved(candidate, 0.5, None, 0.02), score)
            for piece, score in scores.items()
            for candidate in self.candidates
            if piece in candidate.text
        ]
        return sorted(items, key=lambda item: -item.score)

    def neighbours(self, candidate: Candidate) -> list[Candidate]:
        place = (candidate.file, candidate.passage_start)
        return [c for c in self.candidates if (c.file, c.passage_start) == place]

    def quotes(self, scores: dict[str, float], personal: frozenset[str] = frozenset()) -> list[str]:
        found = choose_quotes(
            self.judged(scores), self.documents.__getitem__, self.neighbours, personal
        )
        return [quote.text for quote in found]

    def closest(self, scores: dict[str, float]) -> list[str]:
        found = closest_quotes(self.judged(scores), self.documents.__getitem__, self.neighbours)
        return [quote.text for quote in found]


def _candidates(document: Document) -> list[Candidate]:
    text = document.text
    return [
        Candidate(
            number=0,
            file=document.file,
            title=document.title,
            heading=passage.heading,
            passage_start=passage.start,
            passage_end=passage.end,
            sentence=sentence,
            text=text[sentence.start : sentence.end],
            lead_in=text[slice(*sentence.lead_in)] if sentence.lead_in else "",
        )
        for passage in split(document)
        for sentence in passage.sentences
    ]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def test_every_document_that_speaks_is_heard_best_first(shelf):
    assert shelf.quotes({"One person in ten": 0.7, "vivid dreams": 0.9}) == [
        "It may cause vivid dreams.",
        "One person in ten has odd dreams.",
    ]


def test_a_sentence_that_rather_does_not_answer_is_left_out(shelf):
    assert shelf.quotes({"vivid dreams": 0.9, "Take it at night": 0.2}) == [
        "It may cause vivid dreams."
    ]


def test_the_best_sentence_is_quoted_however_unsure(shelf):
    assert shelf.quotes({"Take it at night": 0.1}) == ["Take it at night."]


def test_while_the_quotes_might_well_miss_the_answer_the_next_likely_ones_are_shown_too(shelf):
    unsure = {"vivid dreams": 0.45, "Take it at night": 0.4, "sleep badly": 0.4, "complaint": 0.3}
    assert shelf.quotes(unsure) == [
        "It may cause vivid dreams.",
        "Take it at night.",
        "Some patients sleep badly at first.",
    ]


def test_what_hardly_answers_is_not_shown_however_unsure_the_rest_is(shelf):
    assert shelf.quotes({"vivid dreams": 0.3, "Take it at night": 0.05}) == [
        "It may cause vivid dreams."
    ]


def test_four_quotes_at_most_and_each_document_before_a_second_of_one(shelf):
    shown = shelf.quotes(
        {
            "vivid dreams": 0.99,
            "Take it at night": 0.98,
            "sleep badly": 0.9,
            "One person in ten": 0.8,
            "complaint": 0.7,
        }
    )
    assert len(shown) == 4
    assert "Take it at night." not in shown


def test_a_long_further_quote_of_a_document_already_heard_is_left_out(shelf):
    shown = shelf.quotes({"I had odd dreams": 0.9, "on and on": 0.8})
    assert shown == ["I had odd dreams."]
    assert len(TEXTS["story.md"].split()) > WORDS_MAX


def test_a_list_item_is_quoted_with_its_lead_in(shelf):
    (quote,) = shelf.quotes({"liver trouble": 0.9})
    assert quote == "Tell your doctor if you have:\n\n- liver trouble"


def test_a_lead_in_is_quoted_with_its_list(shelf):
    (quote,) = shelf.quotes({"Tell your doctor": 0.9})
    assert quote.endswith("- a new rash")


def test_no_two_quotes_overlap(shelf):
    assert len(shelf.quotes({"liver trouble": 0.9, "Tell your doctor": 0.8})) == 1


def test_a_refusal_shows_the_two_closest(shelf):
    shown = shelf.closest({"vivid dreams": 0.3, "sleep badly": 0.2, "complaint": 0.1})
    assert shown == ["It may cause vivid dreams.", "Some patients sleep badly at first."]


@given(scores=st.lists(st.floats(0, 1), min_size=10, max_size=10))
def test_quotes_are_slices_whatever_the_scores(shelf, scores):
    pieces = [candidate.text for candidate in shelf.candidates]
    judged = shelf.judged(dict(zip(pieces, scores, strict=False)))
    quotes = choose_quotes(judged, shelf.documents.__getitem__, shelf.neighbours)
    assert 1 <= len(quotes) <= 4
    assert list(quotes) == sorted(quotes, key=lambda quote: -quote.score)
    for quote in quotes:
        assert TEXTS[quote.file][quote.start : quote.end] == quote.text


PERSONAL = frozenset({"personal story"})


def test_a_personal_account_stands_below_every_document_of_record_that_speaks(shelf):
    scores = {"I had odd dreams": 0.99, "One person in ten": 0.6, "vivid dreams": 0.7}
    found = shelf.quotes(scores, PERSONAL)
    assert found[-1] == "I had odd dreams."
    assert len(found) == 3
    assert shelf.quotes(scores)[0] == "I had odd dreams."


def test_a_personal_account_takes_no_document_of_record_s_place(shelf):
    scores = {
        "I had odd dreams": 0.99,
        "One person in ten": 0.6,
        "vivid dreams": 0.6,
        "most common complaint": 0.6,
        "sleep badly": 0.6,
    }
    assert "I had odd dreams." not in shelf.quotes(scores, PERSONAL)


def test_a_personal_account_is_shown_where_no_document_of_record_speaks(shelf):
    scores = {"I had odd dreams": 0.99, "One person in ten": 0.2}
    assert shelf.quotes(scores, PERSONAL) == ["I had odd dreams."]


def test_a_quote_says_which_part_of_it_was_judged(shelf):
    found = choose_quotes(
        shelf.judged({"liver trouble": 0.9}), shelf.documents.__getitem__, shelf.neighbours
    )
    assert found[0].text.startswith("Tell your doctor")
    assert found[0].answering_text == "liver trouble"
