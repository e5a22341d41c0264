"""The best candidates looked at closely: how their wording fits, what a re-ranking model says, whether an answer is among them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from retrieval.catalogue import Eligible
from retrieval.clause_kinds import clause_kinds, kind_asked_for, sign_score
from retrieval.clause_sense import strongest_other
from retrieval.document_store import DocumentStore
from retrieval.errors import EmbeddingUnavailable
from retrieval.gathering import Asked
from retrieval.indexing import text_of_terms, text_to_embed
from retrieval.naming import Routing
from retrieval.near_words import Near
from retrieval.ranking import Ranked
from retrieval.relevance import (
    CLAUSE_SURE,
    LOOKED_AT,
    ORDINARY,
    Signs,
    clause_presence,
    hardly_relevant,
    learned_presence,
    nothing_relevant,
    signs,
)
from retrieval.reranker import PAIRS, Reranker
from retrieval.sparse import terms
from retrieval.stored import StoredPassage
from retrieval.wording import fit, wanted

log = logging.getLogger(__name__)

_REREAD = 40
"""First candidates whose wording is compared with the question's."""
_HARDLY = 0.5
"""Signs below this do not speak for a kind of clause."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one way of asking has found."""

    order: Sequence[Ranked]
    """All candidates, best first; at least one."""
    passages: Sequence[tuple[Ranked, StoredPassage]]
    """The first of them with their text."""
    told: tuple[str, ...]
    """What did not work."""
    signs: Callable[[], Signs]
    """What speaks for an answer being among them; worked out when it is asked for the first time."""
    referred: Mapping[str, str] = field(default_factory=dict)
    """Passage id -> id of the passage that brought it to its place, by referring to it or by using the term that it defines."""
    defined: bool = False
    """The first passage says what the word means whose meaning is asked for, where the question looks for it."""
    expected: bool = False
    """The question or the case has chosen the documents in which it looks for that."""


class Weigher:
    """Reads the texts of one store."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def fits(
        self, collection: str, routing: Routing, eligible: Eligible, order: Sequence[Ranked], near: Near
    ) -> dict[tuple[str, int], float]:
        """How well the wording of the first candidates fits.

        Nothing where a kind of clause has ranked them already, nor inside one document: there the question's own words
        stand in every clause but the right one, which has others for it.
        """
        if routing.only_named:
            return {}
        first = [each.candidate for each in order[:_REREAD] if each.candidate.of_kind is None]
        if not first:
            return {}
        own = terms(routing.bare)
        names = [term for term in terms(routing.question) if term not in own]
        counts = self._store.term_counts([*own, *names])
        asked = wanted(routing.bare, counts, eligible.passages, near, names)
        places = [(each.document.document_id, each.number) for each in first]
        texts = self._store.passages_at(collection, places)
        held = self._store.terms_at(collection, places)
        return {
            place: fit(
                asked,
                each.document,
                texts[place],
                held[place],
                of_party=each.document.document_id in routing.preferred,
            )
            for each, place in zip(first, places, strict=True)
            if place in texts and place in held
        }

    def with_passages(self, collection: str, best: Sequence[Ranked]) -> list[tuple[Ranked, StoredPassage]]:
        """The candidates with their texts; those that are gone meanwhile are left out."""
        places = [(each.candidate.document.document_id, each.candidate.number) for each in best]
        found = self._store.passages_at(collection, places)
        return [(each, found[place]) for each, place in zip(best, places, strict=True) if place in found]

    def read_again(
        self, reranker: Reranker, collection: str, routing: Routing, order: Sequence[Ranked]
    ) -> tuple[list[Ranked], tuple[str, ...]]:
        """The first candidates in the order of the configured re-ranking model; their scores stay where they were."""
        first = order[:PAIRS]
        texts = self._store.passages_at(
            collection, [(each.candidate.document.document_id, each.candidate.number) for each in first]
        )
        held = [
            each for each in first if (each.candidate.document.document_id, each.candidate.number) in texts
        ]
        try:
            scores = reranker.scores(
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

    @staticmethod
    def nothing_there(routing: Routing, found: Found) -> tuple[bool, bool]:
        """Whether the documents do not speak about the question, and whether that is open."""
        first = found.order[0].candidate
        fit = first.of_kind
        if fit is not None and fit.odds is not None:
            there, sure = learned_presence(fit.odds)
            sure = sure and not _rather_of_another_kind(routing, found)
            # of all papers but those of the case, some passage reads a little like any kind
            of_the_case = not routing.preferred or first.document.document_id in routing.preferred
            if routing.named or (there and of_the_case) or sure:
                return not there, not sure
            if routing.preferred and not there and fit.signs < _HARDLY:
                return True, False
        elif fit is not None:
            presence = clause_presence(
                signs=fit.signs, like=fit.like, heading=fit.heading, nearness=first.dense or 0.0
            )
            if routing.named or presence >= 0:
                sure = presence >= CLAUSE_SURE and (fit.heading or not _of_another_kind(routing, found))
                return presence < 0, not sure
            if routing.preferred and fit.signs < _HARDLY:
                return True, False
        told = found.signs()
        return nothing_relevant(told), hardly_relevant(told)

    def signs(
        self,
        collection: str,
        routing: Routing,
        eligible: Eligible,
        order: Sequence[Ranked],
        passages: Sequence[tuple[Ranked, StoredPassage]],
        asked: Asked,
    ) -> Signs:
        """What speaks for an answer being among the best candidates."""
        candidates = [each.candidate for each in order]
        own = terms(routing.bare)
        return signs(
            own,
            # without vectors nothing is known about nearness: an ordinary one is assumed, and the words decide
            nearness=max((each.dense for each in candidates if each.dense is not None), default=ORDINARY),
            best=[text_of_terms(each.candidate.document, stored) for each, stored in passages[:LOOKED_AT]],
            counts=self._store.term_counts(own),
            passages=eligible.passages,
            present=lambda wanted: self._store.terms_present(
                collection, wanted, eligible.rows.keys() - routing.excluded
            ),
            near=asked.near,
            situation=asked.situation,
        )


def _of_another_kind(routing: Routing, found: Found) -> bool:
    """Whether the best passage gives itself away as a clause of another kind just as plainly as of the one asked for: what it
    says beside that may answer, or not."""
    asked = kind_asked_for(routing.bare)
    best, stored = found.passages[0]
    if asked is None or best.candidate.of_kind is None:
        return False
    own = best.candidate.of_kind.signs
    return any(
        sign_score(kind, stored.passage.text) >= own for kind in clause_kinds() if kind.name != asked.name
    )


def _rather_of_another_kind(routing: Routing, found: Found) -> bool:
    """The same by what was learned."""
    asked = kind_asked_for(routing.bare)
    best, stored = found.passages[0]
    if asked is None or best.candidate.of_kind is None or best.candidate.of_kind.sense is None:
        return False
    return strongest_other(asked.name, stored.passage.text) > best.candidate.of_kind.sense
