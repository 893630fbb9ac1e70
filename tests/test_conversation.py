"""Small talk, follow-ups, misspelt words, abbreviations and notices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.abbreviations import expand, find_abbreviations
from qa.conversation import cleaned, leans, resolved, small_talk, unanswerable_as_asked
from qa.errors import CorpusError
from qa.safety import notices_for, read_red_flags
from qa.settings import Settings
from qa.spelling import Speller
from tests.conftest import CORPUS


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Hello!", "greeting"),
        ("hi there", "greeting"),
        ("thanks so much", "thanks"),
        ("Who are you?", "identity"),
        ("are you a doctor?", "identity"),
        ("hello, what is the dose?", None),
        ("thanks, and for children?", None),
    ],
)
def test_small_talk_is_told_from_questions(message, kind):
    assert small_talk(message) == kind


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", "not_a_question"),
        ("?!", "not_a_question"),
        ("💊💊", "not_a_question"),
        ("x" * 5000, "too_long"),
        ("¿Cuál es la dosis para empezar?", "not_english"),
        ("ما هي الجرعة؟", "not_english"),
        ("wil it giv me wierd dreems", None),
        ("naltrexone fibromyalgia dose", None),
    ],
)
def test_what_cannot_be_looked_up_is_told_why(message, reason):
    assert unanswerable_as_asked(message, 2000) == reason


@given(st.text())
def test_any_text_can_be_cleaned_and_read(text):
    line = cleaned(text)
    assert "\n" not in line
    unanswerable_as_asked(line, 2000)


def test_a_question_that_leans_is_read_with_the_one_before():
    assert leans("how long do they last?")
    assert resolved("how long do they last?", ["What are the side effects?"]) == [
        "What are the side effects? how long do they last?"
    ]


def test_small_talk_is_no_question_to_lean_on():
    assert resolved("and for children?", ["hello"]) == []


def test_a_chain_of_follow_ups_reaches_back_to_what_stands_alone():
    history = ["What are the side effects of this tablet for adults?", "how long do they last?"]
    readings = resolved("and for children?", history)
    assert any(reading.startswith(history[0]) for reading in readings)


def test_a_misspelt_word_is_mended_from_the_documents():
    speller = Speller({"naltrexone": 9, "dose": 4}, frozenset({"what", "the"}))
    assert speller.mend("what is the naltrexon dose") == "what is the naltrexone dose"


def test_a_word_that_the_documents_or_everyday_english_know_is_left_alone():
    speller = Speller({"dose": 4}, frozenset({"nose"}))
    assert speller.mend("nose dose") is None


def test_abbreviations_are_found_where_the_documents_define_them():
    found = find_abbreviations(["Treatment with Low Dose Naltrexone (LDN) is cheap (very)."])
    assert found == {"LDN": "Low Dose Naltrexone"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Take TLR (toll-like receptor) blockers.", {"TLR": "toll-like receptor"}),
        ("The TLR (see page 4) was measured.", {}),
        ("It was tried in Rome (the largest city of Italy).", {}),
        ("Nerve growth factor (NGF; a protein) rose.", {"NGF": "Nerve growth factor"}),
    ],
)
def test_an_abbreviation_may_come_before_what_it_stands_for(text, found):
    assert find_abbreviations([text]) == found


def test_abbreviations_are_expanded_both_ways():
    known = {"LDN": "Low Dose Naltrexone"}
    assert "Low Dose Naltrexone" in expand("is ldn safe?", known)
    assert expand("is low dose naltrexone safe?", known).endswith("LDN")
    assert expand("is it safe?", known) == "is it safe?"


def codes(question: str) -> list[str]:
    return [n.code for n in notices_for(question, read_red_flags(CORPUS), Settings())]


def test_urgent_words_raise_the_urgent_notice_first():
    assert codes("I have chest pain and my doctor is away")[0] == "urgent"
    assert codes("I want to kill myself")[0] == "crisis"
    assert codes("my toddler swallowed a tablet by accident")[0] == "urgent"


def test_a_curly_apostrophe_hides_nothing():
    assert codes("I can’t breathe") == ["urgent"]
    assert codes("I don’t want to live")[0] == "crisis"
    assert Speller({"dose": 4}, frozenset({"isn't"})).mend("isn’t") is None


def test_a_personal_case_gets_the_notice_that_this_is_no_advice():
    assert codes("should I take more?") == ["personal_case"]
    assert codes("how is it stored?") == []


def test_red_flags_belong_to_the_documents(tmp_path):
    assert "opioid_with_naltrexone" in codes("can it be taken with tramadol?")
    assert read_red_flags(tmp_path) == []


def test_a_red_flag_file_of_another_form_is_an_error(tmp_path):
    (tmp_path / "notices.toml").write_text('[[notice]]\ncode = "x"\n')
    with pytest.raises(CorpusError, match="all_of"):
        read_red_flags(tmp_path)
