"""A Qdrant server that does not answer: a clear error in time, and the library goes on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.errors import IndexUnavailable
from retrieval.library import open_library
from retrieval.qdrant_server_base import QdrantServerBase
from retrieval.request import SearchRequest
from retrieval.testing import WordEmbedder, everyone, make_document, make_library


@pytest.fixture(params=["closed", "garbage", "error", "silence"])
def bad_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address where nothing useful answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    if request.param == "closed":
        listening.close()
        yield f"http://127.0.0.1:{port}"
        return
    answer = {
        "garbage": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "error": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        "silence": b"",
    }[request.param]
    open_sockets: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            open_sockets.append(connection)
            if answer:
                connection.recv(65536)
                connection.sendall(answer)
                connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    for each in open_sockets:
        each.close()
    thread.join(5)


def test_a_server_that_gives_no_answer_is_unavailable(bad_server: str) -> None:
    with pytest.raises(IndexUnavailable, match="QDRANT_URL"):
        QdrantServerBase(bad_server, api_key=None, name="test", dimensions=8)


def test_a_key_never_stands_in_the_error() -> None:
    with pytest.raises(IndexUnavailable) as caught:
        QdrantServerBase("http://127.0.0.1:9", api_key="sesame-123", name="test", dimensions=8)
    assert "sesame" not in str(caught.value)


def test_with_the_server_down_keywords_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.library.MiniLmEmbedder", lambda *_: WordEmbedder())
    make_library(tmp_path, {make_document("cold", "x"): "Warm salmon is refused."}).close()
    library = open_library(tmp_path, qdrant_url="http://127.0.0.1:9")
    result = library.search(SearchRequest(text="warm salmon", reader=everyone()))
    assert [hit.document.document_id for hit in result.passages] == ["cold"]
    assert "Qdrant" in result.degraded[0]
    library.close()


def test_a_new_server_is_filled_from_the_stored_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moving from the embedded index to a server needs no document and no embedding again."""
    monkeypatch.setattr("retrieval.library.MiniLmEmbedder", lambda *_: WordEmbedder())
    make_library(tmp_path, {make_document("cold", "x"): "Warm salmon is refused."}).close()
    library = open_library(tmp_path, qdrant_url=":memory:")
    result = library.search(SearchRequest(text="warm salmon", reader=everyone()))
    assert [hit.document.document_id for hit in result.passages] == ["cold"]
    assert result.degraded == ()
    library.close()
