"""Render a source as a Word file with real heading styles, tables, running header and page numbers."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from knowledge_ingest.demo.build_source import Bullets, Heading, Paragraph, Source, Table
from knowledge_ingest.demo.build_zip import with_fixed_times

FIXED_DATE = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def render_docx(source: Source) -> bytes:
    """The Word file of `source`; the same bytes every time."""
    document = Document()
    _set_up(document, source)
    for block in source.blocks:
        match block:
            case Heading(level=1):
                document.add_paragraph(block.text, style="Title")
            case Heading():
                document.add_heading(block.text, level=block.level - 1)
            case Paragraph():
                number, text = block.numbered()
                paragraph = document.add_paragraph()
                if number:
                    paragraph.paragraph_format.left_indent = Mm(11)
                    paragraph.paragraph_format.first_line_indent = Mm(-11)
                    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(11))
                    paragraph.add_run(f"{number}\t")
                _add_runs(paragraph, text)
            case Bullets():
                for item in block.items:
                    paragraph = document.add_paragraph(style=None if item.startswith("(") else "List Bullet")
                    if item.startswith("("):
                        paragraph.paragraph_format.left_indent = Mm(16)
                    _add_runs(paragraph, item)
            case Table():
                _add_table(document, block)
    written = io.BytesIO()
    document.save(written)
    return with_fixed_times(written.getvalue())


def _set_up(document: Any, source: Source) -> None:
    contract = source.settings.get("layout") == "contract"
    normal = document.styles["Normal"]
    normal.font.name = "Georgia" if contract else "Calibri"
    normal.font.size = Pt(10.5)
    normal.paragraph_format.space_after = Pt(5)
    for name, size in (("Title", 20), ("Heading 1", 13), ("Heading 2", 11.5)):
        style = document.styles[name]
        style.font.size = Pt(size)
        style.font.name = normal.font.name
        style.font.color.rgb = RGBColor(0x1F, 0x3A, 0x4D)
        fonts = style.element.rPr.rFonts
        for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{attribute}"), None)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(215.9), Mm(279.4)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(22)
    section.header.paragraphs[0].text = source.running
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _add_page_number(footer.add_run("Page "))
    properties = document.core_properties
    properties.title, properties.author = source.title, "Harbor & Pine Supply"
    properties.comments = ""
    properties.created = properties.modified = FIXED_DATE


def _add_page_number(run: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _add_runs(paragraph: Any, text: str) -> None:
    for index, piece in enumerate(text.split("**")):
        if piece:
            paragraph.add_run(piece).bold = bool(index % 2) or None


def _add_table(document: Any, block: Table) -> None:
    table = document.add_table(rows=0, cols=len(block.rows[0]), style="Light Grid Accent 1")
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph()
