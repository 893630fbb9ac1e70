"""Every sentence that the program says in its own voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.answer import Quote, Reason

REFUSALS: Mapping[Reason, str] = {
    "not_covered": "The documents say nothing about this.",
    "not_stated": "The documents speak of this subject, but they do not answer your question.",
    "not_a_question": "Please ask a question in a few plain words.",
    "too_long": "That is too long for one question. Please ask in a few plain words.",
    "not_english": "I can only read questions in English for now.",
}

GREETING = (
    "Hello. Ask me a question in plain words. I show you what the documents say, word for word."
)
THANKS = "You are welcome. Ask me more whenever you like."
IDENTITY = (
    "I am a search program, not a person and not a doctor. I look for your answer in a small set "
    "of documents and show you the lines that give it, word for word. If they do not answer, "
    "I tell you so."
)

SMALL_TALK = frozenset({"greeting", "thanks", "identity"})
"""Codes of the notices that stand in place of a refusal's reason."""

PERSONAL = (
    "I can show what the documents say for people in general. I cannot advise on your own case. "
    "Please ask your doctor or pharmacist."
)

NOT_ADVICE = "This is not medical advice. It is not for emergencies."
NOT_STORED = "Your questions are not stored."
STORED_IF_TICKED = "Your questions are not stored, unless you tick the box below."
MAY_ANSWER = (
    "These lines may answer your question. Please read around them in the document to be sure."
)
CLOSEST = "The closest passages, which do not answer your question"
UNDERSTOOD = "I read your question as:"
ASK_AS_TYPED = "Ask it as I typed it"
DIFFER = "The documents differ"
SUGGESTED = "Questions like yours that the documents do answer:"


def urgent(numbers: str) -> str:
    """What to do in an emergency. `numbers` are the emergency numbers to show."""
    return (
        "If this is happening now, get help at once. Call your emergency number: "
        f"{numbers}. Do not wait for an answer here."
    )


def crisis(lines: str, numbers: str) -> str:
    """What to do in a crisis. `lines` are crisis lines, `numbers` emergency numbers."""
    return (
        "If you think of ending your life, please talk to someone now. You are not alone. "
        f"Call a crisis line: {lines}. In danger, call your emergency number: {numbers}."
    )


def sources_speak(quotes: Sequence[Quote]) -> str:
    """One line above the quotes: how many documents speak, or that it is not sure they do."""
    if not all(quote.likely for quote in quotes):
        return MAY_ANSWER
    count = len({quote.file for quote in quotes})
    if count == 1:
        return "One document answers this. Its words:"
    return f"{count} documents speak to this. Their words:"


def answers_from(count: int, kinds: Sequence[str], dates: Sequence[str]) -> str:
    """What answers come from: how many documents, of which sorts, of which dates (oldest first)."""
    documents = "1 document" if count == 1 else f"{count} documents"
    sorts = f": {', '.join(kinds)}" if kinds else ""
    span = f" ({' to '.join(dict.fromkeys((dates[0], dates[-1])))})" if dates else ""
    return f"Answers come from {documents}{sorts}{span}"


def call(numbers: str) -> str:
    """Whom to call in an emergency. `numbers` are the emergency numbers to show."""
    return f"In an emergency call {numbers}."


def reading_grade(grade: int) -> str:
    """How hard a quote is to read, as a school grade of the United States."""
    return f"Reads at grade {grade}" if grade > 1 else "Easy to read"


def defined_in(title: str) -> str:
    """Where a glossary's definition comes from."""
    return f"From “{title}”"


def ask_instead(whom: str) -> str:
    """Whom to ask when the documents don't answer."""
    return f"You could ask {whom}."


def promise(wrong: float, confidence: float, questions: int) -> str:
    """How often an answer may be wrong. `wrong` and `confidence` are shares, 0..1."""
    return (
        f"When I was tested on {questions} questions, fewer than {wrong:.0%} of my answers were "
        f"wrong ({confidence:.0%} sure)."
    )


# The page.
ANSWERED_LABEL = "From the documents"
REFUSED_LABEL = "No answer found"
NOTICE_LABEL = "Please note"
URGENT_LABEL = "Urgent"
FAILED_LABEL = "Something went wrong"
FAILED = "I could not look this up. Please try again in a moment."
LEAD = (
    "Ask in plain words. You see what the documents say, word for word, or that they don't say it."
)
QUESTION_LABEL = "Your question"
QUESTION_HINT = "Ask in plain words"
ASK = "Ask"
START_AGAIN = "Start again"
EXAMPLES = "You could ask"
CONSENT = "Staff may read my questions and check these answers"
COPY = "Copy"
COPIED = "Copied"
TAKEN_ON = "Taken from this page on"
PRINT = "Print"
REPORT = "This is wrong"
REPORT_QUESTION = "What is wrong? Your question and this answer go to the staff."
REPORT_LINE = "In your words (not needed)"
REPORT_SEND = "Send to the staff"
REPORT_SENT = "Thank you. The staff will look at it."
REPORT_FAILED = "That could not be sent. Please try again in a moment."
REPORTS: Mapping[str, str] = {
    "wrong": "The answer is wrong",
    "wrong_quote": "The answer is in another place",
    "should_have_refused": "It does not answer my question",
    "should_have_answered": "The documents do answer it",
    "other": "Something else",
    "right": "Nothing, it is right",
}
"""What a reader may report, by its code."""
LOOKING = "I am reading the documents …"
OPEN_SOURCE = "Show in the document"
CLOSE_SOURCE = "Close"
PREVIOUS_MARK = "Previous mark"
NEXT_MARK = "Next mark"
SOURCE_FAILED = "I could not open this document. Please try again."
NO_SUCH_SOURCE = "There is no such place in the documents."
THIS_QUOTE = "this quote"
OTHER_QUOTE = "other quotes of the answer"
KIND_UNKNOWN = "document"


def serving(url: str) -> str:
    """Where the page is. `url` is its address."""
    return f"Open {url} in your browser. Press Ctrl+C to stop."
