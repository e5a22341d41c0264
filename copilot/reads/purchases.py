"""Purchase orders: due when, from whom, what has come; one by its name, or a vendor's open ones."""

from __future__ import annotations

from copilot.reads.reports import reported, zone_of
from copilot.turn import Turn
from erp_tools.reads.lookup import find_named
from erp_tools.reads.purchase_status import open_purchases
from erp_tools.reads.purchase_status import purchase_status as status_of
from erp_tools.reads.report import Ambiguous, Report


def purchase_status(turn: Turn, reference: str) -> str:
    """How a purchase order stands: ordered or still a request, due when, received or not; of a vendor, its open purchase orders.

    Args:
        reference: its name (P00031), the vendor's reference, or the vendor's name.
    """

    def make() -> Report:
        session = turn.person.session
        if any(character.isdigit() for character in reference):
            return status_of(session, reference, now=turn.now, server=turn.server, zone=zone_of(turn))
        found = find_named(session, reference, ["partner"], now=turn.now, server=turn.server)
        vendors = tuple(one for one in found if one.kind == "vendor")
        if len(vendors) != 1:
            raise Ambiguous(reference, vendors)
        return open_purchases(session, vendors[0], now=turn.now, server=turn.server, zone=zone_of(turn))

    return reported(turn, "purchase", reference, make)
