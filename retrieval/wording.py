"""How the words of a question and of a passage fit together, beyond single terms: what re-ranks the best candidates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from retrieval.answer_types import answer_types, holds_answer
from retrieval.document_store import StoredPassage
from retrieval.near_words import Near
from retrieval.passage import Document
from retrieval.sparse import terms
from retrieval.trade_words import NOTHING_NEAR, accepted_terms

_SHORT = 120
"""Characters below which a passage can hardly answer anything: a greeting, a heading, a signature."""

WEIGHTS = {"coverage": 0.15, "heading": 0.15, "answer": 0.15, "short": -0.1}
"""Rounded from a fit on the demo's tuning questions (`python -m benchmarks ranker`), tested on the held-out ones. Words of the
title and neighbouring words that stand together were tried and brought nothing."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A question, as passages are compared with it."""

    weights: Mapping[str, float]
    """Term -> how telling it is; they add up to 1."""
    accepted: Mapping[str, frozenset[str]]
    """Term -> terms that count for it, itself included."""
    types: tuple[str, ...]
    """Types of answer that are asked for."""


def wanted(question: str, counts: Mapping[str, int], passages: int, near: Near = NOTHING_NEAR) -> Wanted:
    """Read a question.

    Args:
        question: In search form.
        counts: In how many passages a term stands.
        passages: How many there are.
        near: What `NearWords.of` found for it.
    """
    own = tuple(dict.fromkeys(terms(question)))
    rarity = {
        term: math.log(
            (passages - min(counts.get(term, 0), passages) + 0.5) / (counts.get(term, 0) + 0.5) + 1
        )
        for term in own
    }
    total = sum(rarity.values()) or 1.0
    return Wanted(
        weights={term: value / total for term, value in rarity.items()},
        accepted=accepted_terms(terms(question), near),
        types=answer_types(question),
    )


def fit(asked: Wanted, document: Document, stored: StoredPassage) -> float:
    """How well a passage's wording fits, weighed: about 0 for not at all, at most `BEST_FIT`."""
    return sum(WEIGHTS[name] * value for name, value in features(asked, document, stored).items())


BEST_FIT = sum(weight for weight in WEIGHTS.values() if weight > 0)


def features(asked: Wanted, document: Document, stored: StoredPassage) -> dict[str, float]:
    """Each sign by itself, 0..1, named as in `WEIGHTS`."""
    text = stored.passage.text
    own = _terms_of(text)
    heading = set(_terms_of(stored.passage.section))
    title = set(_terms_of(document.title))
    held = {*own, *_terms_of(stored.context), *heading, *title}
    return {
        "coverage": _share(asked, held),
        "heading": _share(asked, heading),
        "answer": holds_answer(text, asked.types),
        "short": max(0.0, 1 - len(text) / _SHORT),
    }


@lru_cache(maxsize=4096)
def _terms_of(text: str) -> tuple[str, ...]:
    """The terms of a passage; many questions meet the same passages."""
    return tuple(terms(text))


def _share(asked: Wanted, held: set[str]) -> float:
    return sum(weight for term, weight in asked.weights.items() if asked.accepted[term] & held)
