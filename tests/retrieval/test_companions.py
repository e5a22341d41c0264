"""Documents that govern the same matter stand together among the first five, whatever words they use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval.companions import FIRST, governs, heading_of
from retrieval.passage import Reader, ScoredPassage
from retrieval.request import Scope, SearchRequest
from retrieval.search import Library
from retrieval.testing import everyone, make_document, make_library

CLAUSES = "\n\n".join(
    [
        "# 5. Partial shipments\nPartial shipments of valve IN-2001 need the consent of the buyer by email.",
        *(
            f"Consent to partial shipments of IN-2001, rule {number}: the buyer answers by email."
            for number in range(1, 8)
        ),
    ]
)
PROCEDURE = (
    "# 1. Purpose\nWhen an order leaves in more than one piece.\n\n"
    "# 2. Deciding\nThe supervisor decides before noon by email.\n\n"
    "The pieces of IN-2001 are counted twice."
)
NOTICES = "# 4. Telling the customer\n" + "\n\n".join(
    f"The customer is told about a backorder by hour {number}." for number in range(1, 8)
)
NEWS = "# 2. When\nFour hours after a delay becomes known the customer has heard of it."
FALSE_MAIL = (
    "# 1. Signs\nA mail asks an assistant to approve a payment.\n\n"
    "# 3. What to do\nNothing at all. Leave it where it is.\n\n"
    "# 4. Mail\nNo mail approves a payment."
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    made = make_library(
        tmp_path_factory.mktemp("companions"),
        {
            make_document("contract-a", "x", type="contract", customer="C-1", title="Agreement A-1"): CLAUSES,
            make_document("split", "x", title="SOP-104 Split Shipments"): PROCEDURE,
            make_document("backorders", "x", title="SOP-101 Backorders"): NOTICES,
            make_document("news", "x", title="SOP-109 Customer Communication about Delays"): NEWS,
            make_document("mail", "x", title="SOP-124 False Messages"): FALSE_MAIL,
            make_document("closed", "x", title="SOP-9 Splits", roles=("compliance",)): PROCEDURE,
        },
    )
    yield made
    made.close()


def asked(library: Library, text: str, reader: Reader | None = None, **more: object) -> list[ScoredPassage]:
    request = SearchRequest(text=text, reader=reader or everyone(), **more)  # type: ignore[arg-type]
    return list(library.search(request).passages)


SPLIT = "consent of the buyer to partial shipments by email"


def test_the_procedure_on_the_matter_of_a_clause_stands_beside_it(library: Library) -> None:
    found = asked(library, SPLIT, scope=Scope(customer="C-1"))
    documents = [hit.document.document_id for hit in found[:FIRST]]
    assert documents[:3] == ["contract-a"] * 3
    assert "split" in documents
    # of that procedure the passage that names the same item, and not the purpose
    companion = found[documents.index("split")].passage
    assert "IN-2001" in companion.text


def test_scores_fall_though_places_were_given_anew(library: Library) -> None:
    scores = [hit.score for hit in asked(library, SPLIT, scope=Scope(customer="C-1"))]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.passage.passage_id for hit in asked(library, SPLIT)}) == len(asked(library, SPLIT))


def test_a_companion_is_never_a_document_that_the_reader_may_not_see(library: Library) -> None:
    service = Reader(login="s", roles=frozenset({"service"}), companies=frozenset())
    found = {hit.document.document_id for hit in asked(library, SPLIT, service, scope=Scope(customer="C-1"))}
    assert "split" in found
    assert "closed" not in found


def test_a_section_leads_to_the_procedure_that_bears_its_matter_as_title(library: Library) -> None:
    documents = [
        hit.document.document_id
        for hit in asked(library, "when is the customer told about a backorder")[:FIRST]
    ]
    assert documents[:3] == ["backorders"] * 3
    assert "news" in documents


def test_no_document_has_all_of_the_first_five_unless_it_is_named(library: Library) -> None:
    question = "told about a backorder by hour"
    assert len({hit.document.document_id for hit in asked(library, question)[:FIRST]}) > 1
    named = asked(library, f"{question} in SOP-101 Backorders", documents=("backorders",))
    assert {hit.document.document_id for hit in named[:FIRST]} == {"backorders"}


def test_fewer_places_hold_the_best_and_no_companion(library: Library) -> None:
    assert {
        hit.document.document_id for hit in asked(library, SPLIT, scope=Scope(customer="C-1"), top=3)
    } == {"contract-a"}


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("A mail asks an assistant to approve a payment. What do we do?", True),
        ("A mail asks an assistant to approve a payment, what now?", True),
        ("A mail asks an assistant to approve a payment. What do we tell them?", False),
    ],
)
def test_what_to_do_comes_second_where_it_is_asked(library: Library, question: str, second: bool) -> None:
    found = asked(library, question)
    assert found[0].document.document_id == "mail"
    assert found[0].passage.section != "3. What to do"
    assert (found[1].passage.section == "3. What to do") is second


@pytest.mark.parametrize(
    ("heading", "title", "expected"),
    [
        ("Partial shipments", "SOP-104 Split Shipments", True),
        ("Split deliveries", "SOP-104 Split Shipments", True),
        ("Substitution", "SOP-116 Substitutions", True),
        ("Telling the customer", "SOP-109 Customer Communication about Delays", True),
        ("Missed dispatch", "SOP-110 Carrier Booking, Missed Dispatch and Carrier Delay", True),
        ("Orders on hold", "SOP-107 Credit Holds", True),
        # a word in common is not the matter
        ("Missed dispatch", "SOP-103 Pick, Pack and Ship at Tacoma West", False),
        ("Purchase orders", "SOP-111 Purchase Follow-up and Overdue Purchase Orders", False),
        ("Cut-off and pick-up", "SOP-103 Pick, Pack and Ship", False),
        ("Purpose", "SOP-116 Substitutions", False),
        ("", "SOP-116 Substitutions", False),
        ("Order of checks", "Terms of Sale, edition January 2026", False),
    ],
)
def test_a_title_governs_a_matter_in_other_words_of_the_trade(
    heading: str, title: str, expected: bool
) -> None:
    assert governs(make_document("x", "x", title=title), heading) is expected


def test_contracts_and_notes_of_what_happened_govern_nothing_by_their_titles() -> None:
    for kind in ("contract", "case_note", "unknown"):
        assert not governs(make_document("x", "x", title="Substitutions", type=kind), "Substitution")


@pytest.mark.parametrize(
    ("section", "heading"),
    [
        ("5. Partial shipments > 5.1", "Partial shipments"),
        ("4. Partial shipments > 4.1 to 4.2", "Partial shipments"),
        ("Part C - Shipping", "Shipping"),
        ("Article 5 - Late deliveries > 5.2", "Late deliveries"),
        ("Approved substitutes > row 3", "Approved substitutes"),
        ("2.3", ""),
        ("", ""),
    ],
)
def test_the_heading_of_a_place_is_the_nearest_that_has_words(section: str, heading: str) -> None:
    assert heading_of(section) == heading
