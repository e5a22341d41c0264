"""What a brain may read, one module per subject. Nothing here changes anything; results are evidence with ids that code gave.

A result is JSON text: for a language model to read, and for the playbook to plan and phrase from. What went wrong is part of the
result (`status`), so that one failed read never ends a turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from copilot.reads.documents import search_documents
from copilot.reads.orders import diagnose_order
from copilot.reads.partners import find_partner

READS: dict[str, Callable[..., str]] = {
    "diagnose_order": diagnose_order,
    "find_partner": find_partner,
    "search_documents": search_documents,
}
"""Name of a read -> the function; `copilot.tools` shows the same to a language model."""


def progress_of(name: str, arguments: dict[str, Any]) -> str:
    """What a person who waits is told while this is read."""
    match name:
        case "diagnose_order":
            return f"Reading {arguments.get('reference', 'the order')} in Odoo"
        case "find_partner":
            return f"Looking up {arguments.get('name', 'the name')} in Odoo"
        case _:
            return "Searching the documents"
