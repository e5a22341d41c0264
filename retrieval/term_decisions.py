"""People's word about terms: find one, confirm it, correct it, take that back, and see who decided what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from retrieval.access import may_read
from retrieval.errors import TermMisfit, TermNotAllowed, TermNotFound
from retrieval.passage import DEFAULT_COLLECTION, Reader
from retrieval.search import Library
from retrieval.term_book import TermBook
from retrieval.term_store import Decision, term_store
from retrieval.term_values import parse_value
from retrieval.terms import TERM_KINDS, Term, clause_hash

MAY_DECIDE_TERMS: frozenset[str] = frozenset({"compliance", "supervisor"})
"""Roles whose word about a term counts."""


def find_term(
    library: Library, term_id: str, reader: Reader, *, collection: str = DEFAULT_COLLECTION
) -> Term:
    """One term by its id: a found one, a proposed one, or ``document/kind`` where the document is silent.

    Raises:
        TermNotFound: no such term, or not for this reader.
    """
    document_id, _, rest = term_id.partition("/")
    stored = library.store.document(collection, document_id)
    kind = rest.partition("/")[0]
    if stored is None or not may_read(reader, stored.document) or kind not in TERM_KINDS:
        raise TermNotFound(
            f"There is no term {term_id!r} that you may see. `copilot terms list` shows those there are."
        )
    book = TermBook(library, collection)
    for term in [*book.terms(document_id), *book.proposals]:
        if term.term_id == term_id:
            return term
    if rest == kind:
        return Term(term_id=term_id, document_id=document_id, kind=kind, value=None, status="unknown")
    raise TermNotFound(
        f"There is no term {term_id!r} that you may see. `copilot terms list` shows those there are."
    )


def confirm_term(
    library: Library,
    term_id: str,
    reader: Reader,
    *,
    shown: str = "",
    note: str = "",
    collection: str = DEFAULT_COLLECTION,
) -> Term:
    """Say that a term was read rightly. Holds until the words of its clause change.

    Args:
        shown: The value that the person was shown; if it is another one by now, nothing is confirmed.

    Raises:
        TermNotFound, TermNotAllowed; TermMisfit: there is no value to confirm (unknown or conflicting).
    """
    _check_right(reader)
    term = find_term(library, term_id, reader, collection=collection)
    if term.value is None:
        raise TermMisfit(
            f"{term_id} has no value to confirm ({term.status}). Use `correct` with the value it should have."
        )
    if shown and shown != term.value.text():
        raise TermMisfit(f"{term_id} is {term.value.text()!r} by now, not {shown!r}. Look at it again.")
    return _decided(
        library,
        collection,
        term,
        "confirm",
        term.value.text(),
        term.proof[0].quote if term.proof else "",
        note,
        reader,
    )


def correct_term(
    library: Library,
    term_id: str,
    written: str,
    reader: Reader,
    *,
    quote: str = "",
    note: str = "",
    collection: str = DEFAULT_COLLECTION,
) -> Term:
    """Give a term the value it should have. Holds until the words of its clause change.

    Args:
        written: As `TermValue.text` writes it.
        quote: The words it rests on, verbatim from the document; needed where no clause was found for it.

    Raises:
        TermNotFound, TermNotAllowed; TermMisfit: the value does not fit the kind, or the quote is not in the document.
    """
    _check_right(reader)
    term = find_term(library, term_id, reader, collection=collection)
    try:
        value = parse_value(term.kind, written)
    except ValueError as error:
        raise TermMisfit(str(error)) from None
    stored = library.store.document(collection, term.document_id)
    text = stored.text if stored else ""
    if quote:
        if not quote.strip() or quote not in text:
            raise TermMisfit(
                f"The quote does not stand in {term.document_id} word for word. Copy it from the document."
            )
    elif not term.proof:
        raise TermMisfit(
            f"Nothing was found for {term_id}. Say where it stands: quote the words of the document."
        )
    else:
        quote = term.proof[0].quote
    return _decided(library, collection, term, "correct", value.text(), quote, note, reader)


def undo_decision(
    library: Library, term_id: str, reader: Reader, *, note: str = "", collection: str = DEFAULT_COLLECTION
) -> Term | None:
    """Take back the last standing decision about a term; the one before it, or the rule's reading, counts again.

    Returns:
        The term as it is now; None when nothing is left of it.

    Raises:
        TermNotAllowed; TermNotFound: nothing was decided about it, or not for this reader.
    """
    _check_right(reader)
    document_id = term_id.partition("/")[0]
    stored = library.store.document(collection, document_id)
    if stored is None or not may_read(reader, stored.document):
        raise TermNotFound(
            f"There is no term {term_id!r} that you may see. `copilot terms list` shows those there are."
        )
    store = term_store(library)
    standing = TermBook(library, collection).about(term_id, document_id)
    if not standing:
        raise TermNotFound(f"Nothing was decided about {term_id!r} that could be undone.")
    last = standing[-1]
    store.decide(
        collection,
        replace(
            last,
            number=0,
            action="undo",
            before=last.value,
            value="",
            note=note,
            login=reader.login,
            at=datetime.now(UTC),
            undoes=last.number,
        ),
    )
    return next(
        (term for term in TermBook(library, collection).terms(document_id) if term.term_id == term_id), None
    )


def history(
    library: Library, term_id: str, reader: Reader, *, collection: str = DEFAULT_COLLECTION
) -> list[Decision]:
    """Every decision about a term, oldest first, undone ones and undos too; empty for documents the reader may not see."""
    stored = library.store.document(collection, term_id.partition("/")[0])
    if stored is None or not may_read(reader, stored.document):
        return []
    names = TermBook(library, collection).names_of(term_id, term_id.partition("/")[0])
    return [each for each in term_store(library).decisions(collection) if each.term_id in names]


def _decided(
    library: Library,
    collection: str,
    term: Term,
    action: str,
    value: str,
    quote: str,
    note: str,
    reader: Reader,
) -> Term:
    decision = Decision(
        number=0,
        document_id=term.document_id,
        term_id=term.term_id,
        kind=term.kind,
        applies_to=term.applies_to,
        clause=term.proof[0].clause if term.proof else "",
        clause_hash=term.clause_hash or clause_hash([quote]),
        quote=quote,
        action=action,  # type: ignore[arg-type]
        value=value,
        before=term.value.text() if term.value else "",
        note=note,
        login=reader.login,
        at=datetime.now(UTC),
    )
    term_store(library).decide(collection, decision)
    return next(
        each for each in TermBook(library, collection).terms(term.document_id) if each.term_id == term.term_id
    )


def _check_right(reader: Reader) -> None:
    if not reader.roles & MAY_DECIDE_TERMS:
        raise TermNotAllowed(
            f"Deciding about contract terms needs one of the roles {', '.join(sorted(MAY_DECIDE_TERMS))}. Ask one of them."
        )
