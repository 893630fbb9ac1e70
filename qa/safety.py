"""Urgent and personal notices, which are general, and the red flags that belong to a corpus."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qa import messages
from qa.answer import Notice
from qa.errors import CorpusError
from qa.settings import Settings

NOTICES_FILE = "notices.toml"

_EMERGENCY = re.compile(
    r"\bover-?dos|\b(?:took|taken|swallowed|ate|drank|had)\b.{0,30}\b(?:too (?:much|many)|whole "
    r"(?:bottle|box|pack)|all (?:of )?(?:my|her|his|the) (?:pills|tablets|meds))|"
    r"\b(?:took|taken|swallowed|ate|eaten|drank|drunk)\b.{0,40}\b(?:by (?:mistake|accident)|"
    r"accidentally)\b|"
    r"\b(?:can'?t|cannot|can not|hard to|trouble|struggling to|difficulty|unable to|not) "
    r"breath(?:e|ing)?\b|\bnot breathing\b|\bshort(?:ness)? of breath\b|\bchest pains?\b|"
    r"\bpains? in (?:my|his|her|the) chest\b|\bheart attack\b|\bstroke\b.{0,20}\bnow\b|"
    r"\bhaving a stroke\b|\bunconscious\b|\bunresponsive\b|\bpassed out\b|\bcollapsed?\b|"
    r"\bwon'?t wake\b|\bcan'?t wake\b|\bseizures?\b|\bfitting\b|\bconvuls|\banaphyla|"
    r"\b(?:throat|tongue|lips?|face) (?:is |are |has |have )?(?:swelling|swollen|closing)|"
    r"\bswollen (?:throat|tongue|lips?|face)\b|\bswelling (?:of|in) (?:my|his|her|the) "
    r"(?:throat|tongue|lips?|face)\b|\bcoughing (?:up )?blood\b|\bvomiting blood\b|"
    r"\bbleeding (?:heavily|badly|a lot)\b|\bpoison(?:ed|ing)\b|\bturn(?:ed|ing) blue\b",
    re.IGNORECASE,
)
_CRISIS = re.compile(
    r"\bsuicid|\bkill(?:ing)? my ?self\b|\bend(?:ing)? (?:my life|it all)\b|\bwant(?:ing)? to "
    r"die\b|\bwish i (?:was|were) dead\b|\bbetter off dead\b|\bdon'?t want to (?:live|be here|"
    r"be alive)\b|\bself[- ]?harm|\b(?:hurt|harm|cut)(?:ting|ing)? my ?self\b|"
    r"\bno reason to live\b",
    re.IGNORECASE,
)
_RELATIVE = (
    r"(?:mum|mom|mother|dad|father|husband|wife|partner|son|daughter|child|kids?|baby|toddler|"
    r"sister|brother|gran|grandma|grandad|granddad|grandpa|grandmother|grandfather|friend|"
    r"girlfriend|boyfriend|aunt|uncle)"
)
_PERSONAL = re.compile(
    rf"\bshould i\b|\bdo i need\b|\bcan i (?:stop|start|skip|double|increase|change)\b|"
    rf"\b(?:for|with) someone like me\b|\b(?:safe|right|good|ok|okay) for (?:me|my {_RELATIVE})\b|"
    rf"\bmy {_RELATIVE}\b|\bmy (?:doctor|gp|dose|condition|symptoms|liver|kidneys?|heart|blood|"
    rf"thyroid|transplant|pregnancy|pain|medication|meds|age)\b|"
    rf"\bi (?:have|had|take|took|weigh|suffer|was diagnosed|am on|am taking|got diagnosed|use)\b|"
    rf"\bi'?(?:m| am) (?:on|taking|pregnant|breast-?feeding|allergic|diabetic|\d+)\b|"
    rf"\bi'?ve (?:got|had|been)\b|\bim (?:on|taking|pregnant|\d+)\b",
    re.IGNORECASE,
)


def notices_for(
    question: str, red_flags: Sequence[Mapping[str, Any]], settings: Settings
) -> tuple[Notice, ...]:
    """Notices that the question calls for, the urgent ones first."""
    question = question.replace("’", "'")  # as phones type it
    found: list[Notice] = []
    if _CRISIS.search(question):
        text = messages.crisis(settings.crisis_lines, settings.emergency_numbers)
        found.append(Notice("crisis", text, urgent=True))
    if _EMERGENCY.search(question):
        found.append(Notice("urgent", messages.urgent(settings.emergency_numbers), urgent=True))
    for flag in red_flags:
        if all(_names_any(question, group) for group in flag["all_of"]):
            found.append(Notice(flag["code"], flag["message"], urgent=bool(flag["urgent"])))
    if _PERSONAL.search(question):
        found.append(Notice("personal_case", messages.PERSONAL))
    return tuple(sorted(found, key=lambda notice: not notice.urgent))


def read_red_flags(corpus: Path) -> list[dict[str, Any]]:
    """Read the red flags that stand beside the documents in `notices.toml`; [] without one.

    A `[[notice]]` has a code, a message, `all_of` (groups of words: the notice is shown when the
    question names one word of every group) and perhaps `urgent`.

    Raises:
        CorpusError: the file isn't of this form.
    """
    path = corpus / NOTICES_FILE
    if not path.is_file():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("notice", [])
        return [
            {
                "code": str(entry["code"]),
                "message": " ".join(str(entry["message"]).split()),
                "all_of": [[str(word).lower() for word in group] for group in entry["all_of"]],
                "urgent": bool(entry.get("urgent", False)),
            }
            for entry in entries
        ]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} is not valid TOML: {error}. Mend it and index again.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CorpusError(
            f"{path}: every [[notice]] needs code, message and all_of (a list of lists of words)."
        ) from error


def _names_any(question: str, words: Sequence[str]) -> bool:
    lowered = question.lower()
    return any(re.search(rf"\b{re.escape(word)}(?:e?s)?\b", lowered) for word in words)
