"""The same cases for every index: embedded, served (the client's local mode), and the exact one read from the store."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from retrieval.access import payload_of
from retrieval.document_store import DocumentStore
from retrieval.errors import IndexUnavailable, StoreUnavailable
from retrieval.exact_base import ExactBase
from retrieval.indexing import Indexer
from retrieval.knowledge_base import (
    AnyOf,
    Between,
    IndexEntry,
    IndexFilter,
    IndexQuery,
    KnowledgeBase,
)
from retrieval.passage import Document
from retrieval.qdrant_edge_base import QdrantEdgeBase
from retrieval.qdrant_server_base import QdrantServerBase
from retrieval.sparse import query_vector, terms
from retrieval.testing import WordEmbedder, make_document, stored

TEXTS = {
    "splits": "Partial shipments need consent.\n\nThe first shipment carries half of the value.\n\nNobody splits twice.",
    "claims": "Damage is claimed within ten days.\n\nLoss is claimed within thirty days of collection.",
    "cold": "Salmon travels at two degrees.\n\nA warm pallet of salmon is refused and claimed at once.",
}
MODEL = WordEmbedder()
EVERYTHING = IndexFilter()


def documents() -> dict[str, Document]:
    return {
        "splits": make_document("splits", TEXTS["splits"], company="Harbor", customer="C-1"),
        "claims": make_document(
            "claims", TEXTS["claims"], company="Harbor", carrier="Swift", type="carrier_policy"
        ),
        "cold": make_document("cold", TEXTS["cold"], company="Northgate", roles=("finance",)),
    }


class Bench:
    """An index with its text store, written to as the product does."""

    def __init__(self, base: KnowledgeBase, store: DocumentStore, writer: KnowledgeBase) -> None:
        self.base = base
        self.store = store
        self.writer = writer

    def put(self, document: Document, text: str) -> str:
        its, passages = stored(document, text)
        Indexer(self.store, self.writer, MODEL).put(its, passages)
        return its.revision

    def find(self, text: str, *, where: IndexFilter = EVERYTHING, limit: int = 10) -> list[tuple[str, int]]:
        """Places found by meaning, best first."""
        (hits,) = self.base.search([IndexQuery(filter=where, limit=limit, dense=MODEL.embed([text])[0])])
        return [(hit.document_id, hit.number) for hit in hits]

    def find_words(self, text: str, *, where: IndexFilter = EVERYTHING) -> list[tuple[str, int]]:
        (hits,) = self.base.search([IndexQuery(filter=where, limit=10, sparse=query_vector(terms(text)))])
        return [(hit.document_id, hit.number) for hit in hits]


class NoIndex:
    """Writes nothing anywhere but the text store, which is all that the exact index reads."""

    def replace_document(
        self, document_id: str, revision: str, entries: Sequence[IndexEntry], commit: Callable[[], None]
    ) -> None:
        commit()

    def remove_document(self, document_id: str, commit: Callable[[], None]) -> None:
        commit()

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(scope="module")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded index with nothing in it: copying it is quicker than making one for each test."""
    folder = tmp_path_factory.mktemp("empty") / "index"
    QdrantEdgeBase(folder, dimensions=MODEL.dimensions).close()
    return folder


def open_bench(kind: str, folder: Path, empty_index: Path) -> Bench:
    store = DocumentStore(folder / "documents.sqlite3")
    base: KnowledgeBase
    writer: KnowledgeBase
    if kind == "server":
        base = writer = QdrantServerBase(":memory:", api_key=None, name="test", dimensions=MODEL.dimensions)
    elif kind == "edge":
        shutil.copytree(empty_index, folder / "index")
        base = writer = QdrantEdgeBase(folder / "index", dimensions=MODEL.dimensions)
    else:
        base, writer = ExactBase(store, MODEL, "default"), cast(KnowledgeBase, NoIndex())
    made = Bench(base, store, writer)
    for name, document in documents().items():
        made.put(document, TEXTS[name])
    return made


def closing(made: Bench) -> Iterator[Bench]:
    yield made
    made.base.close()
    made.writer.close()
    made.store.close()


@pytest.fixture(params=["edge", "server", "exact"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, empty_index: Path) -> Iterator[Bench]:
    """Every index."""
    yield from closing(open_bench(request.param, tmp_path, empty_index))


@pytest.fixture(params=["edge", "server"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, empty_index: Path) -> Iterator[Bench]:
    """Every index that keeps entries of its own."""
    yield from closing(open_bench(request.param, tmp_path, empty_index))


def test_the_nearest_passage_comes_first(bench: Bench) -> None:
    assert bench.find("partial shipments need consent")[0] == ("splits", 0)
    assert bench.find_words("salmon refused")[0] == ("cold", 1)


def test_a_word_search_finds_only_passages_with_one_of_the_words(bench: Bench) -> None:
    assert set(bench.find_words("salmon")) == {("cold", 0), ("cold", 1)}
    assert bench.find_words("zeppelin") == []


def test_rare_words_count_more_than_common_ones(bench: Bench) -> None:
    assert bench.find_words("claimed collection")[0] == ("claims", 1)


def test_all_indexes_give_the_same_scores(bench: Bench) -> None:
    """Hybrid ranking compares scores, so an index must not scale them its own way."""
    exact = ExactBase(bench.store, MODEL, "default")
    queries = [
        IndexQuery(filter=EVERYTHING, limit=10, dense=MODEL.embed(["damage claimed"])[0]),
        IndexQuery(filter=EVERYTHING, limit=10, sparse=query_vector(terms("salmon damage claimed first"))),
    ]
    for ours, theirs in zip(exact.search(queries), bench.base.search(queries), strict=True):
        expected = {(hit.document_id, hit.number): hit.score for hit in ours}
        got = {(hit.document_id, hit.number): hit.score for hit in theirs}
        assert got == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (AnyOf(field="company", values=("Harbor",)), {"splits", "claims"}),
        (AnyOf(field="company", values=("", "Northgate")), {"cold"}),
        (AnyOf(field="customer", values=("",)), {"claims", "cold"}),
        (AnyOf(field="audience", values=("*",)), {"splits", "claims"}),
        (AnyOf(field="audience", values=("*", "role:finance")), {"splits", "claims", "cold"}),
        (AnyOf(field="type", values=("carrier_policy",)), {"claims"}),
        (AnyOf(field="document_id", values=("cold", "claims")), {"claims", "cold"}),
        (AnyOf(field="company", values=()), set()),
    ],
)
def test_filters_hold_for_both_kinds_of_search(bench: Bench, condition: AnyOf, expected: set[str]) -> None:
    where = IndexFilter(all_of=(condition,))
    assert {document_id for document_id, _ in bench.find("claimed shipments salmon", where=where)} == expected
    by_words = {document_id for document_id, _ in bench.find_words("claimed shipments salmon", where=where)}
    assert by_words == expected


