"""Opening the library: which store, which embedding model, which index. Nothing heavy happens before the first search."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder
from retrieval.errors import IndexDamaged
from retrieval.exact_base import ExactBase
from retrieval.indexing import Brought, Indexer, fingerprint
from retrieval.knowledge_base import KnowledgeBase
from retrieval.minilm_embedder import MiniLmEmbedder
from retrieval.model_change import EmbedderInUse, Tell, build_beside
from retrieval.near_words import NearWords
from retrieval.reranker import CrossEncoderReranker
from retrieval.search import Library
from retrieval.situations import SituationBook

log = logging.getLogger(__name__)

_COLLECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def check_collection(name: str) -> str:
    """The name, if it can be used for a collection.

    Raises:
        ValueError: it cannot.
    """
    if not _COLLECTION.fullmatch(name):
        raise ValueError(
            f"{name!r} cannot name a collection. Use letters, digits, - and _, beginning with a letter or digit, "
            "63 characters at most."
        )
    return name


def open_library(
    data_dir: Path,
    *,
    embedding_model: str | None = None,
    qdrant_url: str | None = None,
    qdrant_api_key: str | None = None,
    read_only: bool = False,
    rerank_model: str | None = None,
) -> Library:
    """The library kept in a data folder. Opens nothing yet: files, models and connections come with the first use.

    Args:
        data_dir: Holds the text store, the embedded index and the exported embedding model.
        embedding_model: Folder of a sentence-transformers model; None: the packaged all-MiniLM-L6-v2.
        qdrant_url: A Qdrant server; None: the embedded index.
        qdrant_api_key: Its key, if it wants one.
        read_only: Never hold the embedded index: for a command that asks while a server runs. Finds the same.
        rerank_model: Folder of a cross-encoder that reads the best passages again; None: none does.

    Raises:
        EmbeddingModelMissing: `embedding_model` or `rerank_model` is no such folder, or the packaged model is not installed.
    """
    store = DocumentStore(data_dir / "documents.sqlite3")
    in_use = EmbedderInUse(data_dir, store, MiniLmEmbedder(data_dir, embedding_model))

    def index_for(collection: str, embedder: Embedder) -> KnowledgeBase:
        check_collection(collection)
        mark = fingerprint(embedder)
        if qdrant_url:
            from retrieval.qdrant_server_base import QdrantServerBase

            return QdrantServerBase(
                qdrant_url,
                api_key=qdrant_api_key,
                name=f"copilot-{collection}-{store.installation()}-{mark}",
                dimensions=embedder.dimensions,
            )
        return _embedded(data_dir / "index" / f"{collection}-{mark}", embedder.dimensions)

    def open_base(collection: str) -> tuple[KnowledgeBase, Brought]:
        if read_only and not qdrant_url:
            check_collection(collection)
            return ExactBase(store, in_use, collection), Brought(refilled=(), without_vectors=())
        base = index_for(collection, in_use)
        try:
            return base, Indexer(store, base, in_use).follow_store(collection)
        except BaseException:
            base.close()
            raise

    reranker = CrossEncoderReranker(rerank_model) if rerank_model else None
    library = Library(
        store=store,
        embedder=in_use,
        open_base=open_base,
        reranker=reranker,
        near_words=NearWords(store, in_use),
        situations=SituationBook(store, in_use),
    )

    def change_model(tell: Tell | None) -> None:
        wanted = in_use.wanted()
        if wanted is not None:
            made = build_beside(store, wanted, lambda name: index_for(name, wanted), tell=tell)
            library.use_indexes(made, commit=in_use.switch)

    library.change_model = change_model
    library.model_settled = in_use.settled
    return library


def _embedded(folder: Path, dimensions: int) -> KnowledgeBase:
    from retrieval.qdrant_edge_base import QdrantEdgeBase, set_aside

    try:
        return QdrantEdgeBase(folder, dimensions=dimensions)
    except IndexDamaged as error:
        log.warning("index_set_aside", extra={"folder": folder.name, "error": str(error)})
        set_aside(folder)
        return QdrantEdgeBase(folder, dimensions=dimensions)
