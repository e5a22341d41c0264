"""One order as its options see it: what is ready, what is missing, where it could come from and when. Pure.

Quantities are in the product's own unit unless a name says otherwise; dates are days in the company's timezone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from erp_tools.facts import FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.dispatch import next_departure
from erp_tools.lateness.expected import HELD_BY, line_forecast
from erp_tools.lateness.ranking import tier_of
from erp_tools.lateness.sources import Supply
from erp_tools.lateness.taxonomy import Certainty
from erp_tools.lateness.wording import SMALLEST, day_text
from erp_tools.options.freight import PricedCarrier
from erp_tools.reads.calendar import WorkCalendar
from erp_tools.reads.transfers import Move, Transfer

STOPS_SHIPPING = ("credit_hold", "order_blocked")
"""Causes under which nothing of the order leaves, however it is divided."""


@dataclass(frozen=True, kw_only=True)
class When:
    """When something can leave."""

    earliest: date | None
    latest: date | None
    """None: nobody can say."""
    why: str
    evidence: tuple[FactKey, ...] = ()

    @property
    def likely(self) -> date | None:
        """The day to reckon with: the later end where there is one."""
        return self.latest or self.earliest

    @property
    def certainty(self) -> Certainty:
        if self.earliest is None:
            return "unknown"
        return "proven" if self.latest == self.earliest else "likely"

    def moved(self, days: int, *, not_before: date) -> When:
        """The same so many days later (or, negative, earlier)."""

        def shift(day: date | None) -> date | None:
            return None if day is None else max(day + timedelta(days=days), not_before)

        return replace(self, earliest=shift(self.earliest), latest=shift(self.latest))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Free stock of one product in another warehouse."""

    warehouse_id: int
    warehouse: str
    free: float
    ships_in_one_step: bool = True
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Another order's delivery that holds what this one lacks."""

    delivery: str
    """Name of the transfer."""
    order: str
    quantity: float
    promised: date | None
    is_later: bool
    is_picked: bool = False
    is_urgent: bool = False
    same_place: bool = True
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A purchase that brings what is missing."""

    purchase: str
    vendor: str
    due: date | None
    is_overdue: bool
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Seller:
    """A vendor of a product."""

    vendor: str
    lead_days: int


@dataclass(frozen=True, kw_only=True)
class Substitute:
    """A product that may take another's place, with what is free of it where the order ships."""

    ordered: str
    code: str
    name: str
    free: float
    weight: Decimal | None = None
    """Of one, in Odoo's unit of weight."""
    cost: Decimal | None = None
    """Standard cost of one; None: not known, or not for this person."""
    ordered_cost: Decimal | None = None
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Need:
    """One line with something left to deliver."""

    line_id: int
    product_id: int
    code: str
    name: str
    unit: str
    value: Decimal | None
    """Of what is left, without taxes, in the order's currency; None when this person may not see prices."""
    weight: Decimal | None
    """Of one, in Odoo's unit of weight; None or 0: not kept."""
    ready: float
    missing: float
    ready_when: When
    missing_when: When
    """When the missing part can leave, if nothing is done."""
    is_kit: bool = False
    is_plain: bool = True
    """Counted in the product's own unit; a line in boxes of a product in pieces is not moved by us."""
    places: tuple[Place, ...] = ()
    holders: tuple[Holder, ...] = ()
    coming: tuple[Coming, ...] = ()
    sellers: tuple[Seller, ...] = ()
    per_unit: float = 1.0
    """How many of the product's own units one unit of the line holds."""

    @property
    def quantity(self) -> float:
        return self.ready + self.missing

    @property
    def key(self) -> FactKey:
        return ("sale.order.line", self.line_id)

    def worth(self, quantity: float) -> Decimal:
        """Of so much of it; 0 where prices may not be seen."""
        if self.value is None or self.quantity <= SMALLEST:
            return Decimal(0)
        return self.value * Decimal(str(quantity)) / Decimal(str(self.quantity))

    def weighs(self, quantity: float) -> Decimal:
        return (self.weight or Decimal(0)) * Decimal(str(quantity))

    def said(self, quantity: float) -> str:
        """``12 of Extra Virgin Olive Oil 20 L Drum``, in the line's unit."""
        shown = round(quantity / (self.per_unit or 1.0), 3)
        return f"{int(shown) if shown == int(shown) else f'{shown:g}'} of {self.name}"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One move of an open delivery."""

    move_id: int
    line_id: int
    product_id: int
    demand: float
    reserved: float
    is_plain: bool = True

    @property
    def missing(self) -> float:
        return max(0.0, self.demand - self.reserved)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An open transfer on which an order's goods leave, or wait to."""

    transfer_id: int
    name: str
    warehouse_id: int | None
    warehouse: str
    scheduled: date | None
    pieces: tuple[Piece, ...]

    @property
    def ready(self) -> float:
        return sum(piece.reserved for piece in self.pieces)

    @property
    def missing(self) -> float:
        return sum(piece.missing for piece in self.pieces)

    @property
    def key(self) -> FactKey:
        return ("stock.picking", self.transfer_id)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One order, ready to be given options."""

    order_id: int
    order: str
    customer: str
    customer_ref: str
    tier: str
    state: str
    currency: str
    today: date
    promised: date | None
    calendar: WorkCalendar
    needs: tuple[Need, ...]
    deliveries: tuple[Delivery, ...]
    carrier: PricedCarrier | None
    carriers: tuple[PricedCarrier, ...] = ()
    ships_complete: bool = False
    """Shipping policy "When all products are ready"."""
    shipments_before: int = 0
    """Deliveries that have left already."""
    stopped_by: str = ""
    """Why nothing of it may leave (``credit_hold`` and so on), in words; empty: nothing stops it."""
    held_until: tuple[str, ...] = ()
    """What has to happen first, beyond stock."""
    substitutes: tuple[Substitute, ...] = ()
    departure: When
    """When goods that are here can leave."""
    is_delivered: bool = False
    total: Decimal | None = None
    """Of everything that is left; None when this person may not see prices."""
    shows_margin: bool = False
    """Whether this person's role sees margins."""
    moves_were_read: bool = True
    """False: this person may not see deliveries and stock moves."""
    not_read: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(need.code for need in self.needs if need.code)

    @property
    def short(self) -> tuple[Need, ...]:
        return tuple(need for need in self.needs if need.missing > SMALLEST)

    @property
    def wait(self) -> When:
        """When everything can leave together, if nothing is done."""
        parts = [need.missing_when if need.missing > SMALLEST else need.ready_when for need in self.needs]
        return together(parts or [self.departure])

    def need(self, line_id: int) -> Need | None:
        return next((need for need in self.needs if need.line_id == line_id), None)