def test_days_are_filtered_as_ranges(bench: Bench) -> None:
    document = make_document(
        "old", "Old salmon rule.", valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31)
    )
    bench.put(document, "Old salmon rule.")

    def found(day: int) -> set[str]:
        where = IndexFilter(
            all_of=(Between(field="valid_from", at_most=day), Between(field="valid_to", at_least=day))
        )
        return {document_id for document_id, _ in bench.find("salmon", where=where)}

    assert "old" in found(20240101)
    assert "old" in found(20241231)
    assert "old" not in found(20231231)
    assert "old" not in found(20250101)


def test_a_replaced_document_is_found_by_its_new_words_only(bench: Bench) -> None:
    before = documents()["cold"]
    revision = bench.put(replace(before, version="2"), "Tuna travels at four degrees.")
    assert bench.find_words("salmon") == []
    assert bench.find_words("tuna") == [("cold", 0)]
    (hits,) = bench.base.search([IndexQuery(filter=EVERYTHING, limit=10, sparse=query_vector(["tuna"]))])
    assert hits[0].revision == revision


def test_putting_the_same_state_again_changes_nothing(kept: Bench) -> None:
    before = dict(kept.base.documents())
    for name, document in documents().items():
        kept.put(document, TEXTS[name])
    assert dict(kept.base.documents()) == before == {"splits": 3, "claims": 2, "cold": 2}


def test_a_removed_document_is_gone(bench: Bench) -> None:
    Indexer(bench.store, bench.writer, MODEL).remove("default", "cold")
    assert bench.find_words("salmon") == []
    assert set(bench.base.documents()) == {"splits", "claims"}
    assert bench.store.document("default", "cold") is None


def test_when_the_store_refuses_the_former_state_stays(kept: Bench) -> None:
    """A crash between the two stores leaves entries that nobody counts, and the next start clears them."""
    store = kept.store

    def refuse() -> None:
        raise StoreUnavailable("disk full")

    entry = IndexEntry(
        document_id="cold",
        revision="another",
        number=0,
        dense=MODEL.embed(["tuna"])[0],
        sparse=query_vector(["tuna"]),
        payload=payload_of(documents()["cold"]),
    )
    with pytest.raises((StoreUnavailable, IndexUnavailable)):
        kept.writer.replace_document("cold", "another", [entry], commit=refuse)
    rows = {row.document.document_id: row.revision for row in store.rows("default")}
    assert kept.find_words("salmon"), "the old entries are still there"
    assert kept.writer.keep_only(rows) == {"splits": 3, "claims": 2, "cold": 2}
    assert kept.find_words("tuna") == []


def test_lost_entries_are_put_again_without_embedding(kept: Bench) -> None:
    kept.writer.keep_only({})
    assert dict(kept.writer.documents()) == {}
    embedded_before = MODEL.embedded
    brought = Indexer(kept.store, kept.writer, MODEL).follow_store("default")
    assert set(brought.refilled) == {"splits", "claims", "cold"}
    assert brought.without_vectors == ()
    assert MODEL.embedded == embedded_before
    assert kept.find_words("salmon")[0][0] == "cold"


def test_the_index_holds_no_document_text(kept: Bench, tmp_path: Path) -> None:
    """Text lives in one place, under one access rule: whoever gets hold of the index has vectors and labels."""
    kept.writer.settle()
    kept.writer.close()
    for file in (tmp_path / "index").rglob("*"):
        if file.is_file():
            assert b"refused and claimed" not in file.read_bytes()


def test_searches_beside_writes_never_fail(bench: Bench) -> None:
    failures: list[BaseException] = []

    def ask(question: Callable[[], object]) -> None:
        try:
            for _ in range(30):
                question()
        except BaseException as error:  # reported by the main thread
            failures.append(error)

    threads = [
        threading.Thread(target=ask, args=(lambda: bench.find("salmon claimed"),)),
        threading.Thread(target=ask, args=(lambda: bench.find_words("salmon claimed"),)),
    ]
    for thread in threads:
        thread.start()
    for version in range(15):
        bench.put(replace(documents()["cold"], version=str(version)), f"Salmon rule number {version}.")
    for thread in threads:
        thread.join()
    assert failures == []
    assert bench.find_words("salmon") == [("cold", 0)]
