"""The at-risk list over 10,000 open orders of a real Odoo, against a plain paged read of the same rows; and who waits for a purchase.

The orders are the seeded demo's many times over (`many_orders.sql`), in a database of their own that is kept for the next run.
"""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from erp_tools.lateness.at_risk import AtRiskList, orders_at_risk
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.waiting import waiting_for
from erp_tools.odoo.connect import connect
from erp_tools.odoo.gateway import Domain, OdooServer, OdooSession, Page, Spec

ROOT = Path(__file__).resolve().parent.parent
SQL = Path(__file__).with_name("many_orders.sql")
DATABASE = "demo_bench_orders"
COPIES, FAMILY = 63, 9
"""How often all papers are there, and how many copies share their products and stock."""
ROUNDS = 2
PATIENCE = 60.0
"""Seconds for one read, more than the product gives it: a figure is wanted even when the machine is busy with something else."""
SAMPLE = 40
"""Orders whose single diagnosis is compared with the list."""


def main() -> None:
    sys.path.insert(0, str(ROOT / "deploy"))
    from odoo_dev import server as odoo_server  # type: ignore[import-not-found]
    from odoo_dev.machine import Folders  # type: ignore[import-not-found]
    from odoo_dev.postgres import cluster_of  # type: ignore[import-not-found]

    folders = Folders.of_this_machine()
    if not (odoo_server.server_pid(folders) and odoo_server.answers(folders)):
        print("no real Odoo runs here (make odoo): skipped")
        return
    cluster = cluster_of(folders)
    _prepare(cluster)
    url = odoo_server.url(folders)
    _few(connect(url, "demo", read_deadline=PATIENCE))
    _many(connect(url, DATABASE, read_deadline=PATIENCE))


def _few(server: OdooServer) -> None:
    session = server.sign_in("group_manager", "demo")
    found, seconds, calls = _measured(session, lambda: _scan(server, session))
    print(
        f"the demo's {found.scanned} open orders: {len(found.orders)} at risk, {seconds:.2f} s in {calls} calls"
    )
    waiting, seconds, calls = _measured(
        session, lambda: waiting_for(session, "P00031", now=datetime.now(UTC), server=server)
    )
    print(f"who waits for P00031: {len(waiting.lines)} lines, {seconds:.2f} s in {calls} calls")


def _many(server: OdooServer) -> None:
    session = Noting(server.sign_in("group_manager", "demo"))
    session.read(
        "sale.order", [], {"name": {}}, limit=1
    )  # the server loads a database when it is first asked
    scans, plains = [], []
    found: AtRiskList | None = None
    for _ in range(ROUNDS):
        session.asked.clear()
        before = _memory()
        found, seconds, calls = _measured(session, lambda: _scan(server, session))
        scans.append(seconds)
        used = session.used
        grown = _memory() - before
        _, plain, _ = _measured(session, lambda: _again(session, list(session.asked)))
        plains.append(plain)
        print(
            f"{found.scanned:,} open orders: {len(found.orders):,} at risk; {seconds:.1f} s in {calls} calls "
            f"({1000 * calls / found.scanned:.1f} per 1,000 orders), of it waiting for Odoo {session.waited:.1f} s; "
            f"the same rows read plainly: {plain:.1f} s; {seconds / plain:.2f} x; processor time of ours {used:.1f} s against "
            f"{session.used:.1f} s; slowest read {session.slowest:.1f} s; memory +{grown} MB; not read: {'; '.join(found.not_read) or 'nothing'}"
        )
    assert found is not None
    print(
        f"best of {ROUNDS}: {min(scans):.1f} s against {min(plains):.1f} s, {min(scans) / min(plains):.2f} x"
    )
    by_cause = Counter(order.causes[0] for order in found.orders)
    print("by leading cause: " + ", ".join(f"{code} {count}" for code, count in by_cause.most_common()))
    sample = found.orders[:: max(1, len(found.orders) // SAMPLE)][:SAMPLE]
    now = datetime.now(UTC)
    same = sum(
        diagnose(session, order.order_id, now=now, server=server).causes[0].code == order.causes[0]
        for order in sample
    )
    print(f"leading cause as in the single diagnosis: {same} of {len(sample)} orders")
    waiting, seconds, calls = _measured(
        session, lambda: waiting_for(session, "P00031", now=now, server=server)
    )
    print(f"who waits for P00031 there: {len(waiting.lines)} lines, {seconds:.2f} s in {calls} calls")


def _scan(server: OdooServer, session: OdooSession) -> AtRiskList:
    return orders_at_risk(session, now=datetime.now(UTC), server=server)


class Noting:
    """A session that notes what it was asked, so that the same can be asked again for nothing but the rows."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.asked: list[tuple[str, Domain, Spec, dict[str, Any]]] = []
        self.waited = self.used = self.slowest = 0.0

    def read(self, model: str, domain: Domain, spec: Spec, **named: Any) -> Page:
        self.asked.append((model, domain, spec, named))
        begun = time.perf_counter()
        page: Page = self._session.read(model, domain, spec, **named)
        self.slowest = max(self.slowest, time.perf_counter() - begun)
        return page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def _again(session: Any, asked: list[tuple[str, Domain, Spec, dict[str, Any]]]) -> None:
    for model, domain, spec, named in asked:
        session.read(model, domain, spec, **named)
        session.asked.clear()


def _measured(session: Any, work: Callable[[], Any]) -> tuple[Any, float, int]:
    calls, waited, used, begun = (
        session.log.calls,
        session.log.seconds,
        time.process_time(),
        time.perf_counter(),
    )
    result = work()
    seconds = time.perf_counter() - begun
    if isinstance(session, Noting):
        session.waited, session.used = session.log.seconds - waited, time.process_time() - used
    return result, seconds, session.log.calls - calls


def _memory() -> int:
    """The process's largest size so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _prepare(cluster: Any) -> None:
    """Have the database, made from the demo as it is now."""
    from odoo_dev.databases import databases

    seeded = cluster.sql(
        "SELECT max(create_date) FROM sale_order", database="demo", doing="looking at the demo"
    )
    wanted = hashlib.sha256(f"{SQL.read_text()}{COPIES}/{FAMILY}{seeded}".encode()).hexdigest()[:16]
    key = "copilot.benchmark"
    if DATABASE in databases(cluster):
        query = f"SELECT value FROM ir_config_parameter WHERE key = '{key}'"
        if cluster.sql(query, database=DATABASE, doing="looking at the orders") == [wanted]:
            return
        _dev_odoo("drop", DATABASE)
    _dev_odoo("copy", "demo", DATABASE)
    begun = time.perf_counter()
    variables = f"\\set copies {COPIES}\n\\set family {FAMILY}\n"
    done = f"INSERT INTO ir_config_parameter (key, value) VALUES ('{key}', '{wanted}');"
    cluster.sql(f"{variables}{SQL.read_text()}\n{done}", database=DATABASE, doing="making many orders")
    print(f"the database was made in {time.perf_counter() - begun:.0f} s")


def _dev_odoo(*words: str) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "dev_odoo.py"), *words],
        check=True,
        env=os.environ,
        stdout=subprocess.DEVNULL,
    )
