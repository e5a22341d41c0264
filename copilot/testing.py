"""Doubles that ship: a language model by script, and an OpenAI-style server on loopback that speaks the real protocol.

The server is for tests and for trying the product without a provider: it streams, calls tools, and can be told to misbehave.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Fault = Literal[
    "none", "hang", "429", "500", "cut", "bad_json", "empty", "endless", "wrong_tool", "huge", "drip", "tls"
]
"""What an endpoint does instead of answering. ``refuse`` needs no server: use an address where nobody listens (`refused_address`)."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One reply of the scripted model: text, or tool calls."""

    text: str = ""
    tool_calls: Sequence[tuple[str, dict[str, Any]]] = ()
    """(tool name, arguments)"""


Script = Callable[[list[dict[str, Any]]], Reply]
"""The messages of the request, as the protocol carries them -> what the model says."""


@dataclass
class OpenAiServer:
    """An OpenAI-style chat completions endpoint on a free loopback port, until `close`."""

    script: Script
    fault: Fault = "none"
    hang_seconds: float = 20.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the requests received, oldest first."""
    called: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path with query, and headers in lower case, of each."""

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def close(self) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> OpenAiServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # small pieces go at once, as a provider sends them

            def log_message(self, format: str, *args: Any) -> None:
                return

            def do_POST(self) -> None:
                try:
                    server._answer(self)
                except (BrokenPipeError, ConnectionResetError, TimeoutError):
                    self.close_connection = True

        return Handler

    def _never_stop(self, http: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        """Words without an end: at a usual pace, as fast as they go, or one every half second."""
        http.send_response(200)
        http.send_header("Content-Type", "text/event-stream")
        http.end_headers()
        http.close_connection = True
        word = "x" * 60_000 if self.fault == "huge" else "and "
        pause = {"huge": 0.0, "endless": 0.005, "drip": 0.5}[self.fault]
        chunk = json.dumps(
            _head(body, "chat.completion.chunk")
            | {"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]}
        )
        until = time.monotonic() + self.hang_seconds
        while time.monotonic() < until and not self._stopping.wait(pause):
            http.wfile.write(f"data: {chunk}\n\n".encode())
            http.wfile.flush()

    def _answer(self, http: BaseHTTPRequestHandler) -> None:
        body = json.loads(http.rfile.read(int(http.headers.get("Content-Length") or 0)))
        self.requests.append(body)
        self.called.append((http.path, {name.lower(): value for name, value in http.headers.items()}))
        match self.fault:
            case "hang":
                self._stopping.wait(self.hang_seconds)
                http.close_connection = True
                return
            case "429" | "500":
                _send(
                    http,
                    int(self.fault),
                    json.dumps({"error": {"message": "not now", "type": "test"}}).encode(),
                )
                return
            case "bad_json":
                _send(http, 200, b'{"choices": [{"message"', kind="application/json")
                return
            case "tls":
                # plain bytes where a TLS handshake is expected: the client is given an https address of this port
                http.close_connection = True
                return
            case "endless" | "huge" | "drip":
                self._never_stop(http, body)
                return
            case "empty":
                reply = Reply()
            case "wrong_tool":
                reply = Reply(tool_calls=[("delete_everything", {})])
            case _:
                reply = self.script(body["messages"])
        if not body.get("stream"):
            _send(http, 200, json.dumps(_whole(body, reply)).encode())
            return
        http.send_response(200)
        http.send_header("Content-Type", "text/event-stream")
        http.send_header("Connection", "close")
        http.end_headers()
        http.close_connection = True
        chunks = _chunks(body, reply)
        if self.fault == "cut":
            chunks = chunks[: max(1, len(chunks) // 2)]
        for chunk in chunks:
            http.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            http.wfile.flush()
        if self.fault == "cut":
            http.connection.close()
            return
        http.wfile.write(b"data: [DONE]\n\n")


def refused_address() -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


def _send(http: BaseHTTPRequestHandler, status: int, body: bytes, *, kind: str = "application/json") -> None:
    http.send_response(status)
    http.send_header("Content-Type", kind)
    http.send_header("Content-Length", str(len(body)))
    http.end_headers()
    http.wfile.write(body)


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{number}_{name}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for number, (name, arguments) in enumerate(reply.tool_calls)
    ]


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-test",
        "object": kind,
        "created": int(time.time()),
        "model": body.get("model", "test"),
    }


def _whole(body: dict[str, Any], reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tool_calls:
        message["tool_calls"] = _calls(reply)
    return _head(body, "chat.completion") | {
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if reply.tool_calls else "stop"}
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _chunks(body: dict[str, Any], reply: Reply) -> list[dict[str, Any]]:
    """The reply as a provider streams it: the role first, then small pieces, then why it stopped."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": reply.text[at : at + 12]} for at in range(0, len(reply.text), 12)]
    for index, call in enumerate(_calls(reply)):
        arguments = call["function"]["arguments"]
        piece = max(8, len(arguments) // 3)
        deltas.append(
            {
                "tool_calls": [
                    {
                        "index": index,
                        "id": call["id"],
                        "type": "function",
                        "function": {"name": call["function"]["name"], "arguments": ""},
                    }
                ]
            }
        )
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": arguments[at : at + piece]}}]}
            for at in range(0, len(arguments), piece)
        ]
    head = _head(body, "chat.completion.chunk")
    chunks = [head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    finish = "tool_calls" if reply.tool_calls else "stop"
    return [*chunks, head | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}]
