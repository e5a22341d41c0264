"""Purchase: orders and requests for quotation behind what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from erp_tools.reads.inventory import NAMED
from erp_tools.reads.messages import ACTIVITIES, MESSAGES, Activity, Message, activities_of, messages_of
from erp_tools.reads.products import UNIT
from erp_tools.reads.rows import Row, ids, link, many, moment, name_of, number, one, quantity, text

RFQ_STATES = ("draft", "sent", "to approve")
"""A purchase in one of these is a request for quotation: nobody has ordered anything yet."""

PURCHASE_LINE: dict[str, Any] = {
    "product_id": NAMED,
    "product_qty": {},
    "product_uom_qty": {},
    "qty_received": {},
    "date_planned": {},
    "product_uom_id": UNIT,
    "move_dest_ids": {},
    "move_ids": {},
    "sale_line_id": {},
    "order_id": {
        "fields": {
            "display_name": {},
            "name": {},
            "state": {},
            "date_order": {},
            "date_approve": {},
            "partner_id": NAMED,
            "user_id": NAMED,
            "partner_ref": {},
            "origin": {},
            "receipt_status": {},
            "picking_type_id": {"fields": {"display_name": {}, "warehouse_id": NAMED}},
            # With the module purchase_requisition: the blanket order behind it, and the RFQs it is compared with.
            "requisition_id": NAMED,
            "alternative_po_ids": {"fields": {"name": {}, "state": {}}, "limit": 10},
            "message_ids": MESSAGES,
            "activity_ids": ACTIVITIES,
        }
    },
}


@dataclass(frozen=True, kw_only=True)
class PurchaseLine:
    """One line of a purchase order or RFQ. Quantities in the product's own unit."""

    line_id: int
    purchase_id: int
    purchase: str
    """Its name, e.g. ``P00031``."""
    state: str
    vendor_id: int | None
    vendor: str
    buyer: str
    product_id: int
    product: str
    ordered: float
    received: float
    planned: datetime | None
    """The vendor's promised date (`date_planned`)."""
    placed: datetime | None
    """Confirmation date; for an RFQ its order deadline."""
    warehouse_id: int | None
    warehouse: str
    receipt_status: str = ""
    """``pending``, ``partial``, ``full``; empty when there is no receipt."""
    serves_move_ids: tuple[int, ...] = ()
    """Moves it was bought for (made to order)."""
    receipt_move_ids: tuple[int, ...] = ()
    sale_line_id: int | None = None
    """The order line it was bought for: a drop-shipment has no move before its purchase is confirmed."""
    agreement: str = ""
    """The blanket order it calls off from, e.g. ``BO00001``."""
    compared_with: tuple[str, ...] = ()
    """Other open requests for quotation that Purchasing compares it with (alternatives of one call)."""
    messages: tuple[Message, ...] = ()
    activities: tuple[Activity, ...] = ()

    @property
    def is_rfq(self) -> bool:
        return self.state in RFQ_STATES

    @property
    def is_confirmed(self) -> bool:
        return self.state in ("purchase", "done")

    @property
    def outstanding(self) -> float:
        return max(0.0, self.ordered - self.received)

    @classmethod
    def from_odoo(cls, row: Row) -> PurchaseLine:
        order = one(row, "order_id") or {"id": 0}
        ordered_in_unit = quantity(row, "product_qty")
        ordered = number(row, "product_uom_qty")
        ordered = ordered_in_unit if ordered is None else ordered
        per_unit = ordered / ordered_in_unit if ordered and ordered_in_unit else 1.0
        vendor = link(order, "partner_id")
        product = link(row, "product_id")
        kind = one(order, "picking_type_id") or {}
        warehouse = link(kind, "warehouse_id")
        sale_line = link(row, "sale_line_id")
        state = text(order, "state")
        return cls(
            line_id=int(row["id"]),
            purchase_id=int(order["id"]),
            purchase=text(order, "name") or text(order, "display_name"),
            state=state,
            vendor_id=vendor.record_id if vendor else None,
            vendor=vendor.name if vendor else "",
            buyer=name_of(order, "user_id"),
            product_id=product.record_id if product else 0,
            product=product.name if product else "",
            ordered=ordered,
            received=quantity(row, "qty_received") * per_unit,
            planned=moment(row, "date_planned"),
            placed=(moment(order, "date_approve") if state not in RFQ_STATES else None)
            or moment(order, "date_order"),
            warehouse_id=warehouse.record_id if warehouse else None,
            warehouse=warehouse.name if warehouse else "",
            receipt_status=text(order, "receipt_status"),
            serves_move_ids=ids(row, "move_dest_ids"),
            receipt_move_ids=ids(row, "move_ids"),
            sale_line_id=sale_line.record_id if sale_line else None,
            agreement=name_of(order, "requisition_id"),
            compared_with=tuple(
                text(other, "name")
                for other in many(order, "alternative_po_ids")
                if int(other["id"]) != int(order["id"]) and text(other, "state") in RFQ_STATES
            ),
            messages=messages_of(order, model="purchase.order"),
            activities=activities_of(order, model="purchase.order"),
        )
