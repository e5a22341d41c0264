"""What is asked, once Odoo has said whether a name is a customer, a vendor or a product.

"What do we have open with Kestrel?" asks for a customer's orders or for our own purchase orders: the words do not tell which, the
records do. No reading is taken here that the words leave no room for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import cast

from copilot.models.playbook.answerable import answered_as
from copilot.models.playbook.intents import ABOUT_A_PRODUCT, ABOUT_A_VENDOR, Intent
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.weighing import SURE

LOOKED_UP_AS = ["partner", "product"]
"""What a name is looked up as, to know what is asked."""
DECIDED: frozenset[Intent] = frozenset(
    {
        "why_late", "when", "where", "order_facts", "customer_orders", "purchase", "customer_message", "follow_up", "unclear",
    }
)  # fmt: skip
"""Means something else of a vendor than of a customer, or of a product."""
_TURNS: Mapping[str, Mapping[str, Intent]] = {"vendor": ABOUT_A_VENDOR, "product": ABOUT_A_PRODUCT}
_SELDOM: Mapping[str, Mapping[str, float]] = {
    "vendor": {"credit": 0.1, "split": 0.2, "customer_orders": 0.5, "at_risk": 0.5},
    "product": {"credit": 0.1, "customer_orders": 0.1, "customer_message": 0.3},
    "customer": {"follow_up": 0.3, "purchase": 0.5},
}
"""How much seldomer something is asked of it than of anybody."""


def is_decided_by_its_names(asked: Understanding) -> bool:
    """Whether it depends on what its names are; where a record is named, that decides."""
    named_else = asked.references or asked.purchases or asked.products or asked.before
    asks_nothing = asked.intent == "unclear" and not asked.shares  # a word alone
    return bool(asked.names) and not (named_else or asks_nothing) and bool(DECIDED & set(asked.intents))


def as_its_names_say(asked: Understanding, kinds: Collection[str]) -> Understanding:
    """The question as it is asked of a ``customer``, a ``vendor`` or a ``product``; unchanged where the names are of several kinds."""
    if len(set(kinds)) != 1 or not is_decided_by_its_names(asked):
        return asked
    kind = next(iter(kinds))
    turns, seldom = _TURNS.get(kind, {}), _SELDOM.get(kind, {})
    if asked.also is not None:
        return _both(asked, turns)
    chances: dict[str, float] = {}
    for intent, share in asked.shares or ((asked.intent, 1.0),):
        same = turns.get(intent, intent)
        chances[same] = chances.get(same, 0.0) + share * seldom.get(intent, 1.0)
    chances.pop("unclear", None)
    best = max(chances, key=lambda one: chances[one], default="unclear")
    if asked.intent == "unclear" and chances.get(best, 0.0) < SURE * sum(chances.values()):
        return asked
    if asked.intent != "unclear" and not asked.or_else:
        best = turns.get(asked.intent, asked.intent)  # the words left no doubt
    or_else = tuple(dict.fromkeys(turns.get(one, one) for one in (*asked.or_else, asked.intent)))
    return replace(
        asked,
        intent=cast(Intent, best),
        choices=(),
        or_else=tuple(one for one in or_else if one not in {best, "unclear"}) if asked.or_else else (),
    )


def as_answered(asked: Understanding, kinds: Collection[str]) -> Understanding:
    """The question as there is an answer to it, where its names are of these kinds; none: as far as the words tell.

    Args:
        asked: as it was understood.
    """
    decided = as_its_names_say(asked, kinds)
    of_a_customer = not kinds or set(kinds) == {"customer"} or decided is asked
    return answered_as(decided) if of_a_customer else decided


def _both(asked: Understanding, turns: Mapping[str, Intent]) -> Understanding:
    """Two questions, each of the same name."""
    first = turns.get(asked.intent, asked.intent)
    also = turns.get(asked.also or "", asked.also)
    return (
        replace(asked, intent=first, also=None, second="")
        if also == first
        else replace(asked, intent=first, also=also)
    )
