"""The customers of the company, as a person sees them."""

from __future__ import annotations

from erp_tools.odoo.gateway import OdooSession

PAGE = 500


def list_customers(session: OdooSession) -> list[tuple[str, str]]:
    """Reference (empty: none) and name of every active customer this person may see, ordered by name.

    A customer is a contact without a parent that has sales (``customer_rank``). One round trip per `PAGE` customers.
    Raises as `OdooSession.read`.
    """
    found: list[tuple[str, str]] = []
    while True:
        page = session.read(
            "res.partner",
            ["&", ["parent_id", "=", False], ["customer_rank", ">", 0]],
            {"name": {}, "ref": {}},
            order="name, id",
            limit=PAGE,
            offset=len(found),
        )
        found += [(str(row.get("ref") or ""), str(row.get("name") or "")) for row in page.rows]
        if not page.rows or len(found) >= page.total:
            return found
