"""The embedded index: Qdrant's engine inside this process. The only home of qdrant_edge.

Needs no server and no network. One folder per collection and embedding model; the folder is derived from the text
store, so a damaged one is put aside and built anew. Carries some hundred thousand passages; beyond that a server.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from retrieval.errors import IndexDamaged, IndexUnavailable
from retrieval.index_lock import IndexLock
from retrieval.index_points import (
    DENSE,
    SPARSE,
    VERSION_FIELD,
    hit_of,
    payload_with_version,
    point_id,
    split_versions,
    version_of,
)
from retrieval.knowledge_base import (
    FILTER_KEYWORDS,
    FILTER_NUMBERS,
    AnyOf,
    Hit,
    IndexEntry,
    IndexFilter,
    IndexQuery,
)

log = logging.getLogger(__name__)

_SEARCH_EF = 512
"""Candidates kept while walking the graph; with 256 recall fell to 0.972 at 100,000 passages (benchmarks/many_passages.py)."""
_BATCH = 500
_ALL = 10_000_000


class QdrantEdgeBase:
    """One collection in one folder.

    Args:
        folder: Made when missing. Must not be shared between processes.
        dimensions: Length of the dense vectors.

    Raises:
        IndexBusy: another process holds the folder.
        IndexDamaged: the folder's files cannot be read; `set_aside` moves them out of the way.
    """

    def __init__(self, folder: Path, *, dimensions: int) -> None:
        self._folder = folder
        self._lock = IndexLock(folder)
        self._lock.acquire()
        self._shard: Any = None
        try:
            self._shard = self._open(dimensions)
        except BaseException:
            self._lock.release()
            raise

    def replace_document(
        self, document_id: str, revision: str, entries: Sequence[IndexEntry], commit: Callable[[], None]
    ) -> None:
        from qdrant_edge import Filter, Point, SparseVector, UpdateOperation

        with self._talking():
            for at in range(0, len(entries), _BATCH):
                points = [
                    Point(
                        point_id(entry.document_id, entry.revision, entry.number),
                        {
                            DENSE: entry.dense.tolist(),
                            SPARSE: SparseVector(list(entry.sparse.indices), list(entry.sparse.values)),
                        },
                        payload_with_version(entry),
                    )
                    for entry in entries[at : at + _BATCH]
                ]
                self._shard.update(UpdateOperation.upsert_points(points))
        commit()
        with self._talking():
            self._shard.update(
                UpdateOperation.delete_points_by_filter(
                    Filter(
                        must=[_match("document_id", (document_id,))],
                        must_not=[_match(VERSION_FIELD, (version_of(document_id, revision),))],
                    )
                )
            )
            # a state with fewer passages under the same revision cannot be: the revision hashes all of them

    def remove_document(self, document_id: str, commit: Callable[[], None]) -> None:
        from qdrant_edge import Filter, UpdateOperation

        commit()
        with self._talking():
            self._shard.update(
                UpdateOperation.delete_points_by_filter(Filter(must=[_match("document_id", (document_id,))]))
            )

    def keep_only(self, revisions: Mapping[str, str]) -> Mapping[str, int]:
        from qdrant_edge import Filter, UpdateOperation

        valid, stale = split_versions(self._versions(), revisions)
        if stale:
            log.info("index_leftovers_cleared", extra={"versions": len(stale)})
            with self._talking():
                self._shard.update(
                    UpdateOperation.delete_points_by_filter(Filter(must=[_match(VERSION_FIELD, stale)]))
                )
        return valid

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Hit]]:
        from qdrant_edge import PayloadSelector, Query, QueryRequest, SearchParams, SparseVector

        results: list[list[Hit]] = []
        with self._talking():
            for query in queries:
                if query.dense is not None:
                    wanted = Query.Nearest(query.dense.tolist(), using=DENSE)
                elif query.sparse is not None and query.sparse.indices:
                    wanted = Query.Nearest(
                        SparseVector(list(query.sparse.indices), list(query.sparse.values)), using=SPARSE
                    )
                else:
                    results.append([])
                    continue
                found = self._shard.query(
                    QueryRequest(
                        limit=query.limit,
                        query=wanted,
                        filter=_filter(query.filter),
                        with_payload=PayloadSelector.Include([VERSION_FIELD, "number"]),
                        params=SearchParams(hnsw_ef=_SEARCH_EF),
                    )
                )
                results.append([hit_of(point.payload, point.score) for point in found])
        return results

    def documents(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for version, count in self._versions().items():
            document_id = version.rpartition("@")[0]
            counts[document_id] = counts.get(document_id, 0) + count
        return counts

    def settle(self) -> None:
        with self._talking():
            self._shard.optimize()
            self._shard.flush()

    def close(self) -> None:
        shard, self._shard = self._shard, None
        if shard is not None:
            with contextlib.suppress(Exception):
                shard.flush()
            with contextlib.suppress(Exception):
                shard.close()
        self._lock.release()

    def _versions(self) -> dict[str, int]:
        from qdrant_edge import FacetRequest

        with self._talking():
            found = self._shard.facet(FacetRequest(key=VERSION_FIELD, limit=_ALL, exact=True))
            return {str(hit.value): int(hit.count) for hit in found.hits if hit.count}

    def _open(self, dimensions: int) -> Any:
        from qdrant_edge import (
            Distance,
            EdgeConfig,
            EdgeShard,
            EdgeSparseVectorParams,
            EdgeVectorParams,
            Modifier,
            PayloadSchemaType,
            UpdateOperation,
        )

        config = EdgeConfig(
            vectors={DENSE: EdgeVectorParams(size=dimensions, distance=Distance.Dot)},
            sparse_vectors={SPARSE: EdgeSparseVectorParams(modifier=Modifier.Idf)},
        )
        fresh = not (self._folder / "edge_config.json").exists()
        try:
            if fresh and self._folder.exists() and any(self._folder.iterdir()):
                raise IndexDamaged(_damaged(self._folder, "its configuration is missing"))
            self._folder.mkdir(parents=True, exist_ok=True)
            if not fresh:
                return EdgeShard.load(str(self._folder), config)
            shard = EdgeShard.create(str(self._folder), config)
            for field in (*FILTER_KEYWORDS, VERSION_FIELD):
                shard.update(UpdateOperation.create_field_index(field, PayloadSchemaType.Keyword))
            for field in FILTER_NUMBERS:
                shard.update(UpdateOperation.create_field_index(field, PayloadSchemaType.Integer))
            shard.flush()
            return shard
        except (KeyboardInterrupt, SystemExit, IndexDamaged):
            raise
        except BaseException as error:  # the engine's panics do not derive from Exception
            raise IndexDamaged(_damaged(self._folder, str(error))) from error

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        if self._shard is None:
            raise IndexUnavailable("The document index was closed. Open it again.")
        try:
            yield
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            raise IndexUnavailable(
                f"The document index {self._folder.name!r} failed ({_one_line(error)}). "
                "If it stays so, run `copilot ingest`: the index is rebuilt from the stored texts."
            ) from error


def set_aside(folder: Path) -> Path:
    """Move a damaged index out of the way and return where it is now. The caller must hold no lock on it."""
    target = folder.with_name(
        f"{folder.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}-{time.time_ns() % 1000:03d}"
    )
    folder.rename(target)
    return target


def _match(field: str, values: Sequence[str]) -> Any:
    from qdrant_edge import FieldCondition, MatchAny

    return FieldCondition(field, match=MatchAny(list(values)))


def _filter(wanted: IndexFilter) -> Any:
    from qdrant_edge import FieldCondition, Filter, RangeFloat

    conditions = []
    for each in wanted.all_of:
        if isinstance(each, AnyOf):
            conditions.append(_match(each.field, each.values))
        else:
            conditions.append(
                FieldCondition(each.field, range=RangeFloat(gte=each.at_least, lte=each.at_most))
            )
    return Filter(must=conditions)


def _damaged(folder: Path, why: str) -> str:
    return (
        f"The document index in {folder} cannot be read ({_one_line(why)}). It is rebuilt from the stored texts at the "
        "next start; if that fails, delete the folder."
    )


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:200]
