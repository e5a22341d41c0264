"""Step two: what to read next, given what was asked and what has been read in this turn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from copilot.models.playbook.understanding import MAX_ORDERS, Understanding

MAX_READS = 12
"""Reads of one turn, after which it answers with what it has (RELIABILITY T25)."""

PARTIAL_SHIPMENTS = "Are partial shipments allowed, and on what conditions?"
LATE_DELIVERY = "What is owed for late delivery: penalty, rate, cap, grace period?"
CONTRACT_QUESTIONS = (PARTIAL_SHIPMENTS, LATE_DELIVERY)
"""What a customer's contract is asked when their order is late."""


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


def next_steps(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    """The tool calls to make now; empty when it is time to answer. Never asks for the same thing twice."""
    wanted = _wanted(asked, reads)
    made = {(read.tool, _key(read.tool, read.arguments)) for read in reads}
    return [step for step in wanted if (step.tool, _key(step.tool, step.arguments)) not in made]


def diagnosed(reads: Sequence[Read]) -> list[dict[str, Any]]:
    """The diagnoses among what was read, in order, each order once."""
    found: dict[str, dict[str, Any]] = {}
    for read in reads:
        if read.tool == "diagnose_order" and read.result.get("status") == "found":
            found.setdefault(read.result["order"], read.result)
    return list(found.values())


def _wanted(asked: Understanding, reads: Sequence[Read]) -> list[Step]:
    if asked.intent in {"help", "small_talk", "other_language"}:
        return []
    if asked.intent == "change" and not asked.references:
        return []
    if asked.references:
        steps = [
            Step(tool="diagnose_order", arguments={"reference": one}) for one in asked.references[:MAX_ORDERS]
        ]
        for diagnosis in diagnosed(reads):
            steps += _documents_for(asked, diagnosis)
        return steps
    if asked.intent in {"policy", "unclear"} or asked.party:
        if asked.party and not any(read.tool == "find_partner" for read in reads):
            return [Step(tool="find_partner", arguments={"name": asked.party})]
        return [_search(asked, reads)] if asked.intent == "policy" or _says_something(asked.question) else []
    return []


def _documents_for(asked: Understanding, diagnosis: dict[str, Any]) -> list[Step]:
    """The clause of the customer's contract and the SOP for what blocks first, for an order that is late."""
    customer, steps = diagnosis["customer_ref"], []
    if asked.intent == "policy":
        return _rule_steps(asked, customer)
    if not diagnosis["is_late"]:
        return []
    for query in CONTRACT_QUESTIONS if customer else ():
        arguments = {"query": query, "customer_ref": customer, "types": ["contract"]}
        steps.append(Step(tool="search_documents", arguments=arguments))
    cause = diagnosis["causes"][0]["code"]
    if cause not in {"unknown", "on_time"}:
        steps.append(
            Step(
                tool="search_documents",
                arguments={
                    "query": SOP_TOPICS.get(cause, cause.replace("_", " ")),
                    "cause": cause,
                    "types": ["sop"],
                },
            )
        )
    return steps


def _rule_steps(asked: Understanding, customer: str) -> list[Step]:
    """A question about a rule for one order: the customer's contract first, then everything else."""
    query = rule_question(asked.question)
    steps = [Step(tool="search_documents", arguments={"query": query, "customer_ref": customer})]
    if customer:
        own = {"query": query, "customer_ref": customer, "types": ["contract"]}
        steps.insert(0, Step(tool="search_documents", arguments=own))
    return steps


def rule_question(question: str) -> str:
    """The question in the words that contracts use, without the order's name."""
    if re.search(r"\b(?:split|partial|part of|in parts|ship what)\b", question, re.IGNORECASE):
        return PARTIAL_SHIPMENTS
    if re.search(r"\b(?:penalt\w+|late fee|late credit|fined?|liquidated)\b", question, re.IGNORECASE):
        return LATE_DELIVERY
    return re.sub(r"\b(?:for\s+|about\s+|of\s+)?[A-Z]{1,5}/?\d[\w/-]*", "", question).strip() or question


def _search(asked: Understanding, reads: Sequence[Read]) -> Step:
    arguments: dict[str, Any] = {"query": rule_question(asked.question)}
    partners = [
        partner
        for read in reads
        if read.tool == "find_partner"
        for partner in read.result.get("partners", ())
    ]
    if len(partners) == 1 and partners[0]["ref"]:
        arguments["vendor_ref" if str(partners[0]["ref"]).startswith("V-") else "customer_ref"] = partners[0][
            "ref"
        ]
    if asked.old_versions:
        arguments["include_superseded"] = True
    return Step(tool="search_documents", arguments=arguments)


def _says_something(question: str) -> bool:
    return len(re.findall(r"\w{3,}", question)) >= 3


def _key(tool: str, arguments: dict[str, Any]) -> str:
    if tool == "diagnose_order":
        return str(arguments.get("reference", "")).casefold()
    return repr(sorted((name, value) for name, value in arguments.items() if value))


SOP_TOPICS = {
    "not_confirmed": "quotation not confirmed: what to do before an order can be released",
    "credit_hold": "releasing an order from credit hold",
    "price_mismatch": "price differs from the agreed price: who clears it",
    "missing_documents": "required documents missing before shipping",
    "incomplete_master_data": "incomplete customer or product master data",
    "cancelled": "order or delivery cancelled",
    "stock_shortage": "backorder when nothing is in stock and nothing is inbound",
    "stock_elsewhere": "stock is in another warehouse: inter-warehouse transfer",
    "reserved_by_other": "allocation priority between orders that compete for stock",
    "quality_hold": "releasing stock from quality hold",
    "inventory_discrepancy": "stock count differs from the system",
    "reservation_not_due": "when stock is reserved for an order",
    "inbound_not_ordered": "request for quotation not yet ordered at the vendor",
    "inbound_late": "purchase due after the customer's promised date: expedite",
    "inbound_overdue": "overdue purchase order: vendor follow-up",
    "inbound_short": "vendor delivered short",
    "waiting_complete": "ship complete: ready lines wait for the rest",
    "warehouse_backlog": "ready deliveries not shipped: warehouse backlog",
    "upstream_step_pending": "pick or pack step not finished",
    "partial_backorder": "remaining backorder after a partial delivery",
    "no_carrier": "delivery without a carrier: booking",
    "missed_dispatch": "missed dispatch cut-off",
    "carrier_delay": "carrier delay after dispatch: claim and customer information",
    "unrealistic_promise": "promise date earlier than lead times allow",
    "customer_requested_date": "customer asked for a later date",
    "delivery_invoice_mismatch": "delivered and invoiced quantities differ",
    "proof_of_delivery_missing": "proof of delivery missing",
}
"""Cause -> what the SOPs are asked."""
