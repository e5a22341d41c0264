"""Step three: the answer's words. Answer first, then the proof, then the rule, then the next step.

Every fact comes from a tool's result and carries its id; nothing here computes a figure. The text goes through grounding like
any other brain's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from copilot.models.playbook.plan import CONTRACT_QUESTIONS, SOP_TOPICS, Read, diagnosed, rule_question
from copilot.models.playbook.quoting import as_list, quotes
from copilot.models.playbook.understanding import MAX_ORDERS, Understanding

VERSION = "1"
MAX_CAUSES = 5

ROLE_NAMES = {
    "service": "Customer service",
    "supervisor": "Warehouse supervisor",
    "purchasing": "Purchasing",
    "sales": "Sales",
    "finance": "Finance",
    "compliance": "Compliance",
}
HELP = (
    "I read Odoo with your own rights and search the company's SOPs, contracts and carrier policies. I change nothing in Odoo. "
    "Ask me, for example:\n\n"
    "- Why is an order late? Name the order, your customer's reference, the delivery or the tracking number.\n"
    "- When will it ship now, and what may the customer be told?\n"
    "- What does a customer's contract, an SOP or a carrier policy say about partial shipments, cut-offs, penalties …?"
)
NOT_ENGLISH = "I answer in English only so far. Please ask again in English, with the order's name, and I will look it up."
GREETING = "Hello. Name an order and I will tell you why it is late, or ask what a contract or an SOP says."
NO_CHANGE = (
    "I cannot change anything in Odoo, send anything or approve anything: what follows is what I read."
)
NO_CHANGE_ALONE = (
    "I cannot change anything in Odoo, send anything or approve anything. Name the order, and I will tell you where it stands "
    "and who can take the next step."
)
WHICH_ORDER = "Which order do you mean? Give me its name as in Odoo, the customer's reference, a delivery or a tracking number."
NOTHING_RELEVANT = "I found nothing about that in the documents you may read. Ask the owner of the SOPs, or put it in other words."


def answer(asked: Understanding, reads: Sequence[Read]) -> str:
    """The text for what was asked and read, with evidence marks."""
    if asked.intent == "help":
        return HELP
    if asked.intent == "small_talk":
        return GREETING
    if asked.intent == "other_language":
        return NOT_ENGLISH
    if not asked.references:
        if asked.intent == "change":
            return NO_CHANGE_ALONE
        found = [read for read in reads if read.tool == "search_documents"]
        if found:
            return _policy(asked, found, reads)
        return _partner_only(asked, reads) or WHICH_ORDER
    parts = [NO_CHANGE] if asked.intent == "change" else []
    diagnoses = diagnosed(reads)
    for diagnosis in diagnoses:
        parts.append(_one_order(asked, diagnosis, reads, short=len(diagnoses) > 1))
    parts += [
        _not_diagnosed(read)
        for read in reads
        if read.tool == "diagnose_order" and read.result.get("status") != "found"
    ]
    if len(asked.references) > MAX_ORDERS:
        left = ", ".join(asked.references[MAX_ORDERS:])
        parts.append(f"I looked at the first {_in_words(MAX_ORDERS)} only; ask me next about {left}.")
    return "\n\n".join(part for part in parts if part) or WHICH_ORDER


def _one_order(asked: Understanding, diagnosis: dict[str, Any], reads: Sequence[Read], *, short: bool) -> str:
    blocks = [_headline(diagnosis)]
    if asked.intent == "policy":
        searched = [read for read in reads if read.tool == "search_documents"]
        blocks = [
            as_list(quotes(searched, rule_question(asked.question), most=3)) or NOTHING_RELEVANT,
            *blocks,
        ]
    causes = [cause for cause in diagnosis["causes"] if cause["code"] != "on_time"]
    if causes:
        blocks.append(
            "\n".join(_cause(number, cause) for number, cause in enumerate(causes[:MAX_CAUSES], start=1))
        )
        if len(causes) > MAX_CAUSES:
            blocks.append("More causes are in the card.")
    expected = _expected(diagnosis)
    if expected:
        blocks.append(expected)
    if diagnosis["is_late"] and asked.intent != "policy" and not short:
        blocks += [_contract(diagnosis, reads), _procedure(diagnosis, reads)]
    if asked.intent == "customer_message":
        blocks.append(_tell_customer(diagnosis))
    elif not short:
        blocks.append(_next(causes))
    if diagnosis["not_read"]:
        blocks.append("What I could not read: " + " ".join(diagnosis["not_read"]))
    return "\n\n".join(block for block in blocks if block)


def _headline(diagnosis: dict[str, Any]) -> str:
    order, customer, marks = diagnosis["order"], diagnosis["customer"], _marks(diagnosis["order_evidence"])
    promised, days = diagnosis["promised"], diagnosis["days_late"]
    who = f"{order} for {customer}" if customer else order
    codes = [cause["code"] for cause in diagnosis["causes"]]
    if codes == ["on_time"]:
        return f"**{who} is on time.** " + (
            f"It is promised for {_date(promised)} {marks}." if promised else ""
        )
    if not diagnosis["is_late"] and promised:
        return f"**{who} is not late yet.** It is promised for {_date(promised)} {marks}."
    if promised is None:
        return f"**{who} has no promised date**, so nothing says how late it is {marks}."
    if not days:
        return f"**{who} will miss its promise** of {_date(promised)} {marks}."
    basis = (
        ""
        if diagnosis["promise_basis"] == "commitment_date"
        else " (Odoo's own expected date; nobody promised another)"
    )
    return f"**{who} is {days} {'day' if days == 1 else 'days'} late**: it was promised for {_date(promised)}{basis} {marks}."


def _cause(number: int, cause: dict[str, Any]) -> str:
    owner = ROLE_NAMES.get(cause["owner_role"], cause["owner_role"])
    summary, marks = cause["summary"].strip(), _marks(cause["evidence"])
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z“])", summary)
    proven = f"{cause['certainty'].capitalize()}; {owner.lower()} owns it."
    missing = f" Not known: {'; '.join(cause['missing'])}." if cause["missing"] else ""
    return (
        f"{number}. "
        + " ".join(f"{_without_stop(sentence)} {marks}." for sentence in sentences)
        + f" {proven}{missing}"
    )


def _expected(diagnosis: dict[str, Any]) -> str:
    expected = diagnosis["expected"]
    earliest, latest, marks = expected["earliest"], expected["latest"], _marks(expected["evidence"])
    if diagnosis["causes"] and diagnosis["causes"][0]["code"] in {"on_time", "cancelled"} and not earliest:
        return ""
    if not earliest:
        return f"**Expected:** no date can be given. {_marked(expected['reasoning'], marks)}"
    if latest == earliest:
        when = f"{_date(earliest)}"
    elif latest is None:
        when = f"not before {_date(earliest)}"
    else:
        when = f"between {_date(earliest)} and {_date(latest)}"
    return f"**Expected to ship:** {when} {marks}. {_marked(expected['reasoning'], marks)}".rstrip()


def _contract(diagnosis: dict[str, Any], reads: Sequence[Read]) -> str:
    """The clauses that decide, from each question the contract was asked; the same clause once."""
    found: list[str] = []
    for query in CONTRACT_QUESTIONS:
        asked = [
            read
            for read in reads
            if read.arguments.get("query") == query
            and read.arguments.get("customer_ref") == diagnosis["customer_ref"]
        ]
        found += [quote for quote in quotes(asked, query, most=1) if quote not in found]
    return _led("**The contract says:**", found)


def _procedure(diagnosis: dict[str, Any], reads: Sequence[Read]) -> str:
    """What the SOP says to do about what blocks first."""
    cause = diagnosis["causes"][0]["code"]
    asked = [read for read in reads if read.arguments.get("cause") == cause]
    return _led("**Our procedure says:**", quotes(asked, SOP_TOPICS.get(cause, ""), most=1))


def _led(lead: str, found: Sequence[str]) -> str:
    return f"{lead} {found[0]}" if len(found) == 1 else "\n".join([lead, as_list(found)]) if found else ""


def _policy(asked: Understanding, searched: Sequence[Read], reads: Sequence[Read]) -> str:
    if all(read.result.get("status") == "unavailable" for read in searched):
        return "The documents are unavailable just now. Try again in a minute; orders can be asked about meanwhile."
    quoted = as_list(quotes(searched, rule_question(asked.question), most=3))
    if not quoted:
        return NOTHING_RELEVANT
    unknown = [
        read for read in reads if read.tool == "find_partner" and read.result.get("status") == "not_found"
    ]
    about = (
        f"I know no customer or vendor called “{asked.party}” in Odoo, so this is from all documents.\n\n"
        if unknown and not quoted.count(asked.party)
        else ""
    )
    several = _several_partners(reads)
    return f"{about}{several}{quoted}"


def _several_partners(reads: Sequence[Read]) -> str:
    partners = [
        partner
        for read in reads
        if read.tool == "find_partner"
        for partner in read.result.get("partners", ())
    ]
    if len(partners) < 2:
        return ""
    names = ", ".join(f"{partner['name']} [{partner['id']}]" for partner in partners)
    return f"Several fit that name: {names}. Name one for its own contract; meanwhile:\n\n"


def _partner_only(asked: Understanding, reads: Sequence[Read]) -> str:
    found = [read for read in reads if read.tool == "find_partner"]
    if not found:
        return ""
    status = found[0].result.get("status")
    if status in {"unavailable", "not_permitted"}:
        return str(found[0].result.get("message", "")) or WHICH_ORDER
    return WHICH_ORDER


def _tell_customer(diagnosis: dict[str, Any]) -> str:
    """What the customer may be told: the date, never our reasons in detail, vendors, stock or money."""
    expected, marks = diagnosis["expected"], _marks(diagnosis["expected"]["evidence"])
    if not diagnosis["is_late"]:
        return f"**You can tell the customer:** your order {diagnosis['order']} is on schedule for {_date(diagnosis['promised'])}."
    sorry = f"**You can tell the customer:** we are sorry that your order {diagnosis['order']} is delayed"
    if expected["earliest"] and expected["latest"]:
        if expected["earliest"] == expected["latest"]:
            when = f"on {_date(expected['earliest'])}"
        else:
            when = f"between {_date(expected['earliest'])} and {_date(expected['latest'])}"
        return f"{sorry}; we now expect to ship it {when} {marks}. Read it once more before you send it; I send nothing."
    return (
        f"{sorry}; we will come back with a date as soon as it is confirmed. "
        "Name no date yet: the records do not allow one."
    )


def _next(causes: Sequence[dict[str, Any]]) -> str:
    lines: list[str] = []
    for cause in causes[:3]:
        for step in cause["next_steps"][:2]:
            who = ROLE_NAMES.get(cause["owner_role"], cause["owner_role"])
            line = f"- {who}: {_without_stop(step)} {_marks(cause['evidence'][:2])}".rstrip() + "."
            if line not in lines:
                lines.append(line)
    return "\n".join(["**Next:**", *lines[:4]]) if lines else ""


def _not_diagnosed(read: Read) -> str:
    result, asked_for = read.result, str(read.arguments.get("reference", ""))
    match result.get("status"):
        case "not_found":
            return (
                f"I found no order for “{asked_for}” among the records you may see. Check the number, or try the customer's reference, "
                "the delivery or the tracking number."
            )
        case "several":
            lines = [
                f"- {one['order']}, {one['customer']}"
                + (f", promised {_date(one['promised'])}" if one["promised"] else "")
                + f" [{one['id']}]"
                for one in result["candidates"]
            ]
            more = " There are more." if result.get("not_listed") else ""
            return f"Several orders fit “{asked_for}”. Which one do you mean?{more}\n\n" + "\n".join(lines)
        case "not_permitted":
            return f"Odoo does not let you read “{asked_for}”. {result.get('message', '')}".strip()
        case _:
            return f"I could not read “{asked_for}” in Odoo. {result.get('message', 'Try again in a minute.')}".strip()


def suggestions(asked: Understanding, reads: Sequence[Read]) -> tuple[str, ...]:
    """Questions that make sense next."""
    diagnoses = diagnosed(reads)
    if not diagnoses:
        return ()
    first, out = diagnoses[0], []
    if first["is_late"] and asked.intent != "customer_message":
        out.append(f"What can I tell the customer about {first['order']}?")
    if asked.intent != "policy" and first["customer"]:
        out.append(f"What does the contract say about partial shipments for {first['order']}?")
    if asked.intent not in {"why_late", "change"}:
        out.append(
            f"Why is {first['order']} late?" if first["is_late"] else f"When will {first['order']} ship?"
        )
    return tuple(out[:3])


def _marks(ids: Sequence[str]) -> str:
    return "".join(f"[{one}]" for one in ids[:4])


def _marked(text: str, marks: str) -> str:
    if not text or not marks:
        return text
    return " ".join(
        f"{_without_stop(sentence)} {marks}."
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z“])", text.strip())
    )


def _without_stop(sentence: str) -> str:
    return sentence.strip().rstrip(".")


def _date(iso: str | None) -> str:
    if not iso:
        return "no date"
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b %Y}"


def _in_words(number: int) -> str:
    return ("no", "one", "two", "three", "four", "five")[number]
