"""Render a source as a text PDF: contracts in Times, house papers in Helvetica, terms of sale in columns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.fonts import FontFace

from knowledge_ingest.demo.build_source import Block, Bullets, Heading, Paragraph, Source, SourceError, Table

FIXED_DATE = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
CLAUSE_INDENT_MM = 11.0
COLUMN_GAP_MM = 8.0


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How one kind of paper looks; sizes in points, margin in millimetres."""

    font: str
    size: float
    title_size: float
    heading_size: float
    margin: float
    columns: int = 1
    align: str = "L"
    heading_color: tuple[int, int, int] = (0, 0, 0)


LAYOUTS = {
    "contract": Layout(font="Times", size=10.5, title_size=19, heading_size=12.5, margin=24, align="J"),
    "policy": Layout(
        font="Helvetica", size=9.5, title_size=18, heading_size=12.5, margin=20, heading_color=(16, 62, 92)
    ),
    "sop": Layout(
        font="Helvetica", size=10, title_size=17, heading_size=12.5, margin=22, heading_color=(23, 74, 44)
    ),
    "customer": Layout(font="Helvetica", size=9, title_size=15, heading_size=10.5, margin=22),
    "two_column": Layout(font="Times", size=9, title_size=17, heading_size=10.5, margin=18, columns=2),
    "letter": Layout(font="Times", size=11, title_size=14, heading_size=12, margin=28),
}


class _Paper(FPDF):  # type: ignore[misc]  # fpdf2 ships no types we follow
    """A page with a running footer and page numbers."""

    def __init__(self, source: Source, layout: Layout) -> None:
        super().__init__(format="letter")
        self.running, self.look = source.running, layout
        self.set_margins(layout.margin, 20, layout.margin)
        self.set_auto_page_break(True, 20)
        self.set_creation_date(FIXED_DATE)
        self.set_title(source.title)
        self.set_author(str(source.settings.get("author", "Harbor & Pine Supply")))
        self.set_producer("Document office")
        self.set_lang("en-US")

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(self.look.font, "", 8)
        self.set_text_color(110)
        half = self.epw / 4
        self.cell(3 * half, 5, self.running)
        self.cell(half, 5, f"Page {self.page_no()} of {{nb}}", align="R")
        self.set_text_color(0)


def render_pdf(source: Source) -> bytes:
    """The PDF file of `source`; the same bytes every time.

    Raises `SourceError` for a character that the core fonts do not have, or a table in two columns.
    """
    layout = LAYOUTS[source.settings["layout"]]
    try:
        source.text().encode("latin-1")
    except UnicodeEncodeError as error:
        message = f"{source.path.name} has a character that core fonts lack: {error}; use plain ASCII"
        raise SourceError(message) from error
    paper = _Paper(source, layout)
    paper.add_page()
    if layout.columns == 2:
        _Columns(paper, layout).write(source)
    else:
        for index, block in enumerate(source.blocks):
            following = source.blocks[index + 1] if index + 1 < len(source.blocks) else None
            _write(paper, layout, block, following)
    return bytes(paper.output())


def _write(paper: _Paper, layout: Layout, block: Block, following: Block | None) -> None:
    line = layout.size * 0.48
    paper.set_font(layout.font, "", layout.size)
    match block:
        case Heading(level=1):
            _title(paper, layout, block.text)
        case Heading():
            room = 60 if isinstance(following, Table) else 24
            if paper.get_y() > paper.h - 20 - room:
                paper.add_page()
            paper.ln(line * 0.7)
            paper.start_section(block.text, level=block.level - 2)
            paper.set_font(layout.font, "B", layout.heading_size - (block.level - 2) * 1.5)
            paper.set_text_color(*layout.heading_color)
            paper.multi_cell(0, line * 1.2, block.text, align="L", new_x="LMARGIN", new_y="NEXT")
            paper.set_text_color(0)
            paper.ln(line * 0.25)
        case Paragraph():
            number, text = block.numbered()
            _indented(paper, layout, number, text, CLAUSE_INDENT_MM if number else 0)
            paper.ln(line * 0.45)
        case Bullets():
            for item in block.items:
                mark, text = (item[:3], item[4:]) if item.startswith("(") else ("-", item)
                _indented(paper, layout, mark, text, CLAUSE_INDENT_MM + 6, start=CLAUSE_INDENT_MM)
            paper.ln(line * 0.45)
        case Table():
            _table(paper, layout, block)


