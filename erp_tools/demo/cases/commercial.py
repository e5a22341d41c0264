"""Late for a commercial reason: nobody confirmed it, credit, price, papers, an address, a cancellation."""

from __future__ import annotations

from dataclasses import replace

from erp_tools.demo.cases.common import SHIP_ONLY, WAREHOUSES, late_order
from erp_tools.demo.model import Activity, Message
from erp_tools.demo.planner import Planner


def not_confirmed(planner: Planner, number: int) -> None:
    warehouse = planner.rng.choice(WAREHOUSES)
    customer = planner.customer(home=warehouse, tiers="AB")
    ordered, promised = planner.late_days()
    late_order(
        planner, "not_confirmed", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=planner.ready_lines(customer, warehouse, 2), state="draft" if number == 3 else "sent",
        messages=(
            Message(on="order", author="customer", day=ordered + 1,
                    body="The quotation is fine for us, please go ahead. Our purchase order number is in the reference."),
            Message(on="order", author="customer", day=promised + 1, body="We have not received anything yet. When does it ship?"),
        ),
        story="quotation accepted by email, never confirmed",
    )  # fmt: skip


def credit_hold(planner: Planner, number: int) -> None:
    customer = planner.plan.customers[planner.over_limit[number % len(planner.over_limit)]]
    confirmed = number >= 3
    warehouse = customer.home if not confirmed else planner.rng.choice(SHIP_ONLY)
    ordered, promised = planner.late_days()
    late_order(
        planner, "credit_hold", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=planner.ready_lines(customer, warehouse, 2), state="sale" if confirmed else "sent",
        also_true=("warehouse_backlog", "upstream_step_pending") if confirmed else ("not_confirmed",),
        activities=(
            Activity(on="delivery" if confirmed else "order", kind="credit_review", day=ordered + 2,
                     user="supervisor" if confirmed else "finance", summary="Credit hold: over the limit, invoices overdue",
                     note="Do not ship before Finance has released the customer."),
        ),
        messages=(
            Message(on="order", author="finance", day=ordered + 1,
                    body="On hold: the account is over its credit limit and two invoices are overdue. Release only after payment."),
        ),
        story="customer over the credit limit",
    )  # fmt: skip


def price_mismatch(planner: Planner, number: int) -> None:
    warehouse = planner.rng.choice(WAREHOUSES)
    customer = planner.customer(home=warehouse, tiers="AB")
    ordered, promised = planner.late_days()
    first, *rest = planner.ready_lines(customer, warehouse, 2)
    typed = round(planner.plan.products[first.product].price * 1.14, 2)
    late_order(
        planner, "price_mismatch", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=(replace(first, price=typed), *rest), state="sent", also_true=("not_confirmed",),
        messages=(
            Message(on="order", author="customer", day=ordered + 1,
                    body=f"The price of {first.product} on your quotation is higher than agreed. We will not accept it like this."),
            Message(on="order", author="sales", day=ordered + 2, body="Price was typed by hand; to be checked against the pricelist."),
        ),
        story="price typed by hand, customer disputes it",
    )  # fmt: skip


def missing_documents(planner: Planner, number: int) -> None:
    quotation = number == 3
    refs = ("C-1001", "C-1004", "C-1007", "C-1010")
    customer = planner.plan.customers[refs[number]]
    warehouse = "SOUTH" if customer.home == "WEST" else customer.home
    ordered, promised = planner.late_days()
    what = (
        "Certificate of analysis missing"
        if not quotation
        else "Signed purchase order of the district missing"
    )
    late_order(
        planner, "missing_documents", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=planner.ready_lines(customer, warehouse, 2), state="sent" if quotation else "sale",
        also_true=("not_confirmed",) if quotation else ("warehouse_backlog",),
        activities=(
            Activity(on="order" if quotation else "delivery", kind="upload" if quotation else "certificate",
                     user="service" if quotation else "supervisor", day=promised - 1, summary=what,
                     note="The contract requires it before dispatch."),
        ),
        messages=(Message(on="order", author="service", day=promised - 1, body=f"{what}; asked for it again today."),),
        story=what.lower(),
    )  # fmt: skip


def incomplete_master_data(planner: Planner, number: int) -> None:
    warehouse = SHIP_ONLY[number % 2]
    customer = planner.customer(home=warehouse, tiers="BC", refs=())
    complete = customer.addresses[0]
    broken = replace(
        complete, name=f"{customer.name}, New Site {number + 1}",
        street="" if number != 1 else complete.street, zip="" if number in (1, 2) else complete.zip,
        city="" if number == 3 else complete.city,
    )  # fmt: skip
    planner.plan.customers[customer.ref] = replace(customer, addresses=(*customer.addresses, broken))
    late_order(
        planner, "incomplete_master_data", warehouse=warehouse, customer=customer,
        lines=planner.ready_lines(customer, warehouse, 2), also_true=("warehouse_backlog",), address=len(customer.addresses),
        messages=(Message(on="delivery", author="supervisor", day=-2, body="Label cannot be printed, the address is not complete."),),
        story="delivery address incomplete",
    )  # fmt: skip


def cancelled(planner: Planner, number: int) -> None:
    warehouse = planner.rng.choice(SHIP_ONLY)
    customer = planner.customer(home=warehouse, tiers="AB")
    ordered, promised = planner.late_days()
    by_mistake = number >= 2
    late_order(
        planner, "cancelled", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=planner.ready_lines(customer, warehouse, 2), state="sale" if by_mistake else "cancel",
        stage="delivery_cancelled" if by_mistake else "reserve",
        messages=(
            Message(on="order", author="customer", day=promised + 1, body="Where is our delivery? Nobody told us anything."),
            Message(on="order", author="service", day=ordered + 2,
                    body="Delivery cancelled together with the duplicate order." if by_mistake
                    else "Cancelled on the phone, customer will reorder."),
        ),
        story="delivery cancelled by mistake" if by_mistake else "order cancelled, customer does not know",
    )  # fmt: skip
