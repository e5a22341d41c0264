"""Modules of the Odoo Community Association that hold an order, on the real Odoo: a small add-on brings their fields by their names."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from erp_tools.demo.rpc import AdminSession, SeedingError
from erp_tools.demo.truth import expected
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.figures import cause_figures_without_source
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.odoo.connect import connect
from erp_tools.odoo.gateway import OdooServer

pytestmark = pytest.mark.odoo

ADDON = "copilot_test_blocks"
FILES = {
    "__init__.py": "from . import models\n",
    "__manifest__.py": "{'name': 'Order blocks for a test', 'version': '19.0.1.0', 'license': 'LGPL-3', 'depends': ['sale'],\n"
    " 'data': ['ir.model.access.csv']}\n",
    # Names, kinds and relations as sale_exception, sale_stock_picking_blocking and sale_tier_validation have them.
    "models.py": """
from odoo import fields, models


class ExceptionRule(models.Model):
    _name = "exception.rule"
    _description = "Exception Rule"
    name = fields.Char(required=True)
    description = fields.Text()
    active = fields.Boolean(default=True)
    is_blocking = fields.Boolean()


class DeliveryBlockReason(models.Model):
    _name = "sale.delivery.block.reason"
    _description = "Delivery Block Reason"
    name = fields.Char(required=True)
    description = fields.Text()


class TierReview(models.Model):
    _name = "tier.review"
    _description = "Tier Review"
    name = fields.Char()
    status = fields.Selection([("waiting", "Waiting"), ("pending", "Pending"), ("approved", "Approved"), ("rejected", "Rejected")])
    res_id = fields.Integer()
    model = fields.Char()
    todo_by = fields.Char()
    sequence = fields.Integer()


class SaleOrder(models.Model):
    _inherit = "sale.order"
    exception_ids = fields.Many2many("exception.rule")
    ignore_exception = fields.Boolean()
    delivery_block_id = fields.Many2one("sale.delivery.block.reason")
    review_ids = fields.One2many("tier.review", "res_id", domain=[("model", "=", "sale.order")])
