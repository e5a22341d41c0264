"""Customers and vendors by what a person called them."""

from __future__ import annotations

from copilot.reads.shared import as_json, from_odoo
from copilot.turn import Turn
from erp_tools.partners import find_partners


def find_partner(turn: Turn, name: str) -> str:
    """Find a customer or vendor in Odoo by name or by our reference for it (C-1001).

    Args:
        name: what the person called it; need not be the whole name.
    """

    def read() -> str:
        facts = find_partners(turn.person.session, name, now=turn.now, server=turn.server)
        turn.outcomes.append("partner" if facts else "no_partner")
        partners = [
            {"id": turn.book.add_fact(fact), "name": fact.display_name, "ref": fact.fields.get("ref") or ""}
            for fact in facts
        ]
        return as_json(
            {"status": "found" if partners else "not_found", "asked_for": name, "partners": partners}
        )

    return from_odoo(turn, name, read)
