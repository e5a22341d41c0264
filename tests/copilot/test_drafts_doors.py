"""Drafts through the HTTP door, without documents: reading before approving, the stop switch, what became of an uncertain one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.bootstrap import build
from copilot.settings import Settings

Ask = Callable[..., Any]
New = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, drafts_door: Callable[..., Any]) -> Iterator[Ask]:
    """Calls a route as somebody: ask("supervisor", "GET", "/drafts") -> (status, body)."""
    folder: Path = tmp_path_factory.mktemp("doors") / "data"
    copilot = build(Settings(_env_file=None, data_dir=folder))
    copilot.desk.drafts.why_off = lambda: ""
    with drafts_door(copilot) as call:
        yield call
    copilot.close()


def test_high_risk_is_opened_and_read_before_it_is_approved(ask: Ask, new: New) -> None:
    """T14 through the door: naming a draft is no reading, and the token survives a refusal."""
    draft = new(ask, "service", "change_carrier", "S00042", carrier="Nitro Air Express")
    assert draft["risk"] == "high"
    path, decision = f"/drafts/{draft['draft_id']}", {"version": draft["version"], "digest": draft["digest"]}
    status, said = ask("supervisor", "POST", f"{path}/approve", decision)
    assert (status, said["error"]) == (409, "NotReadYet")
    shown = ask("supervisor", "GET", path)[1]
    assert shown["approve_from"] > draft["created_at"]
    status, said = ask("supervisor", "POST", f"{path}/approve", {**decision, "token": shown["token"]})
    assert (status, said["error"]) == (409, "NotReadYet")
    assert "can be approved in" in said["message"]
    no = {**decision, "token": shown["token"], "reason": "Too dear"}
    assert ask("supervisor", "POST", f"{path}/reject", no)[1]["state"] == "rejected", "no is said at once"


def test_the_stop_switch_over_http(ask: Ask) -> None:
    assert ask("service", "POST", "/stops", {"scope": "all", "reason": "x"})[0] == 403
    assert ask("supervisor", "POST", "/stops", {"scope": "all", "reason": " "})[0] == 409
    assert ask("supervisor", "POST", "/stops", {"scope": "teleport", "reason": "x"})[0] == 409
    status, on = ask("supervisor", "POST", "/stops", {"scope": "split_delivery", "reason": "stock count"})
    assert status == 201
    assert [(one["scope"], one["by"], one["reason"]) for one in on["stops"]] == [
        ("split_delivery", "Samuel Okafor", "stock count")
    ]
    assert ask("supervisor", "DELETE", "/stops/split_delivery")[0] == 403
    assert ask("service", "GET", "/stops")[1] == on
    assert ask("compliance", "DELETE", "/stops/split_delivery") == (200, {"stops": []})
    assert ask("compliance", "DELETE", "/stops/split_delivery")[0] == 404


def test_only_an_uncertain_draft_is_resolved_by_a_person(ask: Ask, new: New) -> None:
    draft = new(ask, "service", "change_promise_date", "S00044", date="2027-08-01")
    body = {"outcome": "executed", "reason": "It is there"}
    assert ask("service", "POST", f"/drafts/{draft['draft_id']}/resolve", body)[0] == 403
    assert ask("supervisor", "POST", f"/drafts/{draft['draft_id']}/resolve", body)[0] == 409
    assert (
        ask("supervisor", "POST", f"/drafts/{draft['draft_id']}/resolve", {**body, "outcome": "rejected"})[0]
        == 422
    )
    assert ask("service", "POST", f"/drafts/{draft['draft_id']}/cancel")[1]["state"] == "cancelled"


def test_a_named_colleague_is_asked_and_stands_in_the_log_under_a_pseudonym(ask: Ask, new: New) -> None:
    """The recording does not say who has which role, so nobody is asked unless named."""
    for to, asked in (("", 0), ("Petra Lindqvist", 1)):
        draft = new(ask, "service", "change_promise_date", "S00044", date=f"2027-09-0{1 + asked}")
        status, done = ask("service", "POST", f"/drafts/{draft['draft_id']}/submit", {"to": to})
        assert (status, done["state"]) == (200, "submitted")
        entries = ask("compliance", "GET", f"/audit?subject=draft:{draft['draft_id']}")[1]["entries"]
        found = [one["body"] for one in entries if one["kind"] == "draft.asked"]
        assert len(found) == asked
        assert "Petra" not in str(entries)
        assert all(one["colleague"].startswith("p") and one["outcome"] == "done" for one in found)
        assert ask("service", "POST", f"/drafts/{draft['draft_id']}/cancel")[1]["state"] == "cancelled"


def test_a_changed_draft_is_a_new_version_that_nobody_has_approved(ask: Ask, new: New) -> None:
    draft = new(ask, "service", "message_customer", "S00042", text="We ship on Monday.")
    named = {
        "version": draft["version"],
        "wanted": {"text": "We ship on Tuesday.", "subject": "About your order"},
    }
    _, shown = ask("supervisor", "GET", f"/drafts/{draft['draft_id']}")
    assert ask("supervisor", "POST", f"/drafts/{draft['draft_id']}/edit", named)[0] != 200, "it is not theirs"
    status, changed = ask("service", "POST", f"/drafts/{draft['draft_id']}/edit", named)
    assert status == 200, changed
    assert (changed["draft_id"], changed["version"], changed["state"]) == (
        draft["draft_id"],
        draft["version"] + 1,
        "drafted",
    )
    told = {one["what"]: one["after"] for one in changed["changes"]}
    assert (told["Message"], told["Subject"]) == ("We ship on Tuesday.", "About your order")
    former = {"version": shown["version"], "digest": shown["digest"], "token": shown["token"]}
    assert ask("supervisor", "POST", f"/drafts/{draft['draft_id']}/approve", former)[0] == 409, (
        "they saw another text"
    )
    assert ask("service", "POST", f"/drafts/{draft['draft_id']}/edit", named)[0] == 409, (
        "it stands on an old version"
    )
    ask("service", "POST", f"/drafts/{draft['draft_id']}/cancel")
    later = {"version": changed["version"], "wanted": {"text": "Too late."}}
    assert ask("service", "POST", f"/drafts/{draft['draft_id']}/edit", later)[0] == 409


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"text": "We ship on Monday."}, "says so already"),
        ({}, "says so already"),
        ({"order": "S00043"}, "cannot be changed"),
        ({"partner_id": "7", "text": "x"}, "cannot be changed"),
        ({"text": "Our vendor is late."}, "nothing for a customer"),
        ({"text": "   "}, "What shall"),
    ],
)
def test_what_cannot_be_changed_so_leaves_the_draft_as_it_is(
    ask: Ask, new: New, wanted: dict[str, str], said: str
) -> None:
    draft = new(ask, "service", "message_customer", "S00042", text="We ship on Monday.")
    try:
        status, refused = ask(
            "service", "POST", f"/drafts/{draft['draft_id']}/edit", {"version": 1, "wanted": wanted}
        )
        assert status in (409, 422), refused
        assert said in str(refused)
        _, now = ask("service", "GET", f"/drafts/{draft['draft_id']}")
        assert (now["version"], now["digest"], now["state"]) == (1, draft["digest"], "drafted")
    finally:
        ask("service", "POST", f"/drafts/{draft['draft_id']}/cancel")


def test_which_goods_move_is_another_draft(ask: Ask, new: New) -> None:
    draft = new(ask, "service", "split_delivery", "S00042")
    body = {"version": 1, "wanted": {"delivery": "WEST/PICK/00050"}}
    status, refused = ask("service", "POST", f"/drafts/{draft['draft_id']}/edit", body)
    assert status in (409, 422)
    assert "draft it anew" in str(refused)
    ask("service", "POST", f"/drafts/{draft['draft_id']}/cancel")
