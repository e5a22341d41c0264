"""Another promised date on the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Plan, Step
from erp_tools.actions.calls import WriteField, value_of
from erp_tools.actions.order import day_of, open_order, today_of
from erp_tools.actions.traces import marks, noted
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession

NOON_UTC = "12:00:00"
"""Where nothing was promised so far: within the working day on both sides of the Atlantic."""


class ChangePromiseDate:
    """Wishes: ``order``, ``date`` (a day)."""

    type: ActionType = "change_promise_date"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = open_order(session, wanted)
        if not order.open_deliveries and order.row["picking_ids"]:
            raise CannotDraft(f"Nothing of {order.name} is left to deliver, so there is nothing to promise.")
        day = day_of(wanted, "date", "For which day shall it be promised?", today=today_of(session, now))
        before = order.row.get("commitment_date")
        wanted_at = f"{day.isoformat()} {before[11:] if before else NOON_UTC}"
        if before == wanted_at:
            raise CannotDraft(f"{order.name} is promised for {day.isoformat()} already.")
        deliveries = ", ".join(row["name"] for row in order.open_deliveries)
        plan = Plan(
            action=self.type, **order.head(),
            payload={"order_id": order.order_id, "order": order.name, "before": before, "wanted": wanted_at},
            snapshot={f"sale.order,{order.order_id}": {"commitment_date": before, "state": order.state}},
            summary=f"Promise {order.name} for {day.isoformat()}" + (f" instead of {before[:10]}" if before else ""),
            changes=(Change(record=order.name, what="Delivery date", before=(before or "none")[:10], after=day.isoformat()),),
            effects=(
                *((f"Odoo moves the deadline of {deliveries}.",) if deliveries else ()),
                "The customer is not told by this; draft a message, too.",
            ),
            undo=f"Promise it for {before[:10]} again." if before else "Empty the delivery date on the order.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip
        return noted(plan)

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        rows = session.read(
            "sale.order", [["id", "=", payload["order_id"]]], {"commitment_date": {}, "state": {}}, limit=1
        ).rows
        return {
            f"sale.order,{row['id']}": {"commitment_date": row["commitment_date"], "state": row["state"]}
            for row in rows
        }

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        return (
            []
            if value_of(session, "sale.order", payload["order_id"], "state") == "sale"
            else ["the order is not confirmed any more"]
        )

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        return [
            WriteField(
                name=f"set the delivery date of {payload['order']}", model="sale.order", record_id=payload["order_id"],
                field="commitment_date", before=payload["before"], wanted=payload["wanted"],
            ),
            *marks(payload, key, ("sale.order", payload["order_id"], payload["order"])),
        ]  # fmt: skip
