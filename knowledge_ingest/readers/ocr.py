"""Text recognition by Tesseract, a program of the system: words, paragraphs, and how sure it is of them."""

from __future__ import annotations

import csv
import io
import resource
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any

from knowledge_ingest.allowance import progress
from knowledge_ingest.errors import OverLimit, ToolMissing, Unreadable
from knowledge_ingest.extracted import TextBuilder
from knowledge_ingest.plain import CLAUSE, heading_level
from retrieval.passage import UNSURE_BELOW

_SECONDS = 18
"""Of processor time for one page; measured: 1.8 on a letter page at 300 dpi."""
_SECONDS_IN_ALL = 90
"""By the clock: a machine that is busy with other work takes longer for the same page."""


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A page as it was recognised."""

    paragraphs: tuple[str, ...]
    confidence: float
    """Mean over its words, 0 to 100."""


def recognise(image: Any) -> Recognised:
    """The text on a picture (a PIL image).

    Raises:
        ToolMissing: Tesseract is not installed.
        OverLimit: it took too long.
        Unreadable: it failed.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise ToolMissing(
            "It is a scan, and Tesseract is not installed here. Install it (`apt install tesseract-ocr`)."
        )
    buffer = io.BytesIO()
    image.convert("L").save(buffer, "PNG", compress_level=1)
    return _from_table(_run(program, buffer.getvalue()).decode("utf-8", errors="replace"))


def _run(program: str, picture: bytes) -> bytes:
    until = time.monotonic() + _SECONDS_IN_ALL
    try:
        with subprocess.Popen(  # noqa: S603 - a fixed program; the picture goes in by its standard input
            [program, "stdin", "stdout", "--dpi", "300", "tsv"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=_limit_time,
        ) as process:
            given: bytes | None = picture
            while True:
                try:
                    table, _ = process.communicate(given, timeout=2)
                    break
                except subprocess.TimeoutExpired:
                    given = None
                    if time.monotonic() > until:
                        process.kill()
                        raise _too_long() from None
                    progress()
    except OSError as error:
        raise Unreadable("Tesseract could not read the picture. Scan it again.", lasting=False) from error
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise _too_long()
    if process.returncode:
        raise Unreadable("Tesseract could not read the picture. Scan it again.", lasting=False)
    return table


def _limit_time() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


def _too_long() -> OverLimit:
    return OverLimit(f"Recognising one page took longer than {_SECONDS} seconds.", lasting=False)


def _from_table(table: str) -> Recognised:
    paragraphs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    confidences: list[float] = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        word = (row.get("text") or "").strip()
        if row.get("level") != "5" or not word:
            continue
        confidences.append(float(row["conf"]))
        paragraphs.setdefault((row["block_num"], row["par_num"]), []).append((row["line_num"], word))
    texts: list[str] = []
    for words in paragraphs.values():
        lines: dict[str, list[str]] = {}
        for line, word in words:
            lines.setdefault(line, []).append(word)
        texts.extend(_broken_at_clauses([" ".join(line) for line in lines.values()]))
    mean = sum(confidences) / len(confidences) if confidences else 0.0
    return Recognised(paragraphs=tuple(texts), confidence=mean)


def _broken_at_clauses(lines: list[str]) -> list[str]:
    """Tesseract's paragraphs, opened where a line begins a clause or looks like a heading."""
    texts: list[str] = []
    after_heading = True
    for line in lines:
        if after_heading or CLAUSE.match(line) or line.startswith(("- ", "• ", "(")):
            texts.append(line)
        else:
            texts[-1] = f"{texts[-1]} {line}"
        after_heading = bool(heading_level(line))
    return texts


def add_recognised(builder: TextBuilder, found: Recognised, *, page: int) -> None:
    """Begin a recognised page and append its text, with how sure it is and a note on it."""
    sure = round(found.confidence / 100, 3)
    builder.begin_page(page, confidence=sure)
    builder.flags.add("ocr")
    builder.notes.append(f"Page {page} is a scan, recognised with {sure:.0%} confidence.")
    if sure < UNSURE_BELOW:
        builder.flags.add("ocr_uncertain")
    for text in found.paragraphs:
        level = heading_level(text)
        if level:
            builder.add("heading", text, level=level)
        else:
            builder.add("paragraph", text)
