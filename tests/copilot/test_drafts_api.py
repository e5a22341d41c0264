"""Drafts through the HTTP door, on the recorded demo: from the wish to the change in Odoo's local copy, each step with its verdict."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.bootstrap import build
from copilot.settings import Settings

Ask = Callable[..., Any]
New = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(
    demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory, drafts_door: Callable[..., Any]
) -> Iterator[Ask]:
    """Calls a route as somebody: ask("supervisor", "GET", "/drafts") -> (status, body)."""
    folder: Path = tmp_path_factory.mktemp("desk") / "data"
    shutil.copytree(
        demo_settings.data_dir, folder, ignore=shutil.ignore_patterns("copilot.db*", "recorded_odoo*")
    )
    copilot = build(demo_settings.model_copy(update={"data_dir": folder}))
    with drafts_door(copilot) as call:
        yield call
    copilot.close()


def test_a_conditional_split_shows_its_clauses_and_runs_once(ask: Ask, new: New) -> None:
    draft = new(ask, "service", "split_delivery", "S00042")
    assert {
        "draft_id",
        "version",
        "action",
        "summary",
        "risk",
        "approver_roles",
        "expires_at",
    } <= draft.keys()
    assert draft["state"] == "drafted"
    assert draft["approver_roles"] == ["supervisor"]
    quotes = " ".join(one.get("quote", "") for one in draft["evidence"])
    assert "only if all conditions of clause 5.2 are met" in quotes
    assert "60% of the Order Value" in quotes

    decision = {"version": draft["version"], "digest": draft["digest"]}
    path = f"/drafts/{draft['draft_id']}"
    assert ask("service", "POST", f"{path}/approve", decision)[0] == 403
    assert ask("purchasing", "GET", path)[0] == 404
    assert ask("supervisor", "POST", f"{path}/approve", {**decision, "digest": "0" * 64})[0] == 409
    status, shown = ask("supervisor", "GET", path)
    assert (status, bool(shown["token"])) == (200, True)
    status, done = ask("supervisor", "POST", f"{path}/approve", {**decision, "token": shown["token"]})
    assert (status, done["state"]) == (200, "executed")
    assert ask("supervisor", "POST", f"{path}/approve", {**decision, "token": shown["token"]})[0] in (
        403,
        409,
    )
    assert ask("service", "POST", "/drafts", {"action": "split_delivery", "order": "S00042"})[0] == 422


def test_what_is_waiting_for_whom(ask: Ask, new: New) -> None:
    draft = new(ask, "service", "release_ship_complete", "S00077")
    mine = ask("service", "GET", "/drafts?mine=true")[1]["drafts"]
    assert draft["draft_id"] in [one["draft_id"] for one in mine]
    waiting = [one["draft_id"] for one in ask("supervisor", "GET", "/drafts?waiting=true")[1]["drafts"]]
    assert draft["draft_id"] in waiting
    assert ask("service", "GET", "/drafts?waiting=true")[1]["drafts"] == []
    path = f"/drafts/{draft['draft_id']}"
    decision = {"version": draft["version"], "digest": draft["digest"]}
    assert ask("supervisor", "POST", f"{path}/reject", decision)[0] == 409
    assert (
        ask("supervisor", "POST", f"{path}/reject", decision | {"reason": "Too dear"})[1]["state"]
        == "rejected"
    )


def test_a_note_is_logged_at_once_and_an_unknown_wish_is_refused(ask: Ask, new: New) -> None:
    assert new(ask, "service", "log_note", "S00042", text="They called.")["state"] == "executed"
    for body in (
        {"action": "format_disk", "order": "S00042"},
        {"action": "log_note", "order": "S00042"},
        {"action": "log_note", "order": "S99999", "wanted": {"text": "x"}},
    ):
        status, said = ask("service", "POST", "/drafts", body)
        assert status == 422
        assert said["message"]


def test_only_compliance_reads_the_audit_and_it_holds(ask: Ask) -> None:
    assert ask("service", "GET", "/audit")[0] == 403
    status, log = ask("compliance", "GET", "/audit")
    assert status == 200
    assert log["holds"] is True
    kinds = {entry["kind"] for entry in log["entries"]}
    assert {"draft.drafted", "draft.approved", "draft.step_done", "draft.executed", "draft.rejected"} <= kinds
    assert {entry["name"] for entry in log["entries"] if entry["kind"] == "draft.approval"} == {
        "Samuel Okafor"
    }


def test_a_draft_is_handed_over_and_a_colleague_is_asked_in_odoo(ask: Ask, new: New) -> None:
    draft = new(ask, "service", "change_promise_date", "S00044", date="2027-03-01")
    path = f"/drafts/{draft['draft_id']}/submit"
    status, said = ask("service", "POST", path, {"to": "Nobody Atall"})
    assert status >= 400
    assert "no single colleague" in str(said)
    assert ask("service", "GET", f"/drafts/{draft['draft_id']}")[1]["state"] == "drafted", (
        "nothing was handed over"
    )
    status, done = ask("service", "POST", path, {"to": "Petra Lindqvist"})
    assert (status, done["state"]) == (200, "submitted")
    entries = ask("compliance", "GET", f"/audit?subject=draft:{draft['draft_id']}")[1]["entries"]
    asked = [one["body"] for one in entries if one["kind"] == "draft.asked"]
    (one,) = asked
    assert one["outcome"] == "done"
    assert one["colleague"].startswith("p"), "a pseudonym, so that whoever was asked can be forgotten"
    assert "Petra" not in str(entries)
