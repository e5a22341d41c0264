"""Sums and differences of a sentence's own figures: ``40 and 60, together 100``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from copilot.grounding.claims import Claim

_TOTAL = r"(?:together|in all|in total|altogether|combined|taken together|the sum|a total|adds? up to|makes?|sums? to|totals?)"
_REST = r"(?:left over|are left|is left|left|remain|remains|remaining|to go|outstanding)"
_TOTAL_BEFORE = re.compile(rf"\b{_TOTAL}(?: (?:is|are|of|that is|that makes|makes))?[ :,]*$", re.IGNORECASE)
_TOTAL_AFTER = re.compile(rf"^(?:\w+ ){{0,2}}{_TOTAL}\b")
_REST_BEFORE = re.compile(
    r"\b(?:leaves|leaving|remain|remains|remaining|left over)(?: is| are)?[ :,]*$", re.IGNORECASE
)
_REST_AFTER = re.compile(rf"^(?:\w+ ){{0,2}}{_REST}\b")
MOST = 8
"""Figures of one sentence; with more of them any sum could be met by chance."""


def recomputed(claims: Sequence[Claim], bad: Sequence[Claim]) -> list[Claim]:
    """The claims that still lack support once the sentence's own sums are worked out: a true sum or difference of supported figures
    is supported, a wrong one is not, even where some record holds its figure by chance.

    Args:
        claims: of one sentence.
        bad: those of them that no evidence holds.
    """
    numbers = [one for one in claims if one.kind == "number" and isinstance(one.value, float)]
    left = list(bad)
    for one in numbers:
        is_total, is_rest = _is_total(one), _is_rest(one)
        if not is_total and not is_rest:
            continue
        others = [
            float(each.value)
            for each in numbers
            if each is not one
            and each not in bad
            and not each.counts
            and not _is_total(each)
            and isinstance(each.value, float)
        ][:MOST]
        if len(others) < 2:
            continue
        true = _is_sum(one.value, others) if is_total else _is_difference(one.value, others)
        if true and one in left:
            left.remove(one)
        in_front = [each for each in numbers if each.at < one.at and not each.counts]
        if not true and is_total and one not in left and len(in_front) >= 2 and not _names_a_whole(one):
            left.append(one)
    return left


def _is_total(claim: Claim) -> bool:
    return _TOTAL_BEFORE.search(claim.before) is not None or _TOTAL_AFTER.search(claim.after) is not None


def _is_rest(claim: Claim) -> bool:
    return _REST_BEFORE.search(claim.before) is not None or _REST_AFTER.search(claim.after) is not None


def _names_a_whole(claim: Claim) -> bool:
    """``the order is worth 900 in all``: a field's own total, not that of the figures in front."""
    return re.search(r"\b(?:worth|order|amounts?|value|price|costs?)\b[^,;]*$", claim.before) is not None


def _is_sum(value: object, others: Sequence[float]) -> bool:
    """All of them, or any that stand side by side, at least two."""
    runs = (others[begin:end] for begin, end in combinations(range(len(others) + 1), 2) if end - begin > 1)
    return isinstance(value, float) and any(abs(sum(run) - value) < 0.005 for run in runs)


def _is_difference(value: object, others: Sequence[float]) -> bool:
    return isinstance(value, float) and any(
        abs(abs(one - other) - value) < 0.005 for one, other in combinations(others, 2)
    )
