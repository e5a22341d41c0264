"""Where each block stands: the path of headings above it, and the number of the clause it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_ingest.extracted import Block, Extracted
from knowledge_ingest.plain import CLAUSE, SMALL_WORDS

_MARKUP = re.compile(r"^[#\s>*_]+|[#*_\s]+$")
_LONGEST_TITLE = 120
_RUN_IN = re.compile(r"(?P<title>[A-Z][\w,/&'() -]{2,70}?)(?:\.|:|\s[-\u2013\u2014])\s+(?=[A-Z(\"'\u201c])")
_BARE_NUMBER = re.compile(
    r"(?:ARTICLE|Article|SECTION|Section|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX|Appendix|PART|Part)?"
    r"\s*(?:[IVXLC]+|\d{1,3}|[A-Z])[.:]?"
)
"""A heading that is only a number: its name stands on the next line."""
_MOST_TITLE_WORDS = 9


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A block and where it stands."""

    block: Block
    path: tuple[str, ...]
    """Headings above it, outermost first, itself included when it is one; the document's own title left out."""
    clause: str = ""
    """Number of the clause it begins or continues, such as ``4.2``; empty outside of numbered clauses."""
    begins_clause: bool = False
    names_the_one_before: bool = False
    """A heading whose number stands alone on the line above."""
    clause_title: str = ""
    """What the clause calls itself at its beginning, such as ``Records`` in ``7.2 Records. The Buyer ...``."""


def place(extracted: Extracted, *, title: str = "") -> list[Placed]:
    """Every block with its headings and clause.

    Args:
        title: The document's title: a first heading of those words is not a section of its own.
    """
    text = extracted.text
    placed: list[Placed] = []
    headings: list[tuple[int, str]] = []
    clause = clause_title = ""
    first = True
    for block in extracted.blocks:
        words = text[block.start : block.end]
        if block.kind == "furniture":
            placed.append(Placed(block=block, path=_path(headings), clause=clause))
            continue
        if block.kind == "heading":
            level = max(1, block.level)
            name = heading_title(words)
            number_before = bool(
                headings
                and headings[-1][0] == level
                and placed[-1].block.kind == "heading"
                and _BARE_NUMBER.fullmatch(headings[-1][1])
                and not _BARE_NUMBER.fullmatch(name)
                and not CLAUSE.match(name)
            )
            if number_before:
                name = f"{headings[-1][1]} {name}"
            while headings and headings[-1][0] >= level:
                headings.pop()
            if not (first and _is_title(name, title, extracted.blocks, block)):
                headings.append((level, name))
            number = CLAUSE.match(name)
            clause = number.group("number") if number and "." in number.group("number") else ""
            clause_title = ""
            placed.append(
                Placed(block=block, path=_path(headings), clause=clause, names_the_one_before=number_before)
            )
            first = False
            continue
        begins = _clause_number(words)
        if begins:
            clause = begins
            clause_title = run_in_title(words)
        placed.append(
            Placed(
                block=block,
                path=_path(headings),
                clause=clause,
                begins_clause=bool(begins),
                clause_title=clause_title,
            )
        )
    return placed


def heading_title(words: str) -> str:
    """A heading's words on one line, without markup."""
    return _MARKUP.sub("", " ".join(words.split()))[:_LONGEST_TITLE]


def run_in_title(words: str) -> str:
    """The title at the beginning of a numbered clause, when its first sentence is one; else nothing."""
    folded = " ".join(words[:160].split())
    number = CLAUSE.match(folded)
    match = _RUN_IN.match(folded, number.end() if number else 0)
    if not match:
        return ""
    said = match.group("title").split()
    named = all(word[0].isupper() or word[0] in "(&/-" or word.lower() in SMALL_WORDS for word in said)
    return match.group("title").strip() if named and len(said) <= _MOST_TITLE_WORDS else ""


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
