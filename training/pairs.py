"""Groups → (question, context, label) pairs, with negatives and the ways people write."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.base_models import MINILM, base_model_path
from qa.cross_encoder import context_of
from qa.processor import has_bf16
from qa.words import content_stems
from training.data import Group

STORIES = (
    "My mum is 72 and has had this for years.",
    "I'm new here, so sorry if this has been asked before.",
    "My son was told about this last week and we are all a bit overwhelmed.",
    "I saw the nurse on Tuesday but I was too flustered to ask.",
    "I've tried everything over the last ten years, tablets, physio, diets, the lot.",
    "My husband thinks I worry too much, and perhaps I do.",
    "I have been awake since three this morning reading about it.",
    "We live miles from anywhere and the surgery never picks up the phone.",
    "I'm 34, two small children, and I work nights at a warehouse.",
    "My sister had a terrible time with something similar in 2015.",
    "The specialist went through it so fast that I took nothing in.",
    "I started it on Monday after putting it off for months.",
    "Hello, I hope somebody can help me with this.",
    "I am asking for my father, who does not use the internet.",
    "Everybody on the forum says something different and I am lost.",
    "I read the leaflet twice and my eyes glazed over.",
    "My neighbour swears by it but she swears by everything.",
    "I've got a few other things wrong with me as well, bad knees and high blood pressure.",
    "They gave me a sheet of paper and sent me home.",
    "It has been a long winter and I am at the end of my tether.",
)


@dataclass(frozen=True)
class Pair:
    """A question, what is read beside it, and whether that answers (0..1, a teacher's opinion)."""

    question: str
    context: str
    label: float


def read_pairs(path: Path) -> list[Pair]:
    """Pairs that `write_pairs` wrote."""
    return [Pair(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write_pairs(pairs: Sequence[Pair], path: Path) -> None:
    """Add pairs to a file, a JSON object a line."""
    with path.open("a", encoding="utf-8") as handle:
        handle.writelines(json.dumps(asdict(p), ensure_ascii=False) + "\n" for p in pairs)


def build_pairs(groups: Sequence[Group], seed: int, likest: int = 2) -> list[Pair]:
    """All positives (two at most) and negatives of lay questions.

    Each question gets the `likest` sentences of its own passage that don't answer and a random
    one. Some also get what a retriever or a chat would bring up wrongly:

    - the likest sentence of a passage on another subject, where the question names its own;
    - an answering sentence, after the question's subject was exchanged for another;
    - a sentence that answers an earlier question of the chat, but not this one;
    - a random sentence of another passage.
    """
    rng = random.Random(seed)
    vectors = vectors_of(groups)
    elsewhere = _likest_elsewhere(groups, vectors)
    by_passage: dict[str, list[Group]] = {}
    for group in groups:
        by_passage.setdefault(group.passage, []).append(group)
    subjects = sorted({subject for group in groups if (subject := subject_of(group))})
    pairs: list[Pair] = []
    for number, group in enumerate(groups):
        together = by_passage[group.passage]
        asked_before = [other.question for other in together if other is not group]
        positives = sorted(group.answers)
        rng.shuffle(positives)
        others = [i for i in range(len(group.sentences)) if i not in group.answers]
        others.sort(key=lambda i: -float(vectors[group.question] @ vectors[group.sentences[i]]))
        rest = others[likest:]
        chosen = [(i, 1) for i in positives[:2]]
        chosen += [(i, 0) for i in others[:likest] + rng.sample(rest, min(len(rest), 1))]
        for index, label in chosen:
            question = vary(group.question, asked_before, rng)
            pairs.append(Pair(question, group.context(index), label))
        subject = subject_of(group)
        if subject and number in elsewhere and rng.random() < 0.4:
            pairs.append(Pair(vary(group.question, asked_before, rng), elsewhere[number], 0))
        if subject and positives and rng.random() < 0.4:
            other = rng.choice(subjects)
            if not set(content_stems(other)) & set(content_stems(group.heading)):
                asked = re.sub(rf"\b{re.escape(subject)}\b", other, group.question, flags=re.I)
                pairs.append(Pair(asked, group.context(positives[0]), 0))
        answered = [other for other in together if _only_of(other, group)]
        if answered and rng.random() < 0.15:
            before = rng.choice(answered)
            context = group.context(group.sentences.index(rng.choice(_only_of(before, group))))
            pairs.append(Pair(f"{before.question} {group.question}", context, 0))
        if rng.random() < 0.2:
            far = groups[rng.randrange(len(groups))]
            if far.passage != group.passage:
                pairs.append(
                    Pair(group.question, far.context(rng.randrange(len(far.sentences))), 0)
                )
    rng.shuffle(pairs)
    return pairs


def build_public_pairs(
    groups: Sequence[Group], seed: int, positives: int = 2, likest: int = 1, others: int = 2
) -> list[Pair]:
    """Pairs of the public sets.

    Half of the questions see the title alone as heading, as where no section is known.

    Args:
        groups: one a question.
        seed: of what is drawn.
        positives: of a question, at most.
        likest: negatives of its passage that are most like the question.
        others: random negatives of its passage.
    """
    rng = random.Random(seed)
    vectors = vectors_of(groups)
    pairs = []
    for group in groups:
        right = sorted(group.answers)
        wrong = [i for i in range(len(group.sentences)) if i not in group.answers]
        wrong.sort(key=lambda i: -float(vectors[group.question] @ vectors[group.sentences[i]]))
        far = wrong[likest:]
        chosen = [(i, 1) for i in rng.sample(right, min(len(right), positives))]
        chosen += [(i, 0) for i in wrong[:likest] + rng.sample(far, min(len(far), others))]
        heading = group.heading.split(" > ")[0] if rng.random() < 0.5 else group.heading
        for index, label in chosen:
            pairs.append(Pair(group.question, context_of(group.sentences[index], heading), label))
    return pairs


def vary(question: str, asked_before: Sequence[str], rng: random.Random) -> str:
    """Write a question as people do: misspelt, terse, after a story or after another question."""
    draw = rng.random()
    if draw < 0.10:
        return misspelt(question, rng)
    if draw < 0.16:
        return question.lower().rstrip("?.! ")
    if draw < 0.28:
        return " ".join([*rng.sample(STORIES, rng.choice((1, 1, 2))), question])
    if draw < 0.36 and asked_before:
        return f"{rng.choice(asked_before)} {question}"
    return question


def misspelt(question: str, rng: random.Random) -> str:
    """One or two slips of the finger in words of four letters or more."""
    words = question.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    for i in rng.sample(long, min(len(long), rng.choice((1, 2)))):
        letters = list(words[i])
        at = rng.randrange(1, len(letters) - 1)
        slip = rng.choice(("drop", "swap", "double", "other"))
        if slip == "drop":
            del letters[at]
        elif slip == "swap":
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        elif slip == "double":
            letters.insert(at, letters[at])
        else:
            letters[at] = rng.choice("aeioustrn")
        words[i] = "".join(letters)
    return " ".join(words)


def subject_of(group: Group) -> str:
    """The word of the passage's title that the question names; empty when it names none."""
    title = group.heading.split(" > ")[0]
    named = set(content_stems(group.question))
    for word in re.findall(r"[\w-]+", title):
        if len(word) > 3 and set(content_stems(word)) & named:
            found = re.search(rf"\b{re.escape(word)}\b", group.question, re.IGNORECASE)
            if found:
                return found[0]
    return ""


def _only_of(other: Group, group: Group) -> list[str]:
    """Sentences of both that answer the other's question and not the group's."""
    wrong = [s for i, s in enumerate(group.sentences) if i not in group.answers]
    return [other.sentences[i] for i in sorted(other.answers) if other.sentences[i] in wrong]


def _likest_elsewhere(
    groups: Sequence[Group], vectors: Mapping[str, NDArray[np.float32]]
) -> dict[int, str]:
    """For questions that name their subject: the likest context of a passage that lacks it."""
    contexts: dict[str, tuple[str, str]] = {}
    for group in groups:
        for index, sentence in enumerate(group.sentences):
            contexts[group.context(index)] = (group.passage, sentence)
    keys = list(contexts)
    matrix = np.stack([vectors[contexts[key][1]] for key in keys])
    found = {}
    for number, group in enumerate(groups):
        subject = subject_of(group)
        if not subject:
            continue
        for row in np.argsort(-(matrix @ vectors[group.question]))[:50]:
            context = keys[row]
            if contexts[context][0] != group.passage and subject.lower() not in context.lower():
                found[number] = context
                break
    return found


def vectors_of(groups: Sequence[Group]) -> dict[str, NDArray[np.float32]]:
    """A normalised vector of each question and sentence (MiniLM)."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    model = SentenceTransformer(str(base_model_path(MINILM)), device="cpu")
    if has_bf16():
        model.bfloat16()
    texts = sorted({text for group in groups for text in (group.question, *group.sentences)})
    encoded = model.encode(texts, batch_size=64, normalize_embeddings=True, convert_to_tensor=True)
    return dict(zip(texts, encoded.float().numpy(), strict=True))
