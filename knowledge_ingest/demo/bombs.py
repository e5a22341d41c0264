"""Small files that want to become large, long or endless, for the tests and for `python -m benchmarks bombs`."""
# ruff: noqa: E501 - files in one line each

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{}</Types>'
RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{}"/></Relationships>'
OFFICE = "application/vnd.openxmlformats-officedocument."


def zipped(parts: dict[str, bytes | str], *, stored: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, *, doctype: str = "") -> bytes:
    override = (
        f'<Override PartName="/word/document.xml" ContentType="{OFFICE}wordprocessingml.document.main+xml"/>'
    )
    return zipped({
        "[Content_Types].xml": TYPES.format(override), "_rels/.rels": RELS.format("word/document.xml"),
        "word/document.xml": f'<?xml version="1.0"?>{doctype}<w:document {W}><w:body>{body}</w:body></w:document>',
    })  # fmt: skip


def xlsx(sheet: str, *, strings: str = "", doctype: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    override = "".join(
        f'<Override PartName="/xl/{name}" ContentType="{OFFICE}spreadsheetml.{kind}+xml"/>'
        for name, kind in (
            ("workbook.xml", "sheet.main"),
            ("worksheets/sheet1.xml", "worksheet"),
            ("sharedStrings.xml", "sharedStrings"),
        )
    )
    return zipped({
        "[Content_Types].xml": TYPES.format(override), "_rels/.rels": RELS.format("xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{relation}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet xmlns="{main}">{sheet}</worksheet>',
        "xl/sharedStrings.xml": f'<?xml version="1.0"?>{doctype}<sst xmlns="{main}">{strings}</sst>',
    })  # fmt: skip


def laughs(depth: int = 9, width: int = 10) -> str:
    entities = "".join(
        f'<!ENTITY l{level} "{f"&l{level - 1};" * width if level else "lol " * width}">'
        for level in range(depth + 1)
    )
    return f"<!DOCTYPE d [{entities}]>"


def pptx(slides: int = 1, text: str = "x") -> bytes:
    import pptx as library

    presentation = library.Presentation()
    for _ in range(slides):
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = text
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def pptx_laughs() -> bytes:
    source = zipfile.ZipFile(io.BytesIO(pptx()))
    parts: dict[str, bytes | str] = {name: source.read(name) for name in source.namelist()}
    slide = bytes(parts["ppt/slides/slide1.xml"]).decode()  # type: ignore[arg-type]
    head, _, rest = slide.partition("?>")
    parts["ppt/slides/slide1.xml"] = f"{head}?>{laughs()}{rest.replace('<a:t>x</a:t>', '<a:t>&l9;</a:t>')}"
    return zipped(parts)


def pdf(*objects: str | bytes, root: str = "1 0 R") -> bytes:
    body = b"%PDF-1.7\n"
    for number, content in enumerate(objects, start=1):
        content = content.encode("latin-1") if isinstance(content, str) else content
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    return body + f"trailer<</Root {root}>>\n%%EOF".encode()


def stream(content: bytes, more: str = "", *, packed: bool = True) -> bytes:
    data = zlib.compress(content, 9) if packed else content
    kind = "/Filter/FlateDecode" if packed else ""
    return f"<</Length {len(data)}{kind}{more}>>stream\n".encode() + data + b"\nendstream"


CATALOG, PAGES = "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>"
FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def page_of(content: bytes, *more: str | bytes, page: str = PAGE) -> bytes:
    return pdf(CATALOG, PAGES, page, stream(content), *more)


def picture_of(width: int, height: int) -> bytes:
    image = stream(
        b"\x00" * 4_000_000,
        f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8",
    )
    return page_of(b"q 612 0 0 792 0 0 cm /X Do Q", FONT, image)


def tiff(frames: int) -> bytes:
    """A TIFF whose frames are all the same tiny picture; with -1 the first frame is also the next one, for ever."""
    entries = [
        (256, 3, 1, 8),
        (257, 3, 1, 8),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (278, 3, 1, 8),
        (279, 4, 1, 64),
    ]
    body = b"II*\x00" + struct.pack("<I", 8 + 64) + b"\xff" * 64
    for number in range(max(1, frames)):
        here = len(body)
        block = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
        after = here if frames < 0 else here + len(block) + 4 if number + 1 < frames else 0
        body += block + struct.pack("<I", after)
    return body


def bmp(width: int, height: int) -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHI", 58, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 4, 0, 0, 0, 0)
        + b"\x00" * 4
    )


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0" + frame + b"\xff\xd9"
    )


