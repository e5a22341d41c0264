"""What a person sees of a sheet: hidden rows and columns, letters too small or too pale; the same for every kind of workbook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Color = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

BLACK: Color = (0, 0, 0)
WHITE: Color = (255, 255, 255)
TINY_POINTS = 2.0
"""Letters of this size and less are not for reading."""
_LEAST_CONTRAST = 1.15
"""Ratio of WCAG 2, 1 (the same) to 21; below this nobody reads: white on F0F0F0 has 1.14, on E8E8E8 1.23."""
_LEAST_DIFFERENCE = 40
"""Of one of the three colours; red on a green that is as bright can be read."""
_SHOWS_NOTHING = re.compile(r'(?:\s|""|" *")*(?:;(?:\s|""|" *")*){3,}')
"""A number format whose parts for positive and negative numbers, zero and text are all empty."""

_PALETTE = """
000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF 000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF
800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF
000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99
3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333
"""
PALETTE: tuple[Color, ...] = tuple(
    (int(c[:2], 16), int(c[2:4], 16), int(c[4:], 16)) for c in _PALETTE.split()
)
"""Excel's numbered colours (ECMA-376 part 1, 18.8.27); the same in XLS and XLSX as long as the file brings no others."""


@dataclass
class Ranges:
    """Numbers of rows or columns, from 1, kept as first and last: a sheet may hide a million rows below its last."""

    spans: list[tuple[int, int]] = field(default_factory=list)

    def add(self, first: int, last: int) -> None:
        if self.spans and self.spans[-1][1] == first - 1:
            self.spans[-1] = (self.spans[-1][0], last)
        else:
            self.spans.append((first, last))

    def up_to(self, most: int) -> set[int]:
        """Every number in them that is not beyond `most`."""
        return {number for first, last in self.spans for number in range(max(1, first), min(last, most) + 1)}


@dataclass(kw_only=True)
class SheetLooks:
    """What is not seen of one sheet. Rows and columns count from 1."""

    hidden_rows: Ranges = field(default_factory=Ranges)
    filtered_rows: Ranges = field(default_factory=Ranges)
    """Hidden by a filter: a person sees them with one click."""
    hidden_columns: Ranges = field(default_factory=Ranges)
    seen_of: dict[tuple[int, int], str] = field(default_factory=dict)
    """By row and column: what is seen of a cell's text when not all of it is; often nothing."""
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row and column, last row and column: a value is seen as long as a part of its cells is."""

    painted: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Likewise: where a table's style or a rule gives the cells another ground than their own, so that nothing is sure."""


@dataclass(frozen=True, kw_only=True)
class Letters:
    """How letters are drawn."""

    color: Color | None = None
    """None: as the sheet has it, which is black."""
    points: float | None = None


def unseen(letters: Letters, grounds: Sequence[Color]) -> bool:
    """Whether nobody reads such letters.

    Args:
        grounds: The colours of their ground, several for a pattern or a gradient; none when it is not known.
    """
    if letters.points is not None and letters.points <= TINY_POINTS:
        return True
    return bool(grounds) and all(_alike(letters.color or BLACK, ground) for ground in grounds)


def shows_nothing(number_format: str) -> bool:
    """Whether a number format, such as ``;;;``, leaves a cell blank whatever it holds."""
    return _SHOWS_NOTHING.fullmatch(number_format) is not None


def color_of(hexadecimal: str) -> Color | None:
    """``RRGGBB``, with or without ``#`` or two digits of opacity in front; None when it is neither."""
    digits = hexadecimal.strip().lstrip("#")[-6:]
    if not re.fullmatch("[0-9a-fA-F]{6}", digits):
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def joined(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted numbers as first and last of each run without a gap."""
    ranges = Ranges()
    for number in sorted(numbers):
        ranges.add(number, number)
    return ranges.spans


def _alike(one: Color, two: Color) -> bool:
    if max(abs(a - b) for a, b in zip(one, two, strict=True)) >= _LEAST_DIFFERENCE:
        return False
    darker, lighter = sorted((_brightness(one), _brightness(two)))
    return (lighter + 0.05) / (darker + 0.05) < _LEAST_CONTRAST


def _brightness(color: Color) -> float:
    parts = [each / 255 for each in color]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
