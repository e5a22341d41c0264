"""What the two causes about a document that an order waits for have in common: which shares count, and how they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import InboundShare
from erp_tools.lateness.taxonomy import Cause

from ._shared import (
    Derived,
    affected,
    are_transfers,
    chain_phrase,
    in_trouble,
    inbound_evidence,
    is_rest_of_short_receipt,
    merge,
    message_key,
    missing_phrase,
    number_field,
    shares_by_document,
    unique_lines,
)

MOST_TOLD = 2
"""Documents that the summary names one by one; of more it tells how many there are."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a cause tells one document: its sentence, given what its own chain adds to it, and the figures in it by field name."""

    sentence: Callable[[str], str]
    figures: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The shares of documents that lines in trouble wait for; ``documents`` holds each document once."""

    hits: tuple[tuple[tuple[LineCase, ...], InboundShare], ...]
    documents: Sequence[InboundShare]


def waits_for(case: OrderCase, counts: Callable[[date], bool]) -> Waiting | None:
    """Shares whose document is due on a day that counts; None without any. Put-aways and rests of short receipts are other causes."""
    hits = tuple(
        (lines, share)
        for supply, lines in in_trouble(case)
        for share in supply.shares
        if share.inbound.kind != "put_away"
        and share.inbound.due is not None
        and counts(share.inbound.due)
        and not is_rest_of_short_receipt(share.inbound)
    )
    if not hits:
        return None
    return Waiting(hits=hits, documents=shares_by_document(share for _, share in hits))


def due_of(share: InboundShare) -> date:
    """The day of a share that `waits_for` found."""
    assert share.inbound.due is not None
    return share.inbound.due


def inbound_finding(
    case: OrderCase,
    waiting: Waiting,
    *,
    code: str,
    told: Callable[[InboundShare, bool], Told],
    in_all: tuple[str, str],
    since: date | None,
    next_steps: tuple[str, ...],
    rests_on_promise: bool,
) -> Finding:
    """The finding of a cause.

    Args:
        told: of a share, and whether it is the first that is told.
        in_all: field of the order's derived facts that counts the documents, and the words after that number.
        rests_on_promise: the order itself is evidence, and not only where documents are counted.
    """
    documents = waiting.documents
    derived: Derived = {}
    parts: list[str] = []
    for share in documents[:MOST_TOLD]:
        words = told(share, not parts)
        figures = {**words.figures, "quantity_for_this_order": number_field(share.quantity)}
        chain = chain_phrase(case, share.inbound)
        derived = merge(merge(derived, {share.inbound.key: figures}), chain.derived)
        parts.append(words.sentence(chain.text))
    counted = len(documents) > MOST_TOLD
    if counted:
        derived = merge(derived, {case.key: {in_all[0]: len(documents)}})
        parts.append(f"{len(documents)} documents {in_all[1]}")
    lines = list({line.line.line_id: line for lines, _ in waiting.hits for line in lines}.values())
    phrase = missing_phrase(case, code, lines)
    bought = {share.inbound.purchase_line.purchase_id for share in documents if share.inbound.purchase_line}
    about = [message for message in case.purchase_messages if message.written and message.record_id in bought]
    evidence = (
        *phrase.evidence,
        *((case.key,) if rests_on_promise else ()),
        *(key for share in documents for key in inbound_evidence(share.inbound)),
        *map(message_key, about[-1:]),
        *((case.key,) if counted else ()),
    )
    return Finding(
        cause=Cause(
            code=code,
            certainty="proven",
            summary=f"{phrase.text}; {'; '.join(parts)}.",
            lines=unique_lines(affected(some, quantity=share.quantity) for some, share in waiting.hits),
            evidence=tuple(dict.fromkeys(evidence)),
            owner_role="supervisor" if are_transfers(documents) else "purchasing",
            since=since,
            next_steps=next_steps,
        ),
        derived=merge(phrase.derived, derived),
    )
