"""Everything that is stored about terms, put together: what rules read, what letters exchange, and what people decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from retrieval.passage import Document
from retrieval.search import Library
from retrieval.term_store import Decision, TermStore, term_store
from retrieval.term_values import TermValue, parse_value
from retrieval.terms import DocumentTerms, Replacement, Span, Status, Term, clause_hash, text_hash

_MONEY = re.compile(r"(?P<currency>[A-Z]{3}) (?P<amount>\d+(?:\.\d+)?)")


class TermBook:
    """Everything that is stored about terms, read once."""

    def __init__(self, library: Library, collection: str) -> None:
        store: TermStore = term_store(library)
        self._library = library
        self._collection = collection
        self._all = store.all(collection)
        self._decisions = standing(store.decisions(collection))
        self._documents: dict[str, Document] | None = None
        self.proposals = store.proposals(collection)
        self._texts: dict[str, str] = {}

    def found(self, document_id: str) -> DocumentTerms | None:
        return self._all.get(document_id)

    def is_stale(self, document_id: str) -> bool:
        found = self._all.get(document_id)
        return found is None or found.text_hash != text_hash(self._text(document_id))

    def terms(self, document_id: str) -> list[Term]:
        """As the rules read them, then people's word. Nothing at all from a text that is no longer there."""
        if self.is_stale(document_id):
            return []
        latest: dict[str, Decision] = {}
        for each in self._decisions:
            if each.document_id == document_id:
                latest.pop(
                    each.term_id, None
                )  # the last one stands last: where two are about the same words, it counts
                latest[each.term_id] = each
        return _with_decisions(self._read(document_id), latest.values(), document_id, self._text(document_id))

    def about(self, term_id: str, document_id: str) -> list[Decision]:
        """The standing decisions about a term, oldest first; those from before its clause was renumbered too."""
        names = self.names_of(term_id, document_id)
        return [each for each in self._decisions if each.term_id in names and each.document_id == document_id]

    def names_of(self, term_id: str, document_id: str) -> set[str]:
        """The id, and those that a term of the same words had before."""
        term = next((each for each in self.terms(document_id) if each.term_id == term_id), None)
        if term is None or not term.clause_hash:
            return {term_id}
        same = (
            each.term_id
            for each in self._decisions
            if (each.document_id, each.kind, each.applies_to, each.clause_hash)
            == (document_id, term.kind, term.applies_to, term.clause_hash)
        )
        return {term_id, *same}

    def _read(self, document_id: str) -> list[Term]:
        """What the rules read in a document, and what it exchanges in the one it amends."""
        found = self._all.get(document_id)
        if found is None:
            return []
        if not found.replacements:
            return list(found.terms)
        exchanged = [
            term
            for each in found.replacements
            for term in exchanges(each, self._earlier(document_id), document_id)
        ]
        return [*found.terms, *exchanged]

    def _earlier(self, document_id: str) -> list[Term]:
        """The terms of the document that this one amends, and of those that amended it before."""
        if self._documents is None:
            self._documents = {
                row.document.document_id: row.document for row in self._library.store.rows(self._collection)
            }
        document = self._documents.get(document_id)
        if document is None or not document.amends or self.is_stale(document.amends):
            return []
        since = (document.valid_from or date.min, document_id)
        before = [
            each.document_id
            for each in self._documents.values()
            if each.amends == document.amends and (each.valid_from or date.min, each.document_id) < since
        ]
        base = self._all.get(document.amends)
        return [*(base.terms if base else ()), *(term for each in before for term in self._read(each))]

    def _text(self, document_id: str) -> str:
        if document_id not in self._texts:
            stored = self._library.store.document(self._collection, document_id)
            self._texts[document_id] = stored.text if stored else ""
        return self._texts[document_id]


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    listed = list(decisions)
    undone = {each.undoes for each in listed if each.undoes is not None}
    return [each for each in listed if each.action != "undo" and each.number not in undone]


