"""Our own voice can be read by everyone."""

from __future__ import annotations

import textstat

from qa import messages
from qa.answer import Quote, quote_from
from qa.documents import Document


def said(file: str, score: float) -> Quote:
    return quote_from(Document(file, "t", "Take it at night.", "0" * 64), 0, 17, "", score)


def own_voice() -> dict[str, str]:
    texts = {name: value for name, value in vars(messages).items() if isinstance(value, str)}
    texts = {name: value for name, value in texts.items() if name.isupper()}
    texts |= dict(messages.REFUSALS)
    texts |= dict(messages.REPORTS)
    texts["call"] = messages.call("911")
    texts["answers_from"] = messages.answers_from(5, ["guide"], ["2026-01-02"])
    texts["urgent"] = messages.urgent("911")
    texts["crisis"] = messages.crisis("988", "911")
    texts["speak"] = messages.sources_speak([said(f"{number}.md", 0.9) for number in range(3)])
    texts["promise"] = messages.promise(0.1, 0.95, 300)
    texts["ask_instead"] = messages.ask_instead("your doctor")
    return texts


def test_every_sentence_of_our_own_voice_is_at_grade_8_or_below():
    texts = {name: text for name, text in own_voice().items() if len(text.split()) >= 4}
    grades = {name: textstat.flesch_kincaid_grade(text) for name, text in texts.items()}
    assert {name: grade for name, grade in grades.items() if grade > 8.0} == {}
    assert len(grades) > 10


def test_quotes_that_are_not_sure_to_answer_are_not_said_to_answer():
    assert messages.sources_speak([said("a.md", 0.9)]).startswith("One document answers")
    two = [said("a.md", 0.9), said("b.md", 0.8)]
    assert messages.sources_speak(two).startswith("2 documents speak")
    assert messages.sources_speak([said("a.md", 0.4)]) == messages.MAY_ANSWER
    assert messages.sources_speak([*two, said("b.md", 0.3)]) == messages.MAY_ANSWER
