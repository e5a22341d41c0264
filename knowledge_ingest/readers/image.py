"""Pictures of paper: one page each (TIFF: several), by text recognition. Home of PIL for documents."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from knowledge_ingest.allowance import check_pages, progress
from knowledge_ingest.errors import OverLimit, Unreadable
from knowledge_ingest.extracted import Extracted, TextBuilder
from knowledge_ingest.readers.ocr import add_recognised, recognise

_MOST_PIXELS = 60_000_000


def read(content: bytes) -> Extracted:
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    builder = TextBuilder()
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise OverLimit(f"The picture has more than {_MOST_PIXELS // 1_000_000} million pixels.")
            check_pages(0, to_recognise=getattr(picture, "n_frames", 1))
            for number, frame in enumerate(ImageSequence.Iterator(picture), start=1):
                add_recognised(builder, recognise(ImageOps.exif_transpose(frame)), page=number)
                progress()
    except Image.DecompressionBombError as error:
        raise OverLimit(f"The picture has more than {_MOST_PIXELS // 1_000_000} million pixels.") from error
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Unreadable("The picture is damaged or of an unknown kind.") from error
    if not builder.length:
        raise Unreadable("No text was recognised in the picture.")
    return builder.build()
