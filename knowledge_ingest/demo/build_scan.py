"""Render a source as a scanned paper: pages as slightly rotated, noisy images in a PDF without any text."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from knowledge_ingest.demo.build_pdf import FIXED_DATE
from knowledge_ingest.demo.build_source import Bullets, Heading, Paragraph, Source, Table

WIDTH, HEIGHT, MARGIN = 1275, 1650, 130  # US Letter at 150 dpi
PAPER, INK = 246, 28


def render_scan(source: Source) -> bytes:
    """The PDF of `source` as images only; the same bytes every time with the same Pillow and FreeType."""
    chance = random.Random(source.path.stem)  # noqa: S311 - noise on a demo scan
    document = FPDF(format="letter", unit="mm")
    document.set_creation_date(FIXED_DATE)
    document.set_producer("Scanner")
    document.set_margin(0)
    document.set_auto_page_break(False)
    for page in _pages(source):
        jpeg = io.BytesIO()
        _as_scanned(page, chance).save(jpeg, "JPEG", quality=58)
        document.add_page()
        document.image(jpeg, 0, 0, document.w, document.h)
    return bytes(document.output())


def _pages(source: Source) -> Iterator[Image.Image]:
    page, draw, y = _blank()
    for text, size, gap in _set_lines(source):
        if y + size * 1.5 > HEIGHT - MARGIN:
            yield page
            page, draw, y = _blank()
        draw.text((MARGIN, y), text, font=ImageFont.load_default(size=size), fill=INK)
        y += int(size * 1.42) + gap
    _sign(draw, y)
    yield page


def _set_lines(source: Source) -> Iterator[tuple[str, int, int]]:
    """Lines with their font size in pixels and the gap after them."""
    for block in source.blocks:
        match block:
            case Heading(level=1):
                yield from _wrapped(block.text, 38, 22)
            case Heading():
                yield from _wrapped(block.text, 29, 8)
            case Paragraph():
                yield from _wrapped(block.text, 25, 14)
            case Bullets():
                for item in block.items:
                    yield from _wrapped(item, 25, 6)
            case Table():
                for row in block.rows:
                    yield from _wrapped(": ".join(row), 25, 4)


def _wrapped(text: str, size: int, gap: int) -> Iterator[tuple[str, int, int]]:
    font, line = ImageFont.load_default(size=size), ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > WIDTH - 2 * MARGIN:
            yield line, size, 0
            line = word
        else:
            line = longer
    yield line, size, gap


def _blank() -> tuple[Image.Image, ImageDraw.ImageDraw, int]:
    page = Image.new("L", (WIDTH, HEIGHT), PAPER)
    return page, ImageDraw.Draw(page), MARGIN


def _sign(draw: ImageDraw.ImageDraw, y: int) -> None:
    """Two pen strokes that look like signatures; they carry no text."""
    for left in (MARGIN + 20, MARGIN + 560):
        points = [(left + step * 9, y + 46 + (-1) ** step * (30 - step)) for step in range(26)]
        draw.line(points, fill=70, width=3, joint="curve")


def _as_scanned(page: Image.Image, chance: random.Random) -> Image.Image:
    turned = page.rotate(chance.uniform(-0.8, 0.8), resample=Image.Resampling.BICUBIC, fillcolor=PAPER)
    grain = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), chance.randbytes((WIDTH // 2) * (HEIGHT // 2)))
    grain = grain.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    return Image.blend(turned, grain, 0.10).filter(ImageFilter.GaussianBlur(0.6))
