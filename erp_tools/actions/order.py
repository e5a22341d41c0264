"""What every action needs to know of the order it is about, in one round trip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from erp_tools.actions.action import CannotDraft
from erp_tools.facts import Fact
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row

_TIER = re.compile(r"\btier\s+([A-Z])\b", re.IGNORECASE)
OPEN_TRANSFER = ("draft", "waiting", "confirmed", "assigned")
NAMED: dict[str, Any] = {"fields": {"display_name": {}}}
MOVE: dict[str, Any] = {
    "state": {}, "product_uom_qty": {}, "quantity": {}, "product_id": NAMED, "product_uom": NAMED, "location_id": NAMED,
    "sale_line_id": {"fields": {"display_name": {}}},
}  # fmt: skip
TRANSFER: dict[str, Any] = {
    "name": {}, "state": {}, "move_type": {}, "picking_type_code": {}, "scheduled_date": {}, "carrier_id": NAMED, "partner_id": NAMED,
    "location_id": NAMED, "location_dest_id": NAMED, "backorder_ids": {},
    "picking_type_id": {"fields": {"display_name": {}, "warehouse_id": NAMED}},
    "move_ids": {"fields": MOVE},
}  # fmt: skip
_ORDER: dict[str, Any] = {
    "name": {}, "state": {}, "commitment_date": {}, "company_id": NAMED, "currency_id": {"fields": {"name": {}}},
    "partner_id": {"fields": {"display_name": {}, "ref": {}, "category_id": NAMED, "commercial_partner_id": {"fields": {"ref": {}}}}},
    "user_id": NAMED, "picking_policy": {}, "picking_ids": {"fields": TRANSFER},
    "order_line": {"fields": {
        "display_type": {}, "product_id": NAMED, "product_uom_qty": {}, "qty_delivered": {}, "price_unit": {}, "discount": {}, "name": {},
    }},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OrderHead:
    """An order, its open lines' value and its transfers, as this person may see them."""

    order_id: int
    name: str
    state: str
    row: Row

    @property
    def company(self) -> str:
        return str((self.row.get("company_id") or {}).get("display_name", ""))

    @property
    def currency(self) -> str:
        return str((self.row.get("currency_id") or {}).get("name", ""))

    @property
    def customer(self) -> Row:
        return dict(self.row.get("partner_id") or {})

    @property
    def amount(self) -> Decimal:
        """What is not delivered, at its price, in the order's currency."""
        total = Decimal(0)
        for line in self.row["order_line"]:
            left = float(line.get("product_uom_qty") or 0) - float(line.get("qty_delivered") or 0)
            if line.get("display_type") or left <= 0:
                continue
            price = Decimal(str(line.get("price_unit") or 0))
            total += price * Decimal(str(left)) * (1 - Decimal(str(line.get("discount") or 0)) / 100)
        return round(total, 2)

    @property
    def customer_ref(self) -> str:
        """Our reference of the customer, or of the company that an address belongs to."""
        return str(
            self.customer.get("ref") or (self.customer.get("commercial_partner_id") or {}).get("ref") or ""
        )

    @property
    def tier(self) -> str:
        tags = (
            str(tag.get("display_name") or "")
            for tag in self.customer.get("category_id") or []
            if isinstance(tag, dict)
        )
        return next((match[1].upper() for tag in tags if (match := _TIER.search(tag))), "")

    @property
    def products(self) -> tuple[str, ...]:
        """What was ordered, as Odoo shows it."""
        lines = (
            line.get("product_id") or {} for line in self.row["order_line"] if not line.get("display_type")
        )
        return tuple(
            dict.fromkeys(str(product["display_name"]) for product in lines if product.get("display_name"))
        )

    def head(self) -> dict[str, Any]:
        """What every plan says of its order."""
        return {
            "order_id": self.order_id, "order": self.name, "company": self.company, "customer_ref": self.customer_ref,
            "tier": self.tier, "products": self.products, "amount": self.amount, "currency": self.currency,
        }  # fmt: skip

    @property
    def open_transfers(self) -> list[Row]:
        """Not done and not cancelled."""
        return [row for row in self.row["picking_ids"] if row["state"] in OPEN_TRANSFER]

    @property
    def open_deliveries(self) -> list[Row]:
        """Those that leave the house, the oldest first. Where a warehouse picks first and Odoo has planned no more than that yet,
        the picks: what is split or held there is split or held on its way out."""
        out = [row for row in self.open_transfers if row.get("picking_type_code") == "outgoing"]
        served = {_warehouse(row) for row in out}
        inside = [
            row
            for row in self.open_transfers
            if row.get("picking_type_code") == "internal" and _warehouse(row) not in served
        ]
        return sorted([*out, *inside], key=lambda row: row["id"])

    def fact(self, *, now: datetime, server: OdooServer) -> Fact:
        return Fact(
            model="sale.order",
            record_id=self.order_id,
            display_name=self.name,
            fields={"state": self.state, "commitment_date": self.row.get("commitment_date")},
            read_at=now,
            url=server.record_url("sale.order", self.order_id),
        )


