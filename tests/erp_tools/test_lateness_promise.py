"""Promise causes, causes after delivery, and the two verdicts that stand alone."""

from __future__ import annotations

from erp_tools.lateness.testing import Scene


# -- unrealistic_promise -------------------------------------------------------------------------------------------------
def test_promise_before_the_lead_time_allowed() -> None:
    scene = Scene(ordered=-9, promised=-5)
    valve = scene.line("Butterfly Valve", 40, reserved=0, lead=18)
    scene.inbound(valve, 40, due=8)
    assert scene.codes() == ("inbound_late", "unrealistic_promise")
    cause = scene.cause("unrealistic_promise")
    assert "4 days later" in cause.summary
    assert "allows 30 Nov 2026" in cause.summary


def test_promise_on_the_very_day_the_lead_time_allows_is_realistic() -> None:
    scene = Scene(ordered=-20, promised=-2)
    scene.line("Butterfly Valve", 40, lead=18)
    assert scene.codes() == ("warehouse_backlog",)


def test_lead_time_promise_of_odoo_itself_is_never_unrealistic() -> None:
    scene = Scene(ordered=-20, promised=None)
    scene.line("Butterfly Valve", 40, lead=18)
    assert scene.codes() == ("warehouse_backlog",)
    assert scene.diagnose().promise_basis == "expected_date"


def test_short_promise_that_was_kept_is_on_time() -> None:
    scene = Scene(ordered=-9, promised=-5)
    scene.line("Butterfly Valve", 40, delivered=40, lead=18)
    scene.delivered(-6)
    assert scene.codes() == ("on_time",)


# -- customer_requested_date ---------------------------------------------------------------------------------------------
ASKED = "Our dock is being rebuilt. Please hold the delivery and send it next week at the earliest."


def test_customer_asked_for_a_later_day_and_the_delivery_was_moved() -> None:
    scene = Scene(scheduled=6)
    scene.line("Butterfly Valve", 40)
    scene.message(ASKED, by="customer", when=-7)
    assert scene.codes() == ("customer_requested_date",)
    cause = scene.cause("customer_requested_date")
    assert cause.certainty == "likely"
    assert "moved to 27 Nov 2026" in cause.summary


def test_request_that_nobody_acted_on_is_no_cause() -> None:
    scene = Scene()
    scene.line("Butterfly Valve", 40)
    scene.message(ASKED, by="customer", when=-7)
    assert scene.codes() == ("warehouse_backlog",)


def test_colleague_who_moved_it_is_not_the_customer() -> None:
    scene = Scene(scheduled=6)
    scene.line("Butterfly Valve", 40)
    scene.message("Moved to the next truck, deliver next week.", by="colleague")
    assert scene.codes() == ("unknown",)


# -- delivery_invoice_mismatch -------------------------------------------------------------------------------------------
def delivered(invoiced: float, *, posted: bool = True, on: int = -6) -> Scene:
    scene = Scene()
    scene.line("Butterfly Valve", 40, delivered=40, invoiced=invoiced)
    scene.delivered(on, files=1)
    if invoiced:
        scene.invoice(posted=posted)
    return scene


def test_more_invoiced_than_delivered() -> None:
    scene = delivered(43)
    assert scene.codes() == ("delivery_invoice_mismatch",)
    assert (
        "43 Butterfly Valve are invoiced and 40 were delivered: 3 more"
        in scene.cause("delivery_invoice_mismatch").summary
    )


def test_mismatch_on_a_delivery_in_time_is_no_lateness() -> None:
    assert not delivered(37).diagnose().is_late


def test_not_invoiced_yet_and_draft_invoices_are_no_mismatch() -> None:
    assert delivered(0).codes() == ("on_time",)
    assert delivered(43, posted=False).codes() == ("on_time",)
    assert delivered(40).codes() == ("on_time",)


def test_mismatch_is_likely_when_the_invoice_itself_is_not_shown() -> None:
    scene = Scene()
    scene.line("Butterfly Valve", 40, delivered=40, invoiced=43)
    scene.delivered(-6)
    assert scene.cause("delivery_invoice_mismatch").certainty == "likely"


# -- proof_of_delivery_missing -------------------------------------------------------------------------------------------
def gone(on: int = -20, *, files: int | None = 0, signed: bool = False) -> Scene:
    scene = Scene(ordered=-30, promised=-17)
    scene.line("Butterfly Valve", 40, delivered=40)
    scene.delivered(on, files=files, signed=signed)
    scene.message("Delivered, left at dock 3.", by="carrier", on="delivery", when=on + 4)
    scene.message("We have no record of this delivery. Please send the proof.", by="customer", when=on + 6)
    return scene


