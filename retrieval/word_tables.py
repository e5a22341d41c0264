"""Which words stand in which passages: the keyword search of the text store, and the words it knows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from retrieval.store_file import StoreFile

_KEPT = 20_000
"""Counts of words that are remembered until a document changes."""


class WordTables(StoreFile):
    """The term and word tables of the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._counted: dict[tuple[str, str], tuple[int, int]] = {}

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

    def terms_at(
        self, collection: str, places: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], frozenset[str]]:
        """The terms of the passages at these (document id, number) places, those of title and headings included."""
        wanted = json.dumps(sorted({(document_id, int(number)) for document_id, number in places}))
        with self._reading() as db:
            rows = db.execute(
                "SELECT p.document_id, p.number, t.terms FROM json_each(?) AS place CROSS JOIN passages AS p "
                "ON p.collection = ? AND p.document_id = json_extract(place.value, '$[0]') "
                "AND p.number = json_extract(place.value, '$[1]') CROSS JOIN passage_terms AS t ON t.rowid = p.id",
                (wanted, collection),
            ).fetchall()
        return {(document_id, number): frozenset(held.split()) for document_id, number, held in rows}

    def terms_present(
        self, collection: str, terms: Iterable[str], document_ids: Iterable[str]
    ) -> frozenset[str]:
        """Which of the terms stand in a passage of the given documents."""
        allowed = json.dumps(sorted(document_ids))
        present = set()
        with self._reading() as db:
            asked = set(terms)
            known = self._counts(db, "term_counts", asked)
            for term in asked:
                # what stands nowhere needs no look into this reader's documents; "isn't" is two tokens there, and is looked for
                if term not in known and "'" not in term:
                    continue
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

    def words_like(self, word: str, *, longer: int) -> list[tuple[str, int]]:
        """Words with the same first letter and a length that differs by at most `longer`, with their counts."""
        with self._reading() as db:
            return db.execute(
                "SELECT term, doc FROM word_counts WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
                (word[0], chr(ord(word[0]) + 1), len(word) - longer, len(word) + longer),
            ).fetchall()

    def _counts(self, db: sqlite3.Connection, table: str, words: Iterable[str]) -> dict[str, int]:
        change = self.change()
        found = {}
        for word in set(words):
            # most words of a question are asked again in the next one
            kept = self._counted.get((table, word))
            if kept is None or kept[0] != change:
                row = db.execute(f"SELECT doc FROM {table} WHERE term = ?", (word,)).fetchone()  # noqa: S608 - our own names
                if len(self._counted) >= _KEPT:
                    self._counted.clear()
                kept = self._counted[table, word] = (change, int(row[0]) if row is not None else 0)
            if kept[1]:
                found[word] = kept[1]
        return found


def _quoted(term: str) -> str:
    """A term as FTS5 takes it literally."""
    return '"' + term.replace('"', "") + '"'
