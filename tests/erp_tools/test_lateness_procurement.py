"""Procurement causes: what is ordered, what is late, and what a vendor did not send."""

from __future__ import annotations

from erp_tools.lateness.testing import Scene
from erp_tools.reads.products import Product


def short(**fields: object) -> tuple[Scene, Product]:
    scene = Scene(**fields)  # type: ignore[arg-type]
    return scene, scene.line("Butterfly Valve", 40, reserved=28)


def test_overdue_purchase_reads_as_a_person_would_say_it() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=-9)
    assert scene.codes() == ("inbound_overdue",)
    cause = scene.cause("inbound_overdue")
    assert cause.summary == (
        "12 of 40 Butterfly Valve are not reserved; PO P00031 from Kestrel Valves was due on 12 Nov 2026 "
        "and has not been received (9 days overdue)."
    )
    assert cause.owner_role == "purchasing"
    assert cause.since is not None
    assert cause.since.isoformat() == "2026-11-13"


def test_purchase_due_today_is_not_overdue() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=0)
    assert scene.codes() == ("inbound_late",)


def test_purchase_due_after_the_promise_is_late() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=6)
    cause = scene.cause("inbound_late")
    assert "is due on 27 Nov 2026, 11 days after the promise of 16 Nov 2026" in cause.summary


def test_purchase_due_before_the_promise_keeps_the_order_on_time() -> None:
    scene, valve = short(promised=9)
    scene.inbound(valve, 12, due=4)
    assert scene.codes() == ("on_time",)
    assert not scene.diagnose().is_late


def test_purchase_due_after_a_promise_still_to_come_is_named_ahead() -> None:
    scene, valve = short(promised=3)
    scene.inbound(valve, 12, due=9)
    diagnosis = scene.diagnose()
    assert [cause.code for cause in diagnosis.causes] == ["inbound_late"]
    assert diagnosis.is_late
    assert diagnosis.days_late == 0


def test_overdue_purchase_puts_a_promise_still_to_come_at_risk() -> None:
    scene, valve = short(promised=6)
    scene.inbound(valve, 12, due=-2)
    assert scene.codes() == ("inbound_overdue",)


def test_purchase_for_another_warehouse_does_not_count_as_coming() -> None:
    from erp_tools.lateness.testing import SOUTH

    scene, valve = short()
    scene.inbound(valve, 12, due=-9, warehouse=SOUTH)
    assert scene.codes() == ("stock_shortage",)


def test_without_purchase_rights_the_receipt_still_tells() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=-9, with_purchase=False)
    assert scene.codes(unread=("purchases",)) == ("inbound_overdue",)
    assert "PO P00031 from Kestrel Valves" in scene.cause("inbound_overdue", unread=("purchases",)).summary


def test_transfer_from_another_warehouse_can_be_overdue_too() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=-2, kind="transfer")
    assert "transfer EAST/IN/00007 was due on" in scene.cause("inbound_overdue").summary


# -- inbound_not_ordered -------------------------------------------------------------------------------------------------
def test_request_for_quotation_is_no_order() -> None:
    scene, valve = short()
    scene.purchase_line(valve, 24, state="sent")
    assert scene.codes() == ("inbound_not_ordered",)
    assert "nothing has been ordered" in scene.cause("inbound_not_ordered").summary


def test_request_for_quotation_beside_a_confirmed_purchase_is_no_cause() -> None:
    scene, valve = short()
    scene.purchase_line(valve, 24, state="draft")
    scene.inbound(valve, 12, due=4)
    assert scene.codes() == ("inbound_late",)


def test_requests_that_are_compared_are_a_choice_to_make() -> None:
    scene, valve = short()
    scene.purchase_line(valve, 24, state="sent", compared_with=("P00045", "P00046"))
    cause = scene.cause("inbound_not_ordered")
    assert cause.summary.endswith("nothing has been ordered. Purchasing compares it with P00045 and P00046.")
    assert (
        cause.next_steps[0] == "Choose between P00044, P00045 and P00046, and confirm one with a firm date."
    )


def test_request_that_calls_off_a_blanket_order() -> None:
    scene, valve = short()
    scene.purchase_line(valve, 24, state="draft", agreement="BO00001")
    assert scene.cause("inbound_not_ordered").summary.endswith("It calls off from the blanket order BO00001.")


def test_open_blanket_order_is_the_way_out_of_a_shortage() -> None:
    scene = Scene()
    scene.line("Butterfly Valve", 40, reserved=28, agreement="BO00001")
    cause = scene.cause("stock_shortage")
    # The lead time is the vendor's own: Odoo gives the terms of a blanket order one day.
    assert (
        "Kestrel Valves needs 14 days; the blanket order BO00001 with Kestrel Valves is open for it"
        in cause.summary
    )
    assert cause.next_steps[0] == "Call it off from BO00001 with a firm date."


# -- inbound_short -------------------------------------------------------------------------------------------------------
def test_rest_of_a_short_receipt_that_is_still_coming() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=9, received=28)
    assert scene.codes() == ("inbound_short",)
    assert (
        "Kestrel Valves delivered 28 of 40 on PO P00031; the rest is due on 30 Nov 2026"
        in scene.cause("inbound_short").summary
    )


def test_rest_that_the_vendor_will_not_send() -> None:
    scene, valve = short()
    scene.purchase_line(valve, 40, received=28)
    assert scene.codes() == ("inbound_short",)
    assert "nothing more is on its way" in scene.cause("inbound_short").summary


def test_rest_of_a_receipt_is_likely_without_purchase_rights() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=9, rest_of=True, with_purchase=False)
    cause = scene.cause("inbound_short", unread=("purchases",))
    assert cause.certainty == "likely"
    assert cause.missing


def test_purchase_that_came_in_full_is_not_short() -> None:
    scene, valve = short()
    scene.purchase_line(valve, 40, received=40)
    assert scene.codes() == ("stock_shortage",)


# -- several at once -----------------------------------------------------------------------------------------------------
def test_two_products_wait_for_different_things() -> None:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40, reserved=0)
    scene.line("Gasket", 10, reserved=0)
    scene.inbound(valve, 40, due=-3)
    assert scene.codes() == ("inbound_overdue", "stock_shortage")
    assert [line.product for line in scene.cause("stock_shortage").lines] == ["[IN-1004] Gasket"]


def test_overdue_purchase_and_stock_in_another_warehouse_are_both_said() -> None:
    from erp_tools.lateness.testing import SOUTH

    scene, valve = short()
    scene.inbound(valve, 12, due=-9)
    scene.quant(valve, 30, warehouse=SOUTH)
    assert scene.codes() == ("inbound_overdue", "stock_elsewhere")


def test_made_to_order_line_waits_for_its_own_purchase_only() -> None:
    from dataclasses import replace

    scene = Scene()
    valve = scene.line("Butterfly Valve", 40, reserved=0, to_order=True)
    other = scene.inbound(valve, 40, due=-3, document="P00050")
    own = replace(other, move_id=5000, purchase="P00060", purchase_line_id=None, at=None, deadline=None)
    line = scene._lines[0]
    scene._lines[0] = replace(line, moves=(replace(line.moves[0], sources=(own,), source_ids=(5000,)),))
    supply = next(iter(scene.case().supplies.values()))
    assert [share.inbound.document for share in supply.shares] == ["P00060"]
