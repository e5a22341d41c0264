"""Facts of a case: what was read, as fields a person can check, with the figures that were worked out beside them.

Datetimes are written in the company's timezone with their offset, so that the date in a sentence is the date in the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from erp_tools.facts import Fact, FactBook, FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.sources import Inbound, Reservation, Supply, VendorRecord
from erp_tools.lateness.wording import clock_text, plain_money, plain_number
from erp_tools.reads.blocks import Block
from erp_tools.reads.contacts import Address
from erp_tools.reads.delivery import Carrier
from erp_tools.reads.inventory import Quant
from erp_tools.reads.invoicing import Invoice
from erp_tools.reads.messages import Activity, Message
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.transfers import Move, Transfer, with_sources

Fields = dict[str, Any]
UrlOf = Callable[[str, int], str]

LONGEST_TEXT = 2000
"""Characters of a message kept in a fact."""

_ORDER_STATES = {"draft": "Quotation", "sent": "Quotation Sent", "sale": "Sales Order", "cancel": "Cancelled"}
_TRANSFER_STATES = {
    "draft": "Draft",
    "waiting": "Waiting Another Operation",
    "confirmed": "Waiting",
    "assigned": "Ready",
    "done": "Done",
    "cancel": "Cancelled",
}
_MOVE_STATES = {
    "draft": "New",
    "waiting": "Waiting Another Move",
    "confirmed": "Waiting",
    "partially_available": "Partially Available",
    "assigned": "Available",
    "done": "Done",
    "cancel": "Cancelled",
}
_PURCHASE_STATES = {
    "draft": "RFQ",
    "sent": "RFQ Sent",
    "to approve": "To Approve",
    "purchase": "Purchase Order",
    "done": "Purchase Order",
    "cancel": "Cancelled",
}


class CaseFacts:
    """Makes the facts of a case on demand: only what is cited becomes a fact."""

    def __init__(self, case: OrderCase, *, read_at: datetime, url_of: UrlOf) -> None:
        self._case = case
        self._read_at = read_at
        self._url_of = url_of
        self._makers: dict[FactKey, list[Callable[[], tuple[str, Fields, FactKey]]]] = {}
        self._collect()

    def book(
        self,
        keys: Iterable[FactKey],
        derived: Mapping[FactKey, Mapping[str, Any]],
        *,
        always: Iterable[FactKey] = (),
    ) -> FactBook:
        """The facts behind these keys, with their worked-out figures. A key nobody read is left out."""
        book = FactBook()
        for key in dict.fromkeys((*always, *keys)):
            for make in self._makers.get(key, ()):
                name, fields, opens = make()
                book.add(
                    Fact(
                        model=key[0],
                        record_id=key[1],
                        display_name=name,
                        fields=self._plain({**fields, **derived.get(key, {})}),
                        read_at=self._read_at,
                        url=self._url_of(*opens),
                    )
                )
        return book

    def __contains__(self, key: FactKey) -> bool:
        return key in self._makers

    # -- values ----------------------------------------------------------------------------------------------------------
    def _plain(self, fields: Mapping[str, Any]) -> Fields:
        return {
            name: self._value(value) for name, value in fields.items() if value is not None and value != ""
        }

    def _value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(self._case.zone).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Decimal):
            return plain_money(value)
        if isinstance(value, float):
            return plain_number(value)
        if isinstance(value, tuple | list):
            return [self._value(item) for item in value]
        return value

    # -- what there is ---------------------------------------------------------------------------------------------------
    def _add(
        self, key: FactKey, make: Callable[[], tuple[str, Fields]], opens: FactKey | None = None
    ) -> None:
        self._makers.setdefault(key, []).append(lambda: (*make(), opens or key))

    def _collect(self) -> None:
        case = self._case
        order = case.order
        self._add(case.key, self._order)
        self._add(case.customer_key, self._customer)
        if order.delivery_address is not None:
            self._add(
                ("res.partner", order.delivery_address.partner_id),
                partial(self._address, order.delivery_address),
            )
        for line in case.lines:
            self._add(line.key, partial(self._line, line), case.key)
        for transfer in order.transfers:
            self._add(("stock.picking", transfer.transfer_id), partial(self._transfer, transfer))
            self._say(transfer.messages, transfer.name)
            self._do(transfer.activities, transfer.name)
        carriers = (order.carrier, *(item.carrier for item in order.transfers))
        for carrier in {carrier.carrier_id: carrier for carrier in carriers if carrier}.values():
            self._add(("delivery.carrier", carrier.carrier_id), partial(self._carrier, carrier))
        self._say(order.messages, order.name)
        self._do(order.activities, order.name)
        for invoice in order.invoices:
            self._add(("account.move", invoice.invoice_id), partial(self._invoice, invoice))
        for move in with_sources(move for line in order.lines for move in line.moves):
            self._add(("stock.move", move.move_id), partial(self._move, move), self._opens_move(move))
        purchases: dict[int, PurchaseLine] = {}
        for supply in case.supplies.values():
            self._collect_supply(supply, purchases)
        for request in case.requested.values():
            if request.line_id not in purchases:
                purchases[request.line_id] = request
                key, opens = ("purchase.order.line", request.line_id), ("purchase.order", request.purchase_id)
                self._add(key, partial(self._purchase_line, request), opens)
        purchase_names = {line.purchase_id: line.purchase for line in purchases.values()}
        for message in case.purchase_messages:
            self._say((message,), purchase_names.get(message.record_id, ""))
        if case.calendar_key is not None:
            self._add(case.calendar_key, self._calendar)
        for block in order.blocks:
            self._add(block.key, partial(self._block, block), case.key)
        for record in case.vendor_records.values():
            self._add(("res.partner", record.vendor_id), partial(self._vendor, record))

    def _collect_supply(self, supply: Supply, purchases: dict[int, PurchaseLine]) -> None:
        self._add(("product.product", supply.product_id), partial(self._supply, supply))
        quants = [
            *(quant for place in supply.elsewhere for quant in place.quants),
            *(held.quant for held in supply.held),
            *(doubt.quant for doubt in supply.doubts),
        ]
        for quant in {quant.quant_id: quant for quant in quants}.values():
            self._add(
                ("stock.quant", quant.quant_id),
                partial(self._quant, quant),
                ("product.product", quant.product_id),
            )
        for inbound in supply.inbound:
            self._add(inbound.key, partial(self._inbound, inbound), self._opens_move(inbound.move))
            for move in inbound.feeding:
                if ("stock.move", move.move_id) not in self._makers:
                    self._add(("stock.move", move.move_id), partial(self._move, move), self._opens_move(move))
        for held_by in supply.reservations:
            self._add(held_by.key, partial(self._reservation, held_by), self._opens_move(held_by.move))
        for cut in supply.cut_receipts:
            self._add(("stock.move", cut.move_id), partial(self._move, cut), self._opens_move(cut))
        bought = (item.purchase_line for item in supply.inbound if item.purchase_line)
        for line in (*supply.rfqs, *supply.shortened, *bought):
            if line.line_id not in purchases:
                purchases[line.line_id] = line
                key = ("purchase.order.line", line.line_id)
                self._add(key, partial(self._purchase_line, line), ("purchase.order", line.purchase_id))

    def _say(self, messages: Iterable[Message], where: str) -> None:
        for message in messages:
            key = ("mail.message", message.message_id)
            self._add(key, partial(self._message, message, where), (message.model, message.record_id))

    def _do(self, activities: Iterable[Activity], where: str) -> None:
        for activity in activities:
            key = ("mail.activity", activity.activity_id)
            self._add(key, partial(self._activity, activity, where), (activity.model, activity.record_id))

    @staticmethod
    def _opens_move(move: Move) -> FactKey:
        return ("stock.picking", move.transfer_id) if move.transfer_id else ("stock.move", move.move_id)

    # -- one record each -------------------------------------------------------------------------------------------------
    def _order(self) -> tuple[str, Fields]:
        case, order = self._case, self._case.order
        return order.name, {
            "name": order.name,
            "state": _ORDER_STATES.get(order.state, order.state),
            "partner_id": order.customer.name,
            "client_order_ref": order.customer_reference,
            "date_order": order.ordered,
            "commitment_date": order.committed,
            "expected_date": order.expected,
            "validity_date": order.valid_until,
            "picking_policy": "When all products are ready"
            if order.ships_all_at_once
            else "As soon as possible",
            "amount_total": order.total,
            "currency_id": order.currency,
            "user_id": order.salesperson,
            "warehouse_id": order.warehouse.name if order.warehouse else None,
            "carrier_id": order.carrier.name if order.carrier else None,
            "tag_ids": order.tags or None,
            "promised": case.promised,
            "promise_basis": case.promise_basis,
            "days_late": case.days_late or None,
        }

    def _customer(self) -> tuple[str, Fields]:
        customer = self._case.order.customer
        return customer.name, {
            "display_name": customer.name,
            "ref": customer.ref,
            "category_id": customer.tags or None,
            "credit": customer.owed,
            "credit_limit": customer.credit_limit,
        }

    def _line(self, line: LineCase) -> tuple[str, Fields]:
        sold = line.line
        return f"{self._case.order.name} {line.product}", {
            "order_id": self._case.order.name,
            "product_id": line.product,
            "default_code": sold.product.code if sold.product else None,
            "product_uom_qty": sold.ordered,
            "qty_delivered": sold.delivered,
            "qty_invoiced": sold.invoiced,
            "product_uom_id": sold.unit,
            "price_unit": sold.price,
            "technical_price_unit": sold.odoo_price,
            "customer_lead": sold.lead_days,
            "quantity_remaining": sold.remaining,
            "quantity_reserved": line.ready_in_unit,
            "quantity_missing": line.missing_in_unit,
            "vendor": sold.product.vendors[0].vendor if sold.product and sold.product.vendors else None,
            "vendor_lead_days": sold.product.vendor_lead_days if sold.product else None,
            "vendor_agreement": term.agreement if sold.product and (term := sold.product.agreement) else None,
            "vendor_of_agreement": term.vendor if sold.product and (term := sold.product.agreement) else None,
        }

    def _transfer(self, transfer: Transfer) -> tuple[str, Fields]:
        return transfer.name, {
            "name": transfer.name,
            "state": _TRANSFER_STATES.get(transfer.state, transfer.state),
            "picking_type_id": transfer.kind,
            "scheduled_date": transfer.scheduled,
            "date_deadline": transfer.deadline,
            "date_done": transfer.done,
            "carrier_id": transfer.carrier.name if transfer.carrier else None,
            "carrier_tracking_ref": transfer.tracking,
            "backorder_id": transfer.backorder_of,
            "sale_id": self._case.order.name,
            "move_type": "When all products are ready"
            if transfer.ships_all_at_once
            else "As soon as possible",
            "is_signed": transfer.signed,
            "message_attachment_count": transfer.attachments,
        }

    def _carrier(self, carrier: Carrier) -> tuple[str, Fields]:
        return carrier.name, {
            "name": carrier.name,
            "carrier_description": carrier.description,
            "transit_days": carrier.lead_days,
            "cut_off": carrier.cutoff,
        }

    def _invoice(self, invoice: Invoice) -> tuple[str, Fields]:
        return invoice.name, {
            "name": invoice.name,
            "state": "Posted" if invoice.is_posted else "Draft",
            "payment_state": invoice.payment,
            "invoice_date": invoice.dated,
            "invoice_date_due": invoice.due,
            "amount_total": invoice.total,
            "currency_id": invoice.currency,
            "is_credit_note": invoice.is_credit_note or None,
        }

    def _move(self, move: Move) -> tuple[str, Fields]:
        return f"{move.reference} {move.product}", {
            "reference": move.reference,
            "product_id": move.product,
            "state": _MOVE_STATES.get(move.state, move.state),
            "product_uom_qty": move.demand,
            "quantity": move.reserved,
            "date": move.at,
            "date_deadline": move.deadline,
            "reservation_date": move.reservation_date,
            "location_id": move.source.name,
            "location_dest_id": move.destination.name,
            "partner_id": move.partner,
            "purchase_id": move.purchase,
            "sale_id": move.sale,
        }

    def _inbound(self, inbound: Inbound) -> tuple[str, Fields]:
        name, fields = self._move(inbound.move)
        share = sum(
            share.quantity
            for supply in self._case.supplies.values()
            for share in supply.shares
            if share.inbound.move.move_id == inbound.move.move_id
        )
        return f"{inbound.document} {name}", {
            **fields,
            "document": inbound.document,
            "vendor": inbound.vendor,
            "due": inbound.due,
            "quantity_to_come": inbound.quantity,
            "quantity_for_this_order": share or None,
        }

    def _purchase_line(self, line: PurchaseLine) -> tuple[str, Fields]:
        return f"{line.purchase} {line.product}", {
            "order_id": line.purchase,
            "state": _PURCHASE_STATES.get(line.state, line.state),
            "partner_id": line.vendor,
            "user_id": line.buyer,
            "product_id": line.product,
            "product_qty": line.ordered,
            "qty_received": line.received,
            "quantity_outstanding": line.outstanding,
            "date_planned": line.planned,
            "date_order": line.placed,
            "warehouse": line.warehouse,
            "requisition_id": line.agreement or None,
            "alternative_po_ids": line.compared_with or None,
        }

    def _quant(self, quant: Quant) -> tuple[str, Fields]:
        return f"{quant.product} in {quant.location.name}", {
            "product_id": quant.product,
            "location_id": quant.location.name,
            "warehouse_id": quant.warehouse.name if quant.warehouse else None,
            "lot_id": quant.lot,
            "quantity": quant.quantity,
            "reserved_quantity": quant.reserved,
            "free_quantity": quant.free,
            "inventory_quantity": quant.counted,
            "removal_date": quant.leaves_stock,
            "expiration_date": quant.expires,
            "in_date": quant.arrived,
        }

    def _supply(self, supply: Supply) -> tuple[str, Fields]:
        here = supply.warehouse.code or supply.warehouse.name if supply.warehouse else "here"
        return supply.product, {
            "display_name": supply.product,
            "warehouse_id": supply.warehouse.name if supply.warehouse else None,
            f"on_hand_in_{here}": supply.on_hand if supply.stock_was_read else None,
            f"free_in_{here}": supply.free if supply.stock_was_read else None,
            "needed_for_this_order": supply.needed,
            "on_its_way": sum(item.quantity for item in supply.inbound),
        }

    def _vendor(self, record: VendorRecord) -> tuple[str, Fields]:
        return record.vendor, {
            "display_name": record.vendor,
            "receipts_looked_at": record.receipts,
            "receipts_late": record.late,
            "usual_delay_days": record.usual_delay,
            "long_delay_days": record.long_delay,
            "worst_delay_days": record.worst_delay,
            "days_after_the_promised_day": list(record.delays),
            "receipts_since": record.since,
        }

    def _calendar(self) -> tuple[str, Fields]:
        calendar = self._case.calendar
        closed = sorted(
            (item for item in calendar.closures if item.ends >= self._case.now), key=lambda item: item.starts
        )
        return calendar.name, {
            "display_name": calendar.name,
            "working_days": calendar.weekdays,
            "tz": calendar.zone.key,
            "closed": [
                f"{item.starts.astimezone(calendar.zone).date().isoformat()} to "
                f"{item.ends.astimezone(calendar.zone).date().isoformat()}: {item.name}"
                for item in closed
            ]
            or None,
            "work_ends": clock_text(max(item.closes for item in calendar.hours)) if calendar.hours else None,
        }

    def _block(self, block: Block) -> tuple[str, Fields]:
        return block.name, {
            "name": block.name,
            "description": block.text[:LONGEST_TEXT],
            "status": block.status,
            "todo_by": block.waits_for,
            "record": self._case.order.name,
        }

    def _address(self, address: Address) -> tuple[str, Fields]:
        return address.name, {"display_name": address.name, "address_lacks": address.missing or None}

    def _reservation(self, held_by: Reservation) -> tuple[str, Fields]:
        _, fields = self._move(held_by.move)
        name = f"{held_by.holder} {held_by.move.product}"
        return name, {**fields, "held_for": held_by.holder, "promised": held_by.promised}

    def _message(self, message: Message, where: str) -> tuple[str, Fields]:
        return f"Message of {message.author or 'somebody'} on {where}", {
            "author_id": message.author,
            "date": message.at,
            "body": message.text[:LONGEST_TEXT],
            "record": where,
        }

    def _activity(self, activity: Activity, where: str) -> tuple[str, Fields]:
        return f"{activity.kind} on {where}", {
            "activity_type_id": activity.kind,
            "summary": activity.summary,
            "note": activity.note[:LONGEST_TEXT],
            "date_deadline": activity.due,
            "user_id": activity.assigned_to,
            "create_date": activity.created,
            "record": where,
        }
