"""One purchase order: due when, from whom, what has come."""

from __future__ import annotations

from copilot.reads.reports import reported, zone_of
from copilot.turn import Turn
from erp_tools.reads.purchase_status import purchase_status as status_of


def purchase_status(turn: Turn, reference: str) -> str:
    """How one purchase order stands: ordered or still a request, due when, received or not.

    Args:
        reference: its name (P00031) or the vendor's reference.
    """
    return reported(
        turn,
        "purchase",
        reference,
        lambda: status_of(
            turn.person.session, reference, now=turn.now, server=turn.server, zone=zone_of(turn)
        ),
    )
