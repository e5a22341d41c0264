"""Odoo's and our codes in the words people see in Odoo's screens, and values as they are read there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MODELS: Mapping[str, str] = {
    "sale.order": "Sales Order",
    "sale.order.line": "Sales Order Line",
    "stock.picking": "Delivery",
    "stock.picking.type": "Operation Type",
    "stock.move": "Stock Move",
    "stock.move.line": "Stock Move Line",
    "stock.quant": "Quantity On Hand",
    "stock.lot": "Lot/Serial Number",
    "stock.location": "Location",
    "stock.warehouse": "Warehouse",
    "purchase.order": "Purchase Order",
    "purchase.order.line": "Purchase Order Line",
    "product.product": "Product",
    "product.template": "Product",
    "res.partner": "Contact",
    "res.users": "User",
    "res.company": "Company",
    "delivery.carrier": "Shipping Method",
    "account.move": "Invoice",
    "mail.message": "Message",
}

_FIELDS: Mapping[str, str] = {
    "name": "Reference",
    "display_name": "Name",
    "state": "Status",
    "partner_id": "Customer",
    "partner_shipping_id": "Delivery Address",
    "partner_invoice_id": "Invoice Address",
    "client_order_ref": "Customer Reference",
    "commitment_date": "Delivery Date (promised)",
    "expected_date": "Expected Date",
    "effective_date": "Effective Date",
    "date_order": "Order Date",
    "validity_date": "Expiration",
    "picking_policy": "Shipping Policy",
    "delivery_status": "Delivery Status",
    "invoice_status": "Invoice Status",
    "warehouse_id": "Warehouse",
    "carrier_id": "Shipping Method",
    "carrier_tracking_ref": "Tracking Reference",
    "company_id": "Company",
    "user_id": "Salesperson",
    "team_id": "Sales Team",
    "tag_ids": "Tags",
    "order_line": "Order Lines",
    "product_id": "Product",
    "product_uom_id": "Unit",
    "product_uom": "Unit",
    "uom_id": "Unit",
    "product_uom_qty": "Quantity",
    "product_qty": "Quantity",
    "qty_delivered": "Delivered",
    "qty_to_deliver": "To Deliver",
    "qty_received": "Received",
    "qty_invoiced": "Invoiced",
    "qty_available": "Quantity On Hand",
    "free_qty": "Free To Use",
    "virtual_available": "Forecast",
    "incoming_qty": "Incoming",
    "outgoing_qty": "Outgoing",
    "quantity": "Quantity",
    "reserved_quantity": "Reserved",
    "available_quantity": "Available",
    "scheduled_date": "Scheduled Date",
    "date_deadline": "Deadline",
    "date_done": "Date of Transfer",
    "date_planned": "Expected Arrival",
    "date_approve": "Confirmation Date",
    "date": "Date",
    "origin": "Source Document",
    "location_id": "Source Location",
    "location_dest_id": "Destination Location",
    "picking_id": "Transfer",
    "picking_type_id": "Operation Type",
    "picking_type_code": "Type of Operation",
    "products_availability": "Product Availability",
    "products_availability_state": "Availability",
    "delay_alert_date": "Delay Alert",
    "has_deadline_issue": "Is Late",
    "forecast_availability": "Forecast Availability",
    "forecast_expected_date": "Forecast Date",
    "reservation_date": "Reserve From",
    "backorder_id": "Back Order of",
    "move_type": "Shipping Policy",
    "priority": "Priority",
    "order_id": "Order",
    "sale_line_id": "Sales Order Line",
    "purchase_line_id": "Purchase Order Line",
    "is_late": "Is Late",
    "receipt_status": "Receipt Status",
    "partner_ref": "Vendor Reference",
    "ref": "Reference",
    "email": "Email",
    "phone": "Phone",
    "city": "City",
    "country_id": "Country",
    "credit": "Total Receivable",
    "credit_limit": "Credit Limit",
    "use_partner_credit_limit": "Partner Limit",
    "partner_credit_warning": "Credit Warning",
    "default_code": "Internal Reference",
    "lot_id": "Lot/Serial Number",
    "expiration_date": "Expiration Date",
    "amount_total": "Total",
    "amount_untaxed": "Untaxed Amount",
    "currency_id": "Currency",
    "price_unit": "Unit Price",
    "discount": "Discount",
    "technical_price_unit": "Pricelist Price",
    "customer_lead": "Lead Time (days)",
    "record": "About",
    "body": "Message",
    "author_id": "Author",
    "create_date": "Created on",
    "write_date": "Last Updated on",
}

_FIELDS_OF_MODEL: Mapping[tuple[str, str], str] = {
    ("stock.picking", "partner_id"): "Delivery Address",
    ("purchase.order", "partner_id"): "Vendor",
    ("purchase.order.line", "partner_id"): "Vendor",
    ("purchase.order", "date_order"): "Order Deadline",
    ("purchase.order", "user_id"): "Buyer",
    ("res.partner", "name"): "Name",
    ("product.product", "name"): "Name",
    ("delivery.carrier", "name"): "Shipping Method",
    ("stock.move", "product_uom_qty"): "Demand",
    ("stock.quant", "location_id"): "Location",
    ("stock.quant", "quantity"): "Quantity On Hand",
    ("sale.order", "name"): "Order",
    ("purchase.order", "name"): "Order",
}

_VALUES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("sale.order", "state"): {
        "draft": "Quotation",
        "sent": "Quotation Sent",
        "sale": "Sales Order",
        "cancel": "Cancelled",
    },
    ("sale.order", "picking_policy"): {"direct": "As soon as possible", "one": "When all products are ready"},
    ("sale.order", "delivery_status"): {
        "pending": "Not Delivered",
        "started": "Started",
        "partial": "Partially Delivered",
        "full": "Fully Delivered",
    },
    ("stock.picking", "state"): {
        "draft": "Draft",
        "waiting": "Waiting Another Operation",
        "confirmed": "Waiting",
        "assigned": "Ready",
        "done": "Done",
        "cancel": "Cancelled",
    },
    ("stock.picking", "move_type"): {"direct": "As soon as possible", "one": "When all products are ready"},
    ("stock.picking", "picking_type_code"): {
        "incoming": "Receipt",
        "outgoing": "Delivery",
        "internal": "Internal Transfer",
    },
    ("stock.picking", "products_availability_state"): {
        "available": "Available",
        "expected": "Expected",
        "late": "Late",
        "unavailable": "Not Available",
    },
    ("stock.move", "state"): {
        "draft": "New",
        "waiting": "Waiting Another Move",
        "confirmed": "Waiting Availability",
        "partially_available": "Partially Available",
        "assigned": "Available",
        "done": "Done",
        "cancel": "Cancelled",
    },
    ("purchase.order", "state"): {
        "draft": "RFQ",
        "sent": "RFQ Sent",
        "to approve": "To Approve",
        "purchase": "Purchase Order",
        "done": "Locked",
        "cancel": "Cancelled",
    },
    ("purchase.order", "receipt_status"): {
        "pending": "Not Received",
        "partial": "Partially Received",
        "full": "Fully Received",
    },
}

CAUSES: Mapping[str, str] = {
    "not_confirmed": "Not confirmed",
    "credit_hold": "Credit hold",
    "price_mismatch": "Price mismatch",
    "missing_documents": "Documents missing",
    "incomplete_master_data": "Master data incomplete",
    "cancelled": "Cancelled",
    "stock_shortage": "Stock shortage",
    "stock_elsewhere": "Stock in another warehouse",
    "reserved_by_other": "Reserved for another order",
    "quality_hold": "Stock on quality hold",
    "inventory_discrepancy": "Inventory discrepancy",
    "reservation_not_due": "Reservation not due yet",
    "order_blocked": "Order blocked",
    "inbound_not_ordered": "Purchase not ordered yet",
    "inbound_late": "Inbound purchase comes too late",
    "inbound_overdue": "Inbound purchase overdue",
    "inbound_short": "Inbound purchase short",
    "waiting_complete": "Waits to ship complete",
    "warehouse_backlog": "Ready, but not shipped",
    "upstream_step_pending": "Pick or pack not done",
    "partial_backorder": "Rest of a partial delivery",
    "no_carrier": "No carrier",
    "missed_dispatch": "Dispatch missed",
    "carrier_delay": "Carrier delay",
    "unrealistic_promise": "Promise was not feasible",
    "customer_requested_date": "Customer asked for the date",
    "delivery_invoice_mismatch": "Delivery and invoice differ",
    "proof_of_delivery_missing": "Proof of delivery missing",
    "on_time": "On time",
    "unknown": "Cause not established",
}

CERTAINTIES: Mapping[str, str] = {"proven": "Proven", "likely": "Likely", "unknown": "Not known"}

ROLES: Mapping[str, str] = {
    "service": "Customer Service",
    "supervisor": "Warehouse Supervisor",
    "purchasing": "Purchasing",
    "sales": "Sales",
    "finance": "Finance",
    "compliance": "Compliance",
}

DOCUMENT_TYPES: Mapping[str, str] = {
    "sop": "SOP",
    "contract": "Customer contract",
    "carrier_policy": "Carrier policy",
    "product_rule": "Product rule",
    "case_note": "Case note",
    "unknown": "Document",
}

PROMISE_BASES: Mapping[str, str] = {
    "commitment_date": "Delivery Date on the order",
    "expected_date": "Odoo's expected date",
    "none": "No date was promised",
}

_MONEY = re.compile(r"amount_|price_|credit|technical_price_")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def model_label(model: str) -> str:
    return MODELS.get(model) or model.replace(".", " ").replace("_", " ").title()


def field_label(model: str, field: str) -> str:
    """The field's name as Odoo shows it; an unknown one is made readable."""
    known = _FIELDS_OF_MODEL.get((model, field)) or _FIELDS.get(field)
    if known:
        return known
    words = re.sub(r"_ids?$", "", field).replace("_", " ").strip()
    return words[:1].upper() + words[1:] or field


