"""The statistics of the report: what a share of so many cases allows to say, and what it does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share with its 95 % interval (Wilson)."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """1 over nothing: nothing failed."""
        return self.right / self.of if self.of else 1.0

    @property
    def low(self) -> float:
        return self._wilson()[0]

    @property
    def high(self) -> float:
        return self._wilson()[1]

    def _wilson(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        n, p, z = self.of, self.right / self.of, Z95
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)


def pass_hat_k(passed: Sequence[tuple[int, int]], k: int) -> float | None:
    """pass^k: how likely k tries of a case are all right, over cases of (right, tries). None: some case has fewer than k tries.

    The unbiased estimate for one case is C(right, k) / C(tries, k).
    """
    if not passed or any(tries < k for _, tries in passed):
        return None
    return float(sum(math.comb(right, k) / math.comb(tries, k) for right, tries in passed)) / len(passed)


@dataclass(frozen=True, kw_only=True)
class Paired:
    """The same cases in two runs."""

    both_right: int
    worse: int
    """Right before, wrong now."""
    better: int
    both_wrong: int

    @property
    def p(self) -> float:
        """McNemar's exact test, two-sided: how likely a difference like this is if there is none."""
        n, k = self.worse + self.better, min(self.worse, self.better)
        if not n:
            return 1.0
        return float(min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n))

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, or ``no difference shown``: no ranking without separation."""
        if self.p >= 0.05 or self.better == self.worse:
            return "no difference shown"
        return "better" if self.better > self.worse else "worse"


def paired(before: Sequence[bool], now: Sequence[bool]) -> Paired:
    """Two runs over the same cases, in the same order."""
    pairs = list(zip(before, now, strict=True))
    return Paired(
        both_right=pairs.count((True, True)),
        worse=pairs.count((True, False)),
        better=pairs.count((False, True)),
        both_wrong=pairs.count((False, False)),
    )


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's kappa of two people (or a person and a model judge) over the same answers; None: it is not defined."""
    n = len(pairs)
    if not n:
        return None
    agreed = sum(one == other for one, other in pairs) / n
    first, second = sum(one for one, _ in pairs) / n, sum(other for _, other in pairs) / n
    chance = first * second + (1 - first) * (1 - second)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far two sides that judge the same answers agree."""

    n: int
    agreed: int
    kappa: float | None
    """Cohen's; None: it is not defined, because a side always says the same."""
    low: float | None
    high: float | None
    """Its 95 % interval."""
    none: int = 0
    """Answers that the second side gave no verdict of; they count as disagreement."""


def agreement(pairs: Sequence[tuple[bool, bool]], *, none: int = 0) -> Agreement:
    """Cohen's kappa with its interval, by the standard error for large samples (Fleiss, Cohen, Everitt 1969)."""
    n, agreed, value = len(pairs), sum(one == other for one, other in pairs), kappa(pairs)
    if value is None:
        return Agreement(n=n, agreed=agreed, kappa=None, low=None, high=None, none=none)
    error = Z95 * _kappa_error(pairs, value)
    return Agreement(
        n=n, agreed=agreed, kappa=value, low=max(-1.0, value - error), high=min(1.0, value + error), none=none
    )


def _kappa_error(pairs: Sequence[tuple[bool, bool]], value: float) -> float:
    n = len(pairs)
    share = {
        cell: pairs.count(cell) / n for cell in ((True, True), (True, False), (False, True), (False, False))
    }
    rows = {one: sum(part for cell, part in share.items() if cell[0] == one) for one in (True, False)}
    columns = {one: sum(part for cell, part in share.items() if cell[1] == one) for one in (True, False)}
    chance = sum(rows[one] * columns[one] for one in (True, False))
    same = sum(share[one, one] * (1 - (rows[one] + columns[one]) * (1 - value)) ** 2 for one in (True, False))
    other = (1 - value) ** 2 * sum(
        share[one, not one] * (columns[one] + rows[not one]) ** 2 for one in (True, False)
    )
    variance = same + other - (value - chance * (1 - value)) ** 2
    return math.sqrt(max(0.0, variance) / n) / (1 - chance)


def drifts(shares: Sequence[Share]) -> str:
    """Whether the last of several runs lies outside of what the ones before allow: ``down``, ``up`` or empty."""
    if len(shares) < 3:
        return ""
    last, before = shares[-1], shares[:-1]
    pooled = Share(right=sum(one.right for one in before), of=sum(one.of for one in before))
    if last.high < pooled.low:
        return "down"
    return "up" if last.low > pooled.high else ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of values does not exceed; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]
