"""A language model may propose terms on which the rules are silent. It decides nothing, and overrides neither rules nor persons.

Each proposal carries words that stand in the document verbatim and a value that fits its kind, or it is refused. It stays
``proposed`` until a person confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.access import may_read
from retrieval.contract_terms import document_terms
from retrieval.errors import TermNotFound
from retrieval.passage import DEFAULT_COLLECTION, Reader
from retrieval.search import Library
from retrieval.term_store import term_store
from retrieval.term_values import parse_value
from retrieval.terms import TERM_KINDS, Proposal, Span, Term, clause_hash

_LONGEST_QUOTE = 1_500
_MOST = 40


class Proposer(Protocol):
    """Reads a contract's text."""

    name: str
    """Of the model, for the record."""

    def propose(self, text: str, kinds: Sequence[str]) -> Iterable[Proposal]:
        """Proposals for these kinds; raises nothing but its own connection's errors."""
        ...


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """What became of the proposals."""

    kept: tuple[Term, ...]
    refused: tuple[str, ...]
    """Why others were left out, a sentence each."""


def propose_terms(
    library: Library,
    document_id: str,
    reader: Reader,
    proposer: Proposer,
    *,
    collection: str = DEFAULT_COLLECTION,
) -> Proposed:
    """Ask for the kinds on which rules and persons are silent, and keep what can be proven.

    Raises:
        TermNotFound: no such document, or not for this reader.
    """
    stored = library.store.document(collection, document_id)
    if stored is None or not may_read(reader, stored.document):
        raise TermNotFound(f"There is no document {document_id!r} that you may read.")
    known = {term.kind for term in document_terms(library, stored.document, collection=collection)}
    open_kinds = [kind for kind in TERM_KINDS if kind not in known]
    body = stored.text[stored.body_start :]
    store = term_store(library)
    kept: list[Term] = []
    refused: list[str] = []
    for proposal in list(proposer.propose(body, open_kinds))[:_MOST]:
        if proposal.kind not in open_kinds:
            refused.append(f"{proposal.kind[:40]!r} was not asked for.")
            continue
        if any(term.kind == proposal.kind for term in kept):
            refused.append(f"{proposal.kind} was proposed twice.")
            continue
        at = (
            body.find(proposal.quote)
            if proposal.quote.strip() and len(proposal.quote) <= _LONGEST_QUOTE
            else -1
        )
        if at < 0:
            refused.append(f"The words given for {proposal.kind} do not stand in the document.")
            continue
        try:
            value = parse_value(proposal.kind, proposal.value)
        except ValueError as error:
            refused.append(str(error))
            continue
        start = stored.body_start + at
        term = Term(
            term_id=f"{document_id}/{proposal.kind}/proposed",
            document_id=document_id,
            kind=proposal.kind,
            value=value,
            status="proposed",
            proof=(Span(start=start, end=start + len(proposal.quote), quote=proposal.quote),),
            clause_hash=clause_hash([proposal.quote]),
            by=proposer.name,
        )
        store.propose(collection, term)
        kept.append(term)
    return Proposed(kept=tuple(kept), refused=tuple(refused))
