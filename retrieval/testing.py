"""Doubles for tests: an embedding model that needs no weights, and a library with a few documents in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.document_store import DocumentStore
from retrieval.indexing import Brought, Indexer, fingerprint
from retrieval.knowledge_base import KnowledgeBase
from retrieval.passage import DEFAULT_COLLECTION, ROLES, Document, Passage, Reader
from retrieval.search import Library
from retrieval.sparse import term_index, terms
from retrieval.stored import Alias, StoredDocument, StoredPassage, passage_id


class WordEmbedder:
    """Texts that share words are near each other, and that is all it knows; the same text always gives the same vector."""

    def __init__(self, *, dimensions: int = 64, name: str = "words") -> None:
        self._dimensions = dimensions
        self._name = name
        self.embedded = 0
        """Texts embedded so far."""

    @property
    def model_id(self) -> str:
        return f"{self._name}/{self._dimensions}"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.embedded += len(texts)
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[0] = 0.1  # a text without words has a direction, too
            for term in terms(text):
                index = term_index(term)
                row[index % self._dimensions] += 1.0 if index & 1 << 20 else -1.0
        unit: npt.NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def knows(self, word: str) -> bool:
        return True


def everyone(*companies: str, login: str = "everyone") -> Reader:
    """A reader with all roles in the given companies."""
    return Reader(login=login, roles=frozenset(ROLES), companies=frozenset(companies))


def make_document(document_id: str, text: str, **properties: object) -> Document:
    """A document with ordinary properties, unless others are given."""
    document = Document(
        document_id=document_id,
        title=document_id.replace("-", " ").title(),
        path=f"{document_id}.md",
        type="sop",
        owner="Operations",
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        text_length=len(text),
    )
    return replace(document, **properties)  # type: ignore[arg-type]  # checked by the dataclass itself


def stored(
    document: Document, text: str, *, source: str = "/documents"
) -> tuple[StoredDocument, list[StoredPassage]]:
    """A document and its passages, one for each paragraph of the text; a paragraph whose first line begins with ``# `` opens a section."""
    passages = []
    start = 0
    section = ""
    for number, paragraph in enumerate(text.split("\n\n")):
        if paragraph.startswith("# "):
            section = paragraph.splitlines()[0].removeprefix("# ")
        passages.append(
            StoredPassage(
                passage=Passage(
                    passage_id=passage_id(document.document_id, number),
                    document_id=document.document_id,
                    text=paragraph,
                    start=start,
                    end=start + len(paragraph),
                    section=section,
                ),
                number=number,
            )
        )
        start += len(paragraph) + 2
    revision = hashlib.sha256(f"{document}{text}".encode()).hexdigest()[:16]
    return (
        StoredDocument(
            document=document,
            revision=revision,
            source=source,
            inputs_hash=revision,
            text=text,
            body_start=0,
            pages=(),
            aliases=(Alias(kind="title", name=document.title),),
        ),
        passages,
    )


def make_library(
    folder: Path,
    texts: dict[Document, str] | None = None,
    *,
    open_base: Callable[[str], KnowledgeBase] | None = None,
    embedder: WordEmbedder | None = None,
    collection: str = DEFAULT_COLLECTION,
) -> Library:
    """A library on an embedded index in `folder` with the given documents, embedded by words."""
    store = DocumentStore(folder / "documents.sqlite3")
    model = embedder or WordEmbedder()

    def embedded(name: str) -> KnowledgeBase:
        from retrieval.qdrant_edge_base import QdrantEdgeBase

        return QdrantEdgeBase(folder / "index" / f"{name}-{fingerprint(model)}", dimensions=model.dimensions)

    def opened(name: str) -> tuple[KnowledgeBase, Brought]:
        base = (open_base or embedded)(name)
        return base, Indexer(store, base, model).follow_store(name)

    library = Library(store=store, embedder=model, open_base=opened)
    if texts:
        indexer = Indexer(store, library.base_for_writing(collection), model)
        for document, text in texts.items():
            indexer.put(*stored(replace(document, collection=collection), text))
    return library
