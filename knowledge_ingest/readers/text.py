"""Plain text: the text of record is the file's own, so that every span is a place in the file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_ingest.errors import Unreadable
from knowledge_ingest.extracted import DESCRIPTION_UNREAD, Block, Extracted
from knowledge_ingest.plain import blocks_of
from knowledge_ingest.readers.decoding import cleaned, decode
from knowledge_ingest.readers.front_matter import split
from retrieval.normalise import has_disguised_words
from retrieval.stored import PageSpan


def read(content: bytes) -> Extracted:
    text, removed = cleaned(decode(content))
    front_matter, body_start, notes = split(text)
    if not text[body_start:].strip():
        raise Unreadable("The file holds no text, only white space.")
    pages: list[PageSpan] = []
    if "\f" in text:
        start = 0
        for number, part in enumerate(text.split("\f"), start=1):
            pages.append(PageSpan(number=number, start=start, end=start + len(part)))
            start += len(part) + 1
    blocks = []
    for page in pages or [PageSpan(number=1, start=0, end=len(text))]:
        blocks.extend(blocks_of(text, max(page.start, body_start), page.end))
    flags = ["hidden_text"] if removed else []
    if notes:
        flags.append(DESCRIPTION_UNREAD)
    if has_disguised_words(text):
        flags.append("disguised_text")
    return Extracted(
        text=text,
        blocks=tuple(blocks),
        body_start=body_start,
        pages=tuple(pages),
        front_matter=front_matter,
        title=_title(text, blocks),
        flags=tuple(flags),
        notes=tuple(notes),
    )


_NO_TITLE = re.compile(
    r"(?:exhibit|ex|annex|schedule|page|confidential|execution version|final|draft)\b[\s\d.()A-Z-]*",
    re.IGNORECASE,
)
_LONGEST_TITLE = 120
_FIRST_BLOCKS = 8


def _title(text: str, blocks: Sequence[Block]) -> str:
    """The first short block that is more than an exhibit's number or a stamp."""
    for block in blocks[:_FIRST_BLOCKS]:
        words = " ".join(text[block.start : block.end].split())
        if len(words) <= _LONGEST_TITLE and any(map(str.isalpha, words)) and not _NO_TITLE.fullmatch(words):
            return words
    return ""
