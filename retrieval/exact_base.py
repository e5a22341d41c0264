"""An index in memory that compares with every passage: exact, read from the text store, never written.

For a process that may not hold the embedded index (the server has it): it gives the same answers from the same
stored vectors. It is also what the other indexes are measured against. Fits some ten thousand passages.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from retrieval.access import payload_of
from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder
from retrieval.errors import IndexUnavailable
from retrieval.indexing import not_built, text_of_terms
from retrieval.knowledge_base import AnyOf, Hit, IndexEntry, IndexFilter, IndexQuery, Payload
from retrieval.sparse import SparseVector, document_vector


class _Snapshot:
    """All passages of a collection as arrays."""

    def __init__(self, entries: Sequence[IndexEntry], dimensions: int) -> None:
        self.entries = entries
        self.dense = (
            np.stack([each.dense for each in entries])
            if entries
            else np.zeros((0, dimensions), dtype=np.float32)
        )
        self.postings: dict[int, list[tuple[int, float]]] = {}
        for at, each in enumerate(entries):
            for index, value in zip(each.sparse.indices, each.sparse.values, strict=True):
                self.postings.setdefault(index, []).append((at, value))

    def allowed(self, wanted: IndexFilter) -> npt.NDArray[np.bool_]:
        verdicts: dict[int, bool] = {}  # passages of one document share their payload object
        return np.fromiter(
            (verdicts.setdefault(id(each.payload), matches(each.payload, wanted)) for each in self.entries),
            dtype=np.bool_,
            count=len(self.entries),
        )

    def bm25(self, query: SparseVector) -> npt.NDArray[np.float32]:
        scores = np.zeros(len(self.entries), dtype=np.float32)
        total = len(self.entries)
        for index, weight in zip(query.indices, query.values, strict=True):
            postings = self.postings.get(index, ())
            if not postings:
                continue
            # the formula of Qdrant's IDF modifier
            idf = math.log((total - len(postings) + 0.5) / (len(postings) + 0.5) + 1)
            for at, value in postings:
                scores[at] += weight * value * idf
        return scores


def matches(payload: Payload, wanted: IndexFilter) -> bool:
    """Whether an entry with these fields passes a filter; what every index has to do alike."""
    for condition in wanted.all_of:
        value = payload.get(condition.field)
        if isinstance(condition, AnyOf):
            held = (value,) if isinstance(value, str) else (value if isinstance(value, tuple) else ())
            if not set(held) & set(condition.values):
                return False
        else:
            if not isinstance(value, int):
                return False
            if condition.at_least is not None and value < condition.at_least:
                return False
            if condition.at_most is not None and value > condition.at_most:
                return False
    return True


class ExactBase:
    """Reads a collection of the text store; follows its changes; refuses to write."""

    def __init__(self, store: DocumentStore, embedder: Embedder, collection: str) -> None:
        self._store = store
        self._embedder = embedder
        self._collection = collection
        self._lock = threading.Lock()
        self._change = -1
        self._snapshot = _Snapshot((), 1)

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Hit]]:
        snapshot = self._current()
        results: list[list[Hit]] = []
        for query in queries:
            if query.dense is not None:
                scores = snapshot.dense @ query.dense
                useful = snapshot.allowed(query.filter)
            elif query.sparse is not None:
                scores = snapshot.bm25(query.sparse)
                useful = snapshot.allowed(query.filter) & (scores > 0)
            else:
                results.append([])
                continue
            places = np.flatnonzero(useful)
            order = places[np.argsort(-scores[places], kind="stable")][: query.limit]
            results.append([_hit(snapshot.entries[at], float(scores[at])) for at in order])
        return results

    def documents(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for each in self._current().entries:
            counts[each.document_id] = counts.get(each.document_id, 0) + 1
        return counts

    def replace_document(
        self, document_id: str, revision: str, entries: Sequence[IndexEntry], commit: Callable[[], None]
    ) -> None:
        raise _read_only()

    def remove_document(self, document_id: str, commit: Callable[[], None]) -> None:
        raise _read_only()

    def keep_only(self, revisions: Mapping[str, str]) -> Mapping[str, int]:
        return {key: count for key, count in self.documents().items() if key in revisions}

    def settle(self) -> None:
        """Nothing to do: there is nothing on disk."""

    def close(self) -> None:
        with self._lock:
            self._change = -1
            self._snapshot = _Snapshot((), 1)

    def _current(self) -> _Snapshot:
        with self._lock:
            change = self._store.change()
            if change != self._change:
                self._snapshot = self._load()
                self._change = change
            return self._snapshot

    def _load(self) -> _Snapshot:
        entries: list[IndexEntry] = []
        missing: list[str] = []
        for row in self._store.rows(self._collection):
            document = row.document
            passages = self._store.passages(self._collection, document.document_id)
            vectors = self._store.vectors(self._embedder.model_id, [each.embed_key for each in passages])
            payload = payload_of(document)
            for each in passages:
                dense = vectors.get(each.embed_key)
                if dense is None:
                    missing.append(document.document_id)
                    break
                entries.append(
                    IndexEntry(
                        document_id=document.document_id,
                        revision=row.revision,
                        number=each.number,
                        dense=dense,
                        sparse=document_vector(text_of_terms(document, each)),
                        payload=payload,
                    )
                )
        if missing:
            raise not_built(missing)
        return _Snapshot(entries, self._embedder.dimensions)


def _hit(entry: IndexEntry, score: float) -> Hit:
    return Hit(document_id=entry.document_id, revision=entry.revision, number=entry.number, score=score)


def _read_only() -> IndexUnavailable:
    return IndexUnavailable(
        "This process reads the documents only. Run `copilot ingest` where the index is, or through the server."
    )
