"""The terms of documents and what people decided about them, in a file of their own beside the documents.

Terms can be read from the documents again at any time; decisions cannot. So they do not share a file with what may be deleted
and rebuilt, and a decision is never changed or removed: an undo is a decision too.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from retrieval.errors import StoreUnavailable
from retrieval.search import Library
from retrieval.terms import DocumentTerms, Term

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document_terms (
    collection TEXT NOT NULL, document_id TEXT NOT NULL, text_hash TEXT NOT NULL, rules_version TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (collection, document_id));
CREATE TABLE IF NOT EXISTS proposals (
    collection TEXT NOT NULL, term_id TEXT NOT NULL, document_id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (collection, term_id));
CREATE TABLE IF NOT EXISTS decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, document_id TEXT NOT NULL, term_id TEXT NOT NULL, kind TEXT NOT NULL,
    applies_to TEXT NOT NULL, clause TEXT NOT NULL, clause_hash TEXT NOT NULL, quote TEXT NOT NULL, action TEXT NOT NULL,
    value TEXT NOT NULL, before TEXT NOT NULL, note TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL, undoes INTEGER);
CREATE TRIGGER IF NOT EXISTS decisions_stay BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions stay'); END;
CREATE TRIGGER IF NOT EXISTS decisions_keep BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions stay'); END;
"""
_BUSY_SECONDS = 10.0

Action = Literal["confirm", "correct", "undo"]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a person decided about a term."""

    number: int
    """Given by the store; 0 before."""
    document_id: str
    term_id: str
    kind: str
    applies_to: str
    clause: str
    clause_hash: str
    """Of the words it was decided from."""
    quote: str
    """Those words' main place."""
    action: Action
    value: str
    """As `TermValue.text` writes it."""
    before: str
    """What was there before; empty when nothing was."""
    note: str
    login: str
    at: datetime
    """UTC."""
    undoes: int | None = None
    """Number of the decision that this one takes back."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"at": self.at.isoformat(timespec="seconds")}


class TermStore:
    """Opens or creates the file at `path`; a connection per call, so that it may be used from anywhere.

    Raises:
        StoreUnavailable: from any method, when the file cannot be opened, read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, collection: str, terms: DocumentTerms) -> None:
        """Put the terms of a document in place of those that were read before, at once."""
        with self._connected() as db:
            db.execute(
                "INSERT OR REPLACE INTO document_terms VALUES (?, ?, ?, ?, ?)",
                (
                    collection,
                    terms.document_id,
                    terms.text_hash,
                    terms.rules_version,
                    json.dumps(terms.to_json(), ensure_ascii=False),
                ),
            )

    def forget(self, collection: str, document_id: str) -> None:
        """Forget the terms of a document that is gone; decisions about them stay."""
        with self._connected() as db:
            db.execute(
                "DELETE FROM document_terms WHERE collection = ? AND document_id = ?",
                (collection, document_id),
            )
            db.execute(
                "DELETE FROM proposals WHERE collection = ? AND document_id = ?", (collection, document_id)
            )

    def all(self, collection: str) -> dict[str, DocumentTerms]:
        """The terms of all documents, by document id."""
        with self._connected() as db:
            rows = db.execute(
                "SELECT document_id, text_hash, rules_version, body FROM document_terms WHERE collection = ?",
                (collection,),
            ).fetchall()
        return {document_id: _terms_from(document_id, *rest) for document_id, *rest in rows}

    def states(self, collection: str) -> dict[str, tuple[str, str]]:
        """Text hash and rules version that the terms of each document were read with."""
        with self._connected() as db:
            rows = db.execute(
                "SELECT document_id, text_hash, rules_version FROM document_terms WHERE collection = ?",
                (collection,),
            )
            return {document_id: (text, rules) for document_id, text, rules in rows}

    def propose(self, collection: str, term: Term) -> None:
        """Keep what a language model proposes; an earlier proposal of that id goes."""
        with self._connected() as db:
            db.execute(
                "INSERT OR REPLACE INTO proposals VALUES (?, ?, ?, ?)",
                (collection, term.term_id, term.document_id, json.dumps(term.to_json(), ensure_ascii=False)),
            )

    def proposals(self, collection: str) -> list[Term]:
        """All that was proposed."""
        with self._connected() as db:
            rows = db.execute(
                "SELECT body FROM proposals WHERE collection = ? ORDER BY term_id", (collection,)
            ).fetchall()
        return [Term.from_json(json.loads(body)) for (body,) in rows]

    def decide(self, collection: str, decision: Decision) -> Decision:
        """Append a decision. Returns it with its number."""
        with self._connected() as db:
            row = db.execute(
                "INSERT INTO decisions (collection, document_id, term_id, kind, applies_to, clause, clause_hash, quote, action, value, "
                "before, note, login, at, undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    collection, decision.document_id, decision.term_id, decision.kind, decision.applies_to, decision.clause,
                    decision.clause_hash, decision.quote, decision.action, decision.value, decision.before, decision.note,
                    decision.login, decision.at.isoformat(), decision.undoes,
                ),
            )  # fmt: skip
            return Decision(**{**asdict(decision), "number": int(row.lastrowid or 0), "at": decision.at})

    def decisions(self, collection: str) -> list[Decision]:
        """Every decision, oldest first."""
        with self._connected() as db:
            rows = db.execute(
                "SELECT id, document_id, term_id, kind, applies_to, clause, clause_hash, quote, action, value, before, note, login, "
                "at, undoes FROM decisions WHERE collection = ? ORDER BY id",
                (collection,),
            ).fetchall()
        names = (
            "number", "document_id", "term_id", "kind", "applies_to", "clause", "clause_hash", "quote", "action", "value", "before",
            "note", "login", "at", "undoes",
        )  # fmt: skip
        found = []
        for row in rows:
            values = dict(zip(names, row, strict=True))
            found.append(Decision(**{**values, "at": datetime.fromisoformat(values["at"])}))
        return found

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
            try:
                # a decision that was acknowledged survives the process and the power
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                db.executescript(_SCHEMA)
                with db:
                    yield db
            finally:
                db.close()
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(
                f"The contract terms in {self._path} cannot be used ({error}). Check that the disk has room and that COPILOT_DATA_DIR "
                "may be written. The file holds what people decided: restore it from a backup rather than deleting it."
            ) from error


def term_store(library: Library) -> TermStore:
    """The terms that belong to a library's documents."""
    return TermStore(library.store.path.with_name("terms.sqlite3"))


def _terms_from(document_id: str, text_hash: str, rules_version: str, written: str) -> DocumentTerms:
    return DocumentTerms.from_json(
        json.loads(written), document_id=document_id, text_hash=text_hash, rules_version=rules_version
    )