def test_delivered_by_word_only_and_the_customer_asks_for_proof() -> None:
    scene = gone()
    assert scene.codes() == ("proof_of_delivery_missing",)
    assert scene.cause("proof_of_delivery_missing").certainty == "proven"


def test_file_or_signature_is_proof() -> None:
    assert gone(files=1).codes() == ("on_time",)
    assert gone(signed=True).codes() == ("on_time",)


def test_proof_may_take_its_time() -> None:
    scene = gone(on=-6)
    scene.promised = -1
    assert scene.codes() == ("on_time",)


def test_delivery_without_a_file_that_nobody_asks_about_is_nothing_unusual() -> None:
    scene = Scene(ordered=-30, promised=-17)
    scene.line("Butterfly Valve", 40, delivered=40)
    scene.delivered(-20)
    assert scene.codes() == ("on_time",)


# -- verdicts ------------------------------------------------------------------------------------------------------------
def test_late_order_without_a_known_cause_is_unknown_and_stands_alone() -> None:
    scene = Scene(scheduled=5)
    scene.line("Butterfly Valve", 40)
    cause = scene.cause("unknown")
    assert scene.codes() == ("unknown",)
    assert cause.certainty == "unknown"
    assert cause.missing


def test_delivered_late_is_late_by_the_days_at_delivery() -> None:
    scene = Scene(promised=-9)
    scene.line("Butterfly Valve", 40, delivered=40)
    scene.delivered(-6)
    diagnosis = scene.diagnose()
    assert (diagnosis.is_late, diagnosis.days_late) == (True, 3)
    assert [cause.code for cause in diagnosis.causes] == ["unknown"]


def test_order_without_goods_is_on_time() -> None:
    diagnosis = Scene().diagnose()
    assert [cause.code for cause in diagnosis.causes] == ["on_time"]
    assert "no goods" in diagnosis.causes[0].summary


def test_returned_lines_are_not_waited_for() -> None:
    scene = Scene()
    scene.line("Butterfly Valve", -5)
    assert scene.codes() == ("on_time",)


def test_day_is_the_companys_day_not_utc() -> None:
    from datetime import UTC, datetime

    scene = Scene(promised=-1)
    scene.line("Butterfly Valve", 40)
    # 04:00 UTC on the 21st is still the evening of the 20th in Los Angeles: the promise of the 20th is not over.
    assert scene.diagnose(now=datetime(2026, 11, 21, 4, tzinfo=UTC)).days_late == 0
    assert scene.diagnose(now=datetime(2026, 11, 21, 17, tzinfo=UTC)).days_late == 1


def test_what_the_customer_sent_back_is_not_owed_again() -> None:
    from dataclasses import replace

    scene = Scene()
    scene.line("Butterfly Valve", 40, delivered=37)
    line = scene._lines[0]
    back = replace(line.moves[0], state="done", reserved=3.0, demand=3.0, is_return=True)
    scene._lines[0] = replace(line, moves=(back,))
    scene.delivered(-6, files=1)
    assert scene.codes() == ("on_time",)


def test_kit_lacks_as_much_as_its_scarcest_component() -> None:
    from dataclasses import replace

    scene = Scene()
    scene.line("Valve Kit", 10, reserved=10)
    line = scene._lines[0]
    body = replace(line.moves[0], move_id=7001, product_id=801, product="Body", demand=10.0, reserved=10.0)
    seals = replace(
        line.moves[0],
        move_id=7002,
        product_id=802,
        product="Seal",
        demand=40.0,
        reserved=28.0,
        state="partially_available",
    )
    scene._lines[0] = replace(line, moves=(body, seals))
    cause = scene.cause("stock_shortage")
    assert cause.summary.startswith("3 of 10 Valve Kit are not reserved")
    assert cause.lines[0].quantity == 3


def test_delivery_planned_after_the_promise_is_at_risk_and_the_unknown_says_where() -> None:
    scene = Scene(promised=2, scheduled=6)
    scene.line("Butterfly Valve", 40)
    diagnosis = scene.diagnose()
    assert [cause.code for cause in diagnosis.causes] == ["unknown"]
    assert "EAST/OUT/00012 is scheduled for 27 Nov 2026" in diagnosis.causes[0].summary
    assert diagnosis.is_late


def test_delivery_planned_a_day_after_odoos_own_estimate_is_no_broken_promise() -> None:
    scene = Scene(promised=None, ordered=0, scheduled=3)
    scene.line("Butterfly Valve", 40, lead=2)
    assert scene.codes() == ("on_time",)
