"""The chat in a real browser: signing in and out, restarts, hostile text, follow-up questions, a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, expect

Open = Callable[..., Any]

HOSTILE = [
    "![x](http://sink.example/a.png)",
    "![x][ref]\n\n[ref]: http://sink.example/b.png",
    "[click](http://sink.example)",
    "[click](javascript:alert(1))",
    "[click](//sink.example)",
    "http://sink.example/?leak=S00042 www.sink.example someone@sink.example <http://sink.example>",
    "<img src=http://sink.example/c.png onerror=alert(1)><script>alert(1)</script><svg/onload=alert(1)>",
    "``a`` `b``http://sink.example/d``",
    ":img[x]{src=http://sink.example/e.png}\n\n::video{src=http://sink.example/f}\n\n:::warning\nx\n:::",
    "| a |\n|---|\n| ![x](http://sink.example/g.png) www.sink.example |",
    "[E1]: http://sink.example\n\n[E1] [E99]",
]


def test_a_wrong_password_is_told_in_a_sentence(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    shown.sign_in(password="wrong")
    expect(shown.page.get_by_role("alert")).to_contain_text("does not know the login 'service'")
    expect(shown.page.locator("#login")).to_have_value("service")
    expect(shown.page.locator("#password")).to_have_value("")


def test_a_demo_login_is_one_click_away_and_signing_out_leads_back(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    shown.page.goto(f"{double.url}/")
    shown.page.click("button.demo-login:has-text('purchasing')")
    shown.page.locator("#starters").wait_for()
    shown.page.click("#user-nav-button")
    shown.page.click("text=Sign out")
    shown.page.locator("#password").wait_for()
    assert shown.page.url.startswith(f"{double.url}/login")


def test_a_page_opened_before_signing_in_is_there_after_it(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    shown.page.goto(f"{double.url}/documents/contract-old")
    shown.page.click("a.button")
    shown.page.click("button.demo-login >> nth=0")
    expect(shown.page.get_by_role("alert")).to_contain_text("No longer in force")


def test_hostile_text_stays_text(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    shown.sign_in()
    shown.ask("Say: " + "\n\n".join(HOSTILE))
    answer = shown.page.locator(".ai-message .message-content").last
    found = answer.evaluate(
        """content => ({
            images: [...content.querySelectorAll('img, video, iframe, svg[onload], script, object, embed')].length,
            links: [...content.querySelectorAll('a[href]')].map(a => a.getAttribute('href')),
            handlers: [...content.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length,
        })"""
    )
    assert found["images"] == 0
    assert found["handlers"] == 0
    ours = re.compile(r"/answers/.*|/thread/[\w-]+/export")
    assert [link for link in found["links"] if not ours.fullmatch(link)] == []
    expect(answer).to_contain_text("leak=S00042")
    question = shown.page.locator("[data-step-type=user_message]").last
    assert question.locator("a, img").count() == 0
    assert shown.foreign == []
    assert shown.problems == []


def test_hostile_text_in_a_document_stays_text(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    shown.sign_in()
    shown.ask("Why is S00042 late?")
    shown.page.click(".dc-source:has-text('SOP Backorders')")
    expect(shown.page.locator(".dc-panel mark")).to_contain_text("<script>alert(1)</script>")
    assert shown.page.locator(".dc-panel img").count() == 0
    assert shown.foreign == []
    assert shown.problems == []


def test_a_suggested_question_is_asked_with_one_click(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    shown.sign_in()
    shown.ask("Why is S00042 late?")
    shown.page.click(".dc-next button:has-text('Should we split S00042?')")
    shown.page.locator(".dc-end-of-answer").nth(1).wait_for()
    questions = shown.page.locator("[data-step-type=user_message]")
    assert questions.all_inner_texts() == ["Why is S00042 late?", "Should we split S00042?"]
    assert shown.problems == []


def test_a_button_carries_a_number_only_and_the_server_decides(double: Any, open_page: Open) -> None:
    shown = open_page(double)
    sent: list[dict[str, Any]] = []
    shown.page.on(
        "request",
        lambda request: (
            sent.append(request.post_data_json) if request.url.endswith("/project/action") else None
        ),
    )
    shown.sign_in()
    shown.ask("Why is S00042 late?")
    shown.page.click(".dc-next button >> nth=0")
    shown.page.locator(".dc-end-of-answer").nth(1).wait_for()
    [call] = sent
    assert set(call["action"]) - {"id", "forId", "label", "tooltip", "icon"} == {"name", "payload"}
    assert set(call["action"]["payload"]) == {"answer_id", "index"}
    forged = {
        **call,
        "action": {
            "name": "ask_next",
            "payload": {"answer_id": call["action"]["payload"]["answer_id"], "index": 99},
        },
    }
    shown.page.evaluate(
        "body => fetch('/project/action', {method: 'POST', headers: {'content-type': 'application/json'}, body})",
        json.dumps(forged),
    )
    expect(shown.page.locator(".ai-message").last).to_contain_text("no longer valid")


def test_another_browser_of_the_same_user_cannot_press_this_ones_buttons(
    double: Any, open_page: Open
) -> None:
    victim, other = open_page(double), open_page(double)
    sent: list[dict[str, Any]] = []
    victim.page.on(
        "request",
        lambda request: (
            sent.append(request.post_data_json) if request.url.endswith("/project/action") else None
        ),
    )
    victim.sign_in()
    victim.ask("Why is S00042 late?")
    victim.page.click(".dc-next button >> nth=0")
    victim.page.locator(".dc-end-of-answer").nth(1).wait_for()
    other.sign_in()
    other.page.locator("#starters").wait_for()
    status = other.page.evaluate(
        "body => fetch('/project/action', {method: 'POST', headers: {'content-type': 'application/json'}, body}).then(r => r.status)",
        json.dumps(sent[0]),
    )
    assert status == 404


def test_after_a_restart_an_old_page_asks_to_sign_in_again(double: Any, open_page: Open) -> None:
    """The page finds out when its socket reconnects (it says so in the chat) or when it asks who is there (it goes to the
    sign-in page, which says so): whichever comes first."""
    shown = open_page(double)
    shown.sign_in()
    shown.page.locator("#starters").wait_for()
    double.stop()
    double.start()
    ended = shown.page.get_by_text("Your sign-in has ended").first
    expect(ended).to_be_visible(timeout=40_000)
    with suppress(Error):  # the page's own way to the sign-in page may cut this one off
        shown.page.goto(f"{double.url}/")
    expect(shown.page.get_by_role("status")).to_contain_text("Your sign-in has ended")
    shown.page.click("button.demo-login >> nth=0")
    shown.page.locator("#starters").wait_for()
    assert "Traceback" not in double.log()


def test_signing_out_in_one_tab_ends_the_conversation_in_the_other(double: Any, open_page: Open) -> None:
    first = open_page(double)
    first.sign_in()
    first.page.locator("#starters").wait_for()
    second = open_page(double, context=first.page.context)
    second.page.goto(f"{double.url}/")
    second.page.click("#user-nav-button")
    second.page.click("text=Sign out")
    second.page.locator("#password").wait_for()
    first.page.locator("#chat-input").fill("Why is S00042 late?")
    first.page.click("#chat-submit")
    told = first.page.locator("a:has-text('Sign in again')").or_(first.page.locator("#password"))
    expect(told.first).to_be_visible()
    assert first.page.locator(".dc-end-of-answer").count() == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_chat_follows_the_computers_light_and_dark(double: Any, open_page: Open, dark: bool) -> None:
    shown = open_page(double, dark=dark)
    shown.sign_in()
    shown.page.locator("#starters").wait_for()
    assert shown.page.evaluate("document.documentElement.classList.contains('dark')") is dark
    background = shown.page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(map(int, re.findall(r"\d+", background)[:3])) / 3
    assert (lightness < 80) is dark


def test_on_a_phone_nothing_is_cut_off(double: Any, open_page: Open) -> None:
    shown = open_page(double, phone=True)
    shown.sign_in()
    shown.page.locator("#starters").wait_for()
    shown.ask("Why is S00042 late?")
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in ("#user-nav-button", ".dc-card", "#chat-input"):
        box = shown.page.locator(part).first.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    shown.page.click(".message-content a[href*='/sources/K1']")
    panel = shown.page.locator(".dc-panel")
    expect(panel.locator("mark")).to_contain_text("Partial shipments are allowed")
    shown.page.wait_for_function(
        "document.querySelector('.dc-panel').getBoundingClientRect().right <= innerWidth"
    )
    assert shown.foreign == []
    assert shown.problems == []
