"""Take reserved stock from a less urgent delivery and reserve it here; the other one gets what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Outcome, Plan, Step
from erp_tools.actions.lines import SMALLEST, missing, open_moves, read_transfers, ready, seen, told
from erp_tools.actions.order import open_order, text_of, the_delivery
from erp_tools.actions.traces import marks, noted
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row

_OTHER: dict[str, Any] = {
    "name": {},
    "sale_id": {
        "fields": {"name": {}, "partner_id": {"fields": {"display_name": {}}}, "commitment_date": {}}
    },
}


class ReallocateStock:
    """Wishes: ``order``, ``from_delivery`` (whose stock it takes), and ``delivery`` where the order has several open ones."""

    type: ActionType = "reallocate_stock"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = open_order(session, wanted)
        delivery = the_delivery(order, wanted)
        name = text_of(wanted, "from_delivery", "From which delivery shall the stock be taken?")
        others = session.read(
            "stock.picking",
            [["name", "=ilike", name], ["picking_type_code", "=", "outgoing"]],
            _OTHER,
            limit=2,
        ).rows
        if len(others) != 1 or others[0]["id"] == delivery["id"]:
            raise CannotDraft(f"There is no single other delivery called {name} that you may see.")
        found = read_transfers(session, [delivery["id"], others[0]["id"]])
        here, there = found[delivery["id"]], found[others[0]["id"]]
        if there["state"] in ("done", "cancel"):
            raise CannotDraft(f"{there['name']} has left or was cancelled.")
        gains = _gains(here, there)
        if not gains:
            raise CannotDraft(f"{there['name']} holds nothing that {here['name']} misses, in the same place.")
        sale = others[0].get("sale_id") or {}
        if sale.get("id") == order.order_id:
            raise CannotDraft(
                f"{there['name']} belongs to {order.name}, too; there is nobody to take it from."
            )
        loser = f"{sale.get('name', there['name'])} for {(sale.get('partner_id') or {}).get('display_name', 'another customer')}"
        promised = (sale.get("commitment_date") or "")[:10]
        loses = "; ".join(told(move, quantity) for move, quantity in gains)
        plan = Plan(
            action=self.type, **order.head(),
            payload={
                "order": order.name, "picking_id": here["id"], "delivery": here["name"], "other_id": there["id"], "other": there["name"],
                "wanted": {str(move["id"]): ready(move) + quantity for move, quantity in gains},
            },
            snapshot=seen(here) | seen(there),
            summary=f"Give {order.name} the stock that is reserved for {there['name']} ({loser})",
            changes=(
                Change(record=here["name"], what="Reserved", before="; ".join(told(move, ready(move)) for move, _ in gains),
                       after="; ".join(told(move, ready(move) + quantity) for move, quantity in gains)),
                Change(record=there["name"], what="Loses", before=loses, after="reserved again from what is left"),
            ),
            effects=(
                f"{loser} loses {loses}" + (f"; it is promised for {promised}." if promised else "."),
                "It ships when stock comes in again; tell its customer before it is late.",
            ),
            undo=f"Unreserve {here['name']} and reserve {there['name']} again.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip
        return noted(plan)

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        found = read_transfers(session, [payload["picking_id"], payload["other_id"]])
        snapshot: dict[str, Any] = {}
        for row in found.values():
            snapshot.update(seen(row))
        return snapshot

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        records = [
            ("stock.picking", payload[f"{one}_id"], payload[name])
            for one, name in (("picking", "delivery"), ("other", "other"))
        ]
        moved: list[Step] = [
            _Unreserve(payload=payload),
            _Reserve(payload=payload),
            _ReserveWhatIsLeft(payload=payload),
        ]
        return [*moved, *marks(payload, key, *records)]


@dataclass(frozen=True, kw_only=True)
class _Unreserve:
    payload: Mapping[str, Any]
    repeatable: bool = False
    """A first one that is held up and lands late would take again what was reserved anew."""

    @property
    def name(self) -> str:
        return f"unreserve {self.payload['other']}"

    def run(self, session: OdooSession) -> None:
        session.call("stock.picking", "do_unreserve", [self.payload["other_id"]])

    def observe(self, session: OdooSession) -> Outcome:
        other = read_transfers(session, [self.payload["other_id"]]).get(self.payload["other_id"])
        if other is None:
            return Outcome(seen="unclear", text=f"{self.payload['other']} is gone.")
        if all(ready(move) <= SMALLEST for move in open_moves(other)):
            return Outcome(
                seen="done", text=f"{other['name']} is unreserved", records=(("stock.picking", other["id"]),)
            )
        return Outcome(seen="not_done", text=f"{other['name']} is reserved")


@dataclass(frozen=True, kw_only=True)
class _Reserve:
    payload: Mapping[str, Any]
    repeatable: bool = True

    @property
    def name(self) -> str:
        return f"reserve {self.payload['delivery']}"

    def run(self, session: OdooSession) -> None:
        session.call("stock.picking", "action_assign", [self.payload["picking_id"]])

    def observe(self, session: OdooSession) -> Outcome:
        here = read_transfers(session, [self.payload["picking_id"]]).get(self.payload["picking_id"])
        if here is None:
            return Outcome(seen="unclear", text=f"{self.payload['delivery']} is gone.")
        lines = {str(move["id"]): ready(move) for move in here["move_ids"]}
        if all(
            lines.get(move, 0.0) + SMALLEST >= quantity for move, quantity in self.payload["wanted"].items()
        ):
            return Outcome(
                seen="done", text=f"{here['name']} has it", records=(("stock.picking", here["id"]),)
            )
        return Outcome(seen="not_done", text=f"{here['name']} does not have it yet")


@dataclass(frozen=True, kw_only=True)
class _ReserveWhatIsLeft:
    payload: Mapping[str, Any]
    repeatable: bool = True

    @property
    def name(self) -> str:
        return f"reserve what is left for {self.payload['other']}"

    def run(self, session: OdooSession) -> None:
        session.call("stock.picking", "action_assign", [self.payload["other_id"]])

    def observe(self, session: OdooSession) -> Outcome:
        """There may be nothing left for it, so only its being there is looked at."""
        other = read_transfers(session, [self.payload["other_id"]]).get(self.payload["other_id"])
        if other is None:
            return Outcome(seen="unclear", text=f"{self.payload['other']} is gone.")
        has = (
            "; ".join(told(move, ready(move)) for move in open_moves(other) if ready(move) > SMALLEST)
            or "nothing"
        )
        return Outcome(
            seen="done", text=f"{other['name']} keeps {has}", records=(("stock.picking", other["id"]),)
        )


def _gains(here: Row, there: Row) -> list[tuple[Row, float]]:
    """(line here, how much of it the other one could give)."""
    gives: dict[tuple[int, int], float] = {}
    for move in open_moves(there):
        at = (move["product_id"]["id"], _place(move))
        gives[at] = gives.get(at, 0.0) + ready(move)
    gains: list[tuple[Row, float]] = []
    for move in open_moves(here):
        at = (move["product_id"]["id"], _place(move))
        taken = min(missing(move), gives.get(at, 0.0))
        if taken > SMALLEST:
            gives[at] -= taken
            gains.append((move, taken))
    return gains


def _place(move: Row) -> int:
    place = move["location_id"]
    return int(place["id"] if isinstance(place, Mapping) else place)
