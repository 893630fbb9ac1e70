"""What a message is: small talk, a question, or a question that leans on an earlier one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from qa.answer import Reason
from qa.words import FUNCTION_WORDS, words

SmallTalk = Literal["greeting", "thanks", "identity"]

_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|howdy|yo)"
    r"(?: there| all| everyone)?(?:,? how are you(?: today| doing)?)?",
)
_THANKS = re.compile(
    r"(?:ok(?:ay)? |great |many |cheers |lovely |perfect )*(?:thanks?(?: you)?|thank u|thx|ta|"
    r"cheers|bye|goodbye)(?: (?:so much|very much|a lot|a bunch|again|"
    r"for (?:your|the) help|that helps?|that'?s (?:great|helpful)|bye))*",
)
_IDENTITY = re.compile(
    r"(?:who|what) (?:are|r) (?:you|u)(?: called)?|what(?:'s| is) your name|are you (?:a |an )?"
    r"(?:robot|bot|human|person|real(?: person)?|ai|doctor|computer|chatbot|machine|chatgpt)|"
    r"what can (?:you|u) do|how do you work|what do you (?:do|know)|can you help(?: me)?|help",
)

_PRONOUN = re.compile(
    r"\b(it|its|they|them|their|theirs|this|that|these|those|he|she|one|ones|there|then|same|"
    r"either|both|such|else|instead|too|also|again)\b"
)
_OPENING = re.compile(
    r"(?:and|but|or|so|also|what about|how about|what if|and if|ok|okay|why|why not|how so|"
    r"how long|how often|how much|how many|since when|until when|when|where|who|which ones?|"
    r"for how long|any others?|anything else|what else|really|even|with|without|for|in|at)\b"
)
LEANING_MAX_WORDS = 12  # a longer question names what it is about
NOT_ENGLISH_MIN_WORDS = 4  # shorter texts cannot be told apart by language
NOT_ENGLISH_PROBABILITY = 0.8
ENGLISH_SHARE = 0.25  # of function words; English questions hold more


def small_talk(message: str) -> SmallTalk | None:
    """What kind of small talk a message is; None for anything else."""
    text = " ".join(re.sub(r"[^\w' ]+", " ", message.lower().replace("’", "'")).split())
    if _GREETING.fullmatch(text):
        return "greeting"
    if _THANKS.fullmatch(text):
        return "thanks"
    if _IDENTITY.fullmatch(text):
        return "identity"
    return None


def unanswerable_as_asked(message: str, max_chars: int) -> Reason | None:
    """Why a message cannot be looked up at all; None when it can."""
    if len(message) > max_chars:
        return "too_long"
    if not any(len(word) > 1 for word in words(message)):
        return "not_a_question"
    if _foreign(message):
        return "not_english"
    return None


def cleaned(message: str) -> str:
    """The message on one line, without control characters."""
    kept = (" " if unicodedata.category(char)[0] in "CZ" else char for char in message)
    return " ".join("".join(kept).split())


def leans(question: str) -> bool:
    """Whether a question seems to need an earlier one to be understood."""
    lowered = question.lower()
    words = lowered.split()
    if len(words) > LEANING_MAX_WORDS:
        return False
    return bool(_PRONOUN.search(lowered) or _OPENING.match(lowered) or len(words) <= 3)


def resolved(question: str, history: Sequence[str]) -> list[str]:
    """Readings of a question that leans on earlier ones, the nearest earlier question first.

    The last question may itself have leaned on one before it; then both are put in front.
    """
    earlier = [cleaned(asked) for asked in history if cleaned(asked) and not small_talk(asked)]
    if not earlier or not leans(question):
        return []
    last = earlier[-1]
    readings = [f"{last} {question}"]
    if len(earlier) > 1 and leans(last):
        standing = next((asked for asked in reversed(earlier[:-1]) if not leans(asked)), earlier[0])
        readings.append(f"{standing} {last} {question}")
    return readings


def _foreign(message: str) -> bool:
    found = words(message)
    letters = [char for char in message if char.isalpha()]
    latin = sum("LATIN" in unicodedata.name(char, "") for char in letters)
    if latin * 2 < len(letters):
        return True
    english = sum(word in FUNCTION_WORDS for word in found)
    if len(found) < NOT_ENGLISH_MIN_WORDS or english >= ENGLISH_SHARE * len(found):
        return False
    language, probability = _identifier().classify(message.lower())
    return bool(language != "en" and probability >= NOT_ENGLISH_PROBABILITY)


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
