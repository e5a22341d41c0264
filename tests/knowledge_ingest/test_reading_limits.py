"""Hostile and broken files: each ends in its own process, in bounded time and memory, with a reason."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from knowledge_ingest import worker
from knowledge_ingest.errors import OverLimit, Unreadable
from knowledge_ingest.limits import Limits, ReadingProcess


@pytest.fixture(scope="module")
def strict() -> Iterator[ReadingProcess]:
    """Small limits, so that a bomb needs not be large."""
    limits = Limits(
        file_bytes=5_000_000,
        seconds=8,
        memory_bytes=200_000_000,
        pages=50,
        characters=200_000,
        unpacked_bytes=20_000_000,
    )
    with ReadingProcess(limits) as process:
        yield process


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


CONTENT_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    b'Target="word/document.xml"/></Relationships>'
)
W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx_with(xml: bytes) -> bytes:
    return zipped({"[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": RELATIONS, "word/document.xml": xml})


def billion_laughs() -> bytes:
    entities = b"".join(
        b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10 if level else b"lol " * 10)
        for level in range(10)
    )
    return docx_with(
        b'<?xml version="1.0"?><!DOCTYPE d ['
        + entities
        + b"]><w:document "
        + W
        + b"><w:body><w:p><w:r><w:t>&l9;"
        b"</w:t></w:r></w:p></w:body></w:document>"
    )


def outside_entity() -> bytes:
    return docx_with(
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document '
        + W
        + b"><w:body>"
        b"<w:p><w:r><w:t>before &x; after</w:t></w:r></w:p></w:body></w:document>"
    )


def deep_xml() -> bytes:
    return docx_with(b"<w:document " + W + b">" + b"<w:x>" * 200_000 + b"</w:x>" * 200_000 + b"</w:document>")


def pdf_stream_bomb() -> bytes:
    packed = zlib.compress(zlib.compress(b" " * 60_000_000))
    body = b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    body += (
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n4 0 obj<</Length %d"
        % len(packed)
    )
    return (
        body
        + b"/Filter[/FlateDecode/FlateDecode]>>stream\n"
        + packed
        + b"\nendstream endobj\ntrailer<</Root 1 0 R>>"
    )


def pdf_page_loop() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>"
        b"endobj\ntrailer<</Root 1 0 R>>"
    )


def png_bomb() -> bytes:
    def part(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(b"\0" * 1_000_000))
        + part(b"IEND", b"")
    )


def with_lying_size() -> bytes:
    """An archive whose table of contents says that a part is small."""
    content = zipped({"word/document.xml": b"0" * 10_000_000})
    return content.replace(struct.pack("<I", 10_000_000), struct.pack("<I", 10))


def many_sheets_xlsx() -> bytes:
    return zipped({"xl/workbook.xml": b"<x/>", **{f"xl/p{number}.xml": b"" for number in range(6_000)}})


BOMBS = {
    "zip ratio.docx": lambda: zipped({"word/document.xml": b"0" * 15_000_000}),
    "zip size.xlsx": lambda: zipped({f"xl/{n}.xml": os.urandom(100) + b"0" * 3_000_000 for n in range(8)}),
    "zip entries.xlsx": many_sheets_xlsx,
    "zip lies.docx": with_lying_size,
    "laughs.docx": billion_laughs,
    "deep.docx": deep_xml,
    "stream.pdf": pdf_stream_bomb,
    "loop.pdf": pdf_page_loop,
    "pixels.png": png_bomb,
    "deep.html": lambda: b"<div>" * 400_000,
    "wide.html": lambda: b"<table><tr>" + b"<td>x" * 300_000,
    "long.txt": lambda: b"word " * 200_000,
    "large.txt": lambda: b"x" * 6_000_000,
    "nested.eml": lambda: b"From: a@b\nSubject: x\nContent-Type: message/rfc822\n\n" * 3_000,
    "boundary.eml": lambda: b"From: a@b\nSubject: x\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 200_000,
    "quotes.md": lambda: b">" * 100_000 + b" x",
    "brackets.md": lambda: b"[" * 100_000,
    "emphasis.md": lambda: b"*a_" * 60_000,
    "front.md": lambda: b"---\na: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n---\ntext",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_and_the_next_file_is_read(strict: ReadingProcess, name: str) -> None:
    """Either it is refused with a reason, or it was harmless and its text is short; never anything worse."""
    try:
        said = strict.read(BOMBS[name](), Path(name).suffix).text
    except Unreadable as refused:
        said = str(refused)
    assert said
    assert len(said) <= 200_000
    assert "Traceback" not in said
    assert strict.read(b"still alive", ".txt").text == "still alive"


MUST_BE_REFUSED = [
    "zip ratio.docx",
    "zip size.xlsx",
    "zip entries.xlsx",
    "zip lies.docx",
    "pixels.png",
    "long.txt",
    "large.txt",
]


@pytest.mark.parametrize("name", MUST_BE_REFUSED)
def test_what_asks_for_too_much_is_refused(strict: ReadingProcess, name: str) -> None:
    with pytest.raises(Unreadable):
        strict.read(BOMBS[name](), Path(name).suffix)


def test_entities_neither_expand_nor_reach_outside(strict: ReadingProcess) -> None:
    for content in (billion_laughs(), outside_entity()):
        try:
            text = strict.read(content, ".docx").text
        except Unreadable:
            continue
        assert "root:" not in text
        assert len(text) < 1_000


BROKEN = {
    "empty.pdf": b"",
    "empty.md": b"",
    "blank.txt": b" \n\t\n ",
    "nul.txt": b"text\x00with\x00nul",
    "binary.md": bytes(range(256)) * 50,
    "no.pdf": b"this is no PDF at all",
    "cut.pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog",
    "no.docx": b"this is no archive",
    "cut.docx": b"PK\x03\x04" + b"\x00" * 50,
    "other.docx": zipped({"hello.txt": b"hello"}),
    "other.pptx": zipped({"hello.txt": b"hello"}),
    "other.xlsx": zipped({"hello.txt": b"hello"}),
    "old.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "pdf.txt": b"%PDF-1.7 but called text",
    "zip.md": zipped({"x": b"y"}),
    "traversal.docx": zipped({"../../outside.xml": b"x", "word/document.xml": b"y"}),
    "absolute.pptx": zipped({"/etc/passwd": b"x"}),
    "picture.png": b"\x89PNG\r\n\x1a\nnot really",
    "mail.eml": b"just a line of text",
    "page.html": b"<html><body><script>x</script></body></html>",
    "program.exe": b"MZ",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_a_reason_a_person_understands(
    reading: ReadingProcess, name: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        reading.read(BROKEN[name], Path(name).suffix)
    assert str(caught.value).endswith((".", ")"))
    assert caught.value.lasting


def test_an_encrypted_pdf_says_that_it_is(reading: ReadingProcess) -> None:
    from fpdf import FPDF

    paper = FPDF()
    paper.set_encryption(owner_password="a", user_password="b")
    paper.add_page()
    paper.set_font("Helvetica", size=12)
    paper.cell(0, 10, "secret")
    with pytest.raises(Unreadable, match="encrypted"):
        reading.read(bytes(paper.output()), ".pdf")


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ReadingProcess]:
    """A reading process whose text reader does what the file says."""
    plugin = tmp_path / "plugin"
    plugin.mkdir()
    (plugin / "sitecustomize.py").write_text(
        """
