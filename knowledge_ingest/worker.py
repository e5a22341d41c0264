"""The reading process: ``python -m knowledge_ingest.worker``. Forks a limited child for each file it is handed."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import IO, Any, NoReturn, TypeVar

from knowledge_ingest import allowance
from knowledge_ingest.errors import OverLimit, Unreadable
from knowledge_ingest.extracted import Extracted
from knowledge_ingest.limits import FAILURE, FRAME, ORDER, RESULT, Limits, read_frame, write_frame
from knowledge_ingest.readers import READERS, read

_LARGEST_ANSWER = 200_000_000
_ALIVE = b"."
_BABBLE = "What reads it answered with something else than an answer."
_CUTTING = "knowledge_ingest.cutting"


def main() -> None:
    """Serve until the other side closes the pipe."""
    wire_out = os.fdopen(os.dup(1), "wb")
    wire_in = os.fdopen(os.dup(0), "rb")
    # parsers that print must not speak on the wire
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    with contextlib.suppress(OSError):
        os.nice(5)
    _keep_out_of_collections()
    imported: set[str] = set()
    with contextlib.suppress(EOFError, OSError):
        while True:
            _, header = read_frame(wire_in)
            _, content = read_frame(wire_in)
            request = json.loads(header)
            _import_for(request["suffix"].lower(), imported)
            if request["cuts"] and _CUTTING not in imported:
                _import_cutting()
                imported.add(_CUTTING)
            _serve(content, request, wire_in, wire_out)


def _serve(content: bytes, request: dict[str, Any], wire_in: IO[bytes], wire_out: IO[bytes]) -> None:
    """One file: its text and, where the other side then orders it, what is made of that."""
    limits = Limits(**request["limits"])
    child = _Child(content, request["suffix"], limits, cuts=request["cuts"])
    try:
        kind, body = child.answer()
        _tell(wire_out, kind, body)
        if kind == RESULT and request["cuts"]:
            _, order = read_frame(wire_in)
            _tell(wire_out, *child.answer(order))
    finally:
        child.end()


def _tell(wire_out: IO[bytes], kind: bytes, body: bytes) -> None:
    write_frame(wire_out, kind, body)
    wire_out.flush()


def _import_cutting() -> None:
    with contextlib.suppress(Exception):  # the child meets it again, and says what it is
        importlib.import_module(_CUTTING).warm_up()
    _keep_out_of_collections()


def _import_for(suffix: str, imported: set[str]) -> None:
    """Import what reads such files: here and once, not in each child, and only what there are files for (all together take half
    a second). A mail may bring any of them along."""
    reader = READERS.get(suffix, "")
    wanted = set(READERS.values()) if reader == "eml" else {reader} - {""}
    for name in sorted(wanted - imported):
        with contextlib.suppress(Exception):  # the child meets it again, and says what it is
            importlib.import_module(f"knowledge_ingest.readers.{name}")
    if wanted - imported:
        imported |= wanted
        _keep_out_of_collections()


def _keep_out_of_collections() -> None:
    """What is imported stays: a child that collects garbage must not touch, and so copy, all of its pages."""
    gc.collect()
    gc.freeze()


class _Child:
    """The limited process of one file, from the side that serves."""

    def __init__(self, content: bytes, suffix: str, limits: Limits, *, cuts: bool) -> None:
        self._limits = limits
        self._used = 0.0
        self._received = bytearray()
        self._wire, its_wire = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            self._wire.close()
            _child(content, suffix, limits, its_wire, cuts=cuts)
        its_wire.close()

    def answer(self, order: bytes | None = None) -> tuple[bytes, bytes]:
        """The child's next answer, or one of our own when it took too long, wrote too much or died."""
        began = last_sign = time.monotonic()
        patience = self._limits.seconds if order is None else self._limits.seconds_to_cut
        if order is not None:
            with contextlib.suppress(OSError):  # its end is noticed below
                self._wire.sendall(FRAME.pack(ORDER, len(order)) + order)
        while True:
            now = time.monotonic()
            left = min(last_sign + patience, began + self._limits.seconds_in_all - self._used) - now
            if left <= 0:
                # a busy machine may be quicker tomorrow
                reason = f"Reading it took longer than {self._used + now - began:.0f} seconds."
                return FAILURE, _failure(reason, over_limit=True, lasting=False)
            ready, _, _ = select.select([self._wire], [], [], left)
            if not ready:
                continue
            part = _received(self._wire)
            if not part:
                return FAILURE, _failure(
                    "Reading it needed more memory than a file may use, or crashed its parser.",
                    over_limit=True,
                    lasting=False,
                )
            if not self._received:
                part = part.lstrip(_ALIVE)
                last_sign = time.monotonic()
            self._received += part
            if len(self._received) < FRAME.size:
                continue
            kind, length = FRAME.unpack_from(self._received)
            if length > _LARGEST_ANSWER or len(self._received) > _LARGEST_ANSWER:
                return FAILURE, _failure("It unpacks to more text than a document may have.", over_limit=True)
            if len(self._received) == FRAME.size + length:
                body = bytes(memoryview(self._received)[FRAME.size :])
                self._received.clear()
                self._used += time.monotonic() - began
                return (
                    (kind, body)
                    if kind in (RESULT, FAILURE)
                    else (FAILURE, _failure(_BABBLE, over_limit=True))
                )
            if len(self._received) > FRAME.size + length:
                return FAILURE, _failure(_BABBLE, over_limit=True)

    def end(self) -> None:
        """End it with all that it started."""
        self._wire.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _received(wire: socket.socket) -> bytes:
    """What has come; nothing when the other side is gone."""
    try:
        return wire.recv(1 << 20)
    except ConnectionError:
        return b""


