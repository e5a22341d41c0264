"""A service that starts asks its documents first, once, and stops when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_ingest.pipeline import ingest
from retrieval.errors import IndexUnavailable, StoreUnavailable
from retrieval.request import SearchRequest, SearchResult
from retrieval.search import Library
from retrieval.testing import make_library
from retrieval.warming import _questions, warm_up


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.md").write_text("---\ntype: sop\nowner: B\n---\n\n# Cold chain\n\nSalmon is kept cold.\n")
    library = make_library(tmp_path / "data")
    assert ingest([folder], library).ok
    yield library
    library.close()


def asked(library: Library, monkeypatch: pytest.MonkeyPatch) -> list[SearchRequest]:
    requests: list[SearchRequest] = []
    search = library.search

    def noting(request: SearchRequest) -> SearchResult:
        requests.append(request)
        return search(request)

    monkeypatch.setattr(library, "search", noting)
    return requests


def test_a_small_index_is_asked_a_few_questions(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = asked(library, monkeypatch)
    assert warm_up(library, threading.Event()) == len(requests) == 3
    assert len({each.text for each in requests}) == 3


def test_a_large_one_is_asked_more_and_never_all_day() -> None:
    assert len(set(_questions(10_000))) == 20
    assert len(set(_questions(100_000))) == len(set(_questions(100_000_000))) == 200


def test_it_stops_when_the_service_ends(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    search = library.search

    def ending(request: SearchRequest) -> SearchResult:
        stop.set()
        return search(request)

    monkeypatch.setattr(library, "search", ending)
    assert warm_up(library, stop) == 1


def test_nothing_to_ask_and_nothing_to_ask_with_are_no_errors(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = make_library(tmp_path / "empty")
    assert warm_up(empty, threading.Event()) == 0
    empty.close()

    def broken(collection: str) -> None:
        raise IndexUnavailable("It is gone. Run `copilot ingest`.")

    monkeypatch.setattr(library.indexes, "base", broken)
    assert warm_up(library, threading.Event()) == 1

    def unreadable() -> list[str]:
        raise StoreUnavailable("It cannot be read. Look at the disk.")

    monkeypatch.setattr(library.store, "collections", unreadable)
    assert warm_up(library, threading.Event()) == 0