def mail(*attachments: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "Files"
    message.set_content("Here they are.")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(message)


def nested_mail(depth: int) -> bytes:
    inner = b"From: a@example.com\nSubject: in\n\ntext\n"
    for level in range(depth):
        edge = b"b%d" % level
        inner = (
            b"From: a@example.com\nSubject: x\nContent-Type: multipart/mixed; boundary=%b\n\n--%b\nContent-Type: message/rfc822\n\n%b\n--%b--\n"
            % (edge, edge, inner, edge)
        )
    return inner


def overlapping_zip() -> bytes:
    """Many names for the same packed bytes."""
    kernel = zipped({"word/document.xml": b"0" * 2_000_000})
    source = zipfile.ZipFile(io.BytesIO(kernel))
    entry = source.infolist()[0]
    end = kernel.rindex(b"PK\x05\x06")
    first = kernel[kernel.index(b"PK\x01\x02") : end]
    directory = first * 2_000
    closing = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, 2_000, 2_000, len(directory), len(kernel) - len(first) - 22, 0
    )
    assert entry.file_size == 2_000_000
    return kernel[: kernel.index(b"PK\x01\x02")] + directory + closing


CELL = '<c r="A{0}" t="s"><v>0</v></c>'

BOMBS: dict[str, Callable[[], bytes]] = {
    # archives and their XML
    "ratio.docx": lambda: zipped({"word/document.xml": b"0" * 30_000_000}),
    "overlap.docx": overlapping_zip,
    "within.docx": lambda: zipped({f"{n}.docx": zipped({"a.xml": b"0" * 100_000}) for n in range(50)}),
    "laughs.docx": lambda: docx("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", doctype=laughs()),
    "quadratic.docx": lambda: docx("<w:p><w:r><w:t>" + "&a;" * 30_000 + "</w:t></w:r></w:p>", doctype=f'<!DOCTYPE d [<!ENTITY a "{"x" * 30_000}">]>'),
    "outside.docx": lambda: docx("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", doctype='<!DOCTYPE d [<!ENTITY a SYSTEM "file:///dev/zero">]>'),
    "deep.docx": lambda: docx("<w:sdt>" * 40_000 + "</w:sdt>" * 40_000),
    "tables.docx": lambda: docx("<w:tbl><w:tr><w:tc>" * 3_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3_000),
    "wide.docx": lambda: docx("<w:tbl><w:tr>" + "<w:tc><w:p/></w:tc>" * 60_000 + "</w:tr></w:tbl>"),
    "paragraphs.docx": lambda: docx("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 200_000),
    "span.docx": lambda: docx('<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'),
    "far.xlsx": lambda: xlsx('<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    "dimension.xlsx": lambda: xlsx('<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'),
    "shared.xlsx": lambda: xlsx("<sheetData>" + "".join(f'<row r="{n}">{CELL.format(n)}</row>' for n in range(1, 3_001)) + "</sheetData>", strings=f"<si><t>{'long ' * 6_000}</t></si>"),
    "laughs.xlsx": lambda: xlsx(f'<sheetData><row r="1">{CELL.format(1)}</row></sheetData>', strings="<si><t>&l9;</t></si>", doctype=laughs()),
    "laughs.pptx": pptx_laughs,
    "slides.pptx": lambda: pptx(60),
    # PDF
    "pages.pdf": lambda: pdf(CATALOG, f"<</Type/Pages/Kids[{'3 0 R ' * 5_000}]/Count 5000>>", PAGE, stream(b""), FONT),
    "tree.pdf": lambda: pdf(CATALOG, "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>"),
    "count.pdf": lambda: pdf(CATALOG, "<</Type/Pages/Kids[3 0 R]/Count 2147483647>>", PAGE, stream(b""), FONT),
    "twice packed.pdf": lambda: pdf(CATALOG, PAGES, PAGE, stream(zlib.compress(zlib.compress(b"0" * 60_000_000, 9), 9), "/Filter[/FlateDecode/FlateDecode]", packed=False), FONT),
    "itself.pdf": lambda: page_of(b"/X Do", FONT, stream(b"/X Do /X Do", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>")),
    "pixels.pdf": lambda: picture_of(30_000, 30_000),
    "poster.pdf": lambda: page_of(b"q 1 0 0 1 0 0 cm /X Do Q", FONT, stream(b"\x00" * 100, "/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray/BitsPerComponent 8"), page=PAGE.replace("612 792", "999999999 999999999")),
    "arrays.pdf": lambda: pdf("<</Type/Catalog/Pages 2 0 R/A " + "[" * 200_000 + "]" * 200_000 + ">>", PAGES, PAGE, stream(b""), FONT),
    "letters.pdf": lambda: page_of(b"BT /F 9 Tf " + b"(" + b"a" * 400 + b") Tj " * 3 + b"(abcdefgh) Tj " * 60_000 + b"ET", FONT),
    "previous.pdf": lambda: b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 1/Prev 9>>\nstartxref\n9\n%%EOF",
    "save.pdf": lambda: page_of(b"q " * 500_000, FONT),
    # pictures
    "pixels.png": lambda: b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in ((b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0" * 1_000_000)), (b"IEND", b""))),
    "text.png": lambda: b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in ((b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)), (b"zTXt", b"a\0\0" + zlib.compress(b"0" * 90_000_000, 9)), (b"IDAT", zlib.compress(b"\0" * 72)), (b"IEND", b""))),
    "frames.tiff": lambda: tiff(500),
    "circle.tiff": lambda: tiff(-1),
    "huge.bmp": lambda: bmp(65_000, 65_000),
    "huge.jpg": lambda: jpeg(65_000, 65_000),
    # mails
    "nested.eml": lambda: nested_mail(200),
    "carrier.eml": lambda: mail(("a.docx", zipped({"word/document.xml": b"0" * 30_000_000}))),
    "attachments.eml": lambda: mail(*((f"{n}.txt", b"x") for n in range(400))),
    "header.eml": lambda: b"From: a@b\nSubject: " + b"x\n " * 300_000 + b"\n\ntext",
    "parts.eml": lambda: b"From: a@b\nSubject: x\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 100_000,
    # texts
    "deep.html": lambda: b"<div><b><i>" * 100_000 + b"x",
    "attributes.html": lambda: b"<p " + b"".join(b'a%d="x" ' % n for n in range(80_000)) + b">x",
    "entities.html": lambda: b"&lt;" * 700_000,
    "tables.html": lambda: b"<table><tr><td>" * 20_000 + b"x",
    "lists.md": lambda: b"".join(b" " * (2 * n) + b"- x\n" for n in range(1_500)),
    "links.md": lambda: b"".join(b"[%d]: x\n" % n for n in range(60_000)) + b"[1]" * 60_000,
    "ticks.md": lambda: b"".join(b"`" * n + b" " for n in range(1_200)),
    "columns.md": lambda: b"|a" * 20_000 + b"|\n" + b"|-" * 20_000 + b"|\n" + b"|b" * 20_000 + b"|\n",
    "front.md": lambda: b"---\na: " + b"[" * 8_000 + b"]" * 8_000 + b"\n---\n\ntext",
    "words.txt": lambda: b"ignore all the previous " * 30_000,
    "one.txt": lambda: b"a" * 900_000,
    "accents.txt": lambda: ("a" + "\u0301" * 300_000).encode(),
}  # fmt: skip

ENDLESS = {
    "ratio.docx", "overlap.docx", "slides.pptx", "pages.pdf", "far.xlsx", "shared.xlsx", "pixels.png", "frames.tiff", "huge.bmp",
    "huge.jpg", "carrier.eml", "paragraphs.docx", "header.eml", "parts.eml",
}  # fmt: skip
"""Those of which nothing can be harmless: they have to be refused."""
