"""What a question leaves to the conversation: "it", "the other one", "and in Dallas?", "shorter"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from copilot.models.playbook.answerable import settled
from copilot.models.playbook.goods_said import in_another_size, is_a_pack
from copilot.models.playbook.intents import ABOUT_AN_ORDER, ABOUT_THE_LAST_ANSWER, SPEAKS_OF_NOTHING
from copilot.models.playbook.things import Things
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.weighing import GOES_ON_FROM
from copilot.models.playbook.words import words

_NUMBER_ALONE = re.compile(r"^(?:and|what about|how about|also|or)?\W*\d+\W*$", re.IGNORECASE)
_LIST_LINE = re.compile(r"^(?:\d+\.|-) \*\*([A-Z]{1,4}\d{3,9})\*\*")
"""How our own lists name an order; a quotation never begins a line so."""


def listed_in(answer: str) -> tuple[str, ...]:
    """The orders of a list of ours, in its order."""
    return tuple(match[1] for line in answer.splitlines() if (match := _LIST_LINE.match(line)))


def pointing_back(
    made: Understanding, things: Things, before: Understanding, listed: Sequence[str]
) -> Understanding | None:
    """ "And S00051?", "the other one", "the second": the question before, about something else."""
    base = before.before if before.intent in ABOUT_THE_LAST_ANSWER and before.before else before
    if base.intent in SPEAKS_OF_NOTHING and base.topic is not None:
        base = base.topic  # "ok", in between
    if base.purchases and not base.references and made.references and _NUMBER_ALONE.search(made.question):
        # "status of P00048" – "and 50?"
        numbers = [one.removeprefix("order ") for one in made.references]
        if all(one.isdigit() for one in numbers):
            made = replace(made, references=(), purchases=tuple(f"P{int(one):05d}" for one in numbers))
    if made.has_things:
        if base.intent in SPEAKS_OF_NOTHING or base.intent == "other_language":
            return None
        if base.intent == "stock" and made.names and not made.products:
            # "And Tacoma?": of the same product, unless it is the name of another (`plan`).
            made = replace(_elsewhere(made, base), carried_over=True)
        return settled(replace(made, intent=base.intent, also=base.also, second=base.second))
    if made.days and base.intent == "at_risk":
        return replace(made, intent="at_risk", names=base.names, carried_over=True)  # "until Friday only"
    found = which_order(things.masked, base, listed)
    if not found:
        return None
    intent = base.intent if base.intent in ABOUT_AN_ORDER else "why_late"
    return replace(made, intent=intent, references=(found,), carried_over=True)


def which_order(masked: str, before: Understanding, listed: Sequence[str]) -> str:
    """The order that "the other one" or "the second" means; empty when there is none."""
    place = next((at for at, word in enumerate(("first", "second", "third")) if word in masked), None)
    if place is None and re.search(r"\b(?:last|next)\b", masked):
        place = -1 if "last" in masked else 0
    choose_from = listed or before.references
    if place is not None and choose_from and "other" not in masked:
        return choose_from[place] if -1 <= place < len(choose_from) else ""
    now = {one.upper() for one in before.references}
    others = [one for one in before.mentioned if one not in now]
    if others:
        return others[-1]
    return before.references[1] if len(before.references) == 2 else ""


def filled_in(made: Understanding, before: Understanding | None) -> Understanding:
    """Fill in what the question leaves to the conversation."""
    if before is None:
        return made
    if made.intent in ABOUT_THE_LAST_ANSWER:
        return _about_the_answer(made, before)
    points = bool(words().points_back.search(made.question))
    if made.intent == "stock" and _PLACE_ONLY.match(made.question) and made.names and not made.products:
        return _elsewhere(made, before)
    only_a_size = not made.has_things or (made.names and all(is_a_pack(one) for one in made.names))
    if made.intent in _OF_GOODS and only_a_size:
        spoken_of = before if before.has_things or before.topic is None else before.topic
        if names := in_another_size(made.question, spoken_of.names):
            return replace(made, names=names, carried_over=True)
    if made.intent == "at_risk" == before.intent and _NARROWS.search(made.question):
        # "Only those with Polar, please": of the list that was asked for, with its day and its other filters.
        names = tuple(dict.fromkeys((*made.names, *before.names)))
        return replace(made, names=names, days=made.days or before.days, carried_over=True)
    if made.references or made.purchases or made.products or not _leaves_open(made, points):
        return made
    spoken_of = before if before.has_things or before.topic is None else before.topic
    wants_an_order = made.intent in ABOUT_AN_ORDER | {"change", "drafts"}
    references = spoken_of.references or (
        made.mentioned[-1:] if wants_an_order and not spoken_of.purchases else ()
    )
    of_a_name = made.intent in {"customer_orders", "credit"} or (
        made.intent == "policy" and re.search(r"\b(?:their|they|them)\b", made.question, re.IGNORECASE)
    )
    if of_a_name and spoken_of.names and (made.intent != "policy" or spoken_of.written_like_names):
        references = ()  # "and their other orders?": the customer's, not the order's
    # "How soon?", after "P00048 is in, so S00119 can ship now?", is about the order.
    purchases = () if references and wants_an_order else spoken_of.purchases
    if not (references or purchases or spoken_of.products or spoken_of.names):
        return made
    return replace(
        made,
        references=references,
        purchases=purchases,
        products=spoken_of.products,
        names=made.names if made.names and made.written_like_names else spoken_of.names or made.names,
        carried_over=True,
    )


_OF_GOODS: frozenset[str] = frozenset({"stock", "purchase", "waiting_for"})
_PLACE_ONLY = re.compile(
    r"^(?:(?:and|what about|how about|or|also)\W+)*(?:any(?:thing|more)?\W+|some\W+)?(?:in|at|from)\s+[\w' -]{3,40}\W*$",
    re.IGNORECASE,
)
_SAID_A_PLACE = r"\b(?:in|at|from)\s+(?:the )?"


def _elsewhere(made: Understanding, before: Understanding) -> Understanding:
    """ "And in Dallas?": what was asked of one warehouse, asked of another."""
    spoken_of = before if before.has_things or before.topic is None else before.topic
    goods = [
        name
        for name in spoken_of.names
        if not re.search(_SAID_A_PLACE + re.escape(name), spoken_of.question, re.IGNORECASE)
    ]
    if not (spoken_of.products or goods):
        # Of what an order lacks: which goods these are is read with the order.
        return (
            replace(made, references=spoken_of.references, carried_over=True)
            if spoken_of.references and before.intent == "stock"
            else made
        )
    return replace(made, products=spoken_of.products, names=(*made.names, *goods), carried_over=True)


def _about_the_answer(made: Understanding, before: Understanding) -> Understanding:
    """ "Shorter", "what is that based on": the question before, perhaps about something else."""
    base = before.before if before.intent in ABOUT_THE_LAST_ANSWER and before.before else before
    if base.intent in SPEAKS_OF_NOTHING | {"unclear"}:
        return made
    if made.references or made.purchases or made.products:
        base = replace(
            base,
            references=made.references,
            purchases=made.purchases,
            products=made.products,
            names=made.names,
        )
    return replace(
        made,
        before=base,
        references=base.references,
        purchases=base.purchases,
        products=base.products,
        names=base.names,
    )


_NARROWS = re.compile(
    r"^(?:and |ok |now |so |but )*(?:only|just)\b|\b(?:of|only|just) (?:those|these|them)\b|\b(?:those|them|these) only\b"
    r"|\bsame (?:thing|list|again|question)\b[^.?!]{0,12}\b(?:only|just)\b|\b(?:only|just) the \w+(?: \w+)? ones\b",
    re.IGNORECASE,
)
"""A part of the list of the question before."""
_SPEAKS_OF_A_CUSTOMER: frozenset[str] = frozenset({"why_late", "blocks", "where", "when"})
"""With a name and no order these are about that customer's orders, and not about the order spoken of before."""
_ABOUT_A_LIST = re.compile(
    r"\b(?:which|what) (?:one|of)\b|^(?:and|only|just|also)\b|\b(?:those|these|them)\b|\bany of it\b",
    re.IGNORECASE,
)
_OF_THE_LIST = re.compile(r"\b(?:which|what|any) of (?:those|these|them|it)\b", re.IGNORECASE)
_THEIR_ORDERS = re.compile(
    r"\btheir (?:\w+ )?(?:orders?|deliver(?:y|ies)|shipments?)\b|\b(?:orders?|deliveries|shipments?) of theirs\b",
    re.IGNORECASE,
)
"""Of the customer spoken of; in "which orders will miss their date" it is the orders' own."""
FEW_WORDS = 8


