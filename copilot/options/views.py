"""The options of one order as commands and routes give them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from copilot.errors import NotFound
from copilot.options.comparison import compared
from copilot.turn import Turn
from erp_tools.lateness.reading import find_order


def options_view(turn: Turn, reference: str) -> dict[str, Any]:
    """The comparison of one order with its evidence and the passages it cites.

    Raises:
        NotFound: no single order of that name for this person; OdooError as the gateway says.
    """
    begun = time.perf_counter()
    with turn.person.lock:
        calls_before = turn.person.session.log.calls
        resolution = find_order(turn.person.session, reference)
        if resolution.status != "one":
            raise NotFound(
                f"There is no single order called {reference!r} that you may see. Ask for it by its name, such as S00042."
            )
        found = compared(turn, resolution.order)
        calls = turn.odoo_calls + turn.person.session.log.calls - calls_before
    return {
        **found,
        "evidence": [one.to_json() for one in turn.book.evidence()],
        "citations": [one.to_json() for one in turn.book.citations()],
        "degraded": list(turn.degraded),
        "odoo_calls": calls,
        "timings_ms": {
            "total": round((time.perf_counter() - begun) * 1000),
            "documents": round(turn.search_seconds * 1000),
        },
    }


_OF_AN_OPTION = (
    "kind", "name", "summary", "ship_dates", "extra_cost", "currency", "contract_fit", "score", "recommended", "tied", "ruled_out",
    "why_not", "certainty", "evidence", "lines_on_time", "lines_total",
)  # fmt: skip
MOST_REQUIRED = 6


def for_brains(comparison: Mapping[str, Any]) -> dict[str, Any]:
    """What a brain needs of a comparison to tell it: the card and the routes have the rest."""
    kept = {
        name: value for name, value in comparison.items() if name not in ("options", "diagnosis", "weights", "arrivals", "stock")
    }  # fmt: skip
    diagnosis = {
        name: value for name, value in comparison["diagnosis"].items() if name not in ("timeline", "evidence")
    }
    options = [
        {
            **{name: one[name] for name in _OF_AN_OPTION},
            "rulings": one["rulings"][:3],
            "requires": one["requires"][:MOST_REQUIRED],
            "hurts": [part["text"] for part in one["hurts"]],
            "late_charge": one["penalty"]["amount"],
        }
        for one in comparison["options"]
    ]
    return {**kept, "options": options, "diagnosis": diagnosis}


def without_options(comparison: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with the options of an answer; the options and the diagnosis stand in fields of their own."""
    return {name: value for name, value in comparison.items() if name not in ("options", "diagnosis")}


def cited_by(comparison: Mapping[str, Any]) -> set[str]:
    """Ids of everything that a comparison points at."""
    found: set[str] = set()
    for option in comparison["options"]:
        found.update(option["evidence"])
        for part in (*option["rulings"], *option["costs"], *option["hurts"], option["penalty"]):
            found.update(part["evidence"])
    return found | set(comparison["verdict"]["evidence"])
