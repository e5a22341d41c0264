"""Honest emptiness: whether the best that was found is about the question at all.

Four signs are weighed: how near the best passage is in meaning, how much of what the question says stands in it, whether the
question's telling words stand in any document this reader may see, and how plainly it is about a situation of the trade. The
weights are those of a logistic regression on questions of our own (benchmarks/relevance_questions.yaml, and the tuning ones of the
demo's labelled questions); the held-out ones test them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.near_words import Near
from retrieval.sparse import terms
from retrieval.trade_words import NOTHING_NEAR, accepted_terms

_MOST_OF_WEAK = 0.7
ORDINARY = 0.5
"""Nearness of the best candidate for a middling question."""
ORDINARY_SITUATION = 0.4
"""How plainly a middling question is about a situation of the trade."""
LOOKED_AT = 3
"""Best candidates that are compared with the question word by word."""
_WEAK = frozenset(
    terms(
        """accept according actually add aim allow allowed anything apply arrive ask back become begin behave believe
        best better big bring business buy call care carry case cause certain change choose clear close come compare concern
        consider count cover cut date day deal decide depend describe detail differ difference different do dollar done drop
        early easy else end ever exact exactly example exist expect explain fact fail fall far fast feel figure fill find
        first fit follow form full gain general get give given go going good great guy happen hard head hear help high
        hold hope hour idea important include inform involve issue item keep kind know large last lead learn leave left let
        level like line list little live long look lose lot love low main make manage many matter may maybe mean meant
        measure meet mention minimum minute miss moment month more most move much name need new next nice nothing number
        offer often old once one open option order own owe owed paper part particular pass pay people per percent person
        piece place plan play please point policy possible present problem procedure provide put question quick reach
        read ready real really reason receive regard regular relate remain require rest result right rule run sail say
        section see seem send sense set several short show side similar simple since single small solve something soon
        sort speak special spend stage stand start state statement stay step still stop strict subject such suppose sure
        take talk team tell term text thing think time today together told total touch true try turn two type under
        understand usd use used usual valid wait walk want way week weekday whole window win wish wonder word work
        workbook worth write wrong year yet"""
    )
)
"""Words that say little about what a question is about: they count little, whether the documents hold them or not."""


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What speaks for an answer being there."""

    nearness: float
    """Cosine of the best candidate."""
    coverage: float
    """Share of the question's words, weighed by how telling they are, that one of the best candidates holds."""
    unheard: float
    """Share of them that stand in no document this reader may see."""
    situation: float
    """How plainly the question is about a situation of the trade, 0..1 (`situations.Meant`)."""


_BIAS = -3.86
_NEARNESS = 3.56
_COVERAGE = 3.0
_UNHEARD = -2.2
_SITUATION = 2.1


def signs(
    question_terms: Sequence[str],
    nearness: float,
    best: Sequence[str],
    *,
    counts: Mapping[str, int],
    passages: int,
    present: Callable[[Iterable[str]], frozenset[str]],
    near: Near = NOTHING_NEAR,
    situation: float = ORDINARY_SITUATION,
) -> Signs:
    """Weigh the best candidates against the question.

    Args:
        question_terms: Of the bare question, stop words dropped.
        nearness: Cosine of the best candidate.
        best: The best candidates' texts with their headings, best first.
        counts: In how many passages a term stands.
        passages: How many there are.
        present: Tells which terms stand in any document the reader may see.
        near: What `NearWords.of` found for the question.
        situation: How plainly the question is about a situation of the trade.
    """
    weights = {term: _telling(term, counts.get(term, 0), passages) for term in dict.fromkeys(question_terms)}
    total = sum(weights.values())
    if not total:
        return Signs(nearness=nearness, coverage=0.0, unheard=0.0, situation=situation)
    accepted = accepted_terms(list(question_terms), near)
    related = {other for terms_of_one in accepted.values() for other in terms_of_one}
    coverage = 0.0
    for each in best[:LOOKED_AT]:
        held = set(terms(each))
        own = sum(weight for term, weight in weights.items() if accepted[term] & held)
        coverage = max(coverage, own / total)
    there = present([*weights, *related])
    unheard = sum(weight for term, weight in weights.items() if not accepted[term] & there)
    return Signs(nearness=nearness, coverage=coverage, unheard=unheard / total, situation=situation)


def nothing_relevant(found: Signs) -> bool:
    """Whether the documents do not speak about the question."""
    return _relevance(found) < 0


def hardly_relevant(found: Signs) -> bool:
    """Whether it is open if they do: the best that was found may be beside the point."""
    return _relevance(found) < _SURE


def _relevance(found: Signs) -> float:
    return (
        _BIAS
        + _NEARNESS * found.nearness
        + _COVERAGE * found.coverage
        + _UNHEARD * found.unheard
        + _SITUATION * found.situation
    )


_SURE = 0.7
"""From here on nine in ten of the fitting questions have an answer."""

_CLAUSE_BIAS = -5.3
_CLAUSE_SIGNS = 4.6
_CLAUSE_LIKE = 1.3
_CLAUSE_HEADING = 0.95
_CLAUSE_NEARNESS = 0.15
CLAUSE_SURE = 1.0
"""Below it a clause may be another than the one asked for. Raising it does not help: absent ones that pass for certain pass it
plainly, as clauses of another kind (`weighing`)."""


def clause_presence(*, signs: float, like: float, heading: bool, nearness: float) -> float:
    """Whether a contract has the kind of clause that is asked for, judged by the best candidate: below 0 it lacks it, and from
    `CLAUSE_SURE` on it surely has it.

    The weights are those of a logistic regression on the tuning half of benchmarks/contracts.py.

    Args:
        signs: How plainly its wording gives it away.
        like: Cosine with how such clauses read.
        heading: Whether it stands under a heading of such clauses.
        nearness: Cosine with the question.
    """
    return (
        _CLAUSE_BIAS
        + _CLAUSE_SIGNS * signs
        + _CLAUSE_LIKE * like
        + _CLAUSE_HEADING * heading
        + _CLAUSE_NEARNESS * nearness
    )


_LEARNED_THERE = -0.25
"""Log-odds from which the best candidate is taken for the clause that is asked for. Chosen, as the next, on contracts of one hand by what
the clauses and contracts of the others had taught."""
_LEARNED_SURE = 1.0
"""Log-odds from which it surely is, unless another kind is likelier."""


def learned_presence(odds: float) -> tuple[bool, bool]:
    """Whether a contract has the kind of clause that is asked for, and whether that is sure, by the best candidate's wording
    (`ranking.OfKind.odds`)."""
    return odds >= _LEARNED_THERE, odds >= _LEARNED_SURE


def _telling(term: str, count: int, passages: int) -> float:
    rarity = math.log((passages - min(count, passages) + 0.5) / (count + 0.5) + 1)
    if len(term) < 2:
        return 0.0
    return min(rarity, _MOST_OF_WEAK) if term in _WEAK else rarity
