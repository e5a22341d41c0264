"""Who or what a name means: a customer, vendor, carrier, warehouse or product."""

from __future__ import annotations

from typing import Literal

from copilot.reads.reports import candidate_json
from copilot.reads.shared import as_json, from_odoo
from copilot.turn import Turn
from erp_tools.reads.lookup import find_named

Kind = Literal["partner", "carrier", "warehouse", "product"]
KINDS: tuple[Kind, ...] = ("warehouse", "carrier", "partner")


def find_name(turn: Turn, name: str, kinds: list[Kind] | None = None) -> str:
    """Find out which record a name means, as people write it.

    Args:
        name: as it was written; slips are forgiven.
        kinds: where to look: partner (customers and vendors), carrier, warehouse, product.
    """

    def read() -> str:
        found = find_named(turn.person.session, name, kinds or KINDS, now=turn.now, server=turn.server)
        turn.outcomes.append("partner" if found else "no_partner")
        return as_json(
            {
                "status": "several" if len(found) > 1 else "found" if found else "not_found",
                "asked_for": name,
                "found": [candidate_json(turn, one) for one in found],
            }
        )

    return from_odoo(turn, name, read)
