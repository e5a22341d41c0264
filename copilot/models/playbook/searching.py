"""Which documents are searched, with which words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from copilot.models.playbook.steps import Read, Step, named
from copilot.models.playbook.topics import SOP_TOPICS, without_order
from copilot.models.playbook.understood import Understanding


def contract_step(query: str, customer: str) -> Step:
    """A question to one customer's contract."""
    arguments = {"query": query, "customer_ref": customer, "types": ["contract"]}
    return Step(tool="search_documents", arguments=arguments)


def sop_step(cause: str) -> Step:
    """What the SOPs say about a cause."""
    query = SOP_TOPICS.get(cause, cause.replace("_", " "))
    return Step(tool="search_documents", arguments={"query": query, "cause": cause, "types": ["sop"]})


def rule_steps(query: str, customer: str) -> list[Step]:
    """A question about a rule for one order: the customer's contract first, then everything else."""
    steps = [Step(tool="search_documents", arguments={"query": query, "customer_ref": customer})]
    if customer:
        steps.insert(0, contract_step(query, customer))
    return steps


def customer_of(reads: Sequence[Read]) -> str:
    """Our reference of the customer that the question names; empty for none."""
    return next((str(one["ref"]) for one in named(reads) if one["kind"] == "customer" and one["ref"]), "")


def terms_step(customer: str) -> Step:
    """What was read out of a customer's contracts beforehand."""
    return Step(tool="contract_terms", arguments={"customer_ref": customer})


def says_where(name: str, reads: Sequence[Read]) -> bool:
    """Whether a name narrows the search to somebody's documents; one that does not stays in the words that are searched for."""
    return any(
        found["kind"] == "carrier" or found["ref"]
        for read in reads
        if read.tool == "find_name" and read.arguments.get("name") == name
        for found in read.result.get("found") or ()
    )


def search_step(asked: Understanding, query: str, reads: Sequence[Read]) -> Step:
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


def says_something(question: str) -> bool:
    return len(re.findall(r"\w{3,}", question)) >= 2
