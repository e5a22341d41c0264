"""The note a running copilot leaves in the data folder, so that the command line goes through it.

The embedded index belongs to one process: while the service runs, `copilot ask`, `search` and `ingest` are its clients. The key
in the note lets whoever may read the data folder ask the service to ingest; it signs nobody in. A lock that the process holds
for its life tells a live note from one that a killed process left behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

NOTE = "running.json"
LOCK = "running.lock"


@dataclass(frozen=True, kw_only=True)
class RunningCopilot:
    """Where the service of this data folder answers."""

    url: str
    pid: int
    key: str


_held: dict[Path, int] = {}
"""Locks of this process, by their descriptors: kept open until it ends, whichever way it ends."""


def announce(data_dir: Path, url: str) -> RunningCopilot:
    """Leave the note; only its owner may read it."""
    lock = os.open(data_dir / LOCK, os.O_WRONLY | os.O_CREAT, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    _held[data_dir / LOCK] = lock
    running = RunningCopilot(url=url, pid=os.getpid(), key=secrets.token_urlsafe(32))
    descriptor = os.open(data_dir / NOTE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"url": running.url, "pid": running.pid, "key": running.key}, file)
    return running


def find(data_dir: Path) -> RunningCopilot | None:
    """The running copilot of this data folder; None when there is none (the note of a dead process counts as none)."""
    try:
        if not _is_held(data_dir / LOCK):
            return None
        note = json.loads((data_dir / NOTE).read_text())
        return RunningCopilot(url=str(note["url"]), pid=int(note["pid"]), key=str(note["key"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_held(lock: Path) -> bool:
    if lock in _held:
        return True
    with lock.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
