"""Step two: what to read next, given what was asked and what has been read in this turn."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from copilot.models.playbook.drafting import draft_calls, kind_of, list_call
from copilot.models.playbook.intents import ABOUT_AN_ORDER, ABOUT_THE_LAST_ANSWER, Intent
from copilot.models.playbook.topics import (
    LATE_DELIVERY,
    SOP_TOPICS,
    SUBSTITUTION,
    cause_named,
    clause_for,
    rule_question,
    terms_named,
    without_order,
)
from copilot.models.playbook.understanding import MAX_ORDERS, Understanding

MAX_READS = 12
"""Reads of one turn, after which it answers with what it has (RELIABILITY T25)."""
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
MOST_COMPARED = 2
"""Orders of one question whose options are compared."""
ONE_READ: dict[str, str] = {
    "where": "delivery_status",
    "order_facts": "order_facts",
    "changes": "changes_since",
}
"""What is answered from another read of the order."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """One tool call that was made, and its result."""

    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One tool call to make."""

    tool: str
    arguments: dict[str, Any]


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
    asked = really_asked(asked)
    # A request for a draft needs the order read, not the documents: the draft brings the clause that decides.
    only_a_draft = asked.references and asked.also is None and kind_of(asked)
    wanted = [] if only_a_draft else _wanted(asked, asked.intent, reads, role)
    if asked.also:
        wanted += _wanted(replace(asked, question=asked.second or asked.question), asked.also, reads, role)
    wanted += _drafts(asked, reads)
    if not wanted and names_nothing_it_needs(asked):
        wanted = _policy(asked, reads)
    made = {(read.tool, _key(read.tool, read.arguments)) for read in reads}
    return [
        step
        for step in wanted
        if (step.tool, _key(step.tool, step.arguments)) not in made
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


def diagnosed(reads: Sequence[Read]) -> list[dict[str, Any]]:
    """The diagnoses among what was read, in order, each order once."""
    found: dict[str, dict[str, Any]] = {}
    for read in reads:
        if read.result.get("status") != "found":
            continue
        if read.tool == "diagnose_order":
            found.setdefault(read.result["order"], read.result)
        elif read.tool == "compare_options":
            found.setdefault(read.result["order"], read.result["diagnosis"])
    return list(found.values())


def named(reads: Sequence[Read]) -> list[dict[str, Any]]:
    """What the names of the question turned out to be, one record each."""
    return [
        read.result["found"][0]
        for read in reads
        if read.tool == "find_name" and read.result.get("status") == "found"
    ]


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
    match intent:
        case "purchase" | "follow_up" | "change" if asked.purchases:
            return [
                Step(tool="purchase_status", arguments={"reference": one})
                for one in asked.purchases[:MAX_ORDERS]
            ]
        case "waiting_for":
            said = asked.purchases or asked.products or asked.names or asked.references
            return [Step(tool="waiting_for", arguments={"reference": one}) for one in said[:1]]
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
    return [*read_first, *(Step(tool="save_draft", arguments=call) for call in draft_calls(asked, reads))]


def _documents_for(
    asked: Understanding, intent: Intent, diagnosis: dict[str, Any], role: str, *, several: bool
) -> list[Step]:
    """The clause of the customer's contract that decides, and the SOP for what blocks first, for an order that is late."""
    customer = diagnosis["customer_ref"]
    if intent == "policy":
        return _rule_steps(rule_question(asked.question), customer)
    if intent == "substitute":
        return _rule_steps(SUBSTITUTION, customer)
    if not diagnosis["is_late"] or several or intent in {"owner", "unclear", "blocks"}:
        return []
    codes = [cause["code"] for cause in diagnosis["causes"]]
    steps = [contract_step(clause_for(codes, role), customer)] if customer else []
    if intent in {"why_late", "other_language"} and codes[0] not in {"unknown", "on_time"}:
        steps.append(sop_step(codes[0]))
    return steps


def contract_step(query: str, customer: str) -> Step:
    """A question to one customer's contract."""
    arguments = {"query": query, "customer_ref": customer, "types": ["contract"]}
    return Step(tool="search_documents", arguments=arguments)


def sop_step(cause: str) -> Step:
    """What the SOPs say about a cause."""
    query = SOP_TOPICS.get(cause, cause.replace("_", " "))
    return Step(tool="search_documents", arguments={"query": query, "cause": cause, "types": ["sop"]})


def _rule_steps(query: str, customer: str) -> list[Step]:
    """A question about a rule for one order: the customer's contract first, then everything else."""
    steps = [Step(tool="search_documents", arguments={"query": query, "customer_ref": customer})]
    if customer:
        steps.insert(0, contract_step(query, customer))
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
    look_up = _look_up(asked, reads, ["warehouse", "carrier", "partner"])
    if look_up:
        return look_up
    if any(read.tool == "find_name" and read.result.get("status") == "several" for read in reads):
        return []
    filters: dict[str, Any] = {}
    for found in named(reads):
        kind = {"contact": "customer"}.get(found["kind"], found["kind"])
        by_reference = kind == "customer" and found["ref"]
        filters.setdefault(kind, found["ref"] if by_reference else found["name"])
    cause = cause_named(asked.question)
    if cause:
        filters["cause"] = cause
    # Where a day is asked for, the orders promised by then are picked out of a longer list.
    filters["limit"] = 50 if asked.days else max(MOST_LISTED, _how_many(asked.question))
    return [Step(tool="orders_at_risk", arguments=filters)]


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
    places = [read for read in reads if read.tool == "find_name" and read.result.get("status") == "found"]
    said = [name for name in asked.names if name not in {read.arguments.get("name") for read in places}]
    products = [*asked.products, *said][: MAX_ORDERS if asked.products else 1]
    where = {"warehouse": places[0].result["found"][0]["name"]} if places else {}
    return [Step(tool="stock", arguments={"product": one, **where}) for one in products]


def _customer(asked: Understanding, intent: Intent, reads: Sequence[Read]) -> list[Step]:
    tool = "customer_orders" if intent == "customer_orders" else "credit_position"
    if asked.references:
        return [Step(tool=tool, arguments={"order": asked.references[0]})]
    tried = [read for read in reads if read.tool == tool]
    if any(read.result.get("status") != "not_found" for read in tried):
        return []
    return [Step(tool=tool, arguments={"customer": name}) for name in asked.names[: len(tried) + 1]]


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
    customer = _customer_of(reads)
    if customer:
        # The customer's own contract decides; what is general comes behind it.
        return [
            _terms_step(customer),
            contract_step(SUBSTITUTION, customer),
            _search(asked, SUBSTITUTION, reads),
        ]
    for found in named(reads):
        if found["kind"] == "product":
            shown = found["ref"] or found["name"]
            query = f"substitute for {found['name']}: {SUBSTITUTION}"
            return [
                Step(tool="stock", arguments={"product": shown}),
                Step(tool="search_documents", arguments={"query": query}),
            ]
    return [_search(asked, SUBSTITUTION, reads)] if asked.names else []


def _policy(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    look_up = _look_up(asked, reads, ["carrier", "partner"], most=1)
    if look_up:
        return look_up
    customer = _customer_of(reads)
    terms = (
        [_terms_step(customer)] if customer and terms_named(asked.question) and not asked.old_versions else []
    )
    if any(found["ref"] and found["kind"] != "carrier" for found in named(reads)):
        query = rule_question(
            bare_question(asked)
        )  # one customer's contract: in the words that contracts use
    else:
        query = bare_question(asked, keep=[name for name in asked.names if not _says_where(name, reads)])
    return [*terms, _search(asked, query, reads)] if _says_something(asked.question) else []


def _customer_of(reads: Sequence[Read]) -> str:
    """Our reference of the customer that the question names; empty for none."""
    return next((str(one["ref"]) for one in named(reads) if one["kind"] == "customer" and one["ref"]), "")


def _terms_step(customer: str) -> Step:
    """What was read out of a customer's contracts beforehand."""
    return Step(tool="contract_terms", arguments={"customer_ref": customer})


def _says_where(name: str, reads: Sequence[Read]) -> bool:
    """Whether a name narrows the search to somebody's documents; one that does not stays in the words that are searched for."""
    return any(
        found["kind"] == "carrier" or found["ref"]
        for read in reads
        if read.tool == "find_name" and read.arguments.get("name") == name
        for found in read.result.get("found") or ()
    )


def _search(asked: Understanding, query: str, reads: Sequence[Read]) -> Step:
    arguments: dict[str, Any] = {"query": query}
    for found in named(reads):
        if found["kind"] == "carrier":
            arguments["carrier"] = found["name"]
        elif found["ref"]:
            arguments["vendor_ref" if found["kind"] == "vendor" else "customer_ref"] = found["ref"]
    if asked.old_versions:
        arguments["include_superseded"] = True
    return Step(tool="search_documents", arguments=arguments)


def bare_question(asked: Understanding, keep: Collection[str] = ()) -> str:
    """A question about a rule without the names in it: they say where to look, not what for.

    Args:
        keep: names that say nothing of where to look.
    """
    question = without_order(asked.question)
    for name in (one for one in asked.names if one not in keep):
        question = re.sub(rf"\b(?:of |at |for |with |by )?{re.escape(name)}(?:['’]s?)?(?!\w)", "", question)
    return " ".join(question.split()) or asked.question


def _says_something(question: str) -> bool:
    return len(re.findall(r"\w{3,}", question)) >= 2


def _key(tool: str, arguments: dict[str, Any]) -> str:
    if tool in ("diagnose_order", "compare_options"):
        return str(arguments.get("reference", "")).casefold()
    return repr(sorted((name, value) for name, value in arguments.items() if value))


__all__ = ["LATE_DELIVERY", "MAX_READS", "Read", "Step", "diagnosed", "named", "next_steps", "really_asked"]
