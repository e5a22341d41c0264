"""Seed the demo distributor into an Odoo 19 database that holds the modules and nothing else.

python -m erp_tools.demo.seed --url URL --db NAME --login admin --password-file FILE [--seed 19]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from erp_tools.demo.clock import Clock, today_at_home
from erp_tools.demo.plan import DEFAULT_SEED, make_plan
from erp_tools.demo.rpc import AdminSession, SeedingError
from erp_tools.demo.run_afterwards import (
    attach_proofs,
    date_orders,
    invoice,
    purchases_of_orders,
    schedule_activities,
    write_chatter,
)
from erp_tools.demo.run_chains import move_chains
from erp_tools.demo.run_orders import run_orders
from erp_tools.demo.run_purchases import run_purchases
from erp_tools.demo.run_stock import enter_counts, stock_the_shelves
from erp_tools.demo.second_company import set_up_second_company
from erp_tools.demo.setup_calendar import set_up_calendar
from erp_tools.demo.setup_catalogue import set_up_catalogue
from erp_tools.demo.setup_company import set_up_company

SEEDED = "copilot.demo.seed"
ANCHOR = "copilot.demo.anchor_date"
"""Parameters of a seeded database: the seed, and the day that was today."""
PEOPLE_PASSWORD = "demo"  # noqa: S105 - for a machine of one's own; --people-password-file for others
Step = Callable[[str, int], None]


def seed_demo(odoo: AdminSession, *, seed: int, password: str, clock: Clock, step: Step) -> None:
    """Fill the database. `step` is told what was done and how much of 100 it is.

    Raises SeedingError when the database was seeded before, holds other orders, or Odoo refuses something.
    """
    check_empty(odoo)
    plan = make_plan(seed)
    # Set first: a database whose seeding was interrupted is not taken for an empty one.
    odoo.call("ir.config_parameter", "set_param", SEEDED, f"{seed} (unfinished)")
    ground = set_up_company(odoo, plan, password=password)
    set_up_calendar(odoo, ground, clock)
    step("company, warehouses, people", 14)
    records = set_up_catalogue(odoo, plan, ground)
    step("contacts, products, carriers", 10)
    stock_the_shelves(odoo, plan, ground, records, clock)
    step("stock", 6)
    purchases = run_purchases(odoo, plan, ground, records, clock, plan.purchases)
    step("purchases", 8)
    share = 30 / len(plan.orders)
    made = run_orders(
        odoo, plan, ground, records, clock, lambda count: step("sales orders", round(count * share))
    )
    purchases.update(purchases_of_orders(odoo, plan.orders))
    move_chains(odoo, plan, ground, records, clock, made)
    purchases.update(run_purchases(odoo, plan, ground, records, clock, plan.later))
    step("chains, vendors' record", 6)
    enter_counts(odoo, plan, ground, records)
    found = date_orders(odoo, plan, clock, made)
    step("dates", 8)
    attach_proofs(odoo, plan, found)
    invoice(odoo, plan, clock, made)
    step("invoices", 10)
    write_chatter(odoo, plan, ground, records, clock, made, purchases, found)
    schedule_activities(odoo, plan, ground, clock, made, found)
    step("chatter", 4)
    set_up_second_company(odoo, ground, clock)
    step("sister company", 4)
    for name, value in ((SEEDED, str(seed)), (ANCHOR, clock.today.isoformat())):
        odoo.call("ir.config_parameter", "set_param", name, value)


def check_empty(odoo: AdminSession) -> None:
    """Raises SeedingError unless this is a fresh database."""
    known = odoo.call("ir.config_parameter", "get_param", SEEDED)
    if known:
        raise SeedingError(
            f"this database is seeded already (seed {known}); seed a fresh copy of demo_base instead"
        )
    if odoo.call("sale.order", "search_count", []):
        raise SeedingError(
            "this database holds sales orders of somebody else; the demo goes into an empty one only"
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m erp_tools.demo.seed", description="Seed the demo distributor."
    )
    parser.add_argument("--url", required=True)
    parser.add_argument("--db", required=True)
    parser.add_argument("--login", default="admin")
    parser.add_argument(
        "--password-file", type=Path, required=True, help="file with the administrator's password"
    )
    parser.add_argument(
        "--people-password-file", type=Path, help="file with the demo people's password (default: demo)"
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    chosen = parser.parse_args()
    bar = Progress(
        TextColumn("{task.description:32}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn(),
        console=Console(stderr=True),
    )  # fmt: skip
    try:
        password = chosen.password_file.read_text(encoding="utf-8").strip()
        people = chosen.people_password_file
        people_password = people.read_text(encoding="utf-8").strip() if people else PEOPLE_PASSWORD
        odoo = AdminSession(url=chosen.url, database=chosen.db, login=chosen.login, password=password)
        with bar:
            task = bar.add_task("company", total=100)

            def step(done: str, share: int) -> None:
                bar.update(task, advance=share, description=done)

            clock = Clock(today=today_at_home(datetime.now(UTC)))
            seed_demo(odoo, seed=chosen.seed, password=people_password, clock=clock, step=step)
    except SeedingError as error:
        print(f"seed: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"seed: {error.strerror}: {error.filename}; give a password file that you can read",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
