"""Searching as a reader: access, validity, scope, names, caps, degradation, opening a citation."""

from __future__ import annotations

import sys
import threading
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from retrieval.errors import DocumentRefused, EmbeddingModelMissing, IndexUnavailable, StoreUnavailable
from retrieval.indexing import Indexer
from retrieval.knowledge_base import KnowledgeBase
from retrieval.passage import ROLES, Document, Reader
from retrieval.request import Scope, SearchRequest, SearchResult
from retrieval.search import Library
from retrieval.testing import WordEmbedder, everyone, make_document, make_library, stored

DAY = date(2026, 11, 21)


def found_in(library: Library, text: str, reader: Reader | None = None, **more: object) -> list[str]:
    request = SearchRequest(text=text, reader=reader or everyone(), on_date=DAY, **more)  # type: ignore[arg-type]
    return [hit.document.document_id for hit in library.search(request).passages]


@pytest.fixture
def library(tmp_path: Path):  # type: ignore[no-untyped-def]
    split = "Partial shipments are split only with consent of the customer."
    texts: dict[Document, str] = {
        make_document("split-old", split, superseded_by="split-new", superseded_from=date(2026, 1, 1)): split,
        make_document(
            "split-new", split, valid_from=date(2026, 1, 1), supersedes="split-old", title="Rule"
        ): split,
        make_document("contract-a", split, type="contract", customer="C-1", title="Rule"): split,
        make_document("contract-b", split, type="contract", customer="C-2"): split,
        make_document("contract-ended", split, type="contract", valid_to=date(2025, 12, 31)): split,
        make_document("note", split, type="case_note", title="Rule"): split,
        make_document("cold", "x", title="Cold"): "Salmon travels at two degrees.\n\nWarm salmon is refused.",
    }
    made = make_library(tmp_path, texts)
    yield made
    made.close()


def test_replaced_and_expired_documents_are_out_unless_asked_for(library: Library) -> None:
    now = found_in(library, "partial shipments consent")
    assert "split-new" in now
    assert not {"split-old", "contract-ended"} & set(now)
    assert {"split-old", "contract-ended"} <= set(
        found_in(library, "partial shipments consent", include_superseded=True)
    )


def test_what_is_in_force_is_decided_for_the_day_that_is_asked_about(library: Library) -> None:
    request = SearchRequest(text="partial shipments consent", reader=everyone(), on_date=date(2025, 6, 1))
    then = {hit.document.document_id for hit in library.search(request).passages}
    assert {"split-old", "contract-ended"} <= then
    assert "split-new" not in then


def test_contract_comes_before_procedure_before_note_when_they_say_the_same(library: Library) -> None:
    order = found_in(library, "partial shipments consent", scope=Scope(customer="C-1"))
    assert order.index("contract-a") < order.index("split-new") < order.index("note")


def test_with_a_customer_known_no_other_customers_contract_is_found(library: Library) -> None:
    assert "contract-b" in found_in(library, "partial shipments consent")
    assert "contract-b" not in found_in(library, "partial shipments consent", scope=Scope(customer="C-1"))


def test_whom_another_customers_agreement_binds_is_answered_by_that_agreement(tmp_path: Path) -> None:
    """No other question about the order finds it: that the names are alike is how people get it wrong."""
    library = make_library(
        tmp_path,
        {
            make_document("theirs", "x", type="contract", customer="C-2", title="Acme Industrial"): (
                "This agreement does not extend to Acme Catering.\n\nA late delivery costs two percent."
            ),
            make_document("other", "x", type="contract", customer="C-3", title="Delta"): (
                "This agreement does not extend to Acme Catering either."
            ),
            make_document("terms", "x", type="contract", title="Terms"): "These terms apply to everybody.",
        },
    )
    order = Scope(customer="C-1", names=("Acme Catering",))
    found = found_in(library, "Does the Acme Industrial agreement apply to Acme Catering?", scope=order)
    assert "theirs" in found
    assert "other" not in found
    for question in (
        "What does a late delivery cost in the Acme Industrial agreement?",
        "Does the agreement apply to Acme Catering?",
    ):
        assert not {"theirs", "other"} & set(found_in(library, question, scope=order))
    service = Reader(
        login="s", roles=frozenset({"service"}), companies=frozenset(), customers=frozenset({"C-1"})
    )
    question = "Does the Acme Industrial agreement apply to Acme Catering?"
    assert "theirs" not in found_in(library, question, service, scope=order)
    library.close()


def test_only_the_wanted_types_are_found(library: Library) -> None:
    assert set(found_in(library, "partial shipments consent", types=("case_note",))) == {"note"}


