"""What a contract agrees on: the values, each with the exact words that prove it.

A term's value is typed (`term_values`). Silence is no value: a kind that is not found is unknown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from retrieval.term_values import TermValue

TermKind = Literal[
    "partial_shipments",
    "split_first_minimum",
    "split_remainder_within",
    "split_max_shipments",
    "split_shipment_minimum",
    "delivery_window",
    "on_time",
    "late_rate",
    "late_cap",
    "late_grace",
    "approved_carriers",
    "routing",
    "substitution",
    "minimum_order",
    "minimum_quantity",
    "minimum_shelf_life",
    "required_documents",
    "notice_termination",
    "notice_price_change",
    "notice_delay",
]
TERM_KINDS: tuple[TermKind, ...] = get_args(TermKind)

CUMULATIVE: frozenset[str] = frozenset({"required_documents", "minimum_quantity", "routing"})
"""Kinds of which several clauses add up and cannot contradict each other; of `routing` not who pays the freight and the Incoterm."""

Status = Literal["found", "conflicting", "unknown", "proposed", "confirmed", "corrected", "confirm_again"]
"""``found`` by a rule; ``proposed`` by a language model; the rest is a person's word, or that there is none."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A place in a document's text: ``text[start:end] == quote``."""

    start: int
    end: int
    quote: str
    clause: str = ""
    """Number of the clause it stands in, ``8.1``; empty where clauses have none."""
    heading: str = ""
    """The nearest heading above it."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One agreed term of one document."""

    term_id: str
    """document_id + ``/`` + kind + ``/`` + clause (or ``-``), with ``~2`` and so on where a clause states several."""
    document_id: str
    kind: TermKind
    value: TermValue | None
    """None: conflicting or unknown."""
    status: Status
    applies_to: str = ""
    """What the clause limits it to, in its own words (``Kit Order``); empty: everything."""
    proof: tuple[Span, ...] = ()
    """The words it rests on, the main place first. Of conflicting ones: every side."""
    conditions: tuple[Span, ...] = ()
    """Exceptions, limits and conditions that the contract attaches, to be read with it."""
    replaces: tuple[str, ...] = ()
    """Numbers of the clauses of the amended document that it takes the place of."""
    exchanges: str = ""
    """Id of the term of which a letter exchanges one figure; `value` is that term's with the new one."""
    exchanges_clause: str = ""
    """Number of the clause it is exchanged in, in the amended document."""
    adds: bool = False
    """Whether an amendment adds it to what there is, rather than replacing it."""
    clause_hash: str = ""
    """Hash of the words of its clauses and conditions; a person's word holds as long as they stay the same."""
    by: str = ""
    """Login of the person who confirmed or corrected it, or name of the model that proposed it."""
    at: datetime | None = None
    """When, UTC."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "term_id": self.term_id,
            "document": self.document_id,
            "kind": self.kind,
            "value": self.value.to_json() if self.value else None,
            "status": self.status,
            "applies_to": self.applies_to,
            "proof": [asdict(span) for span in self.proof],
            "conditions": [asdict(span) for span in self.conditions],
            "replaces": list(self.replaces),
            "exchanges": self.exchanges,
            "adds": self.adds,
            "clause_hash": self.clause_hash,
            "by": self.by,
            "at": self.at.isoformat(timespec="seconds") if self.at else None,
        }

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Term:
        """Back from `to_json`."""
        return Term(
            term_id=values["term_id"],
            document_id=values["document"],
            kind=values["kind"],
            value=TermValue.from_json(values["value"]) if values["value"] else None,
            status=values["status"],
            applies_to=values["applies_to"],
            proof=tuple(Span(**each) for each in values["proof"]),
            conditions=tuple(Span(**each) for each in values["conditions"]),
            replaces=tuple(values.get("replaces", ())),
            adds=bool(values.get("adds")),
            clause_hash=values["clause_hash"],
            by=values.get("by", ""),
            at=datetime.fromisoformat(values["at"]) if values.get("at") else None,
        )


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """An amendment's ``in clause 5.1 the amount of USD 75 is replaced by USD 90``."""

    clause: str
    """Of the amended document."""
    old: str
    """As `TermValue.text` writes it, without what it is a share of."""
    new: str
    span: Span
    """In the amendment."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a language model says a contract agrees on; nothing of it is trusted."""

    kind: str
    value: str
    """As `TermValue.text` writes it."""
    quote: str
    """The words it rests on."""


@dataclass(frozen=True, kw_only=True)
class DocumentTerms:
    """All terms of one document, as the rules found them in one state of its text."""

    document_id: str
    text_hash: str
    rules_version: str
    terms: tuple[Term, ...]
    replacements: tuple[Replacement, ...] = ()
    gone: tuple[Term, ...] = field(default=())
    """Found in clauses that the same document replaces further down."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the id and the state of the document they belong to."""
        return {
            "terms": [term.to_json() for term in self.terms],
            "gone": [term.to_json() for term in self.gone],
            "replacements": [asdict(each) for each in self.replacements],
        }

    @staticmethod
    def from_json(
        values: Mapping[str, Any], *, document_id: str, text_hash: str, rules_version: str
    ) -> DocumentTerms:
        """Back from `to_json`."""
        return DocumentTerms(
            document_id=document_id,
            text_hash=text_hash,
            rules_version=rules_version,
            terms=tuple(Term.from_json(each) for each in values["terms"]),
            gone=tuple(Term.from_json(each) for each in values["gone"]),
            replacements=tuple(
                Replacement(**{**each, "span": Span(**each["span"])}) for each in values["replacements"]
            ),
        )


def clause_hash(clauses: Iterable[str]) -> str:
    """Hash of clauses' words, white space folded, their own numbers left out: renumbering changes nothing agreed."""
    bare = [re.sub(r"^\s*(?:[A-Z]\.)?\d+(?:\.\d+)*[.)]?\s+", "", words) for words in clauses]
    return hashlib.sha256("\n".join(" ".join(each.split()) for each in bare).encode()).hexdigest()[:32]


def text_hash(text: str) -> str:
    """Hash of a whole text, to tell whether terms were read from the text that is there now."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
