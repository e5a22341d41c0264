"""A Qdrant server that does not answer: a clear error in time, and the library goes on."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

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


@pytest.fixture
def new_server() -> Iterator[tuple[str, list[tuple[str, str, dict[str, Any]]]]]:
    """A server that knows no collection yet and takes whatever it is told: its address, and what it was told."""
    told: list[tuple[str, str, dict[str, Any]]] = []

    class Server(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            told.append((self.command, self.path.partition("?")[0], body))
            result: Any = (
                {"exists": False}
                if self.path.endswith("/exists")
                else {"operation_id": 1, "status": "completed"}
                if self.path.partition("?")[0].endswith("/index")
                else True
            )
            answer = json.dumps(
                {"result": result, "status": "ok", "time": 0.0, "title": "", "version": "1.18.0"}
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(answer.encode())

        do_GET = do_PUT = do_POST = _answer

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", told
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_belongs_to_a_company_is_kept_together_on_a_server(
    new_server: tuple[str, list[tuple[str, str, dict[str, Any]]]],
) -> None:
    url, told = new_server
    QdrantServerBase(url, api_key=None, name="rules", dimensions=8).close()
    made = {
        body["field_name"]: body["field_schema"]
        for method, path, body in told
        if (method, path) == ("PUT", "/collections/rules/index")
    }
    tenants = {
        field for field, schema in made.items() if isinstance(schema, dict) and schema.get("is_tenant")
    }
    assert tenants == {"company"}
    assert {"audience", "document_id", "valid_to"} <= made.keys()
