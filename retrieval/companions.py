"""Passages that belong beside the best ones: the other documents that govern the same matter.

What may be done is hardly ever said in one place. The contract's clause on partial shipments stands beside the procedure for
split shipments, a section "Telling the customer" beside the procedure for customer communication, and where one document
fills the first places, the best of the others is the second opinion. Such documents often share no word with the question,
so no ranking of single passages finds them: the best passage leads to them. They take the last of the first five places and
leave the first three as they are; where a question asks what to do, the section that says so comes second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from retrieval.document_store import DocumentStore
from retrieval.naming import Routing
from retrieval.passage import Document, DocumentType
from retrieval.ranking import Candidate, Ranked
from retrieval.sparse import terms
from retrieval.stored import StoredPassage
from retrieval.trade_words import Phrase, same_phrases
from retrieval.weighing import Found

Placed = tuple[Ranked, StoredPassage]

FIRST = 5
"""Places that are put together from several documents; who reads an answer's sources seldom reads on."""
_NUMBERING = re.compile(
    r"^(?:(?:part|article|section|schedule|clause|annex|appendix|chapter)\s+[a-z0-9]+\b|[a-z]?\d[\d.]*|§)?[\s.:–-]*",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:[a-z]{0,2}\.?[\d.]+(?: to [a-z]?[\d.]+)?|rows? \d.*)", re.IGNORECASE)
"""The last step of a heading path that is only a number: ``5.2``, ``4.1 to 4.2``, ``row 3``."""
_PIECES = re.compile(r"[,;:/()]|\b(?:and|about|at|with|for|under)\b|\s-\s", re.IGNORECASE)
_NO_MATTER = frozenset(
    terms(
        """purpose scope subject definition general provision role responsibility time step record figure review introduction
        summary example appendix schedule sop procedure policy rule guide edition version term agreement contract supply master
        document service company supplement condition sale order shipment delivery goods item product line January February March
        April May June July August September October November December"""
    )
)
"""Words of headings and titles that tell no matter from another in this trade."""
_GOVERNING: frozenset[DocumentType] = frozenset({"sop", "carrier_policy", "product_rule"})
"""Types of documents whose title says which matter they govern; a contract is about a customer, a note about what happened."""
_WHAT_TO_DO = re.compile(
    r"\bwhat (?:do|does|should|must|can|shall) (?:we|i|one|you|they|he|she) do\b|\bwhat to do\b|\bnow what\b"
    r"|\bwhat(?: happens)? (?:now|next|then)\b|\bhow (?:do|should|must) (?:we|i) (?:react|respond|proceed|act)\b",
    re.IGNORECASE,
)
_SAYS_WHAT_TO_DO = re.compile(
    r"\b(?:what (?:to do|we do|you do|happens|follows)|steps|measures|actions?|response|reaction|how to (?:act|react|proceed|respond))\b",
    re.IGNORECASE,
)


