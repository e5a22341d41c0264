"""What lateness costs by contract, per customer: from the terms that were read out of the documents this person may see."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from decimal import Decimal

from copilot.reads.shared import reader_of
from copilot.turn import Turn
from retrieval.contract_terms import CustomerTerms, customer_terms
from retrieval.errors import RetrievalError
from retrieval.passage import DEFAULT_COLLECTION
from retrieval.term_book import TermBook
from retrieval.term_values import TermValue

log = logging.getLogger(__name__)

_A_WEEK: Mapping[str, Decimal] = {
    "business_day": Decimal(5), "day": Decimal(5), "calendar_day": Decimal(7), "week": Decimal(1), "month": Decimal("0.25"),
    "once": Decimal(1), "delivery": Decimal(1), "order": Decimal(1), "": Decimal(1),
}  # fmt: skip
"""How often a rate falls due in a week."""


def late_charges(turn: Turn, customers: Iterable[str]) -> dict[str, Decimal]:
    """Customer reference -> per cent of the value that their contract in force charges for a week of lateness.

    A charge that is an amount of money, or stands in a table, has no per cent and is left out. Without documents: none.
    """
    found: dict[str, Decimal] = {}
    reader = reader_of(turn)
    try:
        # Putting a customer's terms together costs; most customers of a list have no contract of their own.
        bound = {row.document.customer for row in turn.library.store.rows(DEFAULT_COLLECTION)}
        book = TermBook(turn.library, DEFAULT_COLLECTION)
        for customer in sorted(bound.intersection(customers)):
            if customer:
                terms = customer_terms(turn.library, customer, reader, on_date=turn.now.date(), book=book)
                if charge := week_charge(terms):
                    found[customer] = charge
    except RetrievalError as error:
        turn.note_degraded(
            f"What contracts charge for lateness did not count for the order of the list: {error}"
        )
        return {}
    return found


def week_charge(terms: CustomerTerms) -> Decimal | None:
    """The highest charge for one week among the terms that apply, up to the cap they name."""
    rates = [_percent(value) for value in _values(terms, "late_rate")]
    caps = [value.percent for value in _values(terms, "late_cap") if value.percent is not None]
    known = [rate for rate in rates if rate is not None]
    if not known:
        return None
    return min(max(known), *caps) if caps else max(known)


def _values(terms: CustomerTerms, kind: str) -> list[TermValue]:
    return [
        one.term.value
        for one in terms.terms
        if one.term.kind == kind
        and one.term.value is not None
        and one.term.status in ("found", "confirmed", "corrected")
    ]


def _percent(value: TermValue) -> Decimal | None:
    if value.percent is None or value.per not in _A_WEEK:
        return None
    return value.percent * _A_WEEK[value.per]
