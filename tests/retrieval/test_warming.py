"""A service that starts asks its documents first, once, and stops when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_ingest.pipeline import ingest
from retrieval import warming
from retrieval.errors import IndexUnavailable
from retrieval.request import SearchRequest, SearchResult
from retrieval.search import Library
from retrieval.testing import make_library
from retrieval.warming import WarmUp, _questions, warm_up


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


def test_without_an_index_nothing_is_asked(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = make_library(tmp_path / "empty")
    assert warm_up(empty, threading.Event()) == 0
    empty.close()

    def broken(collection: str) -> None:
        raise IndexUnavailable("It is gone. Run `copilot ingest`.")

    monkeypatch.setattr(library.indexes, "base", broken)
    requests = asked(library, monkeypatch)
    assert warm_up(library, threading.Event()) == 0
    assert requests == []


def test_whatever_goes_wrong_is_a_line_in_the_log_and_no_more(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun = threading.Event()

    def breaking(request: SearchRequest) -> SearchResult:
        begun.set()
        raise RuntimeError("the runtime said something")

    monkeypatch.setattr(library, "search", breaking)
    warm = WarmUp(library)
    warm.start()
    assert begun.wait(30)
    warm.stop()
    assert [each.message for each in caplog.records if each.name == "retrieval.warming"] == ["not_warmed_up"]


def test_the_end_of_a_service_does_not_wait_for_a_question_that_hangs(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, release = threading.Event(), threading.Event()

    def hanging(request: SearchRequest) -> SearchResult:
        begun.set()
        release.wait()
        return SearchResult()

    monkeypatch.setattr(library, "search", hanging)
    monkeypatch.setattr(warming, "_PATIENCE", 0.05)
    warm = WarmUp(library)
    warm.start()
    assert begun.wait(30)
    warm.stop()
    assert warm._thread.is_alive()
    assert warm._thread.daemon
    release.set()
    warm._thread.join(30)
    assert not warm._thread.is_alive()
