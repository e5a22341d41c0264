"""Scores of different searches on one scale, so that they can be added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")


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
