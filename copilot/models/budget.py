"""How many tokens the language model may use up in a day (RELIABILITY T25). Counted by estimate, as endpoints count differently."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

from copilot.errors import StateUnavailable

log = logging.getLogger(__name__)


def tokens_in(text: str) -> int:
    """About how many tokens a text is: a quarter of its UTF-8 bytes, which errs on the high side for English."""
    return len(text.encode()) // 4 + 1


class TokenBudget:
    """Tokens a UTC day, for the whole service.

    Args:
        per_day: how many.
        read, add: what was used on a day, kept by whoever keeps state; without them it is kept in memory and a restart forgets it.
    """

    def __init__(
        self,
        per_day: int,
        *,
        read: Callable[[date], int] | None = None,
        add: Callable[[date, int], None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._per_day, self._read, self._add, self._clock = per_day, read, add, clock
        self._guard = threading.Lock()
        self._day: date | None = None
        self._used = 0

    def has(self, tokens: int) -> bool:
        """Whether so many more may be used today."""
        with self._guard:
            self._turn_page()
            return self._used + tokens <= self._per_day

    def spend(self, tokens: int) -> None:
        with self._guard:
            self._turn_page()
            self._used += tokens
            if self._add is not None and self._day is not None:
                try:
                    self._add(self._day, tokens)
                except StateUnavailable as error:  # counted in memory meanwhile
                    log.warning("model use not kept: %s", error)

    def _turn_page(self) -> None:
        today = self._clock().astimezone(UTC).date()
        if today != self._day:
            self._day = today
            self._used = 0
            if self._read is not None:
                try:
                    self._used = self._read(today)
                except StateUnavailable as error:
                    log.warning("model use not read: %s", error)
