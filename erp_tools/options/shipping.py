"""Shipments of an option: what leaves together, when, with whom, and for how much. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from erp_tools.lateness.taxonomy import Certainty
from erp_tools.lateness.wording import SMALLEST
from erp_tools.options.freight import Parcel, PricedCarrier
from erp_tools.options.option import Kind, Plan, Share, Shipment
from erp_tools.options.situation import Delivery, Need, Piece, Situation, by_line
from erp_tools.options.stock import Lot, TooOld, in_turn
from erp_tools.options.when import When, together

NEW, BACKORDER = "new", "backorder"
_ORDER: tuple[Certainty, ...] = ("proven", "likely", "unknown")


@dataclass(frozen=True, kw_only=True)
class Part:
    """So much of one line, and when it can leave."""

    need: Need
    product_id: int
    quantity: float
    when: When
    lots: tuple[Lot, ...] = ()


def shipment(
    situation: Situation,
    parts: Sequence[Part],
    *,
    warehouse: str,
    warehouse_id: int | None,
    delivery: str,
    carrier: PricedCarrier | None = None,
) -> Shipment:
    """Parts that leave together, on the day of the last of them."""
    carrier = carrier or situation.carrier
    when = together([part.when for part in parts])
    weight = sum((part.need.weighs(part.quantity) for part in parts), Decimal(0))
    value = sum((part.need.worth(part.quantity) for part in parts), Decimal(0))
    quantity = sum((Decimal(str(part.quantity)) for part in parts), Decimal(0))
    shares: dict[tuple[int, int], Share] = {}
    for part in parts:
        at = (part.need.line_id, part.product_id)
        before, lots = (shares[at].quantity, shares[at].lots) if at in shares else (0.0, ())
        shares[at] = Share(
            line_id=at[0], product_id=at[1], product=part.need.name, quantity=before + part.quantity,
            lots=in_turn(tuple(dict.fromkeys((*lots, *part.lots)))),
        )  # fmt: skip
    return Shipment(
        warehouse=warehouse,
        warehouse_id=warehouse_id,
        delivery=delivery,
        carrier=carrier.name if carrier else "",
        leaves=when.earliest,
        leaves_latest=when.latest,
        arrives=arrival(when.likely, carrier),
        shares=tuple(shares.values()),
        weight=weight,
        value=round(value, 2),
        freight=_freight(situation, carrier, Parcel(weight=weight, value=value, quantity=quantity)),
        why=when.why,
    )


def _freight(situation: Situation, carrier: PricedCarrier | None, parcel: Parcel) -> Decimal | None:
    """In the order's currency; None without a price, or without a rate for the carrier's currency."""
    price = carrier.quote(parcel) if carrier else None
    return None if price is None or carrier is None else situation.money(price, carrier.currency)


def arrival(leaves: date | None, carrier: PricedCarrier | None) -> date | None:
    """The day it reaches the customer; None where the carrier's time on the road is not known."""
    if leaves is None or carrier is None or carrier.carrier.lead_days is None:
        return None
    return leaves + timedelta(days=carrier.carrier.lead_days)


def whole(situation: Situation, delivery: Delivery) -> list[Part]:
    """Everything on a delivery, each line on its own day if nothing is done."""
    needs = by_line(situation)
    return [
        Part(
            need=needs[piece.line_id],
            product_id=piece.product_id,
            quantity=piece.demand,
            when=needs[piece.line_id].missing_when
            if needs[piece.line_id].missing > SMALLEST
            else needs[piece.line_id].ready_when,
            lots=needs[piece.line_id].lots if piece.reserved > SMALLEST else (),
        )
        for piece in delivery.pieces
        if piece.line_id in needs
    ]


def ready_of(situation: Situation, delivery: Delivery) -> list[Part]:
    """What is reserved on a delivery."""
    needs = by_line(situation)
    return [
        Part(
            need=needs[piece.line_id],
            product_id=piece.product_id,
            quantity=piece.reserved,
            when=needs[piece.line_id].ready_when,
            lots=needs[piece.line_id].lots,
        )
        for piece in delivery.pieces
        if piece.reserved > SMALLEST and piece.line_id in needs
    ]


def missing_of(situation: Situation, pieces: Iterable[Piece]) -> list[Part]:
    """What is not reserved of some pieces."""
    needs = by_line(situation)
    return [
        Part(
            need=needs[piece.line_id],
            product_id=piece.product_id,
            quantity=piece.missing,
            when=needs[piece.line_id].missing_when,
        )
        for piece in pieces
        if piece.missing > SMALLEST and piece.line_id in needs
    ]


def on_its_own(
    situation: Situation,
    delivery: Delivery,
    *,
    parts: Sequence[Part] | None = None,
    name: str = "",
    carrier: PricedCarrier | None = None,
) -> Shipment:
    """A delivery as one shipment of its warehouse.

    Args:
        parts: what is on it; None: everything, each on its own day.
        name: of the delivery, where it is a new one.
    """
    return shipment(
        situation,
        whole(situation, delivery) if parts is None else parts,
        warehouse=delivery.warehouse,
        warehouse_id=delivery.warehouse_id,
        delivery=name or delivery.name,
        carrier=carrier,
    )


def besides(situation: Situation, delivery: Delivery) -> list[Shipment]:
    """The order's other open deliveries, as they are."""
    return [
        on_its_own(situation, one) for one in situation.deliveries if one.transfer_id != delivery.transfer_id
    ]


def certainty_of(shipments: Iterable[Shipment]) -> Certainty:
    """Of the least certain date."""
    found: list[Certainty] = ["proven"]
    for one in shipments:
        if one.leaves is None:
            found.append("unknown")
        elif one.leaves_latest != one.leaves:
            found.append("likely")
    return max(found, key=_ORDER.index)


def least_certain(*found: Certainty) -> Certainty:
    return max(found, key=_ORDER.index)


def impossible(kind: Kind, why: str, left_out: Sequence[TooOld] = ()) -> list[Plan]:
    """A kind that there is no way to; it is listed with its reason.

    Args:
        left_out: stock that would have been a way, were it not too old for this customer.
    """
    told = " ".join(dict.fromkeys((*(one.text for one in left_out), *((why,) if why else ()))))
    return [
        Plan(
            kind=kind, key=kind, summary="", shipments=(), certainty="proven", impossible=told,
            evidence=tuple(dict.fromkeys(key for one in left_out for key in one.evidence)),
            cites=tuple(dict.fromkeys(cite for one in left_out for cite in one.cites)),
        )
    ]  # fmt: skip


def left_out_at(situation: Situation, what: Literal["place", "order", "substitute"]) -> list[TooOld]:
    """Stock of missing lines that is too old for this customer: in warehouses, with other orders, or of substitutes."""
    short = {need.line_id for need in situation.short}
    return [one for one in situation.too_old if one.line_id in short and one.what == what]


def nothing_short(situation: Situation) -> str:
    """Why nothing has to come from anywhere; empty where something is missing."""
    return "" if situation.short else "Nothing is missing, so nothing has to come from elsewhere."
