"""Seed the demo distributor through the project's own environment, and keep the result as a template."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

from . import databases, server
from .machine import Folders, Stop, say, secret_file
from .postgres import Cluster

PROJECT = Path(__file__).resolve().parent.parent.parent
DEMO = "demo"
HOME = "America/Los_Angeles"
"""Where the demo distributor lives, and its day with it: `erp_tools.demo.clock`."""


def contents(number: int) -> str:
    """What a current demo database is made from: the seeding code, the seed, and the day it is dated from."""
    code = hashlib.sha256()
    folder = PROJECT / "erp_tools" / "demo"
    # The recording is made from the database, not the other way round.
    for pattern in ("*.py", "*.yaml", "cases/*.py"):
        for path in sorted(folder.glob(pattern)):
            code.update(path.name.encode() + path.read_bytes())
    today = datetime.datetime.now(ZoneInfo(HOME)).date().isoformat()
    return json.dumps({"seed": number, "code": code.hexdigest(), "today": today})


def seed(folders: Folders, cluster: Cluster, *, number: int, again: bool) -> None:
    """Have `demo` seeded: kept when it is current, made anew when the code, the seed or the day changed.

    Raises Stop when Odoo does not answer, the project's environment is missing, or seeding fails.
    """
    marker = folders.odoo / "demo-contents"
    wanted = contents(number)
    existing = databases.databases(cluster)
    if (
        not again
        and DEMO + databases.TEMPLATE in existing
        and marker.exists()
        and marker.read_text() == wanted
    ):
        if DEMO not in existing:
            databases.copy(cluster, DEMO, DEMO)
        say(f"the demo distributor is there: {server.url(folders)}, database {DEMO}")
        return
    if not server.answers(folders):
        raise Stop("Odoo does not answer; start it with `python3 deploy/dev_odoo.py up`")
    python = PROJECT / ".venv" / "bin" / "python"
    if not python.exists():
        raise Stop("the project's environment is missing; run `make install` first")
    for leftover in existing:
        if leftover.startswith(f"{DEMO}_building"):
            databases.unseal_and_drop(cluster, leftover)
    # A name of its own each time: Odoo's workers remember the layout of a database by its name.
    building = f"{DEMO}_building_{os.getpid()}"
    databases.copy(cluster, server.BASE, building)
    command = [
        str(python), "-m", "erp_tools.demo.seed", "--url", server.url(folders), "--db", building,
        "--login", "admin", "--password-file", str(secret_file(folders, "odoo-admin")), "--seed", str(number),
    ]  # fmt: skip
    try:
        finished = subprocess.run(command, cwd=PROJECT).returncode == 0
    except OSError as error:
        raise Stop(
            f"the project's environment cannot be started ({error.strerror}); run `make install` first"
        ) from error
    if not finished:
        raise Stop(
            "seeding did not finish, the older demo database is untouched; read the lines above and repeat it"
        )
    databases.seal(cluster, building, DEMO)
    databases.unseal_and_drop(cluster, DEMO)
    databases.copy(cluster, DEMO, DEMO)
    marker.write_text(wanted)
    say(f"the demo distributor is seeded: {server.url(folders)}, database {DEMO}")