def value_text(model: str, field: str, value: Any, *, zone: tzinfo | None = None) -> str:
    """A value as a person reads it: ``12 Nov 2026``, ``Yes``, ``1,250``, ``Ready``; ``—`` when there is none.

    Args:
        zone: the reader's timezone, as Odoo shows moments; None: as they were recorded.
    """
    known = PROMISE_BASES if field == "promise_basis" else _VALUES.get((model, field), {})
    if isinstance(value, str) and value in known:
        return known[value]
    if value is None or value == "" or value == [] or value == {}:
        return "—"
    if isinstance(value, bool):
        return (
            "Yes" if value else "No" if field.startswith(("is_", "has_", "use_")) else "—"
        )  # Odoo's "empty" is False
    if isinstance(value, int | float):
        if _MONEY.match(field):
            return f"{value:,.2f}"
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, Mapping):
        if name := value.get("display_name") or value.get("name"):
            return str(name)
        return ", ".join(
            f"{field_label(model, str(key))}: {value_text(model, str(key), one, zone=zone)}"
            for key, one in value.items()
        )
    if isinstance(value, list | tuple):
        return "; ".join(value_text(model, field, one, zone=zone) for one in value)
    text = str(value)
    if _MOMENT.match(text):
        return moment_text(text, zone=zone)
    return day_text(text) if _DAY.fullmatch(text) else text


