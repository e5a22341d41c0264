"""Every action, on a copy of the real Odoo and on the recording: the plan is what happens, each step is read back, a repeat does
nothing twice."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from erp_tools.actions import all_actions
from erp_tools.actions.action import CannotDraft, Plan, changed_fields
from erp_tools.actions.calls import load_once
from erp_tools.actions.types import ACTION_TYPES, ActionType
from erp_tools.errors import AccessDenied, NotAllowed, OdooUserError
from erp_tools.odoo.connect import connect, connect_recording
from erp_tools.odoo.gateway import OdooServer, OdooSession

ACTIONS = all_actions()


@pytest.fixture(scope="module", params=["recorded", pytest.param("real", marks=pytest.mark.odoo)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OdooServer:
    if request.param == "recorded":
        return connect_recording(local_copy=tmp_path_factory.mktemp("recorded") / "changes.json")
    copy = request.getfixturevalue("odoo_copy")()
    return connect(copy.url, copy.db, "jsonrpc")


@pytest.fixture(scope="module")
def as_person(server: OdooServer) -> Iterator[Callable[[str], OdooSession]]:
    sessions: dict[str, OdooSession] = {}

    def session(login: str) -> OdooSession:
        if login not in sessions:
            sessions[login] = server.sign_in(login, "demo")
        return sessions[login]

    yield session
    for one in sessions.values():
        one.close()


def planned(server: OdooServer, session: OdooSession, action: ActionType, **wanted: Any) -> Plan:
    return ACTIONS[action].plan(session, wanted, now=datetime.now(UTC), server=server)


def carried_out(session: OdooSession, plan: Plan) -> None:
    """Each step once, read back, and once more where that must be harmless."""
    action = ACTIONS[plan.action]
    assert changed_fields(plan.snapshot, action.snapshot(session, plan.payload)) == []
    assert list(action.precheck(session, plan.payload)) == []
    for step in action.steps(plan.payload, f"copilot.{uuid.uuid4().hex}.1"):
        step.run(session)
        seen = step.observe(session)
        assert seen.seen == "done", (step.name, seen)
        if step.repeatable:
            with contextlib.suppress(OdooUserError):  # its own no is as good as doing nothing
                step.run(session)
            assert step.observe(session).seen == "done", step.name


def quantities(session: OdooSession, order: str) -> Mapping[str, float]:
    """Product -> what is planned to leave for an order, over all its open transfers."""
    rows = session.read(
        "stock.picking", [["sale_id.name", "=", order], ["state", "not in", ["done", "cancel"]]],
        {"move_ids": {"fields": {"product_id": {"fields": {"display_name": {}}}, "product_uom_qty": {}, "state": {}}}},
    ).rows  # fmt: skip
    total: dict[str, float] = {}
    for row in rows:
        for move in row["move_ids"]:
            if move["state"] not in ("done", "cancel"):
                name = move["product_id"]["display_name"]
                total[name] = total.get(name, 0.0) + move["product_uom_qty"]
    return total


def test_all_twelve_are_there() -> None:
    assert set(ACTIONS) == set(ACTION_TYPES)
    assert all(action.type == name for name, action in ACTIONS.items())


SIMPLE: list[tuple[ActionType, str, dict[str, Any]]] = [
    ("log_note", "service", {"order": "S00042", "text": "They called <b>twice</b>.\n\nThey wait."}),
    ("message_customer", "service", {"order": "S00042", "text": "We are sorry that your order is delayed."}),
    ("assign_activity", "service", {"order": "S00042", "to": "Petra Lindqvist", "summary": "Chase the olive oil"}),
    ("request_credit_review", "service", {"order": "S00042", "to": "Fiona"}),
    ("expedite_purchase", "purchasing", {"order": "S00042", "purchase": "P00031", "text": "Please ship at once."}),
    ("change_promise_date", "sales", {"order": "S00042", "date": (datetime.now(UTC) + timedelta(days=9)).date().isoformat()}),
    ("change_carrier", "supervisor", {"order": "S00042", "carrier": "Nitro Air Express"}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "login", "wanted"), SIMPLE, ids=[one[0] for one in SIMPLE])
def test_what_leaves_the_stock_as_it_is(
    server: OdooServer,
    as_person: Callable[[str], OdooSession],
    action: ActionType,
    login: str,
    wanted: dict[str, Any],
) -> None:
    before = quantities(as_person("supervisor"), "S00042")
    plan = planned(server, as_person(login), action, **wanted)
    carried_out(as_person(login), plan)
    assert quantities(as_person("supervisor"), "S00042") == before


def test_a_note_is_text_whatever_stands_in_it(
    server: OdooServer, as_person: Callable[[str], OdooSession]
) -> None:
    session = as_person("service")
    carried_out(
        session, planned(server, session, "log_note", order="S00042", text="<script>alert(1)</script>")
    )
    found = session.read(
        "mail.message", [["model", "=", "sale.order"], ["body", "ilike", "alert(1)"]], {"body": {}, "author_id": {"fields": {"display_name": {}}}}
    ).rows  # fmt: skip
    assert "<script" not in found[0]["body"]
    assert found[0]["author_id"]["display_name"].endswith(session.user.name)


def test_the_missing_line_ships_from_east_and_nothing_is_lost(
    server: OdooServer, as_person: Callable[[str], OdooSession]
) -> None:
    session = as_person("supervisor")
    before = quantities(session, "S00042")
    plan = planned(server, session, "source_from_warehouse", order="S00042", warehouse="Allentown East")
    assert plan.payload["split"], "a part of the line is reserved in West"
    carried_out(session, plan)
    assert quantities(session, "S00042") == before
    with pytest.raises(CannotDraft):
        planned(server, session, "source_from_warehouse", order="S00042", warehouse="Allentown East")


def partly_reserved(session: OdooSession, *, policy: str = "") -> Iterator[tuple[str, str]]:
    """(order, delivery) of deliveries of which a part is reserved."""
    rows = session.read(
        "stock.picking", [["picking_type_code", "=", "outgoing"], ["state", "in", ["assigned", "confirmed"]], ["sale_id", "!=", False]],
        {"name": {}, "move_type": {}, "sale_id": {"fields": {"name": {}}}, "move_ids": {"fields": {"quantity": {}, "product_uom_qty": {}}}},
        limit=500, order="id",
    ).rows  # fmt: skip
    for row in rows:
        have = sum(move["quantity"] for move in row["move_ids"])
        if 0 < have < sum(move["product_uom_qty"] for move in row["move_ids"]) and policy in (
            "",
            row["move_type"],
        ):
            yield row["sale_id"]["name"], row["name"]


def test_every_delivery_with_ready_lines_splits_as_planned(
    server: OdooServer, as_person: Callable[[str], OdooSession]
) -> None:
    session, split = as_person("supervisor"), 0
    for order, delivery in list(partly_reserved(session, policy="direct")):
        before = quantities(session, order)
        carried_out(session, planned(server, session, "split_delivery", order=order, delivery=delivery))
        assert quantities(session, order) == before
        split += 1
    assert split >= 3


def test_ship_complete_is_released(server: OdooServer, as_person: Callable[[str], OdooSession]) -> None:
    session = as_person("supervisor")
    order, _ = next(partly_reserved(session, policy="one"))
    carried_out(session, planned(server, session, "release_ship_complete", order=order))
    with pytest.raises(CannotDraft, match="ship complete"):
        planned(server, session, "release_ship_complete", order=order)


def test_reserved_stock_goes_to_the_more_urgent_order_and_the_loser_is_named(
    server: OdooServer, as_person: Callable[[str], OdooSession]
) -> None:
    session, done = as_person("supervisor"), 0
    holders = session.read(
        "stock.move", [["state", "=", "assigned"], ["picking_id.picking_type_code", "=", "outgoing"], ["quantity", ">", 0]],
        {"product_id": {}, "picking_id": {"fields": {"name": {}, "sale_id": {"fields": {"name": {}}}}}}, limit=500,
    ).rows  # fmt: skip
    needy = session.read(
        "stock.move", [["state", "=", "confirmed"], ["picking_id.picking_type_code", "=", "outgoing"]],
        {"product_id": {}, "picking_id": {"fields": {"name": {}, "sale_id": {"fields": {"name": {}}}}}}, limit=500,
    ).rows  # fmt: skip
    for move in needy:
        for other in holders:
            if (
                done
                or other["product_id"] != move["product_id"]
                or not (move["picking_id"] or {}).get("sale_id")
            ):
                continue
            names = {"order": move["picking_id"]["sale_id"]["name"], "delivery": move["picking_id"]["name"]}
            try:
                plan = planned(
                    server, session, "reallocate_stock", from_delivery=other["picking_id"]["name"], **names
                )
            except CannotDraft:
                continue
            assert "loses" in plan.effects[0]
            carried_out(session, plan)
            done += 1
    assert done == 1


def test_a_substitute_takes_the_place_of_what_waits(
    server: OdooServer, as_person: Callable[[str], OdooSession]
) -> None:
    session = as_person("sales")
    order = session.read(
        "sale.order.line", [["order_id.state", "=", "sale"], ["qty_delivered", "=", 0], ["product_id.default_code", "=", "IN-4130"]],
        {"order_id": {"fields": {"name": {}}}, "product_uom_qty": {}}, limit=1,
    ).rows[0]  # fmt: skip
    name = order["order_id"]["name"]
    carried_out(
        session,
        planned(server, session, "substitute_product", order=name, product="IN-4130", substitute="IN-4131"),
    )
    planned_now = quantities(as_person("supervisor"), name)
    assert not any("[IN-4130]" in product for product in planned_now)
    assert any("[IN-4131]" in product for product in planned_now)


@pytest.mark.odoo
def test_a_refused_line_is_refused_in_odoos_words(odoo_copy: Callable[[], Any]) -> None:
    """`load` answers what Odoo refuses as a message: a person without Sales rights hears Odoo's no, and not that a line is missing."""
    copy = odoo_copy()
    server = connect(copy.url, copy.db, "jsonrpc")
    session = server.sign_in("supervisor", "demo")
    try:
        values = {"order_id/.id": 1, "product_id/.id": 1, "product_uom_qty": 1, "name": "Substitute"}
        with pytest.raises(OdooUserError, match="not allowed"):
            load_once(session, "sale.order.line", f"copilot.{uuid.uuid4().hex}.1", values)
    finally:
        session.close()


