"""PDF: text with page numbers, tables row by row, scans by text recognition. Home of pypdfium2."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from knowledge_ingest.allowance import check_pages, progress
from knowledge_ingest.errors import Unreadable
from knowledge_ingest.extracted import Extracted, TextBuilder
from knowledge_ingest.readers.ocr import Recognised, add_recognised, recognise
from knowledge_ingest.readers.pdf_layout import Fragment, Piece, mark_furniture, mark_headings, pieces_of

_LEAST_LETTERS = 12
"""A page with an image and fewer letters than this is a scan."""
_TINY_POINTS = 2.0
_SCAN_DPI = 300
_MOST_PIXELS = 40_000_000
_BOLD = 600
_NOT_DRAWN = 3
"""Text render mode."""
_drawn_by = ctypes.CFUNCTYPE(ctypes.c_void_p, pdfium.FPDF_TEXTPAGE, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)
"""Address of the object that draws a character, as a number: asked of every character, and a pointer made into a number takes longer
than all else that is asked of one."""


def read(content: bytes) -> Extracted:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("The PDF is encrypted. Save it without a password.") from error
        raise Unreadable("The PDF is damaged. Save or print it to PDF again.") from error
    try:
        return _read(document)
    finally:
        document.close()


def _read(document: Any) -> Extracted:
    builder = TextBuilder()
    check_pages(len(document))
    pages: list[list[Piece]] = []
    scans: list[int] = []
    hidden = 0
    for index in range(len(document)):
        page = document[index]
        text_page = page.get_textpage()
        pictured = _has_image(page)
        fragments, its_hidden = _fragments(page, text_page, pictured=pictured)
        hidden += its_hidden
        letters = sum(1 for each in fragments for character in each.text if character.isalnum())
        if letters < _LEAST_LETTERS and pictured:
            scans.append(index)
        pages.append(pieces_of(fragments, page.get_height()))
        text_page.close()
        page.close()
        progress()
    check_pages(len(document), to_recognise=len(scans))
    recognised = {index: _recognise(document, index) for index in scans}
    marked, levels = mark_headings(mark_furniture(pages))
    for index, pieces in enumerate(marked):
        if index in recognised:
            add_recognised(builder, recognised[index], page=index + 1)
            continue
        builder.begin_page(index + 1)
        _add(builder, pieces, levels)
    if hidden:
        builder.flags.add("hidden_text")
        builder.notes.append(
            f"{hidden} characters that a reader of the page does not see (white, tiny, not drawn or beside the page) were left out."
        )
    if not builder.length:
        raise Unreadable("The PDF holds no text.")
    return builder.build(title=_title(document, marked, recognised))


def _add(builder: TextBuilder, pieces: list[Piece], levels: dict[float, int]) -> None:
    header = ""
    previous = ""
    for piece in pieces:
        if piece.kind == "row":
            if previous != "row":
                header = ""
            builder.add("row", piece.text, context=header)
            header = header or piece.text
        elif piece.kind == "heading":
            builder.add("heading", piece.text, level=levels.get(round(piece.size, 1), 1))
        else:
            builder.add(piece.kind, piece.text)
        previous = piece.kind


def _title(document: Any, pages: list[list[Piece]], recognised: dict[int, Recognised]) -> str:
    first = pages[0] if pages else []
    headings = [piece for piece in first if piece.kind == "heading"]
    if headings and headings[0].size == max(piece.size for piece in first):
        return headings[0].text
    declared = str(document.get_metadata_value("Title") or "").strip()
    if declared:
        return declared
    if 0 in recognised and recognised[0].paragraphs:
        return recognised[0].paragraphs[0][:120]
    return ""


def _fragments(page: Any, text_page: Any, *, pictured: bool) -> tuple[list[Fragment], int]:
    """The page's characters in drawing order, broken where the line breaks or a wide gap opens; and how many are hidden.

    Args:
        pictured: Whether the page shows a picture: then text that is not drawn may be what was recognised in it.
    """
    raw = text_page.raw
    page_left, page_bottom, page_right, page_top = page.get_bbox()
    count = pdfium.FPDFText_CountChars(raw)
    box = pdfium.FS_RECTF()
    its_box = ctypes.byref(box)
    # looked up once: they are called for every character
    unicode_of, is_generated = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_IsGenerated
    drawn_by_of, box_of = _drawn_by, pdfium.FPDFText_GetLooseCharBox
    fragments: list[Fragment] = []
    styles: dict[int, tuple[float, bool, bool]] = {}
    letters: list[str] = []
    left = right = base = size = 0.0
    bold = False
    owner = 0
    hidden = 0

    def finish() -> None:
        nonlocal letters
        text = "".join(letters).strip()
        if text:
            fragments.append(Fragment(text=text, left=left, right=right, base=base, size=size, bold=bold))
        letters = []

    for at in range(count):
        code = unicode_of(raw, at)
        if code in (10, 13):
            finish()
            continue
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
        # what the library adds where words and lines are apart is never a letter
        if character.isspace() and is_generated(raw, at):
            if letters:
                letters.append(" ")
            continue
        key = drawn_by_of(raw, at) or 0
        style = styles.get(key)
        if style is None:
            style = styles[key] = _style(raw, at, pdfium.FPDFText_GetTextObject(raw, at), pictured=pictured)
        its_size, its_bold, its_hidden = style
        if its_hidden:
            hidden += 0 if character.isspace() else 1
            continue
        if not box_of(raw, at, its_box):
            continue
        begins, ends, bottom = box.left, box.right, box.bottom
        if begins >= page_right or ends <= page_left or bottom >= page_top or box.top <= page_bottom:
            hidden += 0 if character.isspace() else 1
            continue
        if letters:
            gap = begins - right
            jumped = key != owner and (gap > 1.0 * its_size or gap < -2.0 * its_size)
            if jumped or gap > 4 * its_size or abs(bottom - base) > 0.4 * max(its_size, size):
                finish()
            elif key != owner and gap > 0.15 * its_size and letters[-1] != " " and character != " ":
                letters.append(" ")
        if not letters:
            if character.isspace():
                continue
            left, base, size, bold = begins, bottom, its_size, its_bold
        letters.append(character)
        right, owner = ends, key
    finish()
    return fragments, hidden


def _style(raw: Any, at: int, drawn_by: Any, *, pictured: bool) -> tuple[float, bool, bool]:
    """Height of the letters on the page in points, whether bold, whether invisible to a person."""
    box = pdfium.FS_RECTF()
    size = 0.0
    if pdfium.FPDFText_GetLooseCharBox(raw, at, ctypes.byref(box)):
        size = abs(box.top - box.bottom)
    size = size or pdfium.FPDFText_GetFontSize(raw, at)
    weight = pdfium.FPDFText_GetFontWeight(raw, at)
    bold = weight >= _BOLD
    if not bold and drawn_by:
        buffer = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        length = pdfium.FPDFText_GetFontInfo(raw, at, buffer, 128, ctypes.byref(flags))
        bold = 0 < length <= 128 and b"bold" in buffer.raw[:length].lower()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    white = False
    if drawn_by and pdfium.FPDFText_GetFillColor(raw, at, red, green, blue, alpha):
        white = alpha.value == 0 or min(red.value, green.value, blue.value) >= 250
    mode = pdfium.FPDFTextObj_GetTextRenderMode(drawn_by) if drawn_by else 0
    # mode 3 draws nothing: below a scan it is the recognised text, elsewhere a trick
    unseen = not pictured if mode == _NOT_DRAWN else white
    return size, bold, unseen or 0 < size < _TINY_POINTS


def _has_image(page: Any) -> bool:
    return any(True for _ in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3))


def _recognise(document: Any, index: int) -> Recognised:
    page = document[index]
    width, height = page.get_size()
    scale = _SCAN_DPI / 72
    if width * height * scale * scale > _MOST_PIXELS:
        scale = (_MOST_PIXELS / max(1.0, width * height)) ** 0.5
    image = page.render(scale=scale, grayscale=True).to_pil()
    page.close()
    found = recognise(image)
    progress()
    return found
