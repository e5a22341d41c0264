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
import time
from typing import IO, Any, NoReturn

from knowledge_ingest import allowance
from knowledge_ingest.errors import OverLimit, Unreadable
from knowledge_ingest.limits import Limits, read_frame, write_frame
from knowledge_ingest.readers import READERS, read

_LARGEST_ANSWER = 200_000_000
_DONE = b"R"
_ALIVE = b"."


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
    while True:
        try:
            _, header = read_frame(wire_in)
            _, content = read_frame(wire_in)
        except (EOFError, OSError):
            return
        request = json.loads(header)
        _import_for(request["suffix"].lower(), imported)
        answer = _in_child(content, request["suffix"], Limits(**request["limits"]))
        write_frame(wire_out, b"R", answer)
        wire_out.flush()


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


def _in_child(content: bytes, suffix: str, limits: Limits) -> bytes:
    from_child, to_parent = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(from_child)
        _child(content, suffix, limits, to_parent)
    os.close(to_parent)
    try:
        return _await(from_child, limits)
    finally:
        os.close(from_child)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _await(from_child: int, limits: Limits) -> bytes:
    """The child's answer, or one of our own when it took too long, wrote too much or died."""
    began = last_sign = time.monotonic()
    received = bytearray()
    while True:
        now = time.monotonic()
        left = min(last_sign + limits.seconds, began + limits.seconds_in_all) - now
        if left <= 0:
            # a busy machine may be quicker tomorrow
            return _failure(
                f"Reading it took longer than {now - began:.0f} seconds.", over_limit=True, lasting=False
            )
        ready, _, _ = select.select([from_child], [], [], left)
        if not ready:
            continue
        part = os.read(from_child, 1 << 20)
        if not part:
            break
        if not received and part.strip(_ALIVE) == b"":
            last_sign = time.monotonic()
            continue
        received += part
        if len(received) > _LARGEST_ANSWER:
            return _failure("It unpacks to more text than a document may have.", over_limit=True)
    body = bytes(received.lstrip(_ALIVE))
    if not body.endswith(_DONE):
        return _failure(
            "Reading it needed more memory than a file may use, or crashed its parser.",
            over_limit=True,
            lasting=False,
        )
    return body[: -len(_DONE)]


def _child(content: bytes, suffix: str, limits: Limits, to_parent: int) -> NoReturn:
    try:
        os.setsid()
        _limit_self(limits)
        stream = os.fdopen(to_parent, "wb", buffering=0)
        allowance.begin(limits, lambda: _sign_of_life(stream))
        body = _answer(content, suffix, limits)
        _write_all(stream, body + _DONE)
    except BaseException:  # whatever it is, the parent sees an answer without its end
        os._exit(1)
    os._exit(0)


def _sign_of_life(stream: IO[bytes]) -> None:
    stream.write(_ALIVE)


def _answer(content: bytes, suffix: str, limits: Limits) -> bytes:
    try:
        extracted = read(content, suffix)
        if len(extracted.text) > limits.characters:
            raise OverLimit(
                f"It holds {len(extracted.text):,} characters, more than {limits.characters:,}. Split it."
            )
        return json.dumps({"extracted": extracted.to_json()}).encode()
    except Unreadable as error:
        return _failure(str(error), over_limit=isinstance(error, OverLimit), lasting=error.lasting)
    except MemoryError:
        return _failure("Reading it needed more memory than a file may use.", over_limit=True)
    except RecursionError:
        return _failure("It is nested deeper than a document may be.", over_limit=True)
    except ImportError as error:
        return _failure(
            f"The Python package {error.name!r} that reads such files is not installed. Run `make install`.",
            over_limit=False,
            lasting=False,
        )
    except Exception as error:  # parsers raise whatever they like on damaged input
        return _failure(f"It is damaged or of an unexpected form ({type(error).__name__}).", over_limit=False)


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
