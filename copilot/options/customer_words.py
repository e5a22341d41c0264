"""What the customer is told of a chosen option: goods and days, never vendors, stock, money or our own documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from erp_tools.lateness.wording import day_text
from erp_tools.options.option import Option, Shipment
from erp_tools.options.situation import Situation

MOST_LINES = 6
GREETING, CLOSING = (
    "Good day,",
    "Please reply to this message if that does not suit you; we will look for a way together.",
)
ASKS_CONSENT = "We only do so with your consent: please reply to this message and say whether you agree."
"""Where a rule makes it a condition: silence is no yes."""


def customer_text(situation: Situation, option: Option) -> str:
    """The message that goes with an option; empty where there is no day to name and nothing to ask."""
    shipments = [one for one in option.plan.shipments if one.expected is not None]
    dated = bool(shipments) and len(shipments) == len(option.plan.shipments)
    opening = (
        f"Your order {situation.order} is delayed, and we are sorry."
        if _is_late(situation, shipments)
        else f"About your order {situation.order}."
    )
    if option.kind == "substitute_product":
        known, quantity = option.plan.uses["substitute"], option.plan.uses["quantity"]
        offer = f"We can deliver {quantity:g} of {known.name} in the place of {_ordered(situation, option)}. May we?"
        when = [_whole(shipments[0])] if dated else []
        return "\n\n".join([GREETING, f"{opening} {offer}", *when, CLOSING])
    if not dated:
        return ""
    ordered = sorted(shipments, key=lambda one: one.expected or date.max)
    if len(ordered) == 1:
        return "\n\n".join([GREETING, f"{opening} {_whole(ordered[0])}", CLOSING])
    parts = [f"{_named(one)}: leaves {_when(one)}{_arrives(one)}." for one in ordered]
    return "\n\n".join(
        [
            GREETING,
            f"{opening} We can send it in {len(ordered)} shipments at no cost to you:",
            "\n".join(f"- {part}" for part in parts),
            ASKS_CONSENT if _needs_consent(option) else CLOSING,
        ]
    )


def _needs_consent(option: Option) -> bool:
    return any("consent" in text.casefold() for text in option.plan.requires)


def _is_late(situation: Situation, shipments: Sequence[Shipment]) -> bool:
    """The promise has passed, or something comes after it."""
    promised = situation.promised
    if promised is None:
        return False
    days = [one.arrives or one.expected for one in shipments]
    return promised < situation.today or any(day is None or day > promised for day in days)


def _ordered(situation: Situation, option: Option) -> str:
    code = option.plan.uses.get("product")
    need = next((one for one in situation.needs if one.code == code), None)
    return need.said(need.quantity) if need else "what you ordered"


def _whole(shipment: Shipment) -> str:
    return f"It leaves complete {_when(shipment)}{_arrives(shipment)}."


def _named(shipment: Shipment) -> str:
    names = [f"{share.quantity:g} of {share.product}" for share in shipment.shares]
    shown = "; ".join(names[:MOST_LINES])
    return shown + (f"; and {len(names) - MOST_LINES} more lines" if len(names) > MOST_LINES else "")


def _when(shipment: Shipment) -> str:
    assert shipment.expected is not None
    if shipment.leaves is not None and shipment.leaves != shipment.expected:
        return f"between {day_text(shipment.leaves)} and {day_text(shipment.expected)}"
    return f"on {day_text(shipment.expected)}"


def _arrives(shipment: Shipment) -> str:
    return f" and is expected with you by {day_text(shipment.arrives)}" if shipment.arrives else ""