def _warehouse(transfer: Row) -> int | None:
    return ((transfer.get("picking_type_id") or {}).get("warehouse_id") or {}).get("id")


def read_order(session: OdooSession, wanted: Mapping[str, Any]) -> OrderHead:
    """The order named in the wishes (``order``). Raises CannotDraft."""
    name = text_of(wanted, "order", "Which order? Name it as in Odoo, such as S00042.")
    rows = session.read("sale.order", [["name", "=ilike", name]], _ORDER, limit=2).rows
    if len(rows) != 1:
        raise CannotDraft(f"There is no single order called {name} that you may see.")
    return OrderHead(order_id=rows[0]["id"], name=rows[0]["name"], state=rows[0]["state"], row=rows[0])


def open_order(session: OdooSession, wanted: Mapping[str, Any]) -> OrderHead:
    """The same, and it is confirmed with something left to deliver. Raises CannotDraft."""
    order = read_order(session, wanted)
    if order.state == "cancel":
        raise CannotDraft(f"{order.name} is cancelled; there is nothing to do for it.")
    if order.state in {"draft", "sent"}:
        raise CannotDraft(f"{order.name} is a quotation still; it has to be confirmed in Odoo first.")
    return order


def the_delivery(order: OrderHead, wanted: Mapping[str, Any]) -> Row:
    """The open delivery named in the wishes (``delivery``), or the only one. Raises CannotDraft."""
    name = str(wanted.get("delivery") or "").strip()
    found = (
        [row for row in order.open_transfers if row["name"].casefold() == name.casefold()]
        if name
        else order.open_deliveries
    )
    if not found:
        raise CannotDraft(
            f"{order.name} has no open delivery"
            + (f" called {name}." if name else ": everything has left, or nothing was planned.")
        )
    if len(found) > 1:
        names = ", ".join(row["name"] for row in found)
        raise CannotDraft(f"{order.name} has several open deliveries ({names}). Name the one you mean.")
    return found[0]


def text_of(wanted: Mapping[str, Any], name: str, question: str, *, most: int = 4000) -> str:
    """A wish in words. Raises CannotDraft with the question that is open."""
    value = str(wanted.get(name) or "").strip()
    if not value:
        raise CannotDraft(question)
    if len(value) > most:
        raise CannotDraft(f"That is too long: {len(value):,} characters, {most:,} at most.")
    return value


def day_of(wanted: Mapping[str, Any], name: str, question: str, *, today: date) -> date:
    """A day from today on. Raises CannotDraft."""
    text = text_of(wanted, name, question)
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise CannotDraft(f"{text!r} is no day; write it as 2026-12-01.") from None
    if day < today:
        raise CannotDraft(f"{day.isoformat()} is in the past.")
    return day


def today_of(session: OdooSession, now: datetime) -> date:
    """The person's own day."""
    return now.astimezone(ZoneInfo(session.user.timezone or "UTC")).date()


def snapshot_of(model: str, record_id: int, **fields: Any) -> dict[str, Any]:
    return {f"{model},{record_id}": fields}
