"""Work for a colleague: an activity on the order. A credit review is one for finance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from erp_tools.actions.action import CannotDraft, Change, Plan, Step
from erp_tools.actions.calls import Schedule
from erp_tools.actions.order import day_of, read_order, text_of, today_of
from erp_tools.actions.types import ActionType
from erp_tools.odoo.gateway import OdooServer, OdooSession, Row


class AssignActivity:
    """Wishes: ``order``, ``to`` (a colleague's name), ``summary``, and optionally ``text`` and ``until`` (a day)."""

    type: ActionType = "assign_activity"
    _ask_whom = "Who shall do it? Give the colleague's name as in Odoo."

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        order = read_order(session, wanted)
        colleague = find_colleague(session, text_of(wanted, "to", self._ask_whom))
        summary, note = self._words(wanted, order.name)
        today = today_of(session, now)
        until = day_of(wanted, "until", "", today=today) if wanted.get("until") else today + timedelta(days=1)
        return Plan(
            action=self.type, **order.head(),
            payload={
                "order_id": order.order_id, "order": order.name, "user_id": colleague["id"], "summary": summary, "note": note,
                "until": until.isoformat(),
            },
            snapshot={}, summary=f"{summary}: {colleague['name']}, by {until.isoformat()}",
            changes=(
                Change(record=order.name, what="Activity", before="", after=summary),
                Change(record=order.name, what="Assigned to", before="", after=str(colleague["name"])),
                Change(record=order.name, what="Due", before="", after=until.isoformat()),
            ),
            effects=(f"{colleague['name']} sees it in Odoo's activities and may get an e-mail.",),
            undo="Cancel the activity on the order.",
            facts=(order.fact(now=now, server=server),),
        )  # fmt: skip

    def _words(self, wanted: Mapping[str, Any], order: str) -> tuple[str, str]:
        return text_of(wanted, "summary", "What shall be done?", most=150), str(
            wanted.get("text") or ""
        ).strip()

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        rows = session.read("res.users", [["id", "=", payload["user_id"]]], {"active": {}}, limit=1).rows
        return [] if rows and rows[0]["active"] else ["the colleague is not active in Odoo any more"]

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        return [
            Schedule(
                name=f"plan the activity on {payload['order']}", model="sale.order", record_id=payload["order_id"], key=key,
                user_id=payload["user_id"], summary=payload["summary"], note=payload["note"], until=date.fromisoformat(payload["until"]),
            )
        ]  # fmt: skip


class RequestCreditReview(AssignActivity):
    """Wishes: ``order``, ``to`` (a colleague in finance), and optionally ``text`` and ``until``."""

    type: ActionType = "request_credit_review"
    _ask_whom = "Who in finance reviews the credit? Give the colleague's name as in Odoo."

    def _words(self, wanted: Mapping[str, Any], order: str) -> tuple[str, str]:
        return f"Credit review for {order}", str(
            wanted.get("text") or "The order waits for credit to be reviewed."
        ).strip()


def find_colleague(session: OdooSession, name: str) -> Row:
    """The one active user of that name. Raises CannotDraft."""
    inside = [["share", "=", False], ["active", "=", True]]
    spec: dict[str, Any] = {"name": {}, "login": {}}
    found = session.read("res.users", [["name", "=ilike", name], *inside], spec, limit=3).rows
    found = found or session.read("res.users", [["name", "ilike", name], *inside], spec, limit=3).rows
    if len(found) != 1:
        said = ", ".join(str(row["name"]) for row in found)
        raise CannotDraft(
            f"There is no single colleague called {name} in Odoo" + (f" ({said})." if said else ".")
        )
    return found[0]
