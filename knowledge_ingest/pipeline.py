"""From folders to a library that can be searched: incremental, one document at a time, safe to kill at any moment."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from knowledge_ingest.chunking import chunk
from knowledge_ingest.errors import ReaderProcessLost, Undescribed, Unreadable
from knowledge_ingest.extracted import EXTRACTION_VERSION, Extracted
from knowledge_ingest.hidden_text import instructions_told
from knowledge_ingest.limits import Limits, ReadingProcess
from knowledge_ingest.manifest import describe
from knowledge_ingest.names import aliases_of
from knowledge_ingest.report import DocumentReport, IngestReport, Status
from knowledge_ingest.sources.folder import find
from knowledge_ingest.sources.source import ANYBODYS, Found, SourceFile
from knowledge_ingest.terms.refresh import refresh_terms
from retrieval.indexing import ENTRY_VERSION, Indexer, with_key
from retrieval.library import check_collection
from retrieval.passage import DEFAULT_COLLECTION, Document, Passage
from retrieval.search import Library
from retrieval.stored import (
    DocumentRow,
    Quarantined,
    StoredDocument,
    StoredPassage,
    passage_id,
    with_document,
)

log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the path of the one just done."""

_AHEAD = 12
"""Files read ahead while others are embedded."""
_TOGETHER = 40_000
"""Characters of new text that are embedded together: some 120 passages, a few seconds; what a crash in between can lose."""


