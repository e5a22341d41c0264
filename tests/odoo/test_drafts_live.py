"""Drafts on a real Odoo: approvers are asked and left alone again, the approver stands in the chatter, and a missing trace is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copilot.bootstrap import BuiltDesk, build_desk
from copilot.drafts.draft import Draft
from copilot.drafts.errors import DraftChanged
from copilot.identity import Person
from copilot.settings import Settings
from erp_tools.actions.calls import Post
from erp_tools.demo.rpc import AdminSession

pytestmark = pytest.mark.odoo


class House:
    """A desk on a copy of the demo database, and its administrator's own way in."""

    def __init__(self, copy: Any, folder: Path) -> None:
        self.url, self.db = copy.url, copy.db
        settings = Settings(
            _env_file=None, odoo_url=copy.url, odoo_db=copy.db, odoo_protocol="jsonrpc", data_dir=folder
        )
        self.built: BuiltDesk = build_desk(settings)
        self.desk = self.built.desk
        self.desk.drafts.why_off = lambda: ""  # what is released is another matter
        self.admin = AdminSession(url=copy.url, database=copy.db, login="admin", password=copy.admin_password)
        self._people: dict[str, Person] = {}

    def person(self, login: str) -> Person:
        if login not in self._people:
            self._people[login] = self.built.identity.sign_in(login, "demo")
        return self._people[login]

    def draft(self, login: str, action: str, order: str, **wanted: str) -> Draft:
        return self.desk.draft(self.person(login), action, {**wanted, "order": order})

    def approve(self, login: str, draft: Draft) -> Draft:
        shown, token = self.desk.drafts.show(self.person(login), draft.draft_id)
        return self.desk.approve(
            self.person(login), draft.draft_id, version=shown.version, digest=shown.digest, token=token
        )

    def asked(self, draft: Draft) -> list[str]:
        """Who has an activity about this draft, by the administrator's eyes."""
        rows = self.admin.find(
            "mail.activity", [("note", "ilike", f"copilot.{draft.draft_id}.")], ["user_id"]
        )
        return sorted(row["user_id"][1] for row in rows)

    def entries(self, draft: Draft, kind: str) -> list[Any]:
        return [
            one.body
            for one in self.desk.audit.read(subject=f"draft:{draft.draft_id}", limit=500)
            if one.kind == kind
        ]


