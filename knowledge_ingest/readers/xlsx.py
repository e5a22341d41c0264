"""Workbooks: each row a line that names its columns, so that a cited row explains itself. Home of python_calamine."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from knowledge_ingest.allowance import characters, check_archive
from knowledge_ingest.errors import OverLimit, Unreadable
from knowledge_ingest.extracted import Extracted, TextBuilder
from knowledge_ingest.readers.ods_looks import OdsLooks
from knowledge_ingest.readers.sheet_looks import SheetLooks, joined
from knowledge_ingest.readers.xls_looks import XlsLooks
from knowledge_ingest.readers.xlsx_looks import XlsxLooks

_HEADER_ROWS = 10
"""How far down a sheet's header is looked for."""


def read(content: bytes) -> Extracted:
    if content.startswith(b"PK"):
        check_archive(content)
    with _told_as_damage():
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    looks_of = _looks(content)
    builder = TextBuilder()
    for metadata in workbook.sheets_metadata:
        if metadata.visible != SheetVisibleEnum.Visible:
            builder.flags.add("hidden_text")
            builder.notes.append(f"The hidden sheet {metadata.name!r} was left out.")
            continue
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        with _told_as_damage():
            rows = workbook.get_sheet_by_name(metadata.name).to_python(skip_empty_area=False)
        _sheet(builder, metadata.name, rows, looks_of(metadata.name))
    if not any(each.kind == "row" for each in builder.build().blocks):
        hides = "hidden_text" in builder.flags
        raise Unreadable(f"The workbook {'shows' if hides else 'holds'} no values.")
    return builder.build()


@contextmanager
def _told_as_damage() -> Iterator[None]:
    try:
        yield
    except (CalamineError, ValueError, OSError) as error:
        if "assword" in str(error):
            raise Unreadable("The workbook is encrypted. Save it without a password.") from error
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust; its class cannot be imported
            raise
        raise _damaged() from error


def _damaged() -> Unreadable:
    return Unreadable("The workbook is damaged or of an unknown kind. Save it as XLSX again.")


def _looks(content: bytes) -> Callable[[str], SheetLooks | None]:
    """What is not seen of a sheet, by its name; None of one whose looks cannot be told."""
    known: XlsxLooks | OdsLooks | XlsLooks | None
    # a side part that cannot be unpacked leaves the sheet itself to be read; RuntimeError: it is encrypted, or packed in an unknown way
    damage = (
        etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, LookupError, ValueError, RuntimeError, OSError, EOFError,
    )  # fmt: skip
    try:
        if not content.startswith(b"PK"):
            known = XlsLooks(content)
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                is_ods = "content.xml" in archive.namelist()
            known = OdsLooks(content) if is_ods else XlsxLooks(content)
    except damage:
        known = None

    def looks_of(name: str) -> SheetLooks | None:
        try:
            return known.of(name) if known else None
        except damage:
            return None

    return looks_of


def _sheet(builder: TextBuilder, name: str, rows: list[list[Any]], looks: SheetLooks | None) -> None:
    filled = [(number, [_cell(value) for value in row]) for number, row in enumerate(rows, start=1)]
    filled = [(number, row) for number, row in filled if any(row)]
    if looks is None:
        if filled:
            builder.flags.add("hidden_text")
            builder.notes.append(
                f"Whether the sheet {name!r} hides rows, columns or letters cannot be told. Look at it, "
                "or save the workbook as XLSX again."
            )
    else:
        filled = _seen(builder, name, filled, looks)
    if not filled:
        return
    builder.add("heading", name, level=1)
    header_at = _header(filled)
    header = filled[header_at][1] if header_at is not None else []
    for place, (number, row) in enumerate(filled):
        if header_at is not None and place == header_at:
            builder.add("row", " | ".join(cell for cell in row if cell), label=f"row {number}")
            continue
        if header_at is not None and place > header_at:
            pairs = [
                f"{header[column]}: {cell}" if column < len(header) and header[column] else cell
                for column, cell in enumerate(row)
                if cell
            ]
            line = " | ".join(pairs)
        else:
            line = " | ".join(cell for cell in row if cell)
        builder.add("row", line, label=f"row {number}")
        if builder.length > characters():
            raise OverLimit(f"It holds more than {characters():,} characters. Split it.")


