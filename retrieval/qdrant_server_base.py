"""The served index: a Qdrant server or cluster by URL. The only home of qdrant_client.

For several processes that share one index, and for more passages than the embedded one carries.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from retrieval.errors import IndexUnavailable
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

_SEARCH_SECONDS = 2
_WRITE_SECONDS = 30
_SEARCH_EF = 256
_BATCH = 200
_ALL = 1_000_000


class QdrantServerBase:
    """One collection on a server, made when missing.

    Args:
        url: Such as ``http://localhost:6333``; ``:memory:`` for the client's local mode.
        api_key: Sent with each request; never logged.
        name: The collection's name on the server.
        dimensions: Length of the dense vectors.

    Raises:
        IndexUnavailable: the server does not answer within two seconds, refuses the key, or answers with an error.
    """

    def __init__(self, url: str, *, api_key: str | None, name: str, dimensions: int) -> None:
        self._url = url
        self._name = name
        # the client's local mode is not made for threads; a server needs no lock
        self._one_at_a_time: contextlib.AbstractContextManager[Any] = (
            threading.RLock() if url == ":memory:" else contextlib.nullcontext()
        )
        with self._talking():
            from qdrant_client import QdrantClient

            self._client = (
                QdrantClient(":memory:")
                if url == ":memory:"
                else QdrantClient(
                    url=url, api_key=api_key, timeout=_SEARCH_SECONDS, check_compatibility=False
                )
            )
        try:
            self._make(dimensions)
        except BaseException:
            self.close()
            raise

    def replace_document(
        self, document_id: str, revision: str, entries: Sequence[IndexEntry], commit: Callable[[], None]
    ) -> None:
        from qdrant_client import models

        with self._talking():
            for at in range(0, len(entries), _BATCH):
                self._client.upsert(
                    self._name,
                    [
                        models.PointStruct(
                            id=point_id(entry.document_id, entry.revision, entry.number),
                            vector={
                                DENSE: entry.dense.tolist(),
                                SPARSE: models.SparseVector(
                                    indices=list(entry.sparse.indices), values=list(entry.sparse.values)
                                ),
                            },
                            payload=payload_with_version(entry),
                        )
                        for entry in entries[at : at + _BATCH]
                    ],
                    wait=True,
                    timeout=_WRITE_SECONDS,
                )
        commit()
        self._delete(
            models.Filter(
                must=[_match("document_id", (document_id,))],
                must_not=[_match(VERSION_FIELD, (version_of(document_id, revision),))],
            )
        )

    def remove_document(self, document_id: str, commit: Callable[[], None]) -> None:
        from qdrant_client import models

        commit()
        self._delete(models.Filter(must=[_match("document_id", (document_id,))]))

    def keep_only(self, revisions: Mapping[str, str]) -> Mapping[str, int]:
        from qdrant_client import models

        valid, stale = split_versions(self._versions(), revisions)
        for at in range(0, len(stale), _BATCH):
            self._delete(models.Filter(must=[_match(VERSION_FIELD, stale[at : at + _BATCH])]))
        return valid

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Hit]]:
        from qdrant_client import models

        requests: list[Any] = []
        places: list[int] = []
        for at, query in enumerate(queries):
            if query.dense is not None:
                vector: Any = query.dense.tolist()
                using = DENSE
            elif query.sparse is not None and query.sparse.indices:
                vector = models.SparseVector(
                    indices=list(query.sparse.indices), values=list(query.sparse.values)
                )
                using = SPARSE
            else:
                continue
            places.append(at)
            requests.append(
                models.QueryRequest(
                    query=vector,
                    using=using,
                    filter=_filter(query.filter),
                    limit=query.limit,
                    with_payload=[VERSION_FIELD, "number"],
                    params=None if self._url == ":memory:" else models.SearchParams(hnsw_ef=_SEARCH_EF),
                )
            )
        results: list[list[Hit]] = [[] for _ in queries]
        if not requests:
            return results
        with self._talking():
            answers = self._client.query_batch_points(self._name, requests, timeout=_SEARCH_SECONDS)
            for at, answer in zip(places, answers, strict=True):
                results[at] = [hit_of(point.payload, point.score) for point in answer.points]
        return results

    def documents(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for version, count in self._versions().items():
            document_id = version.rpartition("@")[0]
            counts[document_id] = counts.get(document_id, 0) + count
        return counts

    def settle(self) -> None:
        """Nothing to do: a server optimises by itself, and writes were waited for."""

    def close(self) -> None:
        client = getattr(self, "_client", None)
        if client is not None:
            with contextlib.suppress(Exception):
                client.close()

    def _make(self, dimensions: int) -> None:
        from qdrant_client import models

        with self._talking():
            if self._client.collection_exists(self._name):
                return
            self._client.create_collection(
                self._name,
                vectors_config={DENSE: models.VectorParams(size=dimensions, distance=models.Distance.DOT)},
                sparse_vectors_config={SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
            if self._url == ":memory:":
                return  # payload indexes mean nothing to the local mode
            for field in (*FILTER_KEYWORDS, VERSION_FIELD):
                # every query names the companies of whoever asks: what belongs to one of them is kept together
                keyword = models.KeywordIndexParams(
                    type=models.KeywordIndexType.KEYWORD, is_tenant=field == "company"
                )
                self._client.create_payload_index(self._name, field, keyword)
            for field in FILTER_NUMBERS:
                self._client.create_payload_index(self._name, field, models.PayloadSchemaType.INTEGER)

    def _delete(self, wanted: Any) -> None:
        from qdrant_client import models

        with self._talking():
            self._client.delete(
                self._name, models.FilterSelector(filter=wanted), wait=True, timeout=_WRITE_SECONDS
            )

    def _versions(self) -> dict[str, int]:
        with self._talking():
            found = self._client.facet(
                self._name, VERSION_FIELD, limit=_ALL, exact=True, timeout=_WRITE_SECONDS
            )
            return {str(hit.value): int(hit.count) for hit in found.hits if hit.count}

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            with self._one_at_a_time:
                yield
        except Exception as error:  # the client raises its own, httpx's, grpc's and pydantic's
            raise IndexUnavailable(
                f"The Qdrant server at {self._url} gave no usable answer ({type(error).__name__}). "
                "Check that it runs, QDRANT_URL and QDRANT_API_KEY."
            ) from error


def _match(field: str, values: Sequence[str]) -> Any:
    from qdrant_client import models

    return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))


def _filter(wanted: IndexFilter) -> Any:
    from qdrant_client import models

    conditions: list[Any] = []
    for each in wanted.all_of:
        if isinstance(each, AnyOf):
            conditions.append(_match(each.field, each.values))
        else:
            conditions.append(
                models.FieldCondition(key=each.field, range=models.Range(gte=each.at_least, lte=each.at_most))
            )
    return models.Filter(must=conditions)