def _child(content: bytes, suffix: str, limits: Limits, wire: socket.socket, *, cuts: bool) -> NoReturn:
    try:
        os.setsid()
        _limit_self(limits)
        stream = os.fdopen(wire.detach(), "r+b", buffering=0)
        allowance.begin(limits, lambda: _sign_of_life(stream))
        extracted = _answered(stream, lambda: _read(content, suffix, limits, with_blocks=not cuts))
        if cuts and extracted is not None:
            _, order = read_frame(stream)
            _answered(stream, lambda: _cut(extracted, order))
    except BaseException:  # whatever it is, the parent sees an answer without its end
        os._exit(1)
    os._exit(0)


def _sign_of_life(stream: IO[bytes]) -> None:
    stream.write(_ALIVE)


Made = TypeVar("Made")


def _answered(stream: IO[bytes], make: Callable[[], tuple[dict[str, Any], Made]]) -> Made | None:
    """Do a step and tell its result, or why there is none."""
    try:
        told, made = make()
        kind, body = RESULT, json.dumps(told).encode()
    except Unreadable as error:
        kind, made = FAILURE, None
        body = _failure(str(error), over_limit=isinstance(error, OverLimit), lasting=error.lasting)
    except MemoryError:
        kind, made = FAILURE, None
        body = _failure("Reading it needed more memory than a file may use.", over_limit=True)
    except RecursionError:
        kind, made = FAILURE, None
        body = _failure("It is nested deeper than a document may be.", over_limit=True)
    except ImportError as error:
        kind, made = FAILURE, None
        body = _failure(
            f"The Python package {error.name!r} that reads such files is not installed. Run `make install`.",
            over_limit=False,
            lasting=False,
        )
    except Exception as error:  # parsers raise whatever they like on damaged input
        kind, made = FAILURE, None
        body = _failure(f"It is damaged or of an unexpected form ({type(error).__name__}).", over_limit=False)
    _write_all(stream, FRAME.pack(kind, len(body)) + body)
    return made


def _read(
    content: bytes, suffix: str, limits: Limits, *, with_blocks: bool
) -> tuple[dict[str, Any], Extracted]:
    extracted = read(content, suffix)
    if len(extracted.text) > limits.characters:
        raise OverLimit(
            f"It holds {len(extracted.text):,} characters, more than {limits.characters:,}. Split it."
        )
    # of many blocks much is to be told, and who has the text cut needs none of them
    told = extracted if with_blocks else replace(extracted, blocks=())
    return told.to_json(), extracted


def _cut(extracted: Extracted, order: bytes) -> tuple[dict[str, Any], None]:
    from knowledge_ingest.cutting import Order, cut

    return cut(extracted, Order.from_json(json.loads(order))).to_json(), None


def _failure(reason: str, *, over_limit: bool, lasting: bool = True) -> bytes:
    return json.dumps({"reason": reason, "over_limit": over_limit, "lasting": lasting}).encode()


def _write_all(stream: IO[bytes] | Any, body: bytes) -> None:
    view = memoryview(body)
    while view:
        view = view[stream.write(view) :]


def _limit_self(limits: Limits) -> None:
    used = _address_space()
    for kind, value in (
        (resource.RLIMIT_AS, used + limits.memory_bytes),
        (resource.RLIMIT_CPU, int(limits.seconds_in_all) + 5),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 100_000_000),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def _address_space() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            return int(stream.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 1_000_000_000


if __name__ == "__main__":
    main()
