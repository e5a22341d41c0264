"""A message to the customer from the order: it is sent when it is approved, and cannot be taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Plan, Step
from erp_tools.actions.calls import Post
from erp_tools.actions.order import read_order, text_of
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession

_INTERNAL = re.compile(
    r"\b(?:margin|our cost|purchase price|vendor|supplier|credit (?:limit|hold)|P\d{5}|RFQ|[A-Z]+/(?:IN|INT|PICK|PACK)/\d+)\b",
    re.IGNORECASE,
)
"""What a customer is not told: costs, margins, credit, vendors, our purchases and our own transfers."""


class MessageCustomer:
    """Wishes: ``order``, ``text``, and optionally ``subject``."""

    type: ActionType = "message_customer"

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = read_order(session, wanted)
        text = text_of(wanted, "text", "What shall the message say?")
        if found := _INTERNAL.search(text):
            raise CannotDraft(
                f"“{found[0]}” is nothing for a customer. Say it without vendors, costs, credit and our own documents."
            )
        subject = str(wanted.get("subject") or f"Your order {order.name}").strip()[:200]
        customer = order.customer
        if not customer.get("id"):
            raise CannotDraft(f"{order.name} names no customer that you may see.")
        return Plan(
            action=self.type, **order.head(),
            payload={"order_id": order.order_id, "order": order.name, "partner_id": customer["id"], "subject": subject, "text": text},
            snapshot={f"sale.order,{order.order_id}": {"partner_id": customer["id"], "state": order.state}},
            summary=f"Send a message about {order.name} to {customer['display_name']}",
            changes=(
                Change(record=order.name, what="To", before="", after=str(customer["display_name"])),
                Change(record=order.name, what="Subject", before="", after=subject),
                Change(record=order.name, what="Message", before="", after=text),
            ),
            effects=("Odoo sends it by e-mail to the customer, and to everybody outside who follows the order.",),
            undo="It cannot be taken back; a second message can correct it.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        rows = session.read(
            "sale.order", [["id", "=", payload["order_id"]]], {"partner_id": {}, "state": {}}, limit=1
        ).rows
        return {
            f"sale.order,{row['id']}": {
                "partner_id": (row.get("partner_id") or {}).get("id"),
                "state": row["state"],
            }
            for row in rows
        }

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        return [
            Post(
                name=f"send the message about {payload['order']}", model="sale.order", record_id=payload["order_id"], text=payload["text"],
                key=key, partner_ids=[payload["partner_id"]], subject=payload["subject"],
            )
        ]  # fmt: skip
