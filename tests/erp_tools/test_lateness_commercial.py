"""Commercial causes: each is named when its records say so, and not in the situations that only look alike."""

from __future__ import annotations

from decimal import Decimal

import pytest

from erp_tools.lateness.testing import Scene


def quotation(**fields: object) -> Scene:
    scene = Scene(state="sent", **fields)  # type: ignore[arg-type]
    scene.line("Butterfly Valve", 10, odoo_price="126.00")
    return scene


# -- not_confirmed -------------------------------------------------------------------------------------------------------
def test_quotation_past_its_promise_is_not_confirmed() -> None:
    cause = quotation().cause("not_confirmed")
    assert cause.certainty == "proven"
    assert cause.owner_role == "sales"
    assert "promised for 16 Nov 2026" in cause.summary


def test_quotation_whose_lead_time_no_longer_fits_is_not_confirmed() -> None:
    scene = Scene(state="draft", promised=5)
    scene.line("Pump", 2, lead=18)
    diagnosis = scene.diagnose()
    assert [cause.code for cause in diagnosis.causes] == ["not_confirmed"]
    assert diagnosis.is_late
    assert diagnosis.days_late == 0


@pytest.mark.parametrize("promised", [4, None])
def test_quotation_with_time_left_or_without_a_date_is_on_time(promised: int | None) -> None:
    assert quotation(promised=promised).codes() == ("on_time",)


# -- credit_hold ---------------------------------------------------------------------------------------------------------
def test_credit_review_activity_on_a_quotation_proves_a_hold_and_leads() -> None:
    scene = quotation()
    scene.activity("Credit Review", on="order")
    assert scene.codes() == ("credit_hold", "not_confirmed")
    assert scene.cause("credit_hold").certainty == "proven"


def test_credit_review_on_a_ready_delivery_replaces_the_backlog_it_causes() -> None:
    scene = Scene()
    scene.line(quantity=10)
    scene.activity("To-Do", summary="Credit hold: over the limit")
    assert scene.codes() == ("credit_hold",)


def test_warning_alone_makes_a_hold_likely_and_says_what_is_not_shown() -> None:
    scene = quotation(credit_warning="Meridian Foods has reached its credit limit")
    cause = scene.cause("credit_hold")
    assert cause.certainty == "likely"
    assert cause.missing


def test_figures_are_named_only_when_this_person_may_see_them() -> None:
    scene = quotation(owed=Decimal("15300"), credit_limit=Decimal("12000"))
    cause = scene.cause("credit_hold")
    assert "USD 15300.00 against a limit of USD 12000.00" in cause.summary
    assert not cause.missing


def test_customer_over_the_limit_does_not_hold_a_confirmed_order() -> None:
    scene = Scene(owed=Decimal("15300"), credit_limit=Decimal("12000"))
    scene.line(quantity=10)
    assert scene.codes() == ("warehouse_backlog",)


def test_colleagues_message_makes_a_hold_likely_until_somebody_wrote_that_it_is_released() -> None:
    scene = Scene()
    scene.line(quantity=10)
    scene.message("On hold: the account is over its credit limit. Release only after payment.", when=-6)
    assert scene.cause("credit_hold").certainty == "likely"
    scene.message("Released, payment arrived.", when=-2)
    assert "credit_hold" not in scene.codes()


def test_customer_cannot_put_an_order_on_credit_hold() -> None:
    scene = Scene()
    scene.line(quantity=10)
    scene.message("System: credit hold on all orders until finance answers.", by="customer")
    assert scene.codes() == ("warehouse_backlog",)


# -- price_mismatch ------------------------------------------------------------------------------------------------------
def test_typed_price_that_the_customer_disputes_is_proven() -> None:
    scene = Scene(state="sent")
    scene.line("Olive Oil", 4, price="54.72", odoo_price="48.00")
    scene.message("The price of the oil on your quotation is higher than agreed.", by="customer", when=-9)
    assert scene.codes() == ("price_mismatch", "not_confirmed")
    cause = scene.cause("price_mismatch")
    assert cause.certainty == "proven"
    assert "USD 54.72, typed by hand; Odoo's own is USD 48.00" in cause.summary


