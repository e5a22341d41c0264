"""Candidates in one order: both scores fused, documents of the case first, no document crowding out the rest.

The weights were chosen on the labelled questions of the demo and are few and round on purpose; docs/ has the table
that shows what each part brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.fusion import scaled
from retrieval.naming import Routing
from retrieval.passage import Document, DocumentType

_SPARSE_WEIGHT = 0.4
"""Of BM25 (relative to the best candidate) next to the cosine."""
_NEIGHBOUR_WEIGHT = 0.2
"""Of the better neighbour's cosine: a clause among clauses about the question is more likely to be the one."""
_PREFERRED = 0.1
"""For documents of the parties in question."""
_NAMED = 0.5
"""For documents that the question names: nothing else comes before them."""
_TYPE_BONUS: dict[DocumentType, float] = {
    "contract": 0.04,
    "sop": 0.03,
    "carrier_policy": 0.02,
    "product_rule": 0.01,
    "case_note": -0.05,
    "unknown": 0.0,
}
"""Decides between passages that say the same: contract over SOP over general policy over a document that nobody has
described, and a note of what happened once comes last."""
_BEST = 1 + _SPARSE_WEIGHT + _NEIGHBOUR_WEIGHT + _NAMED + max(_TYPE_BONUS.values())


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A passage that one search or both have found."""

    document: Document
    number: int
    """Of the passage within its document."""
    dense: float | None
    """Cosine with the bare question; None when the dense search did not list it."""
    sparse: float | None
    """BM25 with the bare question; None when the sparse search did not list it."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A candidate with its score."""

    candidate: Candidate
    score: float
    """0..1, comparable within one search only."""


def ranked(routing: Routing, candidates: Sequence[Candidate]) -> list[Ranked]:
    """All candidates, best first; equal ones in the order of their ids, so that the same search gives the same list."""
    scored = [
        Ranked(candidate=each, score=round(min(1.0, max(0.0, score / _BEST)), 4))
        for each, score in zip(candidates, _scores(routing, candidates), strict=True)
    ]
    return sorted(scored, key=lambda each: (-each.score, _place(each.candidate)))


def best_of(routing: Routing, order: Sequence[Ranked], top: int) -> list[Ranked]:
    """The first `top`, of which at most three in five from a document that the question does not name."""
    cap = max(3, -(-top * 3 // 5))
    taken: dict[str, int] = {}
    chosen: list[Ranked] = []
    spare: list[Ranked] = []
    for each in order:
        document_id = each.candidate.document.document_id
        if document_id in routing.named or taken.get(document_id, 0) < cap:
            taken[document_id] = taken.get(document_id, 0) + 1
            chosen.append(each)
        else:
            spare.append(each)
    return (chosen + spare)[:top]


def _scores(routing: Routing, candidates: Sequence[Candidate]) -> list[float]:
    listed = [each.dense for each in candidates if each.dense is not None]
    # whoever is missing in the dense list is below everyone in it
    floor = min(listed, default=0.0)
    dense = {_place(each): floor if each.dense is None else each.dense for each in candidates}
    sparse = scaled({_place(each): each.sparse or 0.0 for each in candidates}, low=0.0)
    scores = []
    for each in candidates:
        document_id, number = _place(each)
        neighbours = [dense.get((document_id, number + step), 0.0) for step in (-1, 1)]
        score = (
            dense[_place(each)] + _SPARSE_WEIGHT * sparse[_place(each)] + _NEIGHBOUR_WEIGHT * max(neighbours)
        )
        if document_id in routing.named:
            score += _NAMED
        elif document_id in routing.preferred:
            score += _PREFERRED
        scores.append(score + _TYPE_BONUS[each.document.type])
    return scores


def _place(candidate: Candidate) -> tuple[str, int]:
    return candidate.document.document_id, candidate.number