def together(parts: Sequence[When]) -> When:
    """When all of these can leave at once: the one without a date, else the last, decides."""
    deciding = max(
        parts,
        key=lambda one: (one.earliest is None, one.latest is None, one.earliest or date.min, one.latest or date.min),
    )  # fmt: skip
    earliest = (
        None
        if any(one.earliest is None for one in parts)
        else max(one.earliest for one in parts if one.earliest)
    )
    latest = (
        None if any(one.latest is None for one in parts) else max(one.latest for one in parts if one.latest)
    )
    return When(earliest=earliest, latest=latest, why=deciding.why, evidence=deciding.evidence)


def situation_of(
    case: OrderCase,
    codes: Sequence[str],
    *,
    carriers: Sequence[PricedCarrier] = (),
    substitutes: Sequence[Substitute] = (),
    shows_margin: bool = False,
    not_read: Sequence[str] = (),
) -> Situation:
    """What a case that was read means for its options.

    Args:
        codes: codes of the causes that were found.
        carriers: all that this person may see, with their prices.
    """
    open_lines = [line for line in case.lines if line.line.remaining > SMALLEST and line.frontier]
    leaves = next_departure(case)
    departure = When(earliest=leaves.day, latest=leaves.day, why=leaves.why, evidence=leaves.evidence)
    needs = tuple(_need(case, line, departure) for line in open_lines)
    priced = {one.carrier.carrier_id: one for one in carriers}
    carrier = case.carrier
    own = None
    if carrier is not None:
        own = priced.get(carrier.carrier_id) or PricedCarrier(carrier=carrier, kind="")
    prices = [need.value for need in needs]
    stopped = next((code for code in codes if code in STOPS_SHIPPING), "")
    return Situation(
        order_id=case.order.order_id,
        order=case.order.name,
        customer=case.order.customer.name,
        customer_ref=case.order.customer.ref,
        tier=tier_of(case.order.customer.tags),
        state=case.order.state,
        currency=case.order.currency,
        today=case.today,
        promised=case.promised,
        calendar=case.calendar,
        needs=needs,
        deliveries=_deliveries(case),
        carrier=own,
        carriers=tuple(one for one in carriers if one.carrier.active and _of_company(one, case.order.company_id)),
        ships_complete=case.order.ships_all_at_once,
        shipments_before=len(case.done_deliveries),
        stopped_by=HELD_BY.get(stopped, "the block is lifted") if stopped else "",
        held_until=tuple(words for code, words in HELD_BY.items() if code in codes and code not in STOPS_SHIPPING),
        substitutes=tuple(substitutes),
        departure=departure,
        is_delivered=case.is_delivered,
        total=None if any(price is None for price in prices) else sum((price or Decimal(0) for price in prices), Decimal(0)),
        shows_margin=shows_margin,
        moves_were_read=case.could_read("moves"),
        not_read=tuple(not_read),
    )  # fmt: skip


