"""What a reader makes of a file: one text, and what its parts are. Travels as JSON from the reading process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from retrieval.normalise import has_disguised_words, same_length_form, strip_invisible
from retrieval.stored import PageSpan

EXTRACTION_VERSION = "9"
"""Goes up when any reader, the sections or the chunking give another result for the same file."""

DESCRIPTION_UNREAD = "description_unread"
"""Flag of a text whose front matter could not be read."""

BlockKind = Literal["heading", "paragraph", "item", "row", "code", "furniture"]
"""``furniture``: page headers, footers and the like; part of the text, never a passage."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A stretch of the text that belongs together."""

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    """Of a heading: 1 is outermost."""
    context: str = ""
    """Of a row: the header row of its table, as long as the row does not repeat it itself."""
    label: str = ""
    """Where a row stands, such as ``row 7`` in a sheet."""


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """A file as text."""

    text: str
    blocks: tuple[Block, ...]
    body_start: int = 0
    """First character after the front matter."""
    pages: tuple[PageSpan, ...] = ()
    """In the order of the text, without overlap; text may stand outside of them."""
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    """What the file itself calls its title; empty when it does not."""
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """For the report: what was left out or uncertain, a sentence each."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Extracted:
        """The same, back from plain values."""
        return Extracted(
            text=values["text"],
            blocks=tuple(Block(**each) for each in values["blocks"]),
            body_start=values["body_start"],
            pages=tuple(PageSpan(**each) for each in values["pages"]),
            front_matter=values["front_matter"],
            title=values["title"],
            flags=tuple(values["flags"]),
            notes=tuple(values["notes"]),
        )


class TextBuilder:
    """Puts a text together from pieces and remembers where each came to stand."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[PageSpan] = []
        self._page: PageSpan | None = None
        """The page begun last, with the length at its beginning as start."""
        self._last_kind: str = ""
        self.flags: set[str] = set()
        self.notes: list[str] = []
        self.invisible = 0
        """Characters left out because nobody can see them."""

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def add(
        self, kind: BlockKind, text: str, *, level: int = 0, context: str = "", label: str = ""
    ) -> tuple[int, int]:
        """Append a block and return its span; nothing but white space is not appended."""
        clean, removed = strip_invisible(text)
        self.invisible += removed
        if removed:
            self.flags.add("hidden_text")
        if has_disguised_words(clean):
            self.flags.add("disguised_text")
        clean = same_length_form(clean).strip()
        if not clean:
            return self._length, self._length
        if self._length:
            close = kind in ("row", "item") and self._last_kind == kind
            self._append("\n" if close else "\n\n")
        start = self._length
        if self._page is not None and self._page.start == self._page.end:
            # a page begins with its first block: what parts it from the page before belongs to neither
            self._page = replace(self._page, start=start)
        self._append(clean)
        if self._page is not None:
            self._page = replace(self._page, end=self._length)
        self._blocks.append(
            Block(start=start, end=self._length, kind=kind, level=level, context=context.strip(), label=label)
        )
        self._last_kind = kind
        return start, self._length

    def begin_page(self, number: int, *, of: str = "", confidence: float | None = None) -> None:
        """All that is added from here on stands on this page.

        Args:
            of: Name of the attachment whose page it is; empty: the document's own.
            confidence: Of recognised text, 0..1.
        """
        self.end_page()
        at = self._length
        self._page = PageSpan(number=number, start=at, end=at, of=of, confidence=confidence)

    def has_pages_of(self, name: str) -> bool:
        """Whether an attachment of this name had pages before."""
        return any(page.of == name for page in self._pages)

    def end_page(self) -> None:
        """All that is added from here on stands on no page, until one begins."""
        if self._page is not None:
            self._pages.append(self._page)
            self._page = None

    def build(
        self, *, title: str = "", front_matter: Mapping[str, Any] | None = None, body_start: int = 0
    ) -> Extracted:
        """The finished text."""
        self.end_page()
        return Extracted(
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            body_start=body_start,
            pages=tuple(self._pages),
            front_matter=front_matter or {},
            title=" ".join(title.split()),
            flags=tuple(sorted(self.flags)),
            notes=tuple(self.notes),
        )

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