def ingest(
    paths: Sequence[Path],
    library: Library,
    *,
    collection: str = DEFAULT_COLLECTION,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> IngestReport:
    """Bring a collection to what the given files and folders hold.

    A file with the same bytes and description as before costs a hash. A changed one replaces its passages at once, a
    deleted one leaves (when its folder was given), and one that cannot be read is quarantined with a reason and does
    not stop the others. Killed at any moment, every document is in its old or its new state, and the next run goes on.

    Args:
        paths: Files and folders. A folder stands for all files below it; links are not followed.
        library: Opened for writing (not read-only).

    Raises:
        IndexBusy: another process holds the embedded index.
        EmbeddingUnavailable, IndexUnavailable, StoreUnavailable: nothing more can be written; what was done stays.
        ValueError: the collection's name cannot be used.
    """
    return ingest_found(
        lambda: find([Path(path) for path in paths]),
        library,
        collection=collection,
        progress=progress,
        limits=limits,
    )


def ingest_found(
    look: Callable[[], Found],
    library: Library,
    *,
    collection: str = DEFAULT_COLLECTION,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> IngestReport:
    """As `ingest`, from any source.

    Args:
        look: Looks at the source; called when it is this run's turn to write, so that what it finds is not old by then.

    Raises:
        What `ingest` raises, and what `look` does.
    """
    run = _Run(library, check_collection(collection), limits or Limits(), progress)
    with library.writing:
        return run.over(look())


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A file that was looked at."""

    file: SourceFile
    content_hash: str
    inputs_hash: str
    entry: Mapping[str, Any]
    extracted: Extracted | None = None
    """None when it is unchanged or unreadable."""
    reason: str = ""
    lasting: bool = True
    """Whether the reason would be the same at the next try."""
    stays: bool = False
    """Whether what was there before stays in force."""


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A document that is described and cut, and not yet put in."""

    stored: StoredDocument
    passages: Sequence[StoredPassage]
    status: Status
    instead_of: str
    """Id that the same file had before; its own when it had none or the same."""
    reasons: tuple[str, ...]

    def to_embed(self) -> list[tuple[Document, StoredPassage]]:
        return [(self.stored.document, each) for each in self.passages]


class _Run:
    def __init__(self, library: Library, collection: str, limits: Limits, progress: Progress | None) -> None:
        self._library = library
        self._store = library.store
        self._collection = collection
        self._limits = limits
        self._progress = progress

    def over(self, found: Found) -> IngestReport:
        began = time.monotonic()
        self._library.change_model(self._progress)
        base = self._library.base_for_writing(self._collection)
        indexer = Indexer(self._store, base, self._library.embedder)
        rows = {row.document.document_id: row for row in self._store.rows(self._collection)}
        by_place = {(row.source, row.document.path): row for row in rows.values()}
        reports: list[DocumentReport] = []
        problems = list(found.problems)
        taken: dict[str, str] = {}
        done = 0
        reports.extend(found.skipped)
        with ReadingProcess(self._limits) as process:
            for some in self._together(self._read_ahead(process, found.files, by_place)):
                # what is described first is asked for its id first: in the order of the files
                taken_up = [
                    (
                        read,
                        self._take(
                            indexer, read, by_place.get((read.file.source, read.file.path)), rows, taken
                        ),
                    )
                    for read in some
                ]
                indexer.embed_for(
                    [pair for _, each in taken_up if isinstance(each, _Ready) for pair in each.to_embed()]
                )
                for read, each in taken_up:
                    report = self._put(indexer, each) if isinstance(each, _Ready) else each
                    place = (read.file.source, read.file.path)
                    if place in found.questions:
                        report = replace(report, reasons=(*report.reasons, *found.questions[place]))
                    reports.append(report)
                    done += 1
                    if self._progress is not None:
                        self._progress(done, len(found.files), read.file.path)
        reports.extend(self._remove_deleted(indexer, found, taken))
        problems.extend(self._derive_supersession(indexer))
        # a document whose text was kept but not yet embedded by this model, or whose entries got lost
        self._embed_rest(indexer)
        base.settle()
        self._store.drop_unused_vectors()
        self._library.learn()
        self._library.indexed(self._collection)
        refresh_terms(self._library, collection=self._collection)
        self._library.model_settled()
        return IngestReport(
            collection=self._collection,
            documents=tuple(sorted(reports, key=lambda each: (each.path, each.document_id))),
            problems=tuple(dict.fromkeys(problems)),
            seconds=time.monotonic() - began,
        )

    # --- reading ---

    @staticmethod
    def _together(reads: Iterator[_Read]) -> Iterator[list[_Read]]:
        """Files in order, a few of them together: texts of several documents make batches of equal length."""
        some: list[_Read] = []
        characters = 0
        for read in reads:
            some.append(read)
            characters += len(read.extracted.text) if read.extracted is not None else 0
            if characters >= _TOGETHER:
                yield some
                some, characters = [], 0
        if some:
            yield some

    def _read_ahead(
        self,
        process: ReadingProcess,
        files: Sequence[SourceFile],
        by_place: Mapping[tuple[str, str], DocumentRow],
    ) -> Iterator[_Read]:
        """Look at the files in order; while one is being embedded, the next ones are read."""
        quarantined = self._store.quarantined(self._collection)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as pool:
            waiting: list[Future[_Read]] = []
            try:
                for file in files:
                    waiting.append(pool.submit(self._look, process, file, by_place, quarantined))
                    if len(waiting) > _AHEAD:
                        yield waiting.pop(0).result()
                while waiting:
                    yield waiting.pop(0).result()
            finally:
                for each in waiting:
                    each.cancel()

    def _look(
        self,
        process: ReadingProcess,
        file: SourceFile,
        by_place: Mapping[tuple[str, str], DocumentRow],
        quarantined: Mapping[tuple[str, str], Quarantined],
    ) -> _Read:
        try:
            entry = file.entry()
        except Undescribed as error:
            return _Read(
                file=file,
                content_hash="",
                inputs_hash="",
                entry={},
                reason=str(error),
                lasting=False,
                stays=True,
            )
        content: bytes | None = None
        try:
            fingerprint = file.fingerprint()
            if not fingerprint:
                content = file.content()
                fingerprint = hashlib.sha256(content).hexdigest()
            inputs_hash = _hash(fingerprint, file.path, entry, EXTRACTION_VERSION, ENTRY_VERSION)
            read = _Read(file=file, content_hash=fingerprint, inputs_hash=inputs_hash, entry=entry)
            place = (file.source, file.path)
            if place in by_place and by_place[place].inputs_hash == inputs_hash:
                return read
            known = quarantined.get(place)
            if known is not None and known.inputs_hash == inputs_hash:
                return replace(read, reason=known.reason)
            if content is None:
                content = file.content()
                read = replace(read, content_hash=hashlib.sha256(content).hexdigest())
        except Unreadable as error:
            return _Read(
                file=file, content_hash="", inputs_hash="", entry=entry, reason=str(error), lasting=False
            )
        try:
            return replace(read, extracted=process.read(content, PurePosixPath(file.path).suffix))
        except Unreadable as error:
            return replace(read, reason=str(error), lasting=error.lasting)
        except ReaderProcessLost as error:
            return replace(read, reason=str(error), lasting=False)

    # --- writing ---

    def _take(
        self,
        indexer: Indexer,
        read: _Read,
        former: DocumentRow | None,
        rows: Mapping[str, DocumentRow],
        taken: dict[str, str],
    ) -> DocumentReport | _Ready:
        """What became of a file, or what is to be put in for it."""
        if read.stays and former is not None:
            taken[former.document.document_id] = read.file.path
            return _report(former.document, "unchanged", former.passages, reasons=(read.reason,))
        if read.reason:
            return self._quarantine(indexer, read, former, read.reason)
        if read.extracted is None:
            assert former is not None
            taken[former.document.document_id] = read.file.path
            return _report(former.document, "unchanged", former.passages)
        described = describe(
            path=read.file.path,
            extracted=read.extracted,
            entry=read.entry,
            content_hash=read.content_hash,
            collection=self._collection,
            trusted=read.file.trusted,
            told_in=read.file.told_in,
        )
        document = described.document
        document_id = document.document_id
        if document_id in taken:
            return self._quarantine(
                indexer,
                read,
                former,
                f"Its id {document_id!r} is already that of {taken[document_id]}. Change one.",
            )
        there = rows.get(document_id)
        if there is not None and there.source != read.file.source and _still_there(there):
            return self._quarantine(
                indexer,
                read,
                former,
                f"Its id {document_id!r} is already that of {there.document.path} in {there.source}. Change one.",
            )
        passages, notes = _passages(document, read.extracted)
        spoken = instructions_told(read.extracted.text)
        document = _flagged(document, passages, speaks_to_assistants=bool(spoken))
        document = _keep_supersession(document, there)
        stored = StoredDocument(
            document=document,
            revision=_revision(document, read.inputs_hash),
            source=read.file.source,
            inputs_hash=read.inputs_hash,
            text=read.extracted.text,
            body_start=read.extracted.body_start,
            pages=read.extracted.pages,
            aliases=aliases_of(
                document, described.names, text=read.extracted.text[read.extracted.body_start :]
            ),
        )
        taken[document_id] = read.file.path
        return _Ready(
            stored=stored,
            passages=[with_key(document, each) for each in passages],
            status="changed" if former is not None or there is not None else "new",
            instead_of=former.document.document_id if former is not None else document_id,
            reasons=(*described.reasons, *read.extracted.notes, *notes, *spoken),
        )

    def _put(self, indexer: Indexer, ready: _Ready) -> DocumentReport:
        """Make it searchable in place of its former state."""
        document = ready.stored.document
        indexer.put(ready.stored, ready.passages)
        if ready.instead_of != document.document_id:
            indexer.remove(self._collection, ready.instead_of)
        return _report(document, ready.status, len(ready.passages), reasons=ready.reasons)

    def _quarantine(
        self, indexer: Indexer, read: _Read, former: DocumentRow | None, reason: str
    ) -> DocumentReport:
        """What is searched is what is on disk: a document whose new state cannot be read is not answered from."""
        if former is not None:
            indexer.remove(self._collection, former.document.document_id)
        if read.lasting and read.inputs_hash:
            self._store.quarantine(
                self._collection,
                read.file.source,
                Quarantined(
                    path=read.file.path,
                    content_hash=read.content_hash,
                    inputs_hash=read.inputs_hash,
                    reason=reason,
                ),
            )
        log.info("file_quarantined", extra={"path": read.file.path, "reason": reason})
        return DocumentReport(
            document_id=former.document.document_id if former else "",
            path=read.file.path,
            status="quarantined",
            reasons=(reason,),
        )

    def _remove_deleted(
        self, indexer: Indexer, found: Found, taken: Mapping[str, str]
    ) -> Iterator[DocumentReport]:
        here = {(file.source, file.path) for file in found.files}
        roots = set(found.whole_sources)
        for row in self._store.rows(self._collection):
            if row.source in roots and (row.source, row.document.path) not in here:
                indexer.remove(self._collection, row.document.document_id)
                yield replace(_report(row.document, "removed", 0), text_length=0)
        for source, path in self._store.quarantined(self._collection):
            if source in roots and (source, path) not in here:
                self._store.release(self._collection, source, path)

    def _derive_supersession(self, indexer: Indexer) -> list[str]:
        """Tell each document by which it was replaced, and from which day on. Returns what was claimed and may not be."""
        rows = self._store.rows(self._collection)
        by_id = {row.document.document_id: row for row in rows}
        successors: dict[str, Document] = {}
        refused: list[str] = []
        for row in rows:
            if row.document.supersedes and row.document.supersedes != row.document.document_id:
                former = by_id.get(row.document.supersedes)
                if former is not None and not _may_replace(row, former):
                    refused.append(
                        f"{row.document.path} says that it replaces {row.document.supersedes!r}, which is another company's "
                        "or from another source; it does not."
                    )
                    continue
                # two that claim to replace the same one: the earlier to be in force wins
                other = successors.get(row.document.supersedes)
                if other is None or (_since(row.document), row.document.document_id) < (
                    _since(other),
                    other.document_id,
                ):
                    successors[row.document.supersedes] = row.document
        for row in rows:
            successor = successors.get(row.document.document_id)
            by = successor.document_id if successor else ""
            since = _since(successor) if successor else None
            if (row.document.superseded_by, row.document.superseded_from) == (by, since):
                continue
            stored = self._store.document(self._collection, row.document.document_id)
            if stored is None:
                continue
            document = replace(stored.document, superseded_by=by, superseded_from=since)
            indexer.put(
                with_document(stored, document, _revision(document, stored.inputs_hash)),
                self._store.passages(self._collection, document.document_id),
            )
        return refused

    def _embed_rest(self, indexer: Indexer) -> None:
        without = indexer.follow_store(self._collection).without_vectors
        for document_id in without:
            stored = self._store.document(self._collection, document_id)
            if stored is not None:
                indexer.put(stored, self._store.passages(self._collection, document_id))


def _passages(document: Document, extracted: Extracted) -> tuple[list[StoredPassage], list[str]]:
    chunks = chunk(extracted, title=document.title)
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
        for number, each in enumerate(chunks)
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


def _keep_supersession(document: Document, there: DocumentRow | None) -> Document:
    """What is derived from other documents stays as it was until it is derived anew."""
    if there is None:
        return document
    return replace(
        document,
        superseded_by=there.document.superseded_by,
        superseded_from=there.document.superseded_from,
    )


def _may_replace(row: DocumentRow, former: DocumentRow) -> bool:
    """A document takes none of another company's out of the answers, and what hangs on an Odoo record only its like."""
    if row.source.startswith(ANYBODYS) and row.source != former.source:
        return False
    return row.document.company in ("", former.document.company)


def _still_there(row: DocumentRow) -> bool:
    """Whether a document of another source has not gone. Of a source that is no folder that is known only when it is looked at."""
    return not row.source.startswith("/") or Path(row.source, row.document.path).exists()


def _since(document: Document) -> date:
    return document.valid_from or date.min


def _revision(document: Document, inputs_hash: str) -> str:
    return _hash(inputs_hash, document.superseded_by, str(document.superseded_from))[:16]


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _report(
    document: Document, status: Status, passages: int, *, reasons: tuple[str, ...] = ()
) -> DocumentReport:
    return DocumentReport(
        document_id=document.document_id,
        path=document.path,
        status=status,
        title=document.title,
        type=document.type,
        text_length=document.text_length,
        passages=passages,
        flags=document.flags,
        reasons=reasons,
    )