@pytest.mark.parametrize(
    ("action", "wanted", "said"),
    [
        ("log_note", {"order": "S99999", "text": "x"}, "no single order"),
        ("log_note", {"order": "", "text": "x"}, "Which order"),
        ("log_note", {"order": "S00042"}, "What shall the note say"),
        ("log_note", {"order": "S00042", "text": "x" * 5000}, "too long"),
        ("message_customer", {"order": "S00042", "text": "Our vendor is late"}, "nothing for a customer"),
        ("assign_activity", {"order": "S00042", "to": "Nobody Here", "summary": "x"}, "no single colleague"),
        ("assign_activity", {"order": "S00042", "to": "a", "summary": "x"}, "no single colleague"),
        ("change_promise_date", {"order": "S00042", "date": "2020-01-01"}, "in the past"),
        ("change_promise_date", {"order": "S00042", "date": "soon"}, "is no day"),
        (
            "change_carrier",
            {"order": "S00042", "delivery": "WEST/PICK/00050", "carrier": "Pigeon Post"},
            "no single carrier",
        ),
        ("split_delivery", {"order": "S00042", "delivery": "WH/OUT/1"}, "no open delivery called"),
        (
            "source_from_warehouse",
            {"order": "S00042", "delivery": "WEST/PICK/00050", "warehouse": "Atlantis"},
            "no single warehouse",
        ),
        (
            "reallocate_stock",
            {"order": "S00042", "delivery": "WEST/PICK/00050", "from_delivery": "WEST/PICK/99999"},
            "no single other delivery",
        ),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_drafted(
    server: OdooServer,
    as_person: Callable[[str], OdooSession],
    action: ActionType,
    wanted: dict[str, Any],
    said: str,
) -> None:
    with pytest.raises(CannotDraft, match=said):
        planned(server, as_person("supervisor"), action, **wanted)


def test_odoos_own_rights_hold(server: OdooServer, as_person: Callable[[str], OdooSession]) -> None:
    """Whoever may not change a delivery in Odoo (here: of another company) may not do it through an approval, either."""
    names = {"order": "S00042", "delivery": "WEST/PICK/00050", "carrier": "Swiftline Parcel 2-Day"}
    plan = planned(server, as_person("supervisor"), "change_carrier", **names)
    step = ACTIONS["change_carrier"].steps(plan.payload, "copilot.x.1")[0]
    with pytest.raises(AccessDenied):
        step.run(as_person("northgate"))
    assert step.observe(as_person("supervisor")).seen == "not_done"


@pytest.mark.parametrize(
    ("model", "method", "ids", "arguments"),
    [
        ("sale.order", "write", [1], {"vals": {"state": "cancel"}}),
        ("sale.order", "write", [1], {"vals": {"commitment_date": "2026-12-01", "note": "x"}}),
        ("sale.order", "action_cancel", [1], {}),
        ("sale.order", "unlink", [1], {}),
        ("stock.picking", "load", [], {"fields": ["id", "state"], "data": [["a", "done"]]}),
        ("stock.picking", "load", [1], {"fields": ["id"], "data": [["a"]]}),
        ("stock.picking", "button_validate", [1], {}),
        ("sale.order", "message_post", [1], {"body": "x", "context": {"tracking_disable": True}}),
    ],
)
def test_nothing_else_leaves_the_process(
    as_person: Callable[[str], OdooSession],
    model: str,
    method: str,
    ids: list[int],
    arguments: dict[str, Any],
) -> None:
    calls = as_person("supervisor").log.calls
    with pytest.raises(NotAllowed):
        as_person("supervisor").call(model, method, ids, **arguments)
    assert as_person("supervisor").log.calls == calls


def test_what_may_land_late_over_something_newer_is_not_repeated_early() -> None:
    """A write that waits for somebody's lock in Odoo may land after its own repetition: it is not sent again before Odoo's limit."""
    payload = {
        "order": "S1", "order_id": 1, "before": "a", "wanted": "b", "other": "X", "other_id": 2, "delivery": "Y", "picking_id": 3,
        "warehouse": "W", "lines": [[4, 1.0]], "split": None,
    }  # fmt: skip
    early = {
        type(step).__name__
        for kind in ("change_promise_date", "change_carrier", "reallocate_stock", "source_from_warehouse")
        for step in ACTIONS[kind].steps(payload, "copilot.a.1")
        if step.repeatable
    }
    assert not early & {"WriteField", "_Unreserve", "_MoveLine", "Post", "Schedule", "Split"}
    assert early == {"_Reserve", "_ReserveWhatIsLeft", "_NewDelivery"}
