"""Waiting until something changes below folders. Home of watchfiles."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge_ingest.manifest import MANIFEST
from knowledge_ingest.sources.folder import passes_over

_QUIET_MS = 600
"""A change counts when nothing more has changed for so long: a file that is still being copied is not read half."""
_LONGEST_MS = 10_000
"""Changes that never pause are taken after so long."""
_LOOK_MS = 1_000


def changes(paths: Sequence[Path], *, stop: threading.Event, every: float) -> Iterator[None]:
    """Yield once when the watching has begun, then each time files below the paths have changed and have been quiet since, and
    at the latest every so often: some network folders tell nobody of their changes.

    Args:
        stop: Ends the waiting within a second.
        every: Seconds.
    """
    from watchfiles import watch

    watched = [path.resolve() for path in paths if path.exists()]
    # one level above a folder a documents.yaml may speak about it, too
    watched += [path.parent / MANIFEST for path in watched if (path.parent / MANIFEST).is_file()]
    if not watched:
        yield
        while not stop.wait(every):
            yield
        return
    last = float("-inf")
    for changed in watch(
        *watched,
        watch_filter=lambda _, name: not passes_over(Path(name).name),
        debounce=_LONGEST_MS,
        step=_QUIET_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        if stop.is_set():
            return
        if changed or time.monotonic() - last >= every:
            yield
            last = time.monotonic()
