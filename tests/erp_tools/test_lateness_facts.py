"""Grounding starts here: every figure of every summary stands in a fact that the cause cites, for every cause there is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from erp_tools.lateness.causes import rules
from erp_tools.lateness.figures import cause_figures_without_source, figures_without_source
from erp_tools.lateness.taxonomy import CAUSES
from erp_tools.lateness.testing import EAST, SOUTH, WEST, Scene
from erp_tools.reads.blocks import Block

SCENES: dict[str, Callable[[], Scene]] = {}
"""A name that starts with the code the scene has to show -> the scene."""


def scene(name: str) -> Callable[[Callable[[], Scene]], Callable[[], Scene]]:
    def keep(make: Callable[[], Scene]) -> Callable[[], Scene]:
        SCENES[name] = make
        return make

    return keep


def with_lines(count: int = 1, *, reserved: float | None = None, **fields: object) -> tuple[Scene, list]:
    made = Scene(**fields)  # type: ignore[arg-type]
    return made, [
        made.line(f"Sanitary Butterfly Valve {number + 2} in", 40, reserved=reserved)
        for number in range(count)
    ]


@scene("not_confirmed")
def _() -> Scene:
    made, _ = with_lines(state="sent", valid_until=-2)
    made.message("Please go ahead.", by="customer")
    return made


@scene("not_confirmed by lead time")
def _() -> Scene:
    made = Scene(state="draft", promised=4)
    made.line(lead=18)
    return made


@scene("credit_hold")
def _() -> Scene:
    made, _ = with_lines(state="sent", owed=Decimal("15300.50"), credit_limit=Decimal("12000"))
    made.activity("Credit Review", on="order", due=-8)
    return made


@scene("credit_hold by a block")
def _() -> Scene:
    return with_lines(
        blocks=(Block(kind="delivery_block", key=("sale.delivery.block.reason", 3), name="Credit hold 30"),)
    )[0]


@scene("order_blocked")
def _() -> Scene:
    return with_lines(
        blocks=(
            Block(kind="exception", key=("exception.rule", 4), name="Quantity above 100"),
            Block(
                kind="review",
                key=("tier.review", 5),
                name="Approval 2",
                status="pending",
                waits_for="Marcus Bell",
            ),
        )
    )[0]


@scene("credit_hold by message")
def _() -> Scene:
    made, _ = with_lines()
    made.message("On hold: the account is over its credit limit.")
    return made


@scene("price_mismatch")
def _() -> Scene:
    made = Scene(state="sent")
    made.line(price="492.1367", odoo_price="431.6989")
    made.message("The price is higher than agreed.", by="customer")
    return made


@scene("missing_documents")
def _() -> Scene:
    made, _ = with_lines()
    made.activity("Certificate of Analysis", upload=True, due=-6)
    return made


@scene("incomplete_master_data")
def _() -> Scene:
    return with_lines(address_lacks=("street", "city"))[0]


@scene("cancelled order")
def _() -> Scene:
    return with_lines(state="cancel")[0]


@scene("cancelled delivery")
def _() -> Scene:
    made = Scene()
    for number in range(3):
        made.line(f"Valve {number}", 9, cancelled=True)
    return made


@scene("stock_shortage")
def _() -> Scene:
    return with_lines(3, reserved=28)[0]


@scene("stock_shortage behind others")
def _() -> Scene:
    made, (valve,) = with_lines(reserved=28)
    made.inbound(valve, 20, due=3)
    made.other_demand(valve, 20, reserved=0, promised=-9)
    return made


@scene("stock_elsewhere")
def _() -> Scene:
    made, products = with_lines(2, reserved=28, warehouse=EAST)
    for product in products:
        made.quant(product, 7, warehouse=SOUTH)
        made.quant(product, 3.5, warehouse=WEST)
    return made


@scene("reserved_by_other")
def _() -> Scene:
    made, (valve,) = with_lines(reserved=28)
    made.quant(valve, 40, reserved=40)
    made.other_demand(valve, 12, reserved=9, promised=9)
    made.other_demand(valve, 12, reserved=3, promised=12, holder="S00078")
    return made


@scene("quality_hold place")
def _() -> Scene:
    made, (valve,) = with_lines(reserved=28)
    made.quant(valve, 20, where="hold")
    made.quant(valve, 4, where="hold")
    return made


@scene("quality_hold expired")
def _() -> Scene:
    made, (valve,) = with_lines(reserved=28)
    made.quant(valve, 20, leaves=-11, lot="L-3110")
    made.quant(valve, 2, leaves=-15, lot="L-3099")
    return made


@scene("inventory_discrepancy")
def _() -> Scene:
    made, (valve,) = with_lines()
    made.quant(valve, 42, reserved=40, counted=13)
    return made


@scene("reservation_not_due")
def _() -> Scene:
    made = Scene(scheduled=12, reserves="by_date", transfer_state="confirmed")
    for number in range(2):
        made.quant(made.line(f"Valve {number}", 40, reserved=0, reservation_date=7), 60)
    return made


@scene("inbound_not_ordered")
def _() -> Scene:
    made, (valve,) = with_lines(reserved=28)
    made.purchase_line(valve, 24, state="draft", planned=6)
    return made


@scene("inbound_late")
def _() -> Scene:
    made, products = with_lines(4, reserved=28)
    made.receipts(0, 3, 6, -1, 9)
    for number, product in enumerate(products):
        made.inbound(product, 12, due=6 + number, document=f"P0003{number}")
    return made


@scene("inbound_overdue")
def _() -> Scene:
    made, products = with_lines(3, reserved=28)
    made.receipts(0, 3, 6, -1, 21)
    for number, product in enumerate(products):
        made.inbound(product, 12, due=-9 - number, document=f"P0003{number}")
    return made


@scene("inbound_short open")
def _() -> Scene:
    made, (valve,) = with_lines(reserved=28)
    made.inbound(valve, 12, due=-2, received=28)
    return made


@scene("inbound_short closed")
def _() -> Scene:
    made, (valve,) = with_lines(reserved=28)
    made.purchase_line(valve, 40, received=28)
    return made


@scene("waiting_complete")
def _() -> Scene:
    made = Scene(ships_all_at_once=True)
    made.line("Pump 50 l", 2)
    made.line("Valve 2 in", 40, reserved=0)
    return made


@scene("warehouse_backlog")
def _() -> Scene:
    return with_lines(2)[0]


@scene("upstream_step_pending")
def _() -> Scene:
    return with_lines(2, warehouse=WEST, step="pick")[0]


@scene("partial_backorder")
def _() -> Scene:
    made = Scene(backorder_of=2)
    for number in range(2):
        made.line(f"Valve {number}", 40, delivered=28, reserved=0)
    made.delivered(-6)
    return made


@scene("no_carrier")
def _() -> Scene:
    return with_lines(carrier=None)[0]


@scene("missed_dispatch")
def _() -> Scene:
    return with_lines(tracking="SWL790037")[0]


@scene("carrier_delay")
def _() -> Scene:
    made = Scene()
    made.line(delivered=40)
    made.delivered(-9)
    made.message("Exception: delay at the hub.", by="carrier", on="delivery", when=-5)
    return made


@scene("unrealistic_promise")
def _() -> Scene:
    made = Scene(ordered=-9, promised=-5)
    made.line("Valve 2 in", 40, reserved=0, lead=18)
    return made


@scene("customer_requested_date")
def _() -> Scene:
    made, _ = with_lines(scheduled=6)
    made.message("Please postpone the delivery to next week.", by="customer", when=-8)
    return made


@scene("delivery_invoice_mismatch")
def _() -> Scene:
    made = Scene()
    for number in range(2):
        made.line(f"Valve {number}", 40, delivered=40, invoiced=43)
    made.delivered(-6, files=1)
    made.invoice()
    return made


@scene("proof_of_delivery_missing")
def _() -> Scene:
    made = Scene(ordered=-30, promised=-17)
    made.line(delivered=40)
    made.delivered(-20)
    made.message("Delivered, left at dock 3.", by="carrier", on="delivery", when=-16)
    made.message("Please send the proof of delivery.", by="customer", when=-14)
    return made


@scene("on_time ready")
def _() -> Scene:
    return with_lines(2, promised=5)[0]


@scene("on_time with a receipt on its way")
def _() -> Scene:
    made, (valve,) = with_lines(promised=9, reserved=28)
    made.receipts(1, 2, 3)
    made.inbound(valve, 12, due=4)
    return made


@scene("on_time delivered")
def _() -> Scene:
    made = Scene()
    made.line(delivered=40)
    made.delivered(-6)
    return made


@scene("unknown")
def _() -> Scene:
    return with_lines(scheduled=5)[0]


@pytest.mark.parametrize("name", SCENES)
def test_every_figure_of_a_diagnosis_stands_in_the_facts_it_cites(name: str) -> None:
    diagnosis = SCENES[name]().diagnose()
    assert name.split()[0] in [cause.code for cause in diagnosis.causes]
    assert cause_figures_without_source(diagnosis) == {}


@pytest.mark.parametrize("name", SCENES)
def test_every_cited_key_leads_to_a_fact_with_a_link(name: str) -> None:
    diagnosis = SCENES[name]().diagnose()
    facts = {fact.key: fact for fact in diagnosis.facts}
    cited = {key for cause in diagnosis.causes for key in cause.evidence} | {
        key for entry in diagnosis.timeline for key in entry.evidence
    }
    cited |= set(diagnosis.expected.evidence)
    assert cited <= set(facts)
    assert all(fact.url for fact in diagnosis.facts)
    assert all(cause.evidence for cause in diagnosis.causes)


@pytest.mark.parametrize("name", SCENES)
def test_products_and_partners_of_a_summary_stand_in_the_cited_facts(name: str) -> None:
    diagnosis = SCENES[name]().diagnose()
    facts = {fact.key: fact for fact in diagnosis.facts}
    for cause in diagnosis.causes:
        words = " ".join(
            str(value)
            for key in cause.evidence
            for value in (facts[key].display_name, *facts[key].fields.values())
        )
        for known in (
            "Kestrel Valves",
            "Meridian Foods",
            "Swiftline Parcel",
            "Sanitary Butterfly Valve",
            "Dallas South",
        ):
            if known in cause.summary:
                assert known in words, (cause.code, known)


def test_there_is_a_scene_for_every_cause_there_is() -> None:
    assert {name.split()[0] for name in SCENES} == set(CAUSES) == {rule.code for rule in rules()}


def test_the_check_itself_finds_what_is_made_up() -> None:
    diagnosis = SCENES["inbound_overdue"]().diagnose()
    invented = "P00099 was due on 1 Jan 2026, 777 pieces and SWX12345 of S00042"
    assert figures_without_source(invented, diagnosis.facts) == ["1 Jan 2026", "P00099", "SWX12345", "777"]


def test_facts_hold_datetimes_in_the_companys_timezone() -> None:
    fact = next(fact for fact in SCENES["on_time ready"]().diagnose().facts if fact.model == "sale.order")
    assert fact.fields["commitment_date"] == "2026-11-26T10:00:00-08:00"
    assert fact.fields["promised"] == "2026-11-26"
