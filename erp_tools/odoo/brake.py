"""A brake on wrong passwords, on our side of the line.

Odoo locks an *address* after repeated failures, and all our people come from one address: one person's typing errors must not
lock out the others. So at most a handful of tries per login ever reach Odoo, with growing pauses between them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from erp_tools.errors import SignInBraked, SignInRefused

MAX_TRIES = 5
"""Failed tries per login that reach Odoo within the window."""
WINDOW_SECONDS = 600.0
FIRST_PAUSE_SECONDS = 1.0
"""Pause after the first failure; doubled by each further one."""
MAX_LOGINS = 10_000
"""Logins remembered at once, so that made-up logins cannot fill the memory."""


class _Record:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.failures: deque[float] = deque()


class SignInBrake:
    """Counts failed sign-ins per login; shared by everything that signs in at one Odoo."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._records: dict[str, _Record] = {}

    @contextmanager
    def trying(self, login: str) -> Iterator[None]:
        """Surround one sign-in: refused here before it starts, or counted when Odoo refuses it.

        Tries of one login wait for each other, so that many at once count like many in a row.

        Raises:
            SignInBraked: too many failures; Odoo was not asked.
        """
        record = self._record(login.strip().casefold())
        with record.lock:
            self._refuse_if_braked(record, login)
            try:
                yield
            except SignInRefused:
                record.failures.append(self._clock())
                raise
            record.failures.clear()

    def _refuse_if_braked(self, record: _Record, login: str) -> None:
        now = self._clock()
        while record.failures and now - record.failures[0] >= WINDOW_SECONDS:
            record.failures.popleft()
        if not record.failures:
            return
        if len(record.failures) >= MAX_TRIES:
            wait = WINDOW_SECONDS - (now - record.failures[0])
        else:
            wait = FIRST_PAUSE_SECONDS * 2 ** (len(record.failures) - 1) - (now - record.failures[-1])
        if wait > 0:
            raise SignInBraked(
                f"Sign-in as {login!r:.80} failed {len(record.failures)} time(s). Odoo is not asked again for "
                f"{max(1, round(wait))} s; then try once more, or reset the password in Odoo."
            )

    def _record(self, login: str) -> _Record:
        with self._lock:
            if login not in self._records and len(self._records) >= MAX_LOGINS:
                self._forget_idle()
            return self._records.setdefault(login, _Record())

    def _forget_idle(self) -> None:
        now = self._clock()
        idle = [
            login
            for login, record in self._records.items()
            if not record.lock.locked()
            and (not record.failures or now - record.failures[-1] >= WINDOW_SECONDS)
        ]
        for login in idle:
            del self._records[login]
