"""A contract's text as clauses and sentences, each with its exact place.

Works on the text alone, so that terms can be read from what is stored as well as at ingest, and gives the same for both.
"""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_NUMBER = r"(?:[A-Z]\.\d{1,2}(?:\.\d{1,2})*|\d{1,2}(?:\.\d{1,3})+|\d{1,2}(?=[.)]))"
_NUMBERED = re.compile(
    rf"(?:(?P<label>Section|SECTION|Clause|CLAUSE|Sec\.|§|Article|ARTICLE|Paragraph)\s*)?(?P<number>{_NUMBER})[.)]?[ \t]+(?P<rest>[^\sa-z].*)"
)
_TITLE = re.compile(
    r"(?:#{1,6}\s+.*|(?:Article|ARTICLE|Section|SECTION|Part|PART|Schedule|SCHEDULE|Annex|ANNEX|Attachment|Appendix|Exhibit)\s+[A-Z0-9]{1,4}\b\s*(?:[-:.–].*)?|Signatures)"
)
_PLACE = re.compile(r"(?:Article|Section|Part|Schedule|Annex)\s+(?P<number>\d{1,2}|[A-Z])\b", re.IGNORECASE)
_BULLET = re.compile(r"(?P<mark>[-*•▪◦–]|\((?:[a-z]{1,2}|[ivx]{1,4}|\d{1,2})\)|[a-z]\))[ \t]+")
_FURNITURE = re.compile(r"\bPage \d+ of \d+\s*$|^Page \d+$")
_AMENDS = re.compile(r"\b(?:Amendment|AMENDMENT|Addendum)\s+(?:No\.?\s*)?\d+\b")
_ABBREVIATION = re.compile(
    r"(?:\b(?:No|Inc|Ltd|Co|Corp|Sec|Art|Nos|Mr|Ms|approx|min|max|incl|excl|vs|St|Dr|e\.g|i\.e|a\.m|p\.m|cf)|\b[A-Z])\.$"
)
_SENTENCE = re.compile(r"[.!?][\"'”)]*\s+(?=[\"'“(]?[A-Z0-9£$€])")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence, bullet or table row, with where it stands."""

    start: int
    end: int
    text: str
    """White space folded; for matching, not for quoting."""
    clause: str = ""
    heading: str = ""
    kind: str = "text"
    """``text``, ``item`` or ``row``."""
    lead: str = ""
    """Of an item: the sentence that introduces the list."""
    clause_start: int = 0
    clause_end: int = 0
    section: int = 0
    """Running number of the stretch under one heading."""

    def part(self, text: str) -> Sentence:
        """The same place, with only a part of the words to look at."""
        return Sentence(
            start=self.start, end=self.end, text=text, clause=self.clause, heading=self.heading, kind=self.kind, lead=self.lead,
            clause_start=self.clause_start, clause_end=self.clause_end, section=self.section,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Line:
    start: int
    end: int
    text: str


def sentences(text: str, start: int = 0) -> list[Sentence]:
    """All sentences of text[start:], in order."""
    found: list[dict[str, Any]] = []  # of each sentence, its fields but for `clause_end`, which is known last
    clause, heading, section, lead, title_inline = "", "", 0, "", ""
    current: list[_Line] = []
    kind = "text"
    opened = start
    ends: dict[int, int] = {}  # of each clause, by where it opens, where its last sentence ends

    def finish() -> None:
        nonlocal lead
        if not current:
            return
        first, last = current[0].start, current[-1].end
        for at, stop in _split(text, first, last, kind):
            words = " ".join(text[at:stop].split())
            found.append({
                "start": at, "end": stop, "text": words, "clause": clause, "heading": title_inline or heading, "kind": kind,
                "lead": lead if kind == "item" else "", "clause_start": opened, "section": section,
            })  # fmt: skip
            ends[opened] = max(ends.get(opened, 0), stop)
            if kind == "text":
                lead = words
        current.clear()

    lines = list(_lines(text, start))
    for number, line in enumerate(lines):
        bare = line.text
        blank_before = number == 0 or not lines[number - 1].text
        if not bare:
            if kind != "text" or not _goes_on(lines, number, current):
                finish()
            continue
        if _FURNITURE.search(bare):
            finish()
            continue
        numbered = _NUMBERED.match(bare) if _begins(current, bare, blank_before) else None
        following = _next(lines, number)
        if _is_title(bare, numbered, following, blank_before):
            finish()
            kind, section, opened, lead, title_inline = "text", section + 1, line.start, "", ""
            heading = bare.strip("#: ").strip()
            place = _PLACE.match(bare)
            clause = numbered["number"] if numbered else ""
            if not numbered and place and place["number"].isdigit():
                clause = place["number"]
            continue
        bullet = _BULLET.match(bare)
        if numbered:
            finish()
            clause, kind, opened = numbered["number"], "text", line.start
            line = _Line(start=line.end - len(numbered["rest"]), end=line.end, text=numbered["rest"])
            title_inline = _inline_title(numbered["rest"])
        elif bullet:
            finish()
            kind = "item"
            if not clause:
                opened = line.start
            line = _Line(start=line.start + bullet.end(), end=line.end, text=bare[bullet.end() :])
        elif " | " in bare:
            finish()
            kind = "row"
            current.append(line)
            finish()
            continue
        elif not current:
            if not clause or _AMENDS.match(bare):
                clause, opened = ("", line.start)
            kind = "text"
            title_inline = _inline_title(bare)
        current.append(line)
    finish()
    return [Sentence(clause_end=ends[each["clause_start"]], **each) for each in found]


def pieces(sentence: Sentence) -> list[Sentence]:
    """The parts of a sentence between semicolons, each of which may say something of its own."""
    if "; " not in sentence.text:
        return [sentence] if sentence.text else []
    parts = [part.strip() for part in sentence.text.split("; ")]
    return [sentence.part(part) for part in parts if part]


def _lines(text: str, start: int) -> Iterator[_Line]:
    at = start
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        line = text[at:stop]
        first = at + len(line) - len(line.lstrip())
        last = max(first, at + len(line.rstrip()))
        yield _Line(start=first, end=last, text=line.strip())
        at = stop + 1


def _begins(current: list[_Line], bare: str, blank_before: bool) -> bool:
    """Whether a number here begins a clause, rather than standing in the middle of a broken sentence."""
    return blank_before or not current or (current[-1].text.endswith((".", ":", ";")) and bare[:1] != "(")


def _next(lines: list[_Line], number: int) -> str:
    """The next line that is not blank."""
    for at in range(number + 1, min(len(lines), number + 20)):
        if lines[at].text:
            return lines[at].text
    return ""


def _goes_on(lines: list[_Line], number: int, current: list[_Line]) -> bool:
    """Whether a blank line stands in the middle of a sentence, as a page break leaves it."""
    if not current or not current[-1].text[-1:].isalpha():
        return False
    for at in range(number + 1, min(len(lines), number + 20)):
        if lines[at].text and not _FURNITURE.search(lines[at].text):
            return lines[at].text[:1].islower()
    return False


def _is_title(bare: str, numbered: re.Match[str] | None, following: str, blank_before: bool) -> bool:
    if _TITLE.fullmatch(bare) and len(bare) < 110 and "Amendment" not in bare:
        return True
    words = numbered["rest"] if numbered else bare
    if len(words) > 80 or not following or " | " in bare:
        return False
    letters = [each for each in words if each.isalpha()]
    if len(letters) >= 4 and words.upper() == words and not words.endswith(";") and len(words.split()) <= 12:
        return True
    if numbered:
        named = words[0].isupper() and len(words.split()) <= 10
        return named and not words.endswith((".", ";", ",", ":")) and "." not in numbered["number"]
    if _BULLET.match(bare) or not blank_before:
        return False
    return (words.endswith(":") and len(words.split()) <= 6) or (
        words[0].isupper()
        and len(words.split()) <= 6
        and not words.endswith((".", ";", ","))
        and following[:1] in "-*•"
    )


def _inline_title(words: str) -> str:
    """``Partial Shipments.`` or ``LATE DELIVERY:`` at the start of a clause's own line."""
    match = re.match(r"(?P<title>[A-Z][A-Za-z/-]*(?:[ -](?:[A-Za-z][a-z-]*|[A-Z-]+)){0,4})[.:]\s+\S", words)
    if match is None:
        return ""
    title = match["title"]
    small = {
        "of",
        "and",
        "or",
        "the",
        "in",
        "for",
        "on",
        "to",
        "with",
        "every",
        "late",
        "payment",
        "delivery",
    }
    capital = all(word[0].isupper() or word in small for word in re.split(r"[ -]", title) if word)
    return title if capital and (len(title.split()) > 1 or len(title) > 4) else ""


def _split(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int]]:
    if kind == "row":
        yield start, end
        return
    at = start
    for match in _SENTENCE.finditer(text, start, end):
        stop = match.start() + len(match.group().rstrip())
        if _ABBREVIATION.search(text[at:stop]) and not text[at:stop].endswith((" C.", " F.")):
            continue
        yield at, stop
        at = match.end()
    if at < end:
        yield at, end
