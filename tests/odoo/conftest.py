"""A second Odoo of our own, with the add-on, beside the one that the other tests use."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


@pytest.fixture(scope="module")
def odoo_with_addon(real_odoo: Any) -> Iterator[Any]:
    """A copy of the demo database with the add-on installed, served by a process of its own. Dropped and ended afterwards."""
    sys.path.insert(0, str(DEPLOY))
    try:
        from odoo_dev import databases, postgres, server
        from odoo_dev.machine import Folders, free_port
    finally:
        sys.path.remove(str(DEPLOY))
    folders = Folders.of_this_machine()
    cluster, port, name = postgres.cluster_of(folders), free_port(), f"demo_t{secrets.token_hex(4)}"
    conf = server.configuration(
        folders,
        cluster,
        port=port,
        gevent_port=free_port(),
        name=f"{name}.conf",
        addons=DEPLOY / "odoo_addon",
    )
    command = [*map(str, server.program(folders)), "-c", str(conf)]
    log = folders.run / f"{name}.log"
    databases.copy(cluster, real_odoo.db, name)
    process: subprocess.Popen[bytes] | None = None
    try:
        with log.open("wb") as out:
            install = [
                *command,
                "-d",
                name,
                "-i",
                "distribution_copilot",
                "--workers=0",
                "--no-http",
                "--stop-after-init",
            ]
            done = subprocess.run(install, stdout=out, stderr=out, cwd=folders.run, check=False)
            assert done.returncode == 0, log.read_text()[-2000:]
            process = subprocess.Popen(
                command, stdout=out, stderr=out, cwd=folders.run, start_new_session=True
            )
            _wait(f"http://127.0.0.1:{port}/web/health", log)
        yield replace(real_odoo, url=f"http://127.0.0.1:{port}", db=name)
    finally:
        if process is not None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        databases.unseal_and_drop(cluster, name)
        for leftover in (conf, log, folders.run / f"{name}.pid"):
            leftover.unlink(missing_ok=True)


def _wait(address: str, log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"the second Odoo does not answer: {log.read_text()[-2000:]}")
