"""Groups → (question, context, label) pairs, with negatives and the ways people write."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.base_models import MINILM, base_model_path
from qa.cross_encoder import context_of
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
    """A question, what is read beside it, and whether that answers."""

    question: str
    context: str
    label: int


def build_pairs(groups: Sequence[Group], seed: int, augment: bool = True) -> list[Pair]:
    """All positives (two at most), and negatives.

    Lay questions get four negatives of their own passage, the two likest among them, and half the
    time one of a passage on another subject; the public sets (`augment=False`) get two random
    ones of their own.
    """
    rng = random.Random(seed)
    likeness = _likeness(groups) if augment else None
    by_passage: dict[str, list[str]] = {}
    for group in groups:
        by_passage.setdefault(group.passage, []).append(group.question)
    pairs: list[Pair] = []
    for number, group in enumerate(groups):
        lay = group.source not in ("cast", "selqa")
        positives = sorted(group.answers)
        rng.shuffle(positives)
        others = [i for i in range(len(group.sentences)) if i not in group.answers]
        rng.shuffle(others)
        if likeness is not None:
            others.sort(key=lambda i: -likeness[number][i])
        hard = others[: 2 if lay else 1]
        rest = others[len(hard) :]
        easy = rng.sample(rest, min(len(rest), 2 if lay else 1))
        chosen = [(i, 1) for i in positives[:2]] + [(i, 0) for i in hard + easy]
        for index, label in chosen:
            question = group.question
            if augment:
                question = vary(question, by_passage[group.passage], rng)
            pairs.append(Pair(question, context_of(group.sentences[index], group.heading), label))
        if lay and rng.random() < 0.5:
            far = groups[rng.randrange(len(groups))]
            if far.passage != group.passage and far.heading:
                sentence = rng.choice(far.sentences)
                pairs.append(Pair(group.question, context_of(sentence, far.heading), 0))
    rng.shuffle(pairs)
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
    if draw < 0.36:
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


def _likeness(groups: Sequence[Group]) -> list[np.ndarray]:
    """Cosine similarity of each group's question with each of its sentences (MiniLM)."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    model = SentenceTransformer(str(base_model_path(MINILM)), device="cpu").bfloat16()
    sentences = sorted({s for group in groups for s in group.sentences})
    questions = sorted({group.question for group in groups})
    encoded = {
        text: vector
        for texts in (sentences, questions)
        for text, vector in zip(
            texts,
            model.encode(texts, batch_size=64, normalize_embeddings=True, convert_to_tensor=True)
            .float()
            .numpy(),
            strict=True,
        )
    }
    return [
        np.array([encoded[group.question] @ encoded[s] for s in group.sentences])
        for group in groups
    ]
