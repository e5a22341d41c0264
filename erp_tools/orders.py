"""From what a person writes ("s 00042", "our PO-7788", a delivery, a tracking number) to the order they mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from erp_tools.errors import AccessDenied, OdooRefused
from erp_tools.facts import Fact
from erp_tools.odoo.gateway import OdooSession, Page, Spec
from erp_tools.reads.rights import parts_denied
from erp_tools.reads.rows import Row, many, moment, name_of, one, text

MatchedBy = Literal["order", "customer reference", "delivery", "tracking number"]

MOST_CANDIDATES = 10
"""Orders listed when a reference fits several."""

LONGEST_REFERENCE = 80

_STATES = {"draft": "Quotation", "sent": "Quotation Sent", "sale": "Sales Order", "cancel": "Cancelled"}

_SPEC: dict[str, Any] = {
    "name": {},
    "client_order_ref": {},
    "date_order": {},
    "commitment_date": {},
    "expected_date": {},
    "state": {},
    "partner_id": {"fields": {"display_name": {}}},
    "company_id": {"fields": {"display_name": {}, "partner_id": {"fields": {"tz": {}}}}},
}

FEW = 3
"""A reference that fits no more orders than this has them read with all details at once."""


class OrderNotFound(OdooRefused):
    """There is no such order for this person. Whether it exists for somebody else is not told."""


@dataclass(frozen=True, kw_only=True)
class FoundOrder:
    """One order a reference fits."""

    order_id: int
    """sale.order id."""
    name: str
    customer: str
    ordered: date | None
    """Order Date, in the company's timezone (the person's, where the company has none), as all days are."""
    promised: date | None
    state: str
    """As Odoo shows it: Quotation, Quotation Sent, Sales Order, Cancelled."""
    customer_reference: str = ""
    matched_by: MatchedBy = "order"
    row: Row | None = field(default=None, repr=False, compare=False)
    """The order as it was read with the details asked for; None: it was not."""

    def fact(self, *, read_at: datetime, url_of: Callable[[str, int], str]) -> Fact:
        """What was read to tell this order from the others it might have been."""
        return Fact(
            model="sale.order",
            record_id=self.order_id,
            display_name=self.name,
            read_at=read_at,
            fields={
                "name": self.name,
                "partner_id": self.customer,
                "state": self.state,
                "promised": self.promised.isoformat() if self.promised else None,
                "client_order_ref": self.customer_reference or None,
            },
            url=url_of("sale.order", self.order_id),
        )


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What a reference leads to."""

    reference: str
    """As it was given, shortened and without invisible characters."""
    status: Literal["one", "several", "none"]
    orders: tuple[FoundOrder, ...] = ()
    """One, or the candidates for a question back; newest first."""
    not_listed: int = 0
    """Further orders it fits."""

    @property
    def order(self) -> FoundOrder:
        """The one order. Raises ValueError unless `status` is ``one``."""
        if self.status != "one":
            raise ValueError(f"{self.reference!r} leads to {self.status}, not to one order")
        return self.orders[0]


_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


def clean(reference: str) -> str:
    """A reference as it can be looked up: normal characters, single spaces, no quotation marks around it."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", reference))
    plain = " ".join(plain.split()).strip(" \t\"'`´“”„‘’«».,;:!?()[]<>")
    return plain[:LONGEST_REFERENCE]


_ORDER_WORDS = re.compile(
    r"^(?:sales? ?orders?|orders?|quotations?|quotes?)\b[ .:#]*(?:(?:number|num|no|nr)\b[ .:#]*)?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:so|s)?[ #.\-]*0*(\d{1,9})$", re.IGNORECASE)


def order_names(reference: str) -> list[str]:
    """The order names a person may mean: ``so42``, ``order 42``, ``S 0042`` all give ``S00042`` among others."""
    bare = _ORDER_WORDS.sub("", reference).strip(" #") or reference
    names = {bare.upper(), bare.upper().replace(" ", ""), reference.upper()}
    numbered = _NUMBERED.match(bare)
    if numbered:
        digits = numbered.group(1)
        for width in range(len(digits), 8):
            names |= {f"S{digits.zfill(width)}", f"SO{digits.zfill(width)}"}
        names.add(digits)
    return sorted(names)


def _exactly(value: str) -> str:
    """A pattern for ``=ilike`` that matches this text and nothing else."""
    return re.sub(r"([\\%_])", r"\\\1", value)


def _spellings(reference: str) -> list[str]:
    bare = _ORDER_WORDS.sub("", reference).strip(" #") or reference
    found = [reference, bare, bare.replace(" ", ""), bare.replace(" ", "-")]
    return list(dict.fromkeys(item for item in found if item))


def _ending(reference: str) -> str:
    """The digits by which people call a customer's reference, from four on: ``4829`` for ``PO-4829``; else empty."""
    bare = _ORDER_WORDS.sub("", reference).strip(" #")
    return bare if re.fullmatch(r"\d{4,8}", bare) else ""