def _title(paper: _Paper, layout: Layout, text: str) -> None:
    paper.set_font(layout.font, "B", layout.title_size)
    paper.set_text_color(*layout.heading_color)
    paper.multi_cell(0, layout.title_size * 0.45, text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.set_text_color(0)
    paper.ln(1)
    paper.set_draw_color(120)
    paper.line(paper.l_margin, paper.get_y(), paper.w - paper.r_margin, paper.get_y())
    paper.ln(4)


def _indented(paper: _Paper, layout: Layout, mark: str, text: str, indent: float, start: float = 0) -> None:
    line = layout.size * 0.48
    lines = math.ceil(1.04 * paper.get_string_width(text) / (paper.epw - indent))
    if lines <= 3 and paper.get_y() + lines * line > paper.h - 20:
        paper.add_page()
    if mark:
        paper.set_x(paper.l_margin + start)
        paper.cell(indent - start, line, mark)
    paper.set_x(paper.l_margin + indent)
    paper.multi_cell(0, line, text, align=layout.align, markdown="**" in text, new_x="LMARGIN", new_y="NEXT")


def _table(paper: _Paper, layout: Layout, block: Table) -> None:
    width = len(block.rows[0])
    longest = [max(len(row[column]) for row in block.rows) for column in range(width)]
    shares = tuple(min(max(length, 9), 42) for length in longest)
    heading = FontFace(emphasis="BOLD", fill_color=(228, 234, 238))
    paper.ln(1)
    with paper.table(
        col_widths=shares,
        headings_style=heading,
        line_height=layout.size * 0.5,
        text_align="LEFT",
        padding=0.8,
    ) as table:
        for cells in block.rows:
            row = table.row()
            for cell in cells:
                row.cell(cell)
    paper.ln(3)


class _Columns:
    """Sets text in two columns line by line: the left column, the right column, the next page."""

    def __init__(self, paper: _Paper, layout: Layout) -> None:
        self.paper, self.layout = paper, layout
        self.width = (paper.epw - COLUMN_GAP_MM) / 2
        self.column, self.top, self.y = 0, paper.t_margin, paper.t_margin

    def write(self, source: Source) -> None:
        paper, layout = self.paper, self.layout
        for block in source.blocks:
            match block:
                case Heading(level=1):
                    _title(paper, layout, block.text)
                    self.top = self.y = paper.get_y()
                case Heading():
                    self._keep_together(22)
                    self.y += 1.5
                    self._set(block.text, style="B", size=layout.heading_size)
                    self.y += 0.8
                case Paragraph():
                    self._set(block.text)
                    self.y += 1.6
                case Bullets():
                    for item in block.items:
                        self._set(item if item.startswith("(") else f"- {item}", indent=4)
                    self.y += 1.6
                case Table():
                    raise SourceError(f"{source.path.name} has a table in two columns; use bullets")

    def _keep_together(self, height: float) -> None:
        if self.y + height > self.paper.h - 20:
            self._next_column()

    def _next_column(self) -> None:
        if self.column == 0:
            self.column, self.y = 1, self.top
        else:
            self.paper.add_page()
            self.column, self.top = 0, self.paper.t_margin
            self.y = self.top

    def _set(self, text: str, style: str = "", size: float | None = None, indent: float = 0) -> None:
        size = size or self.layout.size
        line = size * 0.45
        self.paper.set_font(self.layout.font, style, size)
        width = self.width - indent
        for piece in self.paper.multi_cell(width, line, text, dry_run=True, output="LINES"):
            self._keep_together(line)
            left = self.paper.l_margin + self.column * (self.width + COLUMN_GAP_MM) + indent
            self.paper.set_xy(left, self.y)
            self.paper.cell(width, line, piece)
            self.y += line
