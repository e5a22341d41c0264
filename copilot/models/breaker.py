"""A circuit breaker: after repeated failures, do not even try for a while, so that nobody waits for what is down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row and lets one trial through after `rest_seconds` (RELIABILITY R8: 3 and 30 s)."""

    def __init__(
        self, *, failures: int = 3, rest_seconds: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._rest, self._clock = failures, rest_seconds, clock
        self._failed = 0
        self._closed_again_at = 0.0
        self._guard = threading.Lock()

    def allows(self) -> bool:
        """True if a call may be tried now; an open breaker lets exactly one trial through when its rest is over."""
        with self._guard:
            if self._failed < self._limit:
                return True
            if self._clock() < self._closed_again_at:
                return False
            self._closed_again_at = self._clock() + self._rest
            return True

    @property
    def is_open(self) -> bool:
        with self._guard:
            return self._failed >= self._limit and self._clock() < self._closed_again_at

    def succeeded(self) -> None:
        with self._guard:
            self._failed = 0

    def failed(self) -> None:
        with self._guard:
            self._failed += 1
            if self._failed >= self._limit:
                self._closed_again_at = self._clock() + self._rest