def test_the_same_search_gives_the_same_list(library: Library) -> None:
    assert found_in(library, "salmon shipments") == found_in(library, "salmon shipments")


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b"])
def test_an_empty_question_finds_nothing(library: Library, text: str) -> None:
    result = library.search(SearchRequest(text=text, reader=everyone()))
    assert result.nothing_relevant
    assert result.passages == ()


@pytest.mark.parametrize(
    "text",
    [
        "salmon " * 10_000,
        "'; DROP TABLE documents; --",
        '" OR 1=1',
        "salmon\x00\x01",
        "NEAR(salmon) * ^",
        "?",
        "𝐬𝐚𝐥𝐦𝐨𝐧",
    ],
)
def test_no_question_breaks_the_search(library: Library, text: str) -> None:
    library.search(SearchRequest(text=text, reader=everyone()))
    assert found_in(library, "salmon")


def test_hidden_characters_in_a_question_change_nothing(library: Library) -> None:
    plain = library.search(SearchRequest(text="warm salmon refused", reader=everyone()))
    hidden = library.search(
        SearchRequest(text="w\u200barm sal\u2060mon ref\u00adused\U000e0041\U000e0042", reader=everyone())
    )
    assert plain == hidden
    assert plain.passages


def test_scores_fall_and_lie_between_0_and_1(library: Library) -> None:
    result = library.search(SearchRequest(text="warm salmon partial shipments", reader=everyone()))
    scores = [hit.score for hit in result.passages]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_top_is_kept(library: Library) -> None:
    assert len(found_in(library, "partial shipments consent", top=2)) == 2
    assert found_in(library, "partial shipments consent", top=0) == []


def test_no_document_crowds_out_the_rest(tmp_path: Path) -> None:
    binder = "\n\n".join(f"Salmon rule {number} about salmon." for number in range(40))
    texts = {
        make_document("binder", binder): binder,
        **{
            make_document(f"short-{n}", "x"): f"Fish: a salmon rule number {n} stands here." for n in range(4)
        },
    }
    library = make_library(tmp_path, texts)
    first = found_in(library, "salmon rule", top=5)
    assert first.count("binder") <= 3
    library.close()


# --- the bare question ---


def test_a_party_in_the_question_chooses_its_documents(tmp_path: Path) -> None:
    from dataclasses import replace as changed

    from retrieval.indexing import Indexer
    from retrieval.stored import Alias
    from retrieval.testing import stored

    library = make_library(tmp_path)
    indexer = Indexer(library.store, library.base_for_writing("default"), library.embedder)
    for reference, name in (("C-1", "Meridian Foods"), ("C-2", "Cascade Brewing Company")):
        text = "Late deliveries cost two percent a day."
        document = make_document(f"contract-{reference}", text, type="contract", customer=reference)
        its, passages = stored(document, text)
        indexer.put(changed(its, aliases=(Alias(kind="party", name=name),)), passages)
    assert found_in(library, "What do late deliveries cost at Meridian Foods?") == ["contract-C-1"]
    assert found_in(library, "What do late deliveries cost at Cascade?") == ["contract-C-2"]
    assert set(found_in(library, "What do late deliveries cost?")) == {"contract-C-1", "contract-C-2"}
    library.close()


# --- access ---

COMPANIES = ("Harbor", "Northgate", "Third", "Fourth")


def canaries() -> dict[Document, str]:
    """A document for each company and audience, each with a word that stands nowhere else."""
    texts = {}
    for company, (number, roles) in product(
        ("", *COMPANIES), enumerate([(), *((role,) for role in ROLES), ("finance", "compliance")])
    ):
        canary = f"canary{COMPANIES.index(company) if company else 9}x{number}"
        document = make_document(
            f"doc-{canary}", canary, title=f"Rule {canary}", company=company, roles=roles, type="contract"
        )
        texts[document] = f"Late deliveries of salmon: {canary} percent a day.\n\nCanary {canary} applies."
    return texts


def readers() -> list[Reader]:
    found = [
        Reader(login=f"{role}-{company}", roles=frozenset({role}), companies=frozenset({company}))
        for role, company in product(ROLES, COMPANIES)
    ]
    found.append(Reader(login="nobody", roles=frozenset(), companies=frozenset()))
    return found


