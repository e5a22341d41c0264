"""Step two: what to read next, given what was asked and what has been read in this turn."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from copilot.models.playbook.drafting import draft_calls, kind_of, list_call
from copilot.models.playbook.intents import ABOUT_AN_ORDER, ABOUT_THE_LAST_ANSWER, Intent
from copilot.models.playbook.searching import (
    bare_question,
    contract_step,
    customer_of,
    rule_steps,
    says_something,
    says_where,
    search_step,
    sop_step,
    terms_step,
)
from copilot.models.playbook.sides import JOINED, named_in, said_together, sides, told_apart
from copilot.models.playbook.steps import Read, Step, diagnosed, filter_of, key_of, missing_goods, named
from copilot.models.playbook.topics import (
    SUBSTITUTION,
    cause_named,
    clause_for,
    rule_question,
    terms_named,
)
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.whose import LOOKED_UP_AS, as_answered, is_decided_by_its_names

ASKED_OF_A_NAME: frozenset[str] = frozenset({"when", "where"})
"""Answered for a customer or a vendor where no order is named."""
MAX_ORDERS = 3
"""Orders answered in one turn; more are named and asked for one by one."""
MAX_READS = 12
"""Reads of one turn, after which it answers with what it has (RELIABILITY T25)."""
MOST_GOODS = 2
"""Goods that an order lacks which are looked into."""
MOST_LISTED = 5
"""Orders of a list that are told; the rest are counted."""

DIAGNOSED: frozenset[str] = frozenset(
    {
        "why_late", "when", "blocks", "owner", "customer_message", "note", "options", "split", "follow_up", "change",
        "policy", "substitute", "unclear", "other_language",
    }
)  # fmt: skip
"""What is answered from an order's diagnosis."""
COMPARED: frozenset[str] = frozenset({"split", "options"})
"""What is answered from a comparison of an order's options, unless a draft of one is asked for."""
FEWEST_WORDS_OF_A_RULE = 4
_IN_GENERAL = re.compile(
    r"\b(?:an?|any|each|every|all)\s+\w|\b(?:customers|vendors|carriers|goods|stock)\b", re.IGNORECASE
)
"""Speaks of no certain record: "a customer whose order is on hold"."""
_POINTS = re.compile(r"\b(?:it|that one|this one|those|these|them)\b", re.IGNORECASE)
MOST_TRIED = 2
"""Names of one question that are tried one after the other."""
MOST_LISTS = 4
"""Lists of one answer, where several customers or warehouses are named; of more the others are asked for next."""
LISTED_BY = ["warehouse", "carrier", "partner"]
"""What a list of orders may be narrowed to."""
MOST_COMPARED = 2
"""Orders of one question whose options are compared."""
ONE_READ: dict[str, str] = {
    "where": "delivery_status",
    "order_facts": "order_facts",
    "changes": "changes_since",
}
"""What is answered from another read of the order."""


def next_steps(
    asked: Understanding,
    reads: Sequence[Read],
    *,
    role: str = "service",
    available: Collection[str] | None = None,
) -> list[Step]:
    """The tool calls to make now; empty when it is time to answer. Never asks for the same thing twice.

    Args:
        role: of the person who asks.
        available: tools that there are; None: all.
    """
    asked = for_whom(really_asked(asked), reads)
    if first := _who_is_named(asked, reads):
        return [step for step in first if available is None or step.tool in available]
    # A request for a draft needs the order read, not the documents: the draft brings the clause that decides.
    only_a_draft = asked.references and asked.also is None and kind_of(asked)
    wanted = [] if only_a_draft else _wanted(asked, asked.intent, reads, role)
    if asked.also:
        wanted += _wanted(replace(asked, question=asked.second or asked.question), asked.also, reads, role)
    wanted += _drafts(asked, reads)
    if may_be_a_rule(asked) and (not wanted or asked.names):
        wanted += _policy(asked, reads)
    made = {(read.tool, key_of(read.tool, read.arguments)) for read in reads}
    return [
        step
        for step in wanted
        if (step.tool, key_of(step.tool, step.arguments)) not in made
        and (available is None or step.tool in available)
    ]