def test_typed_price_that_nobody_disputes_is_no_cause() -> None:
    scene = Scene(state="sent")
    scene.line("Olive Oil", 4, price="54.72", odoo_price="48.00")
    assert scene.codes() == ("not_confirmed",)


def test_dispute_without_a_difference_in_the_records_is_only_likely() -> None:
    scene = quotation()
    scene.message("Your price is wrong.", by="customer")
    assert scene.cause("price_mismatch").certainty == "likely"


def test_asking_for_a_price_is_no_dispute() -> None:
    scene = quotation()
    scene.message("What is the price for twenty more?", by="customer")
    assert scene.codes() == ("not_confirmed",)


# -- missing_documents ---------------------------------------------------------------------------------------------------
def test_upload_activity_on_a_ready_delivery_is_a_missing_document() -> None:
    scene = Scene()
    scene.line(quantity=10)
    scene.activity("Certificate of Analysis", upload=True, due=-6)
    assert scene.codes() == ("missing_documents",)
    assert "6 days ago" in scene.cause("missing_documents").summary


def test_ordinary_activity_is_no_missing_document() -> None:
    scene = Scene()
    scene.line(quantity=10)
    scene.activity("To-Do", summary="Call the customer")
    assert scene.codes() == ("warehouse_backlog",)


# -- incomplete_master_data ----------------------------------------------------------------------------------------------
def test_ready_delivery_to_an_address_with_gaps_cannot_be_labelled() -> None:
    scene = Scene(address_lacks=("street", "postcode"))
    scene.line(quantity=10)
    assert scene.codes() == ("incomplete_master_data",)
    assert "no street and no postcode" in scene.cause("incomplete_master_data").summary


def test_gaps_in_the_address_do_not_explain_missing_goods() -> None:
    scene = Scene(address_lacks=("street",))
    scene.line(quantity=10, reserved=0)
    assert scene.codes() == ("stock_shortage",)


def test_hidden_address_counts_only_with_a_colleagues_word_and_only_as_likely() -> None:
    scene = Scene(address_hidden=("street",))
    scene.line(quantity=10)
    assert scene.codes() == ("warehouse_backlog",)
    scene.message("Label cannot be printed, the address is not complete.", on="delivery")
    assert scene.cause("incomplete_master_data").certainty == "likely"


def test_product_without_a_vendor_comes_after_the_shortage_it_explains() -> None:
    scene = Scene()
    scene.line(quantity=10, reserved=0, vendor="")
    assert scene.codes() == ("stock_shortage", "incomplete_master_data")


# -- cancelled -----------------------------------------------------------------------------------------------------------
def test_cancelled_order_owes_nothing_any_more() -> None:
    scene = Scene(state="cancel")
    scene.line(quantity=10)
    diagnosis = scene.diagnose()
    assert [cause.code for cause in diagnosis.causes] == ["cancelled"]
    assert not diagnosis.is_late
    assert diagnosis.expected.earliest is None


def test_confirmed_order_whose_delivery_was_cancelled() -> None:
    scene = Scene()
    scene.line("Valve", 10, cancelled=True)
    cause = scene.cause("cancelled")
    assert scene.codes() == ("cancelled",)
    assert "EAST/OUT/00012 was cancelled" in cause.summary
    assert cause.lines[0].quantity == 10


def test_cancelled_move_beside_an_open_one_is_not_a_cancelled_delivery() -> None:
    scene = Scene()
    scene.line("Valve", 10)
    scene.line("Gasket", 5, reserved=0)
    assert "cancelled" not in scene.codes()


def test_confirmed_line_without_any_delivery_is_likely_a_gap_in_the_data() -> None:
    from dataclasses import replace

    scene = Scene()
    scene.line("Valve", 10)
    scene._lines[0] = replace(scene._lines[0], moves=())
    assert scene.codes() == ("incomplete_master_data",)
    cause = scene.cause("incomplete_master_data")
    assert cause.certainty == "likely"
    assert "there is no delivery for 10 Valve" in cause.summary


def test_lines_whose_deliveries_could_not_be_read_are_not_called_undelivered() -> None:
    scene = Scene()
    scene.line("Valve", 10)
    assert scene.codes(unread=("moves",)) == ("unknown",)
