"""Slips put right: the nearest word of the trade to one that nobody uses."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

from copilot.models.playbook.words import vocabulary
from retrieval.embedder import Embedder
from retrieval.errors import EmbeddingUnavailable

SLIPS = 1
"""Two slips away it may as well be a name."""


def put_right(word: str, embedder: Embedder | None) -> str:
    """The nearest word of the examples to one that is misspelt; a word that the embedding model knows is left alone."""
    try:
        return word if embedder is None or embedder.knows(word) else _nearest(word)
    except EmbeddingUnavailable:
        return word


@lru_cache(maxsize=2000)
def _nearest(word: str) -> str:
    best = min(
        (
            (OSA.distance(word, known, score_cutoff=SLIPS), known)
            for known in sorted(vocabulary())
            if len(known) > 2
        ),
        default=(SLIPS + 1, word),
    )
    return best[1] if best[0] <= SLIPS else word
