"""What the documents are asked: about a cause of lateness, and about a rule in the person's own words."""

from __future__ import annotations

import re

PARTIAL_SHIPMENTS = "Are partial shipments allowed, and on what conditions?"
LATE_DELIVERY = "What is owed for late delivery: penalty, rate, cap, grace period?"
SUBSTITUTION = "May another product be sent instead: substitution, approval, conditions?"

ABOUT_PARTS = frozenset(
    {
        "waiting_complete", "stock_shortage", "stock_elsewhere", "reserved_by_other", "inbound_not_ordered", "inbound_late",
        "inbound_overdue", "inbound_short", "quality_hold", "partial_backorder", "inventory_discrepancy",
    }
)  # fmt: skip
"""Causes that leave some lines ready and others not: whether the order may be shipped in parts decides."""

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
    "order_blocked": "order blocked: delivery block, exception or review, who releases it",
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

CAUSE_WORDS = {
    "credit_hold": r"\bcredit\b.*\b(?:hold|held|block)|\b(?:hold|block)\w*\b.*\bcredit\b",
    "quality_hold": r"\bquality\b",
    "no_carrier": r"\b(?:without|no|missing) (?:a )?carrier\b",
    "inbound_overdue": r"\b(?:overdue|late) (?:purchases?|purchase orders?|pos?|vendors?|suppliers?|inbound|receipts?)\b",
    "stock_shortage": r"\b(?:stock ?outs?|shortages?|out of stock|no stock)\b",
    "stock_elsewhere": r"\bstock (?:is )?(?:elsewhere|in another)\b",
    "waiting_complete": r"\b(?:ship[- ]?complete|waiting for complete)\b",
    "warehouse_backlog": r"\bbacklog\b",
    "not_confirmed": r"\b(?:not confirmed|unconfirmed)\b",
    "missing_documents": r"\bmissing documents\b",
    "carrier_delay": r"\bcarrier delays?\b",
    "missed_dispatch": r"\bmissed (?:dispatch|cut-?off)",
}
"""Cause -> how people name it in "which orders …"."""


TERM_WORDS = {
    "split_max_shipments": r"\bhow many (?:shipments|deliveries|parts)\b|\bin how many\b",
    "split_first_minimum": r"\bfirst (?:shipment|delivery|part)\b|\bshare\b|\bportion\b",
    "split_remainder_within": r"\b(?:remainder|balance)\b|\brest\b.*\b(?:arrive|reach|follow|within)\b",
    "partial_shipments": r"\b(?:partials?|partially|split\w*|divid\w*|in parts|part of|piecemeal|incomplete)\b",
    "delivery_window": r"\b(?:windows?|receiving hours|delivery hours|unload\w*)\b",
    "late_grace": r"\bgrace\b",
    "late_cap": r"\bcap(?:ped)?\b|\bmaximum (?:credit|penalty)\b",
    "late_rate": r"\b(?:penalt\w+|late (?:fees?|credits?|charges?)|liquidated|damages)\b",
    "approved_carriers": r"\bcarriers?\b",
    "substitution": r"\b(?:substitut\w*|replace\w*|equivalents?)\b",
    "minimum_quantity": r"\bminimum quantit\w+|\bmoq\b",
    "minimum_order": r"\bmin(?:imum)? order\b",
    "minimum_shelf_life": r"\bshelf[- ]life\b|\bbest before\b",
    "required_documents": r"\b(?:documents?|certificates?|paperwork)\b",
    "notice_termination": r"\bterminat\w+|\bcancel the (?:contract|agreement)\b|\bnotice period\b",
    "notice_price_change": r"\bprice (?:changes?|increases?)\b",
    "notice_delay": r"\b(?:notice|notify|inform|announce)\b.*\b(?:delay\w*|late)\b|\bdelay notice\b",
}
"""Agreed term -> how people ask for it."""
MOST_TERMS = 3


def terms_named(question: str) -> list[str]:
    """The terms of a contract that a question asks for, of those that are read out of contracts beforehand."""
    found = [kind for kind, pattern in TERM_WORDS.items() if re.search(pattern, question, re.IGNORECASE)]
    return found[:MOST_TERMS]


def cause_named(question: str) -> str:
    """The cause that a question about several orders asks for; empty for none."""
    return next(
        (code for code, pattern in CAUSE_WORDS.items() if re.search(pattern, question, re.IGNORECASE)), ""
    )


def clause_for(causes: list[str], role: str) -> str:
    """What the contract is asked about a late order: parts where some lines could go, else what lateness costs."""
    if role in {"finance", "sales"} or not causes or causes[0] not in ABOUT_PARTS:
        return LATE_DELIVERY
    return PARTIAL_SHIPMENTS


def rule_question(question: str) -> str:
    """The question in the words that contracts use, without the order's name."""
    if re.search(r"\b(?:split\w*|partial\w*|part of|in parts|ship what)\b", question, re.IGNORECASE):
        return PARTIAL_SHIPMENTS
    if re.search(r"\b(?:penalt\w+|late fees?|late credits?|fined?|liquidated)\b", question, re.IGNORECASE):
        return LATE_DELIVERY
    if re.search(r"\bsubstitut\w+\b", question, re.IGNORECASE):
        return SUBSTITUTION
    return without_order(question)


def without_order(question: str) -> str:
    """The question without the order's name: that says where to look, not what for."""
    return re.sub(r"\b(?:for\s+|about\s+|of\s+)?[A-Z]{1,5}/?\d[\w/-]*", "", question).strip() or question
