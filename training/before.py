"""Pairs whose context also holds the sentence before: what "it" and "these" stand for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from training.data import Group
from training.pairs import Pair

SHARE = 0.75  # the others are read alone, as the program reads them
MAX_WORDS = 30


def context_after(group: Group, index: int) -> str:
    """A sentence under its heading with the end of what stands before it, if anything does."""
    words = group.before(index).split()[-MAX_WORDS:]
    context = group.context(index)
    return f"{context} (after: {' '.join(words)})" if words else context


def with_before(pairs: Sequence[Pair], groups: Sequence[Group], seed: int) -> list[Pair]:
    """The pairs, most of them with the sentence before; whichever label they have.

    Args:
        pairs: their contexts hold the sentence alone under its heading.
        groups: where the contexts are from; one that is found in none stays as it is.
        seed: of which pairs stay as they are.
    """
    longer = {
        group.context(index): context_after(group, index)
        for group in groups
        for index in range(len(group.sentences))
    }
    rng = random.Random(seed)
    return [
        replace(pair, context=longer.get(pair.context, pair.context))
        if rng.random() < SHARE
        else pair
        for pair in pairs
    ]
