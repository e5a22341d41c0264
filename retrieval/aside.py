"""Texts of our own tables in the space of the embedding model: embedded once when documents are put in, and kept beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder


class AsideTexts:
    """The texts of one table. May be called from several threads.

    Args:
        name: Of the table; its vectors are kept under it and the model's id.
    """

    def __init__(self, store: DocumentStore, embedder: Embedder, *, name: str) -> None:
        self._store = store
        self._embedder = embedder
        self._name = name

    def learn(self, texts: Sequence[str]) -> None:
        """Embed and keep what is not known yet. For whoever puts documents in.

        Raises:
            EmbeddingUnavailable, StoreUnavailable
        """
        known = self._known(texts)
        missing = [text for text in dict.fromkeys(texts) if key_of(text) not in known]
        if missing:
            embedded = self._embedder.embed(missing)
            self._store.keep_vectors(self._kept_as(), dict(zip(map(key_of, missing), embedded, strict=True)))

    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Their vectors, shape (texts, dimensions); what was not learned is embedded now.

        Raises:
            EmbeddingUnavailable, StoreUnavailable
        """
        known = self._known(texts)
        missing = [text for text in dict.fromkeys(texts) if key_of(text) not in known]
        if missing:
            known |= zip(map(key_of, missing), self._embedder.embed(missing), strict=True)
        return np.stack([known[key_of(text)] for text in texts])

    def _known(self, texts: Sequence[str]) -> dict[bytes, npt.NDArray[np.float32]]:
        return self._store.vectors(self._kept_as(), [key_of(text) for text in texts])

    def _kept_as(self) -> str:
        return f"{DocumentStore.ASIDE}{self._name}/{self._embedder.model_id}"


def key_of(text: str) -> bytes:
    """Under which the vector of a text is kept."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
