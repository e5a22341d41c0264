"""What the text store remembers of its reads: never another reader's, never what a document said before."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from retrieval.document_store import DocumentStore
from retrieval.indexing import text_of_terms
from retrieval.remembered import Remembered
from retrieval.sparse import terms
from retrieval.stored import PageSpan
from retrieval.testing import make_document, stored

COLLECTION = "default"


def put(store: DocumentStore, document_id: str, text: str) -> None:
    document = make_document(document_id, text)
    written, passages = stored(document, text)
    store.replace(written, passages, [" ".join(terms(text_of_terms(document, each))) for each in passages])


def test_the_oldest_is_forgotten_and_what_is_used_stays() -> None:
    book: Remembered[int] = Remembered(2)
    assert book.put("a", 1) == 1
    book.put("b", 2)
    assert book.get("a") == 1
    book.put("c", 3)
    assert (book.get("a"), book.get("b"), book.get("c")) == (1, None, 3)


def test_many_threads_remember_no_more_than_it_holds() -> None:
    book: Remembered[int] = Remembered(50)

    def work(which: int) -> None:
        for number in range(2_000):
            key = (which, number % 70)
            assert book.get(key) in (None, number % 70)
            book.put(key, number % 70)

    threads = [threading.Thread(target=work, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(book.get((which, number)) is not None for which in range(4) for number in range(70)) <= 50


def test_a_replaced_document_is_read_anew(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path / "documents.sqlite3")
    put(store, "cold-chain", "Salmon is kept cold.")
    place = ("cold-chain", 0)
    assert store.passages_at(COLLECTION, [place])[place].passage.text == "Salmon is kept cold."
    assert "salmon" in store.terms_at(COLLECTION, [place])[place]
    assert store.terms_present(COLLECTION, ["salmon", "trout"], ["cold-chain"]) == {"salmon"}
    assert store.keyword_search(COLLECTION, ["salmon"], ["cold-chain"], 5)
    put(store, "cold-chain", "Trout is kept cold.")
    assert store.passages_at(COLLECTION, [place])[place].passage.text == "Trout is kept cold."
    assert "salmon" not in store.terms_at(COLLECTION, [place])[place]
    assert store.terms_present(COLLECTION, ["salmon", "trout"], ["cold-chain"]) == {"trout"}
    assert store.keyword_search(COLLECTION, ["salmon"], ["cold-chain"], 5) == []
    store.remove(COLLECTION, "cold-chain")
    assert store.passages_at(COLLECTION, [place, ("cold-chain", 9)]) == {}
    assert store.terms_present(COLLECTION, ["trout"], ["cold-chain"]) == frozenset()


def test_another_process_writes_and_this_one_sees_it(tmp_path: Path) -> None:
    reading, writing = (DocumentStore(tmp_path / "documents.sqlite3") for _ in range(2))
    put(writing, "returns", "Goods come back within ten days.")
    assert reading.keyword_search(COLLECTION, ["ten"], ["returns"], 5)
    put(writing, "returns", "Goods come back within twelve days.")
    assert reading.keyword_search(COLLECTION, ["ten"], ["returns"], 5) == []
    assert reading.passages_at(COLLECTION, [("returns", 0)])["returns", 0].passage.text.endswith(
        "twelve days."
    )


def test_what_one_may_read_is_not_told_to_another(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path / "documents.sqlite3")
    put(store, "for-all", "Pallets are wrapped.")
    put(store, "for-few", "The canary sings.")
    every, few = ["for-all", "for-few"], ["for-all"]
    for _ in range(2):  # the second time from memory
        assert store.terms_present(COLLECTION, ["canari", "pallet"], every) == {"canari", "pallet"}
        assert store.terms_present(COLLECTION, ["canari", "pallet"], few) == {"pallet"}
        assert store.keyword_search(COLLECTION, ["canari"], every, 5)
        assert store.keyword_search(COLLECTION, ["canari"], few, 5) == []
        assert store.terms_present("other", ["pallet"], every) == frozenset()


def test_terms_with_marks_of_their_own_are_looked_for_as_they_stand(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path / "documents.sqlite3")
    put(store, "marks", 'MF-2026-014 isn\'t "due" before 11:00, OR is it NEAR(5)?')
    asked = [
        "mf-2026-014",
        "isn't",
        '"due"',
        "11:00",
        "near",
        "mf-2026-015",
        "it's",
        "*",
        "due OR mf-2026-014",
    ]
    alone = {each for each in asked if each in store.terms_present(COLLECTION, [each], ["marks"])}
    assert store.terms_present(COLLECTION, asked, ["marks"]) == alone
    assert {"mf-2026-014", "11:00"} <= alone
    assert not {"mf-2026-015", "*", "due OR mf-2026-014"} & alone


def test_more_places_than_one_statement_takes(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path / "documents.sqlite3")
    put(store, "long", "\n\n".join(f"Paragraph {number}." for number in range(1_000)))
    places = [("long", number) for number in range(1_100)]
    found = store.passages_at(COLLECTION, places)
    assert len(found) == 1_000
    assert all(each.passage.text == f"Paragraph {number}." for (_, number), each in found.items())


def test_new_documents_leave_what_is_remembered_of_the_others_alone(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path / "documents.sqlite3")
    put(store, "cold-chain", "Salmon is kept cold.")
    first = store.replaced()
    put(store, "dock", "Pallets are counted.")
    assert store.replaced() == first
    put(store, "cold-chain", "Trout is kept cold.")
    assert store.replaced() == first + 1
    store.remove(COLLECTION, "nothing-there")
    assert store.replaced() == first + 1
    store.remove(COLLECTION, "dock")
    assert store.replaced() == first + 2
    assert store.passages_at(COLLECTION, [("dock", 0)]) == {}
    put(store, "dock", "Pallets are weighed.")
    assert store.passages_at(COLLECTION, [("dock", 0)])[("dock", 0)].passage.text == "Pallets are weighed."


def test_what_an_earlier_version_kept_still_opens_with_its_pages(tmp_path: Path) -> None:
    """Pages were three numbers, and passages knew neither an attachment nor a confidence."""
    store = DocumentStore(tmp_path / "documents.sqlite3")
    put(store, "cold-chain", "Salmon is kept cold.")
    with store._writing() as db:
        db.execute("UPDATE documents SET pages = '[[1, 0, 20]]'")
        db.execute("UPDATE passages SET page = 1")
        for column in ("page_of", "page_confidence"):
            db.execute(f"ALTER TABLE passages DROP COLUMN {column}")
    store.close()
    first, second = (DocumentStore(tmp_path / "documents.sqlite3") for _ in range(2))
    for again in (first, second):
        opened = again.document(COLLECTION, "cold-chain")
        assert opened is not None
        assert opened.pages == (PageSpan(number=1, start=0, end=20),)
        passage = again.passages_at(COLLECTION, [("cold-chain", 0)])["cold-chain", 0].passage
        assert (passage.page, passage.page_of, passage.page_confidence) == (1, "", None)
    put(first, "cold-chain", "Trout is kept cold.")
    first.close()
    second.close()


def test_pages_are_kept_with_what_they_belong_to_and_how_sure_they_are(tmp_path: Path) -> None:
    pages = (
        PageSpan(number=1, start=0, end=4),
        PageSpan(number=1, start=6, end=10, of="Angebot für März.pdf"),
        PageSpan(number=2, start=12, end=16, of="a.pdf", confidence=0.0),
        PageSpan(number=3, start=18, end=22, confidence=0.87),
    )
    text = "One.\n\nTwo.\n\nTri.\n\nFor.\n\nEnd."
    document, passages = stored(make_document("offer", text), text)
    store = DocumentStore(tmp_path / "documents.sqlite3")
    store.replace(replace(document, pages=pages), passages, [""] * len(passages))
    opened = store.document(COLLECTION, "offer")
    assert opened is not None
    assert opened.pages == pages
    kept = [each.passage for each in store.passages(COLLECTION, "offer")]
    assert [(each.page_of, each.page_confidence) for each in kept] == [
        *((page.of, page.confidence) for page in pages), ("", None),
    ]  # fmt: skip
    store.close()


def test_a_store_of_an_earlier_version_begins_to_count(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path / "documents.sqlite3")
    put(store, "cold-chain", "Salmon is kept cold.")
    with store._writing(documents=False) as db:
        db.execute("DELETE FROM meta WHERE key = 'replaced'")
    store.close()
    again = DocumentStore(tmp_path / "documents.sqlite3")
    assert again.replaced() == 0
    put(again, "cold-chain", "Trout is kept cold.")
    assert again.replaced() == 1
    again.close()
