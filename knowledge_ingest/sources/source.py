"""What any source hands to the pipeline: files with a place, a fingerprint, bytes on demand, and what the source knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from knowledge_ingest.report import DocumentReport

ANYBODYS = "odoo:"
"""How the names of sources begin where anybody who works with a record can put a file."""


class SourceFile(Protocol):
    """A file that may become a document."""

    @property
    def source(self) -> str:
        """Name of where it was found: an absolute folder, or the source's own name such as ``odoo:https://…``."""
        ...

    @property
    def path(self) -> str:
        """Its place there, with forward slashes; ends in what tells its format."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether what the file says about itself counts. A file that anybody may attach does not decide who reads it,
        which document it replaces or what kind of document it is."""
        ...

    @property
    def told_in(self) -> str:
        """What to call the place where `entry` stands, for people."""
        ...

    def content(self) -> bytes:
        """Its bytes.

        Raises:
            Unreadable: they cannot be had.
        """
        ...

    def fingerprint(self) -> str:
        """Changes with the bytes. Empty: the bytes have to be read to know."""
        ...

    def entry(self) -> Mapping[str, Any]:
        """Its properties as the source tells them; they count more than the file's own."""
        ...


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a look at a source gave."""

    files: tuple[SourceFile, ...] = ()
    whole_sources: tuple[str, ...] = ()
    """Sources that were looked through entirely: what is missing there was deleted."""
    problems: tuple[str, ...] = ()
    skipped: tuple[DocumentReport, ...] = ()
    """Files that were not even opened, and why."""
    questions: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By (source, path): what the source asks a person about a file, a sentence each."""

    def and_also(self, other: Found) -> Found:
        """Both together."""
        return Found(
            files=(*self.files, *other.files),
            whole_sources=(*self.whole_sources, *other.whole_sources),
            problems=(*self.problems, *other.problems),
            skipped=(*self.skipped, *other.skipped),
            questions={**self.questions, **other.questions},
        )
