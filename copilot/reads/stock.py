"""Stock of a product, by warehouse."""

from __future__ import annotations

from copilot.reads.reports import reported, zone_of
from copilot.turn import Turn
from erp_tools.reads.stock_levels import stock_levels


def stock(turn: Turn, product: str, warehouse: str = "") -> str:
    """How much of a product there is in each warehouse: free, on hand, reserved, and what cannot be reserved; and what is on order.

    Args:
        product: its internal reference (FB-1011) or name; slips are forgiven.
        warehouse: only this one, by name or short name.
    """
    return reported(
        turn,
        "stock",
        product,
        lambda: stock_levels(
            turn.person.session,
            product,
            warehouse=warehouse,
            now=turn.now,
            server=turn.server,
            zone=zone_of(turn),
        ),
    )
