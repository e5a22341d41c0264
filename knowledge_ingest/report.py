"""What an ingest did, for a person, for a script and for an exit code."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["new", "unchanged", "changed", "removed", "quarantined"]


@dataclass(frozen=True, kw_only=True)
class DocumentReport:
    """What became of one file."""

    document_id: str
    """Empty for a quarantined file that never became a document."""
    path: str
    """Relative to the folder it was ingested from."""
    status: Status
    title: str = ""
    type: str = "unknown"
    text_length: int = 0
    """Characters of the extracted text that all spans refer to."""
    passages: int = 0
    flags: tuple[str, ...] = ()
    """What its owner should look at."""
    reasons: tuple[str, ...] = ()
    """Why it is quarantined, what could not be told, what was left out; a sentence each."""

    def to_json(self) -> dict[str, Any]:
        """Plain values; the id is called ``id``."""
        values = asdict(self)
        values["id"] = values.pop("document_id")
        values["flags"], values["reasons"] = list(self.flags), list(self.reasons)
        return values


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What became of all files."""

    collection: str
    documents: tuple[DocumentReport, ...]
    """Ordered by path."""
    problems: tuple[str, ...] = ()
    """About the run itself: paths that do not exist, an unreadable documents.yaml."""
    seconds: float = 0.0

    def count(self, status: Status) -> int:
        """Number of documents with this outcome."""
        return sum(1 for each in self.documents if each.status == status)

    @property
    def passages(self) -> int:
        """Passages that are searchable now."""
        return sum(each.passages for each in self.documents)

    @property
    def ok(self) -> bool:
        """Whether every file got in and nothing else went wrong; the command's exit code."""
        return not self.problems and not self.count("quarantined")

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        statuses: tuple[Status, ...] = ("new", "changed", "unchanged", "removed", "quarantined")
        return {
            "collection": self.collection,
            "summary": {**{status: self.count(status) for status in statuses}, "passages": self.passages},
            "seconds": round(self.seconds, 2),
            "problems": list(self.problems),
            "documents": [each.to_json() for each in self.documents],
        }
