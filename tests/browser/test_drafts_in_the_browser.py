"""A draft from the chat to the change: asked for by one person, read, decided by another, found done; and what stays shut."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

Open = Callable[..., Any]
PICTURES = os.environ.get("COPILOT_PICTURES", "")
"""A folder: where pictures of the card and the desk are put, to be looked at."""


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def test_a_draft_is_asked_for_in_the_chat_and_approved_by_somebody_else_on_the_desk(
    demo: Any, open_page: Open
) -> None:
    asking = open_page(demo)
    asking.sign_in("service")
    asking.ask("Draft a split of S00042")  # it is split for good: tests that ask about it come before
    card = asking.page.locator(".dc-draft")
    expect(card.locator("h3").first).to_contain_text("Split")
    expect(card.locator(".dc-changes tbody tr")).not_to_have_count(0)
    expect(card).to_contain_text("To undo")
    expect(card).to_contain_text("supervisor")
    expect(card.locator("button", has_text="Approve")).to_have_count(0)
    picture(asking.page, "draft_service")
    card.locator("button:text-is('Hand in for approval')").click()
    expect(asking.page.locator(".dc-draft-submitted").last).to_have_text("Waits for a decision")

    deciding = open_page(demo)
    deciding.sign_in("supervisor")
    deciding.page.goto(f"{demo.url}/desk")
    expect(deciding.page.locator("h1")).to_have_text("Desk")
    picture(deciding.page, "desk")
    deciding.page.locator("table.desk a", has_text="Split").first.click()
    expect(deciding.page.locator("table.changes")).to_contain_text("Ships now")
    expect(deciding.page.locator(".decide")).to_be_visible()
    named = deciding.page.locator(".clause cite").all_inner_texts()
    assert named
    assert len(named) == len(set(named)), "each clause once, with all that is quoted of it"
    assert deciding.page.locator(".clause p a").count() > len(named)
    picture(deciding.page, "desk_draft")
    deciding.page.locator("button", has_text="Approve and run").click()
    expect(deciding.page.locator(".tag.state-executed")).to_have_text("Done in Odoo")
    expect(deciding.page.locator(".decide")).to_have_count(0)
    picture(deciding.page, "desk_done")

    asking.ask("Show my drafts")
    asking.page.reload()
    expect(asking.page.locator(".dc-draft-executed").first).to_have_text("Done in Odoo")
    assert asking.problems == []
    assert deciding.problems == []
    assert asking.foreign == deciding.foreign == []


def test_a_note_is_confirmed_and_a_message_rejected_on_the_card(demo: Any, open_page: Open) -> None:
    shown = open_page(demo)
    shown.sign_in("service")
    shown.ask("Log a note on S00042: they called twice")
    card = shown.page.locator(".dc-draft").last
    expect(card).to_contain_text("they called twice")
    picture(shown.page, "note")
    card.locator(".dc-decide-yes").click()
    expect(shown.page.locator(".dc-draft-executed").last).to_have_text("Done in Odoo")

    shown.ask("Draft a customer message for S00042")
    card = shown.page.locator(".dc-draft").last
    expect(card).to_contain_text("We are sorry that your order S00042 is delayed.")

    with shown.page.context.expect_page() as opened:
        card.locator("a", has_text="Change it on the desk").click()
    desk = opened.value
    desk.locator("details.change summary").click()
    desk.locator("#wish-text").fill("Your order leaves next week. We are sorry.")
    picture(desk, "change")
    desk.locator("button", has_text="Save as version 2").click()
    expect(desk.locator("table.changes")).to_contain_text("Your order leaves next week.")
    desk.close()
    card.locator(".dc-decide-yes").click()
    expect(shown.page.locator(".ai-message").last).to_contain_text("was changed since it was shown")

    shown.page.reload()
    card = shown.page.locator(".dc-draft").last
    expect(card).to_contain_text("Your order leaves next week.")
    card.locator("button", has_text="Reject").click()
    card.locator("input").fill("We called them")
    card.locator("button", has_text=re.compile("^Reject$")).click()
    expect(shown.page.locator(".dc-draft-rejected").last).to_have_text("Rejected")
    picture(shown.page, "rejected")
    assert shown.problems == []