def _any_of(terms: Sequence[list[Any]]) -> list[Any]:
    return ["|"] * (len(terms) - 1) + list(terms)


def resolve_orders(session: OdooSession, text_ref: str, *, details: Spec | None = None) -> Resolution:
    """Which order a reference means, for this person. One round trip; two where `details` are asked for and it fits many.

    Tried are the order's own name in any case and spacing, the customer's reference (or its digits, from four on), the name of a
    delivery, and a tracking number. A match on the order's own name wins over the others.

    Args:
        details: what else to read of the order, so that no second question is needed once it is found (`FoundOrder.row`).

    Raises:
        AccessDenied: this person may read no sales orders.
        OdooUnavailable.
    """
    reference = clean(text_ref)
    if not reference or not any(character.isalnum() for character in reference):
        return Resolution(reference=reference, status="none")
    names = order_names(reference)
    own: list[list[Any]] = [["name", "in", names]]
    spellings = [_exactly(item) for item in _spellings(reference)]
    own += [[field, "=ilike", item] for item in spellings for field in ("name", "client_order_ref")]
    ending = _ending(reference)
    if ending:
        own.append(["client_order_ref", "=ilike", f"%{ending}"])
    deliveries: list[list[Any]] = [
        [field, "=ilike", item]
        for item in spellings
        for field in ("picking_ids.name", "picking_ids.carrier_tracking_ref")
    ]
    spec = {**_SPEC, "picking_ids": {"fields": {"name": {}, "carrier_tracking_ref": {}}}}
    sees_deliveries = "transfers" not in parts_denied(session.user)
    order, limit = "date_order desc, id desc", 80
    page: Page | None = None
    detailed = False
    if details is not None:
        try:
            terms = [*own, *deliveries] if sees_deliveries else own
            page = session.read("sale.order", _any_of(terms), {**_SPEC, **details}, order=order, limit=FEW)
        except AccessDenied:
            page = None  # of some detail, perhaps: the order itself may still be found
        detailed = page is not None and page.total <= len(page.rows)
    if detailed:
        sees_deliveries = True  # nothing is left to ask
    elif sees_deliveries:
        try:
            page = session.read("sale.order", _any_of([*own, *deliveries]), spec, order=order, limit=limit)
        except AccessDenied as refused:
            if refused.model == "sale.order":
                raise
            sees_deliveries = False
    if page is None or not sees_deliveries:
        page = session.read("sale.order", _any_of(own), _SPEC, order=order, limit=limit)
    found = [
        _found(row, reference, names, session.user.timezone, detailed=detailed)
        for row in page.rows
        if not (ending and re.search(rf"\d{ending}$", text(row, "client_order_ref")))
    ]
    by_name = [item for item in found if item.matched_by == "order"]
    chosen = by_name or found
    beyond = page.total - len(page.rows) if not by_name else 0
    if not chosen:
        return Resolution(reference=reference, status="none")
    if len(chosen) == 1 and not beyond:
        return Resolution(reference=reference, status="one", orders=(chosen[0],))
    return Resolution(
        reference=reference,
        status="several",
        orders=tuple(chosen[:MOST_CANDIDATES]),
        not_listed=max(0, len(chosen) - MOST_CANDIDATES) + beyond,
    )


