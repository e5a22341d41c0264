"""A service that has just started asks its documents some questions, so that nobody waits for what is read and worked out once.

A large index costs several times as much while its pages are touched for the first time; so do the vectors of near words and the
patterns of clauses. The questions are those of the table of situations, as people ask them. What they find is thrown away; what the
search remembers of it, it remembers for a reader of its own.
"""

from __future__ import annotations

import logging
import threading

from retrieval.errors import RetrievalError
from retrieval.passage import ROLES, Reader
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.situations import situations

_PASSAGES_A_QUESTION = 500
"""So many more passages ask for one more question, see docs/reference/search-quality.md."""
_FEWEST, _MOST = 3, 200
"""Questions to one collection."""
_PAUSE = 0.01
"""Seconds between two, for people who ask meanwhile."""
_PATIENCE = 5.0
"""Seconds that the end of a service waits for a question under way."""

log = logging.getLogger(__name__)


class WarmUp:
    """The questions, asked once in a thread of their own."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warm-up", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask nothing more; returns within seconds, whatever the question under way does."""
        self._stop.set()
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            warm_up(self._library, self._stop)
        except Exception:  # nobody waits for it, and the questions of people will say what is wrong
            log.warning("not_warmed_up", exc_info=True)


def warm_up(library: Library, stop: threading.Event) -> int:
    """Ask each collection; returns how many questions were asked. Some seconds for a large one.

    Args:
        stop: When it is set no further question is asked.

    Raises:
        StoreUnavailable: nothing can be asked.
    """
    asked = 0
    for collection in library.store.collections():
        rows = library.store.rows(collection)
        reader = Reader(
            login="", roles=frozenset(ROLES), companies=frozenset(row.document.company for row in rows)
        )
        try:
            library.check(collection)
        except RetrievalError as error:  # without its index there is nothing to make ready
            log.info("not_warmed_up", extra={"collection": collection, "error": type(error).__name__})
            continue
        for question in _questions(sum(row.passages for row in rows)):
            if stop.is_set():
                return asked
            library.search(SearchRequest(text=question, reader=reader, collection=collection))
            asked += 1
            stop.wait(_PAUSE)
    return asked


def _questions(passages: int) -> list[str]:
    """From all over the table, more of them for more passages."""
    asks = [ask for each in situations() for ask in each.asks]
    count = min(len(asks), max(_FEWEST, min(_MOST, passages // _PASSAGES_A_QUESTION)))
    return [asks[at * len(asks) // count] for at in range(count)]
