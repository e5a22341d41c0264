"""Workbooks: each row a line that names its columns, so that a cited row explains itself. Home of python_calamine."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from knowledge_ingest.allowance import characters, check_archive
from knowledge_ingest.errors import OverLimit, Unreadable
from knowledge_ingest.extracted import Extracted, TextBuilder

_HEADER_ROWS = 10
"""How far down a sheet's header is looked for."""


def read(content: bytes) -> Extracted:
    if content.startswith(b"PK"):
        check_archive(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, ValueError, OSError) as error:
        if "assword" in str(error):
            raise Unreadable("The workbook is encrypted. Save it without a password.") from error
        raise Unreadable("The workbook is damaged or of an unknown kind. Save it as XLSX again.") from error
    builder = TextBuilder()
    for metadata in workbook.sheets_metadata:
        if metadata.visible != SheetVisibleEnum.Visible:
            builder.flags.add("hidden_text")
            builder.notes.append(f"The hidden sheet {metadata.name!r} was left out.")
            continue
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        _sheet(builder, metadata.name, workbook.get_sheet_by_name(metadata.name))
    if not any(each.kind == "row" for each in builder.build().blocks):
        raise Unreadable("The workbook holds no values.")
    return builder.build()


def _sheet(builder: TextBuilder, name: str, sheet: Any) -> None:
    rows = sheet.to_python(skip_empty_area=False)
    filled = [(number, [_cell(value) for value in row]) for number, row in enumerate(rows, start=1)]
    filled = [(number, row) for number, row in filled if any(row)]
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
