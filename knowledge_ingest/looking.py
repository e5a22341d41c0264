"""Files looked at before anything is written: unchanged, readable or not, described, read and cut ahead in a process of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from knowledge_ingest.cutting import Cut, Order
from knowledge_ingest.errors import ReaderProcessLost, Undescribed, Unreadable
from knowledge_ingest.extracted import EXTRACTION_VERSION, Extracted
from knowledge_ingest.limits import ReadingProcess
from knowledge_ingest.manifest import Described, describe
from knowledge_ingest.sources.source import SourceFile
from retrieval.indexing import ENTRY_VERSION
from retrieval.stored import DocumentRow, Quarantined

_AHEAD = 32
"""Files read ahead while others are embedded: enough for the next that are embedded together."""
_TOGETHER = 160_000
"""Characters of new text that are embedded together: some 600 passages, some seven seconds; what a crash in between can lose. Fewer
make batches of unequal length, which cost as much as their longest: 1% more at half of it, 3% at a quarter."""
_AT_FIRST = 10_000
"""The same for the first: until then nothing is embedded at all."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """A file that was looked at."""

    file: SourceFile
    content_hash: str
    inputs_hash: str
    entry: Mapping[str, Any]
    extracted: Extracted | None = None
    """None when it is unchanged or unreadable."""
    described: Described | None = None
    """As the text: what document it is."""
    cut: Cut | None = None
    """As the text: what was made of it."""
    reason: str = ""
    lasting: bool = True
    """Whether the reason would be the same at the next try."""
    stays: bool = False
    """Whether what was there before stays in force."""


def read_ahead(
    process: ReadingProcess,
    files: Sequence[SourceFile],
    by_place: Mapping[tuple[str, str], DocumentRow],
    quarantined: Mapping[tuple[str, str], Quarantined],
    *,
    collection: str,
) -> Iterator[Read]:
    """Look at the files in order; while one is being embedded, the next ones are read."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as pool:
        waiting: list[Future[Read]] = []
        try:
            for file in files:
                waiting.append(pool.submit(_look, process, file, by_place, quarantined, collection))
                if len(waiting) > _AHEAD:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for each in waiting:
                each.cancel()


def together(reads: Iterator[Read]) -> Iterator[list[Read]]:
    """Files in order, a few of them together: texts of several documents make batches of equal length."""
    some: list[Read] = []
    characters, enough = 0, _AT_FIRST
    for read in reads:
        some.append(read)
        characters += len(read.extracted.text) if read.extracted is not None else 0
        if characters >= enough:
            yield some
            some, characters, enough = [], 0, _TOGETHER
    if some:
        yield some


def hash_of(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _look(
    process: ReadingProcess,
    file: SourceFile,
    by_place: Mapping[tuple[str, str], DocumentRow],
    quarantined: Mapping[tuple[str, str], Quarantined],
    collection: str,
) -> Read:
    try:
        entry = file.entry()
    except Undescribed as error:
        return Read(
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
        inputs_hash = hash_of(fingerprint, file.path, entry, EXTRACTION_VERSION, ENTRY_VERSION)
        read = Read(file=file, content_hash=fingerprint, inputs_hash=inputs_hash, entry=entry)
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
        return Read(file=file, content_hash="", inputs_hash="", entry=entry, reason=str(error), lasting=False)
    described: Described | None = None

    def order_for(extracted: Extracted) -> Order:
        nonlocal described
        described = describe(
            path=file.path,
            extracted=extracted,
            entry=entry,
            content_hash=read.content_hash,
            collection=collection,
            trusted=file.trusted,
            told_in=file.told_in,
        )
        return Order.of(described.document)

    try:
        extracted, cut = process.read_and_cut(content, PurePosixPath(file.path).suffix, order_for)
        return replace(read, extracted=extracted, described=described, cut=cut)
    except Unreadable as error:
        return replace(read, reason=str(error), lasting=error.lasting)
    except ReaderProcessLost as error:
        return replace(read, reason=str(error), lasting=False)
