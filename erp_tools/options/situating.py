"""What a case that was read means for the options of its order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.dispatch import next_departure
from erp_tools.lateness.expected import HELD_BY, line_forecast
from erp_tools.lateness.ranking import tier_of
from erp_tools.lateness.sources import Supply
from erp_tools.lateness.wording import SMALLEST, day_text
from erp_tools.options.freight import PricedCarrier
from erp_tools.options.situation import STOPS_SHIPPING, Delivery, Need, Piece, Situation
from erp_tools.options.stock import Coming, Holder, Lot, Place, Seller, Substitute, in_turn
from erp_tools.options.when import When
from erp_tools.reads.currencies import Rates
from erp_tools.reads.inventory import Quant
from erp_tools.reads.products import Product
from erp_tools.reads.transfers import Move, Transfer


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
        rates=rates_of(case, priced.values()),
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
        places=tuple(place for supply in supplies for place in _places(case, supply)),
        holders=tuple(holder for supply in supplies for holder in _holders(supply, line)),
        coming=tuple(one for supply in supplies for one in _coming(case, supply)),
        sellers=_sellers(case, product) if product else (),
        life_days=product.life_days if product else None,
        lots=_reserved_lots(case, line),
        spare=_lots_here(case, line, free=True),
        held=_lots_here(case, line, free=False),
    )  # fmt: skip


def _sellers(case: OrderCase, product: Product) -> tuple[Seller, ...]:
    """Vendors whose terms hold today, in Odoo's order. A blanket order's lead time is none: the vendor's own counts."""
    own = {term.vendor_id: term.lead_days for term in reversed(product.vendors) if not term.agreement}
    ours = (None, case.order.company_id or None)
    return tuple(
        Seller(
            vendor=term.vendor,
            lead_days=own.get(term.vendor_id, term.lead_days),
            least=term.least,
            price=term.price,
            currency=term.currency,
        )
        for term in product.vendors
        if term.holds_on(case.today) and (term.company_id in ours or ours[1] is None)
    )


def _reserved_lots(case: OrderCase, line: LineCase) -> tuple[Lot, ...]:
    return in_turn(
        [
            Lot(name=piece.lot, quantity=piece.quantity, expires=case.day(piece.expires), evidence=(("stock.move", move.move_id),))
            for move in line.frontier
            if move.source.usage != "supplier"
            for piece in move.pieces
            if piece.lot and piece.quantity > SMALLEST
        ]
    )  # fmt: skip


def _lots_here(case: OrderCase, line: LineCase, *, free: bool) -> tuple[Lot, ...]:
    """Lots on the shelf that this line is taken from: what is free of them, or what is reserved, for whomever."""
    products = {move.product_id for move in line.frontier}
    warehouses = {move.source.warehouse_id for move in line.frontier}
    return lots_of(
        [
            quant
            for quant in case.quants
            if quant.product_id in products
            and quant.is_reservable_place
            and quant.warehouse is not None
            and quant.warehouse.warehouse_id in warehouses
            and not quant.has_expired(case.now)
        ],
        case,
        free=free,
    )


def lots_of(quants: Iterable[Quant], case: OrderCase, *, free: bool = True) -> tuple[Lot, ...]:
    """What lies on the shelf lot by lot, first expired first; goods without lots give none."""
    return in_turn(
        [
            Lot(
                name=quant.lot, quantity=quantity, expires=case.day(quant.expires), leaves_stock=case.day(quant.leaves_stock),
                evidence=(("stock.quant", quant.quant_id),),
            )
            for quant in quants
            if quant.lot and (quantity := quant.free if free else quant.reserved) > SMALLEST
        ]
    )  # fmt: skip


def rates_of(case: OrderCase, carriers: Iterable[PricedCarrier] = ()) -> Rates:
    """Today's rates of every currency that came with the order: its own, its vendors', its carriers'."""
    order = case.order
    found: dict[str, Decimal | None] = {order.currency: order.currency_rate}
    for line in case.lines:
        for term in line.line.product.vendors if line.line.product else ():
            found[term.currency] = term.rate
    for one in carriers:
        found.setdefault(one.currency, one.rate)
    return Rates(
        company_currency=order.company_currency,
        per_unit={
            name: 1 / rate for name, rate in found.items() if name and rate and name != order.company_currency
        },
    )


def _places(case: OrderCase, supply: Supply) -> list[Place]:
    return [
        Place(
            warehouse_id=place.warehouse.warehouse_id,
            warehouse=place.warehouse.name,
            free=place.free,
            lots=lots_of(place.quants, case),
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
