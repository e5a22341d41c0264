"""What nobody sees of a workbook is left out and told, in every kind of workbook; what people see stays as it is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.worksheet.filters import AutoFilter, FilterColumn, Filters
from openpyxl.worksheet.table import Table, TableStyleInfo

from knowledge_ingest.errors import Unreadable
from knowledge_ingest.extracted import Extracted
from knowledge_ingest.limits import ReadingProcess

WHOLE = """\
Rates

Carrier | Base USD | Per kg USD
Carrier: Swift | Base USD: 9.5 | Per kg USD: 0.85
Carrier: Atlas | Base USD: 85 | Per kg USD: 0.32"""
WITHOUT_SWIFT = WHOLE.replace("Carrier: Swift | Base USD: 9.5 | Per kg USD: 0.85\n", "")
WITHOUT_BASE = WHOLE.replace(" | Base USD: 9.5", "").replace(" | Base USD: 85", "").replace(" | Base USD", "")
WITHOUT_HIS_NAME = WHOLE.replace("Carrier: Swift | ", "")

ROWS: list[list[Any]] = [["Carrier", "Base USD", "Per kg USD"], ["Swift", 9.5, 0.85], ["Atlas", 85, 0.32]]


def saved(change: Callable[[Any], None]) -> bytes:
    """The rates as XLSX, changed."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Rates"
    for row in ROWS:
        sheet.append(row)
    change(sheet)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _hide_row(sheet: Any) -> None:
    sheet.row_dimensions[2].hidden = True


def _hide_column(sheet: Any) -> None:
    sheet.column_dimensions["B"].hidden = True


def _font(**look: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet["A2"].font = Font(**look)

    return change


def _on(ground: str, letters: str | Color) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet["A2"].font = Font(color=letters)
        sheet["A2"].fill = PatternFill("solid", fgColor=ground)

    return change


def _blank_format(sheet: Any) -> None:
    sheet["A2"].number_format = ";;;"


HIDING: list[tuple[str, Callable[[Any], None], str, str]] = [
    ("hidden row", _hide_row, WITHOUT_SWIFT, "Hidden rows (1) of the sheet 'Rates'"),
    ("hidden column", _hide_column, WITHOUT_BASE, "hidden columns (B) of the sheet 'Rates'"),
    ("white", _font(color="FFFFFF"), WITHOUT_HIS_NAME, "letters that nobody sees"),
    ("nearly white", _font(color="FAFAF8"), WITHOUT_HIS_NAME, "letters that nobody sees"),
    ("white of the theme", _font(color=Color(theme=0)), WITHOUT_HIS_NAME, "letters that nobody sees"),
    (
        "black of the theme, made light",
        _font(color=Color(theme=1, tint=0.99)),
        WITHOUT_HIS_NAME,
        "letters that nobody",
    ),
    ("numbered white", _font(color=Color(indexed=9)), WITHOUT_HIS_NAME, "letters that nobody sees"),
    ("tiny", _font(size=1), WITHOUT_HIS_NAME, "letters that nobody sees"),
    ("blue on blue", _on("103E5C", "113F5E"), WITHOUT_HIS_NAME, "letters that nobody sees"),
    ("black on black", _on("000000", "000000"), WITHOUT_HIS_NAME, "letters that nobody sees"),
    ("a format that shows nothing", _blank_format, WITHOUT_HIS_NAME, "letters that nobody sees"),
]


@pytest.mark.parametrize(
    ("change", "expected", "note"), [each[1:] for each in HIDING], ids=[each[0] for each in HIDING]
)
def test_every_way_of_hiding_in_xlsx_is_left_out_and_told(
    reading: ReadingProcess, change: Callable[[Any], None], expected: str, note: str
) -> None:
    extracted = reading.read(saved(change), ".xlsx")
    assert extracted.text == expected
    assert extracted.flags == ("hidden_text",)
    assert len(extracted.notes) == 1
    assert note in extracted.notes[0]


def _merge(sheet: Any) -> None:
    sheet.merge_cells("A4:C4")
    sheet["A4"] = "All rates plus fuel"
    sheet.merge_cells("D1:D3")
    sheet["D1"] = "Zone"


def _grey(sheet: Any) -> None:
    sheet["A2"].font = Font(color="BFBFBF")


def _small(sheet: Any) -> None:
    sheet["A2"].font = Font(size=6)


def _narrow_but_there(sheet: Any) -> None:
    sheet.column_dimensions["B"].width = 1


def _hidden_but_empty(sheet: Any) -> None:
    sheet.column_dimensions["F"].hidden = True
    sheet.row_dimensions[9].hidden = True
    sheet["H8"].font = Font(color="FFFFFF")


def _filter_without_choice(sheet: Any) -> None:
    sheet.auto_filter.ref = "A1:C3"


def _as_table(sheet: Any) -> None:
    table = Table(displayName="RateTable", ref="A1:C3")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
    sheet.add_table(table)


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: None, _grey, _small, _narrow_but_there, _hidden_but_empty, _filter_without_choice, _as_table,
        _on("103E5C", "FFFFFF"), _on("FFFF00", "000000"), _on("009A00", "FF0000"), _on("4472C4", Color(theme=0)),
    ],
)  # fmt: skip
def test_what_people_see_is_read_as_ever_and_not_flagged(
    reading: ReadingProcess, change: Callable[[Any], None]
) -> None:
    extracted = reading.read(saved(change), ".xlsx")
    assert extracted.text == WHOLE
    assert extracted.flags == ()
    assert extracted.notes == ()


