"""Names in a question choose documents, and do not rank passages."""

from __future__ import annotations

import pytest

from retrieval.naming import NameBook, Routing
from retrieval.request import Scope
from retrieval.stored import Alias, DocumentRow
from retrieval.testing import make_document


def row(document_id: str, *aliases: tuple[str, str], **properties: object) -> DocumentRow:
    return DocumentRow(
        document=make_document(document_id, "", **properties),
        revision="1",
        source="/",
        inputs_hash="1",
        passages=1,
        aliases=tuple(Alias(kind=kind, name=name) for kind, name in aliases),  # type: ignore[arg-type]
    )


ROWS = [
    row(
        "mf", ("party", "Meridian Foods"), ("reference", "MF-2026-014"), ("reference", "C-1"), customer="C-1"
    ),
    row("cb", ("party", "Cascade Brewing Company"), ("reference", "C-2"), customer="C-2"),
    row("ai", ("party", "Acme Industrial"), customer="C-3"),
    row("ac", ("party", "Acme Catering"), customer="C-4"),
    row("gl", ("party", "Great Lakes Packaging"), customer="C-5"),
    row("atlas", ("party", "Atlas Freight LTL"), carrier="Atlas Freight LTL"),
    row("two-day", ("party", "Swiftline Parcel 2-Day"), carrier="Swiftline Parcel 2-Day"),
    row("ground", ("party", "Swiftline Parcel"), carrier="Swiftline Parcel"),
    row("sop", ("title", "SOP-104 Split Shipments"), ("reference", "SOP-104")),
    row("deed", ("party", "Birch First Global Investments Inc."), ("party", "Mount Knowledge Holdings Inc")),
    row("lease", ("party", "Mount Knowledge Holdings Inc"), ("party", "Oak Street LLC")),
    *(row(f"other-{number}") for number in range(20)),
]
BOOK = NameBook(ROWS)
EVERY = [each.document.document_id for each in ROWS]


def route(question: str, **scope: object) -> Routing:
    return BOOK.route(question, EVERY, Scope(**scope))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "preferred"),
    [
        ("May we split for Meridian Foods?", {"mf"}),
        ("may we split for meridian foods", {"mf"}),
        ("What does Meridian's contract say?", {"mf"}),
        ("partial shipments under MF-2026-014", {"mf"}),
        ("late penalty of C-2", {"cb"}),
        ("Can Cascade Brewing's order be split?", {"cb"}),
        ("Does the Acme agreement apply?", {"ai", "ac"}),
        ("Does Acme Catering have a contract?", {"ac"}),
        ("Great Lakes Packaging grace period", {"gl"}),
        ("a great day for a split", set()),
        ("Atlas liftgate charge", {"atlas"}),
        ("When must a 2-Day label be created?", {"two-day"}),
        ("Swiftline Parcel claims", {"ground"}),
        ("what does SOP-104 say about kits", {"sop"}),
        ("How late is late?", set()),
    ],
)
def test_names_choose_their_documents(question: str, preferred: set[str]) -> None:
    assert route(question).preferred == preferred


def test_another_customers_contract_is_left_out() -> None:
    excluded = route("May we split for Meridian Foods?").excluded
    assert {"cb", "ai", "ac", "gl"} <= excluded
    assert not {"mf", "atlas", "sop"} & excluded


def test_the_scope_decides_over_the_words() -> None:
    routing = route("Does the Acme agreement apply?", customer="C-4")
    assert "ac" in routing.preferred
    assert "ai" in routing.excluded


def test_the_document_with_both_parties_is_the_one_that_is_meant() -> None:
    routing = route(
        "Consider the agreement between Birch First Global Investments Inc. and Mount Knowledge Holdings Inc.; "
        "what is the governing law?"
    )
    assert routing.named == {"deed"}
    assert "governing law" in routing.bare
    assert "Birch" not in routing.bare
    assert "Knowledge" not in routing.bare


def test_a_party_of_several_documents_names_all_of_them() -> None:
    assert route("governing law with Mount Knowledge Holdings").named == {"deed", "lease"}


def test_a_question_of_names_alone_is_kept_whole() -> None:
    assert route("Meridian Foods").bare == "Meridian Foods"


def test_names_from_the_case_are_taken_out_too() -> None:
    assert route("Is Delta Marine late?", names=("Delta Marine",)).bare == "Is late?"


def test_documents_that_may_not_be_found_are_not_hinted_at() -> None:
    routing = BOOK.route("May we split for Meridian Foods?", [key for key in EVERY if key != "mf"], Scope())
    assert routing.preferred == frozenset()
    assert routing.excluded == frozenset()


def test_our_own_name_chooses_nothing() -> None:
    ours = [row(f"d{number}", ("party", "Harbor & Pine Supply")) for number in range(30)]
    assert NameBook(ours).route("Harbor & Pine Supply hours", ["d1"], Scope()).preferred == frozenset()
