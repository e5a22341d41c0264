"""Another embedding model: the index of the one in use goes on answering while one for the new model is built beside it, then
everything is switched at once. Killed in between, the old one is still in use, and the next ingest goes on where it stopped.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder
from retrieval.errors import EmbeddingUnavailable
from retrieval.indexing import Indexer
from retrieval.knowledge_base import KnowledgeBase
from retrieval.minilm_embedder import MiniLmEmbedder
from retrieval.passage import Document
from retrieval.stored import StoredPassage

log = logging.getLogger(__name__)

Tell = Callable[[int, int, str], None]
"""Called with documents done, documents in all, and the title of the one just done."""

_AT_ONCE = 256
"""Passages embedded together: enough for batches of equal length, few enough to lose little when killed."""


class EmbedderInUse:
    """The model that the documents are indexed for: the wanted one, or the former one until the wanted one has its index.

    Nothing is loaded or decided before the first use.

    Args:
        data_dir: Holds the exported models.
        wanted: The model of the settings.
    """

    def __init__(self, data_dir: Path, store: DocumentStore, wanted: MiniLmEmbedder) -> None:
        self._data_dir, self._store, self._wanted = data_dir, store, wanted
        self._chosen: MiniLmEmbedder | None = None
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        return self._use().model_id

    @property
    def dimensions(self) -> int:
        return self._use().dimensions

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return self._use().embed(texts)

    def knows(self, word: str) -> bool:
        return self._use().knows(word)

    def with_halfway(
        self, texts: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.float32]]]:
        return self._use().with_halfway(texts)

    def prepare(self) -> None:
        """Export the wanted model, see `MiniLmEmbedder.prepare`."""
        self._wanted.prepare()

    @property
    def is_prepared(self) -> bool:
        """Whether the wanted model starts without torch."""
        return self._wanted.is_prepared

    def wanted(self) -> Embedder | None:
        """The model that has to get its index first; None when it is in use already."""
        former = self._use()
        if former is self._wanted:
            return None
        if former.model_id == self._wanted.model_id:  # the same weights in another folder
            self.switch()
            return None
        return self._wanted

    def switch(self) -> None:
        """From now on the wanted one; durable."""
        self._store.serve(self._wanted.kept_as)
        with self._lock:
            self._chosen = self._wanted

    def settled(self) -> None:
        """All documents have their entries for the model in use; remembered, so that a later change of the settings knows it."""
        if self._use() is self._wanted and self._store.serving() != self._wanted.kept_as:
            self._store.serve(self._wanted.kept_as)

    def _use(self) -> MiniLmEmbedder:
        with self._lock:
            if self._chosen is None:
                serving = self._store.serving()
                former = None
                if serving and serving != self._wanted.kept_as and self._store.collections():
                    former = MiniLmEmbedder.kept(self._data_dir, serving)
                    log.info("embedding_model_changed", extra={"former_is_kept": former is not None})
                self._chosen = former or self._wanted
            return self._chosen


def build_beside(
    store: DocumentStore,
    embedder: Embedder,
    open_index: Callable[[str], KnowledgeBase],
    *,
    tell: Tell | None = None,
) -> dict[str, KnowledgeBase]:
    """Embed and index every document of every collection for a model that is not in use yet.

    Returns:
        The finished indexes by collection, open.

    Raises:
        EmbeddingUnavailable, IndexUnavailable, StoreUnavailable: nothing has changed for searches; what was embedded is kept.
    """
    collections = store.collections()
    total = sum(len(store.rows(name)) for name in collections)
    done = 0
    made: dict[str, KnowledgeBase] = {}
    try:
        for name in collections:
            made[name] = open_index(name)
            indexer = Indexer(store, made[name], embedder)
            waiting: list[tuple[Document, StoredPassage]] = []
            for row in store.rows(name):
                waiting += [(row.document, each) for each in store.passages(name, row.document.document_id)]
                if len(waiting) >= _AT_ONCE:
                    indexer.embed_for(waiting)
                    waiting = []
                done += 1
                if tell is not None:
                    tell(done, total, row.document.title)
            indexer.embed_for(waiting)
            missing = indexer.follow_store(name).without_vectors
            if missing:
                raise EmbeddingUnavailable(
                    f"{len(missing)} documents could not be embedded for the new model. Run `copilot ingest` again."
                )
            made[name].settle()
    except BaseException:
        for base in made.values():
            base.close()
        raise
    return made
