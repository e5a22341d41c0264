"""Let a delivery that was to ship complete leave with what is ready; nothing is split until the warehouse validates it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Plan, Step
from erp_tools.actions.calls import WriteField
from erp_tools.actions.lines import SMALLEST, missing, open_moves, read_transfers, ready, seen, told
from erp_tools.actions.order import open_order
from erp_tools.actions.traces import marks, noted
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession


class ReleaseShipComplete:
    """Wishes: ``order``."""

    type: ActionType = "release_ship_complete"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = open_order(session, wanted)
        held = [row["id"] for row in order.open_deliveries if row["move_type"] == "one"]
        if not held:
            raise CannotDraft(f"No open delivery of {order.name} waits to ship complete.")
        deliveries = list(read_transfers(session, held).values())
        snapshot: dict[str, Any] = {}
        for delivery in deliveries:
            snapshot.update(seen(delivery))
        names = ", ".join(row["name"] for row in deliveries)
        moves = [move for delivery in deliveries for move in open_moves(delivery)]
        ships = (
            "; ".join(told(move, ready(move)) for move in moves if ready(move) > SMALLEST) or "nothing yet"
        )
        waits = (
            "; ".join(told(move, missing(move)) for move in moves if missing(move) > SMALLEST) or "nothing"
        )
        plan = Plan(
            action=self.type, **order.head(),
            payload={"order": order.name, "deliveries": [[row["id"], row["name"]] for row in deliveries]},
            snapshot=snapshot, summary=f"Release {names} of {order.name} from ship-complete",
            changes=tuple(
                Change(record=row["name"], what="Shipping policy", before="When all products are ready", after="As soon as possible")
                for row in deliveries
            ),
            effects=(f"The warehouse may ship now: {ships}.", f"It would wait: {waits}."),
            undo="Set the shipping policy back before anything ships.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip
        return noted(plan)

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        snapshot: dict[str, Any] = {}
        for delivery in read_transfers(session, [one for one, _ in payload["deliveries"]]).values():
            snapshot.update(seen(delivery))
        return snapshot

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        released = [
            WriteField(
                name=f"release {name}",
                model="stock.picking",
                record_id=picking_id,
                field="move_type",
                before="one",
                wanted="direct",
            )
            for picking_id, name in payload["deliveries"]
        ]
        records = [("stock.picking", picking_id, name) for picking_id, name in payload["deliveries"]]
        return [*released, *marks(payload, key, *records)]
