"""What a collection holds, and where in it to look: documents a reader may find, and those that a question means."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from retrieval.document_store import DocumentStore
from retrieval.framing import Framed, framed, paper_that_may_apply, without_this_contract
from retrieval.naming import NameBook, Routing
from retrieval.request import Scope, SearchRequest, is_eligible
from retrieval.sparse import terms
from retrieval.stored import DocumentRow

_CLEARLY = 1.15
"""A document is meant when its words fit so much better than those of the next."""
_CANDIDATES = 100
_REMEMBERED = 64
"""Readers, with what they may find, that are remembered until a document changes."""


@dataclass(frozen=True, kw_only=True)
class Eligible:
    """The documents that one search may find at all."""

    rows: Mapping[str, DocumentRow]
    """By document id."""
    passages: int
    """Of all of them together; at least 1."""


class Catalogue:
    """The documents of one store. May be called from several threads."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._names: dict[str, tuple[int, tuple[DocumentRow, ...], NameBook]] = {}
        self._eligible: OrderedDict[Hashable, Eligible] = OrderedDict()

    def known(self, collection: str) -> tuple[tuple[DocumentRow, ...], NameBook]:
        """The documents of a collection and the names they can be called by.

        Raises:
            StoreUnavailable
        """
        _, rows, names = self._state(collection)
        return rows, names

    def eligible(self, request: SearchRequest, day: date) -> Eligible:
        """The documents this search may find: by this reader, of these types, in force on that day.

        Raises:
            StoreUnavailable
        """
        change, rows, _ = self._state(request.collection)
        # the reader is a part of the key: what one may find is never what another is given
        key = (
            request.collection, change, request.reader, request.types, request.documents, request.include_superseded, day,
        )  # fmt: skip
        with self._lock:
            if key in self._eligible:
                self._eligible.move_to_end(key)
                return self._eligible[key]
        found = {row.document.document_id: row for row in rows if is_eligible(row.document, request, day)}
        made = Eligible(rows=found, passages=max(1, sum(row.passages for row in found.values())))
        with self._lock:
            self._eligible[key] = made
            while len(self._eligible) > _REMEMBERED:
                self._eligible.popitem(last=False)
        return made

    def opened(
        self, question: str, eligible: Mapping[str, DocumentRow], request: SearchRequest
    ) -> SearchRequest:
        """The request, with the scope's customer left out where the question is whether another customer's agreement, which it
        names, binds somebody: that agreement itself has to say so, and no other question finds it."""
        paper = paper_that_may_apply(question) if request.scope.customer else ""
        if not paper:
            return request
        _, names = self.known(request.collection)
        customers = {
            eligible[key].document.customer
            for key in names.route(paper, eligible.keys(), Scope()).preferred
            if eligible[key].document.type == "contract"
        }
        if customers <= {"", request.scope.customer}:
            return request
        return replace(request, scope=replace(request.scope, customer=""))

    def route(self, question: str, eligible: Mapping[str, DocumentRow], request: SearchRequest) -> Routing:
        """Where to look, and for what: by names in the question, else by the words that frame it."""
        _, names = self.known(request.collection)
        parts = framed(question)
        routing = names.route(question, eligible.keys(), request.scope)
        named = routing.named
        if request.documents:
            named = frozenset(eligible)
        elif parts.frame and len(named) != 1 and (named or not routing.preferred):
            among = {key: eligible[key] for key in named} or eligible
            named = self._document_of(parts, among, request.collection) or named
        bare = routing.bare
        if named or routing.preferred:
            if parts.frame:
                bare = names.route(parts.core, eligible.keys(), request.scope).bare
            bare = without_this_contract(bare)
        only = bool(request.documents) or (bool(named) and parts.leads)
        return replace(routing, bare=bare, named=named, preferred=routing.preferred | named, only_named=only)

    def _document_of(
        self, parts: Framed, eligible: Mapping[str, DocumentRow], collection: str
    ) -> frozenset[str]:
        """The one document whose words fit the frame of a question clearly best; none when several do."""
        wanted = [term for term in dict.fromkeys(terms(parts.frame)) if len(term) > 1]
        found = self._store.keyword_search(collection, wanted, eligible.keys(), _CANDIDATES)
        best: dict[str, float] = {}
        for document_id, _, score in found:
            best.setdefault(document_id, score)
        ordered = sorted(best.items(), key=lambda each: (-each[1], each[0]))
        if not ordered or (len(ordered) > 1 and ordered[0][1] < _CLEARLY * ordered[1][1]):
            return frozenset()
        return frozenset({ordered[0][0]})

    def _state(self, collection: str) -> tuple[int, tuple[DocumentRow, ...], NameBook]:
        change = self._store.change()
        with self._lock:
            cached = self._names.get(collection)
            if cached is None or cached[0] != change:
                rows = tuple(self._store.rows(collection))
                cached = (change, rows, NameBook(rows))
                self._names[collection] = cached
            return cached
