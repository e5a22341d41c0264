"""Clauses that a question points to by their numbers: "clause 8.2 of the Meridian agreement", "section 4 of the split procedure"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from retrieval.document_store import DocumentStore
from retrieval.passage import Document
from retrieval.sparse import terms
from retrieval.stored import StoredPassage

_NUMBER = r"(?P<number>(?:[a-z]\.)?\d{1,2}(?:\.\d{1,3}){0,3})"
_POINTS = re.compile(
    rf"(?:\b(?:clause|section|article|paragraph|point|para|sec)s?\b\.?|§)\s*{_NUMBER}(?!\.?\w|%|-\d)",
    re.IGNORECASE,
)
_HEADED = re.compile(
    rf"(?:#+\s*)?(?:(?:clause|section|article|paragraph|part|point)\s+|§\s*)?{_NUMBER}(?!\w)", re.IGNORECASE
)
_PAPERS = frozenset(
    terms("sop procedure policy policies agreement contract amendment terms document version edition")
)
"""Words of titles that say what kind of paper it is."""
_SAYS = frozenset(
    terms("say says state read quote show give tell text wording word words exactly clause section article")
)
_FEW = 6
"""Documents that a number is looked for in at most: who names more of them points to none."""
_MOST_NUMBERS = 4


def clauses_pointed_to(question: str) -> tuple[str, ...]:
    """Their numbers, in small letters, as ``8.2`` or ``b.3``; none for most questions.

    Args:
        question: In search form.
    """
    found = dict.fromkeys(match["number"].lower() for match in _POINTS.finditer(question))
    return tuple(found)[:_MOST_NUMBERS]


def asks_no_more(bare: str, documents: Iterable[Document]) -> bool:
    """Whether a question asks what a clause says and nothing beside that.

    Args:
        bare: The question without the names that chose documents.
    """
    left = set(terms(_POINTS.sub(" ", bare))) - _PAPERS - _SAYS
    return left <= {term for document in documents for term in terms(document.title)}


def titled(question: str, documents: Iterable[Document]) -> list[Document]:
    """The documents all of whose title's words stand in the question, in whatever order; where there are several, those of the
    longest title. For a question that has nothing else to choose a document by."""
    asked = set(terms(question))
    fitting: dict[int, list[Document]] = {}
    for document in documents:
        title = {term for term in terms(document.title) if term.isalpha()} - _PAPERS
        if title and title <= asked:
            fitting.setdefault(len(title), []).append(document)
    return fitting[max(fitting)] if fitting else []


def passages_under(
    store: DocumentStore, collection: str, numbers: Iterable[str], documents: Iterable[Document]
) -> list[tuple[Document, StoredPassage]]:
    """The passages of these clauses and of all that stands under them, contracts first, each document in its own order.

    Raises:
        StoreUnavailable
    """
    among = sorted(documents, key=lambda each: (each.type != "contract", each.document_id))
    if not 0 < len(among) <= _FEW:
        return []
    wanted = tuple(numbers)
    return [
        (document, stored)
        for document in among
        for stored in store.passages(collection, document.document_id)
        if _is_under(stored.passage.section, wanted)
    ]


def _is_under(section: str, wanted: tuple[str, ...]) -> bool:
    """Whether a heading path (``8. Late delivery > 8.2``) leads through one of these numbers."""
    headed = (_HEADED.match(part.strip()) for part in section.split(" > "))
    return any(
        match["number"].lower() == number or match["number"].lower().startswith(f"{number}.")
        for match in headed
        if match is not None
        for number in wanted
    )
