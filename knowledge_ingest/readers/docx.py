"""Word files: paragraphs and tables in reading order, headings by style, list numbers as Word prints them. Home of docx."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from docx import Document as open_docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from knowledge_ingest.allowance import check_archive
from knowledge_ingest.errors import Unreadable
from knowledge_ingest.extracted import Extracted, TextBuilder
from knowledge_ingest.plain import CLAUSE, heading_level

_HEADING_STYLE = re.compile(r"(?:heading|überschrift|titre|título|rubrik)\s*(\d)", re.IGNORECASE)
_TINY_HALF_POINTS = 4
"""Letters of two points and less are not for reading."""


def read(content: bytes) -> Extracted:
    check_archive(content)
    try:
        document = open_docx(io.BytesIO(content))
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Unreadable("It is a ZIP archive, but no Word document. Check the file.") from error
    builder = TextBuilder()
    numbers = _Numbers(document)
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            _paragraph(builder, block, numbers)
        else:
            _table(builder, block)
    if not builder.length:
        raise Unreadable("The document holds no text.")
    return builder.build(title=_title(document))


def _title(document: Any) -> str:
    for paragraph in document.paragraphs[:10]:
        if (
            (style := _style_of(paragraph)) is not None
            and (style.name or "").lower() == "title"
            and paragraph.text.strip()
        ):
            return str(paragraph.text)
    for paragraph in document.paragraphs[:10]:
        if _level(paragraph) == 1 and paragraph.text.strip():
            return str(paragraph.text)
    return str(document.core_properties.title or "")


def _paragraph(builder: TextBuilder, paragraph: Paragraph, numbers: _Numbers) -> None:
    text = _visible_text(builder, paragraph)
    if not text.strip():
        return
    number = numbers.of(paragraph)
    if number and not text.lstrip().startswith(number):
        text = f"{number} {text.lstrip()}"
    level = _level(paragraph)
    if level:
        builder.add("heading", text, level=level)
    elif _is_list(paragraph) and not CLAUSE.match(text.lstrip()):
        builder.add("item", text)
    elif heading_level(text) and _all_bold(paragraph):
        builder.add("heading", text, level=heading_level(text))
    else:
        builder.add("paragraph", text)


def _level(paragraph: Any) -> int:
    """The heading level by style (Title is 1 and pushes nothing down), else by outline level, else 0."""
    style = _style_of(paragraph)
    while style is not None:
        name = style.name or ""
        if name.lower() == "title":
            return 1
        match = _HEADING_STYLE.match(name)
        if match:
            return int(match.group(1)) + 1
        style = style.base_style
    outline = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    if outline is not None:
        value = int(outline.get(qn("w:val"), "9"))
        return value + 2 if value < 9 else 0
    return 0


def _style_of(paragraph: Any) -> Any:
    """The paragraph's style; python-docx looks through all styles of the document for the default one each time."""
    known: dict[str | None, Any] = paragraph.part.__dict__.setdefault("_styles_by_id", {})
    style_id = paragraph._p.style
    if style_id not in known:
        known[style_id] = paragraph.style
    return known[style_id]


def _all_bold(paragraph: Any) -> bool:
    runs = [run for run in paragraph.runs if run.text.strip()]
    return bool(runs) and all(run.bold for run in runs)


def _is_list(paragraph: Any) -> bool:
    style = _style_of(paragraph)
    name = (style.name if style is not None else "") or ""
    return "list" in name.lower() or paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None


def _visible_text(builder: TextBuilder, paragraph: Any) -> str:
    """The words of all runs and links but hidden, tiny, white and deleted ones."""
    parts: list[str] = []
    for run in paragraph._p.iter(qn("w:r")):
        if any(each.tag == qn("w:del") for each in run.iterancestors()):
            continue
        text = "".join(_characters(each) for each in run)
        if not text:
            continue
        if _is_hidden(run.find(qn("w:rPr"))):
            if text.strip():
                builder.flags.add("hidden_text")
                if not any("hidden" in note for note in builder.notes):
                    builder.notes.append(
                        "Text that the document hides (hidden, tiny or white letters) was left out."
                    )
            continue
        parts.append(text)
    return "".join(parts)


