"""The text store: documents, their full text, passages and vectors in one SQLite file. Home of sqlite3 for documents.

It is the source of truth. A citation is opened from here, the vector index is rebuilt from here, and the keyword
fallback searches here. A document is replaced in one transaction, so a reader sees the old or the new, never half.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from retrieval.errors import StoreUnavailable
from retrieval.passage import Document, Passage

_SCHEMA_VERSION = "1"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL, document_id TEXT NOT NULL, revision TEXT NOT NULL, source TEXT NOT NULL,
    path TEXT NOT NULL, content_hash TEXT NOT NULL, inputs_hash TEXT NOT NULL, described TEXT NOT NULL,
    text TEXT NOT NULL, body_start INTEGER NOT NULL, pages TEXT NOT NULL, aliases TEXT NOT NULL,
    passages INTEGER NOT NULL,
    PRIMARY KEY (collection, document_id));
CREATE INDEX IF NOT EXISTS documents_by_source ON documents (collection, source, path);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, collection TEXT NOT NULL, document_id TEXT NOT NULL, number INTEGER NOT NULL,
    first INTEGER NOT NULL, past INTEGER NOT NULL, page INTEGER, section TEXT NOT NULL, context TEXT NOT NULL,
    text TEXT NOT NULL, embed_key BLOB NOT NULL,
    UNIQUE (collection, document_id, number));
CREATE INDEX IF NOT EXISTS passages_by_key ON passages (embed_key);
CREATE VIRTUAL TABLE IF NOT EXISTS passage_terms USING fts5 (terms, tokenize = "unicode61 tokenchars '.,:-/'");
CREATE VIRTUAL TABLE IF NOT EXISTS term_counts USING fts5vocab ('passage_terms', 'row');
CREATE VIRTUAL TABLE IF NOT EXISTS passage_words USING fts5 (
    text, content = 'passages', content_rowid = 'id', detail = 'none', tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE IF NOT EXISTS word_counts USING fts5vocab ('passage_words', 'row');
CREATE TABLE IF NOT EXISTS vectors (
    model_id TEXT NOT NULL, embed_key BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (model_id, embed_key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine (
    collection TEXT NOT NULL, source TEXT NOT NULL, path TEXT NOT NULL, content_hash TEXT NOT NULL,
    inputs_hash TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (collection, source, path));
"""
_BUSY_SECONDS = 10.0
_MANY = 500  # bound variables per statement, below SQLite's oldest limit


@dataclass(frozen=True, kw_only=True)
class Alias:
    """A name that a question may use for a document."""

    kind: Literal["title", "reference", "party"]
    """``party``: a customer, vendor, carrier or company it is about; may be shortened in a question."""
    name: str


@dataclass(frozen=True, kw_only=True)
class PageSpan:
    """A page of a document that has pages."""

    number: int
    """1-based."""
    start: int
    """First character in the document's text."""
    end: int
    """One past the last character."""


@dataclass(frozen=True, kw_only=True)
class StoredPassage:
    """A passage with what the index needs beside its text."""

    passage: Passage
    number: int
    """Running number within its document, from 0."""
    context: str = ""
    """Words that are not part of the passage but say what it is about, such as its table's header row."""
    embed_key: bytes = b""
    """Hash of the text that was embedded for it."""


@dataclass(frozen=True, kw_only=True)
class StoredDocument:
    """A document with everything that is kept of it."""

    document: Document
    revision: str
    """Hash of all that its index entries depend on."""
    source: str
    """Folder it was ingested from, absolute; or another name of a source."""
    inputs_hash: str
    """Hash of file, description and reader version: same inputs, nothing to do."""
    text: str
    body_start: int
    """First character after the front matter; what stands before it is description, not text to quote."""
    pages: tuple[PageSpan, ...]
    aliases: tuple[Alias, ...]
    """Names a question may use for it."""


