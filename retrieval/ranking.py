"""Candidates in one order: both scores fused, documents of the case first, no document crowding out the rest.

The weights were chosen on the labelled questions of the demo and are few and round on purpose; docs/ has the table
that shows what each part brings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.clause_kinds import PLAINEST
from retrieval.fusion import scaled
from retrieval.naming import Routing
from retrieval.passage import Document, DocumentType
from retrieval.wording import BEST_FIT

_SPARSE_WEIGHT = 0.38
"""Of BM25 (relative to the best candidate) next to the cosine."""
_NEIGHBOUR_WEIGHT = 0.25
"""Of the better neighbour's cosine: a clause among clauses about the question is more likely to be the one."""
_KIND_WEIGHTS = {"dense": 0.5, "like": 1.0, "odds": 3.0, "signs": 0.6, "sparse": 0.2}
"""When a kind of clause is asked for: cosine with the question, cosine with how such clauses read, how likely its wording is such a
clause's or, for a kind that was not learned, how plainly it gives it away, BM25. The heading above it was tried and brought
nothing; it counts in telling that a clause is absent."""
_SLOPE = 0.5
"""Of the curve from log-odds to 0..1; flatter than a probability, so that two likely clauses differ."""
_ORDINARY_SIGNS = 0.6
"""Signs that neither speak for a learned kind nor against it."""
_PREFERRED = 0.13
"""For documents of the parties in question."""
_NAMED = 0.5
"""For documents that the question names: nothing else comes before them."""
_ONLY_NAMED = 2.0
"""For documents that the question is about and no other: more than all else together."""
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
_BEST = 1 + _SPARSE_WEIGHT + _NEIGHBOUR_WEIGHT + BEST_FIT + _NAMED + max(_TYPE_BONUS.values())
_OF_KIND = sum(_KIND_WEIGHTS.values()) - _KIND_WEIGHTS["signs"]
assert _KIND_WEIGHTS["odds"] >= _KIND_WEIGHTS["signs"] * PLAINEST
_BEST_OF_KIND = 2 * _OF_KIND + max(_TYPE_BONUS.values())


@dataclass(frozen=True, kw_only=True)
class OfKind:
    """How a passage fits a kind of clause."""

    like: float
    """Cosine with how such clauses read."""
    signs: float
    """How plainly its wording gives it away (`clause_kinds.sign_score`)."""
    sense: float | None
    """How likely its words are such a clause's (`clause_sense.sense`), in log-odds; None for a kind that was not learned."""

    @property
    def odds(self) -> float | None:
        """What was learned and the table's signs together, in log-odds; None for a kind that was not learned."""
        return None if self.sense is None else self.sense + self.signs - _ORDINARY_SIGNS

    heading: bool
    """Whether it stands under a heading of such clauses."""


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
    of_kind: OfKind | None = None
    """How it fits the kind of clause that is asked for; None when the question asks for no kind."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A candidate with its score."""

    candidate: Candidate
    score: float
    """0..1, comparable within one search only."""


def ranked(routing: Routing, candidates: Sequence[Candidate]) -> list[Ranked]:
    """All candidates, best first; equal ones in the order of their ids, so that the same search gives the same list."""
    best = _BEST_OF_KIND if any(each.of_kind for each in candidates) else _BEST
    best += _ONLY_NAMED if routing.only_named else 0.0
    scored = [
        Ranked(candidate=each, score=round(min(1.0, max(0.0, score / best)), 4))
        for each, score in zip(candidates, _scores(routing, candidates), strict=True)
    ]
    return sorted(scored, key=lambda each: (-each.score, _place(each.candidate)))


def reranked(
    routing: Routing, order: Sequence[Ranked], fits: Mapping[tuple[str, int], float]
) -> list[Ranked]:
    """The same with how well the wording fits added, for those of which it is known (by document id and number)."""
    if not fits:
        return list(order)
    best = _BEST + (_ONLY_NAMED if routing.only_named else 0.0)
    scored = [
        each
        if (better := fits.get(_place(each.candidate))) is None
        else Ranked(candidate=each.candidate, score=round(min(1.0, max(0.0, each.score + better / best)), 4))
        for each in order
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
    places = [_place(each) for each in candidates]
    dense = {
        place: floor if each.dense is None else each.dense
        for place, each in zip(places, candidates, strict=True)
    }
    sparse = scaled(
        {place: each.sparse or 0.0 for place, each in zip(places, candidates, strict=True)}, low=0.0
    )
    scores = []
    for place, each in zip(places, candidates, strict=True):
        document_id, number = place
        if each.of_kind is not None:
            score = (
                _KIND_WEIGHTS["dense"] * dense[place]
                + _KIND_WEIGHTS["like"] * each.of_kind.like
                + _worded(each.of_kind, named=bool(routing.named))
                + _KIND_WEIGHTS["sparse"] * sparse[place]
            )
        else:
            neighbour = max(
                dense.get((document_id, number - 1), 0.0), dense.get((document_id, number + 1), 0.0)
            )
            score = dense[place] + _SPARSE_WEIGHT * sparse[place] + _NEIGHBOUR_WEIGHT * neighbour
        if document_id in routing.named:
            score += _NAMED if each.of_kind is None else _OF_KIND
            score += _ONLY_NAMED if routing.only_named else 0.0
        elif document_id in routing.preferred:
            score += _PREFERRED
        scores.append(score + _TYPE_BONUS[each.document.type])
    return scores


def _worded(of_kind: OfKind, *, named: bool) -> float:
    """What the wording of a passage says for the kind. What was learned counts where the question names a contract: letters and
    procedures are not worded as clauses are."""
    if of_kind.odds is None or not named:
        return _KIND_WEIGHTS["signs"] * of_kind.signs
    return _KIND_WEIGHTS["odds"] * _likely(of_kind.odds)


def _likely(odds: float) -> float:
    """From log-odds to 0..1."""
    return 1 / (1 + math.exp(-_SLOPE * max(-40.0, min(40.0, odds))))


def _place(candidate: Candidate) -> tuple[str, int]:
    return candidate.document.document_id, candidate.number
