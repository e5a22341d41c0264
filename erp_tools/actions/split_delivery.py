"""Ship what is reserved and back-order the rest: Odoo's own split of a transfer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Outcome, Plan, Step
from erp_tools.actions.lines import SMALLEST, missing, open_moves, read_transfers, ready, seen, told
from erp_tools.actions.order import open_order, the_delivery
from erp_tools.actions.traces import marks, noted
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row


class SplitDelivery:
    """Wishes: ``order``, and ``delivery`` where the order has several open ones."""

    type: ActionType = "split_delivery"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = open_order(session, wanted)
        delivery = read_transfers(session, [the_delivery(order, wanted)["id"]])[
            the_delivery(order, wanted)["id"]
        ]
        name, moves = delivery["name"], open_moves(delivery)
        if not any(ready(move) > SMALLEST for move in moves):
            raise CannotDraft(f"Nothing of {name} is reserved, so there is nothing to ship now.")
        if not any(missing(move) > SMALLEST for move in moves):
            raise CannotDraft(f"Everything on {name} is reserved; it can ship complete.")
        stays = "; ".join(told(move, ready(move)) for move in moves if ready(move) > SMALLEST)
        waits = "; ".join(told(move, missing(move)) for move in moves if missing(move) > SMALLEST)
        every = "; ".join(told(move, float(move["product_uom_qty"])) for move in moves)
        plan = Plan(
            action=self.type, **order.head(),
            payload={
                "picking_id": delivery["id"], "delivery": name, "before": sorted(delivery.get("backorder_ids") or []),
                "waits": waits_by_product(moves),
            },
            snapshot=seen(delivery), summary=f"Split {name} of {order.name}: ship what is reserved, back-order the rest",
            changes=(
                Change(record=name, what="Ships now", before=every, after=stays),
                Change(record=f"Backorder of {name}", what="Follows later", before="", after=waits),
            ),
            effects=("The customer gets two shipments; freight is paid for both.", "Pick and pack steps for the rest stay as they are."),
            undo=f"Cancel the backorder and add its quantities to {name} again, before either ships.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip
        return noted(plan)

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        found = read_transfers(session, [payload["picking_id"]])
        return seen(found[payload["picking_id"]]) if found else {}

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        return [
            Split(payload=payload),
            *marks(payload, key, ("stock.picking", payload["picking_id"], payload["delivery"])),
        ]


@dataclass(frozen=True, kw_only=True)
class Split:
    """Odoo's split of ``picking_id``; ``before`` are the backorders it had, ``waits`` product -> quantity of the new one."""

    payload: Mapping[str, Any]
    repeatable: bool = False
    """Odoo refuses a second split only while nothing else was reserved meanwhile."""

    @property
    def name(self) -> str:
        return f"split {self.payload['delivery']}"

    def run(self, session: OdooSession) -> None:
        session.call("stock.picking", "action_split_transfer", [self.payload["picking_id"]])

    def observe(self, session: OdooSession) -> Outcome:
        """The linked backorder is the proof."""
        here = read_transfers(session, [self.payload["picking_id"]]).get(self.payload["picking_id"])
        if here is None:
            return Outcome(seen="unclear", text=f"{self.payload['delivery']} is gone.")
        fresh = sorted(set(here.get("backorder_ids") or []) - set(self.payload["before"]))
        if not fresh:
            return Outcome(seen="not_done", text=f"{here['name']} has no new backorder")
        backorders = read_transfers(session, fresh)
        holds: dict[str, float] = {}
        for transfer in backorders.values():
            for move in open_moves(transfer):
                product = str(move["product_id"]["id"])
                holds[product] = holds.get(product, 0.0) + float(move["product_uom_qty"])
        names = ", ".join(transfer["name"] for transfer in backorders.values())
        expected = {product: float(quantity) for product, quantity in self.payload["waits"].items()}
        if (
            len(backorders) != 1
            or set(holds) != set(expected)
            or any(abs(holds[one] - expected[one]) > SMALLEST for one in expected)
        ):
            return Outcome(seen="unclear", text=f"{names} does not hold what was to wait.")
        return Outcome(
            seen="done",
            text=f"{names} holds what is still to come",
            records=tuple(("stock.picking", one) for one in backorders),
        )


def waits_by_product(moves: Sequence[Row]) -> dict[str, float]:
    """Product id as text -> what is not reserved of it, over all lines."""
    waits: dict[str, float] = {}
    for move in moves:
        if missing(move) > SMALLEST:
            product = str(move["product_id"]["id"])
            waits[product] = waits.get(product, 0.0) + missing(move)
    return waits
