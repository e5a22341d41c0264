"""What a change leaves in Odoo for whoever opens the record later: who did it, and what it was (RELIABILITY T16).

Odoo tracks neither a delivery's carrier and shipping policy nor an order's delivery date, and a context key can silence what it does
track. So an action that changes a record also puts a note of its own on it, in the name of the approver, and that note is looked for
when all is done. Messages, notes and activities are their own trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from erp_tools.actions.action import Change, Plan, Step
from erp_tools.actions.calls import Post
from erp_tools.odoo.gateway import OdooSession

NOTED = "A note on the record says what was changed, in the name of whoever approved it."

Record = tuple[str, int, str]
"""Model, id, and the name that people know it by."""


@dataclass(frozen=True, kw_only=True)
class Mark(Post):
    """The note. Where it cannot be put there the change stands all the same, and that is said."""

    optional: bool = True


def noted(plan: Plan) -> Plan:
    """The plan with the words of its note, which are approved with it."""
    return replace(
        plan, payload={**plan.payload, "note": _told(plan.changes)}, effects=(*plan.effects, NOTED)
    )


def marks(payload: Mapping[str, Any], key: str, *records: Record) -> list[Mark]:
    """The steps that put the note on these records. Drafts from before there were notes have none."""
    if not payload.get("note"):
        return []
    text = f"{payload['note']}\n\nAn approved draft of the distribution copilot ({key})."
    return [
        Mark(name=f"note it on {name}", model=model, record_id=record_id, text=text, key=f"{key}.{model}.{record_id}")
        for model, record_id, name in records
    ]  # fmt: skip


def missing_traces(session: OdooSession, steps: Sequence[Step]) -> list[str]:
    """Names of the steps whose message, note or activity is not there. Raises as a read does."""
    return [
        step.name
        for step in steps
        if getattr(step, "is_trace", False) and step.observe(session).seen == "not_done"
    ]


def _told(changes: Sequence[Change]) -> str:
    return "\n".join(f"{one.record}, {one.what}: {one.before or '–'} → {one.after or '–'}" for one in changes)
