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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from knowledge_ingest.errors import OverLimit, ReaderProcessLost, Unreadable
from knowledge_ingest.extracted import Extracted


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one file may use."""

    file_bytes: int = 50_000_000
    """Size of the file itself."""
    seconds: float = 19.0
    """Without a sign of progress; text recognition gives one after each page."""
    seconds_in_all: float = 300.0
    """Whatever the progress."""
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


_FRAME = struct.Struct(">cQ")
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
        if len(content) > self._limits.file_bytes:
            raise OverLimit(
                f"The file has {len(content) / 1e6:.0f} MB, more than {self._limits.file_bytes / 1e6:.0f} MB. Split it."
            )
        with self._lock:
            try:
                answer = self._ask(content, suffix)
            except (OSError, EOFError):
                self._stop()
                try:
                    answer = self._ask(content, suffix)
                except (OSError, EOFError) as error:
                    self._stop()
                    raise ReaderProcessLost(
                        "The process that reads files ended by itself, twice. Run `copilot ingest` again; if it stays "
                        "so, look for a lack of memory on this machine."
                    ) from error
        if "extracted" in answer:
            return Extracted.from_json(answer["extracted"])
        kind = OverLimit if answer["over_limit"] else Unreadable
        raise kind(answer["reason"], lasting=answer["lasting"])

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the reading process; safe to call twice."""
        with self._lock:
            self._stop()

    def _ask(self, content: bytes, suffix: str) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        header = json.dumps({"suffix": suffix, "limits": asdict(self._limits)}).encode()
        write_frame(process.stdin, b"H", header)
        write_frame(process.stdin, b"F", content)
        process.stdin.flush()
        kind, body = read_frame(process.stdout)
        if kind != b"R":
            raise EOFError("no answer")
        answer: dict[str, Any] = json.loads(body)
        return answer

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


def write_frame(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    """One message: a letter, a length, the bytes."""
    stream.write(_FRAME.pack(kind, len(body)))
    stream.write(body)


def read_frame(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """The next message.

    Raises:
        EOFError: the other side is gone.
    """
    kind, length = _FRAME.unpack(_exactly(stream, _FRAME.size))
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