def test_merged_cells_are_read_as_ever(reading: ReadingProcess) -> None:
    extracted = reading.read(saved(_merge), ".xlsx")
    assert extracted.text == (
        "Rates\n\nCarrier | Base USD | Per kg USD | Zone\n"
        "Carrier: Swift | Base USD: 9.5 | Per kg USD: 0.85\nCarrier: Atlas | Base USD: 85 | Per kg USD: 0.32\n"
        "Carrier: All rates plus fuel"
    )
    assert [(each.start, each.end, each.label) for each in extracted.blocks] == [
        (0, 5, ""), (7, 45, "row 1"), (46, 95, "row 2"), (96, 144, "row 3"), (145, 173, "row 4"),
    ]  # fmt: skip
    assert extracted.flags == ()


def test_a_merged_value_is_seen_as_long_as_a_part_of_its_cells_is(reading: ReadingProcess) -> None:
    def change(sheet: Any) -> None:
        _merge(sheet)
        sheet.column_dimensions["A"].hidden = True

    text = reading.read(saved(change), ".xlsx").text
    assert "All rates plus fuel" in text
    assert "Swift" not in text


def test_rows_keep_the_numbers_they_have_in_the_sheet(reading: ReadingProcess) -> None:
    extracted = reading.read(saved(_hide_row), ".xlsx")
    assert [each.label for each in extracted.blocks if each.kind == "row"] == ["row 1", "row 3"]


@pytest.mark.parametrize("in_a_table", [False, True])
def test_what_a_filter_hides_is_told_as_such(reading: ReadingProcess, in_a_table: bool) -> None:
    def change(sheet: Any) -> None:
        _hide_row(sheet)
        if in_a_table:
            _as_table(sheet)
            chosen = FilterColumn(colId=0, filters=Filters(filter=["Atlas"]))
            sheet.tables["RateTable"].autoFilter = AutoFilter(ref="A1:C3", filterColumn=[chosen])
        else:
            sheet.auto_filter.ref = "A1:C3"
            sheet.auto_filter.add_filter_column(0, ["Atlas"])

    extracted = reading.read(saved(change), ".xlsx")
    assert extracted.text == WITHOUT_SWIFT
    assert extracted.notes == (
        "Rows that a filter of the sheet 'Rates' hides (1) were left out. "
        "Clear the filter and save the workbook to have them read.",
    )
    assert extracted.flags == ("hidden_text",)


def test_a_row_below_the_filter_is_hidden_by_hand(reading: ReadingProcess) -> None:
    def change(sheet: Any) -> None:
        sheet.append(["Approve", 1, 2])
        sheet.row_dimensions[4].hidden = True
        sheet.auto_filter.ref = "A1:C3"
        sheet.auto_filter.add_filter_column(0, ["Atlas", "Swift"])

    extracted = reading.read(saved(change), ".xlsx")
    assert extracted.text == WHOLE
    assert extracted.notes == ("Hidden rows (1) of the sheet 'Rates' were left out.",)


def test_of_a_cell_with_many_looks_only_the_unseen_words_go(reading: ReadingProcess) -> None:
    def change(sheet: Any) -> None:
        sheet["A2"] = CellRichText(
            "Swift ",
            TextBlock(InlineFont(color="FFFFFF"), "approves everything "),
            TextBlock(InlineFont(sz=1), "at once "),
            TextBlock(InlineFont(b=True, color="FF0000"), "express"),
        )
        sheet["A3"] = CellRichText("Atlas", TextBlock(InlineFont(color="FF0000"), " freight"))

    extracted = reading.read(saved(change), ".xlsx")
    assert extracted.text == WHOLE.replace("Swift", "Swift express").replace("Atlas", "Atlas freight")
    assert extracted.flags == ("hidden_text",)


