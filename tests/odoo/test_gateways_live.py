"""What only a real Odoo can show of the gateways: the table fits it, rights end when they are withdrawn, a recording is like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from erp_tools.demo.rpc import AdminSession
from erp_tools.errors import AccessDenied, OdooError, OdooUserError, SessionEnded, SignInRefused
from erp_tools.odoo.allow_list import ALLOWED
from erp_tools.odoo.connect import connect, connect_recording, probe_version
from erp_tools.odoo.odoorpc_gateway import OdooRpcServer
from erp_tools.odoo.recorder import record
from erp_tools.odoo.roles import roles_of

pytestmark = pytest.mark.odoo

KINDS = {
    "char": "text",
    "binary": "text",  # what is inside a file, as base64; only an indexing session reads it
    "text": "prose",
    "html": "prose",
    "selection": "choice",
    "integer": "number",
    "float": "number",
    "monetary": "number",
    "boolean": "flag",
    "date": "day",
    "datetime": "moment",
    "many2one": "one",
    "one2many": "many",
    "many2many": "many",
    "many2one_reference": "number",
}
WORDS = {"text", "prose"}
"""Odoo's char and text are either: prose is what people write."""


@pytest.fixture(scope="module")
def copy(odoo_copy: Callable[[], Any]) -> Any:
    return odoo_copy()


@pytest.fixture(scope="module")
def admin(copy: Any) -> AdminSession:
    return AdminSession(url=copy.url, database=copy.db, login=copy.admin_login, password=copy.admin_password)


@pytest.fixture(scope="module")
def raw_admin(real_odoo: Any) -> Iterator[Any]:
    server = OdooRpcServer(
        real_odoo.url, real_odoo.db, version=probe_version(real_odoo.url), read_deadline=60
    )
    session = server.sign_in(real_odoo.admin_login, real_odoo.admin_password)
    yield session
    session.close()


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_the_allow_list_says_of_every_field_what_odoo_says(raw_admin, name):
    model = ALLOWED[name]
    try:
        fields = raw_admin.describe_fields(name, list(model.fields), ["type", "relation", "groups"])
    except (OdooUserError, AccessDenied):
        assert model.optional, f"{name} does not exist, and the table does not say that it is optional"
        return
    for field in model.fields.values():
        real = fields.get(field.name)
        if real is None:
            assert field.maybe, f"{name}.{field.name} does not exist, and the table does not say `maybe`"
            continue
        kind = KINDS[real["type"]]
        assert kind == field.kind or {kind, field.kind} <= WORDS, (
            f"{name}.{field.name} is {real['type']}, not {field.kind}"
        )
        assert real.get("relation", "") == field.relation or not field.relation, (
            f"{name}.{field.name} leads to {real.get('relation')}"
        )
        limited = set((real.get("groups") or "").split(",")) - {"", "base.group_user"}
        assert limited == set(field.groups), f"{name}.{field.name} is for {limited or 'everybody'} in Odoo"


def test_a_person_reads_as_themselves_and_nobody_else(copy):
    server = connect(copy.url, copy.db, "jsonrpc", read_deadline=30)
    people = {login: server.sign_in(login, "demo") for login in ("service", "finance")}
    assert len({session.user.user_id for session in people.values()}) == 2
    for login, session in people.items():
        me = session.read("res.users", [["id", "=", session.user.user_id]], {"name": {}}).rows
        assert [row["name"] for row in me] == [session.user.name], login
        assert roles_of(session.user) == {login}
        session.close()


def test_a_changed_password_ends_the_session_at_the_next_read(copy, admin):
    server = connect(copy.url, copy.db, "jsonrpc", read_deadline=30)
    session = server.sign_in("compliance", "demo")
    session.count("sale.order", [])
    admin.write("res.users", [session.user.user_id], {"password": "changed-Meanwhile-7"})
    with pytest.raises(SessionEnded):
        session.read("sale.order", [], {"name": {}})
    with pytest.raises(SignInRefused):
        connect(copy.url, copy.db, "jsonrpc", read_deadline=30).sign_in("compliance", "demo")
    server.sign_in("compliance", "changed-Meanwhile-7").close()


