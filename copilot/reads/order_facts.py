"""What stands on an order."""

from __future__ import annotations

from copilot.reads.reports import reported, the_order, zone_of
from copilot.turn import Turn
from erp_tools.reads.order_sheet import order_sheet


def order_facts(turn: Turn, reference: str) -> str:
    """An order's customer, reference, promised date, amount and lines.

    Args:
        reference: the order's name (S00042), the customer's reference, a delivery's name or a tracking number.
    """
    return reported(
        turn,
        "order",
        reference,
        lambda: order_sheet(
            turn.person.session,
            the_order(turn, reference),
            now=turn.now,
            server=turn.server,
            zone=zone_of(turn),
        ),
    )
