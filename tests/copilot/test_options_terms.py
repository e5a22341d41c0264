"""From the words of documents to what options are held against: shelf life, caps and charges, each with its clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from copilot.options.house_rules import load_house_rules
from copilot.options.policy import policy_for
from erp_tools.options.compare import compare
from erp_tools.options.option import Comparison
from erp_tools.options.policy import Policy
from erp_tools.options.stock import Lot
from erp_tools.options.testing import TODAY, need, option_of, situation
from erp_tools.options.weights import load_weights
from knowledge_ingest.terms.refresh import refresh_terms
from retrieval.passage import Reader
from retrieval.search import Library
from retrieval.testing import make_document, make_library, stored

READER = Reader(login="supervisor", roles=frozenset({"supervisor"}), companies=frozenset({"Harbor"}))
SOP = "4.2 First expired, first out.\n\nCustomer | Remaining shelf life on arrival\nall others | 40%"
CONTRACTS = {
    "C-60": "10.1 On delivery at least 60% of the total shelf life of a lot remains.",
    "C-FISH": "8.1 Fish arrives with at least 10 days of remaining shelf life, smoked fish with at least 14 days, fruit with at least 8 days.",
    "C-ITEM": "9.2 FB-1002 has at least 20 days until expiry on arrival.",
    "C-WHAT": "7.3 Delicacies arrive with at least 10 days of remaining shelf life.",
    "C-NONE": "2.1 Prices are fixed for the calendar year.",
    "C-CAP": "7.1 For each calendar day of delay the Seller pays EUR 150, up to a maximum of EUR 600.",
    "C-BOTH": "7.1 The Seller credits 2% of the order value per calendar day of delay, at most 10% of the order value or USD 150, whichever is lower.",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library with our procedure and these contracts, their terms read as any document's."""
    library = make_library(tmp_path_factory.mktemp("shelf"))
    sop = make_document("sop-food-safety", SOP, type="sop", title="SOP-113", valid_from=date(2026, 1, 1))
    library.store.replace(stored(sop, SOP)[0], (), ())
    for ref, words in CONTRACTS.items():
        contract = make_document(
            f"contract-{ref}", words, type="contract", title=f"Agreement {ref}", customer=ref, valid_from=date(2025, 1, 1),
            valid_to=date(2027, 12, 31),
        )  # fmt: skip
        library.store.replace(stored(contract, words)[0], (), ())
    refresh_terms(library)
    yield library
    library.close()


def policy(shelf: Library, ref: str) -> Policy:
    found, _ = policy_for(
        shelf, READER, load_house_rules(), customer_ref=ref, tier="A", products=(), on_date=TODAY
    )
    return found


def compared(shelf: Library, ref: str, *, code: str = "FB-1001", left: int) -> Comparison:
    """An order with four of a product reserved, of a lot with so many days left, and two missing; it keeps 20 days."""
    line = need(1, ready=4, missing=2, code=code, comes=1)
    lots = (Lot(name="L-1", quantity=4, expires=TODAY + timedelta(days=left)),)
    order = replace(situation(replace(line, life_days=20, lots=lots)), customer_ref=ref)
    return compare(order, policy(shelf, ref), load_weights())


@pytest.mark.parametrize(
    ("ref", "code", "days", "source"),
    [
        ("C-60", "FB-1001", 12, "Agreement C-60, clause 10.1 asks for 60%"),
        ("C-FISH", "FB-1001", 10, "Agreement C-FISH, clause 8.1 asks for 10 days"),
        ("C-FISH", "FB-1002", 14, "Agreement C-FISH, clause 8.1 asks for 14 days"),
        ("C-FISH", "FB-1030", 8, "SOP-113, 4.2 asks for 40%"),  # the contract says nothing of spices
        ("C-ITEM", "FB-1002", 20, "Agreement C-ITEM, clause 9.2 asks for 20 days"),
        ("C-ITEM", "FB-1001", 8, "SOP-113, 4.2 asks for 40%"),
        ("C-NONE", "FB-1001", 8, "SOP-113, 4.2 asks for 40%"),
        ("", "FB-1001", 8, "SOP-113, 4.2 asks for 40%"),
    ],
)
def test_the_clause_that_decides_is_named_and_counts_to_the_day(
    shelf: Library, ref: str, code: str, days: int, source: str
) -> None:
    # What is reserved leaves today and is three days on the road.
    kept = option_of(compared(shelf, ref, code=code, left=3 + days), "split_delivery")
    refused = option_of(compared(shelf, ref, code=code, left=2 + days), "split_delivery")
    on_lots = [one for one in refused.rulings if one.subject == "shelf_life"]
    assert [one.says for one in on_lots] == ["forbids"]
    assert source in on_lots[0].text
    assert "lot L-1" in on_lots[0].text
    where, _, span = on_lots[0].cites[0].rpartition("@")
    begin, end = (int(part) for part in span.split("-"))
    assert shelf.open(where, READER).text[begin:end] in f"{CONTRACTS.get(ref, '')} {SOP}"
    assert not any(one.rules_out for one in kept.rulings if one.subject == "shelf_life")


def test_goods_that_nobody_has_explained_to_us_have_to_be_looked_at(shelf: Library) -> None:
    option = option_of(compared(shelf, "C-WHAT", left=19), "split_delivery")
    told = next(one for one in option.rulings if one.subject == "shelf_life")
    assert told.says == "conditional"
    assert "Agreement C-WHAT, clause 7.3 is not clear about shelf life" in told.text


def test_goods_without_a_lot_are_not_asked_about(shelf: Library) -> None:
    order = situation(need(1, ready=4, missing=2, code="IN-2001"))
    option = option_of(compare(order, policy(shelf, "C-60"), load_weights()), "split_delivery")
    assert all(one.subject != "shelf_life" for one in option.rulings)


def test_caps_are_read_as_amounts_in_their_currency_and_as_shares(shelf: Library) -> None:
    (fixed,) = policy(shelf, "C-CAP").on("late_delivery")
    assert (fixed.charge and fixed.charge.amount, fixed.cap_amount, fixed.cap_currency) == (
        Decimal(150),
        Decimal(600),
        "EUR",
    )
    assert policy(shelf, "C-CAP").currencies >= {"EUR"}
    (both,) = policy(shelf, "C-BOTH").on("late_delivery")
    assert (both.cap_percent, both.cap_amount, both.cap_currency) == (Decimal(10), Decimal(150), "USD")


def test_the_lower_of_two_caps_bounds_what_lateness_costs(shelf: Library) -> None:
    order = situation(need(1, ready=4, missing=2, comes=20, value="1000"), promised=TODAY)
    wait = option_of(compare(order, policy(shelf, "C-BOTH"), load_weights()), "wait_complete")
    assert wait.penalty.amount == Decimal(100)
    dear = situation(need(1, ready=4, missing=2, comes=20, value="9000"), promised=TODAY)
    wait = option_of(compare(dear, policy(shelf, "C-BOTH"), load_weights()), "wait_complete")
    assert wait.penalty.amount == Decimal(150)
