"""Where an order's goods are."""

from __future__ import annotations

from copilot.reads.reports import reported, the_order, zone_of
from copilot.turn import Turn
from erp_tools.reads.delivery_status import delivery_status as status_of


def delivery_status(turn: Turn, reference: str) -> str:
    """The transfers of an order, each with its state, carrier and tracking number.

    Args:
        reference: the order's name (S00042), the customer's reference, a delivery's name or a tracking number.
    """
    return reported(
        turn,
        "delivery",
        reference,
        lambda: status_of(
            turn.person.session,
            the_order(turn, reference),
            now=turn.now,
            server=turn.server,
            zone=zone_of(turn),
        ),
    )
