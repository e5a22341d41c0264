"""What is made of a text once it is known what document it is: passages, their terms, what it agrees on, what it says to assistants.

All of it is patterns run over a stranger's text, which takes time that nobody knows before. So it is done in the process that read the
file, under the same limits; and the service, which answers people meanwhile, does not wait for its own Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from knowledge_ingest.chunking import Chunk, chunk
from knowledge_ingest.errors import ImpossibleAnswer
from knowledge_ingest.extracted import Extracted, TextBuilder
from knowledge_ingest.hidden_text import instructions_told
from knowledge_ingest.terms.extract import RULES_VERSION, extract
from knowledge_ingest.terms.found import reads_one_document
from retrieval.passage import Document
from retrieval.sparse import terms, words_of_passage
from retrieval.terms import DocumentTerms, Span, Term, text_hash

TYPES_WITH_TERMS = ("contract",)
"""The rules know how contracts are written. What a procedure says is shown as a passage, never as a typed value."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the cutting has to know of a document."""

    document_id: str
    title: str
    reads_terms: bool
    """Whether what it agrees on is looked for."""

    @staticmethod
    def of(document: Document) -> Order:
        """For a described document. The terms of an amendment need the words of what it amends, which are not here."""
        return Order(
            document_id=document.document_id,
            title=document.title,
            reads_terms=document.type in TYPES_WITH_TERMS and not document.amends,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Order:
        """Back from `to_json`."""
        return Order(**values)


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A text in pieces."""

    chunks: tuple[Chunk, ...]
    terms: tuple[str, ...]
    """Of each chunk, joined by spaces: what its weights are made from."""
    spoken: tuple[str, ...]
    """For the report: that it speaks to assistants, and how."""
    agreed: DocumentTerms | None
    """None: not looked for."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "chunks": [[each.start, each.end, each.section, each.page, each.context] for each in self.chunks],
            "terms": self.terms,
            "spoken": self.spoken,
            "agreed": self.agreed.to_json() if self.agreed else None,
        }

    @staticmethod
    def from_json(values: Mapping[str, Any], *, document_id: str, text: str) -> Cut:
        """Back from `to_json`. It comes from a process that a hostile file may have taken over.

        Raises:
            ImpossibleAnswer: it says what cannot be of this text.
        """
        try:
            cut = Cut(
                chunks=tuple(
                    Chunk(
                        start=int(start),
                        end=int(end),
                        section=str(section),
                        page=None if page is None else int(page),
                        context=str(context),
                    )
                    for start, end, section, page, context in values["chunks"]
                ),
                terms=tuple(map(str, values["terms"])),
                spoken=tuple(map(str, values["spoken"])),
                agreed=DocumentTerms.from_json(
                    values["agreed"],
                    document_id=document_id,
                    text_hash=text_hash(text),
                    rules_version=RULES_VERSION,
                )
                if values["agreed"]
                else None,
            )
            possible = len(cut.chunks) == len(cut.terms) and _in_order(cut.chunks, text)
            possible = possible and (cut.agreed is None or _proven(cut.agreed, text))
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise ImpossibleAnswer from error
        if not possible:
            raise ImpossibleAnswer
        return cut


def cut(extracted: Extracted, order: Order) -> Cut:
    """Cut a text, and look at it for what has to be known before it is put in."""
    chunks = tuple(chunk(extracted, title=order.title))
    found = tuple(
        " ".join(
            terms(
                words_of_passage(
                    title=order.title,
                    section=each.section,
                    context=each.context,
                    text=extracted.text[each.start : each.end],
                )
            )
        )
        for each in chunks
    )
    spoken = instructions_told(extracted.text)
    agreed = None
    if order.reads_terms:
        agreed = extract(extracted.text, document_id=order.document_id, start=extracted.body_start)
    return Cut(chunks=chunks, terms=found, spoken=spoken, agreed=agreed)


def warm_up() -> None:
    """Make the patterns ready that most contracts need, for processes that are forked to cut one document each: that takes longer than
    reading a contract."""
    builder = TextBuilder()
    builder.add("paragraph", _WARM)
    cut(builder.build(), Order(document_id="-", title="-", reads_terms=True))
    reads_one_document()


def _in_order(chunks: tuple[Chunk, ...], text: str) -> bool:
    """Whether the pieces lie in the text, one behind the other."""
    at = 0
    for each in chunks:
        if not at <= each.start < each.end <= len(text):
            return False
        at = each.end
    return True


