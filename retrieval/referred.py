"""What the best passage leads to by its own words: the place it refers to, the definition of a term that is asked about.

"A partial shipment is made only if all conditions of clause 5.2 are met" answers nobody who does not see clause 5.2. The place
goes to the fourth of the first five: the best three stay where they are, and the fifth is kept for what governs the same matter
(`companions`). A definition comes before a place that is referred to, because the question itself says the term. Only one
step is taken, so places that refer to each other are no loop. A question for what a word means is answered by the passage
that defines it, which comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from retrieval.access import may_read
from retrieval.catalogue import Catalogue
from retrieval.companions import FIRST, Placed, put
from retrieval.definitions import defines, shares_capitals, term_asked_for, uses
from retrieval.document_store import DocumentStore
from retrieval.naming import Routing
from retrieval.passage import Document
from retrieval.places import PlaceBook
from retrieval.pointed import titled
from retrieval.ranking import Candidate, Ranked
from retrieval.references import Reference, references_in
from retrieval.request import SearchRequest
from retrieval.sparse import terms
from retrieval.stored import DocumentRow, StoredPassage
from retrieval.weighing import Found

_AT = FIRST - 2
_DEFINING = 30
"""Passages with the words of a term that are read for its definition."""

Place = tuple[str, int]
Rows = Mapping[str, DocumentRow]


class ReferredPlaces:
    """Follows what passages refer to. Reads the texts of one store; may be called from several threads."""

    def __init__(self, store: DocumentStore, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue
        self._places = PlaceBook(store)

    def beside(self, request: SearchRequest, routing: Routing, rows: Rows, found: Found) -> Found:
        """The same with the place that the best passage refers to, or the definition of its term, among the first five.

        Args:
            rows: The documents that this search may find; no other is looked into.

        Raises:
            StoreUnavailable
        """
        if not found.passages:
            return found
        lead, stored = found.passages[0]
        references = references_in(stored.passage.text, lead.candidate.document)
        if not references and not shares_capitals(stored.passage.text, routing.question):
            return found  # as most do: nothing is looked up for them
        open_to = _open_to(request, routing, rows)
        place = self._term_of(request.collection, open_to, routing.question, found)
        if place is None:
            place = self._referred_to(request.collection, open_to, references, found)
        # it is worth what stood in its place: the scores of the better ones stay theirs
        worth = found.passages[min(_AT, len(found.passages) - 1)][0]
        each = self._read(request.collection, open_to, worth, place)
        if each is None:
            return found
        return replace(
            found,
            passages=put(found.passages, each, _AT),
            referred={each[1].passage.passage_id: stored.passage.passage_id},
        )

    def definition_first(self, request: SearchRequest, routing: Routing, rows: Rows, found: Found) -> Found:
        """The same with the defining passage first, where a question asks what a word means and a document says it.

        Raises:
            StoreUnavailable
        """
        term = term_asked_for(routing.question)
        if not term or not found.passages:
            return found
        open_to = _open_to(request, routing, rows)
        if routing.named:
            # what another paper means by the word is no answer for the one that is named
            open_to = {key: row for key, row in open_to.items() if key in routing.named}
        elif routing.preferred:
            open_to = {
                key: row
                for key, row in open_to.items()
                if key in routing.preferred or row.document.type != "contract"
            }
        here = next((each for each in found.passages if _is_in(each, open_to, term)), None)
        if here is None:
            place = self._defining(request.collection, open_to, routing, term)
            here = self._read(request.collection, open_to, found.passages[0][0], place)
        if here is None:
            return found
        expected = routing.named or routing.preferred
        return replace(
            found,
            passages=put(found.passages, here, 0),
            # it is first by what it says itself, not because another refers to it
            referred={key: by for key, by in found.referred.items() if key != here[1].passage.passage_id},
            defined=not expected or _place(here[0])[0] in expected,
            expected=bool(expected),
        )

    # --- inside ---

    def _referred_to(
        self, collection: str, open_to: Rows, references: Sequence[Reference], found: Found
    ) -> Place | None:
        """Of the places that the best passage refers to and that are not among the first, the one that fits the question best."""
        lead, stored = found.passages[0]
        groups = [
            self._places_of(collection, open_to, reference, lead.candidate.document, stored)
            for reference in references
        ]
        there = {_place(each) for each, _ in found.passages[:FIRST]}
        return _best((place for group in groups if not there & set(group) for place in group), found.order)

    def _places_of(
        self, collection: str, open_to: Rows, reference: Reference, document: Document, lead: StoredPassage
    ) -> list[Place]:
        """Where the passages stand that a reference is to; none where there is no such place, or not for this reader, or where
        the passage refers to the section that it stands in."""
        for meant in self._documents_of(collection, open_to, reference, document):
            places = self._places.of(collection, meant.document_id)
            own = meant.document_id == document.document_id
            near = lead.passage.section if own else ""
            under = [number for each in reference.numbers for number in places.under(each, near)]
            if under:
                return [] if own and lead.number in under else [(meant.document_id, each) for each in under]
        return []

    def _documents_of(
        self, collection: str, open_to: Rows, reference: Reference, document: Document
    ) -> Sequence[Document]:
        """The documents that a reference may mean, the one in force as a whole first."""
        if not reference.document:
            own = open_to.get(document.amends if reference.amended else document.document_id)
            return () if own is None else (own.document,)
        _, names = self._catalogue.known(collection)
        called = names.called(reference.document, open_to.keys())
        meant = [open_to[key].document for key in called] or titled(
            reference.document, [row.document for row in open_to.values()]
        )
        return sorted(meant, key=lambda each: (bool(each.superseded_by), bool(each.amends), each.document_id))

    def _term_of(self, collection: str, open_to: Rows, question: str, found: Found) -> Place | None:
        """Where the term is defined that the question and the best passage both use, in its document or the one that this amends;
        the longest of several. None where the definition is among the first."""
        document, text = found.passages[0][0].candidate.document, found.passages[0][1].passage.text
        for key in (document.document_id, document.amends):
            if key not in open_to:
                continue
            defined = self._places.of(collection, key).defined
            used = [term for term in defined if uses(text, term, question)]
            if used:
                place = (key, defined[max(used, key=len)])
                there = {_place(each) for each, _ in found.passages[:FIRST]}
                return None if place in there else place
        return None

    def _defining(self, collection: str, open_to: Rows, routing: Routing, term: str) -> Place | None:
        """The best place that defines a term, in the documents that the question names or the case has before others."""
        for among in (routing.named or routing.preferred, open_to.keys()):
            inside = open_to.keys() & among
            hits = self._store.keyword_search(collection, terms(term), inside, _DEFINING) if inside else []
            places = [(key, number) for key, number, _ in hits]
            texts = self._store.passages_at(collection, places)
            for place in places:
                if place in texts and defines(texts[place].passage.text, term):
                    return place
        return None

    def _read(self, collection: str, open_to: Rows, worth: Ranked, place: Place | None) -> Placed | None:
        """The passage at a place, with the score of the one that it comes instead of; None where there is none."""
        stored = None if place is None else self._store.passages_at(collection, [place]).get(place)
        if place is None or stored is None:
            return None
        document = open_to[place[0]].document
        candidate = Candidate(document=document, number=place[1], dense=None, sparse=None)
        return replace(worth, candidate=candidate), stored


def _open_to(request: SearchRequest, routing: Routing, rows: Rows) -> Rows:
    """The documents that references are followed into: what the search may find, checked for the reader once more."""
    within = routing.named if routing.only_named else rows.keys()
    return {
        key: row
        for key, row in rows.items()
        if key in within
        and key not in routing.excluded
        and request.scope.customer in ("", row.document.customer or request.scope.customer)
        and request.scope.vendor in ("", row.document.vendor or request.scope.vendor)
        and may_read(request.reader, row.document)
    }


def _best(places: Iterable[Place], order: Sequence[Ranked]) -> Place | None:
    """The first of these places in the order of the search, else the first as they are referred to."""
    wanted = list(places)
    if not wanted:
        return None
    among = set(wanted)
    return next((place for each in order if (place := _place(each)) in among), wanted[0])


def _is_in(each: Placed, open_to: Rows, term: str) -> bool:
    """Whether a passage defines a term, in one of these documents."""
    return _place(each[0])[0] in open_to and defines(each[1].passage.text, term)


def _place(each: Ranked) -> Place:
    return each.candidate.document.document_id, each.candidate.number
