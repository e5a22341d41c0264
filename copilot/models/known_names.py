"""Whose names a language model elsewhere must not see: what a conversation has read and said, and whom the documents are about."""

from __future__ import annotations

import threading
from collections import OrderedDict

from copilot.masking import Kind, Pseudonyms, names_in_document
from copilot.turn import Turn
from retrieval.errors import RetrievalError
from retrieval.passage import DEFAULT_COLLECTION

_MOST_DOCUMENTS = 200
"""Documents whose names are remembered."""
_FROM_ANSWERS = ("evidence", "citations", "diagnosis", "at_risk", "comparison", "options", "drafts")
_FROM_RECEIPTS = ("reads", "passages")


class KnownNames:
    """Fills a turn's pseudonyms. For the whole service; safe to use from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._read_at: tuple[str, int] | None = None
        self._parties: tuple[str, ...] = ()
        self._carriers: tuple[str, ...] = ()
        self._named: OrderedDict[tuple[str, str], tuple[tuple[Kind, str], ...]] = OrderedDict()

    def of(self, turn: Turn) -> Pseudonyms:
        """The pseudonyms of a turn: what its conversation knows from before, learned once, and all that it has read so far.

        Whatever the answers before were made from is learned again from what is kept of them: their words go to the model again, as
        a summary or word for word, and bear names that this turn may never read.
        """
        if turn.pseudonyms is None:
            turn.pseudonyms = self._from_before(turn)
        masks = turn.pseudonyms
        for fact in turn.book.evidence():  # a result may tell of more people than its own fields name
            masks.learn_result({"model": fact.model, "display_name": fact.display_name, **fact.fields})
        for document in {one.document: None for one in turn.book.citations()}:
            for kind, name in self._named_in(turn, document):
                masks.learn(kind, name)
        return masks

    def _from_before(self, turn: Turn) -> Pseudonyms:
        masks = Pseudonyms(turn.conversation)
        masks.learn("Person", turn.person.name)
        parties, carriers = self._in_documents(turn)
        for name in carriers:
            masks.spare(name)
        for name in parties:
            masks.learn("Partner", name)
        documents: dict[str, None] = {}
        for body in turn.before:
            receipt = body.get("receipt") or {}
            for part in (
                *(body.get(name) for name in _FROM_ANSWERS), *(receipt.get(name) for name in _FROM_RECEIPTS)
            ):  # fmt: skip
                masks.learn_result(part)
            cited = (*(body.get("citations") or ()), *(receipt.get("passages") or ()))
            documents |= {str(one.get("document", "")): None for one in cited}
        for document in documents:
            for kind, name in self._named_in(turn, document):
                masks.learn(kind, name)
        for body in turn.before:  # last: what was read says better who is who
            masks.learn_typed(str(body.get("question", "")))
        return masks

    def _in_documents(self, turn: Turn) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(customers and vendors, carriers) that the documents are about. Whoever asks: a name that the model never saw has no
        pseudonym that it could send back."""
        store = turn.library.store
        try:
            at = (store.installation(), store.change())
            with self._guard:
                if at == self._read_at:
                    return self._parties, self._carriers
            rows = store.rows(DEFAULT_COLLECTION)
        except RetrievalError:  # then no document is read in this turn either
            return (), ()
        carriers = {row.document.carrier for row in rows} - {""}
        parties = {
            alias.name
            for row in rows
            for alias in row.aliases
            if alias.kind == "party" and alias.name not in carriers
        }
        with self._guard:
            self._read_at, self._parties, self._carriers = at, tuple(sorted(parties)), tuple(sorted(carriers))
            return self._parties, self._carriers

    def _named_in(self, turn: Turn, document_id: str) -> tuple[tuple[Kind, str], ...]:
        """Who a document names anywhere: a passage may call a contact by surname whom a schedule introduces."""
        try:
            stored = turn.library.store.document(DEFAULT_COLLECTION, document_id)
        except RetrievalError:
            return ()
        if stored is None:
            return ()
        key = (document_id, stored.document.content_hash)
        with self._guard:
            if key in self._named:
                self._named.move_to_end(key)
                return self._named[key]
        found = tuple(names_in_document(stored.text))
        with self._guard:
            self._named[key] = found
            while len(self._named) > _MOST_DOCUMENTS:
                self._named.popitem(last=False)
        return found


__all__ = ["KnownNames"]
