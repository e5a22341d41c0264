"""A customer's open orders, and what they owe and may owe."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from erp_tools.facts import Fact
from erp_tools.lateness.wording import day_text, days_text, local_day, money_text, plain_money
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.odoo.masks import is_masked
from erp_tools.reads.report import Candidate, Report, Sentence
from erp_tools.reads.rows import Row, day, flag, moment, money, name_of, text

_NAMED: dict[str, Any] = {"fields": {"display_name": {}}}
_ORDER: dict[str, Any] = {
    "name": {},
    "display_name": {},
    "state": {},
    "delivery_status": {},
    "client_order_ref": {},
    "commitment_date": {},
    "expected_date": {},
    "amount_untaxed": {},
    "currency_id": _NAMED,
    "partner_id": _NAMED,
}
_DELIVERY = {
    "pending": "nothing delivered yet",
    "started": "started",
    "partial": "partly delivered",
    "full": "delivered",
}


def customer_orders(
    session: OdooSession,
    customer: Candidate,
    *,
    now: datetime,
    server: OdooServer,
    zone: ZoneInfo,
    limit: int = 10,
) -> Report:
    """Orders and quotations of one customer that are not delivered in full, the earliest promise first. One round trip.

    Raises:
        AccessDenied, OdooUnavailable.
    """
    domain = [
        ["partner_id", "child_of", customer.fact.record_id],
        "|",
        ["state", "in", ["draft", "sent"]],
        "&",
        ["state", "=", "sale"],
        ["delivery_status", "!=", "full"],
    ]
    page = session.read("sale.order", domain, _ORDER, order="commitment_date, id", limit=80)
    rows = sorted(
        page.rows, key=lambda row: (_promised(row) is None, text(row, "commitment_date"), text(row, "name"))
    )
    facts = [customer.fact, *(_order_fact(row, now, server, zone) for row in rows)]
    today = local_day(now, zone)
    lines, late = [], 0
    for row, fact in zip(rows, facts[1:], strict=True):
        promised = _promised(row)
        due = local_day(promised, zone) if promised else None
        is_late = due is not None and due < today and text(row, "state") == "sale"
        late += is_late
        lines.append(
            Sentence(text=_line(row, due, (today - due).days if due and is_late else 0), evidence=(fact.key,))
        )
    if not rows:
        headline = f"{customer.name} has no open orders that you may see"
    else:
        orders = "1 open order" if page.total == 1 else f"{page.total} open orders"
        past = "none is past its promised date"
        if late:
            past = f"{late} {'is' if late == 1 else 'are'} past the promised date"
        headline = f"{customer.name} has {orders}; {past}"
    shown = rows[:limit]
    return Report(
        headline=Sentence(text=headline, evidence=tuple(fact.key for fact in facts[:4])),
        lines=tuple(lines[:limit]),
        facts=tuple(facts[: limit + 1]),
        not_listed=page.total - len(shown),
        subject=customer.name,
        orders=tuple(text(row, "name") for row in shown),
    )


def _promised(row: Row) -> datetime | None:
    return moment(row, "commitment_date") or moment(row, "expected_date")


def _line(row: Row, due: Any, overdue: int) -> str:
    words = f"{text(row, 'name')}"
    reference = text(row, "client_order_ref")
    words += f" ({reference})" if reference else ""
    words += f": promised for {day_text(due)}" if due else ": no promised date"
    words += f", {days_text(overdue)} past" if overdue else ""
    if text(row, "state") in {"draft", "sent"}:
        words += ", still a quotation"
    else:
        words += f", {_DELIVERY.get(text(row, 'delivery_status'), 'nothing to deliver')}"
    return words


def _order_fact(row: Row, now: datetime, server: OdooServer, zone: ZoneInfo) -> Fact:
    promised = _promised(row)
    return Fact(
        model="sale.order",
        record_id=int(row["id"]),
        display_name=text(row, "name"),
        fields={
            "name": text(row, "name"),
            "partner_id": name_of(row, "partner_id"),
            "state": text(row, "state"),
            "delivery_status": text(row, "delivery_status") or None,
            "client_order_ref": text(row, "client_order_ref") or None,
            "promised": local_day(promised, zone).isoformat() if promised else None,
        },
        read_at=now,
        url=server.record_url("sale.order", int(row["id"])),
    )


_CREDIT: dict[str, Any] = {
    "display_name": {},
    "ref": {},
    "credit": {},
    "credit_limit": {},
    "use_partner_credit_limit": {},
    "total_overdue": {},
    "property_payment_term_id": _NAMED,
    "company_id": {"fields": {"currency_id": _NAMED}},
}
_INVOICE: dict[str, Any] = {
    "name": {},
    "display_name": {},
    "invoice_date_due": {},
    "amount_residual": {},
    "currency_id": _NAMED,
    "payment_state": {},
}
_HIDDEN = "Your role does not see credit figures; Finance does."


def credit_position(
    session: OdooSession, customer: Candidate, *, now: datetime, server: OdooServer, zone: ZoneInfo
) -> Report:
    """What a customer owes, their limit, and their unpaid invoices. Two round trips.

    Raises:
        AccessDenied, OdooUnavailable.
    """
    page = session.read("res.partner", [["id", "=", customer.fact.record_id]], _CREDIT, limit=1)
    row: Row = page.rows[0] if page.rows else {"id": customer.fact.record_id}
    hidden = "credit" not in row or is_masked(row.get("credit"))
    if hidden:
        return Report(
            headline=Sentence(
                text=f"I cannot show you what {customer.name} owes", evidence=(customer.fact.key,)
            ),
            facts=(customer.fact,),
            not_read=(_HIDDEN,),
            subject=customer.name,
        )
    domain = [
        ["partner_id", "child_of", customer.fact.record_id],
        ["move_type", "=", "out_invoice"],
        ["state", "=", "posted"],
        ["payment_state", "in", ["not_paid", "partial"]],
    ]
    bills = session.read("account.move", domain, _INVOICE, order="invoice_date_due, id", limit=40)
    owed, limit = money(row, "credit") or Decimal(0), money(row, "credit_limit")
    currency = next((name_of(bill, "currency_id") for bill in bills.rows), "")
    has_limit = flag(row, "use_partner_credit_limit") and limit is not None and limit > 0
    fact = Fact(
        model="res.partner",
        record_id=customer.fact.record_id,
        display_name=customer.name,
        fields={
            **customer.fact.fields,
            "credit": plain_money(owed),
            "credit_limit": plain_money(limit) if has_limit and limit is not None else None,
            "property_payment_term_id": name_of(row, "property_payment_term_id") or None,
        },
        read_at=now,
        url=customer.fact.url,
    )
    words = f"{customer.name} owes {money_text(owed, currency)}"
    if has_limit and limit is not None:
        over = owed - limit
        words += f" of a credit limit of {money_text(limit, currency)}: " + (
            f"{money_text(over, currency)} over it" if over > 0 else f"{money_text(-over, currency)} are left"
        )
    else:
        words += "; no credit limit of their own is set"
    today = local_day(now, zone)
    facts, lines = [fact], []
    overdue = [bill for bill in bills.rows if (due := day(bill, "invoice_date_due")) and due < today]
    for bill in bills.rows[:6]:
        facts.append(_bill_fact(bill, now, server))
        lines.append(Sentence(text=_bill(bill, today), evidence=(facts[-1].key,)))
    if bills.total:
        unpaid = "1 invoice is unpaid" if bills.total == 1 else f"{bills.total} invoices are unpaid"
        past = f", {len(overdue)} of them past due" if overdue else ", none of them past due"
        lines.insert(0, Sentence(text=unpaid + past, evidence=tuple(one.key for one in facts[1:5])))
    return Report(
        headline=Sentence(text=words, evidence=(fact.key,)),
        lines=tuple(lines),
        facts=tuple(facts),
        not_listed=bills.total - min(6, len(bills.rows)),
        subject=customer.name,
    )


def _bill(bill: Row, today: Any) -> str:
    due = day(bill, "invoice_date_due")
    words = f"{text(bill, 'name')}: {money_text(money(bill, 'amount_residual') or Decimal(0), name_of(bill, 'currency_id'))} open"
    if due:
        words += f", due {day_text(due)}" + (
            f", {days_text((today - due).days)} overdue" if due < today else ""
        )
    return words


def _bill_fact(bill: Row, now: datetime, server: OdooServer) -> Fact:
    due = day(bill, "invoice_date_due")
    return Fact(
        model="account.move",
        record_id=int(bill["id"]),
        display_name=text(bill, "name"),
        fields={
            "name": text(bill, "name"),
            "invoice_date_due": due.isoformat() if due else None,
            "amount_residual": plain_money(money(bill, "amount_residual") or Decimal(0)),
            "currency_id": name_of(bill, "currency_id"),
            "payment_state": text(bill, "payment_state"),
        },
        read_at=now,
        url=server.record_url("account.move", int(bill["id"])),
    )
