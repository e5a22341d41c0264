"""What a person sees of the sheets of an XLSX file: asked of its parts, because python_calamine tells values only."""

from __future__ import annotations

import colorsys
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from lxml import etree

from knowledge_ingest.readers.sheet_looks import (
    BLACK,
    PALETTE,
    WHITE,
    Color,
    Letters,
    SheetLooks,
    color_of,
    shows_nothing,
    unseen,
)

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_NARROWEST = 0.1
"""Width of a column, in letters, below which it shows nothing."""
_LOWEST = 1.0
"""Height of a row in points, likewise."""
_SYSTEM = {"window": WHITE, "windowText": BLACK}


class XlsxLooks:
    """The looks of the sheets of one file, by their names.

    Raises (all methods):
        etree.XMLSyntaxError, KeyError, ValueError: a part is damaged or missing.
    """

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        # as python_calamine finds them: in any case, and with the slashes of any system
        self._parts = {each.replace("\\", "/").lower(): each for each in self._archive.namelist()}
        targets = self._targets("xl/workbook.xml")
        self._sheets = {
            sheet.get("name", ""): targets[_own(sheet, "id")][1]
            for sheet in self._tree("xl/workbook.xml").iterfind("{*}sheets/{*}sheet")
        }
        of_kind = {kind.rsplit("/", 1)[-1]: path for kind, path in targets.values()}
        self._colors = _Colors(self._tree(of_kind["theme"]) if "theme" in of_kind else None)
        styles = self._tree(of_kind["styles"]) if "styles" in of_kind else None
        self._styles = _styles(styles, self._colors)
        self._strings = self._styled_strings(of_kind["sharedstrings"]) if "sharedstrings" in of_kind else {}

    def of(self, name: str) -> SheetLooks:
        """The looks of a sheet. Filters of its own and of its tables are told from rows that a hand has hidden."""
        path = self._sheets[name]
        content = self._archive.read(self._parts[path.lower()])
        scan = _Scan({at for at, (hides, _) in enumerate(self._styles) if hides})
        scan.over(content)
        looks = scan.looks
        if self._strings or b"rPr" in content or b"\0P\0" in content:
            self._look_into_cells(content, looks)
        filters = scan.filters if scan.filtered else []
        for table in self._tables(path):
            filter_ = table.find("{*}autoFilter")
            if filter_ is not None and filter_.find("{*}filterColumn") is not None:
                filters.append(_area(filter_.get("ref", ""))[::2])
            style = table.find("{*}tableStyleInfo")
            if style is not None and style.get("name"):
                looks.painted.append(_area(table.get("ref", "")))
        for number in scan.hidden_rows:
            by_filter = scan.filtered and not scan.filters
            by_filter |= any(first <= number <= last for first, last in filters)
            (looks.filtered_rows if by_filter else looks.hidden_rows).add(number, number)
        return looks

    def _look_into_cells(self, content: bytes, looks: SheetLooks) -> None:
        """Find texts of which a part is not seen. Slow, and for few workbooks."""
        row = column = 0
        for event, each in etree.iterparse(
            io.BytesIO(content),
            events=("start", "end"),
            tag=["{*}row", "{*}c"],
            resolve_entities=False,
            no_network=True,
        ):
            is_row = each.tag.endswith("row")
            if is_row and event == "start":
                row, column = int(each.get("r") or row + 1), 0
            elif is_row:
                each.clear()
                while each.getprevious() is not None:
                    del each.getparent()[0]
            elif event == "end":
                column = _number(reference) if (reference := each.get("r")) else column + 1
                if (row, column) not in looks.seen_of and (seen := self._seen_of(each)) is not None:
                    looks.seen_of[row, column] = seen

    def _seen_of(self, cell: Any) -> str | None:
        """What is seen of a cell's text; None when that is all of it."""
        style = int(cell.get("s") or 0)
        grounds = self._styles[style][1] if style < len(self._styles) else (WHITE,)
        kind = cell.get("t")
        if kind == "s" and self._strings:
            runs = self._strings.get(int(cell.findtext("{*}v") or -1))
        else:
            runs = self._runs(cell.find("{*}is")) if kind == "inlineStr" else None
        if not runs or not any(unseen(letters, grounds) for _, letters in runs if letters):
            return None
        return "".join(text for text, letters in runs if letters is None or not unseen(letters, grounds))

    def _styled_strings(self, path: str) -> dict[int, list[tuple[str, Letters | None]]]:
        """Shared strings some letters of which could not be seen on one of the workbook's grounds, by their number."""
        grounds = {each for _, each in self._styles} | {(WHITE,)}
        found: dict[int, list[tuple[str, Letters | None]]] = {}
        number = 0
        with self._archive.open(self._parts[path.lower()]) as part:
            for _, each in etree.iterparse(part, tag="{*}si", resolve_entities=False, no_network=True):
                runs = self._runs(each)
                if any(unseen(letters, ground) for _, letters in runs if letters for ground in grounds):
                    found[number] = runs
                number += 1
                each.clear()
                while each.getprevious() is not None:
                    del each.getparent()[0]
        return found

    def _runs(self, string: Any) -> list[tuple[str, Letters | None]]:
        if string is None:
            return []
        runs: list[tuple[str, Letters | None]] = []
        for run in string.iterfind("{*}r"):
            properties = run.find("{*}rPr")
            # without properties of its own a run looks like its cell
            letters = None if properties is None else _letters(properties, self._colors)
            runs.append((run.findtext("{*}t") or "", letters))
        return runs

    def _tables(self, path: str) -> Iterator[Any]:
        for kind, target in self._targets(path).values():
            if kind.endswith("/table"):
                yield self._tree(target)

    def _targets(self, path: str) -> dict[str, tuple[str, str]]:
        """Kind and path of the parts that a part names, by their id."""
        folder, name = posixpath.split(path)
        listed = f"{folder}/_rels/{name}.rels"
        if listed.lower() not in self._parts:
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").lower(),
                posixpath.normpath(
                    posixpath.join("/", folder, each.get("Target", "").replace("\\", "/"))
                ).lstrip("/"),
            )
            for each in self._tree(listed)
            if isinstance(each.tag, str)
        }

    def _tree(self, path: str) -> Any:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return etree.fromstring(self._archive.read(self._parts[path.lower()]), parser)


