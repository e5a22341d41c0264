"""What a sentence says in words rather than figures: states, negations, causes, comparisons. Each is a concept with a sign.

``has not been received`` and ``has arrived`` are the same concept with opposite signs. A concept is compared with what the
evidence says in words (statements of code, text of passages) and with what its fields mean (`of_fields`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from copilot.grounding.deeds import DEEDS
from copilot.grounding.moods import is_supposed
from copilot.grounding.text import folded


@dataclass(frozen=True, kw_only=True)
class Stance:
    """One concept as one clause states it."""

    concept: str
    holds: bool
    """False: the clause denies it."""
    text: str = field(default="", compare=False)
    """The words it was read from."""
    about: frozenset[str] = frozenset()
    """References that its clause names, folded: whom it speaks of."""


_CONCEPTS: dict[str, str] = {
    "arrived": r"received|arrived|delivered|come in|came in|(?<=not )(?:arrive|come)",
    "departed": r"shipped|left|dispatched|departed|been sent off|gone out|(?<=not )(?:leave|ship|depart)|(?<=never )(?:leave|ship)",
    "confirmed": r"confirmed",
    "reserved": r"reserved|allocated",
    "free": r"free|available|in stock",
    "ready": r"ready",
    "late": r"late|delayed|behind schedule",
    "overdue": r"overdue|past (?:its|their) date",
    "cancelled": r"cancell?ed",
    "invoiced": r"invoiced|billed",
    "ordered": r"ordered",
    "allowed": r"allowed|permitted|allows|permits",
    "required": r"required|obliged",
    "paid": r"paid|settled",
    "on hold": r"on (?:credit )?hold|being held|is held|are held",
    "missing": r"missing|lacking",
    "open": r"open",
    "finished": r"finished|completed|closed",
    "signed": r"signed",
    "booked": r"booked",
    "picked": r"picked",
    "packed": r"packed",
    "applied": r"applied",
    "released": r"released",
    "expired": r"expired|no longer valid|out of date",
    "in force": r"in force|still valid",
    "agreed": (
        r"(?:has|have|had) approved|approved (?:a|an|the|this|it|our|your)\b|"
        r"(?<!as )(?<!the )agreed(?! (?:day|date|term|price|lead|carrier|quantit|with\b.*:))|agrees|accepted|accepts|consented|consents"
        r"|(?:gave|given|gives|has|have|had)(?: [\w']+){0,3} (?:consent|permission|approval|green light|go-ahead)"
        r"|no objections?|(?:fine|okay|ok|happy) with|said yes"
    ),
    "waived": r"waived|waives",
    "certainty: proven": r"proven",
}
"""Facts that hold or do not. What a sentence says of these must be said by the evidence with the same sign."""

_OPPOSITES: dict[str, str] = {
    "late": r"on time|on schedule|in time|early|punctual(?:ly)?",
    "allowed": r"forbidden|prohibited|forbids|prohibits",
}

_SUBJECTS: dict[str, str] = {
    "cause: credit": r"credit (?:hold|limit|review|block|check)|over (?:its|their) (?:credit )?limit",
    "cause: quality": r"quality (?:hold|problem|issue|control|check|inspection)|quarantined?|in (?:Quality|Hold)\b|failed inspection",
    "cause: count": r"stock count|count (?:that|is)|discrepanc\w+|counting error|miscount\w*",
    "cause: carrier": (
r"carrier (?:delay|problem|issue|strike)|delayed by the carrier|problem on the way"
r"|held up in transit|lost in transit|carrier(?: has| is)? late"
),
    "cause: backlog": r"backlog|warehouse is behind|understaffed|staff shortage|short of staff",
    "cause: price": r"price (?:mismatch|dispute|difference|is wrong)|wrong price|disput\w+ the price|typed by hand",
    "cause: documents": r"documents? (?:is|are) (?:still )?missing|missing (?:document|certificate)s?|paperwork",
    "cause: address": r"incomplete (?:address|master data)|no (?:street|postcode|city)|wrong address|address is (?:incomplete|wrong)",
    "cause: short delivery": r"delivered short|short delivery|under-?delivered|short-?shipped",
    "cause: no stock": r"out of stock|sold out|stock-?out|nothing is on its way|no warehouse has any|nothing is in stock",
    "cause: customer": r"customer (?:asked|requested|wanted|postponed|refused|cancelled)|at the customer's request",
    "cause: promise": r"unrealistic promise|promised too early|lead time (?:of|was ignored)|impossible promise",
    "cause: cut-off": r"missed (?:the |its )?(?:cut-?off|dispatch|pickup)|after the cut-?off",
    "cause: ship complete": r"ship(?:s|ped)? complete|shipping policy|waits? for the (?:rest|other lines)|when all products are ready",
    "cause: no carrier": r"no carrier|without a carrier|carrier (?:is|was) not (?:booked|assigned)",
    "cause: other order": r"(?:held|taken|reserved) (?:by|for) (?:another|other) orders?",
    "cause: not ordered": r"request for quotation|never ordered|forgot(?:ten)? to order|not been ordered",
    "cause: outside": (
r"weather|storm|snow|flood|strike|customs|accident|traffic|holiday|breakdown|fire\b|theft|stolen"
r"|damaged?|recall(?:ed)?|port congestion|driver|pandemic|power cut|computer|system (?:error"
r"|failure)|bankrupt\w*|insolven\w+"
),
    "state: quotation": r"quotation|draft",
    "state: sales order": r"is (?:now )?a sales order|confirmed sales order",
    "certainty: likely": r"likely|probably|presumably",
    "certainty: unknown": r"\bunknown",
    "bound: at least": r"at least|no less than|minimum|not before|at the earliest|no earlier than",
    "bound: at most": r"at most|no more than|maximum|up to|at the latest|no later than|not after",
    "more": r"more than(?! (?:i|one) )|exceeds?|greater than|higher than|larger than|over and above|above the",
    "less": r"fewer than|less than|lower than|smaller than|below the|cheaper than",
    "earlier": r"earlier than|before the promise|sooner than|ahead of the promise",
    "later": r"later than|after the promise|past the promise",
    "owner: service": r"customer service owns",
    "owner: supervisor": r"warehouse supervisor owns|supervisor owns",
    "owner: purchasing": r"purchasing owns",
    "owner: sales": r"sales owns",
    "owner: finance": r"finance owns",
    "owner: compliance": r"compliance owns",
}  # fmt: skip
"""Subjects that a sentence may bring up only if the evidence does; a denial of one is no denial of anything we check."""

COMPARISONS = {"more": 1, "later": 1, "less": -1, "earlier": -1}

_FACTS = {name: re.compile(rf"\b(?:{words})\b") for name, words in _CONCEPTS.items()} | {
    name: re.compile(
        rf"\b(?:is|are|was|were|been|being|be)(?: (?:now|already|just|also|then|both|all|\w+ly))* (?:{words})\b"
        rf"|^ ?(?:{words})(?= (?:by|to|for|with|at|on)\b)"
    )
    for name, words in DEEDS.items()
}
_AGAINST = {name: re.compile(rf"\b(?:{words})\b") for name, words in _OPPOSITES.items()}
_RAISED = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _SUBJECTS.items()}

CHECKED = (*_FACTS.values(), *_AGAINST.values(), *_RAISED.values())
"""What `stances_of` finds in a clause, to be blanked where only the rest is of interest."""

BY_PEOPLE = frozenset({"agreed", "waived", *DEEDS})
"""What somebody did or granted. A document that only speaks of it (``if the Buyer has agreed``) does not say that it happened."""

_ABOUT = re.compile(r"\b(?:[a-z]+(?:/[a-z0-9]+)+|[a-z]{1,4}\d{4,})\b")
_CLAUSE = re.compile(r"[;:—–()]|,(?! \d)|\b(?:and|but|so that|because|although|while|whereas)\b")
NEGATOR = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|neither|nor|without|cannot|hardly)\b|n't\b|\bn’t\b|\bno longer\b|\byet to be\b|\bstill to be\b"
)


def stances_of(text: str, *, facts_only: bool = True) -> list[Stance]:
    """What the clauses of a text state.

    Args:
        facts_only: leave out clauses that are conditional or ask for something (those of a sentence that is checked); evidence is
            read whole.
    """
    found: list[Stance] = []
    sentence = folded(text)
    for clause in _CLAUSE.split(sentence):
        if not clause.strip():
            continue
        about = frozenset(_ABOUT.findall(clause))
        for name, pattern in _RAISED.items():
            found += [Stance(concept=name, holds=True, text=match[0]) for match in pattern.finditer(clause)]
        for patterns, against in ((_FACTS, False), (_AGAINST, True)):
            for name, pattern in patterns.items():
                for match in pattern.finditer(clause):
                    if facts_only and is_supposed(clause, *match.span(), sentence):
                        continue
                    holds = _denied(clause, match) is against
                    found.append(Stance(concept=name, holds=holds, text=match[0].strip(), about=about))
    return found


def _denied(clause: str, match: re.Match[str]) -> bool:
    """Whether a negator stands within seven words in front of the concept (``nothing has been received``), or two do."""
    words = " ".join(clause[: match.start()].rsplit(". ", 1)[-1].split()[-7:])
    return len(NEGATOR.findall(words)) % 2 == 1


_STATE_WORDS: tuple[tuple[str, str, str, bool], ...] = (
    # model, label in Odoo's screens, concept, holds
    ("sale.order", "sales order", "confirmed", True),
    ("sale.order", "quotation", "confirmed", False),
    ("sale.order", "quotation sent", "confirmed", False),
    ("sale.order", "cancelled", "cancelled", True),
    ("purchase.order", "purchase order", "confirmed", True),
    ("purchase.order", "purchase order", "ordered", True),
    ("purchase.order", "rfq", "ordered", False),
    ("purchase.order", "rfq", "confirmed", False),
    ("purchase.order", "rfq sent", "ordered", False),
    ("purchase.order", "rfq sent", "confirmed", False),
    ("purchase.order", "cancelled", "cancelled", True),
    ("stock.picking", "done", "departed", True),
    ("stock.picking", "done", "finished", True),
    ("stock.picking", "done", "arrived", True),
    ("stock.picking", "done", "done: executed", True),
    ("stock.picking", "ready", "ready", True),
    ("stock.picking", "ready", "departed", False),
    ("stock.picking", "waiting", "ready", False),
    ("stock.picking", "waiting", "departed", False),
    ("stock.picking", "waiting another operation", "departed", False),
    ("stock.picking", "cancelled", "cancelled", True),
    ("stock.move", "done", "departed", True),
    ("stock.move", "done", "arrived", True),
    ("stock.move", "done", "done: executed", True),
    ("stock.move", "available", "departed", False),
    ("stock.move", "waiting availability", "reserved", False),
    ("stock.move", "cancelled", "cancelled", True),
)

_QUANTITY_WORDS: tuple[tuple[str, str], ...] = (
    (r"qty_received|quantity_received", "arrived"),
    (r"qty_delivered|quantity_delivered", "arrived"),
    (r"qty_delivered|quantity_delivered", "departed"),
    (r"qty_invoiced|quantity_invoiced", "invoiced"),
    (r"reserved", "reserved"),
    (r"^free|_free|available", "free"),
    (r"product_uom_qty|product_qty|qty_ordered", "ordered"),
    (r"missing", "missing"),
    (r"days_late", "late"),
    (r"days_overdue", "overdue"),
)


def of_fields(model: str, fields: Mapping[str, Any]) -> set[tuple[str, bool]]:
    """What a record's fields mean in these concepts: its state, quantities that are zero or not, whether it is late."""
    found: set[tuple[str, bool]] = set()
    state = str(fields.get("state", "")).casefold()
    if model == "sale.order" and fields.get("date_order") and state != "cancelled":
        found.add(("ordered", True))
    document = model.removesuffix(".line")
    found |= {
        (concept, holds) for of, label, concept, holds in _STATE_WORDS if of == document and label == state
    }
    for name, value in fields.items():
        if isinstance(value, bool):
            if name == "is_late":
                found.add(("late", value))
            continue
        if not isinstance(value, (int, float)):
            continue
        for pattern, concept in _QUANTITY_WORDS:
            if re.search(pattern, name):
                found.add((concept, value > 0))
    return found
