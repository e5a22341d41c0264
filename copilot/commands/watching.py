"""`copilot ingest --watch`: a pass at the start and one after each change, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from copilot.commands.ingesting import ingest_here, ingest_there
from copilot.errors import CopilotError
from copilot.running import find
from copilot.settings import Settings
from erp_tools.errors import OdooError
from knowledge_ingest.errors import IngestError
from knowledge_ingest.sources.watching import changes
from retrieval.errors import RetrievalError

_AGAIN_SECONDS = 5.0
"""After a pass that could not be made, such as while another command holds the index."""
_GRACE_SECONDS = 10.0
"""For the file that is being read when we are told to stop; an ingest may be ended at any moment."""


class _Stopped(Exception):
    """The pass ends here because we were told to stop."""


def watch(
    settings: Settings,
    paths: Sequence[Path],
    *,
    collection: str | None,
    from_odoo: bool,
    every: float,
    report: Callable[[dict[str, Any]], None],
    trouble: Callable[[str], None],
) -> None:
    """Go on until SIGINT or SIGTERM.

    While a copilot of this data folder runs, the passes go through it; otherwise they are made here, and the index is let go of
    between two passes, so that a copilot may be started meanwhile.

    Args:
        every: Seconds after which a pass is made even when nothing seems to have changed; Odoo is looked at only then.
        report: Given each pass's report that says anything new.
        trouble: Given a sentence when a pass could not be made; it is tried again.
    """
    with _told_to_stop() as stop:
        first = True
        for _ in changes(paths, stop=stop, every=every):
            made = None
            while made is None and not stop.is_set():
                made = _pass(
                    settings, paths, collection=collection, from_odoo=from_odoo, stop=stop, trouble=trouble
                )
                if made is None:
                    stop.wait(_AGAIN_SECONDS)
            if made is not None and (first or _says_anything(made)):
                report(made)
                first = False
            if stop.is_set():
                return


def _says_anything(made: dict[str, Any]) -> bool:
    summary = made["summary"]
    return any(summary[status] for status in ("new", "changed", "removed")) or bool(made["problems"])


def _pass(
    settings: Settings,
    paths: Sequence[Path],
    *,
    collection: str | None,
    from_odoo: bool,
    stop: threading.Event,
    trouble: Callable[[str], None],
) -> dict[str, Any] | None:
    """One ingest in a thread of its own, so that being told to stop does not wait for it; None when there was none."""
    made: list[dict[str, Any]] = []
    failed: list[Exception] = []
    done = threading.Event()

    def go_on(_done: int, _total: int, _name: str) -> None:
        if stop.is_set():
            raise _Stopped

    def work() -> None:
        try:
            running = find(settings.data_dir)
            made.append(
                ingest_there(running, paths, collection=collection, from_odoo=from_odoo)
                if running
                else ingest_here(settings, paths, collection=collection, progress=go_on, from_odoo=from_odoo)
            )
        except _Stopped:
            pass
        except Exception as error:
            failed.append(error)
        finally:
            done.set()

    threading.Thread(target=work, name="ingest", daemon=True).start()
    while not done.wait(0.2):
        if stop.is_set():
            done.wait(_GRACE_SECONDS if find(settings.data_dir) is None else 0.0)
            return None
    if failed:
        if not isinstance(failed[0], CopilotError | OdooError | RetrievalError | IngestError):
            raise failed[0]
        trouble(str(failed[0]))
    return made[0] if made else None


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    stop = threading.Event()

    def tell(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    former = {kind: signal.signal(kind, tell) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for kind, handler in former.items():
            signal.signal(kind, handler)