""",
    "ir.model.access.csv": "id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\n"
    + "".join(
        f"access_{model},{model},model_{model},base.group_user,1,1,1,1\n"
        for model in ("exception_rule", "sale_delivery_block_reason", "tier_review")
    ),
}


@pytest.fixture(scope="module")
def addon() -> Iterator[None]:
    """The add-on in the folder that Odoo keeps for add-ons of its own data folder."""
    dev_odoo = Path(__file__).resolve().parents[2] / "deploy" / "dev_odoo.py"
    said = subprocess.run(
        [sys.executable, str(dev_odoo), "status", "--json"], capture_output=True, text=True, check=True
    )
    addons = Path(json.loads(said.stdout)["cache"]) / "odoo" / "data" / "addons" / "19.0"
    mode = addons.stat().st_mode
    addons.chmod(0o700)
    folder = addons / ADDON
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        for name, text in FILES.items():
            (folder / name).write_text(text)
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        addons.chmod(mode)


def _with_module(url: str, db: str, password: str, module: str, model: str) -> AdminSession:
    """Install a module, and wait until both processes of Odoo have its model: the one that did not install it learns of it a little
    later."""
    sessions = [AdminSession(url=url, database=db, login="admin", password=password) for _ in range(4)]
    admin = sessions[0]
    admin.call("ir.module.module", "update_list")
    admin.call(
        "ir.module.module", "button_immediate_install", admin.ids("ir.module.module", [("name", "=", module)])
    )
    known, until = 0, time.monotonic() + 60
    with ThreadPoolExecutor(len(sessions)) as pool:
        while known < 20 and time.monotonic() < until:
            # Several at once, again and again: a process that was busy at first is met as well.
            known = known + 1 if all(pool.map(lambda one: _finds(one, model), sessions)) else 0
            time.sleep(0.1)
    assert known == 20, f"one of Odoo's processes does not find {model}"
    return admin


def _finds(admin: AdminSession, model: str) -> bool:
    try:
        admin.call(model, "search_count", [])
    except SeedingError:
        return False
    return True


class Blocked:
    """A copy of the demo with the add-on, and one order in it that is ready and late."""

    def __init__(self, url: str, db: str, password: str) -> None:
        self.admin = _with_module(url, db, password, ADDON, "exception.rule")
        self.server: OdooServer = connect(url, db)
        self.session = self.server.sign_in("service", "demo")
        late = self.admin.find("sale.order", [("name", "=", self._ready())], ["name"])[0]
        self.order_id: int = late["id"]

    def _ready(self) -> str:
        return next(name for name, right in expected().items() if right.causes == ("warehouse_backlog",))

    def diagnose(self) -> Diagnosis:
        before = self.session.log.calls
        found = diagnose(self.session, self.order_id, now=datetime.now(UTC), server=self.server)
        assert self.session.log.calls - before <= 4
        assert cause_figures_without_source(found) == {}
        return found

    def set(self, **values: Any) -> None:
        self.admin.write("sale.order", [self.order_id], values)


@pytest.fixture(scope="module")
def blocked(addon: None, odoo_copy: Callable[[], Any]) -> Blocked:
    copy = odoo_copy()
    return Blocked(copy.url, copy.db, copy.admin_password)


def test_fields_that_are_there_hold_nothing_while_they_are_empty(blocked: Blocked) -> None:
    assert [cause.code for cause in blocked.diagnose().causes] == ["warehouse_backlog"]


def test_delivery_block_exception_and_review_each_hold_the_order(blocked: Blocked) -> None:
    admin = blocked.admin
    papers, credit = admin.create(
        "sale.delivery.block.reason", [{"name": "Export papers"}, {"name": "Credit hold"}]
    )
    rule = admin.create(
        "exception.rule", [{"name": "No customer reference", "description": "<p>Ask for it</p>"}]
    )[0]
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"delivery_block_id": papers}, "order_blocked", 'the delivery block "Export papers" is set'),
        ({"delivery_block_id": credit}, "credit_hold", '"Credit hold" is set in Odoo'),
        ({"exception_ids": [(6, 0, [rule])]}, "order_blocked", 'it breaks the rule "No customer reference"'),
    ]
    empty = {"delivery_block_id": False, "exception_ids": [(5,)], "ignore_exception": False}
    for values, code, words in cases:
        blocked.set(**{**empty, **values})
        found = blocked.diagnose()
        assert [cause.code for cause in found.causes] == [code]
        assert words in found.causes[0].summary
        assert found.causes[0].certainty == "proven"
        assert found.expected.reasoning.startswith("No date until")
    blocked.set(ignore_exception=True)
    assert [cause.code for cause in blocked.diagnose().causes] == ["warehouse_backlog"]
    review = {
        "name": "Manager",
        "status": "pending",
        "res_id": blocked.order_id,
        "model": "sale.order",
        "todo_by": "Marcus Bell",
    }
    made = admin.create("tier.review", [review, {**review, "name": "Director", "status": "approved"}])
    assert 'the review "Manager" by Marcus Bell is open' in blocked.diagnose().causes[0].summary
    admin.write("tier.review", made, {"status": "approved"})
    blocked.set(**empty)
    assert [cause.code for cause in blocked.diagnose().causes] == ["warehouse_backlog"]


def test_a_new_promise_in_tracked_values_or_in_a_note_stands_in_the_timeline(blocked: Blocked) -> None:
    """Administrators see what Odoo tracked; everybody sees the note."""
    admin = blocked.admin
    day = (datetime.now(UTC) + timedelta(days=6)).strftime("%Y-%m-%d")
    context = {"tracking_disable": False}
    admin.call(
        "sale.order",
        "message_post",
        [blocked.order_id],
        body=f"Re-promised for {day}.",
        message_type="comment",
        context=context,
    )
    promised = [entry for entry in blocked.diagnose().timeline if entry.kind == "re-promised"]
    assert len(promised) == 1
    assert day in promised[0].text
    assert promised[0].evidence[0][0] == "mail.message"


def test_a_server_is_known_to_have_them_after_one_sign_in(blocked: Blocked) -> None:
    assert blocked.server._knowledge.rare()["sale.order"] >= {
        "exception_ids",
        "delivery_block_id",
        "review_ids",
    }  # type: ignore[attr-defined]


NEWEST_SIGNAL = sa.text("SELECT max(id) FROM orm_signaling_registry")


def test_a_copy_counts_its_signals_on_from_those_it_was_copied_with(odoo_copy: Callable[[], Any]) -> None:
    """Odoo's processes look at the highest number: one below it would hide that a module was installed."""
    copy = odoo_copy()
    engine = sa.create_engine(
        copy.postgresql(copy.db), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )  # closed when left: an open connection would outlive the database
    with engine.connect() as connection:
        before = connection.execute(NEWEST_SIGNAL).scalar_one()
        counted = connection.execute(
            sa.text("SELECT last_value FROM orm_signaling_registry_id_seq")
        ).scalar_one()
        assert counted == before
        admin = AdminSession(url=copy.url, database=copy.db, login="admin", password=copy.admin_password)
        admin.create("ir.model", [{"name": "x_signal", "model": "x_signal"}])
        assert connection.execute(NEWEST_SIGNAL).scalar_one() > before


