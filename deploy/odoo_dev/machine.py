"""What every part needs from the machine: the cache folder, commands, secrets, locks, ports, processes."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).parent.parent / "odoo-requirements.txt"
"""The Python packages of Odoo, pinned."""


class Stop(Exception):
    """Something a person has to know: one sentence that ends with the next step."""


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where everything lives, below one cache folder that may be deleted at any time when nothing runs."""

    cache: Path
    """`COPILOT_CACHE_DIR`, else `~/.cache/distribution-copilot`."""

    @classmethod
    def of_this_machine(cls) -> Folders:
        """Raises Stop when the cache folder cannot be made."""
        chosen = os.environ.get("COPILOT_CACHE_DIR")
        cache = Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "distribution-copilot"
        folders = cls(cache=cache.absolute())
        try:
            for folder in (folders.odoo, folders.run):
                folder.mkdir(parents=True, exist_ok=True)
            folders.secrets.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Stop(
                f"the cache folder {cache} cannot be written ({error.strerror}); "
                "set COPILOT_CACHE_DIR to a folder of yours"
            ) from error
        return folders

    @property
    def odoo(self) -> Path:
        return self.cache / "odoo"

    @property
    def tree(self) -> Path:
        """The unpacked Debian packages; holds `usr/bin/odoo`."""
        return self.odoo / "tree"

    @property
    def venv(self) -> Path:
        """Odoo's environment. Named after what is in it, so that new pins never pull it from under a running server."""
        pins = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:10]
        return self.odoo / f"venv-{sys.version_info.major}.{sys.version_info.minor}-{pins}"

    @property
    def data(self) -> Path:
        """Odoo's own data folder: sessions and the filestore of each database."""
        return self.odoo / "data"

    @property
    def run(self) -> Path:
        """Pid files, logs, the generated configuration."""
        return self.odoo / "run"

    @property
    def secrets(self) -> Path:
        return self.odoo / "secrets"


def say(text: str) -> None:
    """Progress for the person who waits; standard output stays free for results."""
    print(text, file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    doing: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: Account | None = None,
    stdin: str | None = None,
    log: Path | None = None,
    next_step: str = "",
) -> str:
    """Run a command and return its standard output.

    `doing` completes the sentence "... failed"; `log` keeps the whole output in a file; `next_step` is what a
    person can do about it.
    Raises Stop with the last line that the command printed.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if log else subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, **(env or {})},
            cwd=cwd,
            **(user.as_process_arguments() if user else {}),
        )
    except OSError as error:
        raise Stop(
            f"{doing} failed: {words[0]} cannot be started ({error.strerror}); install it and try again"
        ) from error
    if log:
        log.write_text(done.stdout)
    if done.returncode != 0:
        printed = (done.stderr or done.stdout or "").strip().splitlines()
        last = printed[-1].strip() if printed else f"exit status {done.returncode}"
        more = f"; the whole output is in {log}" if log else ""
        raise Stop(f"{doing} failed: {last}{more}{next_step and '; ' + next_step}")
    return done.stdout


@dataclass(frozen=True, kw_only=True)
class Account:
    """A system user to run a program as; PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int

    def as_process_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: Path) -> bool:
        """Whether every existing folder on the way down lets this account pass."""
        for part in (folder, *folder.parents):
            if not part.exists():
                continue
            facts = part.stat()
            bit = 0o100 if facts.st_uid == self.uid else 0o010 if facts.st_gid == self.gid else 0o001
            if not facts.st_mode & bit:
                return False
        return True


def as_root(command: Sequence[str]) -> list[str] | None:
    """The command with sudo in front when needed; None when this person cannot become root unasked."""
    if os.geteuid() == 0:
        return list(command)
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n", *command]
    return None


def secret(folders: Folders, name: str) -> str:
    """A random password of this machine, made on first use and kept in a file only its owner reads."""
    path = secret_file(folders, name)
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(18) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()


def secret_file(folders: Folders, name: str) -> Path:
    return folders.secrets / name


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only its owner can read."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    fresh.replace(path)


@contextlib.contextmanager
def only_one(folders: Folders, what: str) -> Iterator[None]:
    """Hold a lock while changing `what`; a second command waits and says so."""
    with (folders.run / f"{what}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another command is busy with {what}; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        # A server started while the lock is held must not inherit it.
        os.set_inheritable(handle.fileno(), False)
        yield


def remembered(folders: Folders) -> dict[str, Any]:
    """What the last `up` chose (ports); empty on a new machine."""
    try:
        return dict(json.loads((folders.run / "state.json").read_text()))
    except (OSError, ValueError):
        return {}


def remember(folders: Folders, **facts: Any) -> None:
    write_private(folders.run / "state.json", json.dumps({**remembered(folders), **facts}, indent=1) + "\n")


def free_port(*wanted: int | None) -> int:
    """The first of the wanted ports that is free on 127.0.0.1, else any free one."""
    for port in wanted:
        if port and is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def process_of(pid_file: Path, *, mark: str) -> int | None:
    """The pid in a pid file, if that process lives and its command line holds `mark` (pids are reused)."""
    try:
        pid = int(pid_file.read_text().split()[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (OSError, ValueError, IndexError):
        return None
    return pid if mark in words else None


def end(pid: int, *, what: str, patience_s: float = 20.0) -> None:
    """Ask one process to end, then make it. Raises Stop when it is still there."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if not alive(pid):
                return
            time.sleep(0.1)
    raise Stop(f"{what} (process {pid}) does not end; end it by hand and try again")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
