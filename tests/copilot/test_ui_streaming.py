"""Events of a blocking turn reach the chat as they come, and the turn does not depend on who listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from copilot.ui.streaming import from_thread


async def collected(begin: object, **how: float) -> list[int]:
    return [one async for one in from_thread(begin, **how)]  # type: ignore[arg-type]


def test_events_come_in_order_from_another_thread() -> None:
    threads = set()

    def begin() -> Iterator[int]:
        threads.add(threading.current_thread().name)
        yield from range(50)

    assert asyncio.run(collected(begin)) == list(range(50))
    assert threads == {"turn"}


def test_what_the_turn_raises_is_raised_after_its_events() -> None:
    seen = []

    def begin() -> Iterator[int]:
        yield 1
        raise ValueError("no")

    async def listen() -> None:
        async for one in from_thread(begin):
            seen.append(one)

    with pytest.raises(ValueError, match="no"):
        asyncio.run(listen())
    assert seen == [1]


def test_the_turn_goes_on_when_nobody_listens_any_more() -> None:
    finished = threading.Event()

    def begin() -> Iterator[int]:
        yield from range(100)
        finished.set()

    async def leave_early() -> None:
        events = from_thread(begin)
        assert await anext(events) == 0
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave_early())
    assert finished.wait(5)


def test_a_silent_turn_is_given_up() -> None:
    release = threading.Event()

    def begin() -> Iterator[int]:
        release.wait(10)
        yield 1

    try:
        with pytest.raises(TimeoutError):
            asyncio.run(collected(begin, patience=0.01))
    finally:
        release.set()
