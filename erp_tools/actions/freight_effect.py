"""What an action adds to the freight of an order, in percent of what is left of it: its margin effect for the decision rights.

The carriers' own prices in Odoo, as the options compute them. A price that is not on record stays unknown, and unknown counts as high.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from erp_tools.actions.lines import id_of
from erp_tools.actions.order import OrderHead
from erp_tools.errors import AccessDenied
from erp_tools.odoo.gateway import OdooSession, Row
from erp_tools.options.freight import PRICED_CARRIER, Parcel, PricedCarrier

Goods = Sequence[tuple[Row, float]]
"""Lines of a transfer, each with a quantity in the line's own unit."""


def carrier_change(
    session: OdooSession, order: OrderHead, goods: Goods, *, before: int | None, after: int
) -> Decimal | None:
    """What the other carrier costs more; None where one of the two has no price, or there is no carrier yet."""
    carriers = _carriers(session, [one for one in (before, after) if one])
    parcel = _parcel(session, order, goods)
    if parcel is None or before not in carriers or after not in carriers:
        return None
    old, new = carriers[before].quote(parcel), carriers[after].quote(parcel)
    return None if old is None or new is None else _share(order, new - old)


def one_more_shipment(
    session: OdooSession, order: OrderHead, stays: Goods, leaves: Goods, *, carrier: int | None
) -> Decimal | None:
    """What two shipments cost more than one; None where the carrier has no price for one of them."""
    found = _carriers(session, [carrier] if carrier else []).get(carrier or 0)
    parcels = [_parcel(session, order, goods) for goods in ([*stays, *leaves], stays, leaves)]
    if found is None or any(parcel is None for parcel in parcels):
        return None
    whole, rest, moved = (
        found.quote(parcel) if parcel and parcel.quantity else Decimal(0) for parcel in parcels
    )
    return None if whole is None or rest is None or moved is None else _share(order, rest + moved - whole)


def _share(order: OrderHead, extra: Decimal) -> Decimal | None:
    if not order.amount:
        return None
    return round(max(extra, Decimal(0)) / order.amount * 100, 2)


def _carriers(session: OdooSession, ids: Sequence[int]) -> Mapping[int | None, PricedCarrier]:
    if not ids:
        return {}
    try:
        rows = session.read(
            "delivery.carrier", [["id", "in", sorted(set(ids))]], PRICED_CARRIER, limit=len(ids)
        ).rows
    except AccessDenied:  # a price that this person may not see is not known, and counts as high
        return {}
    return {int(row["id"]): PricedCarrier.from_odoo(row) for row in rows}


def _parcel(session: OdooSession, order: OrderHead, goods: Goods) -> Parcel | None:
    """Weight from the products, value from the order's own prices; None where a product has no weight."""
    ids = sorted({one for move, _ in goods if (one := id_of(move.get("product_id")))})
    rows = (
        session.read("product.product", [["id", "in", ids]], {"weight": {}}, limit=max(1, len(ids))).rows
        if ids
        else []
    )
    weights = {int(row["id"]): Decimal(str(row.get("weight") or 0)) for row in rows}
    prices = {
        id_of(line.get("product_id")): Decimal(str(line.get("price_unit") or 0)) for line in order.row["order_line"]
    }  # fmt: skip
    weight = value = amount = Decimal(0)
    for move, quantity in goods:
        product, many = id_of(move.get("product_id")), Decimal(str(quantity))
        if not many:
            continue
        if not weights.get(product or 0):
            return None
        weight += weights[product or 0] * many
        value += prices.get(product, Decimal(0)) * many
        amount += many
    return Parcel(weight=weight, value=value, quantity=amount)
