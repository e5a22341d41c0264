"""Drafts under pressure: eight approvals at once, a held row in Odoo, and the gap between the last look and the call.

python -m benchmarks drafts         the first on the recording; with COPILOT_DRAFTS_ODOO=URL/DATABASE (a copy of the demo database, which
                                    is changed) also the others, on a real Odoo whose PostgreSQL is this machine's own
COPILOT_DRAFTS_ONLY=held ...        one of them: at_once, gap, held (RELIABILITY R2: 40 runs of up to 60 s, 25 minutes)
"""

from __future__ import annotations

import configparser
import os
import statistics
import tempfile
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts.decision_rights import load_decision_rights
from copilot.drafts.draft import Draft
from copilot.drafts.errors import DraftError
from copilot.drafts.executor import ODOO_LIMIT_SECONDS, Executor
from copilot.drafts.service import Drafts
from copilot.identity import Identity, Person
from erp_tools.actions import all_actions
from erp_tools.odoo.connect import connect, connect_recording
from erp_tools.odoo.gateway import OdooServer

ROUNDS = 100
AT_ONCE = 8
HELD_SECONDS = tuple(round(1.5 * number, 1) for number in range(1, 41))
"""From 1.5 to 60, in 40 runs: Odoo ends a request after 120."""
DEADLINE = 3.0
"""Seconds after which our side gives up on a call."""


class House:
    """A desk of its own on one Odoo."""

    def __init__(self, folder: Path, server: OdooServer) -> None:
        self.server = server
        self.database = Database(f"sqlite:///{folder / 'state.db'}")
        self.audit = Audit(self.database, bytes(32))
        self.drafts = Drafts(self.database, self.audit, all_actions(), load_decision_rights)
        self.drafts.prepare()
        self.identity = Identity(server, lifetime_seconds=36_000)

    def executor(self, **how: Any) -> Executor:
        return Executor(self.database, self.audit, self.drafts, self.identity.by_owner, **how)

    def draft(self, person: Person, number: int) -> Draft:
        wanted = {
            "order": "S00044",
            "date": (datetime.now(UTC) + timedelta(days=30 + number)).date().isoformat(),
        }
        action = self.drafts.actions["change_promise_date"]
        plan = action.plan(person.session, wanted, now=datetime.now(UTC), server=self.server)
        return self.drafts.save(person, plan, tier="B", certainty="proven", contract="allows")


def main() -> None:
    only, address = os.environ.get("COPILOT_DRAFTS_ONLY", ""), os.environ.get("COPILOT_DRAFTS_ODOO", "")
    with tempfile.TemporaryDirectory() as folder:
        if only in ("", "at_once"):
            _at_once(Path(folder))
        url, _, db = address.rpartition("/")
        for name, measure in (("gap", _gap), ("held", _held)):
            if address and only in ("", name):
                measure(Path(folder) / name, url, db)


