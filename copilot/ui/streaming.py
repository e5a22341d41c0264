"""A blocking stream of events, read from async code. The turn runs in a thread of its own and ends there, whoever listens:
a browser that goes away loses the view of an answer, not the answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 90.0
"""Longest silence between two events. A turn has 60 s (RELIABILITY T25); this is for one that broke that promise."""

_END = object()


async def from_thread(
    begin: Callable[[], Iterator[T]], *, patience: float = PATIENCE_SECONDS
) -> AsyncIterator[T]:
    """The events of `begin()`, as they come; what it raises is raised here.

    Args:
        begin: starts the blocking iterator; called in the thread.
        patience: seconds to wait for one event.

    Raises:
        TimeoutError: nothing came for that long. The thread is left to itself.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[object] = asyncio.Queue()

    def put(item: object) -> None:
        try:
            loop.call_soon_threadsafe(queue.put_nowait, item)
        except RuntimeError:  # the loop is closed: the service stops and nobody listens any more
            return

    def run() -> None:
        try:
            for event in begin():
                put(event)
        except BaseException as error:  # handed over, not swallowed
            put(_Raised(error))
        else:
            put(_END)

    # Not the loop's own pool: it has a handful of threads, and each turn holds one until it ends.
    threading.Thread(target=run, name="turn", daemon=True).start()
    while (item := await asyncio.wait_for(queue.get(), patience)) is not _END:
        if isinstance(item, _Raised):
            raise item.error
        yield item  # type: ignore[misc]


class _Raised:
    def __init__(self, error: BaseException) -> None:
        self.error = error