def zone_of(*names: str) -> ZoneInfo:
    """The first timezone that exists; UTC when none does."""
    for name in names:
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
    return ZoneInfo("UTC")


def _found(row: Row, reference: str, names: Sequence[str], timezone: str, *, detailed: bool) -> FoundOrder:
    company = one(one(row, "company_id") or {}, "partner_id") or {}
    zone = zone_of(text(company, "tz"), timezone)
    spellings = {item.casefold() for item in _spellings(reference)}
    matched: MatchedBy = "tracking number"
    if text(row, "name").upper() in names or text(row, "name").casefold() in spellings:
        matched = "order"
    elif text(row, "client_order_ref").casefold() in spellings or (
        _ending(reference) and text(row, "client_order_ref").endswith(_ending(reference))
    ):
        matched = "customer reference"
    elif any(text(item, "name").casefold() in spellings for item in many(row, "picking_ids")):
        matched = "delivery"
    ordered = moment(row, "date_order")
    promised = moment(row, "commitment_date") or moment(row, "expected_date")
    return FoundOrder(
        order_id=int(row["id"]),
        name=text(row, "name"),
        customer=name_of(row, "partner_id"),
        ordered=ordered.astimezone(zone).date() if ordered else None,
        promised=promised.astimezone(zone).date() if promised else None,
        state=_STATES.get(text(row, "state"), text(row, "state")),
        customer_reference=text(row, "client_order_ref"),
        matched_by=matched,
        row=row if detailed else None,
    )


_REFERENCES = re.compile(
    r"""
    (?P<path>\b[A-Z0-9]{1,8}(?:/[A-Z0-9]{2,8}){1,2}/\d{2,}\b)                    # WEST/OUT/00012, INV/2026/00012
  | (?P<said>\b(?:sales?\ orders?|orders?|quotations?|quotes?)
        [ .:]*(?:(?:number|num|no|nr)\b[ .:]*)?\#?\ ?(?P<number>(?:SO?[ -]?)?\d{1,9})\b(?![.,/-]\d))  # order 42, order no. S 42
  | (?P<odoo>(?<!['’])\b(?:SO|S|PO|P)[ ]?\d{4,9}\b)                               # S00042, s 00042, P00031; not "Redwood's 4829"
  | (?P<short>\b(?:SO)[ -]?\#?\d{1,9}\b)                                           # so42
  | (?P<dashed>\b(?!\d+-)[A-Z][A-Z0-9]{0,11}(?:-[A-Z0-9]{1,12})*-\d{2,}(?:-[A-Z0-9]+)*\b)   # PO-7788, MF-2026-014
  | (?P<tracking>\b(?=[A-Z0-9]*\d{4})(?=[A-Z0-9]*[A-Z])[A-Z0-9]{8,34}\b)           # SWL790037, 1Z999AA10123456784
  | (?P<digits>(?<![\d.,/-])\b\d{8,20}\b(?![.,/-]\d))                              # 790037790037
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HASHED = re.compile(r"(?<!\w)#\s?(\d{1,9})\b")


def extract_references(text: str) -> list[str]:
    """Words of a question that look like a reference (order, delivery, purchase order, tracking number, customer reference).

    By pattern only, in the order in which they stand; whether they lead anywhere is for `resolve_orders` to say.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    found: list[tuple[int, str]] = []
    for match in _REFERENCES.finditer(plain):
        kind = match.lastgroup
        word = match.group("number") if kind in ("said", "number") or match.group("said") else match.group(0)
        if match.group("said") and word.isdigit():
            word = f"order {word}"
        found.append((match.start(), " ".join(word.split())))
    taken = [(match.start(), match.end()) for match in _REFERENCES.finditer(plain)]
    for match in _HASHED.finditer(plain):
        if not any(start <= match.start() < end for start, end in taken):
            found.append((match.start(), f"order {match.group(1)}"))
    found.sort()
    unique: dict[str, str] = {}
    for _, word in found:
        unique.setdefault(word.casefold(), word)
    return list(unique.values())