class _Scan:
    """One pass over a sheet's part, by the quickest parser at hand: it may hold a million cells."""

    def __init__(self, hiding: set[int]) -> None:
        self.looks = SheetLooks()
        self.hidden_rows: list[int] = []
        self.filtered = False
        self.filters: list[tuple[int, int]] = []
        """First and last row of what a filter is about."""
        self._hiding = {str(each) for each in hiding}
        self._row = self._listed = self._since = 0
        self._reference = ""
        self._default_width = 1.0

    def over(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise ValueError("A sheet's part is damaged.") from error
        if self._default_width < _NARROWEST:
            self.looks.hidden_columns.add(self._listed + 1, 16_384)

    def _start(self, tag: str, own: dict[str, str]) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            if "r" in own:
                self._reference, self._since = own["r"], 0
            else:
                self._since += 1
            # nearly all cells of nearly all workbooks are done here
            if own.get("s", "0") in self._hiding:
                column = (_number(self._reference) if self._reference else 0) + self._since
                self.looks.seen_of[self._row, column] = ""
        elif tag == "row":
            self._row, self._reference, self._since = int(own.get("r") or self._row + 1), "", 0
            if _is_true(own.get("hidden")) or float(own.get("ht") or _LOWEST) < _LOWEST:
                self.hidden_rows.append(self._row)
        elif tag == "col":
            self._columns(own)
        elif tag == "sheetPr":
            self.filtered |= _is_true(own.get("filterMode"))
        elif tag == "sheetFormatPr":
            self._default_width = float(own.get("defaultColWidth") or 1.0)
        elif tag == "mergeCell":
            self.looks.merged.append(_area(own.get("ref", "")))
        elif tag == "autoFilter":
            self.filters.append(_area(own.get("ref", ""))[::2])
        elif tag == "conditionalFormatting":
            self.looks.painted.extend(_area(each) for each in own.get("sqref", "").split())
        elif tag == "filterColumn":
            self.filtered = True

    def _columns(self, own: dict[str, str]) -> None:
        first, last = int(own.get("min", "1")), int(own.get("max", "1"))
        if self._default_width < _NARROWEST and first > self._listed + 1:
            self.looks.hidden_columns.add(self._listed + 1, first - 1)
        if _is_true(own.get("hidden")) or float(own.get("width") or self._default_width) < _NARROWEST:
            self.looks.hidden_columns.add(first, last)
        self._listed = last


class _Colors:
    """The colours of a workbook: of its theme, its own numbered ones, or written out."""

    def __init__(self, theme: Any) -> None:
        self.numbered: list[Color] = list(PALETTE)
        found: list[Color] = []
        scheme = None if theme is None else theme.find(".//{*}clrScheme")
        for each in () if scheme is None else scheme.iterfind("*/*"):
            known = _SYSTEM.get(each.get("val", ""))
            found.append(color_of(each.get("lastClr") or each.get("val") or "") or known or BLACK)
        # a theme names dark 1, light 1, dark 2, light 2; cells count light 1, dark 1, light 2, dark 2
        self._theme = [found[at] for at in (1, 0, 3, 2)] + found[4:] if len(found) >= 4 else [WHITE, BLACK]

    def of(self, element: Any) -> Color | None:
        """The colour that an element names; None when it leaves that to the program."""
        if element is None or _is_true(element.get("auto")):
            return None
        color: Color | None = None
        if element.get("rgb"):
            color = color_of(element.get("rgb"))
        elif element.get("theme") is not None:
            at = int(element.get("theme"))
            color = self._theme[at] if at < len(self._theme) else None
        elif element.get("indexed") is not None:
            at = int(element.get("indexed"))
            # 64 is the system's colour of letters, 65 of the ground
            color = self.numbered[at] if at < len(self.numbered) else {64: BLACK, 65: WHITE}.get(at)
        tint = float(element.get("tint") or 0)
        return _tinted(color, tint) if color and tint else color


def _tinted(color: Color, tint: float) -> Color:
    """Lighter (above 0) or darker, as ECMA-376 part 1, 18.8.19 says."""
    hue, light, strength = colorsys.rgb_to_hls(*(each / 255 for each in color))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    red, green, blue = (
        round(255 * each) for each in colorsys.hls_to_rgb(hue, min(1.0, max(0.0, light)), strength)
    )
    return red, green, blue


def _styles(tree: Any, colors: _Colors) -> list[tuple[bool, tuple[Color, ...]]]:
    """Of each cell format: whether its letters are not seen, and the colours of its ground."""
    if tree is None:
        return []
    own = tree.findall("{*}colors/{*}indexedColors/{*}rgbColor")
    for at, each in enumerate(own[: len(colors.numbered)]):
        colors.numbered[at] = color_of(each.get("rgb", "")) or colors.numbered[at]
    fonts = [_letters(each, colors) for each in tree.iterfind("{*}fonts/{*}font")]
    fills = [_grounds(each, colors) for each in tree.iterfind("{*}fills/{*}fill")]
    blank = {
        each.get("numFmtId")
        for each in tree.iterfind("{*}numFmts/{*}numFmt")
        if shows_nothing(each.get("formatCode", ""))
    }
    styles: list[tuple[bool, tuple[Color, ...]]] = []
    for each in tree.iterfind("{*}cellXfs/{*}xf"):
        font, fill = int(each.get("fontId") or 0), int(each.get("fillId") or 0)
        letters = fonts[font] if font < len(fonts) else Letters()
        grounds = fills[fill] if fill < len(fills) else (WHITE,)
        styles.append((each.get("numFmtId") in blank or unseen(letters, grounds), grounds))
    return styles


def _letters(font: Any, colors: _Colors) -> Letters:
    size, color = font.find("{*}sz"), font.find("{*}color")
    points = None if size is None else float(size.get("val") or 11)
    return Letters(color=colors.of(color), points=points)


def _grounds(fill: Any, colors: _Colors) -> tuple[Color, ...]:
    """The colours of a cell's ground; none when they are not told."""
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        stops = [colors.of(each) for each in fill.iterfind(".//{*}color")]
        return tuple(each for each in stops if each)
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return (WHITE,)
    for each in (pattern.find("{*}fgColor"), pattern.find("{*}bgColor")):
        named = each is not None and (each.get("rgb") or each.get("theme") or each.get("indexed"))
        if named and colors.of(each) is None and not _is_true(each.get("auto")):
            return ()  # a colour that this file does not tell: nobody can say that letters vanish in it
    front, back = colors.of(pattern.find("{*}fgColor")), colors.of(pattern.find("{*}bgColor"))
    if kind == "solid":
        return (front or BLACK,)  # as Excel paints it
    return (front or BLACK, back or WHITE)


def _area(reference: str) -> tuple[int, int, int, int]:
    """First row and column, last row and column, of ``A1:C20`` or ``A1``; raises ValueError for anything else."""
    corners = [_REFERENCE.fullmatch(each) for each in reference.upper().split(":")]
    if not corners or None in corners:
        raise ValueError(f"{reference!r} names no cells.")
    first, last = corners[0], corners[-1]
    assert first is not None
    assert last is not None
    return int(first.group(2)), _number(first.group(1)), int(last.group(2)), _number(last.group(1))


def _number(reference: str) -> int:
    """Column of a reference, from 1: A7 is 1, AA7 is 27."""
    number = 0
    for each in reference.upper():
        if not "A" <= each <= "Z":
            break
        number = 26 * number + ord(each) - 64
    return number


def _is_true(value: str | None) -> bool:
    return (value or "").lower() in ("1", "true", "on")


def _own(element: Any, name: str) -> str:
    """An attribute of any namespace; ``id`` of a sheet is that of its relationship."""
    return next((str(value) for key, value in element.items() if key.endswith(f"}}{name}")), "")
