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

_TINY = 3.0
"""Points below which letters are not read."""
_LIGHT = ("bg1", "lt1")
"""What a theme calls its light ground, as long as it is not turned round."""


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
        shown = [
            shape
            for shape in slide.shapes
            if not _is_off(shape, presentation.slide_width, presentation.slide_height)
        ]
        unseen = len(shown) < len(slide.shapes)
        for shape in _in_reading_order(_flat(shown)):
            if heading is not None and shape.shape_id == heading.shape_id:
                continue
            unseen |= _shape(builder, shape)
        if unseen:
            builder.flags.add("hidden_text")
            builder.notes.append(
                f"Slide {number} has text that nobody sees (tiny letters, hidden, or beside the slide); it was left out."
            )
        if _has_white_on_white(slide):
            builder.flags.add("hidden_text")
            builder.notes.append(f"Slide {number} has white letters on a white ground. Look at them.")
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


def _is_off(shape: Any, width: int, height: int) -> bool:
    """Whether a shape is hidden, or stands beside the slide."""
    if shape._element.xpath("./*/p:cNvPr[@hidden='1' or @hidden='true']"):
        return True
    if None in (shape.left, shape.top, shape.width, shape.height):
        return False  # where its layout puts it
    return bool(
        shape.left + shape.width <= 0
        or shape.top + shape.height <= 0
        or shape.left >= width
        or shape.top >= height
    )


def _has_white_on_white(slide: Any) -> bool:
    """Whether letters are white where neither slide, layout and master nor anything below gives them another ground."""
    if not slide.follow_master_background or slide.slide_layout._element.xpath("./p:cSld/p:bg"):
        return False
    master = slide.slide_layout.slide_master._element
    ground = master.xpath("./p:cSld/p:bg/p:bgRef/a:schemeClr/@val")
    if master.xpath("./p:cSld/p:bg/p:bgPr") or (ground and ground[0] not in _LIGHT):
        return False
    if master.xpath("./p:clrMap/@bg1") != ["lt1"]:
        return False
    shapes = list(slide.shapes)
    return any(
        _is_white(shape) and not any(_covers(below, shape) for below in shapes[:at])
        for at, shape in enumerate(shapes)
    )


def _is_white(shape: Any) -> bool:
    if not getattr(shape, "has_text_frame", False) or shape._element.xpath(
        "./p:spPr/a:solidFill | ./p:spPr/a:gradFill | ./p:spPr/a:blipFill | ./p:spPr/a:pattFill | ./p:style/a:fillRef[@idx!='0']"
    ):
        return False
    return any(
        run.text.strip() and run._r.xpath("./a:rPr/a:solidFill/a:srgbClr[@val='FFFFFF' or @val='ffffff']")
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
    )


def _covers(below: Any, shape: Any) -> bool:
    """Whether a picture or filled shape lies behind any part of another."""
    sides = [(each.left, each.top, each.width, each.height) for each in (below, shape)]
    if any(None in each for each in sides):
        return True  # nothing is known of where they lie
    (left, top, width, height), (its_left, its_top, its_width, its_height) = sides
    return bool(
        left < its_left + its_width
        and its_left < left + width
        and top < its_top + its_height
        and its_top < top + height
    )


def _words(paragraph: Any) -> tuple[str, bool]:
    """The words of a paragraph but tiny ones, and whether there were such."""
    seen = [run.text for run in paragraph.runs if run.font.size is None or run.font.size.pt >= _TINY]
    every = [run.text for run in paragraph.runs]
    return "".join(seen), "".join(seen).strip() != "".join(every).strip()


def _shape(builder: TextBuilder, shape: Any) -> bool:
    """Add a shape's texts; whether some of them are too small to be seen."""
    tiny = False
    if getattr(shape, "has_table", False):
        header = ""
        for place, row in enumerate(shape.table.rows):
            line = " | ".join(" ".join(cell.text_frame.text.split()) for cell in row.cells)
            if line.strip(" |"):
                builder.add("row", line, context=header)
                header = line if place == 0 else header
    elif getattr(shape, "has_text_frame", False):
        read = [_words(each) for each in shape.text_frame.paragraphs]
        tiny = any(small for _, small in read)
        paragraphs = [words for words, _ in read if words.strip()]
        for words in paragraphs:
            builder.add("item" if len(paragraphs) > 1 else "paragraph", words)
    return tiny
