"""Structure in plain text: paragraphs, headings and numbered clauses told from the lines alone."""

from __future__ import annotations

import re
from itertools import pairwise

from knowledge_ingest.extracted import Block, BlockKind

CLAUSE = re.compile(
    r"(?:(?:Section|SECTION|Clause|CLAUSE|Sec\.|§)\s*)?(?P<number>\d{1,2}(?:\.\d{1,3}){1,4}|\d{1,2}(?=[.)]))[.)]?[ \t]+(?=[^\sa-z])"
)
"""The number at the start of a clause: ``4.2 Orders``, ``12. The``, ``Section 3.1 ``; not ``12 pallets``, ``5.2 are met``."""

_ARTICLE = re.compile(
    r"(?:ARTICLE|Article|SECTION|Section|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX|Appendix|PART|Part)"
    r"\s+(?:[IVXLC]+|\d{1,3}|[A-Z])\b[.:]?(?:\s.*)?"
)
_INLINE = re.compile(
    r"(?<=[.;:!?)\]\"'\u201d])\s+"
    r"(?=(?:(?:Section|SECTION|Clause|CLAUSE)\s+)?(?:\d{1,2}(?:\.\d{1,3}){1,3}[.)]?|\d{1,2}[.)])\s+[A-Z\"'(\[\u201c])"
)
"""A clause that begins within a line, after the end of the one before: ``... in full. 7.2 Records. The Buyer ...``."""

_BULLET = re.compile(r"(?:[-*•▪◦]|\((?:[a-z]{1,2}|[ivx]{1,4}|\d{1,2})\)|[a-z]\))[ \t]+\S")
SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "the",
        "to",
        "upon",
        "under",
        "with",
        "without",
    ]
)
"""Words that stay small in a title."""
_PAGE_NUMBER = re.compile(r"-+\s*\d{1,4}\s*-+|(?:Page|PAGE)\s+\d{1,4}(?:\s+(?:of|OF)\s+\d{1,4})?")
_LONGEST_HEADING = 90
_SENTENCE_END = (".", ";", ",", ":")


def heading_level(line: str) -> int:
    """The level of a line that stands for a heading by its looks alone; 0 when it does not."""
    line = line.strip()
    if not line or len(line) > _LONGEST_HEADING:
        return 0
    if _ARTICLE.fullmatch(line) and not line.endswith((";", ",")):
        return 1
    letters = [each for each in line if each.isalpha()]
    clause = CLAUSE.match(line)
    if clause:
        return clause.group("number").count(".") + 1 if _like_a_title(line[clause.end() :]) else 0
    if (
        len(letters) >= 4
        and line.upper() == line
        and len(line.split()) <= 12
        and not line.endswith((";", ","))
    ):
        return 1
    return 0


def _like_a_title(words: str) -> bool:
    """Whether the words after a clause's number name it rather than begin it."""
    if not words or not (words[0].isupper() or words[0].isdigit()) or len(words.split()) > 10:
        return False
    # "1. Definitions." is a title all the same when it is that short
    named = all(word[0].isupper() or word in SMALL_WORDS for word in words.split() if len(word) > 3)
    short = words.endswith(".") and len(words.split()) <= 6 and "," not in words and named
    return short or not words.endswith(_SENTENCE_END)


def blocks_of(text: str, start: int, end: int) -> list[Block]:
    """The blocks of text[start:end], told by blank lines, clause numbers, bullets and heading-like lines."""
    blocks: list[Block] = []
    current: list[tuple[int, int]] = []

    def finish() -> None:
        if current:
            blocks.extend(_clauses_of(text, current[0][0], current[-1][1]))
            current.clear()

    at = start
    previous_blank = True
    while at < end:
        newline = text.find("\n", at, end)
        stop = end if newline < 0 else newline
        line = text[at:stop]
        bare = line.strip()
        if not bare:
            finish()
            previous_blank = True
        else:
            level = heading_level(bare) if previous_blank or CLAUSE.match(bare) else 0
            if previous_blank and _PAGE_NUMBER.fullmatch(bare):
                finish()
                trimmed = _trimmed(text, at, stop, "furniture")
                blocks.append(Block(start=trimmed.start, end=trimmed.end, kind="furniture"))
            elif level and not _continues(text, stop, end):
                finish()
                trimmed = _trimmed(text, at, stop, "heading")
                blocks.append(Block(start=trimmed.start, end=trimmed.end, kind="heading", level=level))
                previous_blank = True
            else:
                if CLAUSE.match(bare) or _BULLET.match(bare):
                    finish()
                current.append((at, stop))
                previous_blank = False
        at = stop + 1
    finish()
    return blocks


def _clauses_of(text: str, start: int, end: int) -> list[Block]:
    """A paragraph as blocks: one, unless numbered clauses follow each other inside it."""
    borders = [start, *(match.end() for match in _INLINE.finditer(text, start, end)), end]
    blocks = []
    for first, past in pairwise(borders):
        words = " ".join(text[first:past].split())
        level = heading_level(words) if len(borders) > 2 and past < end else 0
        if level:
            trimmed = _trimmed(text, first, past, "heading")
            blocks.append(Block(start=trimmed.start, end=trimmed.end, kind="heading", level=level))
        elif words:
            blocks.append(_trimmed(text, first, past, "item" if _BULLET.match(words) else "paragraph"))
    return blocks


def _continues(text: str, stop: int, end: int) -> bool:
    """Whether the next line goes on in lower case, so that this one was no heading but a broken sentence."""
    following = text[stop + 1 : min(end, stop + 80)].split("\n", 1)[0].strip()
    return bool(following) and following[0].islower()


def _trimmed(text: str, start: int, end: int, kind: BlockKind) -> Block:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Block(start=start, end=end, kind=kind)
