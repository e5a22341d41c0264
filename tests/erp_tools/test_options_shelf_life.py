"""Shelf life as a hard constraint: what is too old for this customer on arrival is no stock for them; first expired, first out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from erp_tools.options.compare import compare
from erp_tools.options.freshness import life_asked, taken, usable_stock
from erp_tools.options.policy import Policy, Rule, SubstitutePair
from erp_tools.options.situation import Need, Situation
from erp_tools.options.stock import Holder, Lot, Substitute
from erp_tools.options.testing import TODAY, need, option_of, situation
from erp_tools.options.weights import load_weights

WEIGHTS = load_weights()
CODE = "FB-1001"


def asks(share: int | None = 60, days: int | None = None, **about: object) -> Rule:
    known = {
        "subject": "shelf_life", "rank": "contract", "says": "conditional", "source": "Agreement MF, clause 10.1", "cites": ("K10",),
        "life_share": None if share is None else Decimal(share), "life_days": days, **about,
    }  # fmt: skip
    return Rule(**known)  # type: ignore[arg-type]


def lot(name: str, quantity: float, *, left: int | None) -> Lot:
    """A lot that expires so many days from today; it arrives three days from now at the earliest."""
    return Lot(
        name=name, quantity=quantity, expires=None if left is None else TODAY + timedelta(days=left), evidence=(("stock.quant", 7),)
    )  # fmt: skip


def fish(number: int = 2, *, east: tuple[Lot, ...] = (), **about: object) -> Need:
    """A line of fish that keeps 20 days, 6 of it missing unless said otherwise, with these lots in East."""
    known: dict[str, object] = {"missing": 6, "code": CODE, **about}
    made = need(number, free={"East": sum(one.quantity for one in east)} if east else None, **known)  # type: ignore[arg-type]
    return replace(made, life_days=20, places=tuple(replace(place, lots=east) for place in made.places))


def order(*needs: Need, **about: object) -> Situation:
    return situation(need(1, ready=10), *needs, **about)


@pytest.mark.parametrize(
    ("rule", "left", "fresh"),
    [
        (asks(60), 15, True),  # 12 days left on the third day from now
        (asks(60), 14, False),
        (asks(None, 8), 11, True),
        (asks(None, 8), 10, False),
        (asks(58), 15, True),  # 11.6 days are 12
        (asks(58), 14, False),
    ],
)
def test_a_lot_counts_to_the_day(rule: Rule, left: int, fresh: bool) -> None:
    comparison = compare(order(fish(east=(lot("A", 6, left=left),))), Policy(rules=(rule,)), WEIGHTS)
    assert option_of(comparison, "source_from_warehouse").ruled_out is not fresh


def test_too_old_stock_elsewhere_is_named_with_its_lot_and_clause() -> None:
    comparison = compare(order(fish(east=(lot("L-77", 6, left=8),))), Policy(rules=(asks(),)), WEIGHTS)
    for kind in ("source_from_warehouse", "transfer_first"):
        option = option_of(comparison, kind)
        assert option.ruled_out
        assert "lot L-77 (5 days left on 26 Nov 2026)" in option.why_not
        assert (
            "Agreement MF, clause 10.1 asks for 60% of the shelf life on arrival (12 days)" in option.why_not
        )
        assert option.plan.cites == ("K10",)
        assert option.plan.evidence == (("stock.quant", 7),)


def test_without_a_rule_or_without_dates_every_lot_counts() -> None:
    old = order(fish(east=(lot("A", 6, left=1),)))
    assert not option_of(compare(old, Policy(), WEIGHTS), "source_from_warehouse").ruled_out
    other = Policy(rules=(asks(only_for=("FB-1002",)),))
    assert not option_of(compare(old, other, WEIGHTS), "source_from_warehouse").ruled_out
    dateless = order(fish(east=(lot("A", 6, left=None),)))
    option = option_of(compare(dateless, Policy(rules=(asks(),)), WEIGHTS), "source_from_warehouse")
    assert not option.ruled_out
    assert [one for one in option.rulings if one.subject == "shelf_life"] == []


def test_the_freshest_old_enough_lot_leaves_first_and_odoo_is_told_which() -> None:
    lots = (lot("C", 9, left=40), lot("OLD", 5, left=6), lot("B", 4, left=20))
    option = option_of(
        compare(order(fish(east=lots)), Policy(rules=(asks(),)), WEIGHTS), "source_from_warehouse"
    )
    there = next(one for one in option.plan.shipments if one.warehouse == "East")
    assert [(one.name, one.quantity) for one in there.shares[0].lots] == [("B", 4), ("C", 2)]
    assert any(
        "Odoo would take lot OLD first, too old for this customer" in text for text in option.plan.requires
    )
    assert [one.action for one in option.plan.drafts] == ["source_from_warehouse", "assign_activity"]
    assert "lot B" in option.plan.drafts[1].wanted["summary"]
    kept = next(one for one in option.rulings if one.subject == "shelf_life")
    assert kept.text.endswith("lot B (17 days left on 26 Nov 2026) is fresh enough.")
    assert (kept.says, kept.cites) == ("allows", ("K10",))


def test_an_old_lot_that_odoo_would_take_last_asks_for_nothing() -> None:
    lots = (lot("B", 6, left=20), replace(lot("OLD", 5, left=6), leaves_stock=TODAY + timedelta(days=90)))
    option = option_of(
        compare(order(fish(east=lots)), Policy(rules=(asks(),)), WEIGHTS), "source_from_warehouse"
    )
    assert [one.action for one in option.plan.drafts] == ["source_from_warehouse"]


def test_a_reserved_lot_that_is_too_old_rules_out_whatever_ships_it() -> None:
    line = replace(fish(ready=4), lots=(lot("R", 4, left=8),))
    comparison = compare(order(line), Policy(rules=(asks(),)), WEIGHTS)
    for kind in ("wait_complete", "split_delivery"):
        option = option_of(comparison, kind)
        assert option.ruled_out, kind
        assert "lot R" in option.why_not
        assert option.rulings[0].cites == ("K10",)
    assert comparison.best is None


def test_another_lot_that_is_here_and_fresh_enough_is_named_instead() -> None:
    line = replace(fish(ready=4), lots=(lot("R", 4, left=8),), spare=(lot("S", 5, left=30),))
    split = option_of(compare(order(line), Policy(rules=(asks(),)), WEIGHTS), "split_delivery")
    assert not split.ruled_out
    assert split.fit == "conditional"
    assert "reserve lot S (until 23 Dec 2026) instead" in split.rulings[0].text
    few = replace(line, spare=(lot("S", 3, left=30),))
    assert option_of(compare(order(few), Policy(rules=(asks(),)), WEIGHTS), "split_delivery").ruled_out


def test_goods_that_grow_too_old_by_waiting_rule_out_waiting_and_not_the_split() -> None:
    line = replace(fish(ready=4, comes=9), lots=(lot("R", 4, left=16),))
    comparison = compare(order(line), Policy(rules=(asks(),)), WEIGHTS)
    assert not option_of(comparison, "split_delivery").ruled_out
    wait = option_of(comparison, "wait_complete")
    assert wait.ruled_out
    assert "lot R (4 days left on 5 Dec 2026)" in wait.why_not
    assert comparison.best is not None
    assert comparison.best.kind == "split_delivery"


def test_the_contract_decides_before_the_procedure_and_a_named_product_before_all() -> None:
    general = asks(40, rank="procedure", source="SOP-113")
    contract = asks(70)
    named = asks(None, 3, only_for=(CODE,))
    for rules, days in (((general,), 8), ((general, contract), 14), ((general, contract, named), 3)):
        asked = life_asked(Policy(rules=rules), CODE, 20)
        assert asked is not None
        assert asked.days == days
    assert life_asked(Policy(rules=(asks(says="allows"),)), CODE, 20) is None


def test_a_share_of_a_life_that_odoo_does_not_keep_has_to_be_looked_at() -> None:
    line = replace(fish(ready=4), lots=(lot("R", 4, left=8),), life_days=None)
    split = option_of(compare(order(line), Policy(rules=(asks(),)), WEIGHTS), "split_delivery")
    assert split.fit == "conditional"
    assert (
        "how long Product 2 keeps is not in Odoo, so lot R (until 1 Dec 2026) has to be looked at"
        in split.rulings[0].text
    )


def test_a_clause_that_is_not_clear_or_not_read_is_never_silently_kept() -> None:
    line = replace(fish(ready=4), lots=(lot("R", 4, left=19),))
    unclear = Policy(rules=(asks(None, says="unknown"),))
    assert option_of(compare(order(line), unclear, WEIGHTS), "wait_complete").fit == "conditional"
    unread = Policy(unread="The terms are read anew.")
    wait = option_of(compare(order(line), unread, WEIGHTS), "wait_complete")
    assert "not known: The terms are read anew." in wait.rulings[0].text


def test_what_another_order_holds_counts_only_where_it_cannot_be_the_old_lot() -> None:
    held = Holder(
        delivery="WEST/OUT/00007",
        order="S00050",
        quantity=6,
        promised=TODAY + timedelta(days=20),
        is_later=True,
    )
    line = replace(fish(holders=(held,)), held=(lot("OLD", 6, left=5),))
    option = option_of(compare(order(line), Policy(rules=(asks(),)), WEIGHTS), "reallocate_stock")
    assert option.ruled_out
    assert "What S00050 holds of Product 2 may be too old" in option.why_not
    assert "lot OLD" in option.why_not
    fresh = replace(line, held=(lot("NEW", 6, left=30),))
    assert not option_of(
        compare(order(fresh), Policy(rules=(asks(),)), WEIGHTS), "reallocate_stock"
    ).ruled_out


def test_an_old_lot_of_a_substitute_is_no_substitute() -> None:
    pair = SubstitutePair(ordered=CODE, substitute="FB-1002", standing=True)
    known = Substitute(
        ordered=CODE, code="FB-1002", name="Mackerel", free=6, lots=(lot("M", 6, left=10),), life_days=30
    )
    policy = Policy(rules=(asks(),), pairs=(pair,))
    option = option_of(compare(order(fish(), substitutes=(known,)), policy, WEIGHTS), "substitute_product")
    assert option.ruled_out
    assert "6 of Mackerel is too old for this customer: lot M" in option.why_not
    kept = replace(known, lots=(lot("M", 6, left=25),))
    option = option_of(compare(order(fish(), substitutes=(kept,)), policy, WEIGHTS), "substitute_product")
    assert not option.ruled_out
    assert "Mackerel, lot M (22 days left" in next(
        one.text for one in option.rulings if one.subject == "shelf_life"
    )


def test_lots_are_taken_first_expired_first_to_the_last_piece() -> None:
    lots = (lot("B", 3, left=9), lot("A", 2, left=5), lot("N", 9, left=None))
    used, left = taken(lots, 4)
    assert [(one.name, one.quantity) for one in used] == [("A", 2), ("B", 2)]
    assert [(one.name, one.quantity) for one in left] == [("B", 1), ("N", 9)]
    assert taken(lots, 0)[0] == ()


def test_two_lines_of_one_product_do_not_count_the_same_lot_twice() -> None:
    lots = (lot("A", 6, left=30),)
    both = order(fish(2, east=lots), replace(fish(3, east=lots), product_id=102))
    both = replace(
        both,
        deliveries=tuple(
            replace(
                one,
                pieces=tuple(
                    replace(piece, product_id=102) if piece.line_id > 1 else piece for piece in one.pieces
                ),
            )
            for one in both.deliveries
        ),
    )
    option = option_of(compare(both, Policy(rules=(asks(),)), WEIGHTS), "source_from_warehouse")
    there = next(one for one in option.plan.shipments if one.warehouse == "East")
    assert sum(one.quantity for share in there.shares for one in share.lots) == 6
    assert len(there.shares) == 1


def test_stock_that_is_left_out_is_told_once_and_the_order_is_otherwise_the_same() -> None:
    before = order(fish(east=(lot("OLD", 2, left=5), lot("B", 6, left=30))))
    after = usable_stock(before, Policy(rules=(asks(),)))
    assert [place.free for place in after.needs[1].places] == [6]
    assert len(after.too_old) == 1
    assert replace(after, needs=before.needs, too_old=()) == before
    assert usable_stock(before, Policy()) is before
