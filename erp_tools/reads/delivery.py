"""Carriers (delivery.carrier)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from erp_tools.reads.rows import Row, plain_text, text

CARRIER: dict[str, Any] = {
    "fields": {"display_name": {}, "name": {}, "active": {}, "delivery_type": {}, "carrier_description": {}}
}

_DAYS = re.compile(r"(\d{1,2})\s*(?:business|working|transit|calendar)?\s*-?days?\b", re.IGNORECASE)
_CUTOFF = re.compile(r"cut-?\s?off\D{0,12}(\d{1,2}[:.]\d{2})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """Who brings the goods to the customer."""

    carrier_id: int
    name: str
    active: bool = True
    description: str = ""
    """What the company wrote about the service, as plain text."""
    lead_days: int | None = None
    """Days on the road, as far as the description says so; Odoo has no field for it."""
    cutoff: str = ""
    """Daily cut-off as ``HH:MM``, as far as the description says so."""

    @classmethod
    def from_odoo(cls, row: Row) -> Carrier:
        description = plain_text(text(row, "carrier_description"))
        days = _DAYS.search(description)
        cutoff = _CUTOFF.search(description)
        return cls(
            carrier_id=int(row["id"]),
            name=text(row, "name") or text(row, "display_name"),
            active=row.get("active") is not False,
            description=description,
            lead_days=int(days.group(1)) if days else None,
            cutoff=cutoff.group(1).replace(".", ":") if cutoff else "",
        )
