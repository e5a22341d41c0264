"""The coverage report, put together: documents, the asking person's customers in Odoo, and what answers cited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from copilot.conversation import Copilot
from copilot.errors import StateUnavailable
from copilot.identity import Person
from copilot.store import Store
from erp_tools.reads.customers import list_customers
from knowledge_ingest.coverage import Customer, coverage
from retrieval.passage import DEFAULT_COLLECTION, Reader
from retrieval.search import Library


def coverage_for(copilot: Copilot) -> Callable[[Person, bool], dict[str, Any]]:
    """The report as the HTTP route asks for it."""

    def report(person: Person, customers: bool) -> dict[str, Any]:
        return coverage_report(copilot.library, copilot.store, person, customers=customers)

    return report


def coverage_report(
    library: Library, store: Store, person: Person, *, customers: bool, collection: str = DEFAULT_COLLECTION
) -> dict[str, Any]:
    """What is missing, as this person may see it; JSON values.

    Args:
        customers: Whether their customers are read in Odoo.

    Raises:
        OdooError: the customers cannot be read; StoreUnavailable: the documents cannot.
    """
    named = None
    if customers:
        with person.lock:
            named = [Customer(ref=ref, name=name) for ref, name in list_customers(person.session)]
    try:
        cited = store.cited_documents()
    except StateUnavailable:
        cited = None  # the rest of the report does not depend on it
    reader = Reader(login=person.login, roles=person.roles, companies=person.companies)
    today = datetime.now(UTC).astimezone().date()
    return coverage(
        library, reader, on_date=today, customers=named, cited=cited, collection=collection
    ).to_json()
