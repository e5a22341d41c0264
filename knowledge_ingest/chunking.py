"""From a text to passages that can be cited: cut at clauses and headings first, at sentences last.

A passage is always exactly ``text[start:end]``. Two passages never overlap, and together they hold every word of the
text but furniture and front matter. The same file gives the same spans: nothing here depends on the embedding model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_ingest.extracted import Extracted
from knowledge_ingest.sections import Placed, place
from retrieval.stored import page_at

LONGEST = 500
"""Characters of a passage at most; with its headings it stays well below the 256 tokens that the model reads."""
_ENOUGH = 160
"""A paragraph this long stands alone; shorter ones are joined with their neighbours under the same heading."""
_JOINED = 450
"""Short paragraphs are joined up to this many characters."""
_ENOUGH_OF_CLAUSE = 60
_CLAUSES_JOINED = 200
"""The same for numbered clauses: each says something of its own, and what is found should be the clause and no more."""
_ROWS_TOGETHER = 350
"""Rows of a sheet are joined up to this many characters."""

_SENTENCE = re.compile(r"(?<=[.!?;:])[\"')\]]*\s+(?=[\"'(\[A-Z0-9•-])|\n+")


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A span of the text that becomes a passage."""

    start: int
    end: int
    section: str
    """Heading path joined by `` > ``, with the clause numbers it holds where there are any."""
    page: int | None
    """Of the document or of the attachment it stands in (`PageSpan.of`); None outside of pages."""
    context: str


@dataclass(frozen=True, kw_only=True)
class _Unit:
    """Blocks that should stay together: a clause with its sub-items, a table, a heading with nothing below."""

    parts: tuple[Placed, ...]

    @property
    def start(self) -> int:
        return self.parts[0].block.start

    @property
    def end(self) -> int:
        return self.parts[-1].block.end

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def only_heading(self) -> bool:
        return all(part.block.kind == "heading" for part in self.parts)

    @property
    def rows(self) -> bool:
        return all(part.block.kind == "row" for part in self.parts)


def chunk(extracted: Extracted, *, title: str = "") -> list[Chunk]:
    """Cut a text into passages.

    Args:
        title: The document's title, so that it does not appear as a section.
    """
    placed = [each for each in place(extracted, title=title) if each.block.start >= extracted.body_start]
    return [
        Chunk(
            start=start,
            end=end,
            section=_section(parts),
            page=page.number if (page := page_at(extracted.pages, start)) else None,
            context=_context(extracted.text, start, end, parts),
        )
        for run in _between_furniture(placed)
        for group in _joined(_units(run), extracted)
        for start, end, parts in _cut(extracted.text, group)
    ]


def _between_furniture(placed: Sequence[Placed]) -> list[list[Placed]]:
    """Runs of blocks without a page header or footer between them: no passage spans one."""
    runs: list[list[Placed]] = [[]]
    for each in placed:
        if each.block.kind == "furniture":
            runs.append([])
        else:
            runs[-1].append(each)
    return runs


def _units(placed: Sequence[Placed]) -> list[_Unit]:
    units: list[list[Placed]] = []
    for each in placed:
        last = units[-1] if units else None
        if last is None or _breaks(last, each):
            units.append([each])
        else:
            last.append(each)
    return [_Unit(parts=tuple(unit)) for unit in units]


def _breaks(unit: Sequence[Placed], following: Placed) -> bool:
    last = unit[-1]
    if following.block.kind == "heading":
        # a heading directly below another stays with it: neither says anything alone
        below = len(following.path) > len(last.path) or following.names_the_one_before
        return last.block.kind != "heading" or not below
    if last.block.kind == "heading":
        return False
    if following.path != last.path or following.begins_clause:
        return True
    if following.block.label or last.block.label:
        return following.block.label != last.block.label
    if following.clause and not following.begins_clause:
        return False
    if following.block.kind == "item" and last.block.kind in ("item", "paragraph"):
        return False
    return not (following.block.kind == "row" and last.block.kind in ("row", "paragraph"))


def _joined(units: Sequence[_Unit], extracted: Extracted) -> list[_Unit]:
    """Short units under one heading put together, headings put before what they announce."""
    groups: list[_Unit] = []
    for unit in units:
        last = groups[-1] if groups else None
        if last is not None and _belongs(last, unit, extracted):
            groups[-1] = _Unit(parts=(*last.parts, *unit.parts))
        else:
            groups.append(unit)
    return groups