def _at_once(folder: Path) -> None:
    """Each draft is approved by eight tabs of one person at once, beside three workers."""
    house = House(folder, connect_recording(local_copy=folder / "odoo.json"))
    service = house.identity.sign_in("service", "demo")
    ran = approved = 0
    for number in range(ROUNDS):
        sales = house.identity.sign_in("sales", "demo")
        with house.database.changing() as connection:  # the cap on decisions an hour is not what is measured
            connection.exec_driver_sql("UPDATE draft_decisions SET decided_at = '2000-01-01'")
        draft = house.draft(service, number)
        tokens = [house.drafts.show(sales, draft.draft_id)[1] for _ in range(AT_ONCE)]
        won: list[str] = []

        def decide(token: str, draft: Draft = draft, won: list[str] = won, sales: Person = sales) -> None:
            with suppress(DraftError):
                house.drafts.approve(sales, draft.draft_id, version=1, digest=draft.digest, token=token)
                won.append(token)

        threads = [threading.Thread(target=decide, args=(token,)) for token in tokens]
        threads += [threading.Thread(target=house.executor().work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        house.executor().work()
        approved += len(won)
        entries = [one.kind for one in house.audit.read(subject=f"draft:{draft.draft_id}", limit=100)]
        ran += entries.count("draft.step_begun")
    print(
        f"{AT_ONCE} approvals at once x {ROUNDS}: {approved} approved, {ran} calls, chain holds: {house.audit.verify().holds}",
        flush=True,
    )
    house.database.close()


def _gap(folder: Path, url: str, db: str) -> None:
    """From the last comparison to Odoo's answer: as long as that, another client may change something without the add-on."""
    folder.mkdir()
    house = House(folder, connect(url, db, "jsonrpc", read_deadline=30))
    service, sales = house.identity.sign_in("service", "demo"), house.identity.sign_in("sales", "demo")
    gaps: list[float] = []
    for number in range(20):
        at: dict[str, float] = {}
        draft = house.draft(service, number)
        shown, token = house.drafts.show(sales, draft.draft_id)
        ready = house.drafts.approve(sales, draft.draft_id, version=1, digest=shown.digest, token=token)
        house.executor(hook=lambda point, at=at: at.setdefault(point, time.perf_counter())).run(sales, ready)
        gaps.append((at["called"] - at["compared"]) * 1000)
    print(
        f"last look to Odoo's answer: median {statistics.median(gaps):.0f} ms, worst {max(gaps):.0f} ms",
        flush=True,
    )
    house.database.close()


def _held(folder: Path, url: str, db: str) -> None:
    """Somebody holds the order's row in PostgreSQL; our side gives up long before Odoo does."""
    folder.mkdir()
    house = House(folder, connect(url, db, "jsonrpc", read_deadline=30, call_deadline=DEADLINE))
    service, sales = house.identity.sign_in("service", "demo"), house.identity.sign_in("sales", "demo")
    failed = uncertain = executed = late = 0
    slowest = 0.0
    for number, seconds in enumerate(HELD_SECONDS):
        with house.database.changing() as connection:  # the cap on decisions an hour is not what is measured
            connection.exec_driver_sql("UPDATE draft_decisions SET decided_at = '2000-01-01'")
        draft = house.draft(service, 40 + number)
        shown, token = house.drafts.show(sales, draft.draft_id)
        draft = house.drafts.approve(sales, draft.draft_id, version=1, digest=shown.digest, token=token)
        with psycopg.connect(**_database(db)) as holder:
            holder.execute("SELECT id FROM sale_order WHERE name = 'S00044' FOR UPDATE")
            release = threading.Timer(seconds, holder.rollback)
            begun = time.monotonic()
            release.start()
            states = {house.executor().run(sales, draft).state}
            until = time.monotonic() + seconds + ODOO_LIMIT_SECONDS + 60
            while states.isdisjoint({"executed", "failed", "stale"}) and time.monotonic() < until:
                time.sleep(0.5)
                house.executor().work()
                states.add(house.drafts.look(sales, draft.draft_id).state)
            release.join()
            slowest = max(slowest, time.monotonic() - begun - seconds)
        if "executed" not in states:
            print(f"  held {seconds} s: {house.drafts.look(sales, draft.draft_id).reason}")
        time.sleep(DEADLINE)  # what else may be on its way
        row = sales.session.read(
            "sale.order", [["name", "=", "S00044"]], {"commitment_date": {}}, limit=1
        ).rows[0]
        there = row["commitment_date"] == draft.payload["wanted"]
        late += there if "failed" in states else "executed" in states and not there
        failed += "failed" in states
        uncertain += "uncertain" in states
        executed += "executed" in states
    print(f"held row, {len(HELD_SECONDS)} runs of {HELD_SECONDS[0]} to {HELD_SECONDS[-1]} s: {uncertain} were uncertain first, {executed} executed, {failed} called failed, {late} late effects; known at the latest {slowest:.0f} s after the row was free", flush=True)  # fmt: skip
    house.database.close()


def _database(name: str) -> dict[str, Any]:
    settings = configparser.ConfigParser(interpolation=None)
    cache = Path(os.environ.get("COPILOT_CACHE_DIR") or Path.home() / ".cache" / "distribution-copilot")
    settings.read(cache / "odoo" / "run" / "odoo.conf", encoding="utf-8")
    odoo = settings["options"]
    return {
        "host": odoo["db_host"], "port": odoo["db_port"], "user": odoo["db_user"], "password": odoo["db_password"], "dbname": name
    }  # fmt: skip
