"""Thumbs in a real browser: one click and a sentence make a candidate case; the vote is there after a reload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import expect

Open = Callable[..., Any]


def _candidates(folder: Path) -> list[Any]:
    return [
        yaml.safe_load(one.read_text("utf-8"))["cases"][0]
        for one in (folder / "evals" / "candidates").glob("*.yaml")
    ]


def test_a_thumb_down_with_a_comment_becomes_a_candidate_case(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    page = shown.page
    shown.sign_in("finance")
    shown.ask("Say: thumbs are heard")
    expect(page.locator(".negative-feedback-off")).to_have_count(1)
    page.locator(".negative-feedback-off").click()
    page.get_by_role("dialog").locator("textarea").fill("It does not name the order.")
    page.locator("#submit-feedback").click()
    expect(page.locator(".negative-feedback-on")).to_have_count(1)
    (case,) = [one for one in _candidates(double.data_dir) if one["turns"] == ["Say: thumbs are heard"]]
    assert case["asks"] == "finance"
    assert case["note"].endswith("It does not name the order.")

    found = page.request.post(f"{shown.own}/project/threads", data={"pagination": {"first": 5}, "filter": {}},
                              headers={"origin": shown.own}).json()["data"]  # fmt: skip
    page.goto(f"{shown.own}/thread/{found[0]['id']}")
    expect(page.locator(".negative-feedback-on")).to_have_count(1)
    page.locator(".positive-feedback-off").click()
    page.locator("#submit-feedback").click()
    expect(page.locator(".positive-feedback-on")).to_have_count(1)
    assert not [one for one in _candidates(double.data_dir) if one["turns"] == ["Say: thumbs are heard"]]

    shown.ask("Say: asked again after the reload")
    expect(page.locator(".positive-feedback-off")).to_have_count(1)
    assert shown.foreign == []
    assert shown.problems == []


def test_the_answer_to_a_clicked_suggestion_has_thumbs_too(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    page = shown.page
    shown.sign_in("supervisor")
    shown.ask("Why is S00042 late?")
    answers = page.locator(".dc-end-of-answer")
    page.get_by_role("button", name="What can I tell the customer?").first.click()
    answers.nth(1).wait_for()
    expect(page.locator(".positive-feedback-off")).to_have_count(2)
    page.locator(".positive-feedback-off").nth(1).click()
    page.locator("#submit-feedback").click()
    expect(page.locator(".positive-feedback-on")).to_have_count(1)
    expect(page.locator(".positive-feedback-off")).to_have_count(1)
    assert shown.problems == []
