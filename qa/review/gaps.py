"""Where documents fall short: what is refused, by meaning, and what no gold question reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sklearn.cluster import AgglomerativeClustering

from qa.documents import Document
from qa.encoder import Encoder
from qa.evaluation.gold import GoldQuestion
from qa.index import Index
from qa.review.store import Kept

APART = 0.45  # cosine distance at which two questions are no longer of one group


@dataclass(frozen=True)
class Gap:
    """Questions of one meaning that were refused.

    Attributes:
        questions: each wording once, the most frequent first.
        count: how often they were asked.
        weeks: (Monday, how often), oldest first.
    """

    questions: tuple[str, ...]
    count: int
    weeks: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Unreached:
    """A passage that is no gold question's evidence."""

    file: str
    start: int
    end: int
    heading: str
    text: str


def gaps(kept: Iterable[Kept], encoder: Encoder) -> list[Gap]:
    """Refused questions in groups of like meaning, the most asked first.

    Average-linkage clustering of the questions' vectors (Sokal & Michener 1958).
    """
    refused = [answer for answer in kept if answer.outcome == "refused"]
    wordings = list(dict.fromkeys(answer.question for answer in refused))
    groups: dict[int, list[Kept]] = {}
    labels = dict(zip(wordings, _labels(wordings, encoder), strict=True))
    for answer in refused:
        groups.setdefault(labels[answer.question], []).append(answer)
    return sorted(map(_gap, groups.values()), key=lambda gap: -gap.count)


def unreached(index: Index, gold: Sequence[GoldQuestion]) -> list[Unreached]:
    """Passages without any gold question's evidence, in order of file and place."""
    reached: dict[str, list[tuple[int, int]]] = {}
    for question in gold:
        for evidence in question.evidence:
            spans = reached.setdefault(evidence.file, [])
            spans.extend(_places(evidence.quote, evidence.file, index.documents()))
    return [
        Unreached(file, start, end, heading, index.document(file).text[start:end])
        for file, start, end, heading in index.passages()
        if not any(left < end and start < right for left, right in reached.get(file, ()))
    ]


def _labels(wordings: Sequence[str], encoder: Encoder) -> list[int]:
    if len(wordings) < 2:
        return [0] * len(wordings)
    clustering = AgglomerativeClustering(
        n_clusters=None, distance_threshold=APART, metric="cosine", linkage="average"
    )
    return [int(label) for label in clustering.fit_predict(encoder.encode_documents(wordings))]


def _gap(answers: Sequence[Kept]) -> Gap:
    wordings = Counter(answer.question for answer in answers)
    weeks = Counter(_monday(answer.kept) for answer in answers)
    return Gap(
        tuple(question for question, _ in wordings.most_common()),
        len(answers),
        tuple(sorted(weeks.items())),
    )


def _monday(kept: str) -> str:
    day = date.fromisoformat(kept[:10])
    return date.fromordinal(day.toordinal() - day.weekday()).isoformat()


def _places(quote: str, file: str, documents: Sequence[Document]) -> list[tuple[int, int]]:
    text = next((document.text for document in documents if document.file == file), "")
    at = text.find(quote)
    return [(at, at + len(quote))] if at >= 0 else []
