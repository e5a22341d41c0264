"""Which parts of Odoo a person may read, as far as their groups tell: so that one denied part does not cost the whole answer.

Source: the access lists of Odoo's own modules (``ir.model.access.csv`` of sale, sale_stock, stock, purchase, purchase_stock, delivery,
account). A company may have changed them; a refusal is still handled where it happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from erp_tools.odoo.gateway import OdooUser

_SALES = "sales_team.group_sale_salesman"
_STOCK = "stock.group_stock_user"
_PURCHASE = "purchase.group_purchase_user"
_INVOICING = ("account.group_account_invoice", "account.group_account_readonly")

_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "moves": (_SALES, _STOCK, _PURCHASE),
        "transfers": (_SALES, _STOCK, _PURCHASE),
        "invoices": (_SALES, _PURCHASE, *_INVOICING),
        "tags": (_SALES,),
        "carriers": (_SALES, _STOCK, "base.group_partner_manager"),
        "purchases": (_PURCHASE, _STOCK, *_INVOICING),
    }
)

IN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "moves": "Deliveries and stock moves could not be read (Odoo gives them to Sales, Inventory and Purchase users).",
        "transfers": "Deliveries could not be read (Odoo gives them to Sales, Inventory and Purchase users).",
        "stock": "Stock on hand could not be read.",
        "supply": "Other orders' moves and receipts on their way could not be read "
        "(Odoo gives them to Sales, Inventory and Purchase users).",
        "purchases": "Purchase orders and requests for quotation could not be read "
        "(Odoo gives them to Purchase, Inventory and Invoicing users).",
        "invoices": "Invoices could not be read (Odoo gives them to Sales and Invoicing users).",
    }
)
"""What to say when a part could not be read."""

MODEL_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "stock.move": ("moves",),
        "stock.move.line": ("moves",),
        "stock.picking": ("transfers", "moves"),
        "account.move": ("invoices",),
        "crm.tag": ("tags",),
        "delivery.carrier": ("carriers",),
        "resource.calendar": ("calendar",),
        "resource.calendar.attendance": ("calendar",),
        "resource.calendar.leaves": ("calendar",),
        "stock.route": ("routes",),
        "stock.rule": ("routes",),
        "exception.rule": ("blocks",),
        "tier.review": ("blocks",),
        "sale.delivery.block.reason": ("blocks",),
    }
)
"""Which parts of an order's specification a refused model stands in."""


def parts_denied(user: OdooUser) -> frozenset[str]:
    """Parts this person's groups do not give; empty when nothing is known about their groups."""
    if not user.groups:
        return frozenset()
    return frozenset(part for part, groups in _NEEDS.items() if not user.groups.intersection(groups))
