"""From characters with places on a page to lines, paragraphs, headings and table rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from knowledge_ingest.readers.pdf_columns import is_prose, stretches

_MARK = re.compile(r"(?:\(?[A-Za-z0-9]{1,3}(?:\.\d{1,3}){0,4}[.)]?|[-–•▪◦*·])")
"""What may hang in front of a paragraph: a clause number, a letter in brackets, a bullet."""
_BEGINS = re.compile(r"(?:\(?[a-z0-9]{1,3}\)|\d+(?:\.\d+)+|[-•▪])\s")
"""How a paragraph begins whose mark does not hang."""
_PAGE_NUMBER = re.compile(r"(?:page|seite|p\.)?\s*\d{1,4}\s*(?:(?:of|/|von)\s*\d{1,4})?", re.IGNORECASE)
_EDGE = 0.09
"""Share of a page's height at its top and bottom where page headers and footers stand."""
_LONGEST_HEADING = 120
_LONGEST_FURNITURE = 160


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """Characters beside each other on one line, in one piece. Places in points, upwards and to the right."""

    text: str
    left: float
    right: float
    base: float
    """Bottom of its letters."""
    size: float
    bold: bool


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A paragraph, heading or table row on a page."""

    kind: Literal["heading", "paragraph", "row", "furniture"]
    text: str
    size: float
    bold: bool
    base: float


@dataclass
class _Cell:
    lines: list[Fragment] = field(default_factory=list)

    @property
    def left(self) -> float:
        return min(each.left for each in self.lines)

    @property
    def right(self) -> float:
        return max(each.right for each in self.lines)

    @property
    def top(self) -> float:
        return max(each.base for each in self.lines)

    @property
    def last(self) -> Fragment:
        return self.lines[-1]

    def words(self) -> str:
        joined = ""
        for each in self.lines:
            joined = join_lines(joined, each.text)
        return joined


def join_lines(first: str, second: str) -> str:
    """Two lines of a paragraph as one: a hyphen that only breaks the line goes, one that belongs to the word stays."""
    if not first:
        return second
    if first.endswith(("\x02", "\ufffe", "\u00ad")):
        return first[:-1] + second
    if first.endswith("-") and first[-2:-1].isalpha() and second[:1].islower():
        return first + second
    return f"{first} {second}"


def pieces_of(fragments: Sequence[Fragment], height: float) -> list[Piece]:
    """Put the fragments of a page, in the order the file draws them, together."""
    columns = stretches(fragments)
    usual = _line_step([each for column in columns for each in column])
    rows: list[list[_Cell]] = []
    for column in columns:
        # a note in the margin may have small letters on the lines of large ones
        rows.extend(_rows(column, _line_step(column) if len(column) > 2 else usual))
    return [_piece(row, height) for row in _without_columns(rows)]


def _rows(fragments: Sequence[Fragment], step: float) -> list[list[_Cell]]:
    rows: list[list[_Cell]] = []
    for each in fragments:
        row = rows[-1] if rows else None
        if row is not None and _starts_cell(row, each):
            row.append(_Cell([each]))
        elif row is not None and _goes_on(row, each, step):
            row[-1].lines.append(each)
        else:
            rows.append([_Cell([each])])
    return rows


def _without_columns(rows: Sequence[list[_Cell]]) -> list[list[_Cell]]:
    """Short columns of prose look like one row of a table: taken apart where no other row stands in their columns."""
    found: list[list[_Cell]] = []
    for at, row in enumerate(rows):
        if _is_columns(row) and not _is_of_table(rows, at):
            found.extend([cell] for cell in row)
        else:
            found.append(row)
    return found


def _is_of_table(rows: Sequence[list[_Cell]], at: int) -> bool:
    around = (_next_wide(reversed(rows[:at])), _next_wide(rows[at + 1 :]))
    return any(other is not None and _in_columns_of(other, rows[at]) for other in around)


def _next_wide(rows: Iterable[list[_Cell]]) -> list[_Cell] | None:
    return next((row for row in rows if len(row) > 1), None)


def _in_columns_of(other: Sequence[_Cell], row: Sequence[_Cell]) -> bool:
    return any(abs(one.left - two.left) < max(one.last.size, 1.0) for one in other[1:] for two in row[1:])


def _is_columns(row: Sequence[_Cell]) -> bool:
    return len(row) > 1 and all(
        len(cell.lines) >= 2 and is_prose(cell.lines, cell.right - cell.left) for cell in row
    )


def _line_step(fragments: Sequence[Fragment]) -> float:
    """The usual distance of two lines, in font sizes."""
    steps = Counter(
        round((one.base - two.base) / one.size, 1)
        for one, two in pairwise(fragments)
        if one.size and abs(one.size - two.size) < 0.6 and abs(one.left - two.left) < 3 * one.size
    )
    usual = [(count, -step) for step, count in steps.items() if 0.9 <= step <= 3]
    return -max(usual)[1] if usual else 1.4


def _starts_cell(row: Sequence[_Cell], each: Fragment) -> bool:
    """Right of the last cell, and beside it rather than at the top of another column."""
    cell = row[-1]
    size = max(each.size, 1.0)
    if each.left < cell.right + 0.25 * size or len(cell.words()) > 400:
        return False
    bottom = cell.last.base
    same_line = abs(each.base - cell.top) < 0.4 * size or abs(each.base - bottom) < 0.4 * size
    # cells may be centred beside a taller one; a column of text begins much higher up
    beside = bottom - 0.4 * size <= each.base <= cell.top + 5 * size and len(cell.lines) <= 5
    if len(row) == 1 and not same_line:
        beside = beside and len(cell.lines) == 1 and len(cell.words()) <= 60
    return same_line or beside


def _goes_on(row: Sequence[_Cell], each: Fragment, step: float) -> bool:
    cell = row[-1]
    hanging = len(row) == 2 and _is_mark(row[0])
    last = cell.last
    size = max(last.size, 1.0)
    down = (last.base - each.base) / size
    if not 0.5 < down <= step * 1.2 + 0.05:
        return False
    if abs(each.size - last.size) > 0.6 or each.bold != last.bold:
        return False
    left_of_it = each.left < cell.left - 0.5 * size
    if _MARK.fullmatch(each.text) and left_of_it:
        return False  # the number or bullet that hangs in front of the next paragraph
    if _BEGINS.match(each.text) and not hanging and last.text.endswith((".", ";", ":", ",")):
        return False
    # the first line of a paragraph may be set in, or out
    return abs(each.left - cell.left) <= 2.5 * size or (left_of_it and len(cell.lines) == 1 and not hanging)


def _is_mark(cell: _Cell) -> bool:
    return len(cell.lines) == 1 and _MARK.fullmatch(cell.words()) is not None


def _piece(row: Sequence[_Cell], height: float) -> Piece:
    first = row[0].lines[0]
    base = max(cell.top for cell in row)
    bold = all(line.bold for cell in row for line in cell.lines)
    size = max(line.size for cell in row for line in cell.lines)
    hanging = len(row) == 2 and _is_mark(row[0])
    if len(row) == 1 or hanging:
        kind: Literal["paragraph", "row"] = "paragraph"
        text = " ".join(cell.words() for cell in row)
    else:
        kind = "row"
        text = " | ".join(cell.words() for cell in row)
    return Piece(
        kind=kind, text=text, size=size, bold=bold or (hanging and first.bold), base=base / max(height, 1)
    )


def mark_furniture(pages: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
    """Page headers, footers and page numbers, told by standing at the edge of several pages in no larger letters."""
    body, _ = _body_letters(pages)
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(piece.text) for piece in page if _at_edge(piece)})
    often = max(2, len(pages) // 3)

    def is_furniture(piece: Piece) -> bool:
        if not _at_edge(piece) or piece.size > body * 1.08 or len(piece.text) > _LONGEST_FURNITURE:
            return False
        if _PAGE_NUMBER.fullmatch(piece.text.strip()) or _ends_with_page(piece.text):
            return True
        return seen[_shape(piece.text)] >= often

    return [
        [replace(piece, kind="furniture") if is_furniture(piece) else piece for piece in page]
        for page in pages
    ]


def _body_letters(pages: Sequence[Sequence[Piece]]) -> tuple[float, bool]:
    """Size and boldness of most letters."""
    letters: Counter[tuple[float, bool]] = Counter()
    for page in pages:
        for piece in page:
            if piece.kind in ("paragraph", "row"):
                letters[round(piece.size, 1), piece.bold] += len(piece.text)
    return letters.most_common(1)[0][0] if letters else (0.0, False)


def _ends_with_page(text: str) -> bool:
    return len(text) < 150 and re.search(r"\bpage\s+\d+\s+of\s+\d+\s*$", text, re.IGNORECASE) is not None


def _at_edge(piece: Piece) -> bool:
    return piece.base < _EDGE or piece.base > 1 - _EDGE


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text).strip()


def mark_headings(pages: Sequence[Sequence[Piece]]) -> tuple[list[list[Piece]], dict[float, int]]:
    """Headings, told by letters that are larger or bolder than the body's.

    Returns:
        The pages, and the level of a heading by its size (0.1 points; bold body size has the deepest level).
    """
    body, body_bold = _body_letters(pages)
    if not body:
        return [list(page) for page in pages], {}
    marked = [[_heading_or_not(piece, body, body_bold) for piece in page] for page in pages]
    sizes = sorted({round(p.size, 1) for page in marked for p in page if p.kind == "heading"}, reverse=True)
    return marked, {size: min(6, level) for level, size in enumerate(sizes, start=1)}


def _heading_or_not(piece: Piece, body: float, body_bold: bool) -> Piece:
    text = piece.text.strip()
    if piece.kind != "paragraph" or len(text) > _LONGEST_HEADING or not any(map(str.isalpha, text)):
        return piece
    larger = piece.size > body * 1.08
    bolder = piece.bold and not body_bold and not text.endswith((".", ";", ","))
    return replace(piece, kind="heading") if larger or bolder else piece
