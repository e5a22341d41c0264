"""Questions to passages: the `Library` that answers a search."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from retrieval.access import may_read
from retrieval.clause_kinds import ClauseKind, heading_fits, kind_asked_for, sign_score
from retrieval.comparing import in_turn, parts
from retrieval.document_store import DocumentRow, DocumentStore, StoredPassage
from retrieval.embedder import Embedder
from retrieval.errors import DocumentRefused, EmbeddingUnavailable, IndexUnavailable, RetrievalError
from retrieval.framing import Framed, asks_for_history, framed, without_this_contract
from retrieval.indexing import Brought, not_built, text_of_terms, text_to_embed
from retrieval.knowledge_base import AnyOf, DenseVector, Hit, IndexQuery, KnowledgeBase
from retrieval.naming import NameBook, Routing
from retrieval.near_words import Near, NearWords
from retrieval.normalise import search_form
from retrieval.passage import DEFAULT_COLLECTION, Document, Reader, ScoredPassage
from retrieval.ranking import Candidate, OfKind, Ranked, best_of, ranked, reranked
from retrieval.relevance import (
    CLAUSE_SURE,
    LOOKED_AT,
    ORDINARY,
    ORDINARY_SITUATION,
    Signs,
    clause_presence,
    hardly_relevant,
    nothing_relevant,
    signs,
)
from retrieval.request import (
    OpenedDocument,
    SearchRequest,
    SearchResult,
    day_of,
    index_filter,
    is_eligible,
)
from retrieval.reranker import PAIRS, Reranker
from retrieval.situations import SituationBook
from retrieval.sparse import query_vector, terms
from retrieval.spelling import corrected
from retrieval.trade_words import related_terms
from retrieval.wording import fit, wanted

log = logging.getLogger(__name__)

_CANDIDATES = 100
"""Passages taken from each list before fusing."""
_INSIDE = 400
"""The same inside documents that the question names: all passages of an ordinary contract."""
_LONGEST_QUESTION = 2000
"""Characters of a question that are read; a model reads some 1,000 anyway."""
_MOST_PASSAGES = 100
_HARDLY = 0.5
"""Signs below this do not speak for a kind of clause."""
_OF_KIND = 120
"""Candidates whose wording is searched for the signs of a clause, where no document is named."""
_REREAD = 60
"""First candidates whose wording is compared with the question's."""
_CLEARLY = 1.15
"""A document is meant when its words fit so much better than those of the next."""
_SAYS_LITTLE = 0.6
"""Share of a question's telling words in the best passages below which it is asked again in other words."""
_TRIES = 3
_RETRY_SECONDS = 15.0
"""How long a failed index is left alone before it is tried again, so that each question does not wait for it."""


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a question is about."""

    kind: ClauseKind | None
    """The kind of clause it is for, if for one."""
    vector: DenseVector | None
    """To search with; None when the embedding model is not available."""
    near: Near = field(default_factory=dict)
    situation: float = ORDINARY_SITUATION
    """How plainly it is about a situation of the trade, 0..1."""


@dataclass(frozen=True, kw_only=True)
class _Best:
    """What one way of asking has found."""

    order: Sequence[Ranked]
    """All candidates, best first; at least one."""
    passages: Sequence[tuple[Ranked, StoredPassage]]
    """The first of them with their text."""
    told: tuple[str, ...]
    """What did not work."""
    signs: Callable[[], Signs]
    """What speaks for an answer being among them."""


class Library:
    """The documents of this installation, for people who ask. May be called from several threads.

    Args:
        store: The text store.
        embedder: Turns questions into vectors; loaded at the first search.
        open_base: Gives the index of a collection, brought to what the store holds; called at its first search.
        reranker: Reads the best passages again, where one is configured.
        near_words: Words of the documents near those of a question; None: only what `trade_words` lists.
        situations: Situations of the trade that questions may be about; None: none is looked for.
    """

    def __init__(
        self,
        *,
        store: DocumentStore,
        embedder: Embedder,
        open_base: Callable[[str], tuple[KnowledgeBase, Brought]],
        reranker: Reranker | None = None,
        near_words: NearWords | None = None,
        situations: SituationBook | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._open_base = open_base
        self._bases: dict[str, KnowledgeBase] = {}
        self._unindexed: dict[str, frozenset[str]] = {}
        self._failed: dict[str, tuple[float, RetrievalError]] = {}
        self._names: dict[str, tuple[int, tuple[DocumentRow, ...], NameBook]] = {}
        self._likes: dict[tuple[str, str], DenseVector] = {}
        self._reranker = reranker
        self._near_words = near_words
        self._situations = situations
        self._lock = threading.RLock()
        self.writing = threading.Lock()
        """Held by whoever puts documents in: one writer at a time; searches do not wait for it."""
        self._generation = 0
        self.change_model: Callable[[Callable[[int, int, str], None] | None], None] = lambda tell: None
        """Before documents are put in: bring a newly configured embedding model into use, see `model_change`."""
        self.model_settled: Callable[[], None] = lambda: None
        """After documents were put in: all of them are indexed for the model in use."""

    @property
    def store(self) -> DocumentStore:
        """The text store, for whoever puts documents in."""
        return self._store

    @property
    def embedder(self) -> Embedder:
        """The embedding model, for whoever puts documents in."""
        return self._embedder

    def learn(self) -> None:
        """Bring what questions are compared with beside passages up to the documents, after some were put in.

        Raises:
            EmbeddingUnavailable, StoreUnavailable
        """
        if self._near_words is not None:
            self._near_words.learn()
        if self._situations is not None:
            self._situations.learn()

    def check(self, collection: str = DEFAULT_COLLECTION) -> None:
        """Open the index of a collection, as a search would.

        Raises:
            IndexUnavailable, EmbeddingUnavailable: searches would fall back to keywords; the message says why.
        """
        self._base(collection)

    def base_for_writing(self, collection: str) -> KnowledgeBase:
        """The open index of a collection, tried again even when it could not be opened a moment ago.

        Raises:
            IndexUnavailable, EmbeddingUnavailable: it cannot be opened.
        """
        with self._lock:
            self._failed.pop(collection, None)
            return self._base(collection)

    def indexed(self, collection: str) -> None:
        """All documents of the collection have their entries now."""
        with self._lock:
            self._unindexed.pop(collection, None)

    def use_indexes(self, indexes: Mapping[str, KnowledgeBase], *, commit: Callable[[], None]) -> None:
        """Put these open indexes in place of all others, at once; searches under way start over.

        Args:
            commit: Makes the change of the embedding model durable and in force; when it fails, nothing has changed.
        """
        with self._lock:
            try:
                commit()
            except BaseException:
                for base in indexes.values():
                    base.close()
                raise
            former, self._bases = self._bases, dict(indexes)
            self._unindexed.clear()
            self._failed.clear()
            self._likes.clear()
            self._generation += 1
        for base in former.values():
            base.close()

    def _base(self, collection: str) -> KnowledgeBase:
        """The open index of a collection; after a failure not tried again for some seconds."""
        with self._lock:
            if collection in self._bases:
                return self._bases[collection]
            failed = self._failed.get(collection)
            if failed and time.monotonic() - failed[0] < _RETRY_SECONDS:
                raise failed[1]
            try:
                self._bases[collection], brought = self._open_base(collection)
                self._unindexed[collection] = frozenset(brought.without_vectors)
                self._failed.pop(collection, None)
            except (IndexUnavailable, EmbeddingUnavailable) as error:
                self._failed[collection] = (time.monotonic(), error)
                raise
            return self._bases[collection]

    def search(self, request: SearchRequest) -> SearchResult:
        """Find the passages that answer a question, among the documents this reader may see.

        Raises:
            StoreUnavailable: the text store cannot be read; there is nothing to answer from.
        """
        question = search_form(request.text).strip()[:_LONGEST_QUESTION]
        if asks_for_history(question):
            request = replace(request, include_superseded=True)
        top = max(0, min(request.top, _MOST_PASSAGES))
        if not question or not top:
            return SearchResult(nothing_relevant=True)
        for _ in range(_TRIES):
            change, generation = self._store.change(), self._generation
            result = self._search_in_parts(request, question, top)
            if self._store.change() == change and self._generation == generation:
                break
            # a document was replaced meanwhile: its old description and its new text must not be mixed
        return result

    def _search_in_parts(self, request: SearchRequest, question: str, top: int) -> SearchResult:
        """The search, with the best of each part in turn where a question asks two things."""
        whole = self._search(request, question, top)
        answered = [
            found
            for found in (self._search(request, part, top) for part in parts(question))
            if found.passages
        ]
        if len(answered) < 2:
            return whole
        best: dict[str, ScoredPassage] = {}
        for hit in in_turn([found.passages for found in answered]):
            best.setdefault(hit.passage.passage_id, hit)
        order = list(best.values())[:top]
        # a score says how good a place is, and places have been given anew
        scores = sorted((hit.score for hit in order), reverse=True)
        told = dict.fromkeys(told for found in answered for told in found.degraded)
        return SearchResult(
            passages=tuple(replace(hit, score=score) for hit, score in zip(order, scores, strict=True)),
            degraded=tuple(told),
            uncertain=any(found.uncertain for found in answered),
        )

    def _search(self, request: SearchRequest, question: str, top: int) -> SearchResult:
        rows, names = self._known(request.collection)
        day = day_of(request)
        eligible = {row.document.document_id: row for row in rows if is_eligible(row.document, request, day)}
        if not eligible:
            return SearchResult(nothing_relevant=True)
        degraded: tuple[str, ...] = ()
        try:
            question = corrected(question, self._store, self._embedder.knows)
            routing = self._routed(names, question, eligible, request)
            asked = self._asked(routing)
            found = self._best(request, routing, eligible, asked, top)
            if found is not None and asked.kind is None and found.signs().coverage < _SAYS_LITTLE:
                # first in the question's own words; where those say little, in others that may mean the same
                asked = self._in_other_words(routing, asked)
                found = self._best(request, routing, eligible, asked, top)
        except (IndexUnavailable, EmbeddingUnavailable) as error:
            log.warning(
                "search_degraded", extra={"collection": request.collection, "error": type(error).__name__}
            )
            degraded = (f"Documents were searched by keywords only: {error}",)
            routing = self._routed(names, question, eligible, request)
            asked = _Asked(kind=None, vector=None)
            found = self._best(request, routing, eligible, asked, top)
        if found is None:
            return SearchResult(degraded=degraded, nothing_relevant=True)
        degraded += found.told
        nothing, uncertain = self._nothing_there(routing, found)
        if nothing:
            return SearchResult(degraded=degraded, nothing_relevant=True)
        return SearchResult(
            passages=tuple(
                ScoredPassage(passage=stored.passage, document=each.candidate.document, score=each.score)
                for each, stored in found.passages[:top]
            ),
            degraded=degraded,
            uncertain=uncertain,
        )

    def _best(
        self,
        request: SearchRequest,
        routing: Routing,
        eligible: dict[str, DocumentRow],
        asked: _Asked,
        top: int,
    ) -> _Best | None:
        """The best passages for what is asked; None when there are no candidates at all."""
        if asked.vector is None:
            candidates = self._from_keywords(request, routing, eligible)
        else:
            candidates = self._from_index(request, routing, eligible, asked, asked.vector)
        # the second check: whatever an index says, nobody sees a passage the rule does not give them
        candidates = [each for each in candidates if may_read(request.reader, each.document)]
        if not candidates:
            return None
        order = ranked(routing, candidates)
        order = reranked(routing, order, self._fits(request.collection, routing, eligible, order, asked.near))
        told: tuple[str, ...] = ()
        if self._reranker is not None:
            order, told = self._read_again(request.collection, routing, order)
        passages = self._with_passages(request.collection, best_of(routing, order, max(top, LOOKED_AT)))
        return _Best(
            order=order,
            passages=passages,
            told=told,
            signs=lambda: self._signs(request, routing, eligible, order, passages, asked),
        )

    def open(
        self, document_id: str, reader: Reader, *, collection: str = DEFAULT_COLLECTION
    ) -> OpenedDocument:
        """A whole document, for opening a citation.

        Raises:
            DocumentRefused: no such document, or not for this reader; the message is the same.
        """
        stored = self._store.document(collection, document_id)
        if stored is None or not may_read(reader, stored.document):
            raise DocumentRefused(
                f"There is no document {document_id!r} that you may open. Search again for what you need."
            )
        return OpenedDocument(
            document=stored.document, text=stored.text, body_start=stored.body_start, pages=stored.pages
        )

    def documents(self, reader: Reader, *, collection: str = DEFAULT_COLLECTION) -> list[Document]:
        """The documents this reader may see, ordered by document id, whether in force or not."""
        rows, _ = self._known(collection)
        return [row.document for row in rows if may_read(reader, row.document)]

    def close(self) -> None:
        """Let go of indexes and files; safe to call twice."""
        with self._lock:
            bases, self._bases = list(self._bases.values()), {}
        for base in bases:
            base.close()
        self._store.close()

    # --- inside ---

    def _known(self, collection: str) -> tuple[tuple[DocumentRow, ...], NameBook]:
        change = self._store.change()
        with self._lock:
            cached = self._names.get(collection)
            if cached is None or cached[0] != change:
                rows = tuple(self._store.rows(collection))
                cached = (change, rows, NameBook(rows))
                self._names[collection] = cached
            return cached[1], cached[2]

    def _routed(
        self, names: NameBook, question: str, eligible: dict[str, DocumentRow], request: SearchRequest
    ) -> Routing:
        """Where to look, and for what: by names in the question, else by the words that frame it."""
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
        self, parts: Framed, eligible: dict[str, DocumentRow], collection: str
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

    def _asked(self, routing: Routing) -> _Asked:
        """What the question is about, in its own words."""
        vector = self._embedder.embed([routing.ranked_by])[0]
        kind = kind_asked_for(routing.bare)
        if kind is not None or self._situations is None:
            return _Asked(kind=kind, vector=vector)
        return _Asked(kind=None, vector=vector, situation=self._situations.meant(vector).fit)

    def _in_other_words(self, routing: Routing, asked: _Asked) -> _Asked:
        """The same in words of the documents and as rules about such a situation read."""
        if self._near_words is not None:
            asked = replace(asked, near=self._near_words.of(routing.ranked_by))
        if self._situations is not None and asked.vector is not None:
            asked = replace(asked, vector=self._situations.meant(asked.vector).vector)
        return asked

    def _from_index(
        self,
        request: SearchRequest,
        routing: Routing,
        eligible: dict[str, DocumentRow],
        asked: _Asked,
        dense: DenseVector,
    ) -> list[Candidate]:
        kind = asked.kind
        base = self._base(request.collection)
        missing = self._unindexed.get(request.collection, frozenset()) & eligible.keys()
        if missing:
            raise not_built(missing)
        wanted = index_filter(request)
        own = terms(routing.ranked_by)
        sparse = query_vector(own, related_terms(own, asked.near))
        like = None if kind is None else self._like(kind)
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

    def _like(self, kind: ClauseKind) -> DenseVector:
        """The middle of how such clauses read, as a unit vector."""
        # another model, another space: what was embedded for one is of no use to the next
        key = (self._embedder.model_id, kind.name)
        with self._lock:
            kept = self._likes.get(key)
        if kept is None:
            middle = self._embedder.embed(list(kind.examples)).mean(axis=0)
            kept = middle / np.linalg.norm(middle)
            with self._lock:
                self._likes[key] = kept
        return kept

    def _of_kind(
        self,
        collection: str,
        routing: Routing,
        eligible: dict[str, DocumentRow],
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
        return [
            replace(
                each,
                of_kind=OfKind(
                    like=like.get(place, floor),
                    signs=sign_score(kind, texts[place].passage.text),
                    heading=heading_fits(kind, texts[place].passage.section),
                ),
            )
            for place, each in sorted(known.items())
            if place in texts
        ]

    def _from_keywords(
        self, request: SearchRequest, routing: Routing, eligible: dict[str, DocumentRow]
    ) -> list[Candidate]:
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

    def _with_passages(self, collection: str, best: Sequence[Ranked]) -> list[tuple[Ranked, StoredPassage]]:
        places = [(each.candidate.document.document_id, each.candidate.number) for each in best]
        found = self._store.passages_at(collection, places)
        return [(each, found[place]) for each, place in zip(best, places, strict=True) if place in found]

    def _fits(
        self,
        collection: str,
        routing: Routing,
        eligible: dict[str, DocumentRow],
        order: Sequence[Ranked],
        near: Near,
    ) -> dict[tuple[str, int], float]:
        """How well the wording of the first candidates fits.

        Nothing where a kind of clause has ranked them already, nor inside one document: there the question's own words
        stand in every clause but the right one, which has others for it.
        """
        if routing.only_named:
            return {}
        first = [each.candidate for each in order[:_REREAD] if each.candidate.of_kind is None]
        counts = self._store.term_counts(terms(routing.bare))
        asked = wanted(routing.bare, counts, max(1, sum(row.passages for row in eligible.values())), near)
        texts = self._store.passages_at(
            collection, [(each.document.document_id, each.number) for each in first]
        )
        return {
            (each.document.document_id, each.number): fit(
                asked, each.document, texts[each.document.document_id, each.number]
            )
            for each in first
            if (each.document.document_id, each.number) in texts
        }

    def _read_again(
        self, collection: str, routing: Routing, order: Sequence[Ranked]
    ) -> tuple[list[Ranked], tuple[str, ...]]:
        """The first candidates in the order of the configured re-ranking model; their scores stay where they were."""
        assert self._reranker is not None
        first = order[:PAIRS]
        texts = self._store.passages_at(
            collection, [(each.candidate.document.document_id, each.candidate.number) for each in first]
        )
        held = [
            each for each in first if (each.candidate.document.document_id, each.candidate.number) in texts
        ]
        try:
            scores = self._reranker.scores(
                routing.bare,
                [
                    text_to_embed(
                        each.candidate.document,
                        texts[each.candidate.document.document_id, each.candidate.number],
                    )
                    for each in held
                ],
            )
        except EmbeddingUnavailable as error:
            log.warning("rerank_failed", extra={"collection": collection})
            return list(order), (f"Passages were not re-ranked: {error}",)
        better = [held[at] for at in sorted(range(len(held)), key=lambda at: (-scores[at], at))]
        places = [each.score for each in held]
        moved = [replace(each, score=score) for each, score in zip(better, places, strict=True)]
        return moved + list(order[PAIRS:]), ()

    def _nothing_there(self, routing: Routing, found: _Best) -> tuple[bool, bool]:
        """Whether the documents do not speak about the question, and whether that is open."""
        first = found.order[0].candidate
        fit = first.of_kind
        if fit is not None:
            presence = clause_presence(
                signs=fit.signs, like=fit.like, heading=fit.heading, nearness=first.dense or 0.0
            )
            if routing.named or presence >= 0:
                return presence < 0, presence < CLAUSE_SURE
            if routing.preferred and fit.signs < _HARDLY:
                return True, False
        told = found.signs()
        return nothing_relevant(told), hardly_relevant(told)

    def _signs(
        self,
        request: SearchRequest,
        routing: Routing,
        eligible: dict[str, DocumentRow],
        order: Sequence[Ranked],
        passages: Sequence[tuple[Ranked, StoredPassage]],
        asked: _Asked,
    ) -> Signs:
        candidates = [each.candidate for each in order]
        own = terms(routing.bare)
        return signs(
            own,
            # without vectors nothing is known about nearness: an ordinary one is assumed, and the words decide
            nearness=max((each.dense for each in candidates if each.dense is not None), default=ORDINARY),
            best=[text_of_terms(each.candidate.document, stored) for each, stored in passages[:LOOKED_AT]],
            counts=self._store.term_counts(own),
            passages=max(1, sum(row.passages for row in eligible.values())),
            present=lambda wanted: self._store.terms_present(
                request.collection, wanted, eligible.keys() - routing.excluded
            ),
            near=asked.near,
            situation=asked.situation,
        )

    def _candidates(
        self,
        routing: Routing,
        eligible: dict[str, DocumentRow],
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


def _scores(lists: list[list[Hit]], eligible: dict[str, DocumentRow]) -> dict[tuple[str, int], float]:
    """Scores by place; hits of documents or revisions that the store does not hold valid are dropped."""
    return {
        (hit.document_id, hit.number): hit.score
        for hits in lists
        for hit in hits
        if hit.document_id in eligible and eligible[hit.document_id].revision == hit.revision
    }
