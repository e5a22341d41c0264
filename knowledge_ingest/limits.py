"""How much a file may ask for, and the process that holds it to that.

Files come from suppliers, carriers and mailboxes. Each is parsed in a process of its own that may use so much memory
and time and no more, knows no secrets, and whose end harms nobody. To keep the price of that low, one small server
process imports each parser once, for the first file it is needed for, and forks a child for each file (about 10 ms a file).
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from knowledge_ingest.errors import ImpossibleAnswer, OverLimit, ReaderProcessLost, Unreadable
from knowledge_ingest.extracted import Extracted

if TYPE_CHECKING:  # the reading process starts with this module, and needs no patterns before it cuts
    from knowledge_ingest.cutting import Cut, Order


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one file may use."""

    file_bytes: int = 50_000_000
    """Size of the file itself."""
    seconds: float = 19.0
    """Without a sign of progress; text recognition gives one after each page."""
    seconds_in_all: float = 300.0
    """Whatever the progress."""
    seconds_to_cut: float = 120.0
    """For what is made of the text: the longest that may be read takes half a minute, and four times that beside much else."""
    memory_bytes: int = 440_000_000
    """On top of what the parsers themselves take, which is about 65 MB: 512 MB in all."""
    pages: int = 2_000
    ocr_pages: int = 100
    """Pages that may need text recognition, at about two seconds each."""
    characters: int = 5_000_000
    """Of extracted text."""
    unpacked_bytes: int = 300_000_000
    """Of an archive format (DOCX, XLSX, PPTX) once unpacked."""
    unpack_ratio: int = 200
    """Unpacked size to packed size, for archives that unpack to more than a megabyte."""
    archive_entries: int = 5_000


FRAME = struct.Struct(">cQ")
"""What a message begins with: its kind, and how many bytes follow."""
HEADER, FILE, ORDER, RESULT, FAILURE = b"H", b"F", b"O", b"R", b"E"
"""Kinds of messages: asked are header and file, then perhaps an order; answered is each time a result or why there is none."""
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX", "SYSTEMROOT", "HOME")


class ReadingProcess:
    """Reads files one after the other, each in a limited child. Use as a context manager."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def limits(self) -> Limits:
        """What each file may use."""
        return self._limits

    def read(self, content: bytes, suffix: str) -> Extracted:
        """Parse a file's bytes by its ending.

        Raises:
            Unreadable: it cannot become a document; OverLimit when it asked for too much.
            ReaderProcessLost: the reading process died twice in a row.
        """
        extracted, _ = self._patiently(content, suffix, None)
        return extracted

    def read_and_cut(
        self, content: bytes, suffix: str, order_for: Callable[[Extracted], Order]
    ) -> tuple[Extracted, Cut]:
        """Parse a file's bytes by its ending, and cut the text there, too.

        Args:
            order_for: Says what document the text is; called in this process, since what a document is and who may read it is not for
                the file's own process to say. Called again where the reading process died on the way.

        Returns:
            The text, without its blocks, and what was made of it.

        Raises:
            As `read` does; and ImpossibleAnswer, where the answer does not fit the text.
        """
        extracted, cut = self._patiently(content, suffix, order_for)
        assert cut is not None
        return extracted, cut

    def _patiently(
        self, content: bytes, suffix: str, order_for: Callable[[Extracted], Order] | None
    ) -> tuple[Extracted, Cut | None]:
        if len(content) > self._limits.file_bytes:
            raise OverLimit(
                f"The file has {len(content) / 1e6:.0f} MB, more than {self._limits.file_bytes / 1e6:.0f} MB. Split it."
            )
        with self._lock:
            try:
                return self._ask(content, suffix, order_for)
            except (OSError, EOFError):
                self._stop()
                try:
                    return self._ask(content, suffix, order_for)
                except (OSError, EOFError) as error:
                    self._stop()
                    raise ReaderProcessLost(
                        "The process that reads files ended by itself, twice. Run `copilot ingest` again; if it stays "
                        "so, look for a lack of memory on this machine."
                    ) from error

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the reading process; safe to call twice."""
        with self._lock:
            self._stop()

    def _ask(
        self, content: bytes, suffix: str, order_for: Callable[[Extracted], Order] | None
    ) -> tuple[Extracted, Cut | None]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        header = {"suffix": suffix, "limits": asdict(self._limits), "cuts": order_for is not None}
        write_frame(process.stdin, HEADER, json.dumps(header).encode())
        write_frame(process.stdin, FILE, content)
        process.stdin.flush()
        try:
            extracted = Extracted.from_json(_result(process.stdout))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._stop()  # it may wait for an order, or have more to say: the next file must not get that
            raise ImpossibleAnswer from error
        if order_for is None:
            return extracted, None
        try:
            order = order_for(extracted)
        except BaseException:
            self._stop()  # it waits for an order that does not come
            raise
        write_frame(process.stdin, ORDER, json.dumps(order.to_json()).encode())
        process.stdin.flush()
        from knowledge_ingest.cutting import Cut

        answer = _result(process.stdout)
        return extracted, Cut.from_json(answer, document_id=order.document_id, text=extracted.text)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
            # Tesseract's threads fight each other on few cores: 1.8 s a page with one, minutes with more
            environment |= {"OMP_THREAD_LIMIT": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
            environment["PYTHONPATH"] = os.pathsep.join(
                dict.fromkeys([str(Path(__file__).resolve().parent.parent), *filter(None, sys.path)])
            )
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "knowledge_ingest.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _result(stream: IO[bytes]) -> dict[str, Any]:
    """The next answer.

    Raises:
        Unreadable, OverLimit: it says why there is none.
        EOFError: the other side is gone.
    """
    kind, body = read_frame(stream)
    if kind not in (RESULT, FAILURE):
        raise EOFError("no answer")
    answer: dict[str, Any] = json.loads(body)
    if kind == RESULT:
        return answer
    error = OverLimit if answer["over_limit"] else Unreadable
    raise error(answer["reason"], lasting=answer["lasting"])


def write_frame(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    """One message: a letter, a length, the bytes."""
    stream.write(FRAME.pack(kind, len(body)))
    stream.write(body)


def read_frame(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """The next message.

    Raises:
        EOFError: the other side is gone.
    """
    kind, length = FRAME.unpack(_exactly(stream, FRAME.size))
    return kind, _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    parts = []
    while length:
        part = stream.read(min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
