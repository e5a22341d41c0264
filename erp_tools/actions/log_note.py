"""A note on an order, for colleagues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from erp_tools.actions.action import Change, Plan, Step
from erp_tools.actions.calls import Post
from erp_tools.actions.order import read_order, text_of
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession


class LogNote:
    """Wishes: ``order``, ``text``."""

    type: ActionType = "log_note"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = read_order(session, wanted)
        text = text_of(wanted, "text", "What shall the note say?")
        return Plan(
            action=self.type, **order.head(),
            payload={"order_id": order.order_id, "order": order.name, "text": text},
            snapshot={}, summary=f"Log a note on {order.name}",
            changes=(Change(record=order.name, what="Note", before="", after=text),),
            effects=("Colleagues who follow the order see it; the customer does not.",),
            undo="Delete the note in the order's chatter.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        return [
            Post(
                name=f"log the note on {payload['order']}",
                model="sale.order",
                record_id=payload["order_id"],
                text=payload["text"],
                key=key,
            )
        ]
