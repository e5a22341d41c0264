"""Slides: one page each, its title as heading, texts and tables in reading order, speaker notes last. Home of pptx."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from pptx import Presentation
from pptx.exc import PackageNotFoundError

from knowledge_ingest.allowance import check_archive, check_pages
from knowledge_ingest.errors import Unreadable
from knowledge_ingest.extracted import Extracted, TextBuilder


def read(content: bytes) -> Extracted:
    check_archive(content)
    try:
        presentation = Presentation(io.BytesIO(content))
    except (KeyError, ValueError, zipfile.BadZipFile, PackageNotFoundError) as error:
        raise Unreadable("It is a ZIP archive, but no presentation. Check the file.") from error
    check_pages(len(presentation.slides))
    builder = TextBuilder()
    title = ""
    for number, slide in enumerate(presentation.slides, start=1):
        builder.begin_page(number)
        if slide._element.get("show") == "0":
            builder.notes.append(f"Slide {number} is hidden and was left out.")
            builder.flags.add("hidden_text")
            continue
        heading = slide.shapes.title
        if heading is not None and heading.text_frame.text.strip():
            words = " ".join(heading.text_frame.text.split())
            builder.add("heading", words, level=1 if number == 1 else 2)
            title = title or words
        for shape in _in_reading_order(_flat(slide.shapes)):
            if heading is not None and shape.shape_id == heading.shape_id:
                continue
            _shape(builder, shape)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            notes = slide.notes_slide.notes_text_frame.text.strip()
            if notes:
                builder.add("paragraph", notes if notes.lower().startswith("notes:") else f"Notes: {notes}")
    if not builder.length:
        raise Unreadable("The slides hold no text.")
    return builder.build(title=title or str(presentation.core_properties.title or ""))


def _flat(shapes: Iterable[Any]) -> Iterable[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _in_reading_order(shapes: Iterable[Any]) -> list[Any]:
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))


def _shape(builder: TextBuilder, shape: Any) -> None:
    if getattr(shape, "has_table", False):
        header = ""
        for place, row in enumerate(shape.table.rows):
            line = " | ".join(" ".join(cell.text_frame.text.split()) for cell in row.cells)
            if line.strip(" |"):
                builder.add("row", line, context=header)
                header = line if place == 0 else header
    elif getattr(shape, "has_text_frame", False):
        paragraphs = [
            each for each in shape.text_frame.paragraphs if "".join(run.text for run in each.runs).strip()
        ]
        for each in paragraphs:
            builder.add(
                "item" if len(paragraphs) > 1 else "paragraph", "".join(run.text for run in each.runs)
            )
