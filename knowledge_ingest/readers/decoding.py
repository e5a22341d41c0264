"""Bytes to characters for the text formats, without guessing wildly."""

from __future__ import annotations

from knowledge_ingest.errors import Unreadable
from retrieval.normalise import same_length_form, strip_invisible


def decode(content: bytes) -> str:
    """Text from bytes: by byte order mark, else UTF-8, else Windows-1252. Line ends become ``\\n``.

    Raises:
        Unreadable: it has NUL bytes or too many control characters to be text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable("The file begins like UTF-16 text but is damaged. Save it as UTF-8.") from error
    elif b"\x00" in content:
        raise Unreadable("The file holds NUL bytes: it is binary, whatever its name says.")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    controls = sum(1 for each in text[:20000] if each < " " and each not in "\n\r\t\f")
    if controls > max(8, len(text[:20000]) // 50):
        raise Unreadable("Most of the file is not text. Check the file's name.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def cleaned(text: str) -> tuple[str, int]:
    """Text of record from decoded text: positions stay as in the file unless invisible characters had to go.

    Returns:
        The text and how many invisible characters were removed.
    """
    kept, removed = strip_invisible(text)
    return same_length_form(kept), removed
