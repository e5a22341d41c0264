"""How the words of a question and of a passage fit together, beyond single terms: what re-ranks the best candidates."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from retrieval.answer_types import (
    answer_types,
    asks_for_words,
    counted_noun,
    holds_answer,
    holds_count,
    holds_shape,
    holds_words,
)
from retrieval.near_words import Near
from retrieval.passage import Document
from retrieval.sparse import terms
from retrieval.stored import StoredPassage
from retrieval.trade_words import NOTHING_NEAR, accepted_terms

_SHORT = 120
"""Characters below which a passage can hardly answer anything: a greeting, a heading, a signature."""

WEIGHTS = {
    "coverage": 0.18,
    "heading": 0.17,
    "title": 0.11,
    "answer": 0.15,
    "count": 0.13,
    "quoted": 0.15,
    "names": 0.2,
    "around": -0.12,
    "short": -0.1,
}
"""Rounded from a fit on the demo's tuning questions (`python -m benchmarks ranker`), tested on the held-out ones. Neighbouring words
that stand together were tried and brought nothing."""

_SCOPE = re.compile(r"\b(?:purpose|scope|subject|why this|introduction)\b", re.IGNORECASE)
_AROUND = re.compile(
    r"\b(?:background|general provisions|definitions|preamble|parties|signatures|example|summary)\b",
    re.IGNORECASE,
)
"""Headings of what stands around the rules: it speaks of everything and decides nothing."""
_BEGINS_SCOPE = re.compile(r"(?:#+ ?)?(?:1\.? )?(?:Purpose|Scope)\b")
_ASKS_AROUND = re.compile(r"\b(?:mean|means|meant|defin\w+|called|sign\w*)\b", re.IGNORECASE)
_ASKS_SCOPE = re.compile(r"\bappl\w+\b", re.IGNORECASE)
"""To whom and what rules apply is said in purpose and scope; "the law of the State applies" among the general provisions is no answer."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A question, as passages are compared with it."""

    weights: Mapping[str, float]
    """Term -> how telling it is; they add up to 1."""
    accepted: Mapping[str, frozenset[str]]
    """Term -> terms that count for it, itself included."""
    types: tuple[str, ...]
    """Types of answer that are asked for."""
    names: Mapping[str, float]
    """Terms of the names in the question that chose documents -> how telling they are; they add up to 1."""
    noun: str
    """What is to be counted, as a stem; empty for nothing."""
    question: str
    words: bool
    """Whether what is said or written is asked for."""
    around: bool
    """Whether it may be about what stands around the rules: definitions, scope, signatures."""
    scope: bool
    """Whether it may be about purpose and scope: to whom and what the rules apply."""


def wanted(
    question: str,
    counts: Mapping[str, int],
    passages: int,
    near: Near = NOTHING_NEAR,
    names: Collection[str] = (),
) -> Wanted:
    """Read a question.

    Args:
        question: In search form, without the names that chose documents.
        counts: In how many passages a term stands.
        passages: How many there are.
        near: What `NearWords.of` found for it.
        names: Terms of the names that were taken out of it.
    """
    around = any(pattern.search(question) for pattern in (_ASKS_AROUND, _AROUND, _SCOPE))
    return Wanted(
        weights=_rarity(terms(question), counts, passages),
        accepted=accepted_terms(terms(question), near),
        types=answer_types(question),
        names=_rarity(names, counts, passages),
        noun=counted_noun(question),
        question=question,
        words=asks_for_words(question),
        around=around,
        scope=around or bool(_ASKS_SCOPE.search(question)),
    )


def fit(
    asked: Wanted, document: Document, stored: StoredPassage, held: Collection[str], *, of_party: bool = False
) -> float:
    """How well a passage's wording fits, weighed: about 0 for not at all, at most `BEST_FIT`.

    Args:
        held: The passage's terms, those of its title and headings included.
        of_party: Whether it is a document of the party in question: every page of it bears the name.
    """
    found = features(asked, document, stored, held, of_party=of_party)
    return sum(WEIGHTS[name] * value for name, value in found.items())


BEST_FIT = sum(weight for weight in WEIGHTS.values() if weight > 0)


def features(
    asked: Wanted, document: Document, stored: StoredPassage, held: Collection[str], *, of_party: bool = False
) -> dict[str, float]:
    """Each sign by itself, 0..1, named as in `WEIGHTS`."""
    text = stored.passage.text
    heading = _terms_of(stored.passage.section)
    title = _terms_of(document.title)
    return {
        "coverage": _share(asked, held),
        "heading": _share(asked, heading),
        "title": _share(asked, title),
        "answer": holds_answer(text, asked.types),
        "count": float(holds_count(text, asked.noun) or holds_shape(text, asked.question)),
        "quoted": float(asked.words and holds_words(text)),
        "names": 0.0
        if of_party
        else sum(weight for term, weight in asked.names.items() if term in held and term not in title),
        "around": float(_is_around(asked, stored)),
        "short": max(0.0, 1 - len(text) / _SHORT),
    }


@lru_cache(maxsize=4096)
def _terms_of(text: str) -> frozenset[str]:
    """The terms of a heading or title; many passages stand under the same."""
    return frozenset(terms(text))


def _rarity(of: Collection[str], counts: Mapping[str, int], passages: int) -> dict[str, float]:
    """How telling each term is; together 1."""
    rarity = {
        term: math.log(
            (passages - min(counts.get(term, 0), passages) + 0.5) / (counts.get(term, 0) + 0.5) + 1
        )
        for term in dict.fromkeys(of)
    }
    total = sum(rarity.values()) or 1.0
    return {term: value / total for term, value in rarity.items()}


def _is_around(asked: Wanted, stored: StoredPassage) -> bool:
    """Whether a passage stands around the rules, and the question is not about that."""
    passage = stored.passage
    if _SCOPE.search(passage.section) or _BEGINS_SCOPE.match(passage.text):
        return not asked.scope
    return not asked.around and bool(_AROUND.search(passage.section))


def _share(asked: Wanted, held: Collection[str]) -> float:
    return sum(weight for term, weight in asked.weights.items() if not asked.accepted[term].isdisjoint(held))
