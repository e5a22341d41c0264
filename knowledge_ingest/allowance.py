"""What the file being read may still use: set by the reading process, asked by the readers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from knowledge_ingest.errors import OverLimit, Unreadable
from knowledge_ingest.limits import Limits

_limits = Limits()
_alive: Callable[[], None] | None = None


def begin(limits: Limits, alive: Callable[[], None]) -> None:
    """Start counting for a file; `alive` tells the outside that there is progress."""
    global _limits, _alive  # one file per process, by construction
    _limits, _alive = limits, alive


def progress() -> None:
    """A slow but steady step is done, such as one recognised page."""
    if _alive is not None:
        _alive()


def check_pages(count: int, *, to_recognise: int = 0) -> None:
    """Refuse a document with too many pages.

    Raises:
        OverLimit: it has.
    """
    if count > _limits.pages:
        raise OverLimit(f"It has {count:,} pages, more than {_limits.pages:,}. Split it.")
    if to_recognise > _limits.ocr_pages:
        raise OverLimit(
            f"{to_recognise:,} of its pages are scans, more than {_limits.ocr_pages:,} that are recognised in one file. "
            "Split it, or have it recognised before."
        )


def characters() -> int:
    """How long an extracted text may be."""
    return _limits.characters


def check_archive(content: bytes) -> None:
    """Look at an archive's table of contents before anything is unpacked.

    Raises:
        OverLimit: it unpacks to too much.
        Unreadable: it is damaged, encrypted, or names files outside of itself.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Unreadable("The file is damaged: its archive cannot be opened. Save it again.") from error
    if len(entries) > _limits.archive_entries:
        raise OverLimit(f"Its archive holds {len(entries):,} parts, more than {_limits.archive_entries:,}.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > _limits.unpacked_bytes:
        raise OverLimit(
            f"It unpacks to {unpacked / 1e6:,.0f} MB, more than {_limits.unpacked_bytes / 1e6:,.0f} MB."
        )
    if unpacked > 1_000_000 and unpacked > _limits.unpack_ratio * max(1, len(content)):
        raise OverLimit(
            f"It unpacks to {unpacked // max(1, len(content)):,} times its size, more than {_limits.unpack_ratio} times."
        )
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or (entry.external_attr >> 28) == 0xA:
            raise Unreadable("Its archive names files outside of itself. It is not opened.")
        if entry.flag_bits & 0x1:
            raise Unreadable("Its archive is encrypted. Save it without a password.")
