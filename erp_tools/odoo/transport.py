"""One HTTP connection to Odoo with a deadline that holds for the whole exchange.

Usual time-outs count from byte to byte, so a server that drips keeps its caller for ever. Here the deadline covers connecting,
sending and the whole reply. The connection is kept alive between reads; a change gets a fresh one, because nobody can tell
whether a request on a connection that the server was just closing has been taken.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
import urllib.request
import weakref
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from erp_tools.errors import OdooGarbage, OdooTimeout, OdooUnavailable

MAX_REPLY_BYTES = 64 * 1024 * 1024
"""More than the largest page of any allow-listed model; beyond it the reply is not ours."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the server answered."""

    status: int
    body: bytes


class HttpConnection:
    """A kept-alive connection to one server. Not for use by two threads at once.

    Args:
        base_url: ``http://host:port`` or ``https://host``, with or without a path in front of Odoo's own.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise OdooUnavailable(
                f"{base_url!r} is no address of an Odoo server; write it like https://odoo.example.com."
            )
        self.base_url = base_url.rstrip("/")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if self._secure else 80)
        self._prefix = parts.path.rstrip("/")
        self._kept: list[http.client.HTTPConnection] = []
        # A session that is simply forgotten gives its connection back, too.
        weakref.finalize(self, _close_all, self._kept)

    def post(
        self,
        path: str,
        body: bytes,
        *,
        headers: dict[str, str] | None = None,
        deadline: float,
        change: bool = False,
    ) -> Reply:
        """Send one request and read the whole reply.

        Args:
            path: starts with ``/``.
            deadline: seconds for all of it.
            change: the request may change something in Odoo.

        Raises:
            OdooUnavailable: nothing was sent.
            OdooTimeout: the deadline passed; or, for a change, anything went wrong after sending: it may have happened.
            OdooGarbage: the reply is cut or far too long (reads only).
        """
        until = time.monotonic() + deadline
        everything = {"Content-Type": "application/json", "Accept-Encoding": "identity", **(headers or {})}
        if change:
            self.close()
        reused = bool(self._kept)
        try:
            return self._exchange(path, body, everything, until, change=change)
        except _Stale:
            if not reused:
                raise OdooUnavailable(
                    f"{self.base_url} closed the connection without an answer. Is it Odoo?"
                ) from None
        try:
            return self._exchange(path, body, everything, until, change=change)
        except _Stale:
            raise OdooUnavailable(
                f"{self.base_url} closed the connection without an answer. Is it Odoo?"
            ) from None

    def close(self) -> None:
        """Give the connection up; the next request opens another."""
        _close_all(self._kept)

    def _exchange(
        self, path: str, body: bytes, headers: dict[str, str], until: float, *, change: bool
    ) -> Reply:
        connection = self._kept.pop() if self._kept else self._connect(until, change=change)
        keep = False
        try:
            sock: _DeadlineSocket = connection.sock  # type: ignore[assignment]
            sock.until = until
            connection.request("POST", self._prefix + path, body=body, headers=headers)
            response = connection.getresponse()
            content = response.read(MAX_REPLY_BYTES + 1)
            if len(content) > MAX_REPLY_BYTES:
                raise OdooGarbage(
                    f"{self.base_url} answered more than {MAX_REPLY_BYTES // 2**20} MB; read fewer rows at once."
                )
            if response.length:
                raise http.client.IncompleteRead(content, response.length)
            keep = not response.will_close and not change
            return Reply(status=response.status, body=content)
        except TimeoutError:
            raise OdooTimeout(f"{self.base_url} did not answer in time. {_uncertain(change)}") from None
        except OdooGarbage as error:
            raise (OdooTimeout(f"{error} {_uncertain(change)}") if change else error) from None
        except (
            http.client.RemoteDisconnected,
            ConnectionResetError,
            BrokenPipeError,
            ConnectionAbortedError,
        ) as error:
            if change:
                raise OdooTimeout(
                    f"{self.base_url} closed the connection without an answer. {_uncertain(change)}"
                ) from error
            raise _Stale from error
        except (http.client.HTTPException, ValueError) as error:
            kind = type(error).__name__
            if change:
                failure: OdooUnavailable = OdooTimeout(
                    f"{self.base_url} answered something unreadable. {_uncertain(change)}"
                )
            else:
                failure = OdooGarbage(
                    f"{self.base_url} answered something that is no complete HTTP reply ({kind}). Is it Odoo?"
                )
        except OSError as error:
            if change:
                raise OdooTimeout(f"The connection to {self.base_url} broke. {_uncertain(change)}") from error
            raise OdooUnavailable(
                f"The connection to {self.base_url} broke ({_reason(error)}). Try again in a moment."
            ) from error
        finally:
            if keep:
                self._kept.append(connection)
            else:
                connection.close()
        # Raised out here so that the original, which holds a part of the reply, is not kept with it.
        raise failure

    def _connect(self, until: float, *, change: bool) -> http.client.HTTPConnection:
        # A change that could not even be sent is no time-out: it certainly has not happened.
        too_slow = OdooUnavailable if change else OdooTimeout
        left = max(0.01, until - time.monotonic())
        proxy = _proxy_for(self._host, secure=self._secure)
        host, port = proxy or (self._host, self._port)
        try:
            plain = socket.create_connection((host, port), timeout=left)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            raise too_slow(
                f"{self.base_url} did not answer in time. Is the address right, and does Odoo run?"
            ) from None
        except OSError as error:
            raise OdooUnavailable(
                f"Nothing answers at {self.base_url} ({_reason(error)}). Check COPILOT_ODOO_URL and that Odoo runs."
            ) from error
        try:
            if proxy:
                _open_tunnel(plain, self._host, self._port)
            if self._secure:
                plain = ssl.create_default_context().wrap_socket(plain, server_hostname=self._host)
        except TimeoutError:
            plain.close()
            raise too_slow(
                f"{self.base_url} did not answer in time. Is the address right, and does Odoo run?"
            ) from None
        except OSError as error:
            plain.close()
            raise OdooUnavailable(
                f"No secure connection to {self.base_url} ({_reason(error)}). Check its certificate."
            ) from error
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.sock = _DeadlineSocket(plain, until)
        return connection


def _close_all(connections: list[http.client.HTTPConnection]) -> None:
    while connections:
        connections.pop().close()


class _Stale(Exception):
    """The server closed the connection before the first byte of an answer."""


class _DeadlineSocket:
    """As much of a socket as http.client needs; every wait is cut to what is left until the deadline."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock = sock
        self.until = until
        self._readers = 0
        self._closed = False

    def _wait_at_most_the_rest(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline passed")
        self._sock.settimeout(left)

    def sendall(self, data: Any) -> None:
        self._wait_at_most_the_rest()
        self._sock.sendall(data)

    def recv_into(self, buffer: Any) -> int:
        self._wait_at_most_the_rest()
        return self._sock.recv_into(buffer)

    def makefile(self, mode: str, *_: Any) -> io.BufferedReader:
        self._readers += 1
        return io.BufferedReader(_Reader(self), 256 * 1024)

    def close(self) -> None:
        """As with a real socket, a reply that is still being read keeps the line open."""
        self._closed = True
        if not self._readers:
            self._sock.close()

    def reader_done(self) -> None:
        self._readers -= 1
        if self._closed and not self._readers:
            self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, sock: _DeadlineSocket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._sock.reader_done()


def _proxy_for(host: str, *, secure: bool) -> tuple[str, int] | None:
    """The proxy that the environment names for this host (HTTPS_PROXY, HTTP_PROXY, NO_PROXY)."""
    if urllib.request.proxy_bypass(host):
        return None
    named = urllib.request.getproxies().get("https" if secure else "http")
    parts = urlsplit(named) if named else None
    return (parts.hostname, parts.port or 3128) if parts and parts.hostname else None


def _open_tunnel(sock: socket.socket, host: str, port: int) -> None:
    sock.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode("ascii"))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = sock.recv(1)
        if not piece or len(head) > 16_384:
            raise OSError("the proxy closed the connection")
        head += piece
    if head.split(b" ", 2)[1:2] != [b"200"]:
        raise OSError("the proxy refused the connection")


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _uncertain(change: bool) -> str:
    return (
        "The change may have happened or may still happen: read it back before doing anything else."
        if change
        else "Try again in a moment."
    )
