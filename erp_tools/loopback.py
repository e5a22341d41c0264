"""A server on loopback for doubles that have to misbehave below HTTP: it takes requests, and says on the wire what it is told to say."""

from __future__ import annotations

import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from typing import Self

JSON = b"application/json"


class LoopbackServer(ABC):
    """Listens while it is entered, one thread a connection; a subclass answers each request in `exchange`."""

    url: str = ""
    """Its address, once entered."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.stopped = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for the next caller
        self._listener.close()
        self.drop_lines()

    def drop_lines(self) -> None:
        """Close all connections, as a server does with idle ones."""
        while self._open:
            with contextlib.suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    @property
    def lines(self) -> int:
        """Connections opened since the last drop."""
        return len(self._open)

    @abstractmethod
    def exchange(self, caller: socket.socket, head: bytes, body: bytes) -> bool:
        """Serve one request: its head without the blank line, and its body. False: the connection is finished."""

    def drip(self, caller: socket.socket, length: int) -> None:
        """Announce a body and send a byte of it now and then, until the server stops."""
        caller.sendall(head_of(b"200 OK", JSON, length))
        while not self.stopped.wait(0.05):
            caller.sendall(b" ")

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
                while request := read_request(caller):
                    if not self.exchange(caller, *request):
                        return
            except OSError:
                return


def read_request(caller: socket.socket) -> tuple[bytes, bytes] | None:
    """Head (without its blank line) and body of one HTTP request; None when the caller is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = caller.recv(64 * 1024)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(headers_of(head).get("content-length", 0))
    while len(body) < length:
        piece = caller.recv(64 * 1024)
        if not piece:
            return None
        body += piece
    return head, body


def headers_of(head: bytes) -> dict[str, str]:
    """The headers of a request, their names in small letters."""
    pairs = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def head_of(status: bytes, kind: bytes, length: int) -> bytes:
    """The head of a reply, e.g. for the status ``b"200 OK"``."""
    return b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nContent-Length: %d\r\n\r\n" % length


def send(caller: socket.socket, status: bytes, kind: bytes, body: bytes) -> bool:
    """A whole reply. True: the connection goes on."""
    caller.sendall(head_of(status, kind, len(body)) + body)
    return True