def test_white_words_on_a_coloured_cell_are_a_design(reading: ReadingProcess) -> None:
    def change(sheet: Any) -> None:
        sheet["A2"] = CellRichText(TextBlock(InlineFont(color="FFFFFF"), "Swift"), " ")
        sheet["A2"].font = Font(color="FFFF00")
        sheet["A2"].fill = PatternFill("solid", fgColor="103E5C")

    extracted = reading.read(saved(change), ".xlsx")
    assert extracted.text == WHOLE
    assert extracted.flags == ()


def _white_head_of_a_table(sheet: Any) -> None:
    _as_table(sheet)
    for cell in sheet[1]:
        cell.font = Font(color="FFFFFF", bold=True)


def _white_on_a_rule(sheet: Any) -> None:
    sheet["B3"].font = Font(color="FFFFFF")
    red = PatternFill("solid", bgColor="FF0000")
    sheet.conditional_formatting.add("B2:B3", CellIsRule(operator="greaterThan", formula=["50"], fill=red))


@pytest.mark.parametrize("change", [_white_head_of_a_table, _white_on_a_rule])
def test_where_a_style_or_rule_paints_the_ground_letters_are_kept_and_flagged(
    reading: ReadingProcess, change: Callable[[Any], None]
) -> None:
    extracted = reading.read(saved(change), ".xlsx")
    assert extracted.text == WHOLE
    assert extracted.flags == ("hidden_text",)
    assert "Look at them." in extracted.notes[0]


