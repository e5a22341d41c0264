"""What of a draft a person may put another way before it is decided: its words, its day, its carrier.

A changed draft is planned again from the same wishes, so whatever was checked when it was drafted is checked again. What decides which
goods move is not put another way: that is another draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from erp_tools.actions.types import ActionType

Kind = Literal["line", "text", "day"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing that may be changed."""

    name: str
    """As `Action.plan` takes it."""
    label: str
    kind: Kind
    value: str
    """As it stands in the draft."""


@dataclass(frozen=True, kw_only=True)
class _Field:
    name: str
    label: str
    kind: Kind = "line"
    payload: str = ""
    """Key of the payload that holds it; empty: it is what the change called ``told`` leaves behind."""
    told: str = ""
    fixed: bool = False
    """Needed to plan it again, and not for a person to change."""


_TO = _Field(name="to", label="Assigned to", told="Assigned to")
_UNTIL = _Field(name="until", label="Due", kind="day", payload="until")
_FIELDS: Final[Mapping[ActionType, tuple[_Field, ...]]] = {
    "message_customer": (
        _Field(name="subject", label="Subject", payload="subject"),
        _Field(name="text", label="Message", kind="text", payload="text"),
    ),
    "log_note": (_Field(name="text", label="Note", kind="text", payload="text"),),
    "assign_activity": (
        _TO,
        _Field(name="summary", label="What to do", payload="summary"),
        _Field(name="text", label="Note", kind="text", payload="note"),
        _UNTIL,
    ),
    "request_credit_review": (_TO, _Field(name="text", label="Note", kind="text", payload="note"), _UNTIL),
    "change_promise_date": (_Field(name="date", label="Delivery date", kind="day", told="Delivery date"),),
    "change_carrier": (
        _Field(name="carrier", label="Carrier", told="Carrier"),
        _Field(name="delivery", label="Delivery", payload="delivery", fixed=True),
    ),
    "expedite_purchase": (
        _Field(name="text", label="Message", kind="text", payload="text"),
        _Field(name="purchase", label="Purchase", payload="purchase", fixed=True),
    ),
}  # fmt: skip


def changeable(
    action: ActionType, payload: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]
) -> tuple[Wish, ...]:
    """What a person may change of a draft, as it stands; nothing where another draft is the way."""
    return tuple(
        Wish(name=field.name, label=field.label, kind=field.kind, value=_value(field, payload, changes))
        for field in _FIELDS.get(action, ())
        if not field.fixed
    )


def wishes_of(
    action: ActionType, payload: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """The wishes, besides the order, that the action is planned from to become this very draft."""
    return {field.name: _value(field, payload, changes) for field in _FIELDS.get(action, ())}


def _value(field: _Field, payload: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> str:
    if field.payload:
        return str(payload.get(field.payload) or "")
    return next((str(one["after"]) for one in changes if one["what"] == field.told), "")
