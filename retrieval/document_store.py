"""The text store: documents, their full text, passages and vectors in one SQLite file (`store_file`).

It is the source of truth. A citation is opened from here, the vector index is rebuilt from here, and the keyword
fallback searches here. A document is replaced in one transaction, so a reader sees the old or the new, never half.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.passage import Passage
from retrieval.remembered import Remembered
from retrieval.stored import (
    DocumentRow,
    Quarantined,
    StoredDocument,
    StoredPassage,
    aliases_from,
    document_from,
    document_to,
    page_at,
    pages_from,
    pages_to,
    passage_id,
)
from retrieval.word_tables import MOST_PASSAGES, WordTables

_MANY = 500  # bound variables per statement, below SQLite's oldest limit


class DocumentStore(WordTables):
    """Opens or creates the file at `path`; one connection per thread, any number of reading processes.

    Raises:
        StoreUnavailable: from any method, when the file cannot be opened, read or written.
    """

    ASIDE = "aside/"
    """Vectors under a model id that begins so are not of passages: words and tables, which no document takes along when it leaves."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._passages: Remembered[StoredPassage] = Remembered(MOST_PASSAGES)

    # --- reading ---

    def rows(self, collection: str) -> list[DocumentRow]:
        """All documents of a collection, ordered by document id."""
        with self._reading() as db:
            found = db.execute(
                "SELECT described, revision, source, inputs_hash, passages, aliases FROM documents "
                "WHERE collection = ? ORDER BY document_id",
                (collection,),
            ).fetchall()
        return [
            DocumentRow(
                document=document_from(described),
                revision=revision,
                source=source,
                inputs_hash=inputs_hash,
                passages=passages,
                aliases=aliases_from(aliases),
            )
            for described, revision, source, inputs_hash, passages, aliases in found
        ]

    def collections(self) -> list[str]:
        """Names of the collections that hold documents."""
        with self._reading() as db:
            return [name for (name,) in db.execute("SELECT DISTINCT collection FROM documents ORDER BY 1")]

    def document(self, collection: str, document_id: str) -> StoredDocument | None:
        """A document with its text, or None."""
        with self._reading() as db:
            row = db.execute(
                "SELECT described, revision, source, inputs_hash, text, body_start, pages, aliases FROM documents "
                "WHERE collection = ? AND document_id = ?",
                (collection, document_id),
            ).fetchone()
        if row is None:
            return None
        described, revision, source, inputs_hash, text, body_start, pages, aliases = row
        return StoredDocument(
            document=document_from(described),
            revision=revision,
            source=source,
            inputs_hash=inputs_hash,
            text=text,
            body_start=body_start,
            pages=pages_from(pages),
            aliases=aliases_from(aliases),
        )

    def passages(self, collection: str, document_id: str) -> list[StoredPassage]:
        """The passages of a document in order."""
        with self._reading() as db:
            found = db.execute(
                f"SELECT {_PASSAGE_COLUMNS} FROM passages WHERE collection = ? AND document_id = ? ORDER BY number",  # noqa: S608 - our own names
                (collection, document_id),
            ).fetchall()
        return [_passage_from(row) for row in found]

    def passages_at(
        self, collection: str, places: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], StoredPassage]:
        """The passages at these (document id, number) places; places that do not exist are left out."""
        columns = ", ".join(f"p.{name}" for name in _PASSAGE_COLUMNS.split(", "))
        return self._remembered_at(
            self._passages, f"SELECT {columns} {{at}}", collection, places, _passage_from
        )

    def quarantined(self, collection: str) -> dict[tuple[str, str], Quarantined]:
        """Files that could not be read, by (source, path)."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT source, path, content_hash, inputs_hash, reason FROM quarantine WHERE collection = ?",
                (collection,),
            ).fetchall()
        return {
            (source, path): Quarantined(
                path=path, content_hash=content_hash, inputs_hash=inputs_hash, reason=reason
            )
            for source, path, content_hash, inputs_hash, reason in rows
        }

    def vectors(self, model_id: str, keys: Sequence[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
        """The vectors kept for these hashes of embedded text; unknown ones are left out."""
        found: dict[bytes, npt.NDArray[np.float32]] = {}
        with self._reading() as db:
            distinct = list(dict.fromkeys(keys))
            for at in range(0, len(distinct), _MANY):
                part = distinct[at : at + _MANY]
                marks = ",".join("?" * len(part))
                rows = db.execute(
                    f"SELECT embed_key, vector FROM vectors WHERE model_id = ? AND embed_key IN ({marks})",  # noqa: S608 - our own names
                    (model_id, *part),
                )
                for key, blob in rows:
                    found[bytes(key)] = np.frombuffer(blob, dtype="<f4").astype(np.float32)
        return found

    # --- writing ---

    def replace(
        self, stored: StoredDocument, passages: Sequence[StoredPassage], terms: Sequence[str]
    ) -> None:
        """Put a document with its passages in place of the one of that id, in one transaction.

        Args:
            terms: For the keyword search: each passage's terms, joined by spaces; as many as passages.
        """
        document = stored.document
        with self._writing() as db:
            self._delete(db, document.collection, document.document_id)
            db.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.collection,
                    document.document_id,
                    stored.revision,
                    stored.source,
                    document.path,
                    document.content_hash,
                    stored.inputs_hash,
                    document_to(document),
                    stored.text,
                    stored.body_start,
                    pages_to(stored.pages),
                    json.dumps([(each.kind, each.name) for each in stored.aliases], ensure_ascii=False),
                    len(passages),
                ),
            )
            for each, its_terms in zip(passages, terms, strict=True):
                passage = each.passage
                page = page_at(stored.pages, passage.start)
                row = db.execute(
                    "INSERT INTO passages (collection, document_id, number, first, past, page, section, context, "
                    "text, embed_key, page_of, page_confidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        document.collection,
                        document.document_id,
                        each.number,
                        passage.start,
                        passage.end,
                        passage.page,
                        passage.section,
                        each.context,
                        passage.text,
                        each.embed_key,
                        page.of if page else "",
                        page.confidence if page else None,
                    ),
                )
                db.execute(
                    "INSERT INTO passage_terms (rowid, terms) VALUES (?, ?)", (row.lastrowid, its_terms)
                )
                db.execute(
                    "INSERT INTO passage_words (rowid, text) VALUES (?, ?)", (row.lastrowid, passage.text)
                )
            db.execute(
                "DELETE FROM quarantine WHERE collection = ? AND source = ? AND path = ?",
                (document.collection, stored.source, document.path),
            )

    def remove(self, collection: str, document_id: str) -> None:
        """Forget a document."""
        with self._writing() as db:
            self._delete(db, collection, document_id)

    def quarantine(self, collection: str, source: str, entry: Quarantined) -> None:
        """Remember that a file could not be read, so that it is not tried again unchanged."""
        with self._writing(documents=False) as db:
            db.execute(
                "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?)",
                (collection, source, entry.path, entry.content_hash, entry.inputs_hash, entry.reason),
            )

    def release(self, collection: str, source: str, path: str) -> None:
        """Forget that a file could not be read."""
        with self._writing(documents=False) as db:
            db.execute(
                "DELETE FROM quarantine WHERE collection = ? AND source = ? AND path = ?",
                (collection, source, path),
            )

    def keep_vectors(self, model_id: str, vectors: Mapping[bytes, npt.NDArray[np.float32]]) -> None:
        """Keep vectors by the hash of their text, so that the same text is never embedded twice."""
        with self._writing(documents=False) as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(model_id, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()],
            )

    def serve(self, model: str) -> None:
        """Searches go by this embedding model from now on: all documents have their entries for it."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('serving', ?)", (model,))

    def drop_unused_vectors(self) -> int:
        """Forget vectors of text that no passage holds any more; returns how many. Those kept aside stay."""
        with self._writing(documents=False) as db:
            return db.execute(
                "DELETE FROM vectors WHERE model_id NOT GLOB ? AND embed_key NOT IN (SELECT embed_key FROM passages)",
                (f"{self.ASIDE}*",),
            ).rowcount

    # --- inside ---

    def _delete(self, db: sqlite3.Connection, collection: str, document_id: str) -> None:
        there = "SELECT 1 FROM documents WHERE collection = ? AND document_id = ?"
        if db.execute(there, (collection, document_id)).fetchone() is None:
            return
        self._note_replaced(db)
        db.execute(
            "DELETE FROM passage_terms WHERE rowid IN "
            "(SELECT id FROM passages WHERE collection = ? AND document_id = ?)",
            (collection, document_id),
        )
        # an index without its own copy of the text has to be told what it loses
        db.execute(
            "INSERT INTO passage_words (passage_words, rowid, text) "
            "SELECT 'delete', id, text FROM passages WHERE collection = ? AND document_id = ?",
            (collection, document_id),
        )
        for table in ("passages", "documents"):
            db.execute(
                f"DELETE FROM {table} WHERE collection = ? AND document_id = ?",  # noqa: S608 - our own names
                (collection, document_id),
            )


_PASSAGE_COLUMNS = (
    "document_id, number, first, past, page, section, context, text, embed_key, page_of, page_confidence"
)


def _passage_from(row: Sequence[Any]) -> StoredPassage:
    document_id, number, first, past, page, section, context, text, embed_key, page_of, confidence = row
    return StoredPassage(
        passage=Passage(
            passage_id=passage_id(document_id, number),
            document_id=document_id,
            text=text,
            start=first,
            end=past,
            page=page,
            section=section,
            page_of=page_of,
            page_confidence=confidence,
        ),
        number=number,
        context=context,
        embed_key=bytes(embed_key),
    )
