"""A line to a real Odoo that breaks on demand: a small proxy on loopback, to cut, garble and slow what a real server says."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import urlsplit

LineFault = Literal[
    "none", "refuse", "cut", "cut_reply", "truncated", "html", "html_500", "error_inside", "drip", "hang"
]
"""What happens to an exchange.

    none       goes through                                   refuse        closed before Odoo is asked
    cut        Odoo is asked, its answer never arrives         cut_reply     half of the answer, then closed
    truncated  a whole reply that holds half of the JSON       html          200 with a page of HTML
    html_500   500 with a page of HTML                         error_inside  200, and an error in the body
    drip       one byte now and then, for ever                 hang          nothing at all
"""

PAGE = (
    b"<!doctype html><html><body><h1>Sign in to the guest network</h1><script>alert(1)</script></body></html>"
)


@dataclass
class BreakableLine:
    """A proxy in front of an Odoo.

    with BreakableLine("http://127.0.0.1:8069") as line:
        session = connect(line.url, "demo").sign_in("ann", "secret")
        line.break_after(2, "cut")      # two more exchanges go through
    """

    target: str
    """Address of the real server."""
    fault: LineFault = "none"
    alter: Callable[[Any], Any] | None = None
    """Changes what a good reply says: the parsed JSON in, another out."""
    exchanges: int = 0
    """Requests taken so far, faulty ones included."""
    url: str = ""
    _good: int | None = None
    _open: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        while self._open:
            with contextlib.suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def break_after(self, good: int, fault: LineFault) -> None:
        """Let `good` more exchanges through, then fail like this until `mend`."""
        self._good, self.fault = good, fault

    def mend(self) -> None:
        """Everything goes through again, unaltered."""
        self._good, self.fault, self.alter = None, "none", None

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(caller)
            threading.Thread(target=self._converse, args=(caller,), daemon=True).start()

    def _converse(self, caller: socket.socket) -> None:
        with caller:
            try:
                while request := _message(caller):
                    if not self._exchange(caller, *request):
                        return
            except OSError:
                return

    def _exchange(self, caller: socket.socket, head: bytes, body: bytes) -> bool:
        """Serve one request. False: the connection is finished."""
        self.exchanges += 1
        fault = self.fault
        if self._good is not None and self._good > 0:
            self._good, fault = self._good - 1, "none"
        match fault:
            case "refuse":
                return False
            case "hang":
                self._stopped.wait()
                return False
            case "html":
                return _send(caller, b"200 OK", b"text/html", PAGE)
            case "html_500":
                return _send(caller, b"500 Internal Server Error", b"text/html", PAGE)
            case "error_inside":
                says = {"name": "builtins.MemoryError", "message": "out of memory", "debug": "Traceback …"}
                inside = {
                    "jsonrpc": "2.0",
                    "error": {"code": 200, "message": "Odoo Server Error", "data": says},
                }
                return _send(caller, b"200 OK", b"application/json", json.dumps(inside).encode())
        status, reply = self._forward(head, body)
        if fault == "cut":
            return False
        if fault == "truncated":
            return _send(caller, status, b"application/json", reply[: len(reply) // 2])
        if fault == "cut_reply":
            caller.sendall(_head(status, b"application/json", len(reply)) + reply[: len(reply) // 2])
            return False
        if fault == "drip":
            caller.sendall(_head(status, b"application/json", len(reply)))
            while not self._stopped.wait(0.05):
                caller.sendall(b" ")
            return False
        if self.alter is not None:
            reply = self._altered(reply)
        return _send(caller, status, b"application/json", reply)

    def _altered(self, reply: bytes) -> bytes:
        assert self.alter is not None
        said = json.loads(reply)
        if isinstance(said, dict) and said.get("jsonrpc"):
            if "result" in said:
                said["result"] = self.alter(said["result"])
        else:
            said = self.alter(said)
        return json.dumps(said).encode()

    def _forward(self, head: bytes, body: bytes) -> tuple[bytes, bytes]:
        """Ask the real server; its status line and its whole body."""
        parts = urlsplit(self.target)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        with socket.create_connection((parts.hostname, parts.port or 80), timeout=60) as odoo:
            odoo.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
            data = b""
            while piece := odoo.recv(256 * 1024):
                data += piece
        answer_head, _, answer = data.partition(b"\r\n\r\n")
        return answer_head.split(b"\r\n", 1)[0].partition(b" ")[2], answer


def _message(caller: socket.socket) -> tuple[bytes, bytes] | None:
    """Head (without its blank line) and body of one HTTP request; None when the caller is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = caller.recv(64 * 1024)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        piece = caller.recv(64 * 1024)
        if not piece:
            return None
        body += piece
    return head, body


def _head(status: bytes, kind: bytes, length: int) -> bytes:
    return b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nContent-Length: %d\r\n\r\n" % length


def _send(caller: socket.socket, status: bytes, kind: bytes, body: bytes) -> bool:
    caller.sendall(_head(status, kind, len(body)) + body)
    return True
