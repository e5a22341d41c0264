"""Bare searches: whether the passage is among the first five, how early, and whether nothing is found where nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.case import Case, Cited
from evals.result import Result
from evals.scorers.words import folded


def is_search(case: Case, result: Result) -> bool:
    return case.search is not None


def found(case: Case, result: Result) -> str:
    if case.expect.found is False:
        return "" if tells_absent(result) else f"it finds {result.found[0]['document']}"
    missing = [
        name_of(one) for one in case.expect.cites if not any(is_(one, each) for each in result.found[:5])
    ]
    return f"not among the first five: {', '.join(missing)}" if missing else ""


def tells_absent(result: Result) -> bool:
    return result.nothing_relevant or not result.found


def reciprocal_rank(case: Case, result: Result) -> float:
    """1 over the place of the first expected passage of a search; 0 when none is there."""
    places = [
        place
        for place, each in enumerate(result.found, start=1)
        if any(is_(one, each) for one in case.expect.cites)
    ]
    return 1 / min(places) if places else 0.0


def recall_at_5(case: Case, result: Result) -> float:
    """Share of the expected passages among the first five; 1 where none is expected."""
    wanted = case.expect.cites
    hit = sum(any(is_(one, each) for each in result.found[:5]) for one in wanted)
    return hit / len(wanted) if wanted else 1.0


def is_(wanted: Cited, shown: Mapping[str, Any]) -> bool:
    """Whether a passage is the one that a case means."""
    return bool(shown["document"] == wanted.document and folded(wanted.quote) in folded(shown["quote"]))


def name_of(one: Cited) -> str:
    return f"{one.document} (“{one.quote[:60]}”)" if one.quote else one.document
