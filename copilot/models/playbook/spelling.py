"""Slips put right: the nearest word of the trade to one that nobody uses."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from copilot.models.playbook.words import vocabulary
from retrieval.embedder import Embedder
from retrieval.errors import EmbeddingUnavailable

SLIPS = 1
"""Two slips away it may as well be a name."""
_DAYS = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "yesterday", "tomorrow", "thanksgiving", "christmas",
    "january", "february", "september", "october", "november", "december",
)  # fmt: skip
_NO_DAYS = frozenset(
    [
        "midday",
        "mayday",
        "payday",
        "weekday",
        "workday",
        "holiday",
        "birthday",
        "everyday",
        "someday",
        "midweek",
        "ember",
        "members",
    ]
)
_MAY_BE_A_DAY = re.compile(
    r"(?<![\w<'’/-])(?:[a-z]{3,8}d[ay]{2}s?|[a-z]{3,7}dy|t[aeo]m+[aeo]r+[aeo]+w?|[a-z]{3,9}[bm](?:er|re)|[a-z]{4,9}ary|[a-z]{5,9}ing|[a-z]{5,9}as)(?![\w'’-])",
    re.IGNORECASE,
)


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


def days_put_right(text: str) -> str:
    """The text with weekdays, months and the like spelt right: no list of records has names so near to them.

    Two slips are put right in what ends as days do ("wensday", "tommorow"), one in the rest.
    """
    return _MAY_BE_A_DAY.sub(lambda match: _day(match[0].casefold()) or match[0], text)


@lru_cache(maxsize=2000)
def _day(word: str) -> str:
    """The word for a day that was meant; empty for none."""
    bare = word.removesuffix("s") if word.endswith("days") else word
    if bare in _DAYS or bare in _NO_DAYS or word in vocabulary():
        return ""
    slips = 2 if bare.endswith(("day", "dya", "ady", "ow", "row")) else 1
    slips_of = {day: OSA.distance(bare, day, score_cutoff=slips) for day in _DAYS}
    best = min(slips_of, key=lambda day: (slips_of[day], _DAYS.index(day)))
    return best if slips_of[best] <= slips else ""
