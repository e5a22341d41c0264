"""A service that has just started asks its documents some questions, so that nobody waits for what is read and worked out once.

A large index costs several times as much while its pages are touched for the first time; so do the vectors of near words and the
patterns of clauses. The questions are those of the table of situations, as people ask them; nothing of the answers is kept.
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
"""So many more passages ask for one more question: 200 leave an index of 100,000 as quick as it gets."""
_FEWEST, _MOST = 3, 200
_PAUSE = 0.01
"""Seconds between two, for people who ask meanwhile."""

log = logging.getLogger(__name__)


def warm_up(library: Library, stop: threading.Event) -> int:
    """Ask each collection; returns how many questions were asked. Some seconds for a large one: for a thread of its own.

    Args:
        stop: Set when the service ends: no further question is asked.
    """
    asked = 0
    try:
        for collection in library.store.collections():
            rows = library.store.rows(collection)
            reader = Reader(
                login="", roles=frozenset(ROLES), companies=frozenset(row.document.company for row in rows)
            )
            for question in _questions(sum(row.passages for row in rows)):
                if stop.is_set():
                    return asked
                found = library.search(SearchRequest(text=question, reader=reader, collection=collection))
                asked += 1
                if found.degraded:  # without its index there is nothing to make ready
                    break
                stop.wait(_PAUSE)
    except RetrievalError as error:
        log.info("not_warmed_up", extra={"error": type(error).__name__})
    return asked


def _questions(passages: int) -> list[str]:
    """From all over the table, more of them for more passages."""
    asks = [ask for each in situations() for ask in each.asks]
    count = min(len(asks), max(_FEWEST, min(_MOST, passages // _PASSAGES_A_QUESTION)))
    return [asks[at * len(asks) // count] for at in range(count)]
