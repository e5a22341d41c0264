"""The table of kinds of clauses in the space of one embedding model: how such clauses read, as vectors."""

from __future__ import annotations

import threading

import numpy as np

from retrieval.aside import AsideTexts
from retrieval.clause_kinds import ClauseKind, clause_kinds
from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder
from retrieval.knowledge_base import DenseVector


class ClauseBook:
    """Embedded when documents are put in, else kind by kind at the first question for one. May be called from several threads."""

    def __init__(self, store: DocumentStore, embedder: Embedder) -> None:
        self._embedder = embedder
        self._texts = AsideTexts(store, embedder, name="clauses")
        self._likes: dict[tuple[str, str], DenseVector] = {}
        self._lock = threading.Lock()

    def learn(self) -> None:
        """Embed the table unless that was done. For whoever puts documents in.

        Raises:
            EmbeddingUnavailable, StoreUnavailable
        """
        self._texts.learn([text for kind in clause_kinds() for text in kind.examples])

    def like(self, kind: ClauseKind) -> DenseVector:
        """The middle of how such clauses read, as a unit vector.

        Raises:
            EmbeddingUnavailable, StoreUnavailable
        """
        # another model, another space: what was embedded for one is of no use to the next
        key = (self._embedder.model_id, kind.name)
        with self._lock:
            kept = self._likes.get(key)
        if kept is None:
            middle = self._texts.vectors(kind.examples).mean(axis=0)
            kept = middle / np.linalg.norm(middle)
            with self._lock:
                self._likes[key] = kept
        return kept
