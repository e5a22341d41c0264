"""What a customer's contract says of an action, with the clause as proof: what the decision rights judge by, and the approver reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from copilot.drafts.decision_rights import ContractSays
from copilot.evidence_book import citation_of
from erp_tools.actions.types import ActionType
from erp_tools.options.choice_rules import names_carrier
from retrieval.contract_terms import CustomerTerms, EffectiveTerm, customer_terms
from retrieval.errors import RetrievalError
from retrieval.general_rules import span_passage
from retrieval.passage import Reader
from retrieval.search import Library
from retrieval.terms import TermKind

ASKED: dict[ActionType, TermKind] = {
    "split_delivery": "partial_shipments",
    "release_ship_complete": "partial_shipments",
    "source_from_warehouse": "partial_shipments",
    "substitute_product": "substitution",
    "change_carrier": "approved_carriers",
}
"""Which term an action depends on; the others depend on none."""

BY_WORD: dict[str, ContractSays] = {
    "allowed": "allows", "forbidden": "forbids", "conditional": "conditional", "seller_chooses": "allows", "buyer_chooses": "conditional",
}  # fmt: skip
"""A verdict as contracts word it -> what it says of an action."""
_STRICTEST: tuple[ContractSays, ...] = ("forbids", "unknown", "conditional", "allows")


MOST_CONDITIONS = 6
_CODE = re.compile(r"\b[A-Z]{2,}-\d{3,}\b")


@dataclass(frozen=True, kw_only=True)
class ContractFit:
    """The verdict and its proof."""

    says: ContractSays
    evidence: tuple[dict[str, Any], ...] = ()
    """Citations in the contract's JSON, the deciding clause first, then its conditions."""


def contract_fit(
    library: Library,
    reader: Reader,
    action: ActionType,
    *,
    customer_ref: str,
    on_date: date,
    carrier: str = "",
    products: Sequence[str] = (),
) -> ContractFit:
    """What the contracts in force say of an action for this customer. Where they cannot be read: unknown, never allowed.

    Args:
        carrier: name of the carrier that is to ship, for `change_carrier`.
        products: what the order is for; a clause that is about certain products counts only where one of them is ordered.
    """
    kind = ASKED.get(action)
    if kind is None:
        return ContractFit(says="not_relevant")
    if not customer_ref:
        return ContractFit(says="unknown")
    try:
        found = customer_terms(library, customer_ref, reader, on_date=on_date)
        own = [each for each in found.terms if each.term.kind == kind]
        if not own:
            return ContractFit(says=_when_silent(found))
        counting = [each for each in own if _concerns(each, products)]
        if not counting:
            return ContractFit(says=_when_silent(found), evidence=tuple(_proof(library, reader, own)))
        says = min((_says(each, carrier) for each in counting), key=_STRICTEST.index)
        return ContractFit(says=says, evidence=tuple(_proof(library, reader, own)))
    except RetrievalError:
        return ContractFit(says="unknown")


def _says(each: EffectiveTerm, carrier: str) -> ContractSays:
    term = each.term
    if term.value is None or term.status not in ("found", "confirmed", "corrected"):
        return "unknown"
    if term.value.names and term.kind == "approved_carriers":
        return "allows" if names_carrier(term.value.names, carrier) else "forbids"
    return BY_WORD.get(term.value.word, "unknown")


def _concerns(each: EffectiveTerm, products: Sequence[str]) -> bool:
    """A clause without a limit always; one that names products only for an order of one of them; any other limit always, for care."""
    named = codes_named(each)
    return not named or any(code in product for code in named for product in products)


def codes_named(each: EffectiveTerm) -> tuple[str, ...]:
    """Internal references of the products a clause is limited to; empty: it is about everything, or says otherwise what it is about."""
    if not each.term.applies_to:
        return ()
    words = " ".join((each.term.applies_to, *(span.quote for span in each.term.proof)))
    return tuple(dict.fromkeys(_CODE.findall(words)))


def _when_silent(found: CustomerTerms) -> ContractSays:
    """A contract that was set aside, or is not read anew, leaves it unknown; no contract, or one without a word on it, is silent."""
    return "unknown" if found.not_read or (found.set_aside and not found.documents) else "silent"


def _proof(library: Library, reader: Reader, own: Sequence[EffectiveTerm]) -> list[dict[str, Any]]:
    said = [
        (each.term.document_id, span)
        for each in own
        for span in (*each.term.proof, *each.term.conditions[:MOST_CONDITIONS])
    ]
    spans = list({(document, span.start, span.end): (document, span) for document, span in said}.values())
    return [
        citation_of(f"K{number}", span_passage(library, document, span, reader)).to_json()
        for number, (document, span) in enumerate(spans, start=1)
    ]
