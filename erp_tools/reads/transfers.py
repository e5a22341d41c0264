"""Inventory: transfers (deliveries, picks, packs, receipts) and the stock moves they consist of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from erp_tools.reads.delivery import CARRIER, Carrier
from erp_tools.reads.inventory import LOCATION, NAMED, UNKNOWN_LOCATION, Location
from erp_tools.reads.messages import ACTIVITIES, MESSAGES, Activity, Message, activities_of, messages_of
from erp_tools.reads.rows import Row, day, flag, ids, link, many, moment, name_of, number, one, quantity, text

OPEN_STATES = ("waiting", "confirmed", "partially_available", "assigned")
"""States of a stock move that is planned and not done."""

MOVE_FIELDS: dict[str, Any] = {
    "reference": {},
    "state": {},
    "procure_method": {},
    "priority": {},
    "product_uom_qty": {},
    "product_qty": {},
    "quantity": {},
    "picked": {},
    "date": {},
    "date_deadline": {},
    "reservation_date": {},
    "create_date": {},
    "product_id": NAMED,
    "product_uom": NAMED,
    "picking_id": {},
    "sale_line_id": {},
    "purchase_line_id": {},
    "location_id": LOCATION,
    "location_dest_id": LOCATION,
    "origin_returned_move_id": {},
    "move_dest_ids": {},
}

RECEIPT_TRANSFER: dict[str, Any] = {
    "fields": {
        "display_name": {},
        "name": {},
        "state": {},
        "origin": {},
        "partner_id": NAMED,
        "purchase_id": NAMED,
        "sale_id": NAMED,
        "scheduled_date": {},
        "priority": {},
        "backorder_id": NAMED,
        "picking_type_id": {"fields": {"display_name": {}, "code": {}}},
    }
}

SOURCE_MOVE: dict[str, Any] = {"fields": {**MOVE_FIELDS, "picking_id": RECEIPT_TRANSFER}}
"""A move behind a delivery: an earlier step, a receipt, or a transfer from another warehouse."""

ORDER_MOVE: dict[str, Any] = {
    "fields": {
        **MOVE_FIELDS,
        # Components of a kit are nobody's order line: their vendors come with the move.
        "product_id": {
            "fields": {
                "display_name": {},
                "seller_ids": {"fields": {"partner_id": NAMED}, "limit": 3},
            }
        },
        "move_line_ids": {
            "fields": {"quantity": {}, "location_id": {}, "lot_id": NAMED, "date": {}, "expiration_date": {}}
        },
        "move_orig_ids": {"fields": {**SOURCE_MOVE["fields"], "move_orig_ids": SOURCE_MOVE}},
    }
}
"""A move of an order line with two levels of what feeds it (put-away and receipt, or both halves of a resupply)."""

TRANSFER: dict[str, Any] = {
    "fields": {
        "display_name": {},
        "name": {},
        "state": {},
        "move_type": {},
        "priority": {},
        "create_date": {},
        "scheduled_date": {},
        "date_deadline": {},
        "date_done": {},
        "backorder_id": NAMED,
        "return_id": NAMED,
        "partner_id": NAMED,
        "picking_type_id": {
            "fields": {
                "display_name": {},
                "name": {},
                "code": {},
                "reservation_method": {},
                "reservation_days_before": {},
            }
        },
        "location_id": LOCATION,
        "location_dest_id": LOCATION,
        "carrier_id": CARRIER,
        "carrier_tracking_ref": {},
        "printed": {},
        "is_signed": {},
        "message_attachment_count": {},
        "message_ids": MESSAGES,
        "activity_ids": ACTIVITIES,
    }
}


@dataclass(frozen=True, kw_only=True)
class ReservedPiece:
    """A part of a reservation: so much of this lot in this place (stock.move.line)."""

    quantity: float
    location_id: int | None
    lot_id: int | None
    since: datetime | None = None
    """When it was reserved (`date`, which Odoo sets when it reserves, and again when the move is done)."""
    lot: str = ""
    """Name of the lot; empty where the product has none."""
    expires: datetime | None = None
    """Expiration date of the lot (module product_expiry)."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """One planned or done movement of one product (stock.move). Quantities in the product's own unit."""

    move_id: int
    reference: str
    """Name of its transfer, or what Odoo shows instead."""
    product_id: int
    product: str
    state: str
    demand: float
    reserved: float
    """Reserved so far; for a done move: moved."""
    at: datetime | None
    """Scheduled; for a done move: when it was done."""
    deadline: datetime | None = None
    """Promised: to the customer for a delivery, by the vendor for a receipt."""
    created: datetime | None = None
    reservation_date: date | None = None
    """The day Odoo will reserve it, for operation types that reserve by date."""
    waits_for_source: bool = False
    """Made to order: it takes only what its own source move brings."""
    is_urgent: bool = False
    picked: bool = False
    transfer_id: int | None = None
    sale_line_id: int | None = None
    purchase_line_id: int | None = None
    source: Location = UNKNOWN_LOCATION
    destination: Location = UNKNOWN_LOCATION
    is_return: bool = False
    pieces: tuple[ReservedPiece, ...] = ()
    sources: tuple[Move, ...] = ()
    """Moves that bring what this one takes."""
    source_ids: tuple[int, ...] = ()
    destination_ids: tuple[int, ...] = ()
    """Moves that take what this one brings."""
    # What the transfer row said, where it was read with the move.
    transfer_state: str = ""
    transfer_origin: str = ""
    partner_id: int | None = None
    partner: str = ""
    purchase_id: int | None = None
    purchase: str = ""
    """Name of the purchase order behind it; Odoo shows it on the receipt."""
    sale_id: int | None = None
    sale: str = ""
    is_backorder: bool = False
    vendor_ids: tuple[int, ...] = ()
    """Vendors of its product, where they were read with the move."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def missing(self) -> float:
        """Demand that is not in our hands; 0 when it is not open.

        Odoo calls goods that still are at the vendor (a drop-shipment) reserved; they are missing all the same.
        """
        if not self.is_open:
            return 0.0
        return self.demand if self.source.usage == "supplier" else max(0.0, self.demand - self.reserved)

    @classmethod
    def from_odoo(cls, row: Row) -> Move:
        demand_in_unit = quantity(row, "product_uom_qty")
        demand = number(row, "product_qty")
        demand = demand_in_unit if demand is None else demand
        per_unit = demand / demand_in_unit if demand_in_unit and demand else 1.0
        transfer_row = one(row, "picking_id")
        transfer = link(row, "picking_id")
        behind: Row = transfer_row or {}
        product = link(row, "product_id")
        partner = link(behind, "partner_id")
        purchase = link(behind, "purchase_id")
        sale = link(behind, "sale_id")
        sale_line = link(row, "sale_line_id")
        purchase_line = link(row, "purchase_line_id")
        source = one(row, "location_id")
        destination = one(row, "location_dest_id")
        return cls(
            move_id=int(row["id"]),
            reference=text(behind, "name") or text(row, "reference"),
            product_id=product.record_id if product else 0,
            product=product.name if product else "",
            state=text(row, "state"),
            demand=demand,
            reserved=quantity(row, "quantity") * per_unit,
            at=moment(row, "date"),
            deadline=moment(row, "date_deadline"),
            created=moment(row, "create_date"),
            reservation_date=day(row, "reservation_date"),
            waits_for_source=text(row, "procure_method") == "make_to_order",
            is_urgent=text(row, "priority") == "1",
            picked=flag(row, "picked"),
            transfer_id=transfer.record_id if transfer else None,
            sale_line_id=sale_line.record_id if sale_line else None,
            purchase_line_id=purchase_line.record_id if purchase_line else None,
            source=Location.from_odoo(source) if source else UNKNOWN_LOCATION,
            destination=Location.from_odoo(destination) if destination else UNKNOWN_LOCATION,
            is_return=link(row, "origin_returned_move_id") is not None,
            pieces=tuple(
                ReservedPiece(
                    quantity=quantity(piece, "quantity"),
                    location_id=place.record_id if (place := link(piece, "location_id")) else None,
                    lot_id=lot.record_id if (lot := link(piece, "lot_id")) else None,
                    since=moment(piece, "date"),
                    lot=name_of(piece, "lot_id"),
                    expires=moment(piece, "expiration_date"),
                )
                for piece in many(row, "move_line_ids")
            ),
            sources=tuple(cls.from_odoo(item) for item in many(row, "move_orig_ids")),
            source_ids=ids(row, "move_orig_ids"),
            destination_ids=ids(row, "move_dest_ids"),
            transfer_state=text(behind, "state"),
            transfer_origin=text(behind, "origin"),
            partner_id=partner.record_id if partner else None,
            partner=partner.name if partner else "",
            purchase_id=purchase.record_id if purchase else None,
            purchase=purchase.name if purchase else "",
            sale_id=sale.record_id if sale else None,
            sale=sale.name if sale else "",
            is_backorder=link(behind, "backorder_id") is not None,
            vendor_ids=tuple(
                vendor.record_id
                for seller in many(one(row, "product_id") or {}, "seller_ids")
                if (vendor := link(seller, "partner_id"))
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """One delivery, pick, pack or receipt (stock.picking)."""

    transfer_id: int
    name: str
    state: str
    kind: str
    """Operation type as Odoo shows it, e.g. ``Pick``, ``Delivery Orders``."""
    to_customer: bool
    """It hands the goods over: the last step, or the only one."""
    is_return: bool = False
    ships_all_at_once: bool = False
    """Shipping policy "When all products are ready" (`move_type` one)."""
    reserves: str = "at_confirm"
    """When its operation type reserves: ``at_confirm``, ``by_date`` or ``manual``."""
    created: datetime | None = None
    scheduled: datetime | None = None
    deadline: datetime | None = None
    done: datetime | None = None
    """When it was processed; None while it is open."""
    backorder_of_id: int | None = None
    backorder_of: str = ""
    partner: str = ""
    carrier: Carrier | None = None
    tracking: str = ""
    printed: bool = False
    signed: bool = False
    attachments: int | None = None
    """Number of files in its chatter; None when it could not be read."""
    messages: tuple[Message, ...] = ()
    activities: tuple[Activity, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in ("draft", "waiting", "confirmed", "assigned")

    @property
    def is_ready(self) -> bool:
        return self.state == "assigned"

    @property
    def is_done(self) -> bool:
        return self.state == "done"

    @classmethod
    def from_odoo(cls, row: Row) -> Transfer:
        kind = one(row, "picking_type_id") or {}
        destination = one(row, "location_dest_id") or {}
        origin = one(row, "location_id") or {}
        backorder = link(row, "backorder_id")
        carrier = one(row, "carrier_id")
        files = number(row, "message_attachment_count")
        state = text(row, "state")
        return cls(
            transfer_id=int(row["id"]),
            name=text(row, "name") or text(row, "display_name"),
            state=state,
            kind=text(kind, "name") or text(kind, "display_name"),
            to_customer=text(destination, "usage") == "customer",
            is_return=link(row, "return_id") is not None or text(origin, "usage") == "customer",
            ships_all_at_once=text(row, "move_type") == "one",
            reserves=text(kind, "reservation_method") or "at_confirm",
            created=moment(row, "create_date"),
            scheduled=moment(row, "scheduled_date"),
            deadline=moment(row, "date_deadline"),
            done=moment(row, "date_done") if state == "done" else None,
            backorder_of_id=backorder.record_id if backorder else None,
            backorder_of=backorder.name if backorder else "",
            partner=name_of(row, "partner_id"),
            carrier=Carrier.from_odoo(carrier) if carrier else None,
            tracking=text(row, "carrier_tracking_ref"),
            printed=flag(row, "printed"),
            signed=flag(row, "is_signed"),
            attachments=None if files is None else int(files),
            messages=messages_of(row, model="stock.picking"),
            activities=activities_of(row, model="stock.picking"),
        )


def with_sources(moves: Iterable[Move]) -> tuple[Move, ...]:
    """The moves and everything behind them, each once."""
    found: dict[int, Move] = {}
    waiting = list(moves)
    while waiting:
        move = waiting.pop(0)
        known = found.get(move.move_id)
        # The same move may come once with its transfer's fields and once without: keep the fuller one.
        if known is None or (not known.partner and move.partner):
            found[move.move_id] = move
        waiting.extend(move.sources)
    return tuple(found.values())
