"""Where each block stands: the path of headings above it, and the number of the clause it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_ingest.extracted import Block, Extracted
from knowledge_ingest.plain import CLAUSE

_MARKUP = re.compile(r"^[#\s>*_]+|[#*_\s]+$")
_LONGEST_TITLE = 120


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A block and where it stands."""

    block: Block
    path: tuple[str, ...]
    """Headings above it, outermost first, itself included when it is one; the document's own title left out."""
    clause: str = ""
    """Number of the clause it begins or continues, such as ``4.2``; empty outside of numbered clauses."""
    begins_clause: bool = False


def place(extracted: Extracted, *, title: str = "") -> list[Placed]:
    """Every block with its headings and clause.

    Args:
        title: The document's title: a first heading of those words is not a section of its own.
    """
    text = extracted.text
    placed: list[Placed] = []
    headings: list[tuple[int, str]] = []
    clause = ""
    first = True
    for block in extracted.blocks:
        words = text[block.start : block.end]
        if block.kind == "furniture":
            placed.append(Placed(block=block, path=_path(headings), clause=clause))
            continue
        if block.kind == "heading":
            level = max(1, block.level)
            while headings and headings[-1][0] >= level:
                headings.pop()
            name = heading_title(words)
            if not (first and _is_title(name, title, extracted.blocks, block)):
                headings.append((level, name))
            number = CLAUSE.match(name)
            clause = number.group("number") if number and "." in number.group("number") else ""
            placed.append(Placed(block=block, path=_path(headings), clause=clause))
            first = False
            continue
        begins = _clause_number(words)
        if begins:
            clause = begins
        placed.append(Placed(block=block, path=_path(headings), clause=clause, begins_clause=bool(begins)))
    return placed


def heading_title(words: str) -> str:
    """A heading's words on one line, without markup."""
    return _MARKUP.sub("", " ".join(words.split()))[:_LONGEST_TITLE]


def _clause_number(words: str) -> str:
    match = CLAUSE.match(_MARKUP.sub("", words[:60]))
    return match.group("number") if match else ""


def _is_title(name: str, title: str, blocks: Sequence[Block], block: Block) -> bool:
    if name.casefold() == " ".join(title.split()).casefold():
        return True
    # a lone outermost heading is the document's title, whatever the manifest calls the document
    outermost = [each for each in blocks if each.kind == "heading" and each.level <= block.level]
    return (
        len(outermost) == 1
        and len(blocks) > 1
        and any(each.kind == "heading" and each.level > block.level for each in blocks)
    )


def _path(headings: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(name for _, name in headings)
