"""A circuit breaker: after repeated failures, do not even try for a while, so that nobody waits for what is down.

Odoo and the language model each have one (RELIABILITY R8, R9: three failures in a row, 30 s).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES = 3
"""Failures in a row that open it."""
REST_SECONDS = 30.0
"""How long it stays open before one call may try."""


class Breaker:
    """Opens after `failures` in a row and lets one trial through after each rest. Safe to use from several threads.

    A trial that never ends blocks nobody for longer than another rest.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._rest, self._clock = failures, rest_seconds, clock
        self._failed = 0
        self._next_trial_at = 0.0
        self._guard = threading.Lock()

    def allows(self) -> bool:
        """True if a call may be tried now; an open breaker lets exactly one trial through when its rest is over."""
        with self._guard:
            if self._failed < self._limit:
                return True
            if self._clock() < self._next_trial_at:
                return False
            self._next_trial_at = self._clock() + self._rest
            return True

    @property
    def is_open(self) -> bool:
        """Nothing is tried at the moment."""
        return self.rest_left > 0

    @property
    def rest_left(self) -> float:
        """Seconds until the next trial; 0 when a call may be tried."""
        with self._guard:
            if self._failed < self._limit:
                return 0.0
            return max(0.0, self._next_trial_at - self._clock())

    @property
    def failures(self) -> int:
        """Failures in a row so far."""
        with self._guard:
            return self._failed

    def succeeded(self) -> None:
        with self._guard:
            self._failed = 0

    def failed(self) -> None:
        with self._guard:
            self._failed += 1
            if self._failed >= self._limit:
                self._next_trial_at = self._clock() + self._rest