def day_text(value: str | date | None) -> str:
    """``2026-11-12`` -> ``12 Nov 2026``; what is no date stays as it is; nothing is ``—``."""
    if not value:
        return "—"
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return str(value)
    return f"{day.day} {day:%b %Y}"


def moment_text(value: str, *, zone: tzinfo | None = None) -> str:
    """``2026-11-12T14:30:00+01:00`` -> ``12 Nov 2026, 14:30 (UTC+01:00)``."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if zone is not None and moment.tzinfo:
        moment = moment.astimezone(zone)
    name = moment.strftime("%Z") if moment.tzinfo else ""
    return f"{moment.day} {moment:%b %Y, %H:%M}" + (f" ({name})" if name else "")


def moment_day(value: str, *, zone: tzinfo | None = None) -> str:
    """The day of a moment where the reader is: ``2026-11-12T23:30:00-08:00`` -> ``12 Nov 2026``."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return day_text(value)
    return day_text((moment.astimezone(zone) if zone is not None and moment.tzinfo else moment).date())


def zone_of(name: str) -> tzinfo:
    """A timezone by its IANA name, as Odoo keeps it with each user; UTC for one that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


DRAFT_STATES: Mapping[str, str] = {
    "drafted": "Drafted", "submitted": "Waits for a decision", "approved": "Approved, waits for its approver's session",
    "claimed": "About to run", "executing": "Running", "uncertain": "Uncertain: may still land", "executed": "Done in Odoo",
    "failed": "Not done", "rejected": "Rejected", "expired": "Expired", "stale": "Stale: Odoo has changed", "superseded": "Replaced",
    "cancelled": "Cancelled",
}  # fmt: skip
"""States of a draft, as a person reads them."""