@pytest.mark.parametrize("protocol", ["jsonrpc", "json2"])
def test_an_archived_person_is_out_at_the_next_read(copy, admin, protocol):
    login = {"jsonrpc": "purchasing", "json2": "sales"}[protocol]
    secret = "demo" if protocol == "jsonrpc" else _api_key(copy, login)
    session = connect(copy.url, copy.db, protocol, read_deadline=30).sign_in(login, secret)
    session.count("sale.order", [])
    admin.write("res.users", [session.user.user_id], {"active": False})
    with pytest.raises(SessionEnded):
        session.read("sale.order", [], {"name": {}})


def test_rights_withdrawn_in_odoo_hold_at_once(copy, admin):
    session = connect(copy.url, copy.db, "jsonrpc", read_deadline=30).sign_in("finance", "demo")
    assert session.count("account.move", []) > 0
    groups = admin.call("res.users", "read", [session.user.user_id], ["group_ids"])[0]["group_ids"]
    billing = [
        row["id"]
        for row in admin.call("res.groups", "get_metadata", groups)
        if (row["xmlid"] or "").startswith("account.")
    ]
    admin.write("res.users", [session.user.user_id], {"group_ids": [(3, group) for group in billing]})
    with pytest.raises(AccessDenied):
        session.read("account.move", [], {"name": {}})
    session.close()


def test_an_unknown_database_is_told_so(real_odoo):
    with pytest.raises(OdooError, match=r"no such database|COPILOT_ODOO_DB"):
        connect(real_odoo.url, "no_such_database_here", "jsonrpc", read_deadline=30).sign_in(
            "service", "demo"
        )


def test_odoo_serves_its_web_client_at_the_address_of_a_record(real_odoo):
    server = connect(real_odoo.url, real_odoo.db)
    server.version()
    with httpx.Client(follow_redirects=True, timeout=60) as web:
        credentials = {"db": real_odoo.db, "login": "service", "password": "demo"}
        web.post(f"{real_odoo.url}/web/session/authenticate", json={"jsonrpc": "2.0", "params": credentials})
        reply = web.get(server.record_url("sale.order", 1))
    assert reply.status_code == 200
    assert str(reply.url) == f"{real_odoo.url}/odoo/sale.order/1"
    assert "odoo.__session_info__" in reply.text


# --- a recording is like what was recorded -----------------------------------------------------------------------------

NAMED = {"fields": {"display_name": {}}}
QUESTIONS: list[tuple[str, list[Any], dict[str, Any], str]] = [
    (
        "sale.order",
        [["state", "=", "sale"]],
        {  # a quotation's expected date is "now" and its lead time
            "name": {},
            "state": {},
            "commitment_date": {},
            "expected_date": {},
            "delivery_status": {},
            "amount_total": {},
            "partner_id": {
                "fields": {"display_name": {}, "ref": {}, "email": {}, "credit": {}, "category_id": NAMED}
            },
            "order_line": {
                "fields": {
                    "display_name": {},
                    "product_uom_qty": {},
                    "qty_delivered": {},
                    "product_id": NAMED,
                }
            },
        },
        "",
    ),
    (
        "sale.order",
        [["partner_id", "ilike", "foods"]],
        {"name": {}, "picking_ids": {"fields": {"name": {}, "state": {}}}},
        "name desc",
    ),
    (
        "stock.picking",
        [["state", "not in", ["done", "cancel"]]],
        {
            "name": {},
            "scheduled_date": {},
            "products_availability_state": {},
            "location_id": {"fields": {"complete_name": {}}},
            "move_ids": {
                "fields": {
                    "product_uom_qty": {},
                    "quantity": {},
                    "forecast_availability": {},
                    "move_orig_ids": {},
                }
            },
        },
        "",
    ),
    (
        "stock.quant",
        [["location_id.usage", "=", "internal"]],
        {"quantity": {}, "reserved_quantity": {}, "lot_id": NAMED, "product_id": NAMED},
        "",
    ),
    (
        "purchase.order",
        [["state", "in", ["purchase", "draft"]]],
        {
            "name": {},
            "amount_total": {},
            "receipt_status": {},
            "order_line": {"fields": {"product_id": NAMED, "qty_received": {}, "price_unit": {}}},
        },
        "date_order desc, id",
    ),
    (
        "account.move",
        [["move_type", "=", "out_invoice"]],
        {"name": {}, "payment_state": {}, "amount_residual": {}},
        "",
    ),
    (
        "product.product",
        [["default_code", "=like", "IN-20%"]],
        {"display_name": {}, "standard_price": {}, "seller_ids": {"fields": {"delay": {}}}},
        "",
    ),
    (
        "res.partner",
        [["category_id.name", "=", "Tier A"]],
        {"name": {}, "child_ids": NAMED, "credit_limit": {}},
        "name",
    ),
    ("mail.activity", [], {"summary": {}, "res_model": {}, "date_deadline": {}}, "id"),
    ("delivery.carrier", [], {"name": {}, "price_rule_ids": {"fields": {"list_price": {}}}}, ""),
]


