"""A described and cut file made into what is put in: passages, flags, names, revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge_ingest.cutting import Cut
from knowledge_ingest.extracted import Extracted
from knowledge_ingest.looking import Read
from knowledge_ingest.manifest import Described
from knowledge_ingest.names import aliases_of
from knowledge_ingest.report import Status
from knowledge_ingest.supersession import keep_supersession, revision_of
from retrieval.indexing import with_key
from retrieval.passage import Document, Passage
from retrieval.stored import DocumentRow, StoredDocument, StoredPassage, passage_id
from retrieval.terms import DocumentTerms


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A document that is described and cut, and not yet put in."""

    stored: StoredDocument
    passages: Sequence[StoredPassage]
    status: Status
    instead_of: str
    """Id that the same file had before; its own when it had none or the same."""
    reasons: tuple[str, ...]
    terms: Sequence[Sequence[str]]
    """Of each passage: what its weights are made from."""
    agreed: DocumentTerms | None
    """What it agrees on, where that was looked for."""

    def to_embed(self) -> list[tuple[Document, StoredPassage]]:
        return [(self.stored.document, each) for each in self.passages]


def compose(
    read: Read,
    described: Described,
    extracted: Extracted,
    cut: Cut,
    *,
    former: DocumentRow | None,
    there: DocumentRow | None,
) -> Ready:
    """What is to be put in for a file.

    Args:
        former: The document that the same file was before.
        there: The document that has its id now.
    """
    document = described.document
    passages, notes = _passages(document, extracted, cut)
    document = _flagged(document, passages, speaks_to_assistants=bool(cut.spoken))
    document = keep_supersession(document, there)
    stored = StoredDocument(
        document=document,
        revision=revision_of(document, read.inputs_hash),
        source=read.file.source,
        inputs_hash=read.inputs_hash,
        text=extracted.text,
        body_start=extracted.body_start,
        pages=extracted.pages,
        aliases=aliases_of(document, described.names, text=extracted.text[extracted.body_start :]),
    )
    return Ready(
        stored=stored,
        passages=[with_key(document, each) for each in passages],
        status="changed" if former is not None or there is not None else "new",
        instead_of=former.document.document_id if former is not None else document.document_id,
        reasons=(*described.reasons, *extracted.notes, *notes, *cut.spoken),
        terms=[each.split(" ") if each else [] for each in cut.terms],
        agreed=cut.agreed,
    )


def _passages(document: Document, extracted: Extracted, cut: Cut) -> tuple[list[StoredPassage], list[str]]:
    passages = [
        StoredPassage(
            passage=Passage(
                passage_id=passage_id(document.document_id, number),
                document_id=document.document_id,
                text=extracted.text[each.start : each.end],
                start=each.start,
                end=each.end,
                page=each.page,
                section=each.section,
            ),
            number=number,
            context=each.context,
        )
        for number, each in enumerate(cut.chunks)
    ]
    notes = [] if passages else ["No text was found in it; it cannot be searched."]
    return passages, notes


def _flagged(
    document: Document, passages: Sequence[StoredPassage], *, speaks_to_assistants: bool
) -> Document:
    flags = set(document.flags) | ({"instruction_in_text"} if speaks_to_assistants else set())
    if not passages:
        flags.add("no_text")
    return replace(document, flags=tuple(sorted(flags)))
