"""From stored documents to index entries: what is embedded for a passage, and how an index follows the text store."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from retrieval.access import payload_of
from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder
from retrieval.errors import IndexNotBuilt
from retrieval.knowledge_base import IndexEntry, KnowledgeBase
from retrieval.passage import Document
from retrieval.sparse import SPARSE_VERSION, terms, vector_of_terms, words_of_passage
from retrieval.stored import StoredDocument, StoredPassage

log = logging.getLogger(__name__)

ENTRY_VERSION = "1"
"""Goes up when `text_to_embed` or `text_of_terms` changes."""


def text_to_embed(document: Document, passage: StoredPassage) -> str:
    """What the embedding model reads for a passage: where it stands, then its own words."""
    where = " > ".join(part for part in (document.title, passage.passage.section) if part)
    return "\n".join(part for part in (where, passage.context, passage.passage.text) if part)


def text_of_terms(document: Document, passage: StoredPassage) -> str:
    """What the term weights of a stored passage are made from."""
    return words_of_passage(
        title=document.title,
        section=passage.passage.section,
        context=passage.context,
        text=passage.passage.text,
    )


def with_key(document: Document, passage: StoredPassage) -> StoredPassage:
    """The passage with the hash of what is embedded for it."""
    text = text_to_embed(document, passage)
    return replace(passage, embed_key=hashlib.blake2b(text.encode(), digest_size=16).digest())


def fingerprint(embedder: Embedder) -> str:
    """Eight hex digits that change whenever entries of an existing index would not fit any more."""
    made_of = f"{embedder.model_id}|{SPARSE_VERSION}|{ENTRY_VERSION}"
    return hashlib.blake2b(made_of.encode(), digest_size=4).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What following the store meant for an index."""

    refilled: tuple[str, ...]
    """Documents whose entries were missing or incomplete and were put again."""
    without_vectors: tuple[str, ...]
    """Documents that have to be ingested again: nothing embedded for this model."""


class Indexer:
    """Writes documents to store and index together; one writer at a time, any number of searches beside it."""

    def __init__(self, store: DocumentStore, base: KnowledgeBase, embedder: Embedder) -> None:
        self._store = store
        self._base = base
        self._embedder = embedder

    def put(
        self,
        stored: StoredDocument,
        passages: Sequence[StoredPassage],
        its_terms: Sequence[Sequence[str]] | None = None,
    ) -> None:
        """Make a document searchable in place of its former state; a crash leaves the old or the new.

        Args:
            its_terms: The terms of each passage, where they are known already.

        Raises:
            EmbeddingUnavailable, IndexUnavailable, StoreUnavailable: the former state is still in force.
        """
        document = stored.document
        keyed = [with_key(document, each) for each in passages]
        self.embed_missing(document, keyed)
        if its_terms is None:
            its_terms = [terms(text_of_terms(document, each)) for each in keyed]
        entries = self._entries(stored, keyed, its_terms)
        assert entries is not None
        self._base.replace_document(
            document.document_id,
            stored.revision,
            entries,
            commit=lambda: self._store.replace(stored, keyed, [" ".join(found) for found in its_terms]),
        )

    def remove(self, collection: str, document_id: str) -> None:
        """Make a document unknown."""
        self._base.remove_document(document_id, commit=lambda: self._store.remove(collection, document_id))

    def embed_missing(self, document: Document, passages: Sequence[StoredPassage]) -> int:
        """Embed what has no vector of this model yet; returns how many were embedded."""
        return self.embed_for([(document, each) for each in passages])

    def embed_for(self, passages: Sequence[tuple[Document, StoredPassage]]) -> int:
        """As `embed_missing`, for passages of several documents together."""
        missing = self._missing(passages)
        if missing:
            self._keep(missing, self._embedder.embed(list(missing.values())))
        return len(missing)

    def embed_ahead(
        self, passages: Sequence[tuple[Document, StoredPassage]], pool: Executor
    ) -> Callable[[], None]:
        """As `embed_for`, in a thread of the pool while this one goes on.

        Returns:
            Waits for the vectors and keeps them; to be called before the documents are put in, in this thread.
        """
        missing = self._missing(passages)
        if not missing:
            return lambda: None
        embedded = pool.submit(self._embedder.embed, list(missing.values()))
        return lambda: self._keep(missing, embedded.result())

    def _missing(self, passages: Sequence[tuple[Document, StoredPassage]]) -> dict[bytes, str]:
        """What is to be embedded, by its hash."""
        known = self._store.vectors(self._embedder.model_id, [each.embed_key for _, each in passages])
        return {
            each.embed_key: text_to_embed(document, each)
            for document, each in passages
            if each.embed_key not in known
        }

    def _keep(self, missing: Mapping[bytes, str], vectors: npt.NDArray[np.float32]) -> None:
        self._store.keep_vectors(self._embedder.model_id, dict(zip(missing, vectors, strict=True)))

    def follow_store(self, collection: str) -> Brought:
        """Bring the index to what the store says: clear leftovers of a crash, put again what is missing.

        Costs one count when nothing is to be done. Embeds nothing.
        """
        rows = self._store.rows(collection)
        revisions = {row.document.document_id: row.revision for row in rows}
        counts = self._base.keep_only(revisions)
        refilled: list[str] = []
        without: list[str] = []
        for row in rows:
            document_id = row.document.document_id
            if counts.get(document_id, 0) == row.passages:
                continue
            stored = self._store.document(collection, document_id)
            if stored is None:
                continue
            entries = self._entries(stored, self._store.passages(collection, document_id))
            if entries is None:
                without.append(document_id)
                continue
            self._base.replace_document(document_id, stored.revision, entries, commit=lambda: None)
            refilled.append(document_id)
        if refilled:
            self._base.settle()
            log.info("index_refilled", extra={"collection": collection, "documents": len(refilled)})
        return Brought(refilled=tuple(refilled), without_vectors=tuple(without))

    def _entries(
        self,
        stored: StoredDocument,
        passages: Sequence[StoredPassage],
        its_terms: Sequence[Sequence[str]] | None = None,
    ) -> list[IndexEntry] | None:
        """Index entries from kept vectors; None when some have not been embedded for this model.

        Args:
            its_terms: The terms of each passage, where they are known already.
        """
        document = stored.document
        vectors = self._store.vectors(self._embedder.model_id, [each.embed_key for each in passages])
        payload = payload_of(document)
        entries = []
        for at, each in enumerate(passages):
            dense = vectors.get(each.embed_key)
            if dense is None:
                return None
            entries.append(
                IndexEntry(
                    document_id=document.document_id,
                    revision=stored.revision,
                    number=each.number,
                    dense=dense,
                    sparse=vector_of_terms(
                        its_terms[at] if its_terms else terms(text_of_terms(document, each))
                    ),
                    payload=payload,
                )
            )
        return entries


def not_built(documents: Collection[str]) -> IndexNotBuilt:
    """The error for documents that have no vectors of the configured model."""
    return IndexNotBuilt(
        f"{len(documents)} documents have no vectors of the configured embedding model yet. Run `copilot ingest`."
    )