def _with_decisions(
    terms: list[Term], decisions: Iterable[Decision], document_id: str, text: str
) -> list[Term]:
    for decision in decisions:
        at = _place(terms, decision)
        if at is None:
            terms.append(_from_decision(decision, document_id, text))
            continue
        term = terms[at]
        value = parse_value(decision.kind, decision.value)
        own_quote = decision.quote in text and decision.quote not in {span.quote for span in term.proof}
        if term.clause_hash == decision.clause_hash:
            proof = (_span_of(decision, text), *term.proof) if own_quote else term.proof
            status: Status = "confirmed" if decision.action == "confirm" else "corrected"
            terms[at] = replace(
                term, value=value, status=status, by=decision.login, at=decision.at, proof=proof
            )
        else:
            # the words changed: what was confirmed no longer stands, what is read now is not confirmed yet
            terms[at] = replace(
                term,
                status="confirm_again" if term.value is not None else term.status,
                by=decision.login,
                at=decision.at,
            )
    return terms


def _place(terms: Sequence[Term], decision: Decision) -> int | None:
    """Which term a decision is about: by its words first, wherever they stand now; by its id when the words changed."""
    same_words = [
        at
        for at, term in enumerate(terms)
        if term.kind == decision.kind and term.clause_hash == decision.clause_hash
    ]
    for at in same_words:
        if terms[at].term_id == decision.term_id:
            return at
    for at in same_words:
        if terms[at].applies_to == decision.applies_to:
            return at
    return next((at for at, term in enumerate(terms) if term.term_id == decision.term_id), None)


def _from_decision(decision: Decision, document_id: str, text: str) -> Term:
    """A term that no rule finds (any more): stands as long as its words stand in the document."""
    there = bool(decision.quote) and decision.quote in text
    return Term(
        term_id=decision.term_id,
        document_id=document_id,
        kind=decision.kind,  # type: ignore[arg-type]
        value=parse_value(decision.kind, decision.value) if there else None,
        status=("confirmed" if decision.action == "confirm" else "corrected") if there else "confirm_again",
        applies_to=decision.applies_to,
        proof=(_span_of(decision, text),) if there else (),
        clause_hash=decision.clause_hash,
        by=decision.login,
        at=decision.at,
    )


def _span_of(decision: Decision, text: str) -> Span:
    start = text.index(decision.quote)
    return Span(start=start, end=start + len(decision.quote), quote=decision.quote, clause=decision.clause)


def clause_of(term: Term) -> str:
    """Number of the clause a term stands in, as the amended document numbers it."""
    return term.exchanges_clause or (term.proof[0].clause if term.proof else "")


def exchanges(replacement: Replacement, terms: Iterable[Term], document_id: str) -> list[Term]:
    """The terms that come of exchanging one figure: the old value with the new figure, proven by the words that exchange it.

    Where the clause holds a figure of that sort, but not the one named, both are shown as conflicting.
    """
    made: list[Term] = []
    for term in terms:
        if clause_of(term) != replacement.clause or term.value is None:
            continue
        value, sure = _exchanged(term.kind, term.value, replacement.old, replacement.new)
        if value is None:
            continue
        made.append(
            Term(
                term_id=f"{document_id}/{term.kind}/{replacement.clause}",
                document_id=document_id,
                kind=term.kind,
                value=value,
                status="found" if sure else "conflicting",
                applies_to=term.applies_to,
                proof=(replacement.span,),
                exchanges=term.term_id,
                exchanges_clause=replacement.clause,
                clause_hash=clause_hash([replacement.span.quote, term.clause_hash]),
            )
        )
    # an earlier letter has exchanged it already: the figure that letter put there is the one that counts
    certain = [each for each in made if each.status == "found"]
    return certain or made


def _exchanged(kind: str, value: TermValue, old: str, new: str) -> tuple[TermValue | None, bool]:
    """The value with one figure exchanged, and whether it held the old one; None where the figure is of another sort."""
    try:
        if value.amount is not None and (match := _MONEY.fullmatch(new)) and _MONEY.fullmatch(old):
            held = TermValue(amount=value.amount, currency=value.currency).text() == old
            return replace(value, amount=Decimal(match["amount"]), currency=match["currency"]), held
        if value.percent is not None and new.endswith("%") and old.endswith("%"):
            held = TermValue(percent=value.percent).text() == old
            return replace(value, percent=Decimal(new[:-1])), held
        if value.duration is not None and value.duration.text() == old:
            return parse_value(kind, new), True
    except (ValueError, InvalidOperation):
        return None, False
    return None, False
