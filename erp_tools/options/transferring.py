"""The missing goods brought here from another warehouse first, and everything shipped together. Pure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from erp_tools.lateness.wording import SMALLEST, day_text, list_text
from erp_tools.options.option import Cost, Plan
from erp_tools.options.policy import Lane, Policy
from erp_tools.options.shipping import (
    Part,
    besides,
    certainty_of,
    impossible,
    least_certain,
    left_out_at,
    nothing_short,
    on_its_own,
)
from erp_tools.options.situation import Delivery, Situation, by_line
from erp_tools.options.sources import MOST_SAID, Source, sources_for, with_lots
from erp_tools.options.when import When
from erp_tools.options.wishes import WAREHOUSE, ask_colleague


def transferring(situation: Situation, policy: Policy) -> list[Plan]:
    """The missing goods brought here first, and everything shipped together."""
    if why := nothing_short(situation):
        return impossible("transfer_first", why)
    found = []
    for delivery in situation.deliveries:
        waiting = {piece.move_id for piece in delivery.pieces if piece.missing > SMALLEST}
        for source in sources_for(situation, delivery):
            if {piece.move_id for piece in source.chosen} == waiting:
                found.append(
                    _transfer(situation, delivery, source, policy.lane(source.name, delivery.warehouse))
                )
    return found or impossible(
        "transfer_first",
        "No single warehouse has everything that is missing.",
        left_out_at(situation, "place"),
    )


def _transfer(situation: Situation, delivery: Delivery, source: Source, lane: Lane | None) -> Plan:
    needs = by_line(situation)
    weight = sum((needs[piece.line_id].weighs(piece.missing) for piece in source.chosen), Decimal(0))
    when, price = _truck(situation, delivery, source, lane), None
    if lane is not None:
        price = situation.money(round(lane.base + lane.per_kg * weight, 2), lane.currency)
    costs = (
        (Cost(what=f"Transfer from {source.name}", amount=price, cites=lane.cites),)
        if lane and price is not None
        else ()
    )
    parts = [
        Part(
            need=need,
            product_id=piece.product_id,
            quantity=piece.demand,
            when=when if source.takes(piece) else need.ready_when,
            lots=(*(need.lots if piece.reserved > SMALLEST else ()), *source.lots.get(piece.move_id, ())),
        )
        for piece in delivery.pieces
        if (need := needs.get(piece.line_id)) is not None
    ]
    shipped = on_its_own(situation, delivery, parts=parts)
    shipments = (shipped, *besides(situation, delivery))
    day = f" on {day_text(shipped.leaves)}" if shipped.leaves else ""
    said = list_text([needs[piece.line_id].said(piece.missing) for piece in source.chosen[:MOST_SAID]])
    wish = ask_colleague(
        situation, WAREHOUSE, summary=f"Transfer {said} from {source.name} to {delivery.warehouse}",
        text=f"{situation.order} waits for it on {delivery.name}. {when.why}",
    )  # fmt: skip
    plan = Plan(
        kind="transfer_first",
        key=f"transfer_first:{source.name}" + (f":{delivery.name}" if len(situation.deliveries) > 1 else ""),
        summary=f"Transfer the missing goods from {source.name} to {delivery.warehouse} and ship everything together{day}",
        shipments=shipments,
        certainty=least_certain(certainty_of(shipments), "likely"),
        costs=costs,
        tasks=(
            f"make a transfer in {source.name}",
            "load the truck",
            f"receive in {delivery.warehouse}",
            "pick, pack and ship once",
        ),
        requires=(f"{source.name} can spare it for its own orders", "the truck runs as planned"),
        drafts=(wish,),
        evidence=(delivery.key, *source.evidence),
        cites=lane.cites if lane else (),
        uses={"warehouse": source.name, "delivery": delivery.name, "cost_known": price is not None},
    )
    return with_lots(situation, plan, source)


def _truck(situation: Situation, delivery: Delivery, source: Source, lane: Lane | None) -> When:
    """When goods can leave here that the next truck brings."""
    if lane is None:
        return When(
            earliest=None,
            latest=None,
            why=f"No truck from {source.name} to {delivery.warehouse} is on record.",
        )
    truck = situation.today + timedelta(days=1)
    while truck.weekday() not in lane.weekdays:
        truck += timedelta(days=1)
    # One working day for receiving before the goods can be picked.
    here = situation.calendar.add(truck, lane.transit_days + 1)
    return When(
        earliest=here,
        latest=None,
        why=f"The next truck leaves {source.name} on {day_text(truck)} and takes {lane.transit_days} working days; one more for receiving.",
        evidence=source.evidence,
    )
