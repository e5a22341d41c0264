"""What a new user sees first: the recorded demo, one question, and everything in its answer opened."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

Open = Callable[..., Any]

QUESTION = "Why is S00042 late?"
PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "answer.png"


def test_the_question_is_answered_with_causes_and_proof(demo: Any, open_page: Open) -> None:
    shown = open_page(demo)
    shown.sign_in()
    shown.page.locator("#starters").wait_for()
    shown.ask(QUESTION)
    card = shown.page.locator(".dc-top")
    end = shown.page.locator(".dc-end-of-answer")
    expect(card.locator(".dc-head h3")).to_contain_text("S00042")
    expect(card.locator(".dc-late")).to_contain_text("late")
    causes = card.locator(".dc-cause")
    assert causes.count() >= 1
    for cause in causes.all():
        expect(cause.locator(".dc-badge")).to_have_text(re.compile("Proven|Likely|Not known"))
        expect(cause.locator(".dc-owner")).to_contain_text("Can act")
    assert causes.first.locator(".dc-chip").count() >= 1
    assert end.locator(".dc-moment").count() >= 2
    expect(end.locator("footer")).to_contain_text("Playbook")
    expect(end.locator("footer")).to_contain_text("facts checked, 0 removed")
    assert shown.foreign == []
    assert shown.problems == []


def test_every_mark_in_the_text_opens(demo: Any, open_page: Open) -> None:
    shown = open_page(demo)
    shown.sign_in()
    shown.ask(QUESTION)
    marks = shown.page.locator(".message-content a[href*='/sources/']")
    names = sorted(set(marks.all_inner_texts()))
    assert any(name.startswith("E") for name in names)
    assert any(name.startswith("K") for name in names)
    for name in names:
        shown.page.locator(f".message-content a[href$='/sources/{name}']").first.click()
        expect(shown.page.locator(f".dc-panel[data-source='{name}'] h2")).not_to_be_empty()
    assert shown.problems == []


def test_a_citation_opens_the_passage_and_then_the_document_at_that_place(demo: Any, open_page: Open) -> None:
    shown = open_page(demo)
    shown.sign_in()
    shown.ask(QUESTION)
    shown.page.locator(".message-content a[href*='/sources/K']").first.click()
    panel = shown.page.locator(".dc-panel")
    quote = panel.locator("mark").inner_text()
    assert len(quote) > 20
    expect(panel.locator(".dc-validity").first).not_to_be_empty()
    with shown.page.context.expect_page() as opened:
        panel.locator("text=Open the document at this place").click()
    document = opened.value
    cited = document.locator("#cited")
    expect(cited).to_be_in_viewport()
    assert " ".join(cited.inner_text().split())[:60] == " ".join(quote.split())[:60]
    expect(document.locator(".validity").first).not_to_be_empty()


def test_an_odoo_fact_opens_with_its_fields_and_then_the_record(demo: Any, open_page: Open) -> None:
    shown = open_page(demo)
    shown.sign_in()
    shown.ask(QUESTION)
    shown.page.locator(".dc-head .dc-chip").first.click()
    panel = shown.page.locator(".dc-panel")
    expect(panel.locator("h2")).to_contain_text("S00042")
    labels = panel.locator("dt").all_inner_texts()
    assert "Customer" in labels
    assert not [label for label in labels if "_" in label]
    expect(panel.locator(".dc-read").first).to_contain_text("Read in Odoo on")
    with shown.page.context.expect_page() as opened:
        panel.locator("text=Open the record").click()
    expect(opened.value.locator("h1")).to_contain_text("S00042")


def test_on_a_phone_the_real_answer_fits(demo: Any, open_page: Open) -> None:
    shown = open_page(demo, phone=True)
    shown.sign_in()
    shown.page.locator("#starters").wait_for()
    shown.ask(QUESTION)
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card = shown.page.locator(".dc-top").bounding_box()
    assert card
    assert card["x"] + card["width"] <= 390
    assert shown.foreign == []
    assert shown.problems == []


def test_the_answer_makes_a_picture(demo: Any, open_page: Open, tmp_path: Path) -> None:
    """With UPDATE_SCREENSHOTS=1 it becomes the one in `docs/`."""
    picture = PICTURE if os.environ.get("UPDATE_SCREENSHOTS") == "1" else tmp_path / PICTURE.name
    shown = open_page(demo)
    shown.page.set_viewport_size({"width": 1440, "height": 1120})
    shown.sign_in()
    shown.ask(QUESTION)
    shown.page.locator(".message-content a[href*='/sources/K']").first.click()
    shown.page.locator(".dc-panel mark").wait_for()
    shown.page.locator(".dc-head").scroll_into_view_if_needed()
    shown.page.wait_for_timeout(600)  # the panel slides in
    picture.parent.mkdir(parents=True, exist_ok=True)
    shown.page.screenshot(path=picture)
    assert picture.stat().st_size > 50_000


def test_what_cannot_be_found_is_said_plainly(demo: Any, open_page: Open) -> None:
    shown = open_page(demo)
    shown.sign_in()
    shown.ask("Why is S99999 late?")
    expect(shown.page.locator(".ai-message").last).to_contain_text("S99999")
    assert shown.page.locator(".dc-cause").count() == 0
    assert shown.problems == []


def test_a_question_that_is_too_long_is_told_so(demo: Any, open_page: Open) -> None:
    shown = open_page(demo)
    shown.sign_in()
    shown.page.locator("#chat-input").fill("late " * 10_000)
    shown.page.click("#chat-submit")
    expect(shown.page.locator(".ai-message").last).to_contain_text("8,000 is the most")
    assert shown.problems == []
