"""Finding a customer or vendor by what people call it."""

from __future__ import annotations

import re
from datetime import datetime

from erp_tools.facts import Fact
from erp_tools.odoo.gateway import OdooServer, OdooSession

MAX_PARTNERS = 5

_SPEC: dict[str, dict[str, object]] = {
    "display_name": {},
    "ref": {},
    "customer_rank": {},
    "supplier_rank": {},
    "city": {},
}


def find_partners(session: OdooSession, name: str, *, now: datetime, server: OdooServer) -> list[Fact]:
    """Companies whose name contains the words, or whose reference is the word; at most `MAX_PARTNERS`, exact names first.

    One round trip. Raises as `OdooSession.read`.
    """
    words = re.sub(r"[%_\\]", " ", name).strip()
    if len(words) < 2:
        return []
    domain = ["&", ["parent_id", "=", False], "|", ["name", "ilike", words], ["ref", "=ilike", words]]
    page = session.read("res.partner", domain, _SPEC, order="name", limit=MAX_PARTNERS)
    facts = [
        Fact(
            model="res.partner",
            record_id=row["id"],
            display_name=str(row["display_name"]),
            fields={field: row.get(field) for field in _SPEC},
            read_at=now,
            url=server.record_url("res.partner", row["id"]),
        )
        for row in page.rows
    ]
    exact = [
        fact
        for fact in facts
        if words.casefold() in {fact.display_name.casefold(), str(fact.fields["ref"] or "").casefold()}
    ]
    return exact or facts
