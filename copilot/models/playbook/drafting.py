"""Drafts in the playbook: recognising that somebody asks for one, the call that saves it, and what is said of it.

A question is never taken for a request: "should we split it" is answered, "draft a split" is drafted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.wording import blocks

if TYPE_CHECKING:
    from copilot.models.playbook.steps import Read

_ASKS_FIRST = re.compile(
    r"^(?:and |so |but |ok |then )*(?:should|shall|what|why|when|where|who|which|how|is|are|was|were|does|do we|did|may)\b",
    re.IGNORECASE,
)
_DRAFTS = re.compile(
    r"\b(?:draft(?:ing)?|prepare|propose|compose|set up|write|log|leave|add|put|save)\b(?! (?:is|was|are)\b)",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"^(?:please |pls |now |then |ok |can you |could you |would you |i want (?:you )?to |let's |let us )*"
    r"(?:split|release|reallocate|expedite|chase|assign|ask|change|move|set|substitute|replace|ship|source|follow(?:ing)? up|request"
    r"|re-?promise|promise|send|remind)\b",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (action, re.compile(pattern, re.IGNORECASE))
    for action, pattern in (
        ("request_credit_review", r"\bcredit review\b|\breview\b.{0,30}\bcredit\b"),
        ("reallocate_stock", r"\breallocat\w*|\btake (?:the |its )?stock (?:from|of)\b"),
        ("release_ship_complete", r"\bship[- ]complete\b|\brelease\b.{0,40}\bcomplete\b"),
        ("substitute_product", r"\bsubstitut\w*|\breplace\b.{1,60}\b(?:with|by)\b"),
        ("source_from_warehouse", r"\b(?:ship|sourc|deliver)\w*\b.{0,60}\bfrom\b"),
        ("change_carrier", r"\bcarrier\b"),
        (
            "change_promise_date",
            r"\bpromis\w*|\bre-?promise\b|\bdelivery date\b|\bnew date\b|\bcommitment date\b",
        ),
        ("split_delivery", r"\bsplit\w*"),
        ("assign_activity", r"\bactivity\b|\btask\b|\bto-?do\b|\bremind\b"),
        ("log_note", r"\bnote\b"),
        ("expedite_purchase", r"\bexpedit\w*|\bchase\b|\bfollow(?:ing)?[- ]up\b|\bvendor\b|\bsupplier\b"),
        ("message_customer", r"\b(?:message|mail|e-?mail|reply|letter|apolog\w+|update)\b|\bcustomer\b"),
    )
)
_OWN_WORDS = re.compile(
    r"(?:\bsaying(?: that)?|\b(?:note|message|mail|e-?mail|reply)\b[^:]{0,60}?(?::|\bthat\b)|:)\s*(.{3,})$",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCES = re.compile(
    r"(?<=[?!;])\s+|(?<=[a-z\d]\.)\s+|,?\s+(?:and|also|plus|then) (?=draft|log|write|prepare)", re.IGNORECASE
)
_NEEDS_NAME: dict[str, tuple[str, ...]] = {
    "source_from_warehouse": ("warehouse",), "change_carrier": ("carrier",), "request_credit_review": ("to",), "assign_activity": ("to",),
    "substitute_product": ("product", "substitute"),
}  # fmt: skip
"""Which wishes the names of the question fill, in their order."""

MOST_LINES = 6
MOST_ORDERS = 3
"""Orders that one request drafts for."""
DRAFTED = "Drafted, not done"
HOW_TO_DECIDE = "Nothing was changed in Odoo. It is decided on the card or on the desk."
NO_DECISIONS = "I cannot approve, reject or run anything; that is done on the card or on the desk, by a person with the right."


def kind_of(asked: Understanding) -> str:
    """The action that is asked to be drafted; empty when none is."""
    return next((action for part in _parts(asked.question) if (action := _kind(part))), "")


def draft_calls(asked: Understanding, reads: Sequence[Read]) -> list[dict[str, Any]]:
    """Arguments of `save_draft` for each order that was named and read; empty when no draft is asked for."""
    action = kind_of(asked)
    if not action:
        return []
    if not asked.references:
        return [_wishes(asked, action, "")] if action == "expedite_purchase" and asked.purchases else []
    read = {str(one.arguments.get("reference")) for one in reads if one.tool == "diagnose_order"}
    # A delivery is named beside its order, or beside the order that gets its stock.
    orders = [one for one in asked.references if "/" not in one] or [*asked.references[:1]]
    orders = orders[:1] if action == "reallocate_stock" else orders[:MOST_ORDERS]
    return [_wishes(asked, action, one) for one in orders if one in read]


def _wishes(asked: Understanding, action: str, order: str) -> dict[str, Any]:
    part = next(one for one in _parts(asked.question) if _kind(one))
    wishes: dict[str, Any] = {"action": action, "order": order}
    if action == "expedite_purchase" and asked.purchases:
        wishes["purchase"] = asked.purchases[0]
    if action == "change_promise_date" and asked.days:
        wishes["date"] = asked.days.last.isoformat()
    if action in {"log_note", "message_customer", "expedite_purchase"} and (own := _OWN_WORDS.search(part)):
        wishes["text"] = own[1].strip()
    if action == "assign_activity" and (own := _OWN_WORDS.search(part)):
        wishes["summary"] = own[1].strip()[:150]
    named = [*asked.products, *asked.names] if action == "substitute_product" else [*asked.names]
    if action == "substitute_product" and re.search(r"\bsubstitute\b.+\bfor\b", part, re.IGNORECASE):
        named.reverse()  # "substitute B for A": A waits
    wishes |= dict(zip(_NEEDS_NAME.get(action, ()), named, strict=False))
    if action == "reallocate_stock" and (other := [one for one in asked.references if one != order]):
        wishes["from_delivery"] = other[0]
    return wishes


def list_call(asked: Understanding) -> dict[str, Any]:
    """Arguments of `list_drafts`."""
    waiting = re.search(r"\b(?:wait\w*|decide|approve|approval|my decision)\b", asked.question, re.IGNORECASE)
    everybody = re.search(r"\b(?:all|every|open|which)\b", asked.question, re.IGNORECASE)
    which = "waiting" if waiting else "all" if everybody or asked.references else "mine"
    return {"which": which} | ({"order": asked.references[0].upper()} if asked.references else {})


def told(reads: Sequence[Read]) -> str:
    """What is said of the drafts that were saved, or were not."""
    return blocks(_told(read) for read in reads if read.tool == "save_draft")


def listed(reads: Sequence[Read]) -> str:
    """What is said of a list of drafts."""
    read = next((one for one in reversed(reads) if one.tool == "list_drafts"), None)
    if read is None:
        return NO_DECISIONS
    if read.result.get("status") != "found":
        return f"{read.result.get('message', 'The drafts cannot be read just now.')}"
    drafts = read.result["drafts"]
    if not drafts:
        return str(read.result["message"])
    lead = {"waiting": "**These wait for your decision:**", "mine": "**Your drafts:**"}
    lines = [f"- {one['summary']}: {one['state']}." for one in drafts]
    more = f"\n\n{read.result['more']} more are on the desk." if read.result["more"] else ""
    return "\n".join([lead.get(read.result["which"], "**Drafts:**"), *lines]) + more + f"\n\n{NO_DECISIONS}"


def _told(read: Read) -> str:
    result = read.result
    match result.get("status"):
        case "drafted":
            draft = result["draft"]
            draft = result["draft"]
            lead = [f"**{DRAFTED}**\n{draft['summary']}.", *draft["warnings"]]
            return blocks([*lead, "\n".join(draft["lines"][:MOST_LINES]), draft["decides"], HOW_TO_DECIDE])
        case "not_drafted":
            return f"**Not drafted**\n{result['message']}"
        case "unavailable":
            return "**Not drafted**"  # why is said above the answer
        case _:
            return ""  # there is no single such order, which the reading of the order has said


def _parts(question: str) -> list[str]:
    return [one.strip() for one in _SENTENCES.split(question) if one and one.strip()]


def _kind(part: str) -> str:
    if _ASKS_FIRST.match(part) or not (_DRAFTS.search(part) or _ORDERS.match(part)):
        return ""
    # A note or a message may speak of anything behind its colon.
    head = part.split(":", 1)[0]
    return next((action for action, pattern in _KINDS if pattern.search(head)), "")