def really_asked(asked: Understanding) -> Understanding:
    """The question that "shorter" or "what did you base that on" repeats; else the question itself."""
    if asked.intent in ABOUT_THE_LAST_ANSWER:
        if asked.before is not None:
            return asked.before
        if asked.references:
            return replace(asked, intent="why_late")
        if asked.purchases:
            return replace(asked, intent="purchase")
    return asked


def for_whom(asked: Understanding, reads: Sequence[Read]) -> Understanding:
    """The question as the names in it decide: of a vendor it is about its purchase orders ("when does Nordic deliver?"), of a customer
    about that customer's orders."""
    if kinds := _kinds(asked, reads):
        said = replace(asked, intent=asked.turned_from or asked.intent, turned_from=None)
        if is_decided_by_its_names(said):
            asked = as_answered(said, kinds)
    if not _names_alone(asked):
        return asked
    if any(read.tool == "purchase_status" and read.result.get("status") != "not_found" for read in reads):
        return replace(asked, intent="purchase")
    if asked.intent in ASKED_OF_A_NAME and any(
        read.tool == "customer_orders" and read.result.get("status") in {"found", "several"} for read in reads
    ):
        return replace(asked, intent="customer_orders")
    return asked


def to_tell(asked: Understanding, reads: Sequence[Read]) -> tuple[Understanding, list[Read]]:
    """What is answered, from what: the question as the names in it decide, without the reads that only tried what a name is."""
    before = for_whom(asked.before, reads) if asked.before else None
    led = {read.tool for read in reads if read.result.get("status") != "not_found"}
    tried = {"waiting_for", "purchase_status"} & led if asked.names else set()
    kept = [read for read in reads if not (read.tool in tried and read.result.get("status") == "not_found")]
    return for_whom(replace(asked, before=before), reads), kept


def _kinds(asked: Understanding, reads: Sequence[Read]) -> frozenset[str]:
    """What the names of the question are, as far as they were looked up: of several that fit a name, what they all are."""
    found = [
        {one["kind"] for one in read.result["found"]}
        for read in reads
        if read.tool == "find_name" and read.arguments.get("name") in asked.names and read.result.get("found")
    ]
    told = {next(iter(kinds)) for kinds in found if len(kinds) == 1}
    return frozenset(told & {"customer", "vendor", "product"})


