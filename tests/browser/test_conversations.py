"""Conversations in a real browser: they come back after a reload and a restart, can be renamed and deleted, and a drop loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

Open = Callable[..., Any]


def _threads(shown: Any) -> list[dict[str, Any]]:
    reply = shown.page.request.post(f"{shown.own}/project/threads", data={"pagination": {"first": 50}, "filter": {}},
                                    headers={"origin": shown.own})  # fmt: skip
    assert reply.ok, reply.status
    return list(reply.json()["data"])


def test_a_conversation_comes_back_after_a_reload(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    shown.sign_in("sales")
    shown.ask("Say: the first answer stays")
    before = _threads(shown)
    assert before[0]["name"] == "Say: the first answer stays"
    shown.page.goto(f"{shown.own}/thread/{before[0]['id']}")
    expect(shown.page.locator(".message-content", has_text="the first answer stays").last).to_be_visible()
    expect(shown.page.locator(".dc-end-of-answer")).to_have_count(1)
    shown.ask("Say: the second answer follows")
    assert [one["id"] for one in _threads(shown)] == [one["id"] for one in before], (
        "it went on, none was begun"
    )
    assert shown.foreign == []
    assert shown.problems == []


def test_somebody_elses_conversation_does_not_open(double: Any, open_page: Open) -> None:
    mine = open_page(double)
    mine.sign_in("service")
    mine.ask("Say: a private word")
    thread = _threads(mine)[0]["id"]
    other = open_page(double)
    other.sign_in("finance")
    other.page.goto(f"{other.own}/thread/{thread}")
    other.page.locator("#chat-input").wait_for()
    expect(other.page.get_by_text("a private word")).to_have_count(0)
    assert thread not in [one["id"] for one in _threads(other)]


def test_rename_and_delete_from_the_page(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    shown.sign_in("purchasing")
    shown.ask("Say: to be renamed")
    thread = _threads(shown)[0]["id"]
    own = {"origin": shown.own}
    renamed = shown.page.request.put(
        f"{shown.own}/project/thread", data={"threadId": thread, "name": "Olive oil"}, headers=own
    )
    assert renamed.ok
    assert _threads(shown)[0]["name"] == "Olive oil"
    deleted = shown.page.request.delete(f"{shown.own}/project/thread", data={"threadId": thread}, headers=own)
    assert deleted.ok
    assert thread not in [one["id"] for one in _threads(shown)]


def test_an_answer_that_was_under_way_when_the_page_closed_is_found_once(
    double: Any, open_page: Open
) -> None:
    shown = open_page(double)
    shown.sign_in("supervisor")
    shown.page.locator("#chat-input").wait_for()
    shown.page.locator("#chat-input").fill("Say: finished without me")
    shown.page.click("#chat-submit")
    shown.page.locator(".message-content, .step").first.wait_for()
    shown.page.close()
    again = open_page(double)
    again.sign_in("supervisor")
    again.page.locator("#chat-input").wait_for()
    for _ in range(200):
        found = [one for one in _threads(again) if re.search("finished without me", one["name"])]
        assert len(found) < 2
        if found:
            opened = again.page.request.get(f"{again.own}/project/thread/{found[0]['id']}").json()
            if opened["steps"]:
                break
        again.page.wait_for_timeout(50)
    assert [step["type"] for step in opened["steps"]] == ["user_message", "run", "assistant_message"]


def test_rename_delete_and_save_by_clicking(double: Any, open_page: Open, tmp_path: Path) -> None:
    shown = open_page(double)
    shown.sign_in("finance")
    shown.ask("Say: keep this for the file")
    page = shown.page
    with page.expect_download() as coming:
        page.locator("a.dc-save").last.click()
    saved = tmp_path / "saved.md"
    coming.value.save_as(saved)
    assert saved.read_text().startswith("# Say: keep this for the file")
    assert "keep this for the file" in saved.read_text().split("##", 1)[1]

    page.get_by_role("button", name="Toggle Sidebar").first.click()
    entry = page.locator("#thread-history a", has_text="keep this for the file")
    entry.hover()
    entry.locator("#thread-options").click()
    page.locator("#rename-thread").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Olive oil for the file")
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    renamed = page.locator("#thread-history a", has_text="Olive oil for the file")
    expect(renamed).to_be_visible()
    assert _threads(shown)[0]["name"] == "Olive oil for the file"

    renamed.hover()
    renamed.locator("#thread-options").click()
    page.locator("#delete-thread").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Confirm").click()
    expect(renamed).to_have_count(0)
    assert "Olive oil for the file" not in [one["name"] for one in _threads(shown)]
    assert shown.problems == []
