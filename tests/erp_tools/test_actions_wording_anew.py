"""Of each draft that may be put another way: planned again from its own wishes it is the very same one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from erp_tools.actions import all_actions
from erp_tools.actions.action import digest_of
from erp_tools.actions.types import ACTION_TYPES, ActionType
from erp_tools.actions.wording_anew import changeable, wishes_of
from erp_tools.odoo.connect import connect_recording
from erp_tools.odoo.gateway import OdooServer

WANTED: dict[ActionType, dict[str, str]] = {
    "message_customer": {"subject": "Your order", "text": "It ships on Monday.\nSorry."},
    "log_note": {"text": "They called twice."},
    "assign_activity": {
        "to": "Samuel Okafor",
        "summary": "Call Solano",
        "text": "About P00031",
        "until": "2026-12-01",
    },
    "request_credit_review": {"to": "Samuel Okafor", "text": "Please look.", "until": "2026-12-01"},
    "change_promise_date": {"date": "2026-12-03"},
    "change_carrier": {"carrier": "Swiftline Parcel 2-Day"},
    "expedite_purchase": {"purchase": "P00031", "text": "When does it leave?"},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> OdooServer:
    return connect_recording(local_copy=tmp_path_factory.mktemp("recorded") / "changes.json")


@pytest.mark.parametrize("action", WANTED)
def test_planned_again_from_its_wishes_it_is_the_same(server: OdooServer, action: ActionType) -> None:
    session = server.sign_in("purchasing" if action == "expedite_purchase" else "supervisor", "demo")

    def planned(wanted: dict[str, Any]) -> Any:
        return all_actions()[action].plan(
            session, {"order": "S00042", **wanted}, now=datetime.now(UTC), server=server
        )

    plan = planned(WANTED[action])
    changes = [asdict(change) for change in plan.changes]
    wishes = wishes_of(action, plan.payload, changes)
    assert all(wishes.values()), wishes
    again = planned(wishes)
    assert digest_of(action, again.payload, again.snapshot) == digest_of(action, plan.payload, plan.snapshot)
    shown = {one.name: one.value for one in changeable(action, plan.payload, changes)}
    assert shown
    assert set(shown) <= set(wishes)
    session.close()


@pytest.mark.parametrize("action", sorted(set(ACTION_TYPES) - set(WANTED)))
def test_which_goods_move_cannot_be_put_another_way(action: ActionType) -> None:
    assert changeable(action, {"order": "S00042", "text": "x"}, []) == ()
