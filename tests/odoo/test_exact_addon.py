"""The optional add-on on a real Odoo: lock, compare, run and remember in one transaction, with the caller's own rights."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copilot.audit import Audit
from copilot.audit_places import TABLE, found, put
from copilot.database import Database
from copilot.drafts.decision_rights import load_decision_rights
from copilot.drafts.executor import Executor
from copilot.drafts.service import Drafts
from copilot.identity import Identity
from erp_tools.actions import all_actions
from erp_tools.actions.action import Plan
from erp_tools.actions.exact import RUNS, ExactSession, RecordsChanged, is_installed, was_run
from erp_tools.actions.types import ActionType
from erp_tools.demo.rpc import AdminSession, SeedingError
from erp_tools.errors import AccessDenied, OdooError, OdooUserError
from erp_tools.odoo.connect import connect
from erp_tools.odoo.gateway import OdooServer, OdooSession

pytestmark = pytest.mark.odoo
ACTIONS = all_actions()
SignIn = Callable[[str], OdooSession]


@pytest.fixture(scope="module")
def server(odoo_with_addon: Any) -> OdooServer:
    return connect(odoo_with_addon.url, odoo_with_addon.db, "jsonrpc", read_deadline=60, call_deadline=90)


@pytest.fixture(scope="module")
def sign_in(server: OdooServer) -> Iterator[SignIn]:
    made: list[OdooSession] = []

    def session(login: str) -> OdooSession:
        made.append(server.sign_in(login, "demo"))
        return made[-1]

    yield session
    for one in made:
        one.close()


def planned(server: OdooServer, session: OdooSession, action: ActionType, **wanted: Any) -> Plan:
    return ACTIONS[action].plan(session, wanted, now=datetime.now(UTC), server=server)


def day(number: int) -> str:
    return (datetime.now(UTC) + timedelta(days=number)).date().isoformat()


def test_it_is_found_where_it_is_and_missed_where_it_is_not(sign_in: SignIn, real_odoo: Any) -> None:
    assert is_installed(sign_in("service"))
    without = connect(real_odoo.url, real_odoo.db, "jsonrpc").sign_in("service", "demo")
    assert not is_installed(without)
    without.close()


@pytest.mark.parametrize(
    ("login", "action", "wanted"),
    [
        ("supervisor", "source_from_warehouse", {"order": "S00042", "warehouse": "Allentown East"}),
        ("sales", "change_promise_date", {"order": "S00042", "date": day(30)}),
        (
            "service",
            "message_customer",
            {"order": "S00042", "text": "We are sorry that your order is delayed."},
        ),
        ("service", "assign_activity", {"order": "S00042", "to": "Petra Lindqvist", "summary": "Chase it"}),
        (
            "purchasing",
            "expedite_purchase",
            {"order": "S00042", "purchase": "P00031", "text": "Please ship."},
        ),
        ("supervisor", "change_carrier", {"order": "S00059", "carrier": "Nitro Air Express"}),
    ],
)
def test_a_step_runs_once_however_often_it_is_sent(
    server: OdooServer, sign_in: SignIn, login: str, action: ActionType, wanted: Mapping[str, Any]
) -> None:
    session = sign_in(login)
    plan = planned(server, session, action, **wanted)
    key = f"copilot.once{action}.1"
    for position, step in enumerate(ACTIONS[action].steps(plan.payload, key)):
        expected = plan.snapshot if position == 0 else getattr(step, "expects", {})
        exact = ExactSession(session, f"{key}.{position}", expected)
        step.run(exact)
        assert step.observe(session).seen == "done", step.name
        assert was_run(session, f"{key}.{position}")
        with contextlib.suppress(OdooUserError):  # the step itself may see that there is nothing left to do
            step.run(exact)
        assert step.observe(session).seen == "done", step.name
        assert session.count(RUNS, [["key", "=", f"{key}.{position}"]]) == 1


def test_eight_at_once_run_once(server: OdooServer, sign_in: SignIn) -> None:
    plan = planned(server, sign_in("service"), "log_note", order="S00044", text="Only one of these.")
    (step,) = ACTIONS["log_note"].steps(plan.payload, "copilot.eight.1")
    outcomes: list[str] = []

    def send() -> None:
        session = server.sign_in("service", "demo")
        try:
            step.run(ExactSession(session, "copilot.eight.1.0", {}))
            outcomes.append("ok")
        except OdooError as error:
            outcomes.append(str(error))
        finally:
            session.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert step.observe(sign_in("service")).seen == "done", "more than one would be unclear"


def test_every_edit_after_the_last_look_is_found_and_nothing_runs(
    server: OdooServer, tmp_path: Path, odoo_with_addon: Any
) -> None:
    """T12 with the add-on: somebody changes the order between our last comparison and the call, ten times."""
    database = Database(f"sqlite:///{tmp_path / 'state.db'}")
    drafts = Drafts(database, audit := Audit(database, bytes(32)), ACTIONS, load_decision_rights)
    drafts.prepare()
    identity = Identity(server, lifetime_seconds=3600)
    service, sales = identity.sign_in("service", "demo"), identity.sign_in("sales", "demo")
    other = server.sign_in("supervisor", "demo")
    try:
        for number in range(10):
            plan = planned(
                server, service.session, "change_promise_date", order="S00044", date=day(40 + number)
            )
            draft = drafts.save(service, plan, tier="B", certainty="proven", contract="allows")
            shown, token = drafts.show(sales, draft.draft_id)
            approved = drafts.approve(sales, draft.draft_id, version=1, digest=shown.digest, token=token)

            def edit(point: str, plan: Plan = plan, number: int = number) -> None:
                if point == "intent":
                    other.call(
                        "sale.order",
                        "write",
                        [plan.order_id],
                        vals={"commitment_date": f"{day(80 + number)} 09:00:00"},
                    )

            executor = Executor(database, audit, drafts, identity.by_owner, hook=edit)
            assert executor.is_exact(sales)
            ended = executor.run(sales, approved)
            assert (ended.state, "commitment_date was" in ended.reason) == ("stale", True), ended.reason
            row = other.read(
                "sale.order", [["id", "=", plan.order_id]], {"commitment_date": {}}, limit=1
            ).rows[0]
            assert row["commitment_date"].startswith(day(80 + number)), "theirs stands"
    finally:
        other.close()
        database.close()


def test_a_change_that_is_on_its_way_is_waited_for_and_found(server: OdooServer, sign_in: SignIn) -> None:
    """Two exact calls with different keys on one record at the same time: the second sees what the first did."""
    session, other = sign_in("sales"), sign_in("supervisor")
    plan = planned(server, session, "change_promise_date", order="S00059", date=day(33))
    step = ACTIONS["change_promise_date"].steps(plan.payload, "copilot.race.1")[0]
    found: list[str] = []

    def send(who: OdooSession, key: str, value: str) -> None:
        try:
            ExactSession(who, key, plan.snapshot).call(
                "sale.order", "write", [plan.order_id], vals={"commitment_date": value}
            )
            found.append("done")
        except RecordsChanged:
            found.append("changed")

    pair = [
        threading.Thread(target=send, args=(session, "copilot.race.1.0", plan.payload["wanted"])),
        threading.Thread(target=send, args=(other, "copilot.race.2.0", f"{day(70)} 12:00:00")),
    ]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    assert sorted(found) == ["changed", "done"]
    assert step.observe(session).seen in ("done", "unclear")


@pytest.mark.parametrize(
    "bad",
    [
        {"key": "anything"},
        {"target": "res.users", "action": "write", "records": [2], "given": {"vals": {"login": "x"}}},
        {"action": "action_confirm"},
        {"action": "unlink"},
        {"action": "write", "given": {"vals": {"state": "cancel"}}},
        {"expected": {"res.users,2": {"password": ""}}},
    ],
)
def test_what_is_not_on_the_list_is_refused_by_odoo_itself(
    server: OdooServer, sign_in: SignIn, bad: dict[str, Any]
) -> None:
    session = sign_in("supervisor")
    order = session.read("sale.order", [["name", "=", "S00044"]], {"name": {}}, limit=1).rows[0]["id"]
    arguments: dict[str, Any] = {
        "key": "copilot.bad.1", "expected": {}, "target": "sale.order", "action": "message_post", "records": [order],
        "given": {"body": "x"},
    }  # fmt: skip
    with pytest.raises(AccessDenied):
        session.call(RUNS, "run_once", [], **(arguments | bad))
    assert not was_run(session, "copilot.bad.1")


def test_it_gives_nobody_more_rights_than_odoo_does(server: OdooServer, sign_in: SignIn) -> None:
    plan = planned(server, sign_in("sales"), "change_promise_date", order="S00044", date=day(35))
    step = ACTIONS["change_promise_date"].steps(plan.payload, "copilot.rights.1")[0]
    stranger = sign_in("northgate")  # of another company: Odoo's record rules show them nothing of this order
    with pytest.raises(OdooError):
        step.run(ExactSession(stranger, "copilot.rights.1.0", plan.snapshot))
    assert not was_run(stranger, "copilot.rights.1.0")
    assert step.observe(sign_in("sales")).seen == "not_done"


def test_a_context_from_outside_silences_nothing(odoo_with_addon: Any, sign_in: SignIn) -> None:
    """T16: whoever calls past us with a context that suppresses what Odoo puts on the record."""
    session = sign_in("supervisor")
    past_us = AdminSession(url=odoo_with_addon.url, database=odoo_with_addon.db, login="supervisor", password="demo")  # fmt: skip
    hostile = {"tracking_disable": True, "mail_notrack": True, "mail_create_nolog": True}
    like = session.read(
        "stock.picking", [["picking_type_code", "=", "outgoing"]], {"picking_type_id": {}, "location_id": {}, "location_dest_id": {}}, limit=1
    ).rows[0]  # fmt: skip
    columns = ["picking_type_id", "location_id", "location_dest_id"]
    fields = ["id", *(f"{name}/.id" for name in columns), "origin"]

    def data(origin: str) -> list[list[str]]:
        return [[f"copilot.{origin}", *(str(like[name]["id"]) for name in columns), origin]]

    def told(origin: str) -> int:
        (made,) = session.read("stock.picking", [["origin", "=", origin]], {"name": {}}, limit=2).rows
        return session.count("mail.message", [["model", "=", "stock.picking"], ["res_id", "=", made["id"]]])

    made = past_us.call("stock.picking", "load", fields, data("silenced"), context=hostile)
    assert made["ids"], made
    assert told("silenced") == 0, "Odoo itself is silenced by it"
    given = {"fields": fields, "data": data("not_silenced")}
    run = {"target": "stock.picking", "action": "load", "records": [], "given": given}
    done = past_us.call(RUNS, "run_once", key="copilot.hostile.1", expected={}, **run, context=hostile)
    assert done == {"outcome": "done"}
    assert told("not_silenced") >= 1


def test_the_audit_is_anchored_in_a_table_that_nobody_can_change(
    odoo_with_addon: Any, sign_in: SignIn
) -> None:
    session = sign_in("purchasing")  # no right to edit contacts
    assert put(session, 7, "a" * 64) == "the add-on's table"
    put(session, 7, "a" * 64)
    put(sign_in("sales"), 9, "b" * 64)
    known = [(one.seq, one.seal, one.place) for one in found(session)]
    assert known == [(7, "a" * 64, "the add-on's table")], "once, and only one's own"
    for seq, seal in ((0, "a" * 64), (7, "A" * 64), (7, "short"), ("7", "a" * 64), (True, "a" * 64)):
        with pytest.raises(OdooUserError):
            session.call(TABLE, "keep", [], seq=seq, seal=seal)
    raw = AdminSession(
        url=odoo_with_addon.url, database=odoo_with_addon.db, login="purchasing", password="demo"
    )
    ids = raw.ids(TABLE, [("seq", "=", 7)])
    for method, more in (("write", {"vals": {"seal": "c" * 64}}), ("unlink", {})):
        with pytest.raises(SeedingError, match=r"(?i)access|not allowed"):
            raw.call(TABLE, method, ids, **more)
    assert len(raw.ids(TABLE, [("seq", "=", 7)])) == 1
