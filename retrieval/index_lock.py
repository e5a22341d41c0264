"""An embedded index belongs to one process: a lock file that names its owner."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from retrieval.errors import IndexBusy, IndexUnavailable


class IndexLock:
    """Holds ``<index folder>.lock`` from `acquire` to `release`; the system lets go of it when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder.with_name(folder.name + ".lock")
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock, at once or not at all.

        Raises:
            IndexBusy: another process (or another opening in this one) has it.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+", encoding="ascii")
        except OSError as error:
            raise IndexUnavailable(
                f"Cannot write {self._path} ({error.strerror}). Check COPILOT_DATA_DIR and the room on its disk."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = _owner(file)
            file.close()
            who = f"process {owner}" if owner else "another process"
            raise IndexBusy(
                f"The document index {self._path.stem!r} is in use by {who}, and an embedded index belongs to one "
                "process. Ask that process (a running `copilot serve`), stop it, or use a Qdrant server (QDRANT_URL).",
                owner_pid=owner,
            ) from error
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _owner(file: IO[str]) -> int | None:
    file.seek(0)
    try:
        return int(file.read(32).strip())
    except ValueError:
        return None
