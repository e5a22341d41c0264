"""One reader per format: bytes in, text with its parts out. Run inside the limited reading process only."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from knowledge_ingest.errors import Unreadable
from knowledge_ingest.extracted import Extracted

READERS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
    ".pptx": "pptx",
    ".eml": "eml",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".bmp": "image",
}
"""Module of this package that reads files of an ending."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "docx": (_ZIP,),
    "pptx": (_ZIP,),
    "xlsx": (_ZIP, _OLE, b"<?xml"),
}
_BINARY = (
    b"%PDF-",
    _ZIP,
    _OLE,
    b"\x7fELF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
)


def read(content: bytes, suffix: str) -> Extracted:
    """Read a file by its ending, after a look at whether its first bytes agree.

    Args:
        suffix: With its dot, any case.

    Raises:
        Unreadable: empty, damaged, encrypted, or not what its name says.
    """
    reader = READERS.get(suffix.lower())
    if reader is None:
        raise Unreadable(
            f"Files ending in {suffix or 'nothing'!r} are not read. Convert it to PDF, DOCX or Markdown."
        )
    if not content:
        raise Unreadable("The file is empty (0 bytes).")
    check_signature(content, suffix.lower(), reader)
    function: Callable[[bytes], Extracted] = import_module(f"knowledge_ingest.readers.{reader}").read
    return function(content)


def check_signature(content: bytes, suffix: str, reader: str) -> None:
    """Refuse a file whose first bytes say that it is something else than its name.

    Raises:
        Unreadable: they do not agree.
    """
    head = content[:1024].lstrip(b"\x00 \t\r\n\xef\xbb\xbf") if reader == "pdf" else content[:16]
    expected = _SIGNATURES.get(reader)
    if expected and not head.startswith(expected):
        if reader in ("docx", "pptx") and content.startswith(_OLE):
            raise Unreadable(
                f"The file is encrypted, or in the format of Office 97, although its name ends in {suffix}. "
                "Save it without a password as the current format."
            )
        raise Unreadable(f"The name ends in {suffix}, but the content is not of that kind. Check the file.")
    if reader in ("markdown", "text", "html", "eml") and content.startswith(_BINARY):
        raise Unreadable(f"The name ends in {suffix}, but the content is binary. Check the file's name.")