def _knows(server: Any, model: str) -> None:
    """Sign in until the server has said what it has: right after a module is installed it may not answer at once."""
    for _ in range(10):
        server.sign_in("purchasing", "demo")
        if server._knowledge.rare().get(model):
            return
        time.sleep(1)
    pytest.fail(f"{model} has none of its rare fields")


def test_blanket_orders_and_compared_requests_are_read_where_they_are(odoo_copy: Callable[[], Any]) -> None:
    """The real module purchase_requisition. Sales may see the agreement's name, not the agreement."""
    copy = odoo_copy()
    admin = _with_module(
        copy.url, copy.db, copy.admin_password, "purchase_requisition", "purchase.requisition"
    )
    name = next(name for name, right in expected().items() if right.causes == ("stock_shortage",))
    order_id = admin.ids("sale.order", [("name", "=", name)])[0]
    product_id = admin.find("sale.order.line", [("order_id", "=", order_id)], ["product_id"])[0][
        "product_id"
    ][0]
    terms = admin.find(
        "product.supplierinfo",
        [("product_tmpl_id.product_variant_ids", "in", [product_id])],
        ["partner_id", "delay"],
    )[0]
    line = {"product_id": product_id, "product_qty": 500, "price_unit": 3.0}
    agreement = admin.create(
        "purchase.requisition",
        [
            {
                "vendor_id": terms["partner_id"][0],
                "requisition_type": "blanket_order",
                "line_ids": [(0, 0, line)],
            }
        ],
    )
    admin.call("purchase.requisition", "action_confirm", agreement)
    server = connect(copy.url, copy.db)
    _knows(server, "product.supplierinfo")
    found = diagnose(server.sign_in("service", "demo"), order_id, now=datetime.now(UTC), server=server)
    assert found.causes[0].code == "stock_shortage"
    assert f"needs {terms['delay']} days; the blanket order BO00001" in found.causes[0].summary
    assert cause_figures_without_source(found) == {}

    warehouse = admin.find("sale.order", [("id", "=", order_id)], ["warehouse_id"])[0]["warehouse_id"][0]
    receipts = admin.find("stock.warehouse", [("id", "=", warehouse)], ["in_type_id"])[0]["in_type_id"][0]

    def request(**more: Any) -> int:
        values = {
            "partner_id": terms["partner_id"][0],
            "picking_type_id": receipts,
            "order_line": [(0, 0, {"product_id": product_id, "product_qty": 20})],
        }
        return int(admin.create("purchase.order", [values | more])[0])

    first, second = request(requisition_id=agreement[0]), request()
    admin.write("purchase.order", [first], {"alternative_po_ids": [(4, second)]})
    rows = admin.find("purchase.order", [("id", "in", [first, second])], ["name"])
    names = {row["id"]: row["name"] for row in rows}
    session = server.sign_in("purchasing", "demo")
    before = session.log.calls
    found = diagnose(session, order_id, now=datetime.now(UTC), server=server)
    assert session.log.calls - before <= 4
    cause = found.causes[0]
    assert cause.code == "inbound_not_ordered", (found.not_read, cause.missing)
    assert f"Purchasing compares it with {names[second]}" in cause.summary
    assert cause_figures_without_source(found) == {}
