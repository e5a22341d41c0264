"""The kinds of action that can be drafted; the names are a contract (they stand in drafts, in the audit and in the decision rights)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

ActionType = Literal[
    "split_delivery",
    "source_from_warehouse",
    "reallocate_stock",
    "release_ship_complete",
    "change_promise_date",
    "change_carrier",
    "substitute_product",
    "expedite_purchase",
    "request_credit_review",
    "message_customer",
    "log_note",
    "assign_activity",
]
ACTION_TYPES: tuple[ActionType, ...] = get_args(ActionType)

ACTION_NAMES: Mapping[ActionType, str] = MappingProxyType(
    {
        "split_delivery": "Split the delivery",
        "source_from_warehouse": "Ship from another warehouse",
        "reallocate_stock": "Reallocate reserved stock",
        "release_ship_complete": "Release from ship-complete",
        "change_promise_date": "Change the promised date",
        "change_carrier": "Change the carrier",
        "substitute_product": "Substitute a product",
        "expedite_purchase": "Expedite the purchase",
        "request_credit_review": "Request a credit review",
        "message_customer": "Message the customer",
        "log_note": "Log a note",
        "assign_activity": "Assign an activity",
    }
)
"""As a person reads them."""
