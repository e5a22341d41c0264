"""A draft and its life: which state may follow which, and what an approval is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from erp_tools.actions.types import ActionType

State = Literal[
    "drafted", "submitted", "approved", "claimed", "executing", "uncertain", "executed", "failed",
    "rejected", "expired", "stale", "superseded", "cancelled",
]  # fmt: skip

NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        "drafted": frozenset({"submitted", "approved", "superseded", "cancelled", "expired", "stale"}),
        "submitted": frozenset({"approved", "rejected", "superseded", "cancelled", "expired", "stale"}),
        "approved": frozenset({"claimed", "superseded", "cancelled", "expired", "stale", "failed"}),
        "claimed": frozenset({"executing", "approved", "stale", "failed", "expired"}),
        "executing": frozenset({"executed", "uncertain", "failed", "stale"}),
        "uncertain": frozenset({"executed", "failed", "executing", "stale"}),
        "executed": frozenset(),
        "failed": frozenset(),
        "rejected": frozenset(),
        "expired": frozenset(),
        "stale": frozenset(),
        "superseded": frozenset(),
        "cancelled": frozenset(),
    }
)
"""``claimed`` may go back to ``approved``: the worker died before anything was asked of Odoo. ``executing`` may become ``stale``: Odoo
itself compared, and ran nothing."""

OPEN: frozenset[State] = frozenset({"drafted", "submitted", "approved", "claimed", "executing", "uncertain"})
UNDECIDED: frozenset[State] = frozenset({"drafted", "submitted"})

Risk = Literal["low", "medium", "high"]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One version of one draft, as it is stored."""

    draft_id: str
    version: int
    action: ActionType
    state: State
    order: str
    order_id: int
    company: str
    requester: str
    """`identity.owner_of` whoever asked for it."""
    requester_name: str
    payload: Mapping[str, Any]
    snapshot: Mapping[str, Any]
    digest: str
    summary: str
    changes: tuple[Mapping[str, str], ...]
    effects: tuple[str, ...]
    undo: str
    situation: Mapping[str, Any]
    """What the decision rights judged, as JSON."""
    verdict: Mapping[str, Any]
    """What they said when it was drafted."""
    evidence: tuple[Mapping[str, Any], ...]
    """Citations and facts shown with it: the clause that decides, above all."""
    warnings: tuple[str, ...]
    """Such as a target that does not come from the asking person's own words."""
    risk: Risk
    answer_id: str
    thread_id: str
    created_at: str
    """ISO 8601, UTC."""
    expires_at: str
    reason: str = ""
    """Why it was rejected, became stale or failed; what is not certain."""
    runner: str = ""
    """Whose Odoo session runs it: the approver who completed the approval."""

    @property
    def approver_roles(self) -> tuple[str, ...]:
        return tuple(self.verdict.get("roles", ()))

    def to_json(self) -> dict[str, Any]:
        """The contract's fields first, then all else a desk needs."""
        return {
            "draft_id": self.draft_id,
            "version": self.version,
            "action": self.action,
            "summary": self.summary,
            "risk": self.risk,
            "approver_roles": list(self.approver_roles),
            "expires_at": self.expires_at,
            "state": self.state,
            "order": self.order,
            "requester": self.requester_name,
            "digest": self.digest,
            "changes": [dict(change) for change in self.changes],
            "effects": list(self.effects),
            "undo": self.undo,
            "verdict": dict(self.verdict),
            "evidence": [dict(one) for one in self.evidence],
            "warnings": list(self.warnings),
            "created_at": self.created_at,
            "reason": self.reason,
            "answer_id": self.answer_id,
            "thread_id": self.thread_id,
        }


def risk_of(action: ActionType, verdict: Mapping[str, Any]) -> Risk:
    """High: several approvers, or what cannot be taken back; low: what leaves order, stock and customer as they are."""
    if int(verdict.get("approvers", 0)) > 1 or action in {"reallocate_stock", "substitute_product"}:
        return "high"
    if action in {"log_note", "assign_activity", "request_credit_review"}:
        return "low"
    return "medium"
