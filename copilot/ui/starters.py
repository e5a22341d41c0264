"""Questions offered on the empty screen, for what a role usually wants to know."""

from __future__ import annotations

from collections.abc import Mapping

from copilot.identity import Person

_LATE = ("Why is S00042 late?", "Why is S00042 late?")
_CONTRACT = (
    "Partial shipments for Meridian Foods",
    "What does the contract of Meridian Foods say about partial shipments?",
)
_SPLIT_RULE = ("When may we split a shipment?", "What does our SOP say about split shipments?")
_QUALITY = ("What happens on a quality hold?", "What does our SOP say about quality holds?")
_OVERDUE = ("What to do when a PO is overdue", "What does our SOP say about overdue purchase orders?")
_CREDIT = ("Who releases a credit hold?", "Who may release a credit hold?")
_TELL = (
    "How do we tell a customer?",
    "What does our SOP say about telling a customer that an order is late?",
)
_LOTS = ("Lot traceability rules", "What does our SOP say about lot traceability?")

_BY_ROLE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "service": (_LATE, _CONTRACT, _TELL),
    "supervisor": (_LATE, _SPLIT_RULE, _QUALITY),
    "purchasing": (_LATE, _OVERDUE, _QUALITY),
    "sales": (_LATE, _CONTRACT, _CREDIT),
    "finance": (_CREDIT, _LATE, _CONTRACT),
    "compliance": (_LOTS, _QUALITY, _CREDIT),
}


def starters_for(person: Person, *, is_demo: bool) -> list[tuple[str, str]]:
    """(label, question) pairs for this person. Orders and customers are named in the demo only; elsewhere they don't exist."""
    role = next((role for role in _BY_ROLE if role in person.roles), "service")
    wanted = _BY_ROLE[role]
    return [one for one in wanted if is_demo or one not in (_LATE, _CONTRACT)]
