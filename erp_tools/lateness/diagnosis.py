"""Why is this order late? Read it, find the causes, rank them, say when it will ship now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from erp_tools.facts import FactKey
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.causes import find_causes, verdict
from erp_tools.lateness.evidence import CaseFacts, UrlOf
from erp_tools.lateness.expected import forecast
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.reading import read_case
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.lateness.timeline import timeline
from erp_tools.lateness.verdict import is_at_risk, is_late
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.orders import FoundOrder

AFTER_DELIVERY = ("carrier_delay", "delivery_invoice_mismatch", "proof_of_delivery_missing")
"""Causes that hold although we shipped in time."""


def diagnose(
    session: OdooSession, order: int | FoundOrder, *, now: datetime, server: OdooServer
) -> Diagnosis:
    """Read one order as this person and say why it is late, or that it is not. At most four round trips.

    Args:
        order: sale.order id, or what `resolve_orders` or `find_order` found; the latter saves a round trip.
        now: the present moment, with timezone.
        server: for links into Odoo.

    Raises:
        OrderNotFound: there is no such order for this person.
        AccessDenied: this person may read no sales orders.
        OdooUnavailable: Odoo did not answer for the order itself; when only a part is missing, `not_read` says so.
    """
    reading = read_case(session, order, now=now)
    return diagnose_case(reading.case, read_at=now, url_of=server.record_url, not_read=reading.not_read)


def judge(case: OrderCase) -> tuple[Finding, ...]:
    """The causes of a case, what blocks first leading; ``on_time`` or ``unknown`` stand alone."""
    on_time = tuple(verdict("on_time", case))
    if on_time and not case.is_delivered:
        return on_time
    found = find_causes(case)
    if on_time:
        # Shipped in time: only what went wrong afterwards counts.
        found = tuple(item for item in found if item.cause.code in AFTER_DELIVERY)
        return found or on_time
    return found or tuple(verdict("unknown", case))


def diagnose_case(
    case: OrderCase, *, read_at: datetime, url_of: UrlOf, not_read: tuple[str, ...] = ()
) -> Diagnosis:
    """The diagnosis of a case that was read. Pure."""
    findings = judge(case)
    # A finding with a rank of its own is a side light, not what holds the order.
    expected, derived = forecast(case, {finding.cause.code for finding in findings if finding.rank is None})
    figures: dict[FactKey, dict[str, Any]] = {}
    for source in (derived, *(finding.derived for finding in findings)):
        _add(figures, source)
    facts = CaseFacts(case, read_at=read_at, url_of=url_of)
    entries = timeline(case, expected)
    cited = [
        *(key for finding in findings for key in finding.cause.evidence),
        *expected.evidence,
        *(key for entry in entries for key in entry.evidence),
    ]
    vendors = {share.inbound.vendor for supply in case.supplies.values() for share in supply.shares}
    vendors |= {rfq.vendor for supply in case.supplies.values() for rfq in supply.rfqs}
    vendors |= {line.vendor for supply in case.supplies.values() for line in supply.shortened}
    still_on_the_way = any(finding.cause.code == "carrier_delay" for finding in findings)
    return Diagnosis(
        order=case.order.name,
        order_id=case.order.order_id,
        customer=case.order.customer.name,
        customer_ref=case.order.customer.ref,
        company_id=case.order.company_id,
        promised=case.promised,
        promise_basis=case.promise_basis,
        expected=expected,
        days_late=(case.today - case.promised).days if still_on_the_way and case.promised else case.days_late,
        is_late=is_late(case) or is_at_risk(case) or still_on_the_way,
        causes=tuple(finding.cause for finding in findings),
        timeline=entries,
        facts=facts.book(cited, figures, always=(case.key, case.customer_key)).all(),
        not_read=not_read,
        carrier=case.carrier.name if case.carrier else "",
        vendors=tuple(sorted(vendor for vendor in vendors if vendor)),
    )


def _add(figures: dict[FactKey, dict[str, Any]], source: Mapping[FactKey, Mapping[str, Any]]) -> None:
    for key, fields in source.items():
        figures.setdefault(key, {}).update(fields)