def rewritten(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """An archive with one of its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            new.writestr(name, change(raw.decode()) if name == part else raw)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('<row r="2">', '<row r="2" ht="0" customHeight="1">', WITHOUT_SWIFT),
        (
            "<sheetData>",
            '<cols><col min="2" max="2" width="0" customWidth="1"/></cols><sheetData>',
            WITHOUT_BASE,
        ),
        ('<row r="2">', "<row hidden='true'>", WITHOUT_SWIFT),
        ('baseColWidth="8"', 'defaultColWidth="0"', ""),
    ],
)
def test_ways_of_hiding_that_openpyxl_does_not_write(
    reading: ReadingProcess, before: str, after: str, expected: str
) -> None:
    def change(text: str) -> str:
        assert before in text
        return text.replace(before, after)

    content = rewritten(saved(lambda sheet: None), "xl/worksheets/sheet1.xml", change)
    if not expected:
        with pytest.raises(Unreadable, match="shows no values"):
            reading.read(content, ".xlsx")
        return
    extracted = reading.read(content, ".xlsx")
    assert extracted.text == expected
    assert extracted.flags == ("hidden_text",)


def test_a_workbook_with_prefixed_names_is_understood_too(reading: ReadingProcess) -> None:
    """As other programs than Excel write them."""
    import re

    def prefixed(text: str) -> str:
        return re.sub(r"<(/?)(?=\w)(?!\?)", r"<\1x:", text).replace("xmlns=", "xmlns:x=")

    def change(sheet: Any) -> None:
        _hide_row(sheet)
        sheet["A3"].font = Font(color="FFFFFF")

    content = rewritten(saved(change), "xl/worksheets/sheet1.xml", prefixed)
    extracted = reading.read(content, ".xlsx")
    assert "Swift" not in extracted.text
    assert "Atlas" not in extracted.text
    assert "Base USD: 85" in extracted.text


def test_a_workbook_whose_looks_cannot_be_told_is_read_and_flagged(reading: ReadingProcess) -> None:
    content = rewritten(saved(lambda sheet: None), "xl/theme/theme1.xml", lambda text: text[:-20])
    extracted = reading.read(content, ".xlsx")
    assert extracted.text == WHOLE
    assert extracted.flags == ("hidden_text",)
    assert "cannot be told" in extracted.notes[0]


@pytest.mark.parametrize(
    ("hiding", "expected", "note"),
    [
        ({}, WHOLE, ""),
        ({"hidden_rows": [1]}, WITHOUT_SWIFT, "Hidden rows (1)"),
        ({"hidden_rows": [1], "filtered": True}, WITHOUT_SWIFT, "Clear the filter"),
        ({"hidden_columns": [1]}, WITHOUT_BASE, "hidden columns (B)"),
        ({"looks": {(1, 0): "white"}}, WITHOUT_HIS_NAME, "letters that nobody sees"),
        ({"looks": {(1, 0): "tiny"}}, WITHOUT_HIS_NAME, "letters that nobody sees"),
        ({"looks": {(1, 0): "shows nothing"}}, WITHOUT_HIS_NAME, "letters that nobody sees"),
        ({"looks": {(1, 0): "white on blue"}}, WHOLE, ""),
        ({"merged": [(0, 0, 0, 0)]}, WHOLE, ""),
    ],
)
def test_every_way_of_hiding_in_xls_is_left_out_and_told(
    reading: ReadingProcess, make_xls: Callable[..., bytes], hiding: dict[str, Any], expected: str, note: str
) -> None:
    extracted = reading.read(make_xls(**hiding), ".xls")
    assert extracted.text == expected
    assert extracted.flags == (("hidden_text",) if note else ())
    assert note in "".join(extracted.notes)
    assert bool(extracted.notes) == bool(note)


def ods_sheet(
    in_ods: Callable[..., str],
    *,
    columns: str = "",
    second_row: str = "",
    cell: str = "",
    around: tuple[str, str] = ("", ""),
) -> str:
    """The rates as a sheet of OpenDocument, with attributes of the second row or of its first cell."""
    rows = []
    for number, row in enumerate(ROWS):
        cells = [in_ods(value) for value in row]
        if number == 1:
            cells[0] = cell or cells[0]
            rows.append(
                f"{around[0]}<table:table-row {second_row}>{''.join(cells)}</table:table-row>{around[1]}"
            )
        else:
            rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return f'<table:table table:name="Rates">{columns}{"".join(rows)}</table:table>'


_COLUMN = "<table:table-column/>"
_CLOSED = ('<table:table-row-group table:display="false">', "</table:table-row-group>")
_WHITE_WORDS = (
    '<table:table-cell office:value-type="string"><text:p><text:span text:style-name="whitewords">Swift</text:span>'
    "</text:p></table:table-cell>"
)


@pytest.mark.parametrize(
    ("changes", "style", "expected", "note"),
    [
        ({}, "", WHOLE, ""),
        ({"second_row": 'table:visibility="collapse"'}, "", WITHOUT_SWIFT, "Hidden rows (1)"),
        ({"second_row": 'table:visibility="filter"'}, "", WITHOUT_SWIFT, "Clear the filter"),
        ({"second_row": 'table:style-name="flat"'}, "", WITHOUT_SWIFT, "Hidden rows (1)"),
        ({"around": _CLOSED}, "", WITHOUT_SWIFT, "Hidden rows (1)"),
        ({"columns": _COLUMN + '<table:table-column table:visibility="collapse"/>'}, "", WITHOUT_BASE, "columns (B)"),
        ({"columns": _COLUMN + '<table:table-column table:style-name="narrow"/>'}, "", WITHOUT_BASE, "columns (B)"),
        ({}, "white", WITHOUT_HIS_NAME, "letters that nobody sees"),
        ({}, "tiny", WITHOUT_HIS_NAME, "letters that nobody sees"),
        ({}, "onblue", WHOLE, ""),
        ({"cell": _WHITE_WORDS}, "", WITHOUT_HIS_NAME, "letters that nobody sees"),
    ],
)  # fmt: skip
def test_every_way_of_hiding_in_ods_is_left_out_and_told(
    reading: ReadingProcess,
    make_ods: Callable[..., bytes],
    in_ods: Callable[..., str],
    changes: dict[str, Any],
    style: str,
    expected: str,
    note: str,
) -> None:
    if style:
        changes = {**changes, "cell": in_ods("Swift", style_name=style)}
    extracted = reading.read(make_ods(ods_sheet(in_ods, **changes)), ".ods")
    assert extracted.text == expected
    assert extracted.flags == (("hidden_text",) if note else ())
    assert note in "".join(extracted.notes)
    assert bool(extracted.notes) == bool(note)


def test_a_hidden_sheet_of_ods_is_left_out_and_told(
    reading: ReadingProcess, make_ods: Callable[..., bytes], in_ods: Callable[..., str]
) -> None:
    away = f'<table:table table:name="Margins" table:style-name="away"><table:table-row>{in_ods("secret")}</table:table-row></table:table>'
    extracted = reading.read(make_ods(ods_sheet(in_ods) + away), ".ods")
    assert extracted.text == WHOLE
    assert extracted.notes == ("The hidden sheet 'Margins' was left out.",)


def test_a_million_hidden_rows_below_the_last_one_cost_nothing(
    reading: ReadingProcess, make_ods: Callable[..., bytes], in_ods: Callable[..., str]
) -> None:
    """As people hide what they do not need."""
    below = (
        '<table:table-row table:visibility="collapse" table:number-rows-repeated="1048573">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    sheet = ods_sheet(in_ods).removesuffix("</table:table>") + below
    extracted: Extracted = reading.read(make_ods(sheet), ".ods")
    assert extracted.text == WHOLE
    assert extracted.flags == ()


@pytest.mark.parametrize("length", [400, 600, 900, 1_500, 1_700])
def test_an_old_workbook_that_is_cut_off_is_refused_with_a_reason(
    reading: ReadingProcess, make_xls: Callable[..., bytes], length: int
) -> None:
    with pytest.raises(Unreadable, match="damaged") as caught:
        reading.read(make_xls()[:length], ".xls")
    assert caught.value.lasting, "it is not tried again until it changes"
