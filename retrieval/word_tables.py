"""Which words stand in which passages: the keyword search of the text store, and the words it knows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from retrieval.remembered import Remembered
from retrieval.store_file import StoreFile

Row = TypeVar("Row")

_PLACES = 400
"""Places asked for in one statement: two variables each, below SQLite's oldest limit."""
MOST_PASSAGES = 8192
"""Passages that are remembered until a document is replaced or removed: some 20 MB with their terms."""
_SEARCHES = 32
"""Keyword searches that are remembered until a document changes."""
_READERS = 16
"""Sets of documents of which is remembered which words stand in them."""
_KEPT = 20_000
"""Counts of words that are remembered until a document changes."""


class WordTables(StoreFile):
    """The term and word tables of the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._counted: dict[tuple[str, str], tuple[int, int]] = {}
        self._found: Remembered[list[tuple[str, int, float]]] = Remembered(_SEARCHES)
        self._present: Remembered[dict[str, bool]] = Remembered(_READERS)
        self._terms: Remembered[frozenset[str]] = Remembered(MOST_PASSAGES)

    def keyword_search(
        self, collection: str, terms: Sequence[str], document_ids: Iterable[str], limit: int
    ) -> list[tuple[str, int, float]]:
        """Passages of the given documents that hold any of the terms: (document id, number, BM25 score), best first."""
        if not terms:
            return []
        match = " OR ".join(_quoted(term) for term in dict.fromkeys(terms))
        # the frames of questions ("in this contract") are few, and their words stand everywhere; in which documents is a part of the key
        among = frozenset(document_ids)
        key = (collection, self.change(), match, among, limit)
        known = self._found.get(key)
        if known is not None:
            return list(known)
        with self._reading() as db:
            rows = db.execute(
                "SELECT p.document_id, p.number, -bm25(passage_terms) FROM passage_terms "
                "CROSS JOIN passages p ON p.id = passage_terms.rowid "
                "WHERE passage_terms MATCH ? AND p.collection = ? "
                "AND p.document_id IN (SELECT value FROM json_each(?)) ORDER BY 3 DESC, 1, 2 LIMIT ?",
                (match, collection, json.dumps(sorted(among)), limit),
            ).fetchall()
        found = [(document_id, number, float(score)) for document_id, number, score in rows]
        return list(self._found.put(key, found))

    def terms_at(
        self, collection: str, places: Iterable[tuple[str, int]]
    ) -> dict[tuple[str, int], frozenset[str]]:
        """The terms of the passages at these (document id, number) places, those of title and headings included."""
        return self._remembered_at(
            self._terms,
            "SELECT p.document_id, p.number, t.terms {at} CROSS JOIN passage_terms AS t ON t.rowid = p.id",
            collection,
            places,
            lambda row: frozenset(row[2].split()),
        )

    def terms_present(
        self, collection: str, terms: Iterable[str], document_ids: Iterable[str]
    ) -> frozenset[str]:
        """Which of the terms stand in a passage of the given documents."""
        with self._reading() as db:
            asked = set(terms)
            known = self._counts(db, "term_counts", asked)
            # what stands nowhere needs no look into this reader's documents; "isn't" is two tokens there, and is looked for
            sought = sorted(term for term in asked if term in known or "'" in term)
            # the words of one question are asked again in the next; in which documents they stand is a part of the key
            among = frozenset(document_ids)
            key = (collection, self.change(), among)
            held = dict(self._present.get(key) or {})
            new = [term for term in sought if term not in held]
            if new:
                # all terms in one statement: the list of documents, often a thousand, is then read once
                rows = db.execute(
                    "SELECT term.value FROM json_each(?) AS term WHERE EXISTS ("
                    "SELECT 1 FROM passage_terms CROSS JOIN passages p ON p.id = passage_terms.rowid "
                    "WHERE passage_terms MATCH '\"' || replace(term.value, '\"', '') || '\"' AND p.collection = ? "
                    "AND p.document_id IN (SELECT value FROM json_each(?)))",
                    (json.dumps(new), collection, json.dumps(list(among))),
                ).fetchall()
                kept = held if len(held) + len(new) <= _KEPT else {}
                held |= dict.fromkeys(new, False) | {term: True for (term,) in rows}
                self._present.put(key, kept | {term: held[term] for term in new})
        return frozenset(term for term in sought if held[term])

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

    def _remembered_at(
        self,
        book: Remembered[Row],
        select: str,
        collection: str,
        places: Iterable[tuple[str, int]],
        made_of: Callable[[Any], Row],
    ) -> dict[tuple[str, int], Row]:
        """What `_at` gives, read only where it is not remembered; places that do not exist are left out."""
        replaced = self.replaced()
        found: dict[tuple[str, int], Row] = {}
        missing = []
        for document_id, number in places:
            kept = book.get((collection, document_id, int(number), replaced))
            if kept is None:
                missing.append((document_id, int(number)))
            else:
                found[document_id, int(number)] = kept
        if missing:
            for row in self._at(select, collection, missing):
                found[row[0], row[1]] = book.put((collection, row[0], row[1], replaced), made_of(row))
        return found

    def _at(self, select: str, collection: str, places: Iterable[tuple[str, int]]) -> list[Any]:
        """Rows of the passages at these (document id, number) places, ordered by place.

        Args:
            select: With ``{at}`` where the passages are joined, as ``p``.
        """
        wanted = sorted({(document_id, int(number)) for document_id, number in places})
        rows: list[Any] = []
        with self._reading() as db:
            for start in range(0, len(wanted), _PLACES):
                some = wanted[start : start + _PLACES]
                marks = ",".join(["(?,?)"] * len(some))
                at = (
                    "FROM place CROSS JOIN passages AS p ON p.collection = ? "
                    "AND p.document_id = place.document AND p.number = place.number"
                )
                rows += db.execute(
                    f"WITH place (document, number) AS (VALUES {marks}) " + select.format(at=at),
                    (*[each for place in some for each in place], collection),
                )
        return rows

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