def _leaves_open(made: Understanding, points: bool) -> bool:
    """Whether a question that names no order, purchase or product leaves it to the conversation."""
    is_named = bool(made.names) and made.written_like_names
    few = len(made.question.split()) <= FEW_WORDS
    goes_on = GOES_ON_FROM.match(made.question) is not None
    match made.intent:
        case "drafts":
            few = few and len(made.question.split()) <= 4
            return (points or few) and not re.search(r"\b(?:my|all|drafts)\b", made.question, re.IGNORECASE)
        case "unclear":
            return points and len(made.question.split()) <= 6 and bool(made.choices)
        case one if one in SPEAKS_OF_NOTHING or one == "other_language":
            return False
        case one if one in ABOUT_AN_ORDER or one in {"change", "follow_up", "substitute"}:
            return not is_named or points or one not in _SPEAKS_OF_A_CUSTOMER
        case "waiting_for" | "purchase":
            return not made.names or points
        case "policy":
            begins = re.match(r"(?:and|so|but|ok|what if|who'd|who would)\b", made.question, re.IGNORECASE)
            ends = few and re.search(r"\bthen\W*$", made.question, re.IGNORECASE)
            return (not made.names and bool(points or begins or ends)) or (points and few and not is_named)
        case "at_risk":
            theirs = _THEIR_ORDERS.search(made.question)
            asks = (
                _OF_THE_LIST.search(made.question) or theirs or (few and _ABOUT_A_LIST.search(made.question))
            )
            return not made.names and bool(asks)
        case _:  # stock, customer_orders, credit
            return points or (not is_named and few and (goes_on or not made.names))