class Companions:
    """Puts the first places together. Reads the texts of one store."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def beside(self, collection: str, routing: Routing, found: Found) -> Found:
        """The same with the companions of the best passage among the first five."""
        if not found.passages or routing.only_named:
            return found
        order, placed = found.order, list(found.passages)
        told = self._what_to_do(collection, routing, placed)
        if told is not None:
            placed = put(placed, told, 1)
            # what the best passage refers to keeps its place
            for each in [one for one in placed[FIRST - 1 :] if one[1].passage.passage_id in found.referred]:
                placed = put(placed, each, FIRST - 2)
        governing = self._on_the_matter(collection, order, placed)
        last = [] if governing is None else [governing]
        other = self._of_another_document(collection, routing, order, placed, last)
        last += [] if other is None else [other]
        # the best three stay; what the best passage refers to has one of the other two places already
        last = last[: FIRST - 3 - min(1, len(found.referred))]
        for number, each in enumerate(last):
            placed = put(placed, each, FIRST - len(last) + number)
        return replace(found, passages=placed)

    def _on_the_matter(
        self, collection: str, order: Sequence[Ranked], best: Sequence[Placed]
    ) -> Placed | None:
        """Of the document whose title is the matter of the best passage's heading, the passage that fits best."""
        lead = best[0][1].passage
        heading = heading_of(lead.section)
        seen = _documents(best[:FIRST])
        for each in order:
            document = each.candidate.document
            if document.document_id not in seen and governs(document, heading):
                return self._with_same_references(collection, lead.text, each)
            seen.add(document.document_id)
        return None

    def _with_same_references(self, collection: str, text: str, best: Ranked) -> Placed | None:
        """The document's passage that names the same items (``IN-2001``), else its best."""
        document = best.candidate.document
        references = [term for term in dict.fromkeys(terms(text)) if _is_reference(term)]
        if references:
            same = self._store.keyword_search(collection, references, [document.document_id], 1)
            if same:
                candidate = Candidate(document=document, number=same[0][1], dense=None, sparse=None)
                return self._read(collection, replace(best, candidate=candidate))
        return self._read(collection, best)

    def _of_another_document(
        self,
        collection: str,
        routing: Routing,
        order: Sequence[Ranked],
        best: Sequence[Placed],
        companions: Sequence[Placed],
    ) -> Placed | None:
        """The best of the other documents, where one that the question does not name fills the first places."""
        there = _documents(best[:FIRST])
        if len(there) > 1 or there & routing.named:
            return None
        there |= _documents(companions)
        other = next((each for each in order if each.candidate.document.document_id not in there), None)
        return None if other is None else self._read(collection, other)

    def _what_to_do(self, collection: str, routing: Routing, best: Sequence[Placed]) -> Placed | None:
        """The beginning of the best document's section on what to do, where that is asked."""
        if not _WHAT_TO_DO.search(routing.question):
            return None
        lead = best[0][0]
        for stored in self._store.passages(collection, lead.candidate.document.document_id):
            if _SAYS_WHAT_TO_DO.search(heading_of(stored.passage.section)):
                return replace(lead, candidate=replace(lead.candidate, number=stored.number)), stored
        return None

    def _read(self, collection: str, each: Ranked) -> Placed | None:
        place = (each.candidate.document.document_id, each.candidate.number)
        stored = self._store.passages_at(collection, [place]).get(place)
        return None if stored is None else (each, stored)


def governs(document: Document, heading: str) -> bool:
    """Whether the title of a document names the matter that a heading names, in these or other words of the trade."""
    if document.type not in _GOVERNING:
        return False
    meant, own = _meant(heading)
    return any(_same_matter(piece, own, meant) for piece in _pieces(document.title)) if own else False


def _same_matter(piece: frozenset[str], own: frozenset[str], meant: Mapping[str, frozenset[Phrase]]) -> bool:
    """Whether all that a title's piece says is said by the heading, and most of what the heading says by the piece."""
    same = {
        term
        for phrases in meant.values()
        for phrase in phrases
        if piece.issuperset(phrase)
        for term in phrase
    }
    if not piece <= own | same:
        return False
    told = sum(any(piece.issuperset(phrase) for phrase in meant[term]) for term in own) / len(own)
    return told > 1 / 2 or (told == 1 / 2 and len(piece) > 1)


@lru_cache(maxsize=4096)
def _meant(heading: str) -> tuple[Mapping[str, frozenset[Phrase]], frozenset[str]]:
    """What a heading's terms stand for, matters only, and the terms that name its matter."""
    found = terms(heading)
    own = frozenset(term for term in found if term.isalpha() and term not in _NO_MATTER)
    meant = {
        term: frozenset(tuple(each for each in phrase if each not in _NO_MATTER) for phrase in phrases) - {()}
        for term, phrases in same_phrases(found).items()
    }
    return meant, own


def heading_of(section: str) -> str:
    """The nearest heading of a heading path that has words, without its number; empty when there is none."""
    named = [step for step in section.split(" > ") if not _PLACE.fullmatch(step.strip())]
    return _NUMBERING.sub("", named[-1]) if named else ""


@lru_cache(maxsize=4096)
def _pieces(title: str) -> tuple[frozenset[str], ...]:
    """The matters that a title names, as terms: ``Proof of Delivery and Invoice Disputes`` names two."""
    pieces = (
        frozenset(term for term in terms(piece) if term.isalpha() and term not in _NO_MATTER)
        for piece in _PIECES.split(title)
    )
    return tuple(piece for piece in pieces if piece)


def _is_reference(term: str) -> bool:
    return "-" in term and any(map(str.isdigit, term)) and any(map(str.isalpha, term))


def _documents(placed: Sequence[Placed]) -> set[str]:
    return {each.candidate.document.document_id for each, _ in placed}


def put(placed: Sequence[Placed], each: Placed, at: int) -> list[Placed]:
    """The list with this one at a place, once; what stood there moves down. Scores stay with the places."""
    key = each[1].passage.passage_id
    kept = [one for one in placed if one[1].passage.passage_id != key]
    if len(kept) < len(placed) and any(one[1].passage.passage_id == key for one in placed[: at + 1]):
        return list(placed)
    return [*kept[:at], each, *kept[at:]]
