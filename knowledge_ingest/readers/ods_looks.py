"""What a person sees of the sheets of an ODS file: asked of its parts, because python_calamine tells values only."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from lxml import etree

from knowledge_ingest.readers.sheet_looks import WHITE, Color, Letters, SheetLooks, color_of, unseen

_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_CELLS = frozenset(f"{{{_SPACE}table:1.0}}{name}" for name in ("table-cell", "covered-table-cell"))
_LENGTH = re.compile(r"([\d.]+)(pt|in|cm|mm|pc|px)")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0, "px": 0.75}
_LEAST_POINTS = 1.0
"""Of a row's height or a column's width; below it they show nothing."""
_MOST_ROWS = 1_048_576
"""And columns: what one element may stand for."""


class OdsLooks:
    """The looks of the sheets of one file, by their names.

    Raises (all methods):
        etree.XMLSyntaxError, KeyError, ValueError: a part is damaged or missing.
    """

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            self._content = etree.fromstring(archive.read("content.xml"), parser)
            roots = [self._content]
            if "styles.xml" in archive.namelist():
                roots.insert(0, etree.fromstring(archive.read("styles.xml"), parser))
        self._styles = _Styles(roots)

    def of(self, name: str) -> SheetLooks:
        """The looks of a sheet."""
        (table,) = [each for each in self._content.iter("{*}table") if _get(each, "name") == name][:1] or [
            None
        ]
        if table is None:
            raise KeyError(name)
        looks = SheetLooks()
        column = 0
        defaults: list[tuple[int, str]] = []
        for each, shown in _inside(table, "table-column"):
            count = _count(each, "number-columns-repeated")
            width = self._styles.of(_get(each, "style-name")).get("column-width", "")
            if not shown or _get(each, "visibility", "visible") != "visible" or _is_nothing(width):
                looks.hidden_columns.add(column + 1, column + count)
            column += count
            defaults.append((column, _get(each, "default-cell-style-name")))
        row = 0
        for each, shown in _inside(table, "table-row"):
            count = _count(each, "number-rows-repeated")
            height = self._styles.of(_get(each, "style-name")).get("row-height", "")
            visibility = _get(each, "visibility", "visible")
            if visibility == "filter":
                looks.filtered_rows.add(row + 1, row + count)
            elif not shown or visibility != "visible" or _is_nothing(height):
                looks.hidden_rows.add(row + 1, row + count)
            self._cells(looks, each, row + 1, count, defaults)
            row += count
        return looks

    def _cells(
        self, looks: SheetLooks, row: Any, number: int, times: int, defaults: list[tuple[int, str]]
    ) -> None:
        column = 1
        for cell in row:
            if cell.tag not in _CELLS:
                continue
            count = _count(cell, "number-columns-repeated")
            if len(cell):
                style = _get(cell, "style-name") or _get(row, "default-cell-style-name")
                style = style or next((name for last, name in defaults if column <= last), "")
                # nearly all cells of nearly all workbooks are done here
                in_parts = self._styles.spans and any(map(len, cell))
                seen = self._seen_of(cell, style) if in_parts or self._styles.hides(style) else None
                if seen is not None:
                    for below in range(min(times, 10_000)):
                        for beside in range(min(count, 1_000)):
                            looks.seen_of[number + below, column + beside] = seen
                wide, high = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
                if wide > 1 or high > 1:
                    looks.merged.append((number, column, number + high - 1, column + wide - 1))
            column += count

    def _seen_of(self, cell: Any, style: str) -> str | None:
        """What is seen of a cell's text; None when that is all of it."""
        its_style = self._styles.of(style)
        paragraphs = cell.findall("{*}p")
        every = "".join("".join(each.itertext()) for each in paragraphs)
        seen = " ".join("".join(self._shown(each, its_style)) for each in paragraphs)
        return None if not every.strip() or "".join(seen.split()) == "".join(every.split()) else seen

    def _shown(self, element: Any, style: Mapping[str, str]) -> Iterator[str]:
        """The texts of an element that are seen, its spans by their own styles."""
        seen = not self._styles.unseen(style)
        if seen:
            yield element.text or ""
        for child in element:
            if isinstance(child.tag, str):
                name = _get(child, "style-name", space="text")
                own = self._styles.of(name) if name else {}
                yield from self._shown(child, {**style, **own})
            if seen:
                yield child.tail or ""