def _seen(
    builder: TextBuilder, name: str, filled: list[tuple[int, list[str]]], looks: SheetLooks
) -> list[tuple[int, list[str]]]:
    """The rows with what a person sees of them, and a note on each kind of thing that was left out."""
    if not filled:
        return filled
    height, width = filled[-1][0], max(len(row) for _, row in filled)
    rows, filtered = looks.hidden_rows.up_to(height), looks.filtered_rows.up_to(height)
    columns = looks.hidden_columns.up_to(width)
    if not (rows or filtered or columns or looks.seen_of):
        return filled
    reaching = _reaching_out(looks, rows | filtered, columns)
    left_rows, left_filtered, left_columns, left_cells, unsure = 0, 0, set(), 0, 0
    seen: list[tuple[int, list[str]]] = []
    for number, row in filled:
        kept = list(row)
        for column, cell in enumerate(row, start=1):
            if not cell:
                continue
            at = (number, column)
            hidden_row = number in rows or number in filtered
            if (hidden_row or column in columns) and at not in reaching:
                kept[column - 1] = ""
                if not hidden_row:
                    left_columns.add(column)
            elif at in looks.seen_of and _is_painted(looks, *at):
                unsure += 1
            elif at in looks.seen_of:
                kept[column - 1] = " ".join(looks.seen_of[at].split())
                left_cells += 1
        if any(kept):
            seen.append((number, kept))
        elif number in filtered:
            left_filtered += 1
        elif number in rows:
            left_rows += 1
    said = []
    if left_rows:
        said.append(f"Hidden rows ({left_rows:,}) of the sheet {name!r} were left out.")
    if left_filtered:
        said.append(
            f"Rows that a filter of the sheet {name!r} hides ({left_filtered:,}) were left out. "
            "Clear the filter and save the workbook to have them read."
        )
    if left_columns:
        spans = ", ".join(
            _letters(first) if first == last else f"{_letters(first)} to {_letters(last)}"
            for first, last in joined(left_columns)
        )
        said.append(f"What stands in hidden columns ({spans}) of the sheet {name!r} was left out.")
    if left_cells:
        said.append(
            f"Cells of the sheet {name!r} ({left_cells:,}) with letters that nobody sees, tiny or of the colour of their "
            "ground: these were left out."
        )
    if unsure:
        said.append(
            f"Cells of the sheet {name!r} ({unsure:,}) have letters that only a table's style or a rule makes visible. "
            "Look at them."
        )
    if said:
        builder.flags.add("hidden_text")
        builder.notes.extend(said)
    return seen


def _reaching_out(looks: SheetLooks, rows: set[int], columns: set[int]) -> set[tuple[int, int]]:
    """Merged cells that begin in a hidden row or column and go on in ones that are seen: there their value is shown."""
    found: set[tuple[int, int]] = set()
    for top, left, bottom, right in looks.merged:
        if (
            (top in rows or left in columns)
            and any(each not in rows for each in range(top, bottom + 1))
            and any(each not in columns for each in range(left, right + 1))
        ):
            found.add((top, left))
    return found


def _is_painted(looks: SheetLooks, row: int, column: int) -> bool:
    return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in looks.painted)


def _letters(column: int) -> str:
    """A column's name: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _header(filled: list[tuple[int, list[str]]]) -> int | None:
    """The row that names the columns: the first one with at least two words and no number, followed by another row."""
    for place, (_, row) in enumerate(filled[:_HEADER_ROWS]):
        cells = [cell for cell in row if cell]
        if len(cells) >= 2 and not any(_is_number(cell) for cell in cells) and place + 1 < len(filled):
            return place
    return None


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).replace(",", "").replace("-", "", 1).replace("%", "").isdigit()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(round(value, 10))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        return str(value)
    return " ".join(str(value).split())
