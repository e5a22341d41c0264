"""The open indexes of one library, one per collection: opened at the first use, left alone for a while after a failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from retrieval.errors import EmbeddingUnavailable, IndexUnavailable, RetrievalError
from retrieval.indexing import Brought
from retrieval.knowledge_base import KnowledgeBase

OpenBase = Callable[[str], tuple[KnowledgeBase, Brought]]
"""Gives the index of a collection, brought to what the store holds."""

_RETRY_SECONDS = 15.0
"""How long a failed index is left alone before it is tried again, so that each question does not wait for it."""


class OpenIndexes:
    """May be called from several threads."""

    def __init__(self, open_base: OpenBase) -> None:
        self.open_base = open_base
        self._bases: dict[str, KnowledgeBase] = {}
        self._unindexed: dict[str, frozenset[str]] = {}
        self._failed: dict[str, tuple[float, RetrievalError]] = {}
        self._lock = threading.RLock()
        self.generation = 0
        """Goes up when all of them are exchanged."""

    def base(self, collection: str) -> KnowledgeBase:
        """The open index of a collection; after a failure not tried again for some seconds.

        Raises:
            IndexUnavailable, EmbeddingUnavailable: it cannot be opened.
        """
        with self._lock:
            if collection in self._bases:
                return self._bases[collection]
            failed = self._failed.get(collection)
            if failed and time.monotonic() - failed[0] < _RETRY_SECONDS:
                raise failed[1]
            try:
                self._bases[collection], brought = self.open_base(collection)
                self._unindexed[collection] = frozenset(brought.without_vectors)
                self._failed.pop(collection, None)
            except (IndexUnavailable, EmbeddingUnavailable) as error:
                self._failed[collection] = (time.monotonic(), error)
                raise
            return self._bases[collection]

    def base_for_writing(self, collection: str) -> KnowledgeBase:
        """The same, tried again even when it could not be opened a moment ago.

        Raises:
            IndexUnavailable, EmbeddingUnavailable: it cannot be opened.
        """
        with self._lock:
            self._failed.pop(collection, None)
            return self.base(collection)

    def unindexed(self, collection: str) -> frozenset[str]:
        """Documents of an open index that have no entries for the model in use."""
        return self._unindexed.get(collection, frozenset())

    def indexed(self, collection: str) -> None:
        """All documents of the collection have their entries now."""
        with self._lock:
            self._unindexed.pop(collection, None)

    def use(self, indexes: Mapping[str, KnowledgeBase], *, commit: Callable[[], None]) -> None:
        """Put these open indexes in place of all others, at once.

        Args:
            commit: Makes the change of the embedding model durable and in force; when it fails, nothing has changed.
        """
        with self._lock:
            try:
                commit()
            except BaseException:
                for base in indexes.values():
                    base.close()
                raise
            former, self._bases = self._bases, dict(indexes)
            self._unindexed.clear()
            self._failed.clear()
            self.generation += 1
        for base in former.values():
            base.close()

    def close(self) -> None:
        """Let go of all of them; the next use opens them again."""
        with self._lock:
            bases, self._bases = list(self._bases.values()), {}
        for base in bases:
            base.close()
