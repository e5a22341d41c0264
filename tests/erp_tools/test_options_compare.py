"""Options of one order: what leaves when, what it costs, what rules it out, and which one is recommended and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from erp_tools.options.compare import compare
from erp_tools.options.freight import Parcel, PricedCarrier, PriceRule
from erp_tools.options.policy import Charge, Condition, Expedite, Lane, Policy, Rule, Span, SubstitutePair
from erp_tools.options.situation import Situation
from erp_tools.options.stock import Holder, Seller, Substitute
from erp_tools.options.testing import TODAY, at, carrier, need, option_of, situation
from erp_tools.options.verdict import NOTHING_WEIGHS
from erp_tools.options.weights import WeightsError, load_weights
from erp_tools.reads.delivery import Carrier

WEIGHTS = load_weights()
NO_DOCUMENTS = Policy()


def rule(subject: str, says: str = "forbids", **figures: object) -> Rule:
    known = {
        "subject": subject,
        "rank": "contract",
        "says": says,
        "source": "Agreement MF, clause 5.1",
        "cites": ("K",),
        **figures,
    }
    return Rule(**known)  # type: ignore[arg-type]


def two_lines(**about: object) -> Situation:
    """One line ready, the other missing for a week, worth the same."""
    return situation(need(1, ready=10), need(2, missing=10), **about)


# -- what leaves when, and for how much ----------------------------------------------------------------------------------


def test_a_split_ships_what_is_reserved_now_and_pays_the_base_price_twice() -> None:
    comparison = compare(two_lines(), NO_DOCUMENTS, WEIGHTS)
    split = option_of(comparison, "split_delivery")
    first, rest = split.plan.shipments
    assert (first.leaves, first.arrives) == (TODAY, TODAY + timedelta(days=3))
    assert (rest.leaves, rest.arrives) == (TODAY + timedelta(days=7), TODAY + timedelta(days=10))
    assert split.extra_cost == Decimal("10.00")  # the base of 10 once more; the kilos cost the same
    assert option_of(comparison, "wait_complete").extra_cost == 0
    assert split.lines_on_time == 0


def test_ready_lines_leave_here_and_the_missing_one_from_where_it_is_free() -> None:
    order = situation(need(1, ready=10), need(2, ready=4, missing=6, free={"East": 6}))
    source = option_of(compare(order, NO_DOCUMENTS, WEIGHTS), "source_from_warehouse")
    shown = {
        (one.warehouse, one.delivery): [(share.line_id, share.quantity) for share in one.shares]
        for one in source.plan.shipments
    }
    assert shown == {("West", "WEST/OUT/00001"): [(1, 10), (2, 4)], ("East", "new"): [(2, 6)]}


def test_a_warehouse_that_has_only_a_part_of_a_line_is_no_way_out() -> None:
    order = situation(need(1, ready=10), need(2, missing=6, free={"East": 5}))
    source = option_of(compare(order, NO_DOCUMENTS, WEIGHTS), "source_from_warehouse")
    assert source.ruled_out
    assert "not all" in source.why_not


def test_a_transfer_takes_the_next_truck_and_a_day_for_receiving() -> None:
    order = situation(need(1, ready=10), need(2, missing=6, free={"East": 6}))
    lane = Lane(
        source="East",
        target="West",
        weekdays=(4,),
        transit_days=2,
        base=Decimal(40),
        per_kg=Decimal("0.5"),
        currency="USD",
    )
    transfer = option_of(compare(order, Policy(lanes=(lane,)), WEIGHTS), "transfer_first")
    # Friday the 27th, then Monday, Tuesday, and Wednesday to receive it
    assert transfer.plan.shipments[0].leaves == TODAY + timedelta(days=9)
    assert transfer.extra_cost == Decimal("43.00")
    unknown = option_of(compare(order, NO_DOCUMENTS, WEIGHTS), "transfer_first")
    assert unknown.plan.shipments[0].leaves is None
    assert unknown.extra_cost is None


def test_an_expedite_costs_what_the_table_says_and_gains_its_days() -> None:
    table = Expedite(vendor="Kestrel Valves", gain_days=5, per_unit=Decimal(11), what="overtime")
    comparison = compare(two_lines(), Policy(expedites=(table,)), WEIGHTS)
    expedite = option_of(comparison, "expedite_purchase")
    assert expedite.plan.shipments[0].leaves == TODAY + timedelta(days=2)
    assert expedite.extra_cost == Decimal("110.00")
    both = option_of(comparison, "split_and_expedite")
    assert [one.action for one in both.plan.drafts] == ["split_delivery", "expedite_purchase"]
    never = replace(table, possible=False, what="dangerous goods")
    assert option_of(compare(two_lines(), Policy(expedites=(never,)), WEIGHTS), "expedite_purchase").ruled_out


def test_another_vendor_is_as_fast_as_odoo_says_and_costs_nobody_knows_what() -> None:
    sellers = (Seller(vendor="Kestrel Valves", lead_days=14), Seller(vendor="Other Valves", lead_days=2))
    option = option_of(
        compare(situation(need(1, missing=5, comes=20, sellers=sellers)), NO_DOCUMENTS, WEIGHTS),
        "buy_elsewhere",
    )
    assert option.plan.shipments[0].leaves == TODAY + timedelta(days=3)
    assert option.extra_cost is None
    assert (
        option_of(compare(two_lines(), NO_DOCUMENTS, WEIGHTS), "buy_elsewhere").why_not
        == "Odoo names no other vendor of Product 2."
    )


def test_freight_follows_the_first_rule_that_fits_and_makes_up_no_price() -> None:
    rules = (
        PriceRule(
            variable="weight",
            operator="<=",
            limit=Decimal(20),
            base=Decimal("9.5"),
            factor=Decimal("0.85"),
            factor_of="weight",
        ),
        PriceRule(
            variable="price",
            operator=">",
            limit=Decimal(500),
            base=Decimal(0),
            factor=Decimal("0.1"),
            factor_of="price",
        ),
    )
    one = PricedCarrier(
        carrier=Carrier(carrier_id=1, name="Ground"), kind="base_on_rule", rules=rules, max_weight=Decimal(40)
    )

    def parcel(weight: int, value: int) -> Parcel:
        return Parcel(weight=Decimal(weight), value=Decimal(value), quantity=Decimal(1))

    assert one.quote(parcel(20, 10)) == Decimal("26.50")
    assert one.quote(parcel(30, 600)) == Decimal("60.00")
    assert one.quote(parcel(30, 10)) is None  # no rule fits
    assert one.quote(parcel(50, 600)) is None  # too heavy for it
    assert replace(one, free_from=Decimal(600)).quote(parcel(30, 600)) == 0
    assert PricedCarrier(carrier=Carrier(carrier_id=2, name="Free"), kind="fixed").quote(parcel(1, 1)) is None


# -- hard constraints ----------------------------------------------------------------------------------------------------


def test_a_forbidden_split_stays_visible_with_the_clause_and_is_not_recommended() -> None:
    comparison = compare(two_lines(), Policy(rules=(rule("partial_shipments"),)), WEIGHTS)
    split = option_of(comparison, "split_delivery")
    assert split.ruled_out
    assert not split.recommended
    assert split.score is None
    assert "clause 5.1 does not allow partial shipments" in split.why_not
    assert split.rulings[0].cites == ("K",)
    assert comparison.best is not None
    assert comparison.best.kind == "wait_complete"


def test_the_contract_stands_above_the_procedure_and_that_above_general_terms() -> None:
    general = rule("partial_shipments", "allows", rank="general", source="Terms")
    procedure = rule(
        "partial_shipments", "conditional", rank="procedure", source="SOP", first_share=Decimal(90)
    )
    contract = rule("partial_shipments", "allows")
    for rules, out in (
        ((general,), False),
        ((general, procedure), True),
        ((general, procedure, contract), False),
    ):
        split = option_of(compare(two_lines(), Policy(rules=rules), WEIGHTS), "split_delivery")
        assert split.ruled_out is out, rules
        assert rules[-1].source in split.rulings[0].text


def test_a_clause_about_certain_products_counts_only_where_one_is_ordered() -> None:
    limited = rule("partial_shipments", only_for=("FB-1001",))
    assert not option_of(compare(two_lines(), Policy(rules=(limited,)), WEIGHTS), "split_delivery").ruled_out
    fish = situation(need(1, ready=10, code="FB-1001"), need(2, missing=10))
    assert option_of(compare(fish, Policy(rules=(limited,)), WEIGHTS), "split_delivery").ruled_out


@pytest.mark.parametrize(
    ("figures", "out"),
    [
        ({"first_share": Decimal(50)}, False),
        ({"first_share": Decimal(51)}, True),
        ({"first_amount": Decimal(1000)}, False),
        ({"first_amount": Decimal(1001)}, True),
        ({"shipment_amount": Decimal(1001)}, True),
        ({"most_shipments": 2}, False),
        ({"most_shipments": 1}, True),
        ({"rest_within": Span(days=5, unit="business_day")}, False),
        ({"rest_within": Span(days=4, unit="business_day")}, True),
        ({"rest_within": Span(days=6)}, True),
    ],
)
def test_each_figure_of_a_clause_is_reckoned(figures: dict[str, object], out: bool) -> None:
    policy = Policy(rules=(rule("partial_shipments", "conditional", **figures),))
    assert option_of(compare(two_lines(), policy, WEIGHTS), "split_delivery").ruled_out is out


def test_shipments_that_left_before_count() -> None:
    policy = Policy(rules=(rule("partial_shipments", "allows", most_shipments=2),))
    assert option_of(compare(two_lines(shipments_before=1), policy, WEIGHTS), "split_delivery").ruled_out


def test_nothing_leaves_an_order_on_credit_hold() -> None:
    comparison = compare(two_lines(stopped_by="Finance releases it"), NO_DOCUMENTS, WEIGHTS)
    shipping = [one for one in comparison.options if one.kind not in ("wait_complete", "change_promise_date")]
    assert all(one.ruled_out for one in shipping)
    assert "until Finance releases it" in option_of(comparison, "split_delivery").why_not


def test_cold_chain_kits_and_a_missing_date_forbid_a_split_whatever_the_contract_allows() -> None:
    allowed = rule("partial_shipments", "allows")
    cold = rule("one_shipment", rank="procedure", only_for=("FB-1001", "FB-1002"), source="SOP-104, 4.1")
    fish = situation(need(1, ready=10, code="FB-1001"), need(2, missing=10, code="FB-1002"))
    assert option_of(compare(fish, Policy(rules=(allowed, cold)), WEIGHTS), "split_delivery").ruled_out
    kit = situation(need(1, ready=4, missing=6, is_kit=True), need(2, ready=3))
    assert "is a kit" in option_of(compare(kit, Policy(rules=(allowed,)), WEIGHTS), "split_delivery").why_not
    dateless = situation(need(1, ready=10), need(2, missing=10, comes=None))
    no_date = rule("missing_date", rank="procedure", source="SOP-104, 4.4")
    assert option_of(compare(dateless, Policy(rules=(allowed, no_date)), WEIGHTS), "split_delivery").ruled_out


def test_the_ship_complete_flag_makes_a_split_conditional() -> None:
    split = option_of(
        compare(
            two_lines(ships_complete=True), Policy(rules=(rule("partial_shipments", "allows"),)), WEIGHTS
        ),
        "split_delivery",
    )
    assert split.fit == "conditional"
    assert not split.ruled_out


def test_a_carrier_that_is_not_approved_is_ruled_out_and_a_named_condition_is_told() -> None:
    air = carrier("Nitro Air", days=1, number=2)
    fast = carrier("Polar Chain", days=2, number=3)
    approved = rule("approved_carriers", "allows", names=("Polar Chain Logistics",))
    order = two_lines(carriers=(carrier(), air, fast))
    comparison = compare(order, Policy(rules=(approved,)), WEIGHTS)
    fits = {
        str(one.plan.uses["carrier"]): one.fit for one in comparison.options if one.kind == "change_carrier"
    }
    assert fits == {"Nitro Air": "forbids", "Polar Chain": "allows"}
    only_if = replace(
        approved, conditions=(Condition(text="Nitro Air is used only if the Seller bears the freight"),)
    )
    comparison = compare(order, Policy(rules=(only_if,)), WEIGHTS)
    assert (
        next(one for one in comparison.options if one.plan.uses.get("carrier") == "Nitro Air").fit
        == "conditional"
    )


def test_substitutes_need_the_contract_the_list_and_the_stock() -> None:
    order = situation(
        need(1, missing=5, code="IN-2001"),
        substitutes=(Substitute(ordered="IN-2001", code="IN-2002", name="Lever valve", free=5),),
    )
    pair = SubstitutePair(ordered="IN-2001", substitute="IN-2002", standing=True)
    assert option_of(compare(order, NO_DOCUMENTS, WEIGHTS), "substitute_product").ruled_out
    option = option_of(compare(order, Policy(pairs=(pair,)), WEIGHTS), "substitute_product")
    assert option.fit == "silent"
    assert option.plan.drafts[0].wanted == {"order": "S00042", "product": "IN-2001", "substitute": "IN-2002"}
    forbidden = Policy(pairs=(pair,), rules=(rule("substitution"),))
    assert option_of(compare(order, forbidden, WEIGHTS), "substitute_product").ruled_out
    four = Policy(pairs=(replace(pair, ratio=Decimal(4)),))
    assert "20 of IN-2002" in option_of(compare(order, four, WEIGHTS), "substitute_product").why_not


def test_stock_of_an_urgent_an_earlier_or_a_nearly_due_order_is_not_taken() -> None:
    def taken(**about: object) -> str:
        known = {"delivery": "WEST/OUT/00007", "order": "S00050", "quantity": 10.0, "promised": TODAY + timedelta(days=20),
                 "is_later": True, **about}  # fmt: skip
        order = situation(need(1, missing=10, holders=(Holder(**known),)))  # type: ignore[arg-type]
        within = rule(
            "reallocation",
            "conditional",
            rank="procedure",
            source="SOP-105, 4.1",
            within=Span(days=2, unit="business_day"),
        )
        option = option_of(compare(order, Policy(rules=(within,)), WEIGHTS), "reallocate_stock")
        return "" if not option.ruled_out else option.why_not

    assert taken() == ""
    assert "urgent" in taken(is_urgent=True)
    assert "within 2 working days" in taken(promised=TODAY + timedelta(days=2))
    assert "later day" in taken(is_later=False)
    assert "No other order" in taken(is_picked=True)
    assert "No other order" in taken(same_place=False)


def test_who_loses_stock_is_told() -> None:
    holder = Holder(
        delivery="WEST/OUT/00007",
        order="S00050",
        quantity=10,
        promised=TODAY + timedelta(days=20),
        is_later=True,
    )
    option = option_of(
        compare(situation(need(1, missing=10, holders=(holder,))), NO_DOCUMENTS, WEIGHTS), "reallocate_stock"
    )
    assert option.plan.hurts == (
        "S00050, promised for 13 Dec 2026 loses 10 of Product 1 and waits for the next stock",
    )
    assert option.parts["others"] == 0


def test_extra_freight_beyond_our_own_limit_is_ruled_out() -> None:
    limit = rule("freight_limit", rank="procedure", source="SOP-104, 6", freight_share=Decimal(6))
    cheap = situation(need(1, ready=10, value="50"), need(2, missing=10, value="50"))
    assert (
        "above 6% of the order"
        in option_of(compare(cheap, Policy(rules=(limit,)), WEIGHTS), "split_delivery").why_not
    )
    assert not option_of(compare(two_lines(), Policy(rules=(limit,)), WEIGHTS), "split_delivery").ruled_out


def test_what_cannot_be_read_is_never_allowed() -> None:
    comparison = compare(two_lines(), Policy(unread="The contract's terms cannot be read just now."), WEIGHTS)
    split = option_of(comparison, "split_delivery")
    assert (split.fit, split.recommended) == ("unknown", False)
    assert split.why_not == "The contract's terms cannot be read just now."


# -- what lateness costs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "amount"),
    [
        # promised for Saturday the 21st, arrives on Thursday the 3rd: 9 working days, 12 days
        ({"charge": Charge(percent=Decimal(1), base="order", per="business_day")}, "180.00"),
        ({"charge": Charge(percent=Decimal(1), base="order", per="calendar_day")}, "240.00"),
        ({"charge": Charge(percent=Decimal(1), base="order", per="week")}, "40.00"),
        ({"charge": Charge(amount=Decimal(50), per="calendar_day")}, "600.00"),
        ({"charge": Charge(amount=Decimal(90), per="delivery")}, "90.00"),
        ({"charge": Charge(percent=Decimal(1), per="calendar_day"), "grace": Span(days=2)}, "200.00"),
        (
            {
                "charge": Charge(percent=Decimal(1), per="calendar_day"),
                "tolerance": Span(days=1),
                "grace": Span(days=1),
            },
            "200.00",
        ),
        ({"charge": Charge(percent=Decimal(1), per="calendar_day"), "cap_percent": Decimal(5)}, "100.00"),
        ({"charge": Charge(percent=Decimal(1), per="calendar_day"), "grace": Span(days=30)}, "0"),
    ],
)
def test_the_late_charge_is_reckoned_as_the_contract_counts(figures: dict[str, object], amount: str) -> None:
    policy = Policy(rules=(rule("late_delivery", "conditional", **figures),))
    wait = option_of(compare(two_lines(), policy, WEIGHTS), "wait_complete")
    assert wait.penalty.amount == Decimal(amount)
    assert wait.penalty.cites == ("K",)


def test_a_charge_that_cannot_be_reckoned_is_not_made_up() -> None:
    table = Policy(rules=(rule("late_delivery", "unknown"),))
    assert option_of(compare(two_lines(), table, WEIGHTS), "wait_complete").penalty.amount is None
    dateless = situation(need(1, missing=10, comes=None))
    charged = Policy(rules=(rule("late_delivery", "conditional", charge=Charge(percent=Decimal(1))),))
    assert option_of(compare(dateless, charged, WEIGHTS), "wait_complete").penalty.amount is None


# -- which one -----------------------------------------------------------------------------------------------------------


def test_the_recommendation_says_in_plain_words_why_it_wins() -> None:
    order = situation(need(1, ready=10), need(2, missing=6, comes=14, free={"East": 6}))
    comparison = compare(order, NO_DOCUMENTS, WEIGHTS)
    assert comparison.best is not None
    assert comparison.best.kind == "source_from_warehouse"
    assert comparison.verdict == (
        "Ship from another warehouse: everything arrives by 26 Nov 2026, 14 days sooner than by waiting and it costs USD 10.00 more."
    )
    assert (
        option_of(comparison, "wait_complete").why_not
        == "Against “ship from another warehouse”: the last goods come 14 days later."
    )


def test_it_says_from_which_delay_on_another_option_is_better() -> None:
    """Waiting a day costs less than a second shipment; a longer wait does not."""
    order = situation(
        need(1, ready=10, value="300"),
        need(2, missing=10, value="300", comes=1),
        promised=TODAY + timedelta(days=4),
    )
    comparison = compare(order, NO_DOCUMENTS, WEIGHTS)
    assert comparison.best is not None
    assert comparison.best.kind == "wait_complete"
    assert comparison.sensitivity == (
        "If P00031 slips 3 days more, “ship what is ready, back-order the rest” becomes better.",
    )


def test_two_options_as_good_as_each_other_are_called_a_tie() -> None:
    order = situation(need(1, ready=10), need(2, missing=6, comes=14, free={"East": 6, "South": 6}))
    comparison = compare(order, NO_DOCUMENTS, WEIGHTS)
    tied = [one for one in comparison.options if one.tied]
    assert {one.plan.key for one in tied} >= {"source_from_warehouse:East", "source_from_warehouse:South"}
    assert sum(one.recommended for one in comparison.options) == 1
    other = next(one for one in tied if not one.recommended)
    assert "a tie" in other.why_not


def test_margin_is_for_those_who_may_see_it() -> None:
    hidden = option_of(compare(two_lines(), NO_DOCUMENTS, WEIGHTS), "split_delivery")
    assert (hidden.margin_masked, hidden.margin_effect) == (True, None)
    shown = option_of(compare(two_lines(shows_margin=True), NO_DOCUMENTS, WEIGHTS), "split_delivery")
    assert shown.margin_effect == Decimal("-0.50")  # 10 of 2,000


# -- bad input: a plain answer each --------------------------------------------------------------------------------------


def test_nothing_is_late() -> None:
    order = situation(need(1, ready=10), promised=TODAY + timedelta(days=5))
    assert compare(order, NO_DOCUMENTS, WEIGHTS).nothing.startswith(
        "S00042 is not late: everything is reserved"
    )


def test_nothing_in_stock_anywhere() -> None:
    order = situation(need(1, missing=10, comes=None, purchase=""))
    comparison = compare(order, NO_DOCUMENTS, WEIGHTS)
    assert (
        option_of(comparison, "source_from_warehouse").why_not
        == "No other warehouse has Product 1 free to ship."
    )
    assert (
        option_of(comparison, "split_delivery").why_not
        == "Nothing on WEST/OUT/00001 is reserved, so there is nothing to ship first."
    )
    assert option_of(comparison, "expedite_purchase").why_not == "No purchase order brings what is missing."
    assert option_of(comparison, "change_promise_date").ruled_out


def test_one_line_that_is_missing_whole_cannot_be_split() -> None:
    comparison = compare(situation(need(1, missing=10)), NO_DOCUMENTS, WEIGHTS)
    assert option_of(comparison, "split_delivery").ruled_out
    half = compare(situation(need(1, ready=4, missing=6)), NO_DOCUMENTS, WEIGHTS)
    assert not option_of(half, "split_delivery").ruled_out


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"is_delivered": True}, "has left already"),
        ({"state": "cancel"}, "is cancelled"),
        ({"state": "draft"}, "is a quotation still"),
        ({"needs": (), "deliveries": ()}, "no open delivery"),
    ],
)
def test_an_order_with_nothing_to_choose_says_so(about: dict[str, object], said: str) -> None:
    comparison = compare(two_lines(**about), NO_DOCUMENTS, WEIGHTS)
    assert comparison.options == ()
    assert said in comparison.nothing


def test_zero_weights_recommend_nothing_and_say_so() -> None:
    none = WEIGHTS.model_copy(
        update={
            "weights": WEIGHTS.weights.model_copy(update=dict.fromkeys(WEIGHTS.weights.model_dump(), 0.0))
        }
    )
    comparison = compare(two_lines(), NO_DOCUMENTS, none)
    assert comparison.verdict == NOTHING_WEIGHS
    assert comparison.best is None
    assert all(one.score is None for one in comparison.options)


def test_no_carrier_and_no_price_leave_the_cost_unknown_and_say_so() -> None:
    for order in (two_lines(carrier=None, carriers=()), two_lines(carrier=carrier(base="0", per_kg="0"))):
        split = option_of(compare(order, NO_DOCUMENTS, WEIGHTS), "split_delivery")
        assert split.extra_cost is None
        assert any("no price for it is on record" in text for text in split.plan.requires)


def test_prices_that_may_not_be_seen_are_not_needed() -> None:
    comparison = compare(
        situation(need(1, ready=10, value=None), need(2, missing=10, value=None)), NO_DOCUMENTS, WEIGHTS
    )
    assert comparison.best is not None
    policy = Policy(rules=(rule("late_delivery", "conditional", charge=Charge(percent=Decimal(1))),))
    hidden = compare(
        situation(need(1, ready=10, value=None), need(2, missing=10, value=None)), policy, WEIGHTS
    )
    assert option_of(hidden, "wait_complete").penalty.amount is None


def test_no_promise_is_no_error() -> None:
    comparison = compare(two_lines(promised=None), NO_DOCUMENTS, WEIGHTS)
    assert option_of(comparison, "wait_complete").lines[0].on_time is None


def test_an_unknown_date_is_no_date() -> None:
    comparison = compare(situation(need(1, ready=10), need(2, missing=10, comes=None)), NO_DOCUMENTS, WEIGHTS)
    assert comparison.best is not None
    assert comparison.best.kind == "split_delivery"
    assert "waiting has no date" in comparison.verdict
    assert at(None).likely is None


@pytest.mark.parametrize(
    "text",
    ["version: 1", "weights: [", "version: 1\nweights: {speed: -1}", "{version: 1, weights: {speed: x}}"],
)
def test_weights_that_make_no_sense_are_refused_with_the_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "weights.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"weights\.yaml"):
        load_weights(file)


def test_who_may_not_see_deliveries_is_told_so() -> None:
    comparison = compare(two_lines(moves_were_read=False), NO_DOCUMENTS, WEIGHTS)
    assert (
        comparison.nothing
        == "How far the delivery of S00042 is could not be read, so its options cannot be worked out."
    )
