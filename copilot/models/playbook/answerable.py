"""The kind of question that fits what a question is about, and the one that there is an answer to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from copilot.models.playbook.intents import (
    ABOUT_A_PRODUCT,
    ABOUT_A_PURCHASE,
    ANSWERED_FOR_A_NAME,
    ANSWERED_FOR_A_PURCHASE,
    ANSWERED_FOR_AN_ORDER,
    SPEAKS_OF_NOTHING,
    Intent,
)
from copilot.models.playbook.understood import Understanding


def settled(made: Understanding) -> Understanding:
    """The intent that fits what the question is about: "why is P00031 late" asks about a purchase."""
    if made.intent == "unclear" or made.intent in SPEAKS_OF_NOTHING:
        return made
    # "Do they take part shipments, and would you split S00042?" asks for the rule and for the options.
    asks_both = {made.intent, made.also} == {"policy", "split"}
    intent = made.intent if asks_both else _fitting(made.intent, made)
    also = _fitting(made.also, made) if made.also and not asks_both else made.also
    if made.also == "customer_message" and intent == "waiting_for":
        also = made.also  # who waits for P00031, and words for them: for the customers, not for its vendor
    made = replace(made, or_else=_others((_fitting(one, made) for one in made.or_else), intent))
    if also == intent:  # "P00047, what's in it and when does it come?" asks how it stands, twice
        return replace(made, intent=intent, also=None, second="")
    return replace(made, intent=intent, also=also)


def _fitting(intent: Intent, made: Understanding) -> Intent:
    if (
        made.references
        and intent == "policy"
        and _SPLITS.search(made.question)
        and not _OF_A_DOCUMENT.search(made.question)
    ):
        return "split"  # "can we split S00042": the options tell, with the clause that decides
    if made.references:
        # An order is named, so it is the order that is asked about.
        return "order_facts" if intent == "customer_orders" and not made.carried_over else intent
    if made.purchases:
        return ABOUT_A_PURCHASE.get(intent, intent)
    if made.products:
        return ABOUT_A_PRODUCT.get(intent, intent)
    return intent


_SPLITS = re.compile(
    r"\b(?:split(?:ting)?|part[ -]?ship(?:ping|ment)?s?|partial(?:ly)?|ship (?:a )?part"
    r"|in (?:two|2|several) (?:parts|shipments|deliveries|goes|loads))\b",
    re.IGNORECASE,
)
_OF_A_DOCUMENT = re.compile(
    r"\b(?:may|contract|agreement|clause|sops?|policy|policies|rules?|terms|procedure|say|says|written|paper|allowed|allow|allows|permitted|accepts?)\b",
    re.IGNORECASE,
)
"""Asks for the words of a rule."""


def answered_as(asked: Understanding) -> Understanding:
    """The question as there is an answer to it: why a customer is late is told by a list of that customer's late orders."""
    before = answered_as(asked.before) if asked.before else None
    turns: Mapping[str, Intent]
    if asked.references:
        turns = ANSWERED_FOR_AN_ORDER if not asked.purchases else {}
    elif asked.purchases:
        turns = ANSWERED_FOR_A_PURCHASE
    elif asked.names and not asked.products:
        turns = ANSWERED_FOR_A_NAME
        if asked.intent in turns and _ASKS_A_RULE.search(asked.question):
            turns = {asked.intent: "policy"}
    else:
        turns = {}
    also = turns.get(asked.also, asked.also) if asked.also else None
    intent = turns.get(asked.intent, asked.intent)
    turned_from = asked.intent if intent != asked.intent else None
    or_else = _others((turns.get(one, one) for one in asked.or_else), intent)
    return replace(asked, intent=intent, also=also, before=before, turned_from=turned_from, or_else=or_else)


def _others(may_be: Iterable[Intent], intent: Intent) -> tuple[Intent, ...]:
    """What else may have been meant, once each and not what is taken."""
    return tuple(dict.fromkeys(one for one in may_be if one != intent))


_ASKS_A_RULE = re.compile(
    r"\b(?:may|must|has to be|allowed|permitted|guaranteed|in how many|how many (?:shipments|deliveries)|according to|accepts?)\b",
    re.IGNORECASE,
)
"""Asks what holds, not how it stands: "in how many shipments may an order of theirs arrive"."""
