"""What can be asked of the playbook, and what each intent is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Intent = Literal[
    "why_late",
    "where",
    "when",
    "blocks",
    "waiting_for",
    "at_risk",
    "options",
    "split",
    "policy",
    "substitute",
    "customer_message",
    "note",
    "follow_up",
    "changes",
    "owner",
    "stock",
    "customer_orders",
    "credit",
    "basis",
    "drafts",
    "change",
    "order_facts",
    "purchase",
    "rephrase",
    "help",
    "small_talk",
    "out_of_scope",
    "other_language",
    "unclear",
]
INTENTS: Final[frozenset[str]] = frozenset(get_args(Intent))

ABOUT_AN_ORDER: Final[frozenset[str]] = frozenset(
    {
        "why_late", "where", "when", "blocks", "options", "split", "customer_message", "note", "changes", "owner",
        "order_facts",
    }
)  # fmt: skip
"""Needs an order; without one, the order spoken of before is meant."""

ABOUT_THE_LAST_ANSWER: Final[frozenset[str]] = frozenset({"rephrase", "basis"})
"""Makes sense only after an answer, and repeats its reads."""

LOOKS_BACK: Final[frozenset[str]] = frozenset({"changes"})
"""Days of these questions lie behind us."""

MAY_LOOK_BACK: Final[frozenset[str]] = frozenset({"where", "why_late"})
"""They do when they are put in the past: "did it go out on Friday?"."""

SPEAKS_OF_NOTHING: Final[frozenset[str]] = frozenset({"help", "small_talk", "out_of_scope", "drafts"})

LOOKED_UP: Final[frozenset[str]] = frozenset(
    {
        "why_late", "where", "when", "blocks", "waiting_for", "at_risk", "options", "split", "policy", "substitute", "changes", "owner",
        "stock", "customer_orders", "credit", "order_facts", "purchase",
    }
)  # fmt: skip
"""Answered by looking something up, with nothing drafted."""

ABOUT_A_PURCHASE: Final[Mapping[str, Intent]] = {
    "why_late": "purchase", "where": "purchase", "when": "purchase", "order_facts": "purchase",
    "blocks": "waiting_for", "at_risk": "waiting_for", "stock": "purchase", "customer_orders": "waiting_for",
    "customer_message": "follow_up", "options": "follow_up",
}  # fmt: skip
"""What a question turns into that names a purchase order and no sales order."""

ABOUT_A_PRODUCT: Final[Mapping[str, Intent]] = {
    "why_late": "waiting_for", "blocks": "waiting_for", "at_risk": "waiting_for", "customer_orders": "waiting_for",
    "order_facts": "stock", "where": "stock", "when": "stock", "purchase": "stock", "options": "substitute",
}  # fmt: skip
"""What it turns into when a product is all it names."""

ABOUT_A_VENDOR: Final[Mapping[str, Intent]] = {
    "why_late": "purchase", "where": "purchase", "when": "purchase", "order_facts": "purchase", "customer_orders": "purchase",
    "customer_message": "follow_up",
}  # fmt: skip
"""What it turns into when a vendor is all it names."""

ANSWERED_FOR_A_NAME: Final[Mapping[str, Intent]] = {
    "why_late": "at_risk", "blocks": "at_risk", "order_facts": "customer_orders", "purchase": "customer_orders", "split": "policy",
}  # fmt: skip
"""What answers it when a customer's (or vendor's) name is all it names: "why is Westgate late again" gets that customer's late orders."""

ANSWERED_FOR_AN_ORDER: Final[Mapping[str, Intent]] = {"purchase": "where"}
ANSWERED_FOR_A_PURCHASE: Final[Mapping[str, Intent]] = {"owner": "purchase", "changes": "purchase"}

IN_WORDS: Final[Mapping[str, str]] = {
    "why_late": "why {it} is late",
    "where": "where {it} is",
    "when": "when {it} will ship",
    "blocks": "what blocks {it}",
    "waiting_for": "which orders wait for {it}",
    "at_risk": "which orders are at risk",
    "options": "what could be done about {it}",
    "split": "whether to split {it}",
    "policy": "what a contract, an SOP or a carrier policy says",
    "substitute": "what could be sent instead",
    "customer_message": "what the customer may be told about {it}",
    "note": "a note for {it}",
    "follow_up": "a follow-up to the vendor",
    "changes": "what changed on {it}",
    "owner": "who has to act on {it}",
    "stock": "how much is in stock",
    "customer_orders": "a customer's open orders",
    "credit": "a customer's credit position",
    "basis": "what my last answer rests on",
    "drafts": "your drafts",
    "change": "a change in Odoo",
    "order_facts": "what is on {it}",
    "purchase": "how {it} stands at the vendor",
    "rephrase": "a shorter answer",
    "help": "what I can do",
}
"""For a question back."""

AS_A_QUESTION: Final[Mapping[str, str]] = {
    "why_late": "Why is {it} late?",
    "where": "Where is {it}?",
    "when": "When will {it} ship?",
    "blocks": "What blocks {it}?",
    "waiting_for": "Which orders wait for {it}?",
    "at_risk": "Which orders are at risk?",
    "options": "What are the options for {it}?",
    "split": "Should we split {it}?",
    "policy": "What does the contract say about {it}?",
    "customer_message": "What can I tell the customer about {it}?",
    "note": "Draft a note for {it}",
    "changes": "What changed on {it} since yesterday?",
    "owner": "Who owns {it}?",
    "order_facts": "What is on {it}?",
    "purchase": "What is the status of {it}?",
    "stock": "What is the stock of {it}?",
    "help": "What can you do?",
}
"""The same as something to click."""

OF_A_NAME: Final[Mapping[str, str]] = {
    "at_risk": "Which orders of {name} are at risk?",
    "why_late": "Which orders of {name} are at risk?",
    "where": "Open orders of {name}",
    "when": "When does {name} deliver?",
    "customer_orders": "Open orders of {name}",
    "purchase": "When does {name} deliver?",
    "credit": "Credit position of {name}",
}
"""The same where a customer or a vendor is all that is named."""
