"""Make Office files the same byte for byte each time: fixed times in the archive and in the properties."""

from __future__ import annotations

import io
import re
import zipfile

FIXED_TIME = (2026, 1, 5, 8, 0, 0)
FIXED_ISO = "2026-01-05T08:00:00Z"

_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)")


def with_fixed_times(archive: bytes) -> bytes:
    """The same archive with the same entries in the same order, without any trace of when it was written."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(result, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _TIMES.sub(rb"\g<1>" + FIXED_ISO.encode() + rb"\g<2>", content)
            fixed = zipfile.ZipInfo(entry.filename, FIXED_TIME)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.external_attr = 0o644 << 16
            new.writestr(fixed, content, compresslevel=9)
    return result.getvalue()
