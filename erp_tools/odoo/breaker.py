"""A circuit breaker per Odoo server: when it is gone, people hear so at once instead of after every deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from erp_tools.breaker import Breaker
from erp_tools.errors import OdooFailed, OdooUnavailable


class CircuitBreaker:
    """Counts consecutive failures to reach one server; shared by all sessions on it."""

    def __init__(self, address: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._address = address
        self._breaker = Breaker(clock=clock)

    @property
    def is_open(self) -> bool:
        """Whether Odoo is left alone at the moment."""
        return self._breaker.is_open

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Surround one exchange with the server.

        Raises:
            OdooUnavailable: the breaker is open, nothing was sent; or whatever the exchange raised.
        """
        if not self._breaker.allows():
            raise OdooUnavailable(
                f"Odoo at {self._address} did not answer {self._breaker.failures} times in a row, so it is left alone for "
                f"another {max(1, round(self._breaker.rest_left))} s. Check that it runs; the copilot then goes on by itself."
            )
        try:
            yield
        except OdooFailed:
            self._breaker.succeeded()  # it stumbled over one request, but it is there
            raise
        except OdooUnavailable:
            self._breaker.failed()
            raise
        except BaseException:
            self._breaker.succeeded()  # a refusal is an answer; and a trial has to end in any case
            raise
        self._breaker.succeeded()
