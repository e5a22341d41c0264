"""A line to a real Odoo that breaks on demand: a small proxy on loopback, to cut, garble and slow what a real server says."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from erp_tools.loopback import JSON, LoopbackServer, head_of, send

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
class BreakableLine(LoopbackServer):
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

    def break_after(self, good: int, fault: LineFault) -> None:
        """Let `good` more exchanges through, then fail like this until `mend`."""
        self._good, self.fault = good, fault

    def mend(self) -> None:
        """Everything goes through again, unaltered."""
        self._good, self.fault, self.alter = None, "none", None

    def exchange(self, caller: socket.socket, head: bytes, body: bytes) -> bool:
        """Serve one request. False: the connection is finished."""
        self.exchanges += 1
        fault = self.fault
        if self._good is not None and self._good > 0:
            self._good, fault = self._good - 1, "none"
        match fault:
            case "refuse":
                return False
            case "hang":
                self.stopped.wait()
                return False
            case "html":
                return send(caller, b"200 OK", b"text/html", PAGE)
            case "html_500":
                return send(caller, b"500 Internal Server Error", b"text/html", PAGE)
            case "error_inside":
                says = {"name": "builtins.MemoryError", "message": "out of memory", "debug": "Traceback …"}
                inside = {
                    "jsonrpc": "2.0",
                    "error": {"code": 200, "message": "Odoo Server Error", "data": says},
                }
                return send(caller, b"200 OK", JSON, json.dumps(inside).encode())
        status, reply = self._forward(head, body)
        if fault == "cut":
            return False
        if fault == "truncated":
            return send(caller, status, JSON, reply[: len(reply) // 2])
        if fault == "cut_reply":
            caller.sendall(head_of(status, JSON, len(reply)) + reply[: len(reply) // 2])
            return False
        if fault == "drip":
            self.drip(caller, len(reply))
            return False
        if self.alter is not None:
            reply = self._altered(reply)
        return send(caller, status, JSON, reply)

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
