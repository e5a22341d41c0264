"""Sales: one order with everything that one nested read brings along."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from erp_tools.reads.blocks import BLOCKS, Block, blocks_of
from erp_tools.reads.calendar import ASSUMED, CALENDAR, WorkCalendar
from erp_tools.reads.contacts import ADDRESS, CUSTOMER, Address, Customer
from erp_tools.reads.delivery import CARRIER, Carrier
from erp_tools.reads.inventory import NAMED, SHIPPING_WAREHOUSE, WAREHOUSE, Warehouse
from erp_tools.reads.invoicing import INVOICE, Invoice
from erp_tools.reads.messages import ACTIVITIES, MESSAGES, Activity, Message, activities_of, messages_of
from erp_tools.reads.products import CURRENCY, PRODUCT, UNIT, Product, rate_of
from erp_tools.reads.rows import (
    Row,
    day,
    days,
    flag,
    is_shown,
    link,
    many,
    moment,
    money,
    name_of,
    number,
    one,
    quantity,
    text,
)
from erp_tools.reads.transfers import ORDER_MOVE, TRANSFER, Move, Transfer

ORDER_LINE: dict[str, Any] = {
    "fields": {
        "display_name": {},
        "sequence": {},
        "display_type": {},
        "is_delivery": {},
        "is_downpayment": {},
        "product_id": PRODUCT,
        "product_uom_id": UNIT,
        "product_uom_qty": {},
        "qty_delivered": {},
        "qty_invoiced": {},
        "price_unit": {},
        "technical_price_unit": {},
        "discount": {},
        "customer_lead": {},
        "move_ids": ORDER_MOVE,
    }
}

ORDER: dict[str, Any] = {
    "name": {},
    "display_name": {},
    "state": {},
    "client_order_ref": {},
    "create_date": {},
    "date_order": {},
    "commitment_date": {},
    "expected_date": {},
    "effective_date": {},
    "validity_date": {},
    "picking_policy": {},
    "amount_total": {},
    "invoice_status": {},
    "delivery_status": {},
    "require_signature": {},
    "signed_on": {},
    "partner_credit_warning": {},
    "currency_id": CURRENCY,
    "user_id": NAMED,
    "tag_ids": NAMED,
    "warehouse_id": SHIPPING_WAREHOUSE,
    "carrier_id": CARRIER,
    "company_id": {
        "fields": {
            "display_name": {},
            "partner_id": {"fields": {"tz": {}}},
            "currency_id": NAMED,
            "resource_calendar_id": CALENDAR,
        }
    },
    "partner_id": CUSTOMER,
    "partner_shipping_id": ADDRESS,
    "order_line": ORDER_LINE,
    "picking_ids": TRANSFER,
    "invoice_ids": INVOICE,
    "message_ids": MESSAGES,
    "activity_ids": ACTIVITIES,
    **BLOCKS,
}


def order_spec(*, without: Collection[str] = ()) -> dict[str, Any]:
    """The nested specification of one order.

    Args:
        without: parts this person may not read: ``moves``, ``transfers``, ``invoices``, ``tags``, ``calendar``, ``routes``,
            ``blocks``, ``carriers`` (then their names only).
    """
    spec = dict(ORDER)
    if "calendar" in without:
        company = {
            name: inner
            for name, inner in ORDER["company_id"]["fields"].items()
            if name != "resource_calendar_id"
        }
        spec["company_id"] = {"fields": company}
    if "routes" in without:
        spec["warehouse_id"] = WAREHOUSE
    if "blocks" in without:
        spec = {name: inner for name, inner in spec.items() if name not in BLOCKS}
    lines = dict(ORDER_LINE["fields"])
    transfers = dict(TRANSFER["fields"])
    if "moves" in without:
        del lines["move_ids"]
    if "carriers" in without:
        spec["carrier_id"] = transfers["carrier_id"] = NAMED
    spec["order_line"] = {"fields": lines}
    spec["picking_ids"] = {"fields": transfers}
    for part, field in (("transfers", "picking_ids"), ("invoices", "invoice_ids"), ("tags", "tag_ids")):
        if part in without:
            del spec[field]
    return spec


@dataclass(frozen=True, kw_only=True)
class SalesLine:
    """One line of an order. Quantities in the line's unit."""

    line_id: int
    name: str
    product: Product | None
    """None for sections and notes."""
    unit: str
    per_unit: float
    """How many of the product's own units one unit of the line holds."""
    ordered: float
    delivered: float
    invoiced: float
    price: Decimal | None = None
    odoo_price: Decimal | None = None
    """What Odoo computed before somebody typed another price (`technical_price_unit`)."""
    discount: float = 0.0
    lead_days: float = 0.0
    """Days from order to delivery that the product promises (`customer_lead`)."""
    is_charge: bool = False
    """Freight or a down payment, not goods."""
    moves: tuple[Move, ...] = ()

    @property
    def is_goods(self) -> bool:
        """Something that has to be shipped."""
        return self.product is not None and self.product.is_goods and not self.is_charge and self.ordered > 0

    @property
    def returned(self) -> float:
        """What the customer got and sent back; Odoo takes it off the delivered quantity."""
        back = sum(move.reserved for move in self.moves if move.is_return and move.state == "done")
        return back / self.per_unit if self.per_unit else back

    @property
    def remaining(self) -> float:
        """Still to be delivered. What came back is not owed again."""
        return max(0.0, self.ordered - self.delivered - self.returned)

    @property
    def is_kit(self) -> bool:
        """Odoo moves its components instead of the product itself."""
        return self.product is not None and any(
            move.product_id != self.product.product_id for move in self.moves
        )

    @classmethod
    def from_odoo(cls, row: Row) -> SalesLine:
        product_row = one(row, "product_id")
        product = Product.from_odoo(product_row) if product_row and not text(row, "display_type") else None
        unit = one(row, "product_uom_id") or {}
        factor = number(unit, "factor")
        return cls(
            line_id=int(row["id"]),
            name=text(row, "display_name"),
            product=product,
            unit=text(unit, "display_name") or (product.unit if product else ""),
            per_unit=factor / product.unit_factor if factor and product else 1.0,
            ordered=quantity(row, "product_uom_qty"),
            delivered=quantity(row, "qty_delivered"),
            invoiced=quantity(row, "qty_invoiced"),
            price=money(row, "price_unit"),
            odoo_price=money(row, "technical_price_unit"),
            discount=quantity(row, "discount"),
            lead_days=days(row, "customer_lead"),
            is_charge=flag(row, "is_delivery") or flag(row, "is_downpayment"),
            moves=tuple(Move.from_odoo(item) for item in many(row, "move_ids")),
        )