def _of_company(carrier: PricedCarrier, company_id: int) -> bool:
    return carrier.company_id in (None, company_id)


def _need(case: OrderCase, line: LineCase, departure: When) -> Need:
    product = line.line.product
    supplies = [case.supplies[key] for key in line.supply_keys if key in case.supplies]
    scheduled = max(
        (day for transfer in case.open_transfers
         if transfer.transfer_id in {move.transfer_id for move in line.frontier} and (day := case.day(transfer.scheduled))),
        default=None,
    )  # fmt: skip
    ready_when = departure
    if scheduled is not None and departure.earliest is not None and scheduled > departure.earliest:
        ready_when = When(
            earliest=scheduled, latest=scheduled, why=f"It is scheduled for {day_text(scheduled)}."
        )
    coming = line_forecast(case, line)
    wait = When(earliest=coming.earliest, latest=coming.latest, why=coming.why, evidence=coming.evidence)
    reduced = 1 - Decimal(str(line.line.discount)) / 100
    price = line.line.price
    return Need(
        line_id=line.line.line_id,
        product_id=product.product_id if product else 0,
        code=product.code if product else "",
        name=line.plain_product,
        unit=line.line.unit,
        value=None if price is None else round(price * Decimal(str(line.line.remaining)) * reduced, 2),
        weight=Decimal(str(product.weight)) if product and product.weight else None,
        ready=line.ready,
        missing=line.missing,
        ready_when=ready_when,
        missing_when=wait,
        is_kit=line.line.is_kit,
        is_plain=abs(line.line.per_unit - 1.0) < SMALLEST and not line.line.is_kit,
        per_unit=line.line.per_unit,
        places=tuple(place for supply in supplies for place in _places(supply)),
        holders=tuple(holder for supply in supplies for holder in _holders(supply, line)),
        coming=tuple(one for supply in supplies for one in _coming(case, supply)),
        sellers=tuple(Seller(vendor=term.vendor, lead_days=term.lead_days) for term in product.vendors) if product else (),
    )  # fmt: skip


def _places(supply: Supply) -> list[Place]:
    return [
        Place(
            warehouse_id=place.warehouse.warehouse_id,
            warehouse=place.warehouse.name,
            free=place.free,
            ships_in_one_step=place.warehouse.steps == "ship_only",
            evidence=tuple(("stock.quant", quant.quant_id) for quant in place.quants[:2]),
        )
        for place in supply.elsewhere
    ]


