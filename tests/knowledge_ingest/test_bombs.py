"""Small files that want to become large, long or endless: each ends within its limits, with a reason, and the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_ingest.cutting import Order
from knowledge_ingest.demo.bombs import BOMBS, ENDLESS
from knowledge_ingest.errors import Unreadable
from knowledge_ingest.limits import Limits, ReadingProcess
from knowledge_ingest.pipeline import ingest
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.testing import everyone

AS_A_CONTRACT = Order(document_id="bomb", title="Bomb", reads_terms=True)
"""What is done with a text at most."""


@pytest.fixture(scope="module")
def strict() -> Iterator[ReadingProcess]:
    """Smaller limits than in earnest, so that the bombs may be small."""
    limits = Limits(
        file_bytes=5_000_000, seconds=3, seconds_in_all=10, seconds_to_cut=3, memory_bytes=250_000_000, pages=50, ocr_pages=20,
        characters=200_000, unpacked_bytes=20_000_000,
    )  # fmt: skip
    with ReadingProcess(limits) as process:
        yield process


def test_there_are_more_than_forty() -> None:
    assert len(BOMBS) >= 40


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_with_a_reason_or_a_short_text(strict: ReadingProcess, name: str) -> None:
    content = BOMBS[name]()
    assert len(content) < 5_000_000, "a bomb is small"
    try:
        said = strict.read_and_cut(content, Path(name).suffix, lambda _: AS_A_CONTRACT)[0].text
        assert name not in ENDLESS, "it was let through"
        assert len(said) <= 200_000
    except Unreadable as refused:
        said = str(refused)
        assert said.endswith((".", ")"))
        assert "Traceback" not in said
    assert said
    assert "root:" not in said


def test_the_bombs_of_a_folder_are_quarantined_and_the_rest_goes_on(tmp_path: Path, library: Library) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    for name in sorted(ENDLESS):
        (folder / name).write_bytes(BOMBS[name]())
    for name in ("a first.md", "ratio then.md", "zz last.md"):
        (folder / name).write_text(
            f"---\ntype: sop\nowner: A\n---\n\nSalmon of {name.split('.')[0]} is kept cold.\n"
        )
    limits = Limits(
        seconds=3,
        seconds_in_all=10,
        memory_bytes=250_000_000,
        pages=50,
        ocr_pages=20,
        characters=200_000,
        unpacked_bytes=20_000_000,
    )
    report = ingest([folder], library, limits=limits)
    by_status = {each.path: each for each in report.documents}
    assert {path for path, each in by_status.items() if each.status == "new"} == {
        "a first.md",
        "ratio then.md",
        "zz last.md",
    }
    assert {path for path, each in by_status.items() if each.status == "quarantined"} == ENDLESS
    assert all(each.reasons for path, each in by_status.items() if path in ENDLESS)
    found = library.search(SearchRequest(text="salmon kept cold", reader=everyone(), top=10))
    assert len(found.passages) == 3
