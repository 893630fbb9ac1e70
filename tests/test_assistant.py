"""`ask()` over the bundled documents, with the real models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.assistant import by_likeness
from qa.batch import BadLine, answer_lines, verify
from qa.retriever import Retrieved
from tests.conftest import CORPUS

ODD_QUESTIONS = {
    "empty": "",
    "blank": " \t\n ",
    "NUL": "what\0 is the dose\0?",
    "emoji": "💊💊💊",
    "markup": "<script>alert(1)</script> what is the dose?",
    "right to left": "ما هي الجرعة؟",
    "very long": "dose " * 20_000,
    "one letter": "a",
    "search syntax": 'dose" OR NEAR(a b) * -x {text}: ^',
    "lone surrogate": "what is the dose \ud800?",
}


def contract_of(line: dict) -> None:
    assert line["status"] in ("answered", "refused")
    assert (line["reason"] is None) == (line["status"] == "answered")
    assert bool(line["quotes"]) == (line["status"] == "answered")
    assert len(line["quotes"]) <= 4
    assert 0.0 <= line["confidence"] <= 1.0
    for quote in [*line["quotes"], *line["closest"]]:
        text = (CORPUS / quote["file"]).read_bytes().decode("utf-8")
        assert text[quote["start"] : quote["end"]] == quote["text"]


def test_a_question_that_the_documents_answer_gets_their_words(assistant):
    answer = assistant.ask("Will it give me weird dreams?")
    assert answer.outcome == "answered"
    assert any("vivid dreams" in quote.text.lower() for quote in answer.quotes)


def test_a_question_from_far_off_is_refused(assistant):
    answer = assistant.ask("Who won the football world cup in 1998?")
    assert answer.outcome == "refused"
    assert answer.reason in ("not_covered", "not_stated")


def test_what_is_about_as_like_the_question_is_judged_first_and_each_document_is_heard(assistant):
    candidates = assistant.index.candidates(range(assistant.index.manifest.sentences))
    one = [c for c in candidates if c.file == "patient-guide.md"][:5]
    other = [c for c in candidates if c.file == "clinician-notes.md"][:2]
    likeness = [(one[0], 0.8), (one[1], 0.7), (one[2], 0.65), (one[3], 0.5), (one[4], None)]
    likeness += [(other[0], 0.57), (other[1], 0.62)]
    found = [Retrieved(candidate, dense, None, 0.02) for candidate, dense in likeness]
    near, farther = by_likeness(found)
    assert [r.candidate for r in near] == [one[0], one[1], other[1]]
    assert [r.candidate for r in farther] == [one[2], one[4]]


def test_what_only_shares_words_with_the_question_is_judged_when_nothing_else_is_found(assistant):
    found = [Retrieved(assistant.index.candidates([0])[0], None, 3.0, 0.02)]
    assert by_likeness(found) == ([], found)
    assert by_likeness([]) == ([], [])


def test_the_best_quotes_come_first_and_every_document_is_quoted_once_at_least(assistant):
    answer = assistant.ask("Will it give me weird dreams?")
    scores = [quote.score for quote in answer.quotes]
    assert scores == sorted(scores, reverse=True)
    assert len({quote.file for quote in answer.quotes}) > 1


def test_a_follow_up_is_also_read_with_what_it_leans_on(assistant):
    readings = assistant.readings("How long do they last?", ["Which side effects can LDN cause?"])
    assert [reading.question for reading in readings] == [
        "How long do they last?",
        "Which side effects can LDN cause? How long do they last?",
    ]
    assert all(0.0 < reading.probability < 1.0 for reading in readings)


def test_a_follow_up_is_answered_as_it_was_understood(assistant):
    answer = assistant.ask("How long do they last?", ["Which side effects can LDN cause?"])
    assert answer.understood_as == "Which side effects can LDN cause? How long do they last?"


def test_an_urgent_question_gets_the_urgent_notice_first(assistant):
    answer = assistant.ask("I took too many tablets and I can't breathe")
    assert answer.urgent
    assert answer.notices[0].urgent


def test_a_greeting_gets_our_own_voice_and_no_quote(assistant):
    answer = assistant.ask("hello")
    assert answer.outcome == "refused"
    assert [notice.code for notice in answer.notices] == ["greeting"]
    assert not answer.quotes
    assert not answer.closest


def test_the_threshold_decides_between_answer_and_refusal(assistant):
    question = "How much does a three-month supply cost?"
    assert assistant.ask(question, threshold=0.0).outcome == "answered"
    assert assistant.ask(question, threshold=1.0).outcome == "refused"


@pytest.mark.parametrize("question", ODD_QUESTIONS.values(), ids=ODD_QUESTIONS.keys())
def test_odd_input_keeps_the_contract(assistant, question):
    line = json.dumps({"id": 1, "question": question})
    (answered,) = answer_lines(assistant, [line])
    assert not isinstance(answered, BadLine)
    contract_of(answered)


def test_a_bad_line_is_named_by_its_number_and_the_rest_run(assistant):
    good = json.dumps({"id": "q", "question": "What does it cost?"})
    results = list(answer_lines(assistant, [good, "{not json", "[]", '{"id": 1}', good]))
    assert [result.number for result in results if isinstance(result, BadLine)] == [2, 3, 4]
    assert [result["id"] for result in results if not isinstance(result, BadLine)] == ["q", "q"]


@pytest.fixture(scope="module")
def answers_file(assistant, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("answers") / "answers.jsonl"
    questions = ("Will it give me weird dreams?", "What does a three-month supply cost?")
    lines = [json.dumps({"id": n, "question": question}) for n, question in enumerate(questions)]
    written = [json.dumps(line) for line in answer_lines(assistant, lines)]
    path.write_text("\n".join(written) + "\n", encoding="utf-8")
    return path


def test_verify_accepts_what_answer_wrote(answers_file):
    found = verify(answers_file, CORPUS)
    assert found.answers == 2
    assert found.quotes > 0
    assert not found.problems


def test_verify_names_a_quote_with_one_changed_character(answers_file, tmp_path):
    line = json.loads(answers_file.read_text(encoding="utf-8").splitlines()[0])
    line["quotes"][0]["text"] = line["quotes"][0]["text"].replace("dreams", "dreamz")
    forged = tmp_path / "forged.jsonl"
    forged.write_text(json.dumps(line), encoding="utf-8")
    assert any("is not the quote" in problem for problem in verify(forged, CORPUS).problems)


def test_verify_does_not_read_outside_the_folder(answers_file, tmp_path):
    line = json.loads(answers_file.read_text(encoding="utf-8").splitlines()[0])
    line["quotes"][0]["file"] = "../README.md"
    forged = tmp_path / "forged.jsonl"
    forged.write_text(json.dumps(line), encoding="utf-8")
    assert any("cannot be read" in problem for problem in verify(forged, CORPUS).problems)
