"""Vendors' terms in options: least quantities, price breaks, days on which they hold, units, currencies; and caps on late charges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from erp_tools.options.compare import compare
from erp_tools.options.option import Option
from erp_tools.options.policy import Charge, Expedite, Policy, Rule
from erp_tools.options.stock import Seller
from erp_tools.options.testing import TODAY, need, option_of, situation
from erp_tools.options.weights import load_weights
from erp_tools.reads.currencies import Rates
from erp_tools.reads.products import Product

WEIGHTS = load_weights()
EUR = Rates(company_currency="USD", per_unit={"EUR": Decimal("1.25")})
USUAL = Seller(vendor="Kestrel Valves", lead_days=14, price=Decimal(10), currency="USD")


def seller(
    price: str | None = "10", *, least: float = 0, days: int = 2, vendor: str = "Zed", currency: str = "USD"
) -> Seller:
    return Seller(
        vendor=vendor, lead_days=days, least=least, price=None if price is None else Decimal(price), currency=currency
    )  # fmt: skip


def bought(sellers: Sequence[Seller], *, missing: float = 12, rates: Rates = EUR) -> Option:
    """The option of another vendor for an order that waits for Kestrel."""
    order = situation(need(1, missing=missing, comes=20, sellers=(USUAL, *sellers)), rates=rates)
    return option_of(compare(order, Policy(), WEIGHTS), "buy_elsewhere")


def test_a_least_quantity_raises_what_is_bought_and_the_surplus_is_shown() -> None:
    option = bought([seller("11", least=100)])
    assert (
        option.plan.summary
        == "Buy 100 of Product 1 from Zed (12 of Product 1 are missing) and ship everything together"
    )
    costs = {one.what: (one.amount, one.stays) for one in option.plan.costs}
    assert costs == {
        "Another price for Product 1 at Zed": (Decimal(12), False),
        "88 of Product 1 more than is missing (Zed sells at least 100); it stays in stock": (
            Decimal(968),
            True,
        ),
    }
    assert option.extra_cost == Decimal(980)


def test_stock_that_is_bought_on_top_is_no_margin_that_is_lost() -> None:
    order = situation(
        need(1, missing=12, comes=20, sellers=(USUAL, seller("11", least=100))), shows_margin=True
    )
    option = option_of(compare(order, Policy(), WEIGHTS), "buy_elsewhere")
    assert option.margin_effect == Decimal("-1.20")  # 12 of 1,000, the surplus aside


def test_a_price_break_is_taken_where_the_whole_bill_is_smaller() -> None:
    terms = [seller("10", least=1), seller("6", least=20), seller("5", least=100)]
    assert "Buy 12 of" in bought(terms, missing=12).plan.summary  # 120 either way: no more than is missing
    assert "Buy 20 of" in bought(terms, missing=13).plan.summary  # 120 for 20, 130 for 13
    assert "Buy 100 of" in bought(terms, missing=90).plan.summary  # 500 for 100, 540 for 90


def test_without_prices_no_more_is_bought_than_the_terms_make_necessary() -> None:
    option = bought([seller(None, least=20), seller(None, least=5)], missing=12)
    assert "Buy 12 of" in option.plan.summary
    assert option.extra_cost is None
    assert "Purchasing agrees to the price" in option.plan.requires
    assert "Buy 20 of" in bought([seller(None, least=20)], missing=12).plan.summary


def test_the_fastest_vendor_comes_first_then_the_cheapest() -> None:
    assert "from Zed" in bought([seller("9", vendor="Slow", days=5), seller("30")]).plan.summary
    assert "from Cheap" in bought([seller("30"), seller("9", vendor="Cheap")]).plan.summary


def test_other_currencies_are_taken_at_odoos_rate_and_unknown_ones_are_not_guessed() -> None:
    assert bought([seller("12", currency="EUR")]).extra_cost == Decimal(60)  # 15 instead of 10 for 12
    unknown = bought([seller("12", currency="CHF")])
    assert unknown.extra_cost is None
    assert "Purchasing finds out what CHF is worth in USD: Odoo has no rate" in unknown.plan.requires


def test_what_is_asked_of_purchasing_names_vendor_quantity_and_day_and_no_price() -> None:
    option = bought([seller("11", least=100)])
    (wish,) = option.plan.drafts
    assert (wish.action, wish.wanted["to"]) == ("assign_activity", "@purchasing")
    assert wish.wanted["summary"] == "Buy 100 of Product 1 from Zed for S00042"
    assert "here by 25 Nov 2026, to ship on 26 Nov 2026" in wish.wanted["text"]
    assert "11" not in wish.wanted["text"]


@pytest.mark.parametrize(
    ("price", "says"), [("10.80", "allows"), ("10.81", "conditional"), (None, "conditional"), ("8", "allows")]
)
def test_a_dearer_vendor_needs_a_word_above_what_our_procedure_allows(price: str | None, says: str) -> None:
    rule = Rule(
        subject="buying", rank="procedure", says="conditional", source="SOP-110, 4.1", cites=("K",), price_share=Decimal(8)
    )  # fmt: skip
    order = situation(need(1, missing=12, comes=20, sellers=(USUAL, seller(price))))
    option = option_of(compare(order, Policy(rules=(rule,)), WEIGHTS), "buy_elsewhere")
    more = situation(need(1, missing=12, comes=20, sellers=(USUAL, seller("8", least=13))))
    strict = Policy(rules=(replace(rule, no_surplus=True),))
    surplus = option_of(compare(more, strict, WEIGHTS), "buy_elsewhere").rulings[0]
    assert (surplus.says, "more is bought than is missing" in surplus.text) == ("conditional", True)
    assert [(one.says, one.cites) for one in option.rulings if one.subject == "buying"] == [(says, ("K",))]


def test_where_nothing_is_on_its_way_every_vendor_counts() -> None:
    order = situation(need(1, missing=12, comes=None, purchase="", sellers=(USUAL,)))
    option = option_of(compare(order, Policy(), WEIGHTS), "buy_elsewhere")
    assert not option.ruled_out
    assert option.extra_cost == 0
    assert "from Kestrel Valves" in option.plan.summary


def test_a_line_without_another_vendor_does_not_keep_the_others_from_theirs() -> None:
    order = situation(
        need(1, missing=5, comes=20, sellers=(USUAL, seller())), need(2, missing=5, comes=9, sellers=(USUAL,))
    )
    option = option_of(compare(order, Policy(), WEIGHTS), "buy_elsewhere")
    assert "Product 2 has no other vendor" in option.plan.summary
    assert option.plan.shipments[0].leaves == TODAY + timedelta(days=9)


def test_an_expedite_asks_for_the_least_quantity_and_pays_for_it() -> None:
    table = Expedite(vendor="Kestrel Valves", gain_days=5, per_unit=Decimal(2), what="overtime")
    terms = replace(USUAL, least=50)
    order = situation(need(1, missing=12, comes=20, sellers=(terms,)))
    option = option_of(compare(order, Policy(expedites=(table,)), WEIGHTS), "expedite_purchase")
    assert option.extra_cost == Decimal(100)
    assert (
        "Kestrel Valves sends at least 50 of Product 1 at once (its least quantity)" in option.plan.requires
    )
    assert "The lead time agreed on is 14 days." in option.plan.drafts[0].wanted["text"]


def test_an_expedite_in_a_currency_without_a_rate_has_no_price() -> None:
    table = Expedite(vendor="Kestrel Valves", gain_days=5, amount=Decimal(80), currency="EUR", what="courier")
    order = situation(need(1, missing=12, comes=20))
    assert (
        option_of(compare(order, Policy(expedites=(table,)), WEIGHTS), "expedite_purchase").extra_cost is None
    )
    with_rate = replace(order, rates=EUR)
    option = option_of(compare(with_rate, Policy(expedites=(table,)), WEIGHTS), "expedite_purchase")
    assert option.extra_cost == Decimal(100)


# -- as Odoo gives them --------------------------------------------------------------------------------------------------


def product(**seller: object) -> Product:
    row = {
        "id": 5, "partner_id": {"id": 9, "display_name": "Zed"}, "delay": 3, "min_qty": 5.0, "price": 24.0, "discount": 0.0,
        "currency_id": {"id": 2, "display_name": "EUR", "rate": 0.8, "date": "2026-11-20"},
        "date_start": None, "date_end": None, "product_uom_id": {"id": 3, "display_name": "Dozen", "factor": 12.0}, **seller,
    }  # fmt: skip
    return Product.from_odoo(
        {
            "id": 1,
            "display_name": "Valve",
            "uom_id": {"id": 1, "factor": 1.0},
            "expiration_time": 20,
            "seller_ids": [row],
        }
    )


def test_terms_are_read_in_the_products_own_unit() -> None:
    (term,) = product().vendors
    assert (term.least, term.price, term.currency, term.rate) == (60.0, Decimal(2), "EUR", Decimal("0.8"))
    assert product(discount=25.0).vendors[0].price == Decimal("1.5")
    assert product(price="masked").vendors[0].price is None
    assert (
        product(currency_id={"id": 2, "display_name": "EUR", "rate": 1.0, "date": None}).vendors[0].rate
        is None
    )
    assert product().life_days == 20
    assert product(company_id={"id": 4}).vendors[0].company_id == 4
    assert product(product_id={"id": 1}).vendors != ()
    assert product(product_id={"id": 2}).vendors == ()  # terms of another variant


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        (None, None, True),
        ("2026-11-23", "2026-11-23", True),
        ("2026-11-24", None, False),
        (None, "2026-11-22", False),
    ],
)
def test_terms_hold_on_their_days_only(starts: str | None, ends: str | None, holds: bool) -> None:
    (term,) = product(date_start=starts, date_end=ends).vendors
    assert term.holds_on(date(2026, 11, 23)) is holds


# -- caps on what lateness costs -----------------------------------------------------------------------------------------


def charged(charge: Charge, **about: object) -> Option:
    """Waiting, with everything late by a week and worth 2,000 in all."""
    known = {
        "subject": "late_delivery",
        "rank": "contract",
        "says": "conditional",
        "source": "Agreement",
        "charge": charge,
        **about,
    }
    order = situation(
        need(1, ready=10), need(2, missing=10, comes=7), promised=TODAY + timedelta(days=3), rates=EUR
    )
    return option_of(compare(order, Policy(rules=(Rule(**known),)), WEIGHTS), "wait_complete")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("charge", "about", "amount"),
    [
        (Charge(percent=Decimal(2)), {}, 280),  # seven days late, 2,000
        (Charge(percent=Decimal(2)), {"cap_amount": Decimal(150), "cap_currency": "USD"}, 150),
        (Charge(percent=Decimal(2)), {"cap_amount": Decimal(500), "cap_currency": "USD"}, 280),
        (Charge(percent=Decimal(2)), {"cap_amount": Decimal(100), "cap_currency": "EUR"}, 125),
        (
            Charge(percent=Decimal(2)),
            {"cap_amount": Decimal(150), "cap_currency": "USD", "cap_percent": Decimal(5)},
            100,
        ),
        (Charge(amount=Decimal(40), currency="USD"), {"cap_amount": Decimal(90)}, 90),
        (Charge(amount=Decimal(40), currency="EUR"), {}, 350),
        (
            Charge(amount=Decimal(40), currency="EUR"),
            {"cap_amount": Decimal(160)},
            200,
        ),  # the cap is in the charge's currency
        (
            Charge(amount=Decimal(60), currency="USD", per="delivery"),
            {"cap_amount": Decimal(50), "cap_base": "delivery"},
            50,
        ),
    ],
)
def test_a_late_charge_is_bound_by_its_cap(charge: Charge, about: dict[str, object], amount: int) -> None:
    assert charged(charge, **about).penalty.amount == Decimal(amount)


def test_a_charge_in_a_currency_without_a_rate_is_not_known() -> None:
    penalty = charged(Charge(amount=Decimal(40), currency="CHF")).penalty
    assert penalty.amount is None
    assert penalty.text == "Agreement charges in CHF, and Odoo has no rate for it to USD."
    capped = charged(Charge(percent=Decimal(2)), cap_amount=Decimal(1), cap_currency="CHF").penalty
    assert (capped.amount, "CHF" in capped.text) == (None, True)


def test_amounts_are_converted_between_any_two_currencies_by_way_of_the_companys() -> None:
    order = situation(need(1, ready=1), currency="EUR", rates=EUR)
    assert order.money(Decimal(10), "USD") == Decimal(8)
    assert order.money(Decimal(10), "EUR") == Decimal(10)
    assert order.money(Decimal(10), "CHF") is None
    assert order.money(Decimal(10), "") == Decimal(10)
