"""`kill -9` at every point of a draft's life, with a faulty Odoo: done twice, lost, stuck (RELIABILITY R1).

python -m benchmarks crashes        12 points x 6 actions x 5 repeats on the recording, in processes of their own
COPILOT_CRASH_ODOO=1 python -m benchmarks crashes
                                    12 x 6 x 1 on the real Odoo of this machine, each point on a copy of the demo database
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from copilot.drafts.crashes.lives import Spec
from copilot.drafts.crashes.odoo_double import OdooDouble
from copilot.drafts.crashes.trial import ACTIONS, POINTS, Trial, prepared, run, summary
from erp_tools.actions import all_actions
from erp_tools.actions.action import CannotDraft
from erp_tools.odoo.connect import connect

REPEATS = 5
DEV_ODOO = Path(__file__).resolve().parents[1] / "deploy" / "dev_odoo.py"


def main() -> None:
    prepared()
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory() as folder:
        for trial in _on_real(folder) if os.environ.get("COPILOT_CRASH_ODOO") else _on_recording(folder):
            trials.append(trial)
            if len(trials) % 12 == 0:
                print(f"  {len(trials)} runs", flush=True)
            if trial.problems or not trial.killed:
                said = trial.problems or "was not killed"
                print(f"  {trial.point}, {trial.action}, {trial.fault}: {said}", flush=True)
    for name, count in summary(trials).items():
        print(f"{name:15} {count}")
    print(f"{'slowest end':15} {max(one.seconds for one in trials):.1f} s after the restart")
    ended = [one.state for one in trials]
    print(f"{'ended':15} {ended.count('executed')} executed, {ended.count('failed')} failed")


def _on_recording(folder: str) -> Iterator[Trial]:
    with OdooDouble() as odoo:
        for repeat in range(REPEATS):
            for point in POINTS:
                for action, (wishes, requester, approvers) in ACTIONS.items():
                    name = uuid.uuid4().hex
                    spec = Spec(folder=f"{folder}/{name}", action=action, order="S00042", wishes=wishes, requester=requester,
                                approvers=approvers, address=odoo.address, world=name)  # fmt: skip
                    yield run(spec, point, repeat)


def _on_real(folder: str) -> Iterator[Trial]:
    wish = os.environ["COPILOT_CRASH_ODOO"]
    url = wish if wish.startswith("http") else json.loads(_dev_odoo("status", "--json"))["url"]
    for number, point in enumerate(POINTS):
        db = f"demo_crash_{uuid.uuid4().hex[:8]}"
        _dev_odoo("copy", "demo", db)
        _warm(url, db)
        try:
            for action, (wishes, requester, approvers) in ACTIONS.items():
                order = _split_order(url, db) if action == "split_delivery" else "S00042"
                spec = Spec(folder=f"{folder}/{uuid.uuid4().hex}", action=action, order=order, wishes=wishes, requester=requester,
                            approvers=approvers, url=url, db=db, lease=2.0, odoo_limit=10.0, patience=60.0)  # fmt: skip
                yield run(spec, point, number)
        finally:
            _dev_odoo("drop", db)


def _split_order(url: str, db: str) -> str:
    """An order of which a part is reserved, other than the one that the other actions are for."""
    server = connect(url, db, "jsonrpc", read_deadline=30)
    session = server.sign_in("service", "demo")
    open_orders = [["state", "=", "sale"], ["delivery_status", "!=", "full"], ["name", "!=", "S00042"]]
    try:
        for row in session.read("sale.order", open_orders, {"name": {}}, limit=400, order="id").rows:
            wanted = {"order": row["name"]}
            with suppress(CannotDraft):
                all_actions()["split_delivery"].plan(session, wanted, now=datetime.now(UTC), server=server)
                return str(row["name"])
    finally:
        session.close()
    raise SystemExit("there is no order to split")


def _warm(url: str, db: str) -> None:
    """Each of Odoo's workers loads a database it has not seen, which takes longer than a person's read may."""
    body = {"service": "common", "method": "login", "args": [db, "nobody", "nothing"]}
    call = json.dumps({"jsonrpc": "2.0", "method": "call", "params": body}).encode()
    for _ in range(4):
        request = urllib.request.Request(f"{url}/jsonrpc", call, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=120).read()


def _dev_odoo(*words: str) -> str:
    command = [sys.executable, str(DEV_ODOO), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