def _holders(supply: Supply, line: LineCase) -> list[Holder]:
    own = {move.source.location_id for move in line.frontier}
    return [
        Holder(
            delivery=held.move.reference,
            order=held.move.sale,
            quantity=held.quantity,
            promised=held.promised,
            is_later=held.is_later,
            is_picked=held.move.picked,
            is_urgent=held.move.is_urgent,
            same_place=held.move.source.location_id in own and held.move.destination.usage == "customer",
            evidence=(held.key,),
        )
        for held in supply.reservations
        if held.move.sale
    ]


def _coming(case: OrderCase, supply: Supply) -> list[Coming]:
    return [
        Coming(
            purchase=share.inbound.document,
            vendor=share.inbound.vendor,
            due=share.inbound.due,
            is_overdue=share.inbound.due is not None and share.inbound.due < case.today,
            evidence=(share.inbound.key,),
        )
        for share in supply.shares
        if share.inbound.kind in ("purchase", "dropship") and share.inbound.vendor
    ]


def _deliveries(case: OrderCase) -> tuple[Delivery, ...]:
    """Those that leave the house, the oldest first; where a warehouse has planned no more than its picks yet, the picks: as the
    actions choose theirs (`actions.order`)."""
    pieces: dict[int, list[Piece]] = {}
    first: dict[int, Move] = {}
    for line in case.lines:
        for move in line.line.moves:
            if not move.is_open or move.is_return or move.transfer_id is None:
                continue
            first.setdefault(move.transfer_id, move)
            pieces.setdefault(move.transfer_id, []).append(
                Piece(
                    move_id=move.move_id, line_id=line.line.line_id, product_id=move.product_id, demand=move.demand,
                    reserved=0.0 if move.source.usage == "supplier" else move.reserved,
                    is_plain=abs(line.line.per_unit - 1.0) < SMALLEST and not line.line.is_kit,
                )
            )  # fmt: skip
    open_ones = {item.transfer_id: item for item in case.open_transfers if item.transfer_id in pieces}
    out = [item for number, item in open_ones.items() if first[number].destination.usage == "customer"]
    served = {first[item.transfer_id].source.warehouse_id for item in out}
    inside = [
        item
        for number, item in open_ones.items()
        if item not in out
        and first[number].source.usage == "internal"
        and first[number].source.warehouse_id not in served
    ]
    frontier = {move.transfer_id for line in case.lines for move in line.frontier}
    chosen = [*out, *(item for item in inside if item.transfer_id in frontier)]
    return tuple(
        _delivery(case, item, first[item.transfer_id], pieces[item.transfer_id])
        for item in sorted(chosen, key=lambda item: item.transfer_id)
    )


def _delivery(case: OrderCase, item: Transfer, move: Move, pieces: Sequence[Piece]) -> Delivery:
    warehouse = case.order.warehouse
    number = move.source.warehouse_id or (warehouse.warehouse_id if warehouse else None)
    same = warehouse is not None and number == warehouse.warehouse_id
    return Delivery(
        transfer_id=item.transfer_id,
        name=item.name,
        warehouse_id=number,
        warehouse=warehouse.name if warehouse is not None and same else move.source.name.split("/")[0],
        scheduled=case.day(item.scheduled),
        pieces=tuple(sorted(pieces, key=lambda piece: piece.move_id)),
    )


def slipped(situation: Situation, days: int) -> Situation:
    """The same order, had what is on its way so many more days to go (or, negative, fewer)."""
    return replace(
        situation,
        needs=tuple(
            replace(need, missing_when=need.missing_when.moved(days, not_before=situation.today))
            if need.missing > SMALLEST
            else need
            for need in situation.needs
        ),
    )


def by_line(situation: Situation) -> Mapping[int, Need]:
    """Line id -> what it needs."""
    return {need.line_id: need for need in situation.needs}
