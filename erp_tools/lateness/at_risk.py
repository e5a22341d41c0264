"""Which orders are late or about to be, and which of them first: all open orders, ranked, with the reason for the rank.

The same causes as in a diagnosis, from the same files. Messages are read only for quotations and for orders that the records leave
unexplained. How the rank comes about stands in `ranking.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from erp_tools.facts import Fact
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.diagnosis import judge
from erp_tools.lateness.expected import forecast
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.ranking import RECOVERY, Recovery, Scale, Weighed, tier_of, weigh
from erp_tools.lateness.scan import EVERYTHING, Narrowed, Progress, scan_open_orders
from erp_tools.lateness.scan_messages import with_messages
from erp_tools.lateness.taxonomy import CAUSES, Certainty, ExpectedDate, OwnerRole
from erp_tools.lateness.verdict import is_at_risk, is_late
from erp_tools.lateness.wording import SMALLEST
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.reads.currencies import Rates, one_currency, read_rates
from erp_tools.reads.sales import SalesOrder

UrlOf = Callable[[str, int], str]
Exposure = Callable[[Iterable[str]], Mapping[str, Decimal]]
"""Customer references -> per cent of the value that each one's contract charges for a week of lateness; without a charge, left out."""


@dataclass(frozen=True, kw_only=True)
class AtRiskOrder:
    """One order that is late or about to be."""

    order_id: int
    order: str
    customer: str
    """The company, where a contact of it ordered."""
    customer_ref: str
    tier: str
    """Letter of the customer's tag such as ``Tier A``; empty without one."""
    warehouse: str
    carrier: str
    vendors: tuple[str, ...]
    promised: date | None
    days_late: int
    """0: not late yet, but the records do not keep the promise."""
    expected: ExpectedDate
    causes: tuple[str, ...]
    """Codes, what blocks first leading."""
    certainty: Certainty
    """Of the leading cause."""
    summary: str
    owner_role: OwnerRole
    value: Decimal | None
    """Of what is not delivered, without taxes, in `currency`; None when this person may not see prices."""
    currency: str
    company_value: Decimal | None
    """The same in the company's currency, by Odoo's rate of today; None where Odoo has no rate."""
    recovery: Recovery
    score: float
    """0 to 100; only good for comparing within one list."""
    why: tuple[str, ...]
    """What gave it its rank, in words, strongest first."""
    url: str

    def fact(self, *, read_at: datetime) -> Fact:
        """What the list rests on for this order, as one record's fields."""
        return Fact(
            model="sale.order",
            record_id=self.order_id,
            display_name=self.order,
            fields={
                "name": self.order,
                "partner_id": self.customer,
                "customer_ref": self.customer_ref or None,
                "tier": self.tier or None,
                "promised": self.promised.isoformat() if self.promised else None,
                "days_late": self.days_late,
                "undelivered_value": None if self.value is None else float(self.value),
                "currency_id": self.currency or None,
                "warehouse_id": self.warehouse or None,
                "carrier_id": self.carrier or None,
                "vendors": list(self.vendors),
                "cause": self.summary,
                "earliest": self.expected.earliest.isoformat() if self.expected.earliest else None,
                "latest": self.expected.latest.isoformat() if self.expected.latest else None,
            },
            read_at=read_at,
            url=self.url,
        )


@dataclass(frozen=True, kw_only=True)
class Group:
    """Orders of the list that share something."""

    name: str
    orders: int
    value: Decimal | None
    """Of what they have not got, in `currency`; None where amounts of several currencies cannot be added up, or not be seen."""
    currency: str
    by_currency: Mapping[str, Decimal]
    """The same, each currency apart."""


@dataclass(frozen=True, kw_only=True)
class AtRiskList:
    """All orders at risk, first the ones to look at first."""

    orders: tuple[AtRiskOrder, ...]
    scanned: int
    """Open orders that were looked at."""
    not_scanned: int
    groups: Mapping[str, tuple[Group, ...]]
    """``cause``, ``warehouse``, ``vendor``, ``carrier``, ``customer`` -> groups, the largest value first."""
    not_read: tuple[str, ...]
    rates: Rates

    def only(self, *, vendor: str = "", carrier: str = "", cause: str = "") -> AtRiskList:
        """The same list with those orders alone that fit: parts of a vendor's and a carrier's name, the code of a cause (any of
        an order's causes)."""
        if not (vendor or carrier or cause):
            return self
        some = [
            order
            for order in self.orders
            if _within(vendor, order.vendors)
            and _within(carrier, (order.carrier,))
            and (not cause or cause in order.causes)
        ]
        return replace(self, orders=tuple(some), groups=grouped(some, self.rates))


