"""What the customer is told of a chosen option: goods and days, never vendors, stock, money or our own documents."""

from __future__ import annotations

from datetime import date

from erp_tools.lateness.wording import day_text
from erp_tools.options.option import Option, Shipment
from erp_tools.options.situation import Situation

MOST_LINES = 6
GREETING, CLOSING = (
    "Good day,",
    "Please reply to this message if that does not suit you; we will look for a way together.",
)


def customer_text(situation: Situation, option: Option) -> str:
    """The message that goes with an option; empty where there is no day to name."""
    shipments = [one for one in option.plan.shipments if one.expected is not None]
    if not shipments or len(shipments) != len(option.plan.shipments):
        return ""
    ordered = sorted(shipments, key=lambda one: one.expected or date.max)
    opening = (
        f"Your order {situation.order} is delayed, and we are sorry."
        if situation.promised
        else f"About your order {situation.order}."
    )
    if option.kind == "substitute_product":
        known = option.plan.uses["substitute"]
        offer = f"We can deliver {known.name} in its place. May we?"
        return "\n\n".join([GREETING, f"{opening} {offer}", _whole(ordered[0]), CLOSING])
    if len(ordered) == 1:
        return "\n\n".join([GREETING, f"{opening} {_whole(ordered[0])}", CLOSING])
    parts = [f"{_named(one)}: leaves {_when(one)}{_arrives(one)}." for one in ordered]
    return "\n\n".join(
        [
            GREETING,
            f"{opening} We can send it in {len(ordered)} shipments at no cost to you:",
            "\n".join(f"- {part}" for part in parts),
            CLOSING,
        ]
    )


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
