"""Ask a vendor to deliver sooner: a message to the vendor on the purchase order, and an activity for its buyer to follow it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Plan, Step
from erp_tools.actions.calls import Post, Schedule
from erp_tools.actions.order import read_order, text_of, today_of
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession

_PURCHASE: dict[str, Any] = {
    "name": {}, "state": {}, "date_planned": {}, "receipt_status": {}, "partner_id": {"fields": {"display_name": {}}},
    "user_id": {"fields": {"display_name": {}}},
}  # fmt: skip


class ExpeditePurchase:
    """Wishes: ``order`` (the sales order that waits), ``purchase`` (P00031), ``text`` for the vendor."""

    type: ActionType = "expedite_purchase"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = read_order(session, wanted)
        name = text_of(wanted, "purchase", "Which purchase order? Name it, such as P00031.")
        rows = session.read("purchase.order", [["name", "=ilike", name]], _PURCHASE, limit=2).rows
        if len(rows) != 1:
            raise CannotDraft(f"There is no single purchase order called {name} that you may see.")
        purchase = rows[0]
        if purchase["state"] != "purchase":
            raise CannotDraft(
                f"{purchase['name']} is not ordered ({purchase['state']}), so there is nothing to expedite."
            )
        if purchase.get("receipt_status") == "full":
            raise CannotDraft(f"{purchase['name']} is received in full.")
        vendor = purchase.get("partner_id") or {}
        text = text_of(wanted, "text", "What shall the vendor be asked?")
        buyer = (purchase.get("user_id") or {}).get("id") or session.user.user_id
        due = today_of(session, now) + timedelta(days=1)
        return Plan(
            action=self.type, **order.head(),
            payload={
                "purchase_id": purchase["id"], "purchase": purchase["name"], "partner_id": vendor.get("id"), "text": text,
                "order": order.name, "user_id": buyer, "until": due.isoformat(),
            },
            snapshot=_seen(purchase), summary=f"Ask {vendor.get('display_name')} to expedite {purchase['name']}",
            changes=(
                Change(record=purchase["name"], what="Message to", before="", after=str(vendor.get("display_name"))),
                Change(record=purchase["name"], what="Message", before="", after=text),
                Change(record=purchase["name"], what="Activity", before="", after=f"Follow up by {due.isoformat()}"),
            ),
            effects=("Odoo sends the message to the vendor by e-mail.", "The planned date stays until the vendor confirms another."),
            undo="The message cannot be taken back; the activity can be cancelled.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        rows = session.read("purchase.order", [["id", "=", payload["purchase_id"]]], _PURCHASE, limit=1).rows
        return _seen(rows[0]) if rows else {}

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        at: dict[str, Any] = {"model": "purchase.order", "record_id": payload["purchase_id"]}
        return [
            Post(name=f"ask the vendor about {payload['purchase']}", text=payload["text"], key=key, partner_ids=[payload["partner_id"]],
                 subject=f"Purchase order {payload['purchase']}", **at),
            Schedule(name=f"plan the follow-up on {payload['purchase']}", key=key, user_id=payload["user_id"],
                     summary=f"Follow up {payload['purchase']} for {payload['order']}", note="The vendor was asked to expedite.",
                     until=date.fromisoformat(payload["until"]), **at),
        ]  # fmt: skip


def _seen(row: Mapping[str, Any]) -> dict[str, Any]:
    vendor = (row.get("partner_id") or {}).get("id")
    fields = {
        "state": row["state"],
        "date_planned": row.get("date_planned"),
        "receipt_status": row.get("receipt_status"),
    }
    return {f"purchase.order,{row['id']}": {**fields, "partner_id": vendor}}
