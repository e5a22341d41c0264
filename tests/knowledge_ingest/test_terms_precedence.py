"""Which document's word counts: amendment over agreement, the valid over the expired, the contract over general rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge_ingest.terms.refresh import refresh_terms
from retrieval.contract_terms import CustomerTerms, customer_terms
from retrieval.errors import TermMisfit
from retrieval.passage import Document, Reader
from retrieval.search import Library
from retrieval.term_decisions import confirm_term
from retrieval.testing import make_document, make_library, stored

TODAY = date(2026, 11, 21)
READER = Reader(login="s", roles=frozenset({"service"}), companies=frozenset({"Harbor"}))
BASE = """1. Late delivery

1.1 The Seller credits 1% of the order value for each business day of delay, up to 5% of the order value.

1.2 The grace period is three business days.

1.3 For each late delivery the Seller pays a handling amount of USD 75.

2. Orders

2.1 The minimum order value is USD 500."""


def contract(document_id: str, text: str, **properties: object) -> tuple[Document, str]:
    known = {
        "type": "contract",
        "customer": "C-1",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2027, 12, 31),
        **properties,
    }
    return make_document(document_id, text, **known), text


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Library]:
    library = make_library(tmp_path / "data")
    yield library
    library.close()


def read(
    library: Library, *documents: tuple[Document, str], on: date = TODAY, customer: str = "C-1"
) -> CustomerTerms:
    for document, text in documents:
        library.store.replace(stored(document, text)[0], (), ())
    refresh_terms(library)
    return customer_terms(library, customer, READER, on_date=on)


def values(found: CustomerTerms, kind: str) -> list[tuple[str, str]]:
    return [
        (each.term.value.text() if each.term.value else each.term.status, each.document.document_id)
        for each in found.terms
        if each.term.kind == kind
    ]


def test_an_amendment_takes_the_place_of_the_clause_it_replaces_and_of_nothing_else(shelf: Library) -> None:
    amendment = contract(
        "a1",
        "1. Clause 1.1 is replaced by: The Seller credits 2% of the order value for each business day of delay.",
        amends="base",
        valid_from=date(2026, 6, 1),
    )
    found = read(shelf, contract("base", BASE), amendment)
    assert values(found, "late_rate") == [
        ("USD 75 per delivery", "base"),
        ("2% of order per business_day", "a1"),
    ]
    # the cap stood in the clause that was replaced, and the new text names none
    assert values(found, "late_cap") == []
    assert "late_cap" in found.unknown
    assert values(found, "late_grace") == [("3 business_day", "base")]
    rate = next(each for each in found.terms if each.document.document_id == "a1")
    assert [term.value.text() for term in rate.instead_of if term.value] == ["1% of order per business_day"]


def test_an_amendment_does_not_count_before_its_first_day(shelf: Library) -> None:
    amendment = contract(
        "a1", "The minimum order value is USD 800.", amends="base", valid_from=date(2026, 6, 1)
    )
    found = read(shelf, contract("base", BASE), amendment, on=date(2026, 5, 31))
    assert values(found, "minimum_order") == [("USD 500", "base")]
    assert [(document.document_id, reason) for document, reason in found.set_aside] == [
        ("a1", "in force from 2026-06-01 only")
    ]
    assert values(read(shelf, on=date(2026, 6, 1)), "minimum_order") == [("USD 800", "a1")]


def test_the_later_amendment_wins(shelf: Library) -> None:
    first = contract("a1", "The minimum order value is USD 800.", amends="base", valid_from=date(2026, 6, 1))
    second = contract("a2", "The minimum order value is USD 900.", amends="base", valid_from=date(2026, 9, 1))
    assert values(read(shelf, second, first, contract("base", BASE)), "minimum_order") == [("USD 900", "a2")]


def test_one_exchanged_amount_leaves_the_rest_of_its_clause(shelf: Library) -> None:
    letter = contract(
        "a1", "Handling: in clause 1.3 the amount of USD 75 is replaced by USD 90.", amends="base"
    )
    found = read(shelf, contract("base", BASE), letter)
    assert values(found, "late_rate") == [
        ("1% of order per business_day", "base"),
        ("USD 90 per delivery", "a1"),
    ]


def test_an_exchange_of_a_figure_that_is_not_there_is_a_conflict(shelf: Library) -> None:
    letter = contract("a1", "In clause 1.3 the amount of USD 70 is replaced by USD 90.", amends="base")
    found = read(shelf, contract("base", BASE), letter)
    fixed = [each for each in found.terms if each.term.value and each.term.value.per == "delivery"]
    assert [(each.term.status, each.document.document_id) for each in fixed] == [
        ("conflicting", "base"),
        ("conflicting", "a1"),
    ]
    rate = next(each for each in found.terms if each.term.kind == "late_rate" and each not in fixed)
    assert rate.term.status == "found"


def test_a_second_letter_exchanges_what_the_first_one_put_there(shelf: Library) -> None:
    first = contract(
        "a1",
        "In clause 1.3 the amount of USD 75 is replaced by USD 90.",
        amends="base",
        valid_from=date(2026, 3, 1),
    )
    second = contract(
        "a2",
        "In clause 1.3 the amount of USD 90 is replaced by USD 110.",
        amends="base",
        valid_from=date(2026, 9, 1),
    )
    found = read(shelf, contract("base", BASE), first, second)
    fixed = next(each for each in found.terms if each.term.value and each.term.value.per == "delivery")
    assert (fixed.term.value and fixed.term.value.text(), fixed.term.status) == (
        "USD 110 per delivery",
        "found",
    )
    assert [term.value.text() for term in fixed.instead_of if term.value] == [
        "USD 90 per delivery",
        "USD 75 per delivery",
    ]


def test_confirming_an_exchanged_figure_confirms_that_figure_and_not_the_old_one(shelf: Library) -> None:
    letter = contract("a1", "In clause 1.3 the amount of USD 75 is replaced by USD 90.", amends="base")
    read(shelf, contract("base", BASE), letter)
    compliance = replace(READER, roles=frozenset({"compliance"}))
    with pytest.raises(TermMisfit, match="by now"):
        confirm_term(shelf, "a1/late_rate/1.3", compliance, shown="USD 75 per delivery")
    confirm_term(shelf, "a1/late_rate/1.3", compliance, shown="USD 90 per delivery")
    found = read(shelf)
    fixed = next(each for each in found.terms if each.term.value and each.term.value.per == "delivery")
    assert (fixed.term.value and fixed.term.value.text(), fixed.term.status) == (
        "USD 90 per delivery",
        "confirmed",
    )
    # the agreement's clause changes under the letter: the word was given for other words
    found = read(
        shelf,
        contract(
            "base", BASE.replace("For each late delivery the", "For each late delivery to the dock the")
        ),
    )
    fixed = next(each for each in found.terms if each.term.value and each.term.value.per == "delivery")
    assert fixed.term.status == "confirm_again"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"valid_to": date(2026, 11, 20)}, "expired on 2026-11-20"),
        ({"valid_from": date(2026, 11, 22)}, "in force from 2026-11-22 only"),
        ({"superseded_by": "new", "superseded_from": date(2026, 11, 21)}, "replaced by new from 2026-11-21"),
    ],
)
def test_a_contract_out_of_force_gives_no_term_and_is_named(
    shelf: Library, properties: dict[str, object], reason: str
) -> None:
    found = read(shelf, contract("old", BASE, **properties))
    assert (found.terms, found.documents) == ((), ())
    assert [(document.document_id, why) for document, why in found.set_aside] == [("old", reason)]


def test_an_amendment_of_a_contract_that_ended_counts_for_nothing(shelf: Library) -> None:
    amendment = contract("a1", "The minimum order value is USD 800.", amends="base")
    found = read(shelf, contract("base", BASE, valid_to=date(2026, 1, 31)), amendment)
    assert found.terms == ()
    assert ("a1", "what it amends is not in force") in [
        (document.document_id, why) for document, why in found.set_aside
    ]


def test_the_last_day_counts(shelf: Library) -> None:
    assert values(read(shelf, contract("base", BASE, valid_to=TODAY)), "minimum_order") == [
        ("USD 500", "base")
    ]


def test_two_agreements_that_differ_are_both_shown_as_conflicting(shelf: Library) -> None:
    found = read(
        shelf,
        contract("one", "1.1 The minimum order value is USD 500."),
        contract("two", "1.1 The minimum order value is USD 800."),
    )
    assert values(found, "minimum_order") == [("USD 500", "one"), ("USD 800", "two")]
    assert {each.term.status for each in found.terms} == {"conflicting"}


def test_general_terms_stand_apart_and_only_where_the_contract_is_silent(shelf: Library) -> None:
    general = contract(
        "general",
        "1.1 The minimum order value is USD 100.\n\n2.1 Partial shipments are allowed.",
        customer="",
    )
    found = read(shelf, contract("base", BASE), general)
    assert values(found, "minimum_order") == [("USD 500", "base")]
    assert [(each.term.kind, each.document.document_id) for each in found.general] == [
        ("partial_shipments", "general")
    ]
    assert "partial_shipments" in found.unknown


def test_another_customers_contract_is_not_looked_at(shelf: Library) -> None:
    found = read(shelf, contract("base", BASE, customer="C-2"))
    assert (found.documents, found.terms) == ((), ())


def test_without_a_customer_only_general_terms(shelf: Library) -> None:
    found = read(
        shelf,
        contract("base", BASE),
        contract("general", "1.1 The minimum order value is USD 100.", customer=""),
        customer="",
    )
    assert found.terms == ()
    assert [each.document.document_id for each in found.general] == ["general"]


def test_a_defined_day_of_the_agreement_holds_in_its_amendment(shelf: Library) -> None:
    base = contract("base", '1.1 "Day" means calendar day.\n\n2.1 The grace period is three Days.')
    amendment = contract("a1", "Clause 2.1 is replaced by: The grace period is two Days.", amends="base")
    assert values(read(shelf, base, amendment), "late_grace") == [("2 calendar_day", "a1")]


def test_an_amendment_changes_who_pays_the_freight_and_leaves_the_rest_of_the_routing(shelf: Library) -> None:
    base = contract(
        "base", "3.1 Freight terms: FOB origin, freight collect.\n\n3.2 Trucks must have a liftgate."
    )
    amendment = contract("a1", "Freight is prepaid.", amends="base", valid_from=date(2026, 6, 1))
    found = read(shelf, base, amendment)
    assert sorted(values(found, "routing")) == [
        ("fob_origin", "base"),
        ("freight_prepaid", "a1"),
        ("liftgate", "base"),
    ]


def test_two_agreements_that_name_two_incoterms_conflict_and_two_vehicles_do_not(shelf: Library) -> None:
    one = contract("one", "3.1 Goods are delivered DAP Reno.\n\n3.2 Trucks must have a liftgate.")
    other = contract(
        "other",
        "3.1 Goods are delivered EXW Tacoma.\n\n3.2 Chilled goods are shipped in refrigerated trucks.",
    )
    found = read(shelf, one, other)
    told = {
        each.term.value.text(): each.term.status
        for each in found.terms
        if each.term.kind == "routing" and each.term.value
    }
    assert told == {"dap": "conflicting", "exw": "conflicting", "liftgate": "found", "refrigerated": "found"}