def _proven(agreed: DocumentTerms, text: str) -> bool:
    """Whether every term of the document is its own, and its proof stands where it is said to stand."""
    terms: list[Term] = [*agreed.terms, *agreed.gone]
    spans: list[Span] = [span for term in terms for span in (*term.proof, *term.conditions)]
    spans += [each.span for each in agreed.replacements]
    return all(term.document_id == agreed.document_id for term in terms) and all(
        text[span.start : span.end] == span.quote for span in spans
    )


_WARM = """\
SUPPLY AGREEMENT

1.1 "Business Day" means a day from Monday to Friday. "Day" means a calendar day. "Delivery Window" means 08:00 to 14:00 on working days.
1.2 In clause 5.1 the amount of USD 75 is replaced by USD 90. Notwithstanding clause 3.1, clause 4.2 is deleted and replaced.
2.1 Partial shipments are allowed when at least 50 % of the order value is shipped first and the remainder follows within 5 business days,
in two shipments at most, unless the order is a kit. Each shipment must be worth at least USD 1,000.
2.2 Split deliveries are not permitted without the prior written consent of the Buyer. The Supplier shall not ship in part; orders are
shipped complete. Part deliveries may be made only if the Customer agreed; where an item is missing, the order is not accepted or refused.
2.3 The balance is delivered no later than 10 days after the first shipment, at the Supplier's cost, in three deliveries at most.
3.1 Goods are delivered Monday to Friday between 08:00 and 14:00, inside the window, and count as on time up to 2 business days after the
agreed date, and not earlier than one day before it. A delivery is late if it arrives later than the confirmed delivery date.
3.2 Deliveries shall arrive by noon on the requested date; the dock receives from 7 a.m. to 3 p.m. Early deliveries are turned away or
rejected. On or before the promised date counts as on time; not after the due date. The delivery arrives by the day stated.
3.3 On-time delivery is measured at the door; a shipment that comes within 24 hours of the agreed slot is not late.
4.1 For each day of delay the Supplier credits 2 % of the order value, at most 10 %, after a grace period of 2 days. No charge is due if
the Customer caused the delay. During the first 3 days no credit is due.
4.2 Liquidated damages for late delivery are 0.5 % per week of the price of the delayed goods, capped at 5 % of that amount, whichever is
lower. The lesser of USD 500 and 3 % of the order is paid once, up to that amount, for every late line. Up to twice the fee.
4.3 Clause 4.1 does not apply to delays caused by force majeure, by strikes or by a carrier; such days are not counted and are excused. The
penalty is waived to the extent that the Buyer has not paid, and in case of an overdue payment.
5.1 Shipments go with North Freight or Lakes Parcel only. Approved carriers: Atlas Express and Vessel Line. Other carriers are not accepted
unless approved. The Buyer selects the carrier; the choice of carrier is the Seller's. Freight is arranged by the Customer; carriage shall
be arranged by the Supplier. Goods are handed over to Harbor Freight or tendered to Plains Parcel. Use Dakota Freight where possible.
5.2 Freight prepaid, FOB origin, Incoterms DAP Chicago. Full truckload from 12 pallets, LTL over 150 lb, ground only, no air freight; a
refrigerated trailer with a lift gate, per the Customer's Routing Guide. An appointment is made at the dock 24 hours before arrival.
6.1 No substitution without written consent. Items may be replaced by an equivalent product in place of another only after approval.
Seller may substitute if the Buyer accepts it; Supplier shall not replace an item. Substitutes are not allowed.
6.2 The minimum order is USD 500; at least 20 cases of a product and no order below 5 pallets. Orders below that need a surcharge.
6.3 Remaining shelf life on arrival is at least 60 %. Goods must have no less than 90 days of usable life left, or two thirds of it.
7.1 Each delivery comes with a packing list, a certificate of analysis, a safety data sheet (SDS) and a temperature record; with each pallet
a lot list, a certificate of conformity, an inspection certificate, an allergen statement, a declaration of conformity, a pest control
report, a food safety certificate, a dangerous goods note and a commercial invoice. Note the order number on the packing slip.
8.1 Either party may terminate with 90 days' notice in writing. Notice of at least three months is required to end this agreement. Prices
change with 60 days' notice; a price increase takes effect 30 days after written announcement. The Supplier tells the Customer of a delay
within 24 hours, or at the latest 4 hours before the estimated arrival. Amounts are in Canadian dollars; there is none otherwise.
"""
