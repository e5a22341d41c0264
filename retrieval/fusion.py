"""Ranked lists of several searches made into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key")

RRF_K = 20
"""How fast a place in a list loses weight; smaller favours the first places."""


def reciprocal_ranks(lists: Sequence[tuple[float, Sequence[Key]]], *, k: int = RRF_K) -> dict[Key, float]:
    """Reciprocal rank fusion with weights.

    Args:
        lists: (weight, keys best first) pairs; a key stands at most once in a list.

    Returns:
        Score per key in 0..1; 1 would be first place in every list.
    """
    best = sum(weight for weight, _ in lists) / (k + 1)
    fused: dict[Key, float] = {}
    for weight, keys in lists:
        for place, key in enumerate(keys, start=1):
            fused[key] = fused.get(key, 0.0) + weight / (k + place)
    return {key: score / best for key, score in fused.items()} if best else fused


def scaled(
    scores: Mapping[Key, float], *, low: float | None = None, high: float | None = None
) -> dict[Key, float]:
    """Scores mapped to 0..1 between `low` and `high`, by default their own extremes."""
    if not scores:
        return {}
    bottom = min(scores.values()) if low is None else low
    top = max(scores.values()) if high is None else high
    if top <= bottom:
        return dict.fromkeys(scores, 1.0)
    return {key: min(1.0, max(0.0, (score - bottom) / (top - bottom))) for key, score in scores.items()}
