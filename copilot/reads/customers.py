"""A customer's open orders and credit position."""

from __future__ import annotations

from copilot.reads.reports import reported, the_customer, the_order, zone_of
from copilot.turn import Turn
from erp_tools.reads import customer_book
from erp_tools.reads.report import Report

MOST_ORDERS = 25


def customer_orders(turn: Turn, customer: str, limit: int = 10) -> str:
    """Orders of one customer that are not delivered yet, the earliest promise first.

    Args:
        customer: its name or our reference for it (C-1001); slips are forgiven.
        limit: orders listed, 25 at the most.
    """
    return reported(
        turn,
        "customer_orders",
        customer,
        lambda: customer_book.customer_orders(
            turn.person.session, the_customer(turn, customer), now=turn.now, server=turn.server, zone=zone_of(turn),
            limit=max(1, min(limit, MOST_ORDERS)),
        ),
    )  # fmt: skip


def credit_position(turn: Turn, customer: str = "", order: str = "") -> str:
    """What a customer owes, their credit limit and their unpaid invoices, for roles that see credit.

    Args:
        customer: its name or our reference for it.
        order: an order of that customer, instead.
    """

    def make() -> Report:
        name = customer or the_order(turn, order).customer.split(",")[0]
        return customer_book.credit_position(
            turn.person.session,
            the_customer(turn, name),
            now=turn.now,
            server=turn.server,
            zone=zone_of(turn),
        )

    return reported(turn, "credit", customer or order, make)
