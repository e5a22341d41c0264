"""Structure in plain text: paragraphs, headings and numbered clauses told from the lines alone."""

from __future__ import annotations

import re

from knowledge_ingest.extracted import Block

CLAUSE = re.compile(
    r"(?:(?:Section|SECTION|Clause|CLAUSE|Sec\.|§)\s*)?(?P<number>\d{1,2}(?:\.\d{1,3}){1,4}|\d{1,2}(?=[.)]))[.)]?[ \t]+(?=[^\sa-z])"
)
"""The number at the start of a clause: ``4.2 Orders``, ``12. The``, ``Section 3.1 ``; not ``12 pallets``, ``5.2 are met``."""

_ARTICLE = re.compile(
    r"(?:ARTICLE|Article|SECTION|Section|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX|Appendix|PART|Part)"
    r"\s+(?:[IVXLC]+|\d{1,3}|[A-Z])\b[.:]?(?:\s.*)?"
)
_BULLET = re.compile(r"(?:[-*•▪◦]|\((?:[a-z]{1,2}|[ivx]{1,4}|\d{1,2})\)|[a-z]\))[ \t]+\S")
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
    named = all(word[0].isupper() for word in words.split() if len(word) > 3)
    short = words.endswith(".") and len(words.split()) <= 6 and "," not in words and named
    return short or not words.endswith(_SENTENCE_END)


def blocks_of(text: str, start: int, end: int) -> list[Block]:
    """The blocks of text[start:end], told by blank lines, clause numbers, bullets and heading-like lines."""
    blocks: list[Block] = []
    current: list[tuple[int, int]] = []

    def finish() -> None:
        if current:
            first = text[current[0][0] : current[0][1]]
            kind = "item" if _BULLET.match(first.strip()) else "paragraph"
            blocks.append(_trimmed(text, current[0][0], current[-1][1], kind))
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
            if level and not _continues(text, stop, end):
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


def _continues(text: str, stop: int, end: int) -> bool:
    """Whether the next line goes on in lower case, so that this one was no heading but a broken sentence."""
    following = text[stop + 1 : min(end, stop + 80)].split("\n", 1)[0].strip()
    return bool(following) and following[0].islower()


def _trimmed(text: str, start: int, end: int, kind: str) -> Block:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Block(
        start=start,
        end=end,
        kind="item" if kind == "item" else "paragraph" if kind == "paragraph" else "heading",
    )