def _who_is_named(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    """What decides what is asked is looked up first: the likeliest name, and the next one where nobody is called that."""
    if not is_decided_by_its_names(asked):
        return []
    tried = [read for read in reads if read.tool == "find_name"]
    if any(read.result.get("found") for read in tried):
        return []
    names = [name for name in told_apart(asked.names) if not re.search(r"\d", name)]
    return _look_up(
        replace(asked, names=tuple(names)), reads, LOOKED_UP_AS, most=min(len(tried) + 1, MOST_TRIED)
    )


def _names_alone(asked: Understanding) -> bool:
    """Asks how goods come along, and names nothing but a customer or a vendor."""
    only_names = asked.names and not (asked.references or asked.purchases or asked.products or asked.also)
    return bool(only_names) and (
        asked.turned_from in {"purchase", "why_late"} or asked.intent in ASKED_OF_A_NAME | {"purchase"}
    )


def _wanted(asked: Understanding, intent: Intent, reads: Sequence[Read], role: str) -> list[Step]:
    if asked.references and intent in COMPARED and not kind_of(asked):
        return [
            Step(tool="compare_options", arguments={"reference": one})
            for one in asked.references[:MOST_COMPARED]
        ]
    if asked.references and intent in DIAGNOSED:
        steps = [
            Step(tool="diagnose_order", arguments={"reference": one}) for one in asked.references[:MAX_ORDERS]
        ]
        several = len(asked.references) > 1
        for diagnosis in diagnosed(reads):
            steps += _documents_for(asked, intent, diagnosis, role, several=several)
        return steps
    if asked.references and intent in ONE_READ:
        arguments: dict[str, Any] = {}
        if intent == "changes" and asked.days:
            arguments["since"] = asked.days.first.isoformat()
        return [
            Step(tool=ONE_READ[intent], arguments={"reference": one, **arguments})
            for one in asked.references[:MAX_ORDERS]
        ]
    if _of_its_goods(asked, intent):
        # "Who else waits for that", "how many of it are free": of what the order lacks.
        goods = missing_goods(reads)[:MOST_GOODS]
        if not goods:
            return [Step(tool="diagnose_order", arguments={"reference": asked.references[0]})]
        asked = replace(asked, references=(), products=goods)
    if _names_alone(asked) and (turned := _of_a_name(asked, reads)):
        return turned
    if intent == "follow_up" and _kinds(asked, reads) == {"vendor"}:
        # Which of its purchase orders is asked back: they are shown to choose from.
        return [
            Step(tool="purchase_status", arguments={"reference": one["name"]}) for one in named(reads)[:1]
        ]
    match intent:
        case "purchase" | "follow_up" | "change" if asked.purchases:
            return [
                Step(tool="purchase_status", arguments={"reference": one})
                for one in asked.purchases[:MAX_ORDERS]
            ]
        case "waiting_for":
            said = asked.purchases or asked.products or asked.names
            tried = [read for read in reads if read.tool == "waiting_for"]
            missed = all(read.result.get("status") == "not_found" for read in tried)
            most = min(len(tried) + 1, MOST_TRIED) if missed else 0
            return [Step(tool="waiting_for", arguments={"reference": one}) for one in said[:most]]
        case "at_risk":
            return _at_risk(asked, reads)
        case "stock":
            return _stock(asked, reads)
        case "customer_orders" | "credit":
            return _customer(asked, intent, reads)
        case "substitute":
            return _substitute(asked, reads)
        case "policy":
            return _policy(asked, reads)
        case _:
            return []


def _of_its_goods(asked: Understanding, intent: Intent) -> bool:
    """Asks about goods, and names an order for them."""
    return bool(
        intent in {"waiting_for", "stock"}
        and asked.references
        and not (asked.purchases or asked.products)
        and (asked.carried_over or not asked.names)
    )


def _of_a_name(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    """A vendor's purchase orders, else a customer's orders. The names are tried one by one."""
    if asked.turned_from == "why_late":
        vendors = [one for one in named(reads) if one["kind"] == "vendor"]
        if any(read.tool == "purchase_status" for read in reads):
            return []
        return [Step(tool="purchase_status", arguments={"reference": one["name"]}) for one in vendors[:1]]
    if _kinds(asked, reads) == {"customer"}:
        return _customer(asked, "customer_orders", reads)
    tried = [read for read in reads if read.tool == "purchase_status"]
    if any(read.result.get("status") != "not_found" for read in tried):
        return []
    names = [name for name in told_apart(asked.names) if not re.search(r"\d", name)][:MOST_TRIED]
    steps = [Step(tool="purchase_status", arguments={"reference": name}) for name in names]
    if len(tried) < len(steps):
        return steps[: len(tried) + 1]
    return _customer(asked, "customer_orders", reads)


def may_be_a_rule(asked: Understanding) -> bool:
    """A question about a rule is likely enough to look for it beside: nothing else is named that it could be about, or it was nearly
    taken for one."""
    named_else = asked.references or asked.purchases or asked.products or asked.also or asked.before
    return names_nothing_it_needs(asked) or ("policy" in asked.or_else and not named_else)


def names_nothing_it_needs(asked: Understanding) -> bool:
    """What was asked cannot be told, or it lacks the record it would be about: then it may be a question about a rule."""
    if asked.also or asked.references or asked.purchases or asked.products or _POINTS.search(asked.question):
        return False
    if asked.intent == "unclear":
        return len(asked.question.split()) >= FEWEST_WORDS_OF_A_RULE
    needs = asked.intent in ABOUT_AN_ORDER | {"follow_up", "purchase"} or (
        asked.intent == "stock" and not asked.names
    )
    return (
        needs and not asked.carried_over and bool(_IN_GENERAL.search(asked.question)) and not kind_of(asked)
    )


def _drafts(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    """The draft that was asked for, after what it is about was read; or the drafts there are."""
    if asked.intent == "drafts":
        return [Step(tool="list_drafts", arguments=list_call(asked))]
    if not kind_of(asked):
        return []
    read_first = [
        Step(tool="diagnose_order", arguments={"reference": one}) for one in asked.references[:MAX_ORDERS]
    ]
    there = {
        (draft.get("action"), draft.get("order"))
        for read in reads
        if read.tool == "save_draft" and (draft := read.result.get("draft"))
    }
    calls = [one for one in draft_calls(asked, reads) if (one["action"], one["order"].upper()) not in there]
    return [*read_first, *(Step(tool="save_draft", arguments=call) for call in calls)]


def _documents_for(
    asked: Understanding, intent: Intent, diagnosis: dict[str, Any], role: str, *, several: bool
) -> list[Step]:
    """The clause of the customer's contract that decides, and the SOP for what blocks first, for an order that is late."""
    customer = diagnosis["customer_ref"]
    if intent == "policy":
        return rule_steps(rule_question(asked.question), customer)
    if intent == "substitute":
        return rule_steps(SUBSTITUTION, customer)
    if not diagnosis["is_late"] or several or intent in {"owner", "unclear", "blocks"}:
        return []
    codes = [cause["code"] for cause in diagnosis["causes"]]
    steps = [contract_step(clause_for(codes, role), customer)] if customer else []
    if intent in {"why_late", "other_language"} and codes[0] not in {"unknown", "on_time"}:
        steps.append(sop_step(codes[0]))
    return steps


def _look_up(asked: Understanding, reads: Sequence[Read], kinds: list[str], most: int = 2) -> list[Step]:
    """What the names of the question are."""
    looked_up = {read.arguments.get("name") for read in reads if read.tool == "find_name"}
    return [
        Step(tool="find_name", arguments={"name": name, "kinds": kinds})
        for name in asked.names[:most]
        if name not in looked_up
    ]


def _at_risk(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    names = sides(asked.names, reads)
    look_up = _look_up(replace(asked, names=tuple(names)), reads, LISTED_BY, most=MOST_LISTS + 1)
    if look_up:
        return look_up
    if any(
        read.tool == "find_name"
        and read.result.get("status") == "several"
        and read.arguments["name"] in names
        for read in reads
    ):
        return []
    filters: dict[str, Any] = {}
    cause = cause_named(asked.question)
    if cause:
        filters["cause"] = cause
    # Where a day is asked for, the orders promised by then are picked out of a longer list.
    filters["limit"] = 50 if asked.days else max(MOST_LISTED, _how_many(asked.question))
    return [
        Step(tool="orders_at_risk", arguments={**one, **filters})
        for one in narrowed(named_in(asked.names, reads))[:MOST_LISTS]
    ]


def narrowed(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What lists are narrowed to: "of Juniper and Palisade" are two lists, since one of both would hide whose an order is not."""
    said: dict[str, dict[str, None]] = {}
    for found in records:
        kind, value = filter_of(found)
        said.setdefault(kind, {}).setdefault(value)
    return [dict(zip(said, values, strict=True)) for values in product(*said.values())]


def _how_many(question: str) -> int:
    match = re.search(r"\b(?:top|worst|first)\s+(\d{1,2}|ten|five|three)\b", question, re.IGNORECASE)
    words = {"three": 3, "five": 5, "ten": 10}
    return (words.get(match[1].lower()) or int(match[1])) if match else 0


def _stock(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    # Where two things are named, one may be a warehouse.
    if asked.names and len(asked.names) + len(asked.products) > 1:
        look_up = _look_up(asked, reads, ["warehouse"], most=3)
        if look_up:
            return look_up
    places = [
        read
        for read in reads
        if read.tool == "find_name"
        and read.result.get("status") == "found"
        and read.result["found"][0]["kind"] == "warehouse"
    ]
    said = [name for name in asked.names if name not in {read.arguments.get("name") for read in places}]
    # "And olive oil?", after another product: of this one.
    carried = () if asked.carried_over and said and len(asked.names) == 1 else asked.products
    products = [*carried, *said][: MAX_ORDERS if carried else 1]
    where = {"warehouse": places[0].result["found"][0]["name"]} if places else {}
    return [Step(tool="stock", arguments={"product": one, **where}) for one in products]


def _customer(asked: Understanding, intent: Intent, reads: Sequence[Read]) -> list[Step]:
    tool = "customer_orders" if intent == "customer_orders" else "credit_position"
    if asked.references:
        return [Step(tool=tool, arguments={"order": asked.references[0]})]
    named_so = told_apart(asked.names)
    joined = [name for name in named_so if JOINED.search(name)][:1]
    look_up = _look_up(replace(asked, names=tuple(joined)), reads, ["partner"])
    if look_up:
        return look_up
    names = sides(asked.names, reads)
    # "Of Juniper and Palisade": unless somebody is called that, both are asked about.
    together = [name for name in names if name in said_together(joined)]
    tried = [read for read in reads if read.tool == tool]
    if together or any(read.result.get("status") != "not_found" for read in tried):
        return [Step(tool=tool, arguments={"customer": name}) for name in together[:MAX_ORDERS]]
    return [Step(tool=tool, arguments={"customer": name}) for name in names[: len(tried) + 1]]


def _substitute(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    if asked.products:
        query = f"substitute for {asked.products[0]}: {SUBSTITUTION}"
        return [
            Step(tool="stock", arguments={"product": asked.products[0]}),
            Step(tool="search_documents", arguments={"query": query}),
        ]
    look_up = _look_up(asked, reads, ["product", "partner"])
    if look_up:
        return look_up
    customer = customer_of(reads)
    if customer:
        # The customer's own contract decides; what is general comes behind it.
        return [
            terms_step(customer),
            contract_step(SUBSTITUTION, customer),
            search_step(asked, SUBSTITUTION, reads),
        ]
    for found in named(reads):
        if found["kind"] == "product":
            shown = found["ref"] or found["name"]
            query = f"substitute for {found['name']}: {SUBSTITUTION}"
            return [
                Step(tool="stock", arguments={"product": shown}),
                Step(tool="search_documents", arguments={"query": query}),
            ]
    return [search_step(asked, SUBSTITUTION, reads)] if asked.names else []


def _policy(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    missed = sum(read.tool == "find_name" and read.result.get("status") == "not_found" for read in reads)
    look_up = _look_up(asked, reads, ["carrier", "partner"], most=min(missed + 1, MOST_TRIED))
    if look_up:
        return look_up
    customer = customer_of(reads)
    terms = (
        [terms_step(customer)] if customer and terms_named(asked.question) and not asked.old_versions else []
    )
    if any(found["ref"] and found["kind"] != "carrier" for found in named(reads)):
        query = rule_question(
            bare_question(asked)
        )  # one customer's contract: in the words that contracts use
    else:
        query = bare_question(asked, keep=[name for name in asked.names if not says_where(name, reads)])
    return [*terms, search_step(asked, query, reads)] if says_something(asked.question) else []