def _characters(element: Any) -> str:
    if element.tag == qn("w:t"):
        return element.text or ""
    if element.tag == qn("w:tab"):
        return " "
    if element.tag in (qn("w:br"), qn("w:cr")):
        return "\n"
    if element.tag == qn("w:noBreakHyphen"):
        return "-"
    return ""


def _is_hidden(properties: Any) -> bool:
    if properties is None:
        return False
    vanish = properties.find(qn("w:vanish"))
    if vanish is not None and vanish.get(qn("w:val"), "true") not in ("0", "false"):
        return True
    size = properties.find(qn("w:sz"))
    half_points = "" if size is None else size.get(qn("w:val")) or ""
    if half_points.isdigit() and int(half_points) <= _TINY_HALF_POINTS:
        return True
    color = properties.find(qn("w:color"))
    white = color is not None and (color.get(qn("w:val")) or "").upper() == "FFFFFF"
    # white letters on a shaded or highlighted ground are a design
    return white and properties.find(qn("w:shd")) is None and properties.find(qn("w:highlight")) is None


def _table(builder: TextBuilder, table: Table) -> None:
    header = ""
    for place, row in enumerate(table.rows):
        cells: list[str] = []
        seen: set[int] = set()
        for cell in row.cells:
            if id(cell._tc) in seen:  # merged cells come once for each column they span
                continue
            seen.add(id(cell._tc))
            # white letters in a table's shaded head are a design, so cells are read without that check
            cells.append(
                " ".join(" ".join(each.text.split()) for each in cell.paragraphs if each.text.strip())
            )
        line = " | ".join(cells)
        if not line.strip(" |"):
            continue
        builder.add("row", line, context=header)
        if place == 0:
            header = line


class _Numbers:
    """Numbers that Word makes up while printing: they stand in no paragraph, but clauses are cited by them."""

    def __init__(self, document: Any) -> None:
        self._counters: dict[str, list[int]] = {}
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
        for each in root.findall(qn("w:abstractNum")):
            levels = {}
            for level in each.findall(qn("w:lvl")):
                levels[int(level.get(qn("w:ilvl"), "0"))] = (
                    _value(level, "w:numFmt"),
                    _value(level, "w:lvlText"),
                    int(_value(level, "w:start") or "1"),
                )
            abstract[each.get(qn("w:abstractNumId"), "")] = levels
        for each in root.findall(qn("w:num")):
            self._levels[each.get(qn("w:numId"), "")] = abstract.get(_value(each, "w:abstractNumId"), {})

    def of(self, paragraph: Any) -> str:
        """The number in front of a paragraph, such as ``4.2``; empty for bullets and unnumbered ones."""
        properties = self._properties(paragraph)
        if properties is None:
            return ""
        list_id, level = _value(properties, "w:numId"), int(_value(properties, "w:ilvl") or "0")
        levels = self._levels.get(list_id)
        if not levels or level not in levels:
            return ""
        counters = self._counters.setdefault(list_id, [0] * 10)
        kind, pattern, start = levels[level]
        counters[level] = counters[level] + 1 if counters[level] else start
        for deeper in range(level + 1, 10):
            counters[deeper] = 0
        if kind in ("bullet", "none", ""):
            return ""

        def number(match: re.Match[str]) -> str:
            place = int(match.group(1)) - 1
            value = counters[place] or levels.get(place, ("", "", 1))[2]
            return _written(value, levels.get(place, ("decimal", "", 1))[0])

        return re.sub(r"%(\d)", number, pattern).strip()

    @staticmethod
    def _properties(paragraph: Any) -> Any:
        found = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        style = _style_of(paragraph)
        while found is None and style is not None:
            found = style.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            style = style.base_style
        return found


def _value(element: Any, name: str) -> str:
    found = element.find(qn(name))
    return "" if found is None else str(found.get(qn("w:val"), ""))


def _written(value: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman"):
        roman = ""
        for weight, sign in zip(
            (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
            ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
            strict=True,
        ):
            while value >= weight:
                roman += sign
                value -= weight
        return roman if kind == "lowerRoman" else roman.upper()
    return str(value)
