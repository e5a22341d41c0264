"""How a passage is laid out as a point in any Qdrant index, embedded or served: names, ids and payload."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from retrieval.knowledge_base import Hit, IndexEntry

DENSE = "dense"
SPARSE = "sparse"
VERSION_FIELD = "version"
"""Payload field ``document_id@revision``; counting by it tells what an index holds."""

_POINTS = uuid.UUID("5b1f8c0e-52c5-4c2e-9a5e-0d7a1f0c6b31")


def version_of(document_id: str, revision: str) -> str:
    """A document in one of its states, as one word."""
    return f"{document_id}@{revision}"


def point_id(document_id: str, revision: str, number: int) -> str:
    """The same passage of the same state always gets the same id: putting it twice changes nothing."""
    return str(uuid.uuid5(_POINTS, f"{version_of(document_id, revision)}#{number}"))


def payload_with_version(entry: IndexEntry) -> dict[str, Any]:
    """The filter fields, where the passage belongs, and no text."""
    payload: dict[str, Any] = {
        field: list(value) if isinstance(value, tuple) else value for field, value in entry.payload.items()
    }
    payload[VERSION_FIELD] = version_of(entry.document_id, entry.revision)
    payload["number"] = entry.number
    return payload


def hit_of(payload: Mapping[str, Any] | None, score: float) -> Hit:
    """A point that was found, in our words."""
    payload = payload or {}
    document_id, revision = _parts_of(str(payload.get(VERSION_FIELD, "")))
    return Hit(
        document_id=document_id, revision=revision, number=int(payload.get("number", -1)), score=float(score)
    )


@lru_cache(maxsize=16384)
def _parts_of(version: str) -> tuple[str, str]:
    document_id, _, revision = version.rpartition("@")
    return document_id, revision


def split_versions(
    found: Mapping[str, int], revisions: Mapping[str, str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Entries per document that are of its valid revision, and the versions that are not."""
    valid: dict[str, int] = {}
    stale: list[str] = []
    for version, count in found.items():
        document_id, _, revision = version.rpartition("@")
        if revisions.get(document_id) == revision:
            valid[document_id] = count
        else:
            stale.append(version)
    return valid, tuple(stale)
