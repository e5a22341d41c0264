"""Which fields are read of many orders: those of a single diagnosis, less what is said, invoiced, or looked at by nobody here.

A field costs Odoo and us the same for every order of the page, so a list reads no field that decides nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from erp_tools.reads.inventory import QUANT
from erp_tools.reads.messages import MESSAGES
from erp_tools.reads.purchase import PURCHASE_LINE
from erp_tools.reads.sales import order_spec
from erp_tools.reads.transfers import SOURCE_MOVE

_OF_A_MOVE = (
    "product_uom", "picking_id.display_name", "picking_id.scheduled_date", "picking_id.priority", "picking_id.picking_type_id",
)  # fmt: skip
_NOWHERE_USED = (
    "display_name", "invoice_status", "delivery_status", "message_ids", "partner_id.total_overdue", "carrier_id.delivery_type",
    "partner_shipping_id.email", "partner_shipping_id.phone", "partner_shipping_id.state_id", "activity_ids.state", "order_line.sequence",
    *(f"order_line.move_ids.{name}" for name in _OF_A_MOVE),
    *(f"order_line.move_ids.move_orig_ids.{name}" for name in _OF_A_MOVE),
    *(f"order_line.move_ids.move_orig_ids.move_orig_ids.{name}" for name in _OF_A_MOVE),
    "picking_ids.message_ids", "picking_ids.priority", "picking_ids.activity_ids.state", "picking_ids.carrier_id.delivery_type",
    "picking_ids.picking_type_id.code", "picking_ids.picking_type_id.reservation_days_before",
    *(
        f"picking_ids.{place}.{name}"
        for place in ("location_id", "location_dest_id")
        for name in ("display_name", "parent_path", "warehouse_id")
    ),
)  # fmt: skip
"""Paths into the order's specification that no scanned order makes anything of."""
_NOT_TO_JUDGE = (
    "client_order_ref", "user_id", "currency_id.rate", "currency_id.date", "order_line.display_name",
    "order_line.product_id.weight", "order_line.product_id.tracking", "order_line.product_id.expiration_time",
    *(
        f"order_line.product_id.seller_ids.{name}"
        for name in ("min_qty", "price", "discount", "currency_id", "date_start", "date_end", "product_uom_id", "company_id")
    ),
    "picking_ids.picking_type_id.display_name",
)  # fmt: skip
"""What options are worked out from, or shown as evidence of one order, and no cause and no expected date looks at."""


def scan_spec(without: Iterable[str] = (), *, to_judge: bool = False) -> dict[str, Any]:
    """What is read of each open order: as `order_spec`, without what was said and invoiced (of thousands of orders too much).

    Args:
        without: parts this person may not read.
        to_judge: the orders are judged and no options worked out for them.
    """
    spec = order_spec(without={*without, "invoices"})
    return less(spec, *_NOWHERE_USED, *(_NOT_TO_JUDGE if to_judge else ()))


def less(spec: dict[str, Any], *paths: str) -> dict[str, Any]:
    """The specification without these fields, each named by its path (``partner_id.ref``). A path that leads nowhere is passed over:
    this person may not read what it stands in."""
    here = {path for path in paths if "." not in path}
    deeper: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        if rest:
            deeper.setdefault(name, []).append(rest)
    found: dict[str, Any] = {}
    for name, inner in spec.items():
        if name in here:
            continue
        inside = name in deeper and "fields" in inner
        found[name] = {**inner, "fields": less(inner["fields"], *deeper[name])} if inside else inner
    return found


MOVES: dict[str, Any] = less(SOURCE_MOVE["fields"], *_OF_A_MOVE)
QUANTS: dict[str, Any] = less(QUANT, "inventory_diff_quantity")
PURCHASES: dict[str, Any] = less(
    PURCHASE_LINE, "product_uom_id", "order_id.origin", "order_id.partner_ref", "order_id.picking_type_id.display_name",
    "order_id.message_ids", "order_id.activity_ids",
)  # fmt: skip
SAID: dict[str, Any] = less(MESSAGES["fields"], "is_internal", "subtype_id")
