"""Questions to passages: the `Library` that answers a search."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from retrieval.access import may_read
from retrieval.catalogue import Catalogue, Eligible
from retrieval.clause_book import ClauseBook
from retrieval.clause_kinds import kind_asked_for, make_ready
from retrieval.companions import Companions
from retrieval.comparing import in_turn, parts
from retrieval.document_store import DocumentStore
from retrieval.embedder import Embedder
from retrieval.errors import DocumentRefused, EmbeddingUnavailable, IndexUnavailable
from retrieval.framing import asks_for_history
from retrieval.gathering import Asked, Gatherer
from retrieval.knowledge_base import KnowledgeBase
from retrieval.naming import Routing
from retrieval.near_words import NearWords
from retrieval.normalise import search_form
from retrieval.open_indexes import OpenBase, OpenIndexes
from retrieval.passage import DEFAULT_COLLECTION, Document, Reader, ScoredPassage
from retrieval.pointed import asks_no_more, clauses_pointed_to, passages_under, titled
from retrieval.ranking import best_of, ranked, reranked
from retrieval.referred import ReferredPlaces
from retrieval.relevance import LOOKED_AT
from retrieval.request import OpenedDocument, SearchRequest, SearchResult, day_of
from retrieval.reranker import Reranker
from retrieval.situations import SituationBook
from retrieval.spelling import corrected
from retrieval.weighing import Found, Weigher

log = logging.getLogger(__name__)

_LONGEST_QUESTION = 2000
"""Characters of a question that are read; a model reads some 1,000 anyway."""
_MOST_PASSAGES = 100
_SAYS_LITTLE = 0.6
"""Share of a question's telling words in the best passages below which it is asked again in other words."""
_TRIES = 3


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
        open_base: OpenBase,
        reranker: Reranker | None = None,
        near_words: NearWords | None = None,
        situations: SituationBook | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self.indexes = OpenIndexes(open_base)
        self._catalogue = Catalogue(store)
        self._clauses = ClauseBook(store, embedder)
        self._gatherer = Gatherer(store, self.indexes, self._clauses)
        self._weigher = Weigher(store)
        self._companions = Companions(store)
        self._referred = ReferredPlaces(store, self._catalogue)
        self._reranker = reranker
        self._near_words = near_words
        self._situations = situations
        self.writing = threading.Lock()
        """Held by whoever puts documents in: one writer at a time; searches do not wait for it."""
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
        self._clauses.learn()

    def check(self, collection: str = DEFAULT_COLLECTION) -> None:
        """Open the index of a collection, as a search would, and make ready what the first questions would wait for.

        Raises:
            IndexUnavailable, EmbeddingUnavailable: searches would fall back to keywords; the message says why.
        """
        self.indexes.base(collection)
        make_ready()

    def base_for_writing(self, collection: str) -> KnowledgeBase:
        """The open index of a collection, tried again even when it could not be opened a moment ago.

        Raises:
            IndexUnavailable, EmbeddingUnavailable: it cannot be opened.
        """
        return self.indexes.base_for_writing(collection)

    def indexed(self, collection: str) -> None:
        """All documents of the collection have their entries now."""
        self.indexes.indexed(collection)

    def use_indexes(self, indexes: Mapping[str, KnowledgeBase], *, commit: Callable[[], None]) -> None:
        """Put these open indexes in place of all others, at once; searches under way start over.

        Args:
            commit: Makes the change of the embedding model durable and in force; when it fails, nothing has changed.
        """
        self.indexes.use(indexes, commit=commit)

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
            replaced, generation = self._store.replaced(), self.indexes.generation
            result = self._search_in_parts(request, question, top)
            if self._store.replaced() == replaced and self.indexes.generation == generation:
                break
            # a document was replaced meanwhile: its old description and its new text must not be mixed. New ones do not matter:
            # what came after the search began is not found by it
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
        told = dict.fromkeys(told for found in answered for told in found.degraded)
        return SearchResult(
            passages=_by_place(list(best.values())[:top]),
            degraded=tuple(told),
            uncertain=any(found.uncertain for found in answered),
        )

    def _search(self, request: SearchRequest, question: str, top: int) -> SearchResult:
        eligible = self._catalogue.eligible(request, day_of(request))
        if not eligible.rows:
            return SearchResult(nothing_relevant=True)
        request = self._catalogue.opened(question, eligible.rows, request)
        degraded: tuple[str, ...] = ()
        try:
            question = corrected(question, self._store, self._embedder.knows)
            routing = self._routed(question, eligible, request)
            asked = self._asked(routing)
            found = self._best(request, routing, eligible, asked, top)
            if found is not None and asked.kind is None:
                if found.signs().coverage < _SAYS_LITTLE:
                    # first in the question's own words; where those say little, in others that may mean the same
                    asked = self._in_other_words(routing, asked)
                    found = self._best(request, routing, eligible, asked, top)
                else:
                    # the best passage leads to others only where it speaks of what is asked
                    found = self._referred.beside(request, routing, eligible.rows, found)
                    found = self._companions.beside(request.collection, routing, found)
        except (IndexUnavailable, EmbeddingUnavailable) as error:
            log.warning(
                "search_degraded", extra={"collection": request.collection, "error": type(error).__name__}
            )
            degraded = (f"Documents were searched by keywords only: {error}",)
            routing = self._routed(question, eligible, request)
            asked = Asked(kind=None, vector=None)
            found = self._best(request, routing, eligible, asked, top)
        pointed = self._pointed_to(request, question, routing, eligible)
        nothing, uncertain = (True, False) if found is None else self._weigher.nothing_there(routing, found)
        if found is not None:
            found = self._referred.definition_first(request, routing, eligible.rows, found)
            if found.defined:
                # what a word means in somebody's contract need not hold for whoever asks of no one in particular
                nothing, uncertain = False, _is_of_one(found) and (nothing or uncertain)
        if found is not None and asked.kind is not None and not nothing and not uncertain:
            found = self._referred.beside(request, routing, eligible.rows, found)
        degraded += found.told if found else ()
        beside = [
            ScoredPassage(
                passage=stored.passage,
                document=each.candidate.document,
                score=each.score,
                referred_by=found.referred.get(stored.passage.passage_id, "") if found else "",
            )
            for each, stored in (found.passages if found and not nothing else ())
        ]
        if pointed and asks_no_more(routing.bare, [hit.document for hit in pointed]):
            beside = []
        best = {hit.passage.passage_id: hit for hit in (*pointed, *beside)}
        if not best:
            return SearchResult(degraded=degraded, nothing_relevant=True)
        return SearchResult(
            passages=_by_place(list(best.values())[:top]),
            degraded=degraded,
            uncertain=uncertain and not pointed,
        )

    def _pointed_to(
        self, request: SearchRequest, question: str, routing: Routing, eligible: Eligible
    ) -> list[ScoredPassage]:
        """The clauses that the question gives the numbers of, in the documents that it names or the case has."""
        numbers = clauses_pointed_to(question)
        if not numbers:
            return []
        chosen = routing.named or routing.preferred
        among = [eligible.rows[key].document for key in chosen] or titled(
            question, [row.document for row in eligible.rows.values()]
        )
        return [
            ScoredPassage(passage=stored.passage, document=document, score=1.0)
            for document, stored in passages_under(self._store, request.collection, numbers, among)
            if may_read(request.reader, document)
        ]

    def _best(
        self, request: SearchRequest, routing: Routing, eligible: Eligible, asked: Asked, top: int
    ) -> Found | None:
        """The best passages for what is asked; None when there are no candidates at all."""
        collection = request.collection
        if asked.vector is None:
            candidates = self._gatherer.from_keywords(request, routing, eligible.rows)
        else:
            candidates = self._gatherer.from_index(request, routing, eligible.rows, asked, asked.vector)
        # the second check: whatever an index says, nobody sees a passage the rule does not give them
        candidates = [each for each in candidates if may_read(request.reader, each.document)]
        if not candidates:
            return None
        order = ranked(routing, candidates)
        order = reranked(routing, order, self._weigher.fits(collection, routing, eligible, order, asked.near))
        told: tuple[str, ...] = ()
        if self._reranker is not None:
            order, told = self._weigher.read_again(self._reranker, collection, routing, order)
        passages = self._weigher.with_passages(collection, best_of(routing, order, max(top, LOOKED_AT)))
        return Found(
            order=order,
            passages=passages,
            told=told,
            signs=cache(lambda: self._weigher.signs(collection, routing, eligible, order, passages, asked)),
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
        rows, _ = self._catalogue.known(collection)
        return [row.document for row in rows if may_read(reader, row.document)]

    def close(self) -> None:
        """Let go of indexes and files; safe to call twice."""
        self.indexes.close()
        self._store.close()

    # --- inside ---

    def _routed(self, question: str, eligible: Eligible, request: SearchRequest) -> Routing:
        return self._catalogue.route(question, eligible.rows, request)

    def _asked(self, routing: Routing) -> Asked:
        """What the question is about, in its own words."""
        vector = self._embedder.embed([routing.ranked_by])[0]
        kind = kind_asked_for(routing.bare)
        if kind is not None or self._situations is None:
            return Asked(kind=kind, vector=vector)
        return Asked(kind=None, vector=vector, situation=self._situations.meant(vector).fit)

    def _in_other_words(self, routing: Routing, asked: Asked) -> Asked:
        """The same in words of the documents and as rules about such a situation read."""
        if self._near_words is not None:
            asked = replace(asked, near=self._near_words.of(routing.ranked_by))
        if self._situations is not None and asked.vector is not None:
            asked = replace(asked, vector=self._situations.meant(asked.vector).vector)
        return asked


def _is_of_one(found: Found) -> bool:
    """Whether the first passage stands in a contract, or in a paper for one customer or vendor, that nothing has chosen."""
    document = found.passages[0][0].candidate.document
    return not found.expected and (document.type == "contract" or bool(document.customer or document.vendor))


def _by_place(hits: Sequence[ScoredPassage]) -> tuple[ScoredPassage, ...]:
    """The same with their scores in falling order: a score says how good a place is, and places may have been given anew."""
    scores = sorted((hit.score for hit in hits), reverse=True)
    return tuple(replace(hit, score=score) for hit, score in zip(hits, scores, strict=True))
