"""Step three: the answer's words. Answer first, then the proof, then the rule, then the next step.

Every fact comes from a tool's result and carries its id; nothing here computes a figure. The text goes through grounding like
any other brain's. Options are not worked out here: where their tool has answered, `about_options` tells it; drafts: `drafting`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from copilot.models.playbook.about_options import compared, options_of
from copilot.models.playbook.about_orders import (
    NOTHING_RELEVANT,
    also_about,
    is_plain,
    not_diagnosed,
    one_order,
)
from copilot.models.playbook.about_records import REPORTS, at_risk, basis, not_read, report, waiting
from copilot.models.playbook.asking_back import NOTHING_NAMED, doubt, question_back
from copilot.models.playbook.drafting import listed, told
from copilot.models.playbook.follow_ups import listed_in
from copilot.models.playbook.intents import ABOUT_AN_ORDER, AS_A_QUESTION, OF_A_NAME, Intent
from copilot.models.playbook.plan import COMPARED, MAX_ORDERS, may_be_a_rule, really_asked
from copilot.models.playbook.quoting import agreed_terms, as_list, quotes, without_repeats
from copilot.models.playbook.searching import bare_question
from copilot.models.playbook.sides import said_together
from copilot.models.playbook.steps import Read, diagnosed, named
from copilot.models.playbook.topics import SUBSTITUTION, terms_named
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.wording import blocks, unread

VERSION = "2"

HELP = (
    "I read Odoo with your own rights and search the company's SOPs, contracts and carrier policies. I change nothing in Odoo. "
    "Ask me, for example:\n\n"
    "- Why is an order late, what blocks it, who has to act, when will it ship? Name the order, the customer's reference, the "
    "delivery or the tracking number.\n"
    "- Which orders are at risk: all, or of a customer, a warehouse, a vendor, a carrier?\n"
    "- Which orders wait for a purchase order or a product, and how much of it do we have?\n"
    "- What may the customer be told?\n"
    "- What does a customer's contract, an SOP or a carrier policy say about partial shipments, cut-offs, penalties …?"
)
NOT_ENGLISH = "I answer in English only so far. Please ask again in English, with the order's name, and I will look it up."
IN_ENGLISH = "I answer in English only so far."
GREETING = "Hello. Name an order and I will tell you why it is late, or ask what a contract or an SOP says."
OUT_OF_SCOPE = (
    "That is outside what I can look up. I answer from Odoo and the company's documents: why an order is late, when it ships, which "
    "orders are at risk, stock, purchase orders, customers, and what contracts and SOPs say."
)
NO_CHANGE = (
    "I cannot change anything in Odoo, send anything or approve anything: what follows is what I read."
)
NO_CHANGE_ALONE = (
    "I cannot change anything in Odoo, send anything or approve anything. Name the order, and I will tell you where it stands "
    "and who can take the next step."
)
NOTHING_BEFORE = "There is no answer of mine before this that I could repeat. What would you like to know?"
WHICH_ORDER = "Which order do you mean? Give me its name as in Odoo, the customer's reference, a delivery or a tracking number."
WHICH: dict[str, str] = {
    "stock": "Which product do you mean? Give me its internal reference or its name.",
    "substitute": "Which product or which order do you mean? Give me its reference.",
    "customer_orders": "Which customer do you mean? Give me the name or our reference.",
    "credit": "Which customer do you mean? Give me the name or our reference.",
    "purchase": "Which purchase order do you mean? Give me its name as in Odoo.",
    "waiting_for": "Which purchase order or product do you mean? Give me its name as in Odoo.",
    "follow_up": "Which purchase order do you mean? Give me its name as in Odoo.",
}
NOT_YET: dict[str, str] = {
    "at_risk": "I cannot list the orders at risk here. Name an order, and I will tell you how it stands.",
    "waiting_for": "I cannot list what waits for it here. Name an order, and I will tell you what it waits for.",
}
IF_A_RULE = "If you ask what the rules say:"
FOLLOW_UP = (
    "I send nothing to a vendor. Ask for a firm date and a tracking number, and enter the answer in Odoo."
)


def answer(asked: Understanding, reads: Sequence[Read], *, role: str = "service") -> str:
    """The text for what was asked and read, with evidence marks.

    Args:
        role: of the person who asks; what they can do comes first.
    """
    if asked.intent == "rephrase":
        if asked.before is None:
            return NOTHING_BEFORE
        return _answer(replace(asked.before, style="short"), reads, role)
    if asked.intent == "basis":
        if asked.before is None and not (asked.references or asked.purchases):
            return NOTHING_BEFORE
        said = _answer(really_asked(asked), reads, role)
        return basis(reads, re.findall(r"\[([EK]\d+)\]", said)) or said
    said = _answer(asked, reads, role)
    rule = _perhaps_a_rule(asked, reads) if "policy" in asked.or_else else ""
    if rule and asked.intent in {"out_of_scope", "small_talk", "help"}:
        said = ""
    # What is told beside the answer is not asked for as well.
    or_else = [one for one in asked.or_else if not (rule and one == "policy")]
    return blocks([said, rule if rule not in said else "", doubt(asked.intents, or_else, _said(asked))])


def _answer(asked: Understanding, reads: Sequence[Read], role: str) -> str:
    match asked.intent:
        case "help":
            return HELP
        case "small_talk":
            return GREETING
        case "out_of_scope":
            return OUT_OF_SCOPE
        case "drafts":
            return listed(reads)
        case "other_language" if not asked.references:
            return NOT_ENGLISH
        case "unclear" if not told(reads):
            return blocks([_perhaps_a_rule(asked, reads), _ask_back(asked, reads, role)])
        case "change" if not (asked.references or asked.purchases):
            return NO_CHANGE_ALONE
    drafted = told(reads)
    if drafted and asked.also is None:
        standing = (
            one_order(asked, "unclear", one, reads, role=role, several=True) for one in diagnosed(reads)
        )
        return blocks([drafted, *standing])
    parts: list[str] = []
    if asked.intent == "change":
        parts.append(NO_CHANGE)
    if asked.intent == "other_language":
        parts.append(IN_ENGLISH)
    first = _about(asked, asked.intent, reads, role)
    parts.append(first or blocks([_perhaps_a_rule(asked, reads), _missing(asked)]))
    if asked.also and first:
        parts.append(
            _second(asked, asked.also, reads, role, first) or _which_order(asked, asked.also, reads, first)
        )
    left = asked.references[MAX_ORDERS:] if asked.references else asked.purchases[MAX_ORDERS:]
    if left:
        parts.append(f"I looked at the first ones only; ask me next about {', '.join(left)}.")
    parts.append(drafted)
    parts.append(unread(str(one) for read in reads for one in read.result.get("not_read") or ()))
    return blocks(parts)


def _about(asked: Understanding, intent: Intent, reads: Sequence[Read], role: str) -> str:
    """The answer to one of the questions."""
    orders = [read for read in reads if read.tool == "diagnose_order"]
    tools = _TOOLS_OF.get(intent, frozenset())
    if tools:
        found = [read for read in reads if read.tool in tools]
        if found:
            answered = [read for read in found if read.result.get("status") == "found"] or found[-1:]
            # "Of Zanzibar and Palisade": whose are not among the answers is said, too.
            both = said_together(asked.names)
            answered += [
                read for read in found if read not in answered and read.arguments.get("customer") in both
            ]
            parts = [report(read, short=asked.style == "short") for read in answered]
            if intent == "follow_up":
                parts.append(FOLLOW_UP if asked.purchases else WHICH["follow_up"])
            return blocks(parts)
        if not orders:
            return ""
    if intent == "at_risk":
        return at_risk(asked, reads)
    if intent == "waiting_for" and any(read.tool == "waiting_for" for read in reads):
        return blocks(waiting(read) for read in reads if read.tool == "waiting_for")
    if intent in COMPARED and (asked_for := [read for read in reads if read.tool == "compare_options"]):
        comparisons = compared(reads)
        told_of = [options_of(one, intent, several=len(comparisons) > 1) for one in comparisons]
        return blocks(
            [*told_of, *(not_diagnosed(read) for read in asked_for if read.result.get("status") != "found")]
        )
    if orders:
        diagnoses = diagnosed(reads)
        parts = [
            one_order(asked, intent, diagnosis, reads, role=role, several=len(diagnoses) > 1)
            for diagnosis in diagnoses
        ]
        parts += [not_diagnosed(read) for read in orders if read.result.get("status") != "found"]
        return blocks(parts)
    if intent == "substitute":
        return _substitute(asked, reads)
    if intent == "policy":
        found = [read for read in reads if read.tool == "search_documents"]
        return _policy(asked, found, reads) if found else ""
    return ""


_TOOLS_OF: dict[str, frozenset[str]] = {
    "stock": frozenset({"stock"}),
    "purchase": frozenset({"purchase_status"}),
    "follow_up": frozenset({"purchase_status"}),
    "change": frozenset({"purchase_status"}),
    "where": frozenset({"delivery_status"}),
    "order_facts": frozenset({"order_facts"}),
    "changes": frozenset({"changes_since"}),
    "customer_orders": frozenset({"customer_orders"}),
    "credit": frozenset({"credit_position"}),
}
assert frozenset().union(*_TOOLS_OF.values()) <= REPORTS


def _second(asked: Understanding, intent: Intent, reads: Sequence[Read], role: str, first: str) -> str:
    """What the second question adds."""
    diagnoses = diagnosed(reads)
    if diagnoses and intent not in _TOOLS_OF and intent not in COMPARED:
        if asked.intent in _TOOLS_OF:  # the first was answered from another read: this one is told in full
            return _about(replace(asked, question=asked.second or asked.question), intent, reads, role)
        told = blocks(also_about(asked, intent, diagnosis, reads, role) for diagnosis in diagnoses)
    else:
        told = _about(replace(asked, question=asked.second or asked.question), intent, reads, role)
    # A sentence that the first part has said is not said again.
    return "\n\n".join(part for part in told.split("\n\n") if part and part not in first)


def _which_order(asked: Understanding, intent: Intent, reads: Sequence[Read], first: str) -> str:
    """The second question is about an order, and none is named: it is asked back rather than left out."""
    if intent not in ABOUT_AN_ORDER or asked.references or diagnosed(reads):
        return ""
    which = "Which of these orders" if listed_in(first) else "Which order"
    return f"{which} is your second question about?"


def _missing(asked: Understanding) -> str:
    """What has to be known first."""
    has_thing = bool(asked.references or asked.purchases or asked.products or asked.names)
    if asked.intent in NOT_YET and (has_thing or asked.intent == "at_risk"):
        return NOT_YET[asked.intent]
    if asked.intent == "policy":
        return NOTHING_RELEVANT
    return WHICH.get(asked.intent, WHICH_ORDER)


def _perhaps_a_rule(asked: Understanding, reads: Sequence[Read]) -> str:
    """What the documents say, where a question that names no record may be about a rule; nothing where they are not sure to."""
    if not may_be_a_rule(asked):
        return ""
    found = [
        read
        for read in reads
        if read.tool == "search_documents"
        and read.result.get("status") == "found"
        and not read.result.get("note")
    ]
    quoted = as_list(quotes(found, bare_question(asked), most=2, of_the_first=2)) if found else ""
    return f"{IF_A_RULE}\n\n{quoted}" if quoted else ""


def _policy(asked: Understanding, searched: Sequence[Read], reads: Sequence[Read]) -> str:
    if all(read.result.get("status") == "unavailable" for read in searched):
        return "The documents are unavailable just now. Try again in a minute; orders can be asked about meanwhile."
    agreed = agreed_terms(reads, terms_named(asked.question))
    found = quotes(
        searched, bare_question(asked), most=2 if agreed else 3, of_the_first=2, old=asked.old_versions
    )
    quoted = as_list(without_repeats([*agreed, *found]))
    if not quoted:
        return NOTHING_RELEVANT
    looked_up = [read for read in reads if read.tool == "find_name"]
    about = ""
    for read in looked_up:
        status, said = read.result.get("status"), str(read.arguments.get("name", ""))
        if status == "not_found" and said[:1].isupper() and said not in quoted:
            about = f"I know no customer, vendor or carrier called “{said}” in Odoo, so this is from all documents.\n\n"
        elif status == "several":
            names = ", ".join(f"{one['name']} [{one['id']}]" for one in read.result["found"])
            about = f"Several fit that name: {names}. Name one for its own contract; meanwhile:\n\n"
    return f"{about}{quoted}"


def _substitute(asked: Understanding, reads: Sequence[Read]) -> str:
    unclear = [
        read
        for read in reads
        if read.tool == "find_name" and read.result.get("status") in {"several", "not_found"}
    ]
    searched = [read for read in reads if read.tool == "search_documents"]
    stocks = [read for read in reads if read.tool == "stock"]
    if not searched:
        return not_read(unclear[0]) if unclear else ""
    agreed = agreed_terms(reads, ["substitution"])
    quoted = as_list(without_repeats([*agreed, *quotes(searched, SUBSTITUTION, most=2)])) or NOTHING_RELEVANT
    return blocks([quoted, *(report(read, short=True) for read in stocks)])


def _ask_back(asked: Understanding, reads: Sequence[Read], role: str) -> str:
    """A question back, with what it may have meant."""
    it = _it(asked)
    diagnoses = diagnosed(reads)
    standing = blocks(one_order(asked, "unclear", one, reads, role=role, several=True) for one in diagnoses)
    unread = [
        read for read in reads if read.tool == "diagnose_order" and read.result.get("status") != "found"
    ]
    if unread and not diagnoses:
        return blocks(not_diagnosed(read) for read in unread)
    back = question_back(asked.choices, it)
    if not back:
        return blocks([standing, WHICH_ORDER if not diagnoses else "What would you like to know about it?"])
    return blocks([standing, back])


def _it(asked: Understanding) -> str:
    return next(iter((*asked.references, *asked.purchases, *asked.products)), NOTHING_NAMED)


def _said(asked: Understanding) -> str:
    """What it is about, if the question itself says so."""
    it = _it(asked)
    return it if it.casefold() in asked.question.casefold() else NOTHING_NAMED


def suggestions(asked: Understanding, reads: Sequence[Read]) -> tuple[str, ...]:
    """Questions that make sense next; first what else may have been meant."""
    if asked.intent == "unclear":
        return _offered(asked, asked.choices)
    return tuple(dict.fromkeys((*_offered(asked, asked.or_else), *_next(asked, reads))))[:3]


def _offered(asked: Understanding, intents: Sequence[Intent]) -> tuple[str, ...]:
    """Guesses as questions that can be clicked."""
    it = _it(asked)
    name = next((one for one in asked.names if is_plain(one)), "") if asked.written_like_names else ""
    offered = [question for one in intents if (question := _as_a_question(one, it, name))]
    return tuple(offered[:3])


def _as_a_question(intent: Intent, it: str, name: str) -> str:
    """Something to click; empty where it would have to name what is not known."""
    if it == NOTHING_NAMED and name and intent in OF_A_NAME:
        return OF_A_NAME[intent].format(name=name)
    words = AS_A_QUESTION.get(intent, "")
    return "" if it == NOTHING_NAMED and "{it}" in words else words.format(it=it)


def _next(asked: Understanding, reads: Sequence[Read]) -> tuple[str, ...]:
    diagnoses = diagnosed(reads)
    if not diagnoses:
        return _after_records(reads)
    first, out = diagnoses[0], []
    done = set(asked.intents)
    if first["is_late"] and "customer_message" not in done:
        out.append(f"What can I tell the customer about {first['order']}?")
    if "policy" not in done and first["customer"]:
        out.append(f"What does the contract say about partial shipments for {first['order']}?")
    if not done & {"why_late", "change"}:
        out.append(
            f"Why is {first['order']} late?" if first["is_late"] else f"When will {first['order']} ship?"
        )
    return tuple(out[:3])


def _after_records(reads: Sequence[Read]) -> tuple[str, ...]:
    out: list[str] = []
    for read in reads:
        result = read.result
        if read.tool == "orders_at_risk" and result.get("orders") == []:
            out += [f"Open orders of {one['name']}" for one in named(reads) if one["kind"] == "customer"]
            out.append("Which orders are at risk?")
        if result.get("status") != "found":
            continue
        subject = str(result.get("subject") or "") if not isinstance(result.get("subject"), dict) else ""
        if read.tool == "purchase_status" and is_plain(subject):
            if not any(one.tool == "waiting_for" for one in reads):
                out.append(f"Which orders wait for {subject}?")
        elif read.tool in {"delivery_status", "order_facts", "changes_since"} and is_plain(subject):
            out += [f"Why is {subject} late?", f"When will {subject} ship?"]
        elif read.tool == "customer_orders" and is_plain(subject):
            out.append(f"Which orders of {subject} are at risk?")
        elif read.tool in {"orders_at_risk", "waiting_for"} and result.get("orders"):
            out.append(f"Why is {result['orders'][0]['order']} late?")
    return tuple(dict.fromkeys(out))[:3]
