"""Render a source as a workbook (one sheet per heading) or as slides (one slide per heading)."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from pptx import Presentation
from pptx.util import Inches, Pt

from knowledge_ingest.demo.build_source import Bullets, Heading, Paragraph, Source, Table
from knowledge_ingest.demo.build_zip import with_fixed_times

FIXED_DATE = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def render_xlsx(source: Source) -> bytes:
    """The workbook of `source`: each ``## Sheet: NAME`` is a sheet, its table starts in the first row."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    sheet: Any = None
    for block in source.blocks:
        match block:
            case Heading(level=2):
                sheet = workbook.create_sheet(block.text.removeprefix("Sheet: "))
            case Table():
                _fill_sheet(sheet, block)
            case Paragraph():
                sheet.append([block.text])
    workbook.properties.title, workbook.properties.creator = source.title, "Harbor & Pine Supply"
    workbook.properties.created = FIXED_DATE.replace(tzinfo=None)
    written = io.BytesIO()
    workbook.save(written)
    return with_fixed_times(written.getvalue())


def _fill_sheet(sheet: Any, block: Table) -> None:
    first = sheet.max_row + 1 if sheet.max_row > 1 or sheet["A1"].value else 1
    for row in block.rows:
        sheet.append([float(cell) if _NUMBER.fullmatch(cell) else cell for cell in row])
    for column, title in enumerate(block.rows[0], start=1):
        head = sheet.cell(row=first, column=column)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DCE6EC")
        longest = max(len(row[column - 1]) for row in block.rows)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest, len(title)) + 2, 60)
        for below in range(first + 1, first + len(block.rows)):
            sheet.cell(row=below, column=column).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = sheet.cell(row=first + 1, column=1)


def render_pptx(source: Source) -> bytes:
    """The slides of `source`: a title slide, then one per heading; ``Notes:`` become speaker notes."""
    deck = Presentation()
    slide: Any = None
    for block in source.blocks:
        match block:
            case Heading(level=1):
                slide = deck.slides.add_slide(deck.slide_layouts[0])
                slide.shapes.title.text = block.text
            case Heading():
                slide = deck.slides.add_slide(deck.slide_layouts[1])
                slide.shapes.title.text = block.text
            case Paragraph(text=text) if text.startswith("Notes: "):
                slide.notes_slide.notes_text_frame.text = text.removeprefix("Notes: ")
            case Paragraph():
                slide.placeholders[1].text = block.text
            case Bullets():
                frame = slide.placeholders[1].text_frame
                for index, item in enumerate(block.items):
                    paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
                    paragraph.text, paragraph.font.size = item, Pt(20)
            case Table():
                _add_slide_table(slide, block)
    properties = deck.core_properties
    properties.title, properties.author = source.title, "Harbor & Pine Supply"
    properties.created = properties.modified = FIXED_DATE
    written = io.BytesIO()
    deck.save(written)
    return with_fixed_times(written.getvalue())


def _add_slide_table(slide: Any, block: Table) -> None:
    body = slide.placeholders[1]
    body.element.getparent().remove(body.element)
    height = Inches(0.45 * len(block.rows))
    table = slide.shapes.add_table(
        len(block.rows), len(block.rows[0]), Inches(0.6), Inches(1.8), Inches(8.8), height
    ).table
    for row, cells in enumerate(block.rows):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
            table.cell(row, column).text_frame.paragraphs[0].font.size = Pt(15)
