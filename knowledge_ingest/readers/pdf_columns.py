"""Columns of text that a file draws line by line across the page: found, and taken apart.

Most programs draw one column after the other, and then the order of drawing is the order of reading. Some draw each line
over all columns. Such lines look much like rows of a table; what tells them apart is that prose goes on in the next line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge_ingest.readers.pdf_layout import Fragment

_SAME_LINE = 0.4
_FARTHEST_STEP = 3.0
_NARROWEST = 10.0
_MARK = 4.0
"""In sizes of the letters: how far lines and paragraphs of a column lie apart, how wide columns and hanging numbers are."""
_MOST = 8
"""Columns on a page; more stand in tables."""
_LEAST_LINES = 3
_NOTE_SIZE = 0.9
"""Of the letters beside it; a word that is explained beside it has letters of the same size."""
_LEAST_FILL = 0.6
"""Of a column's width, by the middle one of its lines."""
_LEAST_GOING_ON = 0.4
"""Share of lines that begin within a sentence."""


@dataclass
class _Column:
    lines: list[Fragment] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0

    def add(self, line: Fragment) -> None:
        self.left = min(self.left, line.left) if self.lines else line.left
        self.right = max(self.right, line.right) if self.lines else line.right
        self.lines.append(line)


def stretches(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """The fragments of a page in the order they are read, cut where a column ends that was drawn woven into another.

    A page without such columns comes back whole and unchanged.
    """
    found: list[list[Fragment]] = [[]]
    start = 0
    while start < len(fragments):
        past = _end_of_band(fragments, start)
        band = fragments[start:past]
        columns = _merged(_columns_of(band))
        if _are_woven(columns, band):
            found.extend([each.lines for each in columns])
            found.append([])
        else:
            found[-1].extend(band)
        start = past
    return [each for each in found if each]


def _end_of_band(fragments: Sequence[Fragment], start: int) -> int:
    """The first fragment that does not fall into the columns which those from `start` on stand in."""
    columns: list[_Column] = []
    past = start
    for at in range(start, len(fragments)):
        each = fragments[at]
        beside = [column for column in columns if _overlap(column, each)]
        if not _goes_on(beside, each, fragments[at - 1] if at > start else each):
            break
        if not beside:
            if len(columns) == _MOST:
                break
            columns.append(_Column())
        (beside or columns[-1:])[0].add(each)
        past = at + 1
    # what stands on the line of that fragment goes with it, such as the first cell of a table below the columns
    while start + 1 < past < len(fragments) and _on_one_line(fragments[past - 1], fragments[past]):
        past -= 1
    return past


def _columns_of(fragments: Sequence[Fragment]) -> list[_Column]:
    columns: list[_Column] = []
    for each in fragments:
        beside = [column for column in columns if _overlap(column, each)]
        if not beside:
            columns.append(_Column())
        (beside or columns[-1:])[0].add(each)
    return columns


def _goes_on(beside: Sequence[_Column], each: Fragment, before: Fragment) -> bool:
    size = max(each.size, before.size, 1.0)
    if each.base > before.base + _SAME_LINE * size:
        return False  # upwards: this is the top of another column, drawn after the one before
    if not beside:
        return before.base - each.base <= _FARTHEST_STEP * size
    step = beside[0].lines[-1].base - each.base
    # numbers that hang in front of clauses stand as far apart as their clauses are long
    farthest = before.base - each.base if beside[0].right - beside[0].left < _MARK * size else step
    return len(beside) == 1 and _SAME_LINE * size < step and farthest <= _FARTHEST_STEP * size


def _overlap(column: _Column, each: Fragment) -> bool:
    return each.left < column.right and column.left < each.right


def _on_one_line(one: Fragment, two: Fragment) -> bool:
    return abs(one.base - two.base) < _SAME_LINE * max(one.size, two.size, 1.0)


def _merged(columns: Sequence[_Column]) -> list[_Column]:
    """From left to right; numbers that hang in front of a column belong to it."""
    merged: list[_Column] = []
    marks: list[Fragment] = []
    for column in sorted(columns, key=lambda each: each.left):
        size = median(each.size for each in column.lines)
        words = any(" " in each.text for each in column.lines)
        if column.right - column.left < _MARK * size and not words:
            marks.extend(column.lines)
            continue
        whole = _Column()
        for line in sorted([*marks, *column.lines], key=lambda each: (-round(each.base), each.left)):
            whole.add(line)
        merged.append(whole)
        marks = []
    if marks:
        last = _Column()
        for line in marks:
            last.add(line)
        merged.append(last)
    return merged


def _are_woven(columns: Sequence[_Column], band: Sequence[Fragment]) -> bool:
    if len(columns) < 2:
        return False
    changes = sum(not _overlap(_column_with(columns, one), two) for one, two in pairwise(band))
    return _are_prose(columns, changes) or _is_note(columns, changes)


def _are_prose(columns: Sequence[_Column], changes: int) -> bool:
    """Whether columns are text, drawn with so many changes from one to another."""
    long = [each for each in columns if len(each.lines) >= _LEAST_LINES]
    return (
        len(long) >= 2
        and changes >= sorted(len(each.lines) for each in long)[-2]
        and all(
            each.right - each.left >= _NARROWEST * median(line.size for line in each.lines)
            for each in columns
        )
        and all(is_prose(each.lines, each.right - each.left) for each in long)
    )


def _is_note(columns: Sequence[_Column], changes: int) -> bool:
    """Whether one of two columns is prose and the other a note in small letters beside a few of its lines."""
    note, main = sorted(columns, key=lambda each: len(each.lines))[:2]
    small = median(each.size for each in note.lines) <= _NOTE_SIZE * median(each.size for each in main.lines)
    return (
        len(columns) == 2
        and small
        and changes >= max(2, 2 * len(note.lines) - 1)
        and len(main.lines) >= max(_LEAST_LINES, 2 * len(note.lines))
        and is_prose(main.lines, main.right - main.left)
    )


def _column_with(columns: Sequence[_Column], line: Fragment) -> _Column:
    return next(each for each in columns if each.left <= line.left and line.right <= each.right)


def is_prose(lines: Sequence[Fragment], width: float) -> bool:
    """Whether lines fill their column and go on from one to the next, as those of a table's cells do not.

    Args:
        width: Of the column, in points.
    """
    going_on = [line for line in lines[1:] if line.text[:1].isalpha() and not line.text[:1].isupper()]
    filled = median(line.right - line.left for line in lines) >= _LEAST_FILL * width
    return filled and len(going_on) >= _LEAST_GOING_ON * (len(lines) - 1)
