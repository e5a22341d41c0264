"""Pages in columns are read as people read them: down one column, then down the next; tables and single columns stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import pytest
from fpdf import FPDF

from knowledge_ingest.extracted import Extracted
from knowledge_ingest.limits import ReadingProcess

Order = Literal["by column", "by line"]
"""How the file draws its columns: one after the other, or each line across the page as some programs do."""

ORDERS: list[Order] = ["by column", "by line"]
MARGIN, GAP, LINE = 18.0, 8.0, 4.2
"""Millimetres."""

PROSE = {
    "alpha": "The alpha carrier collects pallets at the dock before noon and returns the signed papers to the office of "
    "the shipper on the same day, unless both sides have agreed in writing that a later day is enough for the load.",
    "bravo": "The bravo carrier keeps the temperature of the trailer between two and six degrees for the whole journey and "
    "hands over the record of the logger with the goods, because without it the buyer may refuse the pallets.",
    "charlie": "The charlie carrier pays for damage that is claimed within ten days of the delivery, up to the value of the "
    "goods on the invoice, and not for the profit that the buyer would have made with them in the season.",
    "delta": "The delta carrier may hand the load to another one only after the shipper has agreed, and stays answerable "
    "for everything that the other one does or leaves undone as if it had driven the truck by itself.",
}


class Page(FPDF):
    """A page with text in columns, set line by line."""

    def __init__(self) -> None:
        super().__init__(format="letter")
        self.set_margins(MARGIN, 20, MARGIN)
        self.set_auto_page_break(False)
        self.add_page()

    def across(self, text: str, *, size: float = 9, style: str = "") -> None:
        """A paragraph over the full width."""
        self.set_font("Times", style, size)
        self.multi_cell(0, size * 0.45, text, new_x="LMARGIN", new_y="NEXT")
        self.ln(3)

    def columns(self, texts: Sequence[Sequence[str]], order: Order, *, aligned: bool = True) -> None:
        """Columns of paragraphs from here on; the next thing stands below the longest."""
        width = (self.epw - GAP * (len(texts) - 1)) / len(texts)
        top = self.get_y()
        self.set_font("Times", "", 9)
        lines: list[list[tuple[float, str]]] = []
        for column in texts:
            placed: list[tuple[float, str]] = []
            down = top
            for paragraph in column:
                for piece in self.multi_cell(width, LINE, paragraph, dry_run=True, output="LINES"):
                    placed.append((down, piece))
                    down += LINE
                down += LINE if aligned else 1.7
            lines.append(placed)
        for number, down, piece in _drawn(lines, order):
            self.set_xy(self.l_margin + number * (width + GAP), down)
            self.cell(width, LINE, piece)
        self.set_xy(self.l_margin, max(placed[-1][0] for placed in lines) + 2 * LINE)

    def rates(self) -> None:
        """A table over the full width."""
        self.set_font("Times", "", 9)
        with self.table() as table:
            for cells in (
                ("Service", "Charge", "Notes"),
                ("Liftgate", "42.00", "each stop"),
                ("Inside", "75.00", "floor one"),
            ):
                row = table.row()
                for cell in cells:
                    row.cell(cell)
        self.ln(4)


def _drawn(lines: list[list[tuple[float, str]]], order: Order) -> Iterator[tuple[int, float, str]]:
    every = [(number, down, piece) for number, placed in enumerate(lines) for down, piece in placed]
    yield from every if order == "by column" else sorted(every, key=lambda each: (each[1], each[0]))


def read(reading: ReadingProcess, page: FPDF) -> Extracted:
    return reading.read(bytes(page.output()), ".pdf")


def blocks(extracted: Extracted) -> list[str]:
    return [extracted.text[each.start : each.end] for each in extracted.blocks]


A, B, C, D = PROSE.values()


@pytest.mark.parametrize("order", ORDERS)
def test_title_and_abstract_over_two_columns(reading: ReadingProcess, order: Order) -> None:
    page = Page()
    page.across("Terms of Carriage", size=17, style="B")
    page.across(f"Abstract. {D} {C}")
    page.columns([[A, B], [C, D]], order)
    assert blocks(read(reading, page)) == ["Terms of Carriage", f"Abstract. {D} {C}", A, B, C, D]


@pytest.mark.parametrize("order", ORDERS)
def test_three_columns(reading: ReadingProcess, order: Order) -> None:
    page = Page()
    page.across("Terms of Carriage", size=17, style="B")
    page.columns([[A, D], [B, C], [C]], order)
    assert blocks(read(reading, page)) == ["Terms of Carriage", A, D, B, C, C]


@pytest.mark.parametrize("order", ORDERS)
def test_two_columns_with_a_table_over_both_in_the_middle(reading: ReadingProcess, order: Order) -> None:
    page = Page()
    page.columns([[A], [B]], order)
    page.rates()
    page.columns([[C], [D]], order)
    assert blocks(read(reading, page)) == [
        A, B, "Service | Charge | Notes", "Liftgate | 42.00 | each stop", "Inside | 75.00 | floor one", C, D,
    ]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("longer", ["left", "right"])
def test_two_columns_of_unequal_length(reading: ReadingProcess, order: Order, longer: str) -> None:
    page = Page()
    texts = [[A, B, C], [D]] if longer == "left" else [[D], [A, B, C]]
    page.columns(texts, order)
    assert blocks(read(reading, page)) == [each for column in texts for each in column]


@pytest.mark.parametrize("order", ORDERS)
def test_columns_whose_lines_do_not_stand_beside_each_other(reading: ReadingProcess, order: Order) -> None:
    page = Page()
    page.columns([[A, B, C], [f"{D} {A}", C]], order, aligned=False)
    assert blocks(read(reading, page)) == [A, B, C, f"{D} {A}", C]


@pytest.mark.parametrize("order", ORDERS)
def test_numbered_clauses_run_down_one_column_and_then_the_other(
    reading: ReadingProcess, order: Order
) -> None:
    page = Page()
    page.across("Terms of Carriage", size=17, style="B")
    clauses = [
        f"{number} {text}" for number, text in zip(("1.1", "1.2", "1.3", "2.1"), (A, B, C, D), strict=True)
    ]
    page.columns([clauses[:2], clauses[2:]], order)
    assert blocks(read(reading, page)) == ["Terms of Carriage", *clauses]


@pytest.mark.parametrize("order", ORDERS)
def test_a_clause_that_goes_on_in_the_next_column_is_followed_by_its_rest(
    reading: ReadingProcess, order: Order
) -> None:
    page = Page()
    rest = (
        "of the second column goes on here and is finished before the next clause begins in the middle of it."
    )
    page.columns([[A, B + " The clause at the end"], [rest, D]], order)
    text = read(reading, page).text
    assert (
        text.index("The clause at the end")
        < text.index("of the second column")
        < text.index("The delta carrier")
    )
    assert " ".join(text.split()) == " ".join([A, B, "The clause at the end", rest, D])


@pytest.mark.parametrize("order", ORDERS)
def test_numbers_that_hang_in_front_of_their_clauses_stay_with_them(
    reading: ReadingProcess, order: Order
) -> None:
    page = Page()
    page.set_font("Times", "", 9)
    width, hang = (page.epw - GAP) / 2, 9.0
    drawn: list[tuple[int, float, float, str]] = []
    for column, numbered in enumerate(([("1.1", A), ("1.2", B)], [("1.3", C), ("2.1", D)])):
        down, left = page.get_y(), MARGIN + column * (width + GAP)
        for number, text in numbered:
            drawn.append((column, down, left, number))
            for piece in page.multi_cell(width - hang, LINE, text, dry_run=True, output="LINES"):
                drawn.append((column, down, left + hang, piece))
                down += LINE
            down += 1.7
    if order == "by line":
        drawn.sort(key=lambda each: (each[1], each[2]))
    for _, down, left, piece in drawn:
        page.set_xy(left, down)
        page.cell(page.get_string_width(piece) + 2, LINE, piece)
    assert blocks(read(reading, page)) == [f"1.1 {A}", f"1.2 {B}", f"1.3 {C}", f"2.1 {D}"]


@pytest.mark.parametrize("order", ORDERS)
def test_running_lines_above_and_below_columns_are_still_no_text(
    reading: ReadingProcess, order: Order
) -> None:
    page = Page()
    for number in (1, 2, 3):
        if number > 1:
            page.add_page()
        page.set_font("Times", "", 8)
        page.set_xy(MARGIN, 10)
        page.cell(0, 4, "Harbor & Pine Supply")
        page.set_y(20)
        page.columns([[A, B], [C, D]], order)
        page.set_font("Times", "", 8)
        page.set_xy(MARGIN, 265)
        page.cell(page.epw / 2, 4, "Terms of carriage")
        page.cell(page.epw / 2, 4, f"Page {number} of 3", align="R")
    extracted = read(reading, page)
    assert [
        extracted.text[each.start : each.end] for each in extracted.blocks if each.kind != "furniture"
    ] == [A, B, C, D] * 3


@pytest.mark.parametrize("note_first", [False, True])
def test_a_narrow_note_in_the_margin_stays_out_of_the_sentences(
    reading: ReadingProcess, note_first: bool
) -> None:
    page = Page()
    note = ["See also", "the tariff", "of January"]

    def in_the_margin() -> None:
        page.set_font("Times", "", 7)
        for number, line in enumerate(note):
            page.set_xy(MARGIN, 45 + 3.2 * number)
            page.cell(22, 3.2, line)

    if note_first:
        in_the_margin()
    page.set_left_margin(MARGIN + 30)
    page.set_y(30)
    page.set_x(MARGIN + 30)
    for text in (A, B, C):
        page.across(text, size=10)
    if not note_first:
        in_the_margin()
    found = blocks(read(reading, page))
    assert [each for each in found if each.startswith("The ")] == [A, B, C]
    assert "See also the tariff of January" in found


def test_a_note_in_the_margin_that_is_drawn_between_the_lines_beside_it(reading: ReadingProcess) -> None:
    page = Page()
    page.set_font("Times", "", 10)
    note = ["See also", "the tariff", "of January"]
    for number, piece in enumerate(
        page.multi_cell(page.epw - 30, 5, f"{A} {B} {C}", dry_run=True, output="LINES")
    ):
        down = 30 + 5 * number
        if 2 <= number < 5:
            page.set_font("Times", "", 7)
            page.set_xy(MARGIN, down)
            page.cell(22, 5, note[number - 2])
            page.set_font("Times", "", 10)
        page.set_xy(MARGIN + 30, down)
        page.cell(page.epw - 30, 5, piece)
    text = read(reading, page).text
    assert f"{A} {B} {C}" in text
    assert "See also the tariff of January" in text


def test_a_small_line_above_and_to_the_right_stays_above(reading: ReadingProcess) -> None:
    page = Page()
    page.set_font("Times", "", 7)
    page.set_xy(180, 27)
    page.cell(20, 3, "Issue 7")
    page.set_xy(MARGIN, 30)
    page.set_right_margin(60)
    page.across(f"{A} {B}", size=10)
    assert blocks(read(reading, page)) == ["Issue 7", f"{A} {B}"]


def test_a_table_of_sentences_is_no_page_in_columns(reading: ReadingProcess) -> None:
    page = Page()
    rows = [
        ("What happens", "What is done"),
        ("The truck is too warm at the dock", "Refuse the pallets and call the shipper"),
        ("The papers are not with the goods", "Take the goods in and note it on the receipt"),
        ("A pallet is wrapped again on the way", "Count every case before signing"),
        ("The driver leaves before the count", "Write to the carrier on the same day"),
        ("The seal is broken or has another number", "Do not unload and call the office"),
    ]
    page.set_font("Times", "", 9)
    with page.table() as table:
        for cells in rows:
            row = table.row()
            for cell in cells:
                row.cell(cell)
    assert blocks(read(reading, page)) == [" | ".join(cells) for cells in rows]


def test_a_table_of_wrapped_sentences_is_no_page_in_columns(reading: ReadingProcess) -> None:
    page = Page()
    rows = [("Rule", "Reason"), (A, B), (C, D), (B, A)]
    page.set_font("Times", "", 9)
    with page.table() as table:
        for cells in rows:
            row = table.row()
            for cell in cells:
                row.cell(cell)
    text = " ".join(read(reading, page).text.replace(" | ", " ").split())
    assert text == " ".join(cell for cells in rows for cell in cells)
    assert read(reading, page).text.count(" | ") >= 2