def cause_code(words: str) -> str:
    """The code a person means by ``Inbound overdue`` or ``inbound-overdue``.

    Raises:
        ValueError: no cause is called that; the message names them all.
    """
    code = "_".join(words.casefold().replace("-", " ").replace("_", " ").split())
    if code and code not in CAUSES:
        raise ValueError(f"There is no cause {words!r}. There are: {', '.join(sorted(CAUSES))}.")
    return code


def orders_at_risk(
    session: OdooSession,
    *,
    now: datetime,
    server: OdooServer,
    exposure: Exposure | None = None,
    only: Narrowed = EVERYTHING,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> AtRiskList:
    """Scan all open orders of this person and rank those at risk.

    Args:
        exposure: what contracts charge for lateness (from the documents), asked once for the customers of the orders that were read,
            in a thread of its own while Odoo is asked on; None: not known.
        only: some customer's or warehouse's orders alone.
        seconds: after so long no further orders are read; None: all of them.
        progress: told (orders read, open orders in all) after every page.

    Raises:
        AccessDenied, OdooUnavailable: as `scan_open_orders`.
    """
    # The documents are asked while Odoo is: the one computes here, the other there.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="charges") as pool:
        asked: list[Future[Mapping[str, Decimal]]] = []

        def ask(orders: Iterable[SalesOrder]) -> None:
            refs = {order.customer.ref for order in orders if order.customer.ref}
            if exposure is not None and refs:
                asked.append(pool.submit(exposure, refs))

        scanned = scan_open_orders(
            session, now=now, only=only, to_judge=True, seconds=seconds, progress=progress, on_orders=ask
        )
        judged = {
            case.order.order_id: (case, judge(case))
            for case in scanned.cases
            if is_late(case) or is_at_risk(case)
        }
        silent = [case for case, found in judged.values() if _needs_messages(case, found)]
        told, not_read = with_messages(session, silent)
        judged |= {case.order.order_id: (case, judge(case)) for case in told}
        rates = read_rates(session, {case.order.currency for case, _ in judged.values()})
        charged = asked[0].result() if asked else {}
    return _ranked(
        judged.values(), url_of=server.record_url, exposure=charged, scanned=len(scanned.cases), rates=rates,
        not_scanned=scanned.total - len(scanned.cases), not_read=(*scanned.not_read, *not_read),
    )  # fmt: skip


def _needs_messages(case: OrderCase, found: tuple[Finding, ...]) -> bool:
    """The records alone do not say it: nothing is planned yet, nothing explains it, or this person may not see the address."""
    address = case.order.delivery_address
    return (
        case.order.is_quotation
        or found[0].cause.code == "unknown"
        or (address is not None and bool(address.not_shown))
    )


def rank(
    cases: Iterable[OrderCase], *, url_of: UrlOf, exposure: Mapping[str, Decimal], scanned: int, rates: Rates | None = None
) -> AtRiskList:  # fmt: skip
    """Rank cases that are late or at risk. Pure.

    Args:
        rates: None: the cases are taken to be in one currency.
    """
    judged = [(case, judge(case)) for case in cases]
    known = rates or one_currency(next((case.order.currency for case, _ in judged), ""))
    return _ranked(
        judged, url_of=url_of, exposure=exposure, scanned=scanned, not_scanned=0, not_read=(), rates=known
    )


def _ranked(
    judged: Iterable[tuple[OrderCase, tuple[Finding, ...]]], *, url_of: UrlOf, exposure: Mapping[str, Decimal], scanned: int,
    not_scanned: int, not_read: tuple[str, ...], rates: Rates,
) -> AtRiskList:  # fmt: skip
    found = []
    for case, findings in judged:
        value, order = _open_value(case), case.order
        weighed = Weighed(
            value=value, currency=order.currency, late=case.days_late or 0, tier=tier_of(order.customer.tags),
            company_value=None if value is None else rates.in_company_currency(value, order.currency),
            charged=exposure.get(order.customer.ref, Decimal(0)), recovery=RECOVERY.get(findings[0].cause.code, "waits"),
        )  # fmt: skip
        found.append((case, findings, weighed))
    scale = Scale.of([weighed for _, _, weighed in found])
    orders = [_order(case, findings, weighed, scale, url_of) for case, findings, weighed in found]
    orders.sort(key=lambda item: (-item.score, item.promised or date.max, item.order))
    return AtRiskList(
        orders=tuple(orders), scanned=scanned, not_scanned=not_scanned, not_read=not_read, groups=grouped(orders, rates), rates=rates
    )  # fmt: skip


def _open_value(case: OrderCase) -> Decimal | None:
    """Of what is not delivered; None when a price may not be seen."""
    total = Decimal(0)
    for line in case.lines:
        if line.line.remaining > SMALLEST:
            if line.line.price is None:
                return None
            reduced = 1 - Decimal(str(line.line.discount)) / 100
            total += line.line.price * Decimal(str(line.line.remaining)) * reduced
    return round(total, 2)


def _order(
    case: OrderCase, findings: tuple[Finding, ...], weighed: Weighed, scale: Scale, url_of: UrlOf
) -> AtRiskOrder:
    leading, order = findings[0].cause, case.order
    customer = order.customer
    score, why = weigh(weighed, scale)
    expected, _ = forecast(case, {item.cause.code for item in findings if item.rank is None})
    vendors = {share.inbound.vendor for supply in case.supplies.values() for share in supply.shares}
    vendors |= {rfq.vendor for supply in case.supplies.values() for rfq in supply.rfqs}
    is_contact = customer.company_contact_id != customer.partner_id
    return AtRiskOrder(
        order_id=order.order_id,
        order=order.name,
        customer=customer.name.split(", ")[0] if is_contact else customer.name,
        customer_ref=customer.ref,
        tier=weighed.tier,
        warehouse=order.warehouse.name if order.warehouse else "",
        carrier=case.carrier.name if case.carrier else "",
        vendors=tuple(sorted(vendor for vendor in vendors if vendor)),
        promised=case.promised,
        days_late=weighed.late,
        expected=expected,
        causes=tuple(item.cause.code for item in findings),
        certainty=leading.certainty,
        summary=leading.summary,
        owner_role=leading.owner_role,
        value=weighed.value,
        currency=order.currency,
        company_value=weighed.company_value,
        recovery=weighed.recovery,
        score=score,
        why=why,
        url=url_of("sale.order", order.order_id),
    )


def grouped(orders: Iterable[AtRiskOrder], rates: Rates) -> dict[str, tuple[Group, ...]]:
    """The orders by what they share, the largest value first."""
    some = list(orders)
    return {
        "cause": _groups(some, lambda item: item.causes[:1], rates),
        "warehouse": _groups(some, lambda item: (item.warehouse,), rates),
        "vendor": _groups(some, lambda item: item.vendors, rates),
        "carrier": _groups(some, lambda item: (item.carrier,), rates),
        "customer": _groups(some, lambda item: (item.customer,), rates),
    }


def _groups(
    orders: Iterable[AtRiskOrder], names_of: Callable[[AtRiskOrder], Iterable[str]], rates: Rates
) -> tuple[Group, ...]:
    members: dict[str, list[AtRiskOrder]] = {}
    for order in orders:
        for name in names_of(order):
            if name:
                members.setdefault(name, []).append(order)
    found = [_group(name, some, rates) for name, some in members.items()]
    return tuple(sorted(found, key=lambda one: (one.value is None, -(one.value or 0), -one.orders, one.name)))


def _group(name: str, orders: list[AtRiskOrder], rates: Rates) -> Group:
    by_currency: dict[str, Decimal] = {}
    for order in orders:
        if order.value is not None:
            by_currency[order.currency] = by_currency.get(order.currency, Decimal(0)) + order.value
    value: Decimal | None = None
    currency = ""
    if all(order.company_value is not None for order in orders):
        value = sum((order.company_value or Decimal(0) for order in orders), Decimal(0))
        currency = rates.company_currency
    elif len(by_currency) == 1 and all(order.value is not None for order in orders):
        ((currency, value),) = by_currency.items()
    return Group(name=name, orders=len(orders), value=value, currency=currency, by_currency=by_currency)


def _within(words: str, names: Iterable[str]) -> bool:
    wanted = " ".join(words.casefold().split())
    return not wanted or any(wanted in name.casefold() for name in names)
