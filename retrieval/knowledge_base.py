"""The port to a vector index: what any index has to be able to do, in words no index library owns.

The index holds vectors and just enough properties to filter by; it never holds document text. The text store
(`document_store`) is the source of truth, and an index can always be rebuilt from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.sparse import SparseVector

DenseVector = npt.NDArray[np.float32]
"""Shape (dimensions,), unit length."""

FILTER_KEYWORDS = ("document_id", "audience", "company", "customer", "carrier", "vendor", "type")
"""Payload fields that hold words and can be filtered with `AnyOf`."""

FILTER_NUMBERS = ("valid_from", "valid_to", "superseded_from")
"""Payload fields that hold days as yyyymmdd and can be filtered with `Between`."""


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """The field holds at least one of these words. No words: nothing matches."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Between:
    """The field's number lies in [at_least, at_most]; None leaves that side open."""

    field: str
    at_least: int | None = None
    at_most: int | None = None


Condition = AnyOf | Between


@dataclass(frozen=True, kw_only=True)
class IndexFilter:
    """All conditions have to hold."""

    all_of: tuple[Condition, ...] = ()

    def and_also(self, *conditions: Condition) -> IndexFilter:
        """The same filter with further conditions."""
        return IndexFilter(all_of=(*self.all_of, *conditions))


Payload = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """One passage as the index holds it."""

    document_id: str
    revision: str
    """Which state of the document it belongs to; hits of another revision than the stored one do not count."""
    number: int
    """Running number of the passage within its document, from 0."""
    dense: DenseVector
    sparse: SparseVector
    payload: Payload
    """The fields of `FILTER_KEYWORDS` and `FILTER_NUMBERS`."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage that an index found."""

    document_id: str
    revision: str
    number: int
    score: float
    """Cosine for a dense query, BM25 for a sparse one; comparable within one query only."""


@dataclass(frozen=True, kw_only=True)
class IndexQuery:
    """One ranked list: by `dense` or by `sparse`, exactly one of them given."""

    filter: IndexFilter
    limit: int
    dense: DenseVector | None = None
    sparse: SparseVector | None = None


class KnowledgeBase(Protocol):
    """A vector index over one collection. All methods may be called from several threads."""

    def replace_document(
        self, document_id: str, revision: str, entries: Sequence[IndexEntry], commit: Callable[[], None]
    ) -> None:
        """Put a document's new entries in place of its old ones.

        Order matters for a crash at any moment: the new entries are durable first, then `commit` makes them the
        valid ones in the text store, then entries of other revisions leave. Whatever is left over by a crash is of
        a revision the text store does not know, is ignored by searches and cleared by the next `keep_only`.

        Raises:
            IndexUnavailable: nothing was committed.
        """
        ...

    def remove_document(self, document_id: str, commit: Callable[[], None]) -> None:
        """Make a document unknown: `commit` first (searches ignore it from then on), then its entries leave."""
        ...

    def keep_only(self, revisions: Mapping[str, str]) -> Mapping[str, int]:
        """Clear entries that belong to no document and revision of `revisions` (document id -> revision).

        Returns:
            Number of entries left per document id.
        """
        ...

    def search(self, queries: Sequence[IndexQuery]) -> list[list[Hit]]:
        """One list of hits per query, best first.

        Raises:
            IndexUnavailable: no answer in time.
        """
        ...

    def documents(self) -> Mapping[str, int]:
        """Entries per document id, any revision."""
        ...

    def settle(self) -> None:
        """After a bulk load: optimise and make everything durable."""
        ...

    def close(self) -> None:
        """Let go of files and connections; safe to call twice."""
        ...
