"""A circuit breaker per Odoo server: when it is gone, people hear so at once instead of after every deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from erp_tools.errors import OdooFailed, OdooUnavailable

FAILURES = 3
"""Consecutive failures that open it."""
PAUSE_SECONDS = 30.0
"""How long it stays open before one call may try."""


class CircuitBreaker:
    """Counts consecutive failures to reach one server; shared by all sessions on it."""

    def __init__(self, address: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._address = address
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._trial = False

    @property
    def is_open(self) -> bool:
        """Whether Odoo is left alone at the moment."""
        with self._lock:
            return self._waiting() > 0

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Surround one exchange with the server.

        Raises:
            OdooUnavailable: the breaker is open, nothing was sent; or whatever the exchange raised.
        """
        self._enter()
        try:
            yield
        except OdooFailed:
            self._answered()  # it stumbled over one request, but it is there
            raise
        except OdooUnavailable:
            self._failed()
            raise
        except BaseException:
            self._answered()  # a refusal is an answer; and a trial has to end in any case
            raise
        self._answered()

    def _waiting(self) -> float:
        return 0.0 if self._opened_at is None else max(0.0, self._opened_at + PAUSE_SECONDS - self._clock())

    def _enter(self) -> None:
        with self._lock:
            if self._opened_at is None:
                return
            wait = self._waiting()
            if wait > 0 or self._trial:
                raise OdooUnavailable(
                    f"Odoo at {self._address} did not answer {self._failures} times in a row, so it is left alone for "
                    f"another {max(1, round(wait))} s. Check that it runs; the copilot then goes on by itself."
                )
            self._trial = True

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._trial = False
            if self._failures >= FAILURES:
                self._opened_at = self._clock()

    def _answered(self) -> None:
        with self._lock:
            self._failures = 0
            self._opened_at = None
            self._trial = False