@pytest.fixture(scope="module")
def untouched(odoo_copy: Callable[[], Any]) -> Any:
    return odoo_copy()


@pytest.fixture(scope="module")
def recorded(untouched: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("recording") / "made.jsonl.gz"
    people = {login: untouched.logins[login] for login in ("service", "supervisor", "finance", "northgate")}
    done = record(untouched.url, untouched.db, untouched.admin_login, untouched.admin_password, people, out)
    assert (done.people, done.path) == (4, out)
    assert done.rows > 10_000
    return out


@pytest.mark.parametrize("login", ["service", "supervisor", "finance", "northgate"])
def test_a_recording_answers_like_the_odoo_it_was_made_of(untouched, recorded, login):
    real = connect(untouched.url, untouched.db, "jsonrpc", read_deadline=60).sign_in(login, "demo")
    made = connect_recording(recorded, today="recorded").sign_in(login, "demo")
    assert real.user == made.user
    compared = 0
    for model, domain, spec, order in QUESTIONS:
        answers = [_answer(session, model, domain, spec, order) for session in (real, made)]
        assert answers[0] == answers[1], (login, model)
        compared += len(answers[0][1]) if isinstance(answers[0], tuple) else 0
    assert compared > 0
    real.close()


def _answer(session: Any, model: str, domain: list[Any], spec: dict[str, Any], order: str) -> Any:
    try:
        page = session.read(model, domain, spec, order=order, limit=300)
    except AccessDenied as refused:
        return ALLOWED[refused.model].app
    return page.total, page.rows


def _api_key(copy: Any, login: str) -> str:
    with httpx.Client(base_url=copy.url, timeout=60) as web:

        def call(path: str, params: dict[str, Any]) -> Any:
            reply = web.post(path, json={"jsonrpc": "2.0", "method": "call", "params": params}).json()
            assert "error" not in reply, reply["error"]["data"]["message"]
            return reply["result"]

        def method(model: str, name: str, *args: Any, **kwargs: Any) -> Any:
            return call(
                f"/web/dataset/call_kw/{model}/{name}",
                {"model": model, "method": name, "args": list(args), "kwargs": kwargs},
            )

        call("/web/session/authenticate", {"db": copy.db, "login": login, "password": "demo"})
        wizard = method("res.users.apikeys.description", "create", {"name": "live tests", "duration": "1"})
        check = method("res.users.apikeys.description", "make_key", [wizard])
        shown = method(
            "res.users.identitycheck", "run_check", [check["res_id"]], context={"password": "demo"}
        )
        key: str = shown["context"]["default_key"]
        return key
