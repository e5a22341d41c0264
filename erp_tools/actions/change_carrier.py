"""Another carrier on a delivery that has not left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Plan, Step
from erp_tools.actions.calls import WriteField
from erp_tools.actions.freight_effect import carrier_change
from erp_tools.actions.lines import open_moves
from erp_tools.actions.order import OPEN_TRANSFER, open_order, text_of, the_delivery
from erp_tools.actions.traces import marks, noted
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row


class ChangeCarrier:
    """Wishes: ``order``, ``carrier`` (its name), and ``delivery`` where the order has several open ones."""

    type: ActionType = "change_carrier"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = open_order(session, wanted)
        delivery = the_delivery(order, wanted)
        carrier = _find_carrier(session, text_of(wanted, "carrier", "Which carrier?"))
        before = delivery.get("carrier_id") or {}
        if before.get("id") == carrier["id"]:
            raise CannotDraft(f"{delivery['name']} goes with {carrier['name']} already.")
        was = str(before.get("display_name") or "none")
        goods = [(move, float(move["product_uom_qty"])) for move in open_moves(delivery)]
        loss = carrier_change(session, order, goods, before=before.get("id"), after=carrier["id"])
        plan = Plan(
            action=self.type, **order.head(),
            payload={
                "picking_id": delivery["id"], "delivery": delivery["name"], "before": before.get("id"), "wanted": carrier["id"],
            },
            snapshot=_seen(delivery), summary=f"Send {delivery['name']} of {order.name} with {carrier['name']}",
            changes=(
                Change(record=delivery["name"], what="Carrier", before=was, after=str(carrier["name"])),
            ),
            effects=("A label or booking of the former carrier has to be cancelled with that carrier.",) if before else (),
            undo=f"Set the carrier of {delivery['name']} back to {was}.", margin_loss=loss,
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip
        return noted(plan)

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        spec: dict[str, Any] = {"state": {}, "carrier_id": {}}
        rows = session.read("stock.picking", [["id", "=", payload["picking_id"]]], spec, limit=1).rows
        return _seen(rows[0]) if rows else {}

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        rows = session.read(
            "stock.picking", [["id", "=", payload["picking_id"]]], {"state": {}}, limit=1
        ).rows
        return (
            [] if rows and rows[0]["state"] in OPEN_TRANSFER else ["the delivery has left or was cancelled"]
        )

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        return [
            WriteField(
                name=f"set the carrier of {payload['delivery']}", model="stock.picking", record_id=payload["picking_id"],
                field="carrier_id", before=payload["before"], wanted=payload["wanted"],
            ),
            *marks(payload, key, ("stock.picking", payload["picking_id"], payload["delivery"])),
        ]  # fmt: skip


def _seen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"stock.picking,{row['id']}": {
            "state": row["state"],
            "carrier_id": (row.get("carrier_id") or {}).get("id"),
        }
    }


def _find_carrier(session: OdooSession, name: str) -> Row:
    found = session.read("delivery.carrier", [["name", "=ilike", name]], {"name": {}}, limit=3).rows
    found = found or session.read("delivery.carrier", [["name", "ilike", name]], {"name": {}}, limit=3).rows
    if len(found) != 1:
        said = ", ".join(str(row["name"]) for row in found)
        raise CannotDraft(
            f"There is no single carrier called {name} in Odoo" + (f" ({said})." if said else ".")
        )
    return found[0]
