"""Small networks with one hidden layer: how they weigh a row of features, and how one learns from labelled rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

FLOATS = npt.NDArray[np.float32]

HIDDEN: Final = 160
ROUNDS: Final = 14
BATCH: Final = 192
PACE: Final = 2.5e-3
DECAY: Final = 0.02
UNSEEN_FEATURES, UNSEEN_HIDDEN = 0.2, 0.4
"""Shares that are left out at random in each step, so that nothing is learned by heart."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """Fitted weights."""

    inner: FLOATS
    """Shape (features, hidden)."""
    inner_bias: FLOATS
    outer: FLOATS
    """Shape (hidden, labels)."""
    outer_bias: FLOATS

    def scores(self, x: FLOATS) -> FLOATS:
        """Rows of features -> a score for each label, shape (rows, labels)."""
        hidden = np.maximum(x @ self.inner + self.inner_bias, 0.0)
        scored: FLOATS = (hidden @ self.outer + self.outer_bias).astype(np.float32)
        return scored


PARTS: Final = tuple(field.name for field in fields(Network))


@dataclass(frozen=True, kw_only=True)
class Networks:
    """Networks that learned the same from different beginnings, and are asked together."""

    members: tuple[Network, ...]

    def scores(self, x: FLOATS) -> FLOATS:
        """The mean of what each says, shape (rows, labels)."""
        mean: FLOATS = np.mean([one.scores(x) for one in self.members], axis=0, dtype=np.float32)
        return mean


def chances(scores: FLOATS) -> FLOATS:
    """Scores of shape (..., labels) as probabilities."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: FLOATS = (raised / raised.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares


def learn(
    x: FLOATS, y: FLOATS, weigh: FLOATS, *, hidden: int = HIDDEN, rounds: int = ROUNDS, beginning: int = 0
) -> Network:
    """Fit by AdamW with a pace that falls to nothing; the same rows in the same order give the same weights.

    Args:
        beginning: which of the random beginnings.
        x: shape (rows, features).
        y: shape (rows, labels), each row adds up to one.
        weigh: how much each row counts.
    """
    chance = np.random.default_rng(7 + beginning)
    start = np.sqrt(2.0 / x.shape[1])
    now = [
        (chance.standard_normal((x.shape[1], hidden)) * start).astype(np.float32),
        np.zeros(hidden, dtype=np.float32),
        (chance.standard_normal((hidden, y.shape[1])) * np.sqrt(1.0 / hidden)).astype(np.float32),
        np.zeros(y.shape[1], dtype=np.float32),
    ]
    drift = [np.zeros_like(one) for one in now]
    spread = [np.zeros_like(one) for one in now]
    counts = (weigh / weigh.mean()).astype(np.float32)
    steps = rounds * -(-len(x) // BATCH)
    for step, rows in enumerate(_batches(len(x), rounds, chance), start=1):
        slopes = _slopes(now, x[rows], y[rows], counts[rows], chance)
        pace = PACE * min(1.0, step / 50) * (1 - (step - 1) / steps)
        for at, slope in enumerate(slopes):
            drift[at] *= 0.9
            drift[at] += 0.1 * slope
            spread[at] *= 0.999
            spread[at] += 0.001 * np.square(slope, out=slope)
            move = np.sqrt(spread[at])
            move += 1e-8
            np.divide(drift[at], move, out=move)
            move *= np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            if now[at].ndim == 2:
                now[at] *= 1 - pace * DECAY
            move *= pace
            now[at] -= move
    return Network(inner=now[0], inner_bias=now[1], outer=now[2], outer_bias=now[3])


def _batches(rows: int, rounds: int, chance: np.random.Generator) -> Iterator[npt.NDArray[np.int64]]:
    for _ in range(rounds):
        order = chance.permutation(rows)
        yield from (order[at : at + BATCH] for at in range(0, rows, BATCH))


def _slopes(
    now: list[FLOATS], x: FLOATS, y: FLOATS, counts: FLOATS, chance: np.random.Generator
) -> list[FLOATS]:
    """Of the weighted cross entropy, with a part of everything left out."""
    inner, inner_bias, outer, outer_bias = now
    x = x * _kept(x.shape, UNSEEN_FEATURES, chance)
    before = x @ inner + inner_bias
    kept = _kept(before.shape, UNSEEN_HIDDEN, chance) * (before > 0)
    hidden = before * kept
    scored: FLOATS = (hidden @ outer + outer_bias).astype(np.float32)
    error = (chances(scored) - y) * (counts / len(x))[:, None]
    behind = (error @ outer.T) * kept
    return [x.T @ behind, behind.sum(axis=0), hidden.T @ error, error.sum(axis=0)]


def _kept(shape: tuple[int, ...], unseen: float, chance: np.random.Generator) -> FLOATS:
    mask: FLOATS = (chance.random(shape, dtype=np.float32) >= unseen).astype(np.float32)
    mask /= np.float32(1 - unseen)
    return mask
