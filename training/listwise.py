"""Pairs of one question taken as a list: batches that keep lists whole, and a loss over lists."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch
from torch import Tensor


def list_loss(logits: Tensor, labels: Tensor, lists: Sequence[Sequence[int]]) -> Tensor:
    """Cross-entropy of each list over its sentences and "none of them", whose logit is 0.

    ListNet's top-one loss (Cao et al. 2007) with a null answer (Devlin et al. 2019, section 4.3).

    Args:
        logits: of pairs, shape (pairs,).
        labels: 1 where the pair's sentence answers, shape (pairs,).
        lists: the pairs of each question.
    """
    losses = []
    for members in lists:
        scores, right = logits[list(members)], labels[list(members)] > 0.5
        every = torch.logsumexp(torch.cat([scores, scores.new_zeros(1)]), 0)
        wanted = torch.logsumexp(scores[right], 0) if right.any() else scores.new_zeros(())
        losses.append(every - wanted)
    return torch.stack(losses).mean()


def lists_of(questions: Sequence[str]) -> list[list[int]]:
    """Indices by question, in the order of first appearance."""
    lists: dict[str, list[int]] = {}
    for index, question in enumerate(questions):
        lists.setdefault(question, []).append(index)
    return list(lists.values())


def batches_of(
    lengths: Sequence[int],
    lists: Sequence[Sequence[int]],
    size: int,
    epochs: int,
    seed: int,
) -> list[list[int]]:
    """Indices by batch: whole lists, of like length in a window of 50 batches, in random order.

    Args:
        lengths: of each pair, in tokens.
        lists: the pairs that belong together.
        size: pairs of a batch, at most; a longer list is a batch of its own.
        epochs: how often every pair is seen.
        seed: of the order.
    """
    rng = random.Random(seed)
    batches: list[list[int]] = []
    window = 50 * size * len(lists) // len(lengths)
    for _ in range(epochs):
        order = list(lists)
        rng.shuffle(order)
        epoch: list[list[int]] = []
        for first in range(0, len(order), window):
            alike = sorted(
                order[first : first + window], key=lambda one: max(lengths[i] for i in one)
            )
            epoch.append([])
            for one in alike:
                if epoch[-1] and len(epoch[-1]) + len(one) > size:
                    epoch.append([])
                epoch[-1].extend(one)
        rng.shuffle(epoch)
        batches += epoch
    return batches
