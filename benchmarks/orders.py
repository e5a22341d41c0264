"""One order with 1, 50, 200 and 1,000 lines on a copy of the real Odoo: round trips, and how much is ours beside them.

The quickest run against the time its own round trips took is the ratio that DESIGN.md promises to stay within 1.5; on a machine that
does other work, too, single runs scatter.
"""

from __future__ import annotations

import json
import secrets
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from erp_tools.demo.rpc import AdminSession
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.reading import find_order
from erp_tools.odoo.connect import connect
from erp_tools.odoo.gateway import OdooServer, OdooSession

SIZES = (1, 50, 200, 1000)
RUNS = 10
PROMISED_TRIPS = 4
PROMISED_RATIO = 1.5
DEV_ODOO = [sys.executable, str(Path(__file__).resolve().parent.parent / "deploy" / "dev_odoo.py")]


def main() -> None:
    facts = _machine("status", "--json", check=False)
    if not facts or not json.loads(facts).get("db"):
        print("no seeded Odoo runs here (make odoo): skipped")
        return
    status = json.loads(facts)
    copy = f"demo_bench_{secrets.token_hex(3)}"
    _machine("copy", status["db"], copy)
    try:
        password = Path(status["admin_password_file"]).read_text(encoding="utf-8").strip()
        admin = AdminSession(url=status["url"], database=copy, login=status["admin_login"], password=password)
        server = connect(status["url"], copy, "jsonrpc", read_deadline=60)
        session = server.sign_in("group_manager", "demo")
        products = _products(admin)
        for size in SIZES:
            _measure(server, session, _order(admin, products, size), size)
        session.close()
    finally:
        _machine("drop", copy)


def _products(admin: AdminSession) -> list[int]:
    ours = [("is_storable", "=", True), ("tracking", "=", "none"), ("company_id", "in", [False, 1])]
    return admin.ids("product.product", ours, limit=1000)


def _order(admin: AdminSession, products: list[int], lines: int) -> str:
    """A confirmed, late order of which everything is short: the most that a diagnosis has to read."""
    name = f"S9{lines:05d}"
    values = {
        "name": name,
        "partner_id": admin.ids("res.partner", [("ref", "=", "C-1001")])[0],
        "warehouse_id": admin.ids("stock.warehouse", [("code", "=", "EAST")])[0],
        "commitment_date": (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S"),
        "order_line": [
            (0, 0, {"product_id": products[index % len(products)], "product_uom_qty": 3000})
            for index in range(lines)
        ],
    }
    order = admin.create("sale.order", [values])
    admin.call("sale.order", "action_confirm", order)
    return name


def _measure(server: OdooServer, session: OdooSession, name: str, lines: int) -> None:
    totals, ratios, trips = [], [], set()
    _once(server, session, name)  # which fields this Odoo has is learned once
    for _ in range(RUNS):
        before, begun = session.log, time.perf_counter()
        _once(server, session, name)
        total, after = time.perf_counter() - begun, session.log
        totals.append(total * 1000)
        ratios.append(total / (after.seconds - before.seconds))
        trips.add(after.calls - before.calls)
    p95 = statistics.quantiles(totals, n=20)[-1]
    kept = max(trips) <= PROMISED_TRIPS and statistics.median(ratios) <= PROMISED_RATIO
    print(
        f"{lines:5} lines: {max(trips)} round trips, found by its name and diagnosed in {statistics.median(totals):.0f} ms (p50), "
        f"{p95:.0f} ms (p95); total / time of the round trips {statistics.median(ratios):.2f} (median), {max(ratios):.2f} (worst)"
        f"{'' if kept else '  <- more than promised'}"
    )


def _once(server: OdooServer, session: OdooSession, name: str) -> Any:
    return diagnose(session, find_order(session, name).order, now=datetime.now(UTC), server=server)


def _machine(*words: str, check: bool = True) -> str:
    done = subprocess.run([*DEV_ODOO, *words], capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise SystemExit(done.stderr.strip())
    return done.stdout
