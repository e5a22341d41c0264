"""What a person sees of the sheets of an XLS file: asked of its records, because python_calamine tells values only.

The container is described in [MS-CFB], the records in [MS-XLS]. A colour inside a cell's text is not looked at, only
the cell's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error as StructError
from struct import unpack_from

from knowledge_ingest.readers.sheet_looks import (
    BLACK,
    PALETTE,
    WHITE,
    Color,
    Letters,
    SheetLooks,
    shows_nothing,
    unseen,
)

_END_OF_CHAIN = 0xFFFFFFFA
"""This and above are marks, no sectors."""
_BOF, _EOF, _FONT, _FORMAT, _XF, _PALETTE, _SHEET = 0x0809, 0x0A, 0x31, 0x041E, 0xE0, 0x92, 0x85
_ROW, _COLUMNS, _FILTERED, _DEFAULT_WIDTH, _MERGED = 0x0208, 0x7D, 0x9B, 0x55, 0xE5
_CELLS = (0x06, 0x0203, 0x0204, 0x0205, 0x027E, 0xD6, 0xFD)
"""Formula, number, text, yes or no, short number, styled text, shared text: row, column and format come first."""
_MANY_NUMBERS = 0xBD
_BIFF8 = 0x0600
_HIDDEN_ROW, _LOWEST, _NARROWEST = 0x20, 20, 26
"""Flag; heights in twentieths of a point, widths in parts of a letter: below them nothing shows."""


@dataclass
class _Globals:
    fonts: list[tuple[float, int]] = field(default_factory=list)
    """Points, and number of the colour."""
    formats: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    """Font, number format, pattern, its front and back colour."""
    blank: set[int] = field(default_factory=set)
    """Number formats that show nothing."""
    palette: list[Color] = field(default_factory=lambda: list(PALETTE))
    sheets: dict[str, int] = field(default_factory=dict)
    """Where the records of a sheet begin, by its name."""


class XlsLooks:
    """The looks of the sheets of one file, by their names.

    Raises (all methods):
        KeyError, ValueError: the file is damaged, or of a version before Excel 97.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._stream = _workbook_stream(content)
            self._globals = _globals(self._stream)
        except (StructError, IndexError) as error:
            raise ValueError("The workbook's records end too early.") from error
        self._hides = [self._is_unseen(*each) for each in self._globals.formats]

    def of(self, name: str) -> SheetLooks:
        """The looks of a sheet."""
        try:
            return self._of(self._globals.sheets[name])
        except (StructError, IndexError) as error:
            raise ValueError("The sheet's records end too early.") from error

    def _of(self, start: int) -> SheetLooks:
        looks = SheetLooks()
        hidden: list[int] = []
        filtered = False
        for kind, data in _records(self._stream, start):
            if kind == _ROW:
                row, height, flags = unpack_from("<H4xH4xH", data)
                # the highest bit says that the height is the usual one
                if flags & _HIDDEN_ROW or height < _LOWEST:
                    hidden.append(row + 1)
            elif kind == _COLUMNS:
                first, last, width, _, flags = unpack_from("<5H", data)
                if flags & 1 or width < _NARROWEST:
                    looks.hidden_columns.add(first + 1, last + 1)
            elif kind == _FILTERED:
                filtered = True
            elif kind == _MERGED:
                for at in range(unpack_from("<H", data)[0]):
                    top, bottom, left, right = unpack_from("<4H", data, 2 + 8 * at)
                    looks.merged.append((top + 1, left + 1, bottom + 1, right + 1))
            elif kind in _CELLS:
                row, column, style = unpack_from("<3H", data)
                if style < len(self._hides) and self._hides[style]:
                    looks.seen_of[row + 1, column + 1] = ""
            elif kind == _MANY_NUMBERS:
                row, column = unpack_from("<2H", data)
                for at in range((len(data) - 6) // 6):
                    (style,) = unpack_from("<H", data, 4 + 6 * at)
                    if style < len(self._hides) and self._hides[style]:
                        looks.seen_of[row + 1, column + at + 1] = ""
        for number in sorted(hidden):
            (looks.filtered_rows if filtered else looks.hidden_rows).add(number, number)
        return looks

    def _is_unseen(self, font: int, number_format: int, pattern: int, front: int, back: int) -> bool:
        if number_format in self._globals.blank:
            return True
        at = font if font < 4 else font - 1  # there is no font 4
        if font == 4 or at >= len(self._globals.fonts):
            return False
        points, color = self._globals.fonts[at]
        grounds: tuple[Color, ...] = (WHITE,)
        if pattern:
            solid = pattern == 1
            grounds = (self._color(front),) if solid else (self._color(front), self._color(back, WHITE))
        return unseen(Letters(color=self._color(color), points=points), grounds)

    def _color(self, number: int, otherwise: Color = BLACK) -> Color:
        if number == 0x41:  # the system's ground
            return WHITE
        return self._globals.palette[number] if number < len(self._globals.palette) else otherwise


def _globals(stream: bytes) -> _Globals:
    found = _Globals()
    if unpack_from("<H", stream, 4)[0] != _BIFF8:
        raise ValueError("The workbook is of a version before Excel 97.")
    for kind, data in _records(stream, 0):
        if kind == _FONT:
            height, _, color = unpack_from("<3H", data)
            found.fonts.append((height / 20, color))
        elif kind == _FORMAT:
            number, length, wide = unpack_from("<HHB", data)
            raw = data[5 : 5 + (2 * length if wide & 1 else length)]
            if shows_nothing(raw.decode("utf-16-le" if wide & 1 else "latin-1", "replace")):
                found.blank.add(number)
        elif kind == _XF:
            font, number = unpack_from("<2H", data)
            lines, ground = unpack_from("<IH", data, 14)
            found.formats.append((font, number, lines >> 26, ground & 0x7F, (ground >> 7) & 0x7F))
        elif kind == _PALETTE:
            for at in range(min(56, unpack_from("<H", data)[0])):
                red, green, blue = unpack_from("<3B", data, 2 + 4 * at)
                found.palette[8 + at] = (red, green, blue)
        elif kind == _SHEET:
            begins, _, length, wide = unpack_from("<IHBB", data)
            raw = data[8 : 8 + (2 * length if wide & 1 else length)]
            found.sheets[raw.decode("utf-16-le" if wide & 1 else "latin-1")] = begins
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the workbook, from its beginning to its end; charts inside of it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = unpack_from("<2H", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _workbook_stream(content: bytes) -> bytes:
    """The stream named Workbook of a compound file."""
    shift, small_shift = unpack_from("<2H", content, 30)
    if shift not in (9, 12) or small_shift != 6:
        raise ValueError("The compound file is damaged.")
    size = 1 << shift
    tables, directory = unpack_from("<I4xI", content, 44)[0], unpack_from("<I", content, 48)[0]
    least, small_table, _, more_tables, _ = unpack_from("<5I", content, 56)

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    listed = [each for each in unpack_from("<109I", content, 76) if each < _END_OF_CHAIN]
    seen: set[int] = set()
    while more_tables < _END_OF_CHAIN and more_tables not in seen:
        seen.add(more_tables)
        numbers = unpack_from(f"<{size // 4}I", sector(more_tables))
        listed += [each for each in numbers[:-1] if each < _END_OF_CHAIN]
        more_tables = numbers[-1]
    table = [each for number in listed[:tables] for each in unpack_from(f"<{size // 4}I", sector(number))]

    def chain(first: int, following: list[int]) -> Iterator[int]:
        passed: set[int] = set()
        while first < _END_OF_CHAIN and first not in passed:
            passed.add(first)
            yield first
            first = following[first]

    def stream(first: int) -> bytes:
        return b"".join(sector(each) for each in chain(first, table))

    entries = stream(directory)
    root = entries[:128]
    for at in range(0, len(entries), 128):
        entry = entries[at : at + 128]
        name = entry[: max(0, unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace")
        if name.lower() != "workbook":
            continue
        first, length = unpack_from("<2I", entry, 116)
        if length >= least:
            return stream(first)[:length]
        small = stream(unpack_from("<I", root, 116)[0])
        raw = stream(small_table)
        following = list(unpack_from(f"<{len(raw) // 4}I", raw))
        return b"".join(small[64 * each : 64 * each + 64] for each in chain(first, following))[:length]
    raise KeyError("Workbook")