import importlib.abc, importlib.machinery, sys, os, time, threading
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "knowledge_ingest.readers.text":
            return importlib.machinery.ModuleSpec(name, Loader())
class Loader(importlib.abc.Loader):
    def exec_module(self, module):
        def read(content):
            if content == b"hang":
                time.sleep(3600)
            if content == b"spin":
                while True: pass
            if content == b"eat":
                held = []
                while True: held.append(bytearray(10_000_000))
            if content == b"crash":
                os.abort()
            if content == b"print":
                print("noise" * 10_000); sys.stderr.write("noise")
            if content == b"kill parent":
                os.kill(os.getppid(), 9)
            if content == b"secrets":
                from knowledge_ingest.extracted import TextBuilder
                builder = TextBuilder(); builder.add("paragraph", repr(dict(os.environ))); return builder.build()
            from knowledge_ingest.extracted import TextBuilder
            builder = TextBuilder(); builder.add("paragraph", "fine"); return builder.build()
        module.read = read
sys.meta_path.insert(0, Finder())
"""
    )
    monkeypatch.syspath_prepend(str(plugin))
    monkeypatch.setenv("COPILOT_ODOO_PASSWORD", "sesame-123")
    with ReadingProcess(Limits(seconds=1.5, memory_bytes=150_000_000)) as process:
        yield process


@pytest.mark.parametrize("behaviour", [b"hang", b"spin", b"eat", b"crash"])
def test_a_parser_that_misbehaves_is_ended(misbehaving: ReadingProcess, behaviour: bytes) -> None:
    with pytest.raises(OverLimit):
        misbehaving.read(behaviour, ".txt")
    assert misbehaving.read(b"ok", ".txt").text == "fine"


def test_a_parser_that_prints_disturbs_nothing(misbehaving: ReadingProcess) -> None:
    assert misbehaving.read(b"print", ".txt").text == "fine"
    assert misbehaving.read(b"ok", ".txt").text == "fine"


def test_when_the_reading_process_dies_it_is_started_again(misbehaving: ReadingProcess) -> None:
    from knowledge_ingest.errors import ReaderProcessLost

    with pytest.raises(ReaderProcessLost):
        misbehaving.read(b"kill parent", ".txt")
    assert misbehaving.read(b"ok", ".txt").text == "fine"


def test_the_reading_process_knows_no_secrets(misbehaving: ReadingProcess) -> None:
    assert "sesame" not in misbehaving.read(b"secrets", ".txt").text


def test_the_reading_process_ends_with_its_owner() -> None:
    process = ReadingProcess()
    process.read(b"x", ".txt")
    running = process._process
    assert running is not None
    process.close()
    process.close()
    assert running.poll() is not None


def test_a_mail_that_comes_first_brings_any_kind_of_attachment() -> None:
    """Readers are imported for the first file that needs them; of a mail nobody knows before which these are."""
    from fpdf import FPDF

    paper = FPDF()
    paper.add_page()
    paper.set_font("Helvetica", size=12)
    paper.cell(0, 10, "Two shipments at most.")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "carrier@example.com", "Our terms"
    mail.set_content("Please find them attached.")
    mail.add_attachment(bytes(paper.output()), maintype="application", subtype="pdf", filename="terms.pdf")
    with ReadingProcess() as fresh:
        found = fresh.read(mail.as_bytes(), ".eml")
    assert "Two shipments at most." in found.text
    assert found.notes == ()


def test_readers_are_imported_once_and_one_that_breaks_takes_nothing_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []

    def importing(name: str) -> None:
        tried.append(name.rpartition(".")[2])
        if name.endswith("docx"):
            raise OSError("a shared library is missing")

    monkeypatch.setattr(worker.importlib, "import_module", importing)
    monkeypatch.setattr(worker, "_keep_out_of_collections", lambda: None)  # of this process nothing
    imported: set[str] = set()
    for suffix in (".txt", ".txt", ".docx", ".docx", ".eml", ".pdf", ".exe"):
        worker._import_for(suffix, imported)
    assert tried == ["text", "docx", "eml", "html", "image", "markdown", "pdf", "pptx", "xlsx"]
