"""Each action leaves a trace that can be found (RELIABILITY T16), and no context but our own reaches Odoo."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from erp_tools.actions.action import Change, Plan
from erp_tools.actions.calls import Post
from erp_tools.actions.traces import NOTED, marks, missing_traces, noted
from erp_tools.errors import NotAllowed
from erp_tools.odoo.connect import connect_recording
from erp_tools.odoo.gateway import OdooSession

HOSTILE = (
    {"tracking_disable": True}, {"mail_notrack": True}, {"mail_create_nolog": True}, {"mail_create_nosubscribe": True},
    {"mail_activity_automation_skip": True}, {"mail_post_autofollow": False}, {"no_reset_password": True}, {"uid": 1}, {"su": True},
    {"active_test": False}, {"allowed_company_ids": [1, 2, 3]}, {"install_mode": True}, {"default_state": "done"},
    {"import_file": True}, {"tz": "Asia/Tokyo"}, {"lang": "ar_001"}, {"force_company": 2}, {"bin_size": True}, {"prefetch_fields": False},
    {"mail_auto_delete": True},
)  # fmt: skip
CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("sale.order", "write", {"vals": {"commitment_date": "2026-12-01 12:00:00"}}),
    ("stock.picking", "write", {"vals": {"move_type": "direct"}}),
    ("stock.picking", "action_split_transfer", {}),
    ("sale.order", "message_post", {"body": "x"}),
)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> OdooSession:
    folder: Path = tmp_path_factory.mktemp("odoo")
    return connect_recording(local_copy=folder / "odoo.json").sign_in("supervisor", "demo")


def test_twenty_writes_with_a_hostile_context_are_refused(session: OdooSession) -> None:
    before = session.log.calls
    refused = 0
    for context, (model, method, arguments) in zip(HOSTILE, itertools.cycle(CALLS), strict=False):
        for given in ({"context": context}, {"kwargs": {"context": context}}, context):
            with pytest.raises(NotAllowed):
                session.call(model, method, [1], **arguments, **given)
        refused += 1
    assert refused == 20
    assert session.log.calls == before, "nothing was sent"


def test_a_context_hidden_among_the_values_is_refused(session: OdooSession) -> None:
    for values in ({"context": {"tracking_disable": True}}, {"tracking_disable": True, "carrier_id": 1}):
        with pytest.raises(NotAllowed):
            session.call("stock.picking", "write", [1], vals=values)
    with pytest.raises(NotAllowed):
        session.call(
            "distribution.copilot.run",
            "run_once",
            [],
            key="copilot.x",
            expected={},
            target="sale.order",
            action="write",
            records=[1],
            given={"vals": {}},
            context={"tracking_disable": True},
        )


def test_the_note_is_approved_with_the_plan_and_names_what_changed(session: OdooSession) -> None:
    order = session.read("sale.order", [["name", "=", "S00042"]], {"name": {}}, limit=1).rows[0]
    plan = noted(
        Plan(
            action="change_promise_date",
            order_id=order["id"],
            order="S00042",
            company="H",
            payload={"a": 1},
            snapshot={},
            summary="-",
            changes=(Change(record="S00042", what="Delivery date", before="", after="2026-12-01 <b>"),),
            undo="-",
            amount=1,
            currency="USD",
        )
    )
    assert plan.payload == {"a": 1, "note": "S00042, Delivery date: – → 2026-12-01 <b>"}
    assert NOTED in plan.effects
    (mark,) = marks(plan.payload, "copilot.abc.1", ("sale.order", order["id"], "S00042"))
    assert missing_traces(session, [mark]) == ["note it on S00042"]
    mark.run(session)
    assert missing_traces(session, [mark]) == []
    assert isinstance(mark, Post)
    found = session.read("mail.message", [["message_id", "=", mark.message_id]], {"body": {}, "author_id": {}}, limit=5).rows  # fmt: skip
    assert len(found) == 1
    assert "2026-12-01 &lt;b&gt;" in found[0]["body"]
    assert "copilot.abc.1" in found[0]["body"]
    assert marks({"a": 1}, "copilot.abc.1", ("sale.order", order["id"], "S00042")) == [], "a draft of before"
