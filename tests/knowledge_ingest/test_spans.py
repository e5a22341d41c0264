"""Every citation's place: the stored text between its start and end is the quoted text, over all shipped documents and all formats."""

from __future__ import annotations

from pathlib import Path

from knowledge_ingest.pipeline import ingest
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
                (page,) = [page for page in stored.pages if page.number == passage.page]
                assert page.start <= passage.start < page.end
            seen += 1
        endings.add(Path(row.document.path).suffix)
    return seen, endings


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
    assert endings >= {".md", ".txt", ".html", ".pdf", ".docx", ".xlsx", ".pptx", ".eml"}
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
