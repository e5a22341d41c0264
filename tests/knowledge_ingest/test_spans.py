"""Every citation's place: the stored text between its start and end is the quoted text, over all shipped documents and all formats."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_ingest.pipeline import ingest
from knowledge_ingest.readers import READERS
from retrieval.passage import DEFAULT_COLLECTION
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.testing import everyone

DEMO = Path(__file__).resolve().parents[2] / "knowledge_ingest" / "demo"


def check(library: Library) -> tuple[int, set[str]]:
    """Passages looked at, and the endings of their files."""
    seen, endings = 0, set()
    for row in library.store.rows(DEFAULT_COLLECTION):
        stored = library.store.document(DEFAULT_COLLECTION, row.document.document_id)
        assert stored is not None
        assert row.document.text_length == len(stored.text)
        last = -1
        for each in library.store.passages(DEFAULT_COLLECTION, row.document.document_id):
            passage = each.passage
            assert stored.body_start <= passage.start < passage.end <= len(stored.text)
            assert stored.text[passage.start : passage.end] == passage.text
            assert passage.text.strip()
            assert passage.start > last
            last = passage.start
            if passage.page is not None:
                (page,) = [
                    page for page in stored.pages if (page.number, page.of) == (passage.page, passage.page_of)
                ]
                assert page.start <= passage.start < page.end
                assert passage.page_confidence == page.confidence
            else:
                assert not any(page.start <= passage.start < page.end for page in stored.pages)
                assert (passage.page_of, passage.page_confidence) == ("", None)
            seen += 1
        endings.add(Path(row.document.path).suffix)
    return seen, endings


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_a_scan_in_a_mail_is_kept_and_found_with_its_name_its_page_and_how_sure_it_is(
    library: Library,
    folder: Path,
    scan_as: Callable[[str], bytes],
    mail_with: Callable[[dict[str, bytes]], bytes],
) -> None:
    (folder / "offer.eml").write_bytes(mail_with({"credit.pdf": scan_as("PDF")}))
    (told,) = ingest([folder], library).documents
    assert any(reason.startswith("credit.pdf: Page 1 is a scan") for reason in told.reasons)
    check(library)
    (row,) = library.store.rows(DEFAULT_COLLECTION)
    reader = everyone(row.document.company)
    passage = library.search(SearchRequest(text="two percent per day", reader=reader)).passages[0].passage
    assert "two percent per day" in passage.text
    assert (passage.page, passage.page_of) == (1, "credit.pdf")
    assert passage.page_confidence is not None
    assert 0.8 < passage.page_confidence <= 1
    (page,) = library.open(row.document.document_id, reader).pages
    assert (page.of, page.confidence) == ("credit.pdf", passage.page_confidence)


def test_every_span_of_every_format_is_the_quoted_text(
    tmp_path: Path, library: Library, files: dict[str, bytes]
) -> None:
    """The shipped documents (a scan among them) and one generated file of each format."""
    made = tmp_path / "made"
    made.mkdir()
    for name, content in files.items():
        (made / f"made-{name}").write_bytes(content)
    report = ingest([DEMO / "documents", made], library)
    assert not report.count("quarantined"), [
        each for each in report.documents if each.status == "quarantined"
    ]
    seen, endings = check(library)
    assert seen > 500
    assert endings >= {".md", ".txt", ".html", ".pdf", ".docx", ".xlsx", ".xls", ".ods", ".pptx", ".eml"}
    asked = 0
    companies = {row.document.company for row in library.store.rows(DEFAULT_COLLECTION)}
    for text in (
        "late deliveries",
        "temperature of the truck",
        "freight damage claim",
        "partial shipments",
        "price per kilogram",
        "return charge",
    ):
        result = library.search(
            SearchRequest(text=text, reader=everyone(*companies), top=50, include_superseded=True)
        )
        for hit in result.passages:
            opened = library.open(hit.document.document_id, everyone(*companies))
            assert opened.text[hit.passage.start : hit.passage.end] == hit.passage.text
            asked += 1
    assert asked > 50


PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP"}
"""Endings that text recognition reads, with PIL's names of the formats."""

SAID = {
    ".md": "1.2 A cold chain order is never split.", ".markdown": "1.2 A cold chain order is never split.",
    ".txt": "1.2 Never outside of it.", ".text": "Café deliveries need two days’ notice.",
    ".html": "The charge is 15%,\nat least USD 20.", ".htm": "The charge is 15%,\nat least USD 20.",
    ".pdf": "Loss is claimed within thirty days.", ".docx": "An order is split when half of its value is ready.",
    ".xlsx": "Carrier: Atlas | Base USD: 85 | Per kg USD: 0.32", ".xls": "Carrier: Atlas | Base USD: 85 | Per kg USD: 0.32",
    ".ods": "Carrier: Atlas | Base USD: 85 | Per kg USD: 0.32", ".pptx": "Tell the customer within two days",
    ".eml": "The certificate travels with the goods.",
}  # fmt: skip
"""By ending: words of the file made for it, as a citation quotes them."""


def quotes(library: Library) -> dict[str, list[str]]:
    """What can be cited, cut from the stored text by start and end: by the ending of the file."""
    found: dict[str, list[str]] = {}
    for row in library.store.rows(DEFAULT_COLLECTION):
        stored = library.store.document(DEFAULT_COLLECTION, row.document.document_id)
        assert stored is not None
        for each in library.store.passages(DEFAULT_COLLECTION, row.document.document_id):
            cut = stored.text[each.passage.start : each.passage.end]
            found.setdefault(Path(row.document.path).suffix, []).append(cut)
    return found


def test_every_ending_that_is_read_is_in_these_tests() -> None:
    assert not set(SAID) & set(PICTURES)
    assert set(SAID) | set(PICTURES) == set(READERS)


def test_every_ending_is_cited_with_the_words_of_its_file(
    library: Library, folder: Path, files: dict[str, bytes]
) -> None:
    """Texts in an older encoding and with a byte order mark among them: their bytes are not their characters."""
    by_ending = {Path(name).suffix: content for name, content in files.items()}
    by_ending[".markdown"] = (
        by_ending[".md"].replace(b"sop-splits", b"sop-splits-too").replace(b"\n", b"\r\n")
    )
    by_ending[".text"] = "NOTICE\n\nCafé deliveries need two days’ notice.\n".encode("cp1252")
    by_ending[".htm"] = b"\xef\xbb\xbf" + by_ending[".html"]
    for ending in SAID:
        (folder / f"of{ending[1:]}{ending}").write_bytes(by_ending[ending])
    report = ingest([folder], library)
    assert report.count("new") == len(SAID), report.documents
    _, endings = check(library)
    assert endings == set(SAID)
    cited = quotes(library)
    for ending, said in SAID.items():
        assert any(said in each for each in cited[ending]), (ending, cited[ending])


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_every_ending_of_a_picture_is_cited_with_what_was_recognised(
    library: Library, folder: Path, scan_as: Callable[[str], bytes]
) -> None:
    for ending, kind in PICTURES.items():
        # a few bytes after the picture's end make two endings of one format two files
        (folder / f"of{ending[1:]}{ending}").write_bytes(scan_as(kind) + ending.encode())
    report = ingest([folder], library)
    assert report.count("new") == len(PICTURES), report.documents
    _, endings = check(library)
    assert endings == set(PICTURES)
    cited = quotes(library)
    for ending in PICTURES:
        assert any("two percent per day" in each for each in cited[ending]), (ending, cited[ending])
