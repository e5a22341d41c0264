"""What could be done about one order, side by side."""

from __future__ import annotations

from copilot.options.comparison import compared
from copilot.options.views import for_brains
from copilot.reads.orders import unresolved
from copilot.reads.shared import as_json, from_odoo
from copilot.turn import Turn
from erp_tools.lateness.reading import find_order


def compare_options(turn: Turn, reference: str) -> str:
    """What could be done about one order (wait, split, other warehouse, transfer, other order's stock, substitute, expedite, other
    vendor, carrier, new promise), each with its days, cost, what the contract says of it, and why not.

    Args:
        reference: the order's name (S00042), or the customer's reference, a delivery's name or a tracking number.

    Returns JSON text: ``{"status": "found", "order", "customer", "promised", "value", "currency", "verdict": {"text", "evidence"},
    "nothing", "sensitivity": [], "notes": [], "options": [the contract's, and more], "arrivals": [], "stock": [], "diagnosis": {}}``.
    `nothing` says why there is nothing to choose; ruled-out options stay in the list, their reason in `why_not`.
    """

    def read() -> str:
        resolution = find_order(turn.person.session, reference)
        if resolution.status != "one":
            return unresolved(turn, reference, resolution)
        found = compared(turn, resolution.order)
        turn.outcomes.append("partial" if found["not_read"] else "found")
        turn.comparisons.append(found)
        return as_json({**for_brains(found), "status": "found", "asked_for": reference})

    return from_odoo(turn, reference, read)
