"""The list of orders at risk in the chat: drawn, opened, asked about, and readable on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

Open = Callable[..., Any]

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "at-risk.png"


def test_the_list_is_drawn_and_a_click_asks_why(double: Any, open_page: Open, tmp_path: Path) -> None:
    """With UPDATE_SCREENSHOTS=1 the picture becomes the one in `docs/`."""
    shown = open_page(double)
    shown.page.set_viewport_size({"width": 1440, "height": 1250})
    shown.sign_in()
    shown.ask("Which orders are at risk?")
    card = shown.page.locator(".dc-risk")
    expect(card.locator("h3").first).to_have_text("25 orders at risk")
    rows = card.locator(".dc-risk-row")
    expect(rows).to_have_count(10)
    expect(rows.first).to_contain_text("S00042")
    expect(rows.first).to_contain_text("24 days late")
    expect(rows.first.locator("a")).to_have_attribute("href", "/records/sale.order/42")
    expect(card.locator(".dc-risk-bars li")).to_have_count(5)
    picture = PICTURE if os.environ.get("UPDATE_SCREENSHOTS") == "1" else tmp_path / PICTURE.name
    picture.parent.mkdir(parents=True, exist_ok=True)
    shown.page.screenshot(path=picture)
    card.locator(".dc-more").click()
    expect(rows).to_have_count(20)
    expect(card).to_contain_text("5 more orders at risk are not listed here.")
    rows.nth(1).locator(".dc-risk-ask").click()
    shown.page.locator(".dc-end-of-answer").nth(1).wait_for()
    expect(shown.page.get_by_text("Why is S00043 late?", exact=True).first).to_be_visible()
    assert shown.foreign == []
    assert shown.problems == []


def test_on_a_phone_the_table_scrolls_and_the_page_does_not(
    double: Any, open_page: Open, tmp_path: Path
) -> None:
    shown = open_page(double, phone=True)
    shown.sign_in()
    shown.ask("Which orders are at risk?")
    expect(shown.page.locator(".dc-risk .dc-risk-row")).to_have_count(10)
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown.page.screenshot(path=tmp_path / "phone.png", full_page=True)
    assert shown.problems == []
