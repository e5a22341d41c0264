"""What is down is left alone for a while, and tried once when the rest is over."""

from __future__ import annotations

from erp_tools.breaker import Breaker


def test_opens_after_three_failures_and_lets_one_trial_through() -> None:
    now = [0.0]
    breaker = Breaker(failures=3, rest_seconds=30, clock=lambda: now[0])
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    assert breaker.is_open
    assert not breaker.allows()
    now[0] = 30.0
    assert breaker.allows()
    assert not breaker.allows(), "only one trial"
    breaker.succeeded()
    assert breaker.allows()
    assert not breaker.is_open


def test_a_success_forgets_earlier_failures() -> None:
    breaker = Breaker(failures=2)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()
