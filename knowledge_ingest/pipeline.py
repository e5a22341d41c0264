"""From folders to a library that can be searched: incremental, one document at a time, safe to kill at any moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge_ingest.composing import Ready, compose
from knowledge_ingest.limits import Limits, ReadingProcess
from knowledge_ingest.looking import Read, read_ahead, together
from knowledge_ingest.report import DocumentReport, IngestReport, Status
from knowledge_ingest.sources.folder import find
from knowledge_ingest.sources.source import Found
from knowledge_ingest.supersession import derive_supersession
from knowledge_ingest.terms.refresh import read_terms, refresh_terms
from retrieval.indexing import Indexer
from retrieval.library import check_collection
from retrieval.passage import DEFAULT_COLLECTION, Document
from retrieval.search import Library
from retrieval.stored import (
    DocumentRow,
    Quarantined,
)

log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the path of the one just done."""


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
class _TakenUp:
    """Files whose passages are embedded together."""

    files: Sequence[tuple[Read, DocumentReport | Ready]]
    """Each with what became of it, or what is to be put in for it."""
    embedded: Callable[[], None]
    """Waits for the vectors and keeps them."""


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
        quarantined = self._store.quarantined(self._collection)
        with (
            ReadingProcess(self._limits) as process,
            # two: the next begins with the cores that the last passages of one leave
            ThreadPoolExecutor(max_workers=2, thread_name_prefix="embed-ahead") as pool,
        ):
            for taken_up in _one_behind(
                self._begun(indexer, some, by_place, rows, taken, pool)
                for some in together(
                    read_ahead(process, found.files, by_place, quarantined, collection=self._collection)
                )
            ):
                taken_up.embedded()
                for read, each in taken_up.files:
                    report = self._put(indexer, each) if isinstance(each, Ready) else each
                    place = (read.file.source, read.file.path)
                    if place in found.questions:
                        report = replace(report, reasons=(*report.reasons, *found.questions[place]))
                    reports.append(report)
                    done += 1
                    if self._progress is not None:
                        self._progress(done, len(found.files), read.file.path)
                read_terms(
                    self._library,
                    [(each.stored, each.agreed) for _, each in taken_up.files if isinstance(each, Ready)],
                    collection=self._collection,
                )
        reports.extend(self._remove_deleted(indexer, found, taken))
        problems.extend(derive_supersession(self._store, indexer, self._collection))
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

    # --- writing ---

    def _begun(
        self,
        indexer: Indexer,
        some: Sequence[Read],
        by_place: Mapping[tuple[str, str], DocumentRow],
        rows: Mapping[str, DocumentRow],
        taken: dict[str, str],
        pool: Executor,
    ) -> _TakenUp:
        """Files that are to be put in, while their passages begin to be embedded."""
        # what is described first is asked for its id first: in the order of the files
        files = [
            (
                read,
                self._take(indexer, read, by_place.get((read.file.source, read.file.path)), rows, taken),
            )
            for read in some
        ]
        passages = [pair for _, each in files if isinstance(each, Ready) for pair in each.to_embed()]
        return _TakenUp(files=files, embedded=indexer.embed_ahead(passages, pool))

    def _take(
        self,
        indexer: Indexer,
        read: Read,
        former: DocumentRow | None,
        rows: Mapping[str, DocumentRow],
        taken: dict[str, str],
    ) -> DocumentReport | Ready:
        """What became of a file, or what is to be put in for it."""
        if read.stays and former is not None:
            taken[former.document.document_id] = read.file.path
            return _report(former.document, "unchanged", former.passages, reasons=(read.reason,))
        if read.reason:
            return self._quarantine(indexer, read, former, read.reason)
        if read.extracted is None or read.described is None or read.cut is None:
            assert former is not None
            taken[former.document.document_id] = read.file.path
            return _report(former.document, "unchanged", former.passages)
        document = read.described.document
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
        taken[document_id] = read.file.path
        return compose(read, read.described, read.extracted, read.cut, former=former, there=there)

    def _put(self, indexer: Indexer, ready: Ready) -> DocumentReport:
        """Make it searchable in place of its former state."""
        document = ready.stored.document
        indexer.put(ready.stored, ready.passages, ready.terms)
        if ready.instead_of != document.document_id:
            indexer.remove(self._collection, ready.instead_of)
        return _report(document, ready.status, len(ready.passages), reasons=ready.reasons)

    def _quarantine(
        self, indexer: Indexer, read: Read, former: DocumentRow | None, reason: str
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

    def _embed_rest(self, indexer: Indexer) -> None:
        without = indexer.follow_store(self._collection).without_vectors
        for document_id in without:
            stored = self._store.document(self._collection, document_id)
            if stored is not None:
                indexer.put(stored, self._store.passages(self._collection, document_id))


def _one_behind(begun: Iterator[_TakenUp]) -> Iterator[_TakenUp]:
    """Each after the next has begun: while that is embedded, this one is put in."""
    last: _TakenUp | None = None
    for each in begun:
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last


def _still_there(row: DocumentRow) -> bool:
    """Whether a document of another source has not gone. Of a source that is no folder that is known only when it is looked at."""
    return not row.source.startswith("/") or Path(row.source, row.document.path).exists()


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
