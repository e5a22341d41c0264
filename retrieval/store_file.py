"""The one SQLite file behind the text store: its tables, its connections, its transactions. Home of sqlite3 for documents."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

from retrieval.errors import StoreUnavailable

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
    text TEXT NOT NULL, embed_key BLOB NOT NULL, page_of TEXT NOT NULL DEFAULT '', page_confidence REAL,
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
_ADDED_TO_PASSAGES = {"page_of": "TEXT NOT NULL DEFAULT ''", "page_confidence": "REAL"}
"""Columns that a file made by an earlier version lacks; their passages have the defaults until the document is read again."""
_BUSY_SECONDS = 10.0


class StoreFile:
    """Opens or creates the file at `path`; one connection per thread, any number of reading processes.

    Raises:
        StoreUnavailable: from any method, when the file cannot be opened, read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._prepared = False

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

    def replaced(self) -> int:
        """Goes up when a document that was there is replaced or removed; what was read of one at the same number still holds.
        New documents, of which an ingest brings one after the other, leave it alone."""
        return int(self._meta("replaced"))

    def serving(self) -> str:
        """The embedding model that searches go by, as `serve` was told; empty when nobody told."""
        return self._meta_or_empty("serving")

    def words_known(self) -> str:
        """Which state of the vocabulary has its vectors, as `words_learned` was told; empty when nobody told."""
        return self._meta_or_empty("words")

    def words_learned(self, state: str) -> None:
        """The vocabulary in this state has its vectors."""
        with self._writing(documents=False) as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('words', ?)", (state,))

    def close(self) -> None:
        """Close the connections of all threads; safe to call twice."""
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(sqlite3.Error):
                    connection.close()
            self._connections.clear()
            self._local = threading.local()

    # --- inside ---

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

    @staticmethod
    def _note_replaced(db: sqlite3.Connection) -> None:
        db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'replaced'")

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
                _add_columns(connection)
                for key, value in (
                    ("schema", _SCHEMA_VERSION),
                    ("change", "0"),
                    ("replaced", "0"),
                    ("installation", uuid.uuid4().hex[:12]),
                ):
                    connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
                self._prepared = True
        return connection


def _add_columns(connection: sqlite3.Connection) -> None:
    def missing() -> list[str]:
        there = {row[1] for row in connection.execute("PRAGMA table_info(passages)")}
        return [f"{name} {kind}" for name, kind in _ADDED_TO_PASSAGES.items() if name not in there]

    if not missing():
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # looked at again: another process may have added them while this one waited
        for column in missing():
            connection.execute(f"ALTER TABLE passages ADD COLUMN {column}")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