@pytest.fixture(scope="module")
def house(odoo_copy: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(odoo_copy(), tmp_path_factory.mktemp("drafts") / "data")
    yield made
    made.built.close()


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_those_who_may_decide_are_asked_and_left_alone_when_it_is_decided(house: House) -> None:
    draft = house.draft("service", "release_ship_complete", "S00077")
    assert draft.approver_roles == ("supervisor",)
    handed = house.desk.submit(house.person("service"), draft.draft_id)
    assert handed.state == "submitted"
    asked = house.asked(draft)
    assert "Samuel Okafor" in asked
    assert "Sofia Reyes" not in asked, "nobody is asked about their own draft"
    assert "Administrator" not in asked, (
        "somebody who has the role by Odoo's own groups only is not who is meant"
    )
    assert 1 <= len(asked) <= 3
    names = house.desk.audit.names()
    assert sorted(names[one["colleague"]] for one in house.entries(draft, "draft.asked")) == asked
    done = house.approve("supervisor", draft)
    assert (done.state, done.reason) == ("executed", "")
    assert house.asked(draft) == []


@pytest.mark.parametrize("end", ["reject", "cancel", "expire"])
def test_a_question_is_taken_back_however_the_draft_ends(house: House, end: str) -> None:
    draft = house.draft("service", "change_promise_date", "S00044", date=in_days(40 + len(end)))
    house.desk.submit(house.person("service"), draft.draft_id)
    assert house.asked(draft)
    if end == "reject":
        shown, token = house.desk.drafts.show(house.person("supervisor"), draft.draft_id)
        house.desk.reject(
            house.person("supervisor"),
            draft.draft_id,
            version=1,
            digest=shown.digest,
            token=token,
            reason="No",
        )
    elif end == "cancel":
        house.desk.cancel(house.person("service"), draft.draft_id)
    else:
        later = datetime.now(UTC) + timedelta(days=30)
        house.desk.drafts._clock = lambda: later
        try:
            house.desk.executor.work()
        finally:
            house.desk.drafts._clock = lambda: datetime.now(UTC)
        assert house.desk.drafts.look(house.person("service"), draft.draft_id).state == "expired"
        house.desk.tidy()
    assert house.asked(draft) == []


CHANGES = (
    ("service", "supervisor", "change_promise_date", "S00059", {"date": in_days(20)}),
    ("service", "supervisor", "split_delivery", "S00042", {}),
    ("service", "service", "message_customer", "S00059", {"text": "We will be late."}),
    ("service", "service", "assign_activity", "S00059", {"to": "Petra Lindqvist", "summary": "Chase it"}),
)


@pytest.mark.parametrize(
    ("asks", "decides", "action", "order", "wanted"), CHANGES, ids=[one[2] for one in CHANGES]
)
def test_the_approver_stands_in_the_chatter(
    house: House, asks: str, decides: str, action: str, order: str, wanted: dict[str, str]
) -> None:
    draft = house.draft(asks, action, order, **wanted)
    done = house.approve(decides, draft)
    assert (done.state, done.reason) == ("executed", "")
    key = f"copilot.{draft.draft_id}."
    if action == "assign_activity":
        assert house.asked(draft) == ["Petra Lindqvist"]
        return
    posts = [one for one in house.desk.drafts.actions[draft.action].steps(draft.payload, f"{key}1") if isinstance(one, Post)]  # fmt: skip
    assert posts
    for post in posts:
        (found,) = house.admin.find(
            "mail.message", [("message_id", "=", post.message_id)], ["author_id", "model", "res_id"]
        )
        assert found["author_id"][1].endswith(house.person(decides).name)
        assert (found["model"], found["res_id"]) == (post.model, post.record_id)


def test_a_draft_put_another_way_is_what_is_done_and_what_was_seen_before_is_not(house: House) -> None:
    first, second = in_days(24), in_days(31)
    draft = house.draft("service", "change_promise_date", "S00059", date=first)
    house.desk.submit(house.person("service"), draft.draft_id)
    supervisor = house.person("supervisor")
    seen, token = house.desk.drafts.show(supervisor, draft.draft_id)
    edited = house.desk.edit(
        house.person("service"), draft.draft_id, version=seen.version, changed={"date": second}
    )
    assert (edited.version, edited.state) == (seen.version + 1, "drafted")
    with pytest.raises(DraftChanged):
        house.desk.approve(supervisor, draft.draft_id, version=seen.version, digest=seen.digest, token=token)
    promised = [("name", "=", "S00059")]
    (before,) = house.admin.find("sale.order", promised, ["commitment_date"])
    assert not str(before["commitment_date"]).startswith((first, second))
    done = house.approve("supervisor", edited)
    assert (done.state, done.reason) == ("executed", "")
    (after,) = house.admin.find("sale.order", promised, ["commitment_date"])
    assert str(after["commitment_date"]).startswith(second)


def test_a_note_that_somebody_removes_is_missed_and_said(house: House) -> None:
    draft = house.draft("service", "change_promise_date", "S00059", date=in_days(33))
    shown, token = house.desk.drafts.show(house.person("supervisor"), draft.draft_id)
    ready = house.desk.drafts.approve(
        house.person("supervisor"), draft.draft_id, version=1, digest=shown.digest, token=token
    )

    def remove(point: str) -> None:
        if point == "step_done":
            found = house.admin.ids("mail.message", [("message_id", "ilike", f"copilot.{draft.draft_id}.")])
            house.admin.call("mail.message", "unlink", found) if found else None

    house.desk.executor._hook = remove
    try:
        done = house.desk.executor.run(house.person("supervisor"), ready)
    finally:
        house.desk.executor._hook = lambda point: None
    assert done.state == "executed"
    assert "do not say who did it (note it on S00059)" in done.reason
    (entry,) = house.entries(draft, "draft.trace_missing")
    assert entry["missing"] == ["note it on S00059"]