@dataclass(frozen=True, kw_only=True)
class DocumentRow:
    """A document without its text; what lists and access checks need."""

    document: Document
    revision: str
    source: str
    inputs_hash: str
    passages: int
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A file that could not be read, and why."""

    path: str
    content_hash: str
    inputs_hash: str
    reason: str


class DocumentStore:
    """Opens or creates the file at `path`; one connection per thread, any number of reading processes.

    Raises:
        StoreUnavailable: from any method, when the file cannot be opened, read or written.
    """

    ASIDE = "aside/"
    """Vectors under a model id that begins so are not of passages: words and tables, which no document takes along when it leaves."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._prepared = False

    # --- reading ---

    @property
    def path(self) -> Path:
        """The file; what belongs to the documents but must outlive it (decisions about terms) lies beside it."""
        return self._path

    def installation(self) -> str:
        """A random name made when the file was created; keeps the indexes of two stores apart on one server."""
        return self._meta("installation")

    def change(self) -> int:
        """Goes up with every change to documents; a cache made at the same number is still good."""
        return int(self._meta("change"))

    def serving(self) -> str:
        """The embedding model that searches go by, as `serve` was told; empty when nobody told."""
        return self._meta_or_empty("serving")

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
                document=_document_from(described),
                revision=revision,
                source=source,
                inputs_hash=inputs_hash,
                passages=passages,
                aliases=_aliases_from(aliases),
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
            document=_document_from(described),
            revision=revision,
            source=source,
            inputs_hash=inputs_hash,
            text=text,
            body_start=body_start,
            pages=tuple(PageSpan(number=n, start=s, end=e) for n, s, e in json.loads(pages)),
            aliases=_aliases_from(aliases),
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
        wanted = json.dumps(sorted({(document_id, int(number)) for document_id, number in places}))
        columns = ", ".join(f"p.{name}" for name in _PASSAGE_COLUMNS.split(", "))
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {columns} FROM json_each(?) AS place CROSS JOIN passages AS p "  # noqa: S608 - our own names
                "ON p.collection = ? AND p.document_id = json_extract(place.value, '$[0]') "
                "AND p.number = json_extract(place.value, '$[1]')",
                (wanted, collection),
            ).fetchall()
        found = [_passage_from(row) for row in rows]
        return {(each.passage.document_id, each.number): each for each in found}

    def keyword_search(
        self, collection: str, terms: Sequence[str], document_ids: Iterable[str], limit: int
    ) -> list[tuple[str, int, float]]:
        """Passages of the given documents that hold any of the terms: (document id, number, BM25 score), best first."""
        if not terms:
            return []
        match = " OR ".join(_quoted(term) for term in dict.fromkeys(terms))
        with self._reading() as db:
            rows = db.execute(
                "SELECT p.document_id, p.number, -bm25(passage_terms) FROM passage_terms "
                "CROSS JOIN passages p ON p.id = passage_terms.rowid "
                "WHERE passage_terms MATCH ? AND p.collection = ? "
                "AND p.document_id IN (SELECT value FROM json_each(?)) ORDER BY 3 DESC, 1, 2 LIMIT ?",
                (match, collection, json.dumps(sorted(document_ids)), limit),
            ).fetchall()
        return [(document_id, number, float(score)) for document_id, number, score in rows]

    def terms_present(
        self, collection: str, terms: Iterable[str], document_ids: Iterable[str]
    ) -> frozenset[str]:
        """Which of the terms stand in a passage of the given documents."""
        allowed = json.dumps(sorted(document_ids))
        present = set()
        with self._reading() as db:
            for term in set(terms):
                row = db.execute(
                    "SELECT 1 FROM passage_terms CROSS JOIN passages p ON p.id = passage_terms.rowid "
                    "WHERE passage_terms MATCH ? AND p.collection = ? "
                    "AND p.document_id IN (SELECT value FROM json_each(?)) LIMIT 1",
                    (_quoted(term), collection, allowed),
                ).fetchone()
                if row is not None:
                    present.add(term)
        return frozenset(present)

    def term_counts(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many passages a term stands, over all collections; unknown ones are left out."""
        with self._reading() as db:
            return self._counts(db, "term_counts", terms)

    def word_counts(self, words: Iterable[str]) -> dict[str, int]:
        """In how many passages a word stands as it is written (lower case); unknown ones are left out."""
        with self._reading() as db:
            return self._counts(db, "word_counts", words)

    def vocabulary(self, most: int) -> list[str]:
        """The words of all passages as they are written (lower case), the most used first."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT term FROM word_counts ORDER BY doc DESC, term LIMIT ?", (most,)
            ).fetchall()
        return [word for (word,) in rows]

    def words_known(self) -> str:
        """Which state of the vocabulary has its vectors, as `words_learned` was told; empty when nobody told."""
        return self._meta_or_empty("words")

    def words_like(self, word: str, *, longer: int) -> list[tuple[str, int]]:
        """Words with the same first letter and a length that differs by at most `longer`, with their counts."""
        with self._reading() as db:
            return db.execute(
                "SELECT term, doc FROM word_counts WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
                (word[0], chr(ord(word[0]) + 1), len(word) - longer, len(word) + longer),
            ).fetchall()

    @staticmethod
    def _counts(db: sqlite3.Connection, table: str, words: Iterable[str]) -> dict[str, int]:
        found = {}
        for word in set(words):
            row = db.execute(f"SELECT doc FROM {table} WHERE term = ?", (word,)).fetchone()  # noqa: S608 - our own names
            if row is not None:
                found[word] = int(row[0])
        return found

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
                    _document_to(document),
                    stored.text,
                    stored.body_start,
                    json.dumps([(page.number, page.start, page.end) for page in stored.pages]),
                    json.dumps([(each.kind, each.name) for each in stored.aliases], ensure_ascii=False),
                    len(passages),
                ),
            )
            for each, its_terms in zip(passages, terms, strict=True):
                passage = each.passage
                row = db.execute(
                    "INSERT INTO passages (collection, document_id, number, first, past, page, section, context, "
                    "text, embed_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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

    def words_learned(self, state: str) -> None:
        """The vocabulary in this state has its vectors."""
        with self._writing(documents=False) as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('words', ?)", (state,))

    def drop_unused_vectors(self) -> int:
        """Forget vectors of text that no passage holds any more; returns how many. Those kept aside stay."""
        with self._writing(documents=False) as db:
            return db.execute(
                "DELETE FROM vectors WHERE model_id NOT GLOB ? AND embed_key NOT IN (SELECT embed_key FROM passages)",
                (f"{self.ASIDE}*",),
            ).rowcount

    def close(self) -> None:
        """Close the connections of all threads; safe to call twice."""
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(sqlite3.Error):
                    connection.close()
            self._connections.clear()
            self._local = threading.local()

    # --- inside ---

    @staticmethod
    def _delete(db: sqlite3.Connection, collection: str, document_id: str) -> None:
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

    def _meta_or_empty(self, key: str) -> str:
        with self._reading() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def _meta(self, key: str) -> str:
        with self._reading() as db:
            return str(db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection()
        except sqlite3.Error as error:
            raise self._unavailable("read", error) from error

    @contextlib.contextmanager
    def _writing(self, *, documents: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction.

        Args:
            documents: Whether it changes documents, so that caches of them are old after it.
        """
        try:
            db = self._connection()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                if documents:
                    db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'change'")
                db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._unavailable("write", error) from error

    def _unavailable(self, what: str, error: Exception) -> StoreUnavailable:
        return StoreUnavailable(
            f"Cannot {what} the document store {self._path} ({error}). Check that the disk has room and that "
            "COPILOT_DATA_DIR may be written; if the file is damaged, delete it and run `copilot ingest` again."
        )

    def _connection(self) -> sqlite3.Connection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unavailable("create the folder of", error) from error
        # closed from `close`, which may run in another thread than the one that asked
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        with self._lock:
            self._connections.append(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            if not self._prepared:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(_SCHEMA)
                for key, value in (
                    ("schema", _SCHEMA_VERSION),
                    ("change", "0"),
                    ("installation", uuid.uuid4().hex[:12]),
                ):
                    connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
                self._prepared = True
        return connection


def _quoted(term: str) -> str:
    """A term as FTS5 takes it literally."""
    return '"' + term.replace('"', "") + '"'


_PASSAGE_COLUMNS = "document_id, number, first, past, page, section, context, text, embed_key"


def _passage_from(row: Sequence[Any]) -> StoredPassage:
    document_id, number, first, past, page, section, context, text, embed_key = row
    return StoredPassage(
        passage=Passage(
            passage_id=passage_id(document_id, number),
            document_id=document_id,
            text=text,
            start=first,
            end=past,
            page=page,
            section=section,
        ),
        number=number,
        context=context,
        embed_key=bytes(embed_key),
    )


def _aliases_from(written: str) -> tuple[Alias, ...]:
    return tuple(Alias(kind=kind, name=name) for kind, name in json.loads(written))


def passage_id(document_id: str, number: int) -> str:
    """The public name of a passage."""
    return f"{document_id}#{number}"


_DATES = ("valid_from", "valid_to", "superseded_from")
_LISTS = ("roles", "causes", "flags")
_KNOWN = {each.name for each in fields(Document)}


def _document_to(document: Document) -> str:
    values = asdict(document)
    for name in _DATES:
        values[name] = values[name].isoformat() if values[name] else None
    return json.dumps(values, ensure_ascii=False)


def _document_from(described: str) -> Document:
    values = {name: value for name, value in json.loads(described).items() if name in _KNOWN}
    for name in _DATES:
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    for name in _LISTS:
        values[name] = tuple(values.get(name, ()))
    return Document(**values)


def with_document(stored: StoredDocument, document: Document, revision: str) -> StoredDocument:
    """The same stored text under a changed description."""
    return replace(stored, document=document, revision=revision)
