"""The thread that takes up what a killed process, a time-out or an absent approver left: one round every few seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from copilot.drafts.executor import Executor
from copilot.errors import CopilotError
from erp_tools.errors import OdooError

log = logging.getLogger(__name__)

ROUND_SECONDS = 5.0
DRAIN_SECONDS = 10.0


class Worker:
    """Runs an executor until it is stopped; what is in the middle of a call then is finished first.

    Args:
        also: what else is done in each round, such as taking back what nobody has to answer any more.
    """

    def __init__(
        self,
        executor: Executor,
        *,
        also: Sequence[Callable[[], object]] = (),
        round_seconds: float = ROUND_SECONDS,
    ) -> None:
        self._duties: tuple[Callable[[], object], ...] = (executor.work, *also)
        self._seconds = round_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round that runs, ten seconds at most."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(DRAIN_SECONDS)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            for duty in self._duties:
                try:
                    duty()
                except (CopilotError, OdooError) as error:
                    log.warning("drafts wait: %s", error)
                except Exception:
                    log.exception("a round of the drafts' worker failed")