class _Styles:
    """The styles of a file by name, each with what it takes from its parents."""

    def __init__(self, roots: list[Any]) -> None:
        self._own: dict[str, dict[str, str]] = {}
        self._parents: dict[str, str] = {}
        self.spans = False
        """Whether words within a cell may look otherwise than the cell."""
        for root in roots:
            for style in root.iter("{*}style", "{*}default-style"):
                name = _get(style, "name", space="style")
                found = {
                    etree.QName(key).localname: str(value)
                    for properties in style
                    if isinstance(properties.tag, str)
                    and etree.QName(properties).localname.endswith("-properties")
                    for key, value in properties.items()
                    if etree.QName(key).namespace
                }
                if name:
                    self._own[name], self._parents[name] = (
                        found,
                        _get(style, "parent-style-name", space="style"),
                    )
                elif _get(style, "family", space="style") == "table-cell":
                    self._own.setdefault("", {}).update(found)
                self.spans |= _get(style, "family", space="style") == "text" and bool(found)
        self._whole: dict[str, dict[str, str]] = {}
        self._hides: dict[str, bool] = {}

    def hides(self, name: str) -> bool:
        """Whether the letters of a cell of this style are not seen."""
        if name not in self._hides:
            self._hides[name] = self.unseen(self.of(name))
        return self._hides[name]

    def of(self, name: str) -> dict[str, str]:
        """Properties of a style by their names without prefix; of no name, what all cells have."""
        if name not in self._whole:
            chain: list[str] = []
            at = name or "Default"
            while at and at not in chain:
                chain.append(at)
                at = self._parents.get(at, "")
            whole: dict[str, str] = {}
            for each in reversed(chain):
                whole.update(self._own.get(each, {}))
            self._whole[name] = whole
        return self._whole[name]

    def unseen(self, style: Mapping[str, str]) -> bool:
        if style.get("display") == "none":
            return True
        automatic = style.get("use-window-font-color") == "true"
        color: Color | None = None if automatic else color_of(style.get("color", ""))
        ground = color_of(style.get("background-color", "")) or WHITE
        # letters without a colour turn white on a dark ground by themselves
        if color is None:
            color = WHITE if sum(ground) < 300 else None
        return unseen(Letters(color=color, points=_points(style.get("font-size", ""))), (ground,))


def _inside(table: Any, wanted: str, shown: bool = True) -> Iterator[tuple[Any, bool]]:
    """The rows or columns of a sheet, and whether the groups that they stand in are open."""
    for each in table:
        if not isinstance(each.tag, str):
            continue
        name = etree.QName(each).localname
        if name == wanted:
            yield each, shown
        elif name.startswith(
            (f"{wanted}-group", f"{wanted}s", f"table-header-{wanted.removeprefix('table-')}s")
        ):
            yield from _inside(each, wanted, shown and _get(each, "display", "true") != "false")


def _get(element: Any, name: str, otherwise: str = "", space: str = "table") -> str:
    """An attribute by its name without prefix."""
    return str(element.get(_key(name, space), otherwise))


@cache
def _key(name: str, space: str) -> str:
    return f"{{{_SPACE}{space}:1.0}}{name}"


def _count(element: Any, name: str) -> int:
    written = _get(element, name)
    return min(_MOST_ROWS, max(1, int(written))) if written else 1


def _points(length: str) -> float | None:
    match = _LENGTH.fullmatch(length.strip())
    return float(match.group(1)) * _POINTS[match.group(2)] if match else None


def _is_nothing(length: str) -> bool:
    points = _points(length)
    return points is not None and points < _LEAST_POINTS
