"""The statistics against values worked out elsewhere."""

from __future__ import annotations

import pytest

from evals.statistics import Share, drifts, kappa, paired, pass_hat_k, percentile


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(10, 10, 0.7225, 1.0), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662), (300, 300, 0.9873, 1.0)],
)
def test_wilson_intervals(right: int, of: int, low: float, high: float) -> None:
    """81 of 263 is the worked example of Newcombe (1998), method 3."""
    share = Share(right=right, of=of)
    assert (share.low, share.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_pass_hat_k_is_the_chance_that_all_tries_are_right() -> None:
    assert pass_hat_k([(8, 8), (4, 8)], 1) == pytest.approx(0.75)
    assert pass_hat_k([(8, 8), (4, 8)], 4) == pytest.approx((1 + 1 / 70) / 2)
    assert pass_hat_k([(8, 8), (7, 8)], 8) == pytest.approx(0.5)
    assert pass_hat_k([(1, 1)], 4) is None


def test_the_paired_test_speaks_only_when_it_may() -> None:
    few = paired([True] * 5 + [False], [False] * 5 + [False])
    assert (few.worse, few.better, few.verdict) == (5, 0, "no difference shown")
    assert few.p == pytest.approx(0.0625)
    many = paired([True] * 12 + [False] * 2, [False] * 12 + [True] * 2)
    assert many.p == pytest.approx(0.0129, abs=1e-4)
    assert many.verdict == "worse"
    assert paired([True, False], [True, False]).p == 1.0


def test_kappa_and_percentiles() -> None:
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([(True, True)]) is None
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([], 0.95) == 0


def test_drift_is_what_lies_outside_of_the_runs_before() -> None:
    good, bad = Share(right=95, of=100), Share(right=70, of=100)
    assert drifts([good, good, bad]) == "down"
    assert drifts([bad, bad, good]) == "up"
    assert drifts([good, good, good]) == ""
    assert drifts([good, bad]) == ""