@pytest.mark.parametrize("degraded", [False, True], ids=["index", "keywords"])
def test_no_canary_reaches_anyone_it_is_not_for(
    tmp_path: Path, degraded: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Titles, canaries and general questions, by every role of every company, in both ways of searching."""
    from retrieval.access import may_read

    texts = canaries()
    library = make_library(tmp_path, texts)
    if degraded:
        _break_index(library)
    asked = 0
    for reader in readers():
        allowed = {each.document_id for each in texts if may_read(reader, each)}
        questions = ["late deliveries of salmon", "canary applies", *(each.title for each in texts)]
        for question in questions:
            result = library.search(SearchRequest(text=question, reader=reader, top=50))
            asked += 1
            seen = {hit.document.document_id for hit in result.passages}
            assert seen <= allowed
            everything = repr(result)
            for document in texts:
                canary = document.title.removeprefix("Rule ")
                if document.document_id not in allowed:
                    assert canary not in everything.replace(question, "")
                    assert canary not in caplog.text
        assert {each.document_id for each in library.documents(reader)} == allowed
    assert asked > 1000
    library.close()


def test_a_document_that_may_not_be_read_is_refused_like_one_that_does_not_exist(tmp_path: Path) -> None:
    secret = make_document("margins", "x", roles=("finance",))
    library = make_library(tmp_path, {secret: "Margins are secret."})
    service = Reader(login="s", roles=frozenset({"service"}), companies=frozenset())
    messages = []
    for document_id in ("margins", "nothing"):
        with pytest.raises(DocumentRefused) as caught:
            library.open(document_id, service)
        messages.append(str(caught.value).replace(document_id, "…"))
    assert messages[0] == messages[1]
    finance = Reader(login="f", roles=frozenset({"finance"}), companies=frozenset())
    assert library.open("margins", finance).text == "Margins are secret."
    library.close()


def test_a_hit_that_the_index_should_not_have_given_is_dropped(tmp_path: Path) -> None:
    """The second check: an index whose payload is wrong or old gives nothing away."""
    open_to_all = make_document("margins", "x")
    library = make_library(tmp_path, {open_to_all: "Margins are secret."})
    library.search(SearchRequest(text="margins secret", reader=everyone()))
    import json
    import sqlite3

    with sqlite3.connect(
        tmp_path / "documents.sqlite3"
    ) as behind:  # the description changes, the index does not
        (described,) = behind.execute("SELECT described FROM documents").fetchone()
        values = json.loads(described) | {"roles": ["finance"]}
        behind.execute("UPDATE documents SET described = ?", (json.dumps(values),))
        behind.execute("UPDATE meta SET value = value + 1 WHERE key = 'change'")
    behind.close()
    service = Reader(login="s", roles=frozenset({"service"}), companies=frozenset())
    assert library.search(SearchRequest(text="margins secret", reader=service)).passages == ()
    library.close()


# --- when parts fail ---


def _break_index(library: Library, error: Exception | None = None) -> None:
    class Broken:
        def search(self, queries: object) -> object:
            raise error or IndexUnavailable("The index is down. Start it.")

        def close(self) -> None:
            """Nothing is open."""

    _close_bases(library)
    library.indexes.open_base = lambda name: (Broken(), _nothing_brought())  # type: ignore[assignment,return-value]


def _close_bases(library: Library) -> None:
    library.indexes.close()


def _nothing_brought():  # type: ignore[no-untyped-def]
    from retrieval.indexing import Brought

    return Brought(refilled=(), without_vectors=())


def test_without_the_index_keywords_answer_and_say_so(library: Library) -> None:
    _break_index(library)
    result = library.search(SearchRequest(text="warm salmon refused", reader=everyone()))
    assert result.passages[0].passage.passage_id == "cold#1"
    assert len(result.degraded) == 1
    assert "keywords" in result.degraded[0]
    assert not result.nothing_relevant


def test_without_the_embedding_model_keywords_answer_and_say_so(tmp_path: Path) -> None:
    class NoModel(WordEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            raise EmbeddingModelMissing("There is no model. Install it.")

    make_library(tmp_path, {make_document("cold", "x"): "Warm salmon is refused."}).close()
    library = make_library(tmp_path, embedder=NoModel())
    result = library.search(SearchRequest(text="warm salmon", reader=everyone()))
    assert [hit.document.document_id for hit in result.passages] == ["cold"]
    assert "no model" in result.degraded[0]
    library.close()


def test_a_failed_index_is_not_waited_for_at_every_question(library: Library) -> None:
    tries = []

    def refuse(name: str) -> tuple[KnowledgeBase, object]:
        tries.append(name)
        raise IndexUnavailable("down")

    _close_bases(library)
    library.indexes.open_base = refuse  # type: ignore[assignment]
    for _ in range(5):
        assert library.search(SearchRequest(text="salmon", reader=everyone())).degraded
    assert len(tries) == 1


def test_documents_not_embedded_for_this_model_are_not_silently_missing(tmp_path: Path) -> None:
    make_library(tmp_path, {make_document("cold", "x"): "Warm salmon is refused."}).close()
    library = make_library(tmp_path, embedder=WordEmbedder(name="another"))
    result = library.search(SearchRequest(text="warm salmon", reader=everyone()))
    assert [hit.document.document_id for hit in result.passages] == ["cold"]
    assert "copilot ingest" in result.degraded[0]
    library.close()


def test_a_store_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "documents.sqlite3").write_bytes(b"this is no database" * 100)
    library = make_library(tmp_path)
    with pytest.raises(StoreUnavailable, match="COPILOT_DATA_DIR"):
        library.search(SearchRequest(text="salmon", reader=everyone()))
    library.close()


def test_threads_search_at_once(library: Library) -> None:
    expected = found_in(library, "warm salmon partial shipments")
    answers: list[list[str]] = []

    def ask() -> None:
        for _ in range(10):
            answers.append(found_in(library, "warm salmon partial shipments"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 60
    assert all(answer == expected for answer in answers)


def test_collections_are_apart(tmp_path: Path) -> None:
    library = make_library(tmp_path, {make_document("cold", "x"): "Warm salmon is refused."})
    assert found_in(library, "warm salmon", collection="other") == []
    library.close()


def test_opening_the_library_loads_nothing_heavy() -> None:
    import subprocess

    check = (
        "import sys, retrieval.search, retrieval.library, knowledge_ingest.pipeline;"
        "heavy = {'torch', 'qdrant_client', 'qdrant_edge', 'onnxruntime', 'sentence_transformers', 'transformers'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_one_reader_may_find_is_never_remembered_for_another(tmp_path: Path) -> None:
    """What a search may look at is remembered by reader: in turn and again, nobody gets what is another's."""
    secret = make_document("margins", "x", roles=("finance",))
    library = make_library(
        tmp_path, {secret: "Margins are secret.", make_document("cold", "x"): "Salmon is cold."}
    )
    finance = Reader(login="f", roles=frozenset({"finance"}), companies=frozenset())
    service = Reader(login="s", roles=frozenset({"service"}), companies=frozenset())
    for _ in range(2):
        for reader, theirs in ((finance, True), (service, False)):
            found = library.search(SearchRequest(text="secret margins", reader=reader)).passages
            assert ("margins" in {hit.document.document_id for hit in found}) is theirs
    library.close()


@pytest.mark.parametrize(
    ("document_id", "text", "tries", "found"),
    [
        ("dock", "Pallets are counted.", 1, "Salmon is kept cold."),
        ("cold-chain", "Salmon is kept frozen.", 2, "Salmon is kept frozen."),
    ],
)
def test_a_search_starts_over_only_where_a_document_was_replaced_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document_id: str, text: str, tries: int, found: str
) -> None:
    library = make_library(tmp_path, {make_document("cold-chain", "x"): "Salmon is kept cold."})
    indexer = Indexer(library.store, library.base_for_writing("default"), library.embedder)
    search, searched = library._search_in_parts, []

    def beside_an_ingest(request: SearchRequest, question: str, top: int) -> SearchResult:
        result = search(request, question, top)
        if not searched:
            indexer.put(*stored(make_document(document_id, text), text))
        searched.append(question)
        return result

    monkeypatch.setattr(library, "_search_in_parts", beside_an_ingest)
    result = library.search(SearchRequest(text="Is salmon kept cold?", reader=everyone()))
    assert len(searched) == tries
    assert [hit.passage.text for hit in result.passages] == [found]
    library.close()


def test_the_same_words_in_two_documents_are_two_answers_each_with_its_source(tmp_path: Path) -> None:
    """A rule copied into a second procedure may change there one day: neither stands for the other."""
    text = "Salmon above four degrees is refused at the dock."
    library = make_library(
        tmp_path,
        {
            make_document("cold-chain", text): text,
            make_document("dock-rules", text): text,
            make_document("dock-rules-draft", text, type="case_note"): text.replace("four", "five"),
        },
    )
    found = library.search(SearchRequest(text="Which salmon is refused at the dock?", reader=everyone()))
    assert {hit.document.document_id for hit in found.passages} == {
        "cold-chain",
        "dock-rules",
        "dock-rules-draft",
    }
    for hit in found.passages:
        opened = library.open(hit.document.document_id, everyone())
        assert opened.text[hit.passage.start : hit.passage.end] == hit.passage.text
    library.close()