@dataclass(frozen=True, kw_only=True)
class SalesOrder:
    """One sales order or quotation."""

    order_id: int
    name: str
    state: str
    """``draft`` and ``sent`` are quotations, ``sale`` is confirmed, ``cancel`` is cancelled."""
    company_id: int
    customer: Customer
    delivery_address: Address | None
    customer_reference: str = ""
    """Customer Reference (`client_order_ref`): the customer's own number for this order."""
    created: datetime | None = None
    ordered: datetime | None = None
    """Order Date: when it was confirmed; for a quotation when it was made."""
    committed: datetime | None = None
    """Delivery Date promised by a person (`commitment_date`)."""
    expected: datetime | None = None
    """Odoo's own: order date and lead time (`expected_date`)."""
    first_delivery: datetime | None = None
    """When the first delivery was done (`effective_date`); readable without rights on deliveries."""
    valid_until: date | None = None
    ships_all_at_once: bool = False
    """Shipping Policy "When all products are ready"."""
    total: Decimal | None = None
    currency: str = ""
    currency_rate: Decimal | None = None
    """How much of `currency` one unit of the company's currency is worth today; None: Odoo has no rate."""
    company_currency: str = ""
    salesperson: str = ""
    tags: tuple[str, ...] = ()
    needs_signature: bool = False
    signed: datetime | None = None
    credit_warning: str | None = None
    """Odoo's text on the quotation when the customer is over the limit; None when this person may not see it."""
    company_timezone: str = ""
    calendar: WorkCalendar = ASSUMED
    """The company's working time."""
    blocks: tuple[Block, ...] = ()
    """What optional modules hold the order with."""
    warehouse: Warehouse | None = None
    carrier: Carrier | None = None
    lines: tuple[SalesLine, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    messages: tuple[Message, ...] = ()
    activities: tuple[Activity, ...] = ()

    @property
    def is_quotation(self) -> bool:
        return self.state in ("draft", "sent")

    @classmethod
    def from_odoo(cls, row: Row) -> SalesOrder:
        customer = one(row, "partner_id") or {"id": 0}
        address = one(row, "partner_shipping_id")
        warehouse = one(row, "warehouse_id")
        carrier = one(row, "carrier_id")
        company = one(row, "company_id") or {}
        company_link = link(row, "company_id")
        calendar = one(company, "resource_calendar_id")
        return cls(
            order_id=int(row["id"]),
            name=text(row, "name"),
            state=text(row, "state"),
            company_id=company_link.record_id if company_link else 0,
            customer=Customer.from_odoo(customer),
            delivery_address=Address.from_odoo(address) if address else None,
            customer_reference=text(row, "client_order_ref"),
            created=moment(row, "create_date"),
            ordered=moment(row, "date_order"),
            committed=moment(row, "commitment_date"),
            expected=moment(row, "expected_date"),
            first_delivery=moment(row, "effective_date"),
            valid_until=day(row, "validity_date"),
            ships_all_at_once=text(row, "picking_policy") == "one",
            total=money(row, "amount_total"),
            currency=name_of(row, "currency_id"),
            currency_rate=rate_of(one(row, "currency_id") or {}),
            company_currency=name_of(company, "currency_id"),
            salesperson=name_of(row, "user_id"),
            tags=tuple(text(tag, "display_name") for tag in many(row, "tag_ids")),
            needs_signature=flag(row, "require_signature"),
            signed=moment(row, "signed_on"),
            credit_warning=text(row, "partner_credit_warning")
            if is_shown(row, "partner_credit_warning")
            else None,
            company_timezone=text(one(company, "partner_id") or {}, "tz"),
            calendar=WorkCalendar.from_odoo(calendar) if calendar else ASSUMED,
            blocks=blocks_of(row),
            warehouse=Warehouse.from_odoo(warehouse) if warehouse else None,
            carrier=Carrier.from_odoo(carrier) if carrier else None,
            lines=tuple(SalesLine.from_odoo(item) for item in many(row, "order_line")),
            transfers=tuple(Transfer.from_odoo(item) for item in many(row, "picking_ids")),
            invoices=tuple(Invoice.from_odoo(item) for item in many(row, "invoice_ids")),
            messages=messages_of(row, model="sale.order"),
            activities=activities_of(row, model="sale.order"),
        )
