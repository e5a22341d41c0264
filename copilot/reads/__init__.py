"""What a brain may read, one module per subject. Nothing here changes anything; results are evidence with ids that code gave.

A result is JSON text: for a language model to read, and for the playbook to plan and phrase from. What went wrong is part of the
result (`status`), so that one failed read never ends a turn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from queue import SimpleQueue
from typing import Any

from copilot.grounding.asked import is_name, passed_in
from copilot.reads.at_risk import orders_at_risk
from copilot.reads.changes import changes_since
from copilot.reads.customers import credit_position, customer_orders
from copilot.reads.deliveries import delivery_status
from copilot.reads.documents import search_documents
from copilot.reads.drafts import list_drafts, save_draft
from copilot.reads.names import find_name
from copilot.reads.options import compare_options
from copilot.reads.order_facts import order_facts
from copilot.reads.orders import diagnose_order
from copilot.reads.partners import find_partner
from copilot.reads.purchases import purchase_status
from copilot.reads.shared import as_json, may_be_shown
from copilot.reads.stock import stock
from copilot.reads.terms import contract_terms
from copilot.reads.waiting import waiting_for
from copilot.turn import Turn

READS: dict[str, Callable[..., str]] = {
    "diagnose_order": diagnose_order,
    "find_partner": find_partner,
    "find_name": find_name,
    "order_facts": order_facts,
    "delivery_status": delivery_status,
    "changes_since": changes_since,
    "purchase_status": purchase_status,
    "stock": stock,
    "customer_orders": customer_orders,
    "credit_position": credit_position,
    "search_documents": search_documents,
    "orders_at_risk": orders_at_risk,
    "waiting_for": waiting_for,
    "contract_terms": contract_terms,
    "compare_options": compare_options,
    "save_draft": save_draft,
    "list_drafts": list_drafts,
}
"""Name of a read -> the function; `copilot.tools` shows the same to a language model."""


TOOK_LONG = "The question took longer than one turn may; ask for one thing at a time."
MODEL_TOOK_LONG = (
    "The language model read for longer than one turn may; what it had not read by then is not in the answer."
)
"""Whoever asked for one thing is not to blame for what the model made of it."""
NO_TIME = as_json({"status": "unavailable", "message": "There was no time left to read this."})
"""The result of a read that was not begun."""


def _kept(name: str, read: Callable[..., str]) -> Callable[..., str]:
    """The read, its result kept in the turn: grounding looks up there what code said, beside the evidence itself."""

    @wraps(read)
    def reading(turn: Turn, *positional: Any, **named: Any) -> str:
        if turn.seconds_left() <= 0:
            turn.note_degraded(MODEL_TOOK_LONG if turn.kept_back else TOOK_LONG)
            return NO_TIME
        turn.asked_for += passed_in(
            {**named, "positional": positional}
        )  # before the read: one that breaks has echoed it, too
        result = read(turn, *positional, **named)
        turn.results.append(result)
        turn.reads.append({"tool": name, "arguments": named, "result": json.loads(result)})
        return result

    return reading


READS = {name: _kept(name, read) for name, read in READS.items()}


TELLING = frozenset({"orders_at_risk"})
"""Reads that may take long enough to tell how far they are."""


def reading(name: str, turn: Turn, arguments: dict[str, Any]) -> Generator[str, None, str]:
    """One read: yields what it tells on its way, and returns its result. Raises what the read raises."""
    if name not in TELLING:
        return READS[name](turn, **arguments)
    told: SimpleQueue[str | None] = SimpleQueue()
    turn.tell = told.put
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as pool:
        running = pool.submit(READS[name], turn, **arguments)
        running.add_done_callback(lambda _: told.put(None))
        while (text := told.get()) is not None:
            yield text
    return running.result()


def progress_of(name: str, arguments: dict[str, Any], turn: Turn | None = None) -> str:
    """What a person who waits is told while this is read.

    Args:
        arguments: as a brain passed them. One is shown only if it has the shape of a reference or a short name.
        turn: what the person wrote and what Odoo answered so far: an argument that stands in neither is not shown. None: the
            arguments were taken from the person's words.
    """

    def shown(*names: str, otherwise: str) -> str:
        for each in names:
            value = arguments.get(each)
            if isinstance(value, str) and value.strip():
                value = " ".join(value.split())
                return value if (is_name(value) if turn is None else may_be_shown(turn, value)) else otherwise
        return otherwise

    match name:
        case "diagnose_order" | "order_facts" | "delivery_status" | "changes_since":
            return f"Reading {shown('reference', otherwise='an order')} in Odoo"
        case "purchase_status":
            return f"Reading {shown('reference', otherwise='a purchase order')} in Odoo"
        case "stock":
            return f"Reading the stock of {shown('product', otherwise='a product')} in Odoo"
        case "customer_orders" | "credit_position":
            return f"Reading {shown('customer', 'order', otherwise='a customer')} in Odoo"
        case "find_partner" | "find_name":
            return f"Looking up {shown('name', otherwise='a name')} in Odoo"
        case "orders_at_risk":
            whose = shown("customer", "warehouse", otherwise="")
            if whose:
                return f"Scanning the open orders of {whose} in Odoo"
            narrowed = any(arguments.get(one) for one in ("customer", "warehouse"))
            return f"Scanning {'the' if narrowed else 'all'} open orders in Odoo"
        case "waiting_for":
            return f"Looking in Odoo for what waits for {shown('reference', otherwise='a purchase order or a product')}"
        case "save_draft":
            return "Working out the draft"
        case "list_drafts":
            return "Looking up the drafts"
        case "compare_options":
            return f"Comparing what could be done about {shown('reference', otherwise='an order')}"
        case "contract_terms":
            return "Reading the contract's terms"
        case _:
            return "Searching the documents"
