"""A list of orders at risk -> what the chat's list card draws. Plain words and numbers only, as `card.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.answer import Answer
from copilot.ui.labels import CAUSES, ROLES, day_text
from copilot.ui.links import allowed_url
from copilot.ui.markdown import without_hidden_characters

MOST_ROWS = 20
MOST_BARS = 6


def at_risk_card(answer: Answer, *, odoo_address: str = "") -> dict[str, Any] | None:
    """Props of the custom element ``AtRiskCard`` below an answer's text; None when the answer made no list, or an empty one.

    Args:
        odoo_address: the configured Odoo, into which orders may link.
    """
    found = answer.at_risk
    if not found or not found.get("orders"):
        return None
    rows = [_row(order, odoo_address) for order in found["orders"][:MOST_ROWS]]
    total = int(found.get("total_at_risk", len(rows)))
    return {
        "answer_id": answer.answer_id,
        "title": f"{total} order{'' if total == 1 else 's'} at risk",
        "counted": _counted(found),
        "rows": rows,
        "more": total - len(rows),
        "bars": _bars(found.get("groups", {}).get("cause", ())),
        "notes": [without_hidden_characters(str(note)) for note in _notes(found)],
    }


def why_question(answer: Mapping[str, Any], row: int) -> str | None:
    """The question that a click on a row of a stored answer's list asks; None when there is no such row."""
    found = answer.get("at_risk") or {}
    orders = found.get("orders") or ()
    return f"Why is {orders[row]['order']} late?" if 0 <= row < min(len(orders), MOST_ROWS) else None


def _row(order: Mapping[str, Any], odoo_address: str) -> dict[str, Any]:
    days = int(order.get("days_late") or 0)
    causes = [_cause(code) for code in order.get("causes", ())]
    return {
        "order": _plain(order.get("order")),
        "source": str(order.get("id", "")),
        "url": allowed_url(str(order.get("url", "")), odoo_address=odoo_address) or "",
        "customer": _plain(order.get("customer")),
        "tier": _plain(order.get("tier")),
        "promised": day_text(order.get("promised")) if order.get("promised") else "No promise",
        "late": f"{days} day{'' if days == 1 else 's'}" if days else "Soon",
        "is_late": days > 0,
        "cause": causes[0] if causes else "",
        "also": ", ".join(causes[1:3]),
        "summary": _plain(order.get("summary")),
        "owner": ROLES.get(str(order.get("owner_role")), ""),
        "value": _money(order.get("value"), str(order.get("currency") or "")),
        "why": [_plain(reason) for reason in order.get("why", ())],
    }


def _bars(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Causes by the number of orders, the rest as one bar; lengths in per cent of the longest."""
    counted = sorted(
        ((_cause(group["name"]), int(group["orders"])) for group in groups), key=lambda one: (-one[1], one[0])
    )
    shown = counted[:MOST_BARS] if len(counted) > MOST_BARS + 1 else counted
    rest = counted[len(shown) :]
    if rest:
        shown = [*shown, (f"{len(rest)} other causes", sum(count for _, count in rest))]
    longest = max((count for _, count in shown), default=1)
    return [
        {"name": name, "orders": count, "share": max(2, round(100 * count / longest))}
        for name, count in shown
    ]


def _counted(found: Mapping[str, Any]) -> str:
    late, soon = int(found.get("late_now", 0)), int(found.get("about_to_be_late", 0))
    asked = [
        _plain(value)
        for name, value in found.get("filters", {}).items()
        if value and name not in ("limit", "cause")
    ]
    if cause := found.get("filters", {}).get("cause"):
        asked.append(_cause(cause))
    of_these = f" ({', '.join(asked)})" if asked else ""
    return f"{late} late now, {soon} about to be, of {int(found.get('scanned', 0))} open orders{of_these}"


def _notes(found: Mapping[str, Any]) -> list[str]:
    missed = int(found.get("not_scanned", 0))
    return [*([f"{missed} open orders were not looked at."] if missed else []), *found.get("not_read", ())]


def _cause(code: Any) -> str:
    return CAUSES.get(str(code), str(code).replace("_", " ").capitalize())


def _money(value: Any, currency: str) -> str:
    return f"{currency} {value:,.0f}".strip() if isinstance(value, int | float) else "Hidden"


def _plain(words: Any) -> str:
    return without_hidden_characters(str(words or ""))
