"""The note a running copilot leaves in the data folder, so that the command line goes through it.

The embedded index belongs to one process: while the service runs, `copilot ask`, `search` and `ingest` are its clients. The key
in the note lets whoever may read the data folder ask the service to ingest; it signs nobody in.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

NOTE = "running.json"


@dataclass(frozen=True, kw_only=True)
class RunningCopilot:
    """Where the service of this data folder answers."""

    url: str
    pid: int
    key: str


def announce(data_dir: Path, url: str) -> RunningCopilot:
    """Leave the note; only its owner may read it."""
    running = RunningCopilot(url=url, pid=os.getpid(), key=secrets.token_urlsafe(32))
    path = data_dir / NOTE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"url": running.url, "pid": running.pid, "key": running.key}, file)
    return running


def withdraw(data_dir: Path) -> None:
    """Take our own note away."""
    found = find(data_dir)
    if found is not None and found.pid == os.getpid():
        with contextlib.suppress(OSError):
            (data_dir / NOTE).unlink()


def find(data_dir: Path) -> RunningCopilot | None:
    """The running copilot of this data folder; None when there is none (a note of a dead process counts as none)."""
    try:
        note = json.loads((data_dir / NOTE).read_text())
        running = RunningCopilot(url=str(note["url"]), pid=int(note["pid"]), key=str(note["key"]))
        os.kill(running.pid, 0)
    except PermissionError:
        return running
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return running
