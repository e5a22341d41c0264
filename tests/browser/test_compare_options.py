"""Options of an order in the chat: the picture, the table, what is ruled out, and one drafted by its button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

Open = Callable[..., Any]


def test_options_are_drawn_opened_and_drafted(demo: Any, open_page: Open) -> None:
    shown = open_page(demo)
    shown.sign_in("supervisor")
    shown.ask("Should we split S00042?")
    lateness = shown.page.locator(".dc-top")
    expect(lateness.locator(".dc-briefly")).to_contain_text("Inbound purchase overdue")
    assert lateness.locator(".dc-cause").count() == 0
    lateness.locator("button:text-is('Why it is late')").click()
    expect(lateness.locator(".dc-cause").first).to_contain_text("P00031")
    card = shown.page.locator(".dc-opt").first
    expect(card.locator(".dc-head h3")).to_have_text("Options for S00042")
    expect(card.locator(".dc-opt-tag").first).to_have_text("Recommended")
    assert card.locator(".dc-opt-chart .dc-opt-bar").count() >= 4
    expect(card.locator(".dc-opt-promise")).to_have_count(1)
    expect(card.locator(".dc-opt-stock tbody tr")).to_have_count(1)
    expect(card.locator(".dc-opt-out")).to_contain_text("Odoo names no other vendor")
    rows = card.locator(".dc-opt-row")
    before = rows.count()
    card.locator("button.dc-more").click()
    assert rows.count() > before
    rows.first.locator("button:text-is('Details')").click()
    expect(rows.first.locator(".dc-opt-more")).to_contain_text("What would have to be true")
    rows.first.locator(".dc-opt-more .dc-chip-K").first.click()
    expect(shown.page.locator(".dc-panel h2")).not_to_be_empty()
    rows.first.locator(".dc-opt-draft").click()
    draft = shown.page.locator(".dc-draft").first
    expect(draft).to_contain_text("S00042")
    expect(draft.locator("h3").first).to_be_in_viewport()
    assert shown.foreign == []
    assert shown.problems == []


def test_every_figure_and_button_fits_a_phone_without_scrolling_sideways(demo: Any, open_page: Open) -> None:
    shown = open_page(demo, phone=True)
    shown.sign_in("supervisor")
    shown.ask("Should we split S00042?")
    card = shown.page.locator(".dc-opt").first
    expect(card).to_be_visible()
    width = shown.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 1
    for table in card.locator(".dc-risk-scroll").all():
        assert table.evaluate("one => one.scrollWidth - one.clientWidth") <= 1
    screen = shown.page.viewport_size["width"]
    draft = card.locator(".dc-opt-row .dc-opt-draft").first.bounding_box()
    assert draft["x"] >= 0
    assert draft["x"] + draft["width"] <= screen
    assert shown.problems == []
