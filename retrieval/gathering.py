"""Candidates for a question: from the index by meaning and words, for a kind of clause by how such clauses read, or by keywords alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from retrieval.clause_book import ClauseBook
from retrieval.clause_kinds import ClauseKind, heading_fits, sign_score
from retrieval.clause_sense import knows, sense
from retrieval.document_store import DocumentStore
from retrieval.indexing import not_built
from retrieval.knowledge_base import AnyOf, DenseVector, Hit, IndexQuery
from retrieval.naming import Routing
from retrieval.near_words import Near
from retrieval.open_indexes import OpenIndexes
from retrieval.ranking import Candidate, OfKind
from retrieval.relevance import ORDINARY_SITUATION
from retrieval.request import SearchRequest, index_filter
from retrieval.sparse import query_vector, terms
from retrieval.stored import DocumentRow
from retrieval.trade_words import related_terms

_CANDIDATES = 100
"""Passages taken from each list before fusing."""
_INSIDE = 400
"""The same inside documents that the question names: all passages of an ordinary contract."""
_OF_KIND = 120
"""Candidates whose wording is searched for the signs of a clause, where no document is named."""

Rows = Mapping[str, DocumentRow]
"""Documents that may be found, by id."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a question is about."""

    kind: ClauseKind | None
    """The kind of clause it is for, if for one."""
    vector: DenseVector | None
    """To search with; None when the embedding model is not available."""
    near: Near = field(default_factory=dict)
    situation: float = ORDINARY_SITUATION
    """How plainly it is about a situation of the trade, 0..1."""


class Gatherer:
    """Finds candidates in the index, or in the text store where there is none."""

    def __init__(self, store: DocumentStore, indexes: OpenIndexes, clauses: ClauseBook) -> None:
        self._store = store
        self._indexes = indexes
        self._clauses = clauses

    def from_index(
        self,
        request: SearchRequest,
        routing: Routing,
        eligible: Rows,
        asked: Asked,
        dense: DenseVector,
    ) -> list[Candidate]:
        """By meaning and words, and by how such clauses read where one is asked for.

        Raises:
            IndexUnavailable, EmbeddingUnavailable, StoreUnavailable
        """
        kind = asked.kind
        base = self._indexes.base(request.collection)
        missing = self._indexes.unindexed(request.collection) & eligible.keys()
        if missing:
            raise not_built(missing)
        wanted = index_filter(request)
        own = terms(routing.ranked_by)
        sparse = query_vector(own, related_terms(own, asked.near))
        like = None if kind is None else self._clauses.like(kind)
        queries: list[IndexQuery] = []
        filters = [(wanted, _CANDIDATES)]
        if routing.named and kind is not None:
            # the kind of clause in the documents that are named, and nowhere else
            inside = wanted.and_also(AnyOf(field="document_id", values=tuple(sorted(routing.named))))
            filters = [(inside, _INSIDE)]
        elif routing.preferred:
            inside = wanted.and_also(AnyOf(field="document_id", values=tuple(sorted(routing.preferred))))
            filters.append((inside, _INSIDE if routing.named else _CANDIDATES))
        for where, limit in filters:
            queries.append(IndexQuery(filter=where, limit=limit, dense=dense))
            queries.append(IndexQuery(filter=where, limit=limit, sparse=sparse))
            if like is not None:
                queries.append(IndexQuery(filter=where, limit=limit, dense=like))
        lists = base.search(queries)
        step = 3 if like is not None else 2
        candidates = self._candidates(routing, eligible, lists[0::step], lists[1::step])
        if kind is None:
            return candidates
        return self._of_kind(request.collection, routing, eligible, candidates, kind, lists[2::step])

    def _of_kind(
        self,
        collection: str,
        routing: Routing,
        eligible: Rows,
        candidates: Sequence[Candidate],
        kind: ClauseKind,
        like_lists: list[list[Hit]],
    ) -> list[Candidate]:
        """The candidates, and those that read like such a clause, with how they fit the kind."""
        like = _scores(like_lists, eligible)
        known = {(each.document.document_id, each.number): each for each in candidates}
        for document_id, number in like:
            if (document_id, number) not in known and document_id not in routing.excluded:
                known[document_id, number] = Candidate(
                    document=eligible[document_id].document, number=number, dense=None, sparse=None
                )
        floor = min(like.values(), default=0.0)
        if not routing.named and len(known) > _OF_KIND:
            nearest = sorted(
                known, key=lambda place: (-like.get(place, floor) - (known[place].dense or 0.0) / 2, place)
            )
            known = {place: known[place] for place in nearest[:_OF_KIND]}
        texts = self._store.passages_at(collection, known)
        learned = knows(kind.name)
        return [
            Candidate(
                document=each.document,
                number=each.number,
                dense=each.dense,
                sparse=each.sparse,
                of_kind=OfKind(
                    like=like.get(place, floor),
                    signs=sign_score(kind, texts[place].passage.text),
                    sense=sense(kind.name, texts[place].passage.text) if learned else None,
                    heading=heading_fits(kind, texts[place].passage.section),
                ),
            )
            for place, each in sorted(known.items())
            if place in texts
        ]

    def from_keywords(self, request: SearchRequest, routing: Routing, eligible: Rows) -> list[Candidate]:
        """The same search without vectors, over the text store, under the same access rule."""
        found = []
        for documents in (eligible.keys(), routing.preferred & eligible.keys()):
            places = self._store.keyword_search(
                request.collection, terms(routing.ranked_by), documents, _CANDIDATES
            )
            found.append(
                [
                    Hit(document_id=key, revision=eligible[key].revision, number=number, score=score)
                    for key, number, score in places
                ]
            )
        return self._candidates(routing, eligible, [], found)

    def _candidates(
        self,
        routing: Routing,
        eligible: Rows,
        dense_lists: list[list[Hit]],
        sparse_lists: list[list[Hit]],
    ) -> list[Candidate]:
        dense = _scores(dense_lists, eligible)
        sparse = _scores(sparse_lists, eligible)
        return [
            Candidate(
                document=eligible[document_id].document,
                number=number,
                dense=dense.get((document_id, number)),
                sparse=sparse.get((document_id, number)),
            )
            for document_id, number in sorted(dense.keys() | sparse.keys())
            if document_id not in routing.excluded
        ]


def _scores(lists: list[list[Hit]], eligible: Rows) -> dict[tuple[str, int], float]:
    """Scores by place; hits of documents or revisions that the store does not hold valid are dropped."""
    return {
        (hit.document_id, hit.number): hit.score
        for hits in lists
        for hit in hits
        if hit.document_id in eligible and eligible[hit.document_id].revision == hit.revision
    }
