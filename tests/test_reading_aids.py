"""What helps to read an answer: the words that answer, terms explained, signs of disagreement."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import quote_from
from qa.disagreement import differ
from qa.documents import Document
from qa.emphasis import answering_words, clauses
from qa.glossary import defined_terms, find_definitions, terms_in

LONG = (
    "Most people feel sick for a day or two, which is harmless, but anyone whose skin turns yellow "
    "must stop at once and ring the clinic."
)


def quotes(*texts):
    return [
        quote_from(Document(f"{number}.md", "t", text, "0" * 64), 0, len(text), "", 0.9)
        for number, text in enumerate(texts)
    ]


class Prefers:
    """Judges a text by whether it holds a word."""

    def __init__(self, word):
        self.word = word

    def score(self, question, sentences, headings=None):
        return [0.9 if self.word in sentence else 0.1 for sentence in sentences]


@pytest.mark.parametrize("word", ["sick", "yellow", "harmless"])
def test_the_clause_that_answers_is_emphasised(word):
    (quote,) = quotes(LONG)
    start, end = answering_words(Prefers(word), "?", quote, "")
    assert word in LONG[start:end]
    assert len(LONG[start:end].split()) < len(LONG.split()) - 8


def test_a_sentence_whose_parts_do_not_answer_alone_is_emphasised_whole():
    (quote,) = quotes(LONG)
    assert answering_words(Prefers(LONG), "?", quote, "") == (0, len(LONG))


def test_a_lead_in_is_never_emphasised():
    text = "It may cause:\n- dreams"
    document = Document("a.md", "t", text, "0" * 64)
    quote = quote_from(document, 0, len(text), "", 0.9, (16, len(text)))
    start, end = answering_words(Prefers("cause"), "?", quote, "")
    assert text[start:end] == "dreams"


@given(
    st.lists(st.sampled_from(["one", "two", "but", "which", ",", ";", "(x)", "3.5"]), max_size=40)
)
def test_clauses_are_apart_in_order_and_begin_with_a_word(words):
    sentence = " ".join(words).replace(" ,", ",").replace(" ;", ";")
    found = clauses(sentence)
    assert all(left < right for left, right in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("sentence", "terms"),
    [
        ("A stent is a small tube that keeps a vessel open.", ["stent"]),
        ("Central sensitization means that nerves overreact.", ["Central sensitization"]),
        ("It can harm the liver (hepatotoxicity) in some.", ["hepatotoxicity"]),
        ("The dose is a matter of taste.", []),
        ("It is a good thing.", []),
        ("Take it (once a day) with food.", []),
    ],
)
def test_sentences_that_define_a_term_are_told_from_others(sentence, terms):
    assert defined_terms(sentence) == terms


def test_a_term_is_explained_only_if_it_is_used_elsewhere_and_by_its_first_definition():
    sentences = [
        ("A stent is a tube.", "a.md", 0, 18, ""),
        ("A stent is a spring.", "b.md", 0, 20, ""),
        ("A lancet is a knife.", "b.md", 21, 41, ""),
        ("Low dose naltrexone (LDN) is new.", "b.md", 42, 75, ""),
    ]
    used = {"stent": 2, "lancet": 1, "ldn": 5}
    found = find_definitions(sentences, used, {"LDN": "Low dose naltrexone"})
    assert [(one.term, one.file) for one in found] == [("stent", "a.md"), ("LDN", "b.md")]


def test_the_longer_of_two_terms_is_marked():
    sentences = [
        ("Dose means the amount.", "a.md", 0, 22, ""),
        ("Low dose means a tenth.", "a.md", 23, 46, ""),
    ]
    found = find_definitions(sentences, {"dose": 3, "low": 2}, {})
    text = "At a low dose it is safe."
    assert [text[start:end] for start, end, _ in terms_in(text, found)] == ["low dose"]


@pytest.mark.parametrize(
    ("question", "one", "other", "apart"),
    [
        ("What is the dose?", "Start with 2 mg.", "Start with 5 mg.", True),
        ("What is the dose?", "Start with 1 to 3 mg.", "Begin at 2 mg a day.", False),
        ("What is the dose?", "Start with 2 mg.", "Stay on it for 5 weeks.", False),
        ("What does it cost?", "It costs $90.", "It is $20.", True),
        ("Is it safe?", "It is safe.", "It is not safe.", True),
        ("Is it safe?", "It is safe.", "It has been safe.", False),
        ("Who makes it?", "A firm does.", "No firm makes it.", False),
        ("Can you get hooked?", "It is not addictive.", "It may bring on withdrawal.", False),
        (
            "Is it used off label?",
            "No agency has approved it for this pain, so that its use here is off label.",
            "The use is off label.",
            False,
        ),
    ],
)
def test_signs_of_disagreement_are_seen(question, one, other, apart):
    assert differ(question, quotes(one, other)) is apart


def test_one_document_does_not_disagree_with_itself():
    document = Document("a.md", "t", "Take 2 mg. Take 9 mg.", "0" * 64)
    both = [quote_from(document, 0, 10, "", 0.9), quote_from(document, 11, 21, "", 0.9)]
    assert not differ("What is the dose?", both)


def test_a_quote_that_rather_does_not_answer_contradicts_nothing():
    sure, unsure = quotes("Take 2 mg.", "Take 9 mg.")
    assert differ("What is the dose?", [sure, unsure])
    assert not differ("What is the dose?", [sure, replace(unsure, score=0.3)])