def _belongs(last: _Unit, unit: _Unit, extracted: Extracted) -> bool:
    together = unit.end - last.start
    if last.only_heading:
        inside = unit.parts[0].path[: len(last.parts[-1].path)] == last.parts[-1].path
        return inside and together <= LONGEST
    if unit.parts[0].block.kind == "heading" or unit.parts[0].path != last.parts[-1].path:
        return False
    if page_at(extracted.pages, unit.start) != page_at(extracted.pages, last.start):
        return False  # a citation names one page
    if unit.parts[0].block.label:
        return together <= _ROWS_TOGETHER
    numbered = bool(unit.parts[0].begins_clause and last.parts[-1].clause)
    enough, joined = (_ENOUGH_OF_CLAUSE, _CLAUSES_JOINED) if numbered else (_ENOUGH, _JOINED)
    if last.length >= enough and unit.length >= enough:
        return False
    return together <= joined


def _cut(text: str, unit: _Unit) -> list[tuple[int, int, tuple[Placed, ...]]]:
    """A unit in pieces of at most `LONGEST` characters: between its blocks if possible, else between sentences."""
    if unit.length <= LONGEST:
        return [(unit.start, unit.end, unit.parts)]
    pieces: list[tuple[int, int, tuple[Placed, ...]]] = []
    gathered: list[Placed] = []
    for part in unit.parts:
        too_long = gathered and part.block.end - gathered[0].block.start > LONGEST
        if too_long:
            pieces.extend(_cut_block_run(text, gathered))
            gathered = []
        gathered.append(part)
    if gathered:
        pieces.extend(_cut_block_run(text, gathered))
    return pieces


def _cut_block_run(text: str, run: Sequence[Placed]) -> list[tuple[int, int, tuple[Placed, ...]]]:
    start, end = run[0].block.start, run[-1].block.end
    if end - start <= LONGEST:
        return [(start, end, tuple(run))]
    return [(first, past, tuple(run)) for first, past in sentence_spans(text, start, end, LONGEST)]


def sentence_spans(text: str, start: int, end: int, longest: int) -> list[tuple[int, int]]:
    """text[start:end] in pieces of at most `longest` characters, evenly filled, cut at sentences, else at words."""
    borders = [match.end() for match in _SENTENCE.finditer(text, start, end)] + [end]
    pieces_needed = -(-(end - start) // longest)
    wanted = (end - start) / pieces_needed
    spans: list[tuple[int, int]] = []
    at = start
    while end - at > longest:
        usable = [border for border in borders if at < border <= at + longest]
        if usable:
            cut = min(usable, key=lambda border: abs(border - at - wanted))
            if cut - at < longest // 4:
                cut = max(usable)
        if not usable or cut - at < longest // 8:
            space = max(text.rfind(" ", at + 1, at + longest), text.rfind("\n", at + 1, at + longest))
            cut = space + 1 if space > at else at + longest
        _append(text, spans, at, cut)
        at = cut
    _append(text, spans, at, end)
    return spans


def _append(text: str, spans: list[tuple[int, int]], start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _section(parts: Sequence[Placed]) -> str:
    deepest = max((part.path for part in reversed(parts)), key=len, default=())
    path = list(deepest)
    labels = [part.block.label for part in parts if part.block.label]
    clauses = list(
        dict.fromkeys(part.clause for part in parts if part.clause and part.block.kind != "heading")
    )
    if labels:
        path.append(
            labels[0] if len(set(labels)) == 1 else f"{labels[0]} to {labels[-1].removeprefix('row ')}"
        )
    elif clauses and not (path and path[-1].startswith(clauses[0])):
        titles = {part.clause: part.clause_title for part in parts if part.clause_title}
        only = f"{clauses[0]} {titles.get(clauses[0], '')}".strip()
        path.append(only if len(clauses) == 1 else f"{clauses[0]} to {clauses[-1]}")
    return " > ".join(path)


def _context(text: str, start: int, end: int, parts: Sequence[Placed]) -> str:
    """Header rows of tables whose rows are in the span while the header is not."""
    headers = dict.fromkeys(
        part.block.context
        for part in parts
        if part.block.context and part.block.start < end and part.block.end > start
    )
    return "\n".join(header for header in headers if header not in text[start:end])
