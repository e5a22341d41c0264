"""From documents to the policy of one order: the contract's terms, our procedures' figures, the general terms, each with its place.

The terms are those of `retrieval.contract_terms`, as people confirmed or corrected them; the figures of procedures stand in
`house_rules.yaml` and count only while their words stand in the document.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from copilot.options.contract_rules import contract_rules
from copilot.options.house_rules import HouseRules
from copilot.options.procedures import expedites_of, lanes_of, pairs_of, procedure_rules
from copilot.options.proofs import Proofs
from erp_tools.options.policy import Policy, Rule
from retrieval.contract_terms import CustomerTerms, customer_terms
from retrieval.errors import RetrievalError
from retrieval.passage import Reader
from retrieval.search import Library


def policy_for(
    library: Library,
    reader: Reader,
    house: HouseRules,
    *,
    customer_ref: str,
    tier: str,
    products: Iterable[str],
    on_date: date,
) -> tuple[Policy, Proofs]:
    """Everything documents say that decides between the options of one order, as this reader may see them.

    Args:
        products: internal references of what is short; approved substitutes are looked up for them.
    """
    proofs = Proofs(library=library, reader=reader, on_date=on_date)
    notes: list[str] = []
    rules: list[Rule] = []
    unread = ""
    found: CustomerTerms | None = None
    try:
        found = customer_terms(library, customer_ref, reader, on_date=on_date)
        rules += contract_rules(found, proofs, house)
        unread, told = _what_is_open(found)
        notes += told
    except RetrievalError as error:
        unread = f"The contract's terms cannot be read just now ({error}), so whether it may be divided is not known."
    rules += procedure_rules(house, proofs, tier, notes)
    pairs = pairs_of(house, proofs, set(products), reader)
    return (
        Policy(
            rules=tuple(rules), pairs=pairs, lanes=lanes_of(house, proofs, notes), expedites=expedites_of(house, proofs, notes),
            unread=unread, notes=tuple(dict.fromkeys(notes)), has_contract=bool(found and found.documents),
        ),
        proofs,
    )  # fmt: skip


def _what_is_open(found: CustomerTerms) -> tuple[str, list[str]]:
    notes = [
        f"{document.title} does not count: {reason}."
        for document, reason in found.set_aside
        if not found.documents
    ]
    if found.not_read:
        text = ", ".join(found.not_read)
        return (
            f"The terms of {text} were read from an older text; they have to be read again before it is known what it says.",
            notes,
        )
    if not found.documents:
        notes.append("There is no contract in force that you may read, so our own procedures decide.")
    return "", notes
