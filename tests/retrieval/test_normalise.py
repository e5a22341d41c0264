"""Invisible and disguised characters: what the text of record loses, and what comparing sees through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.normalise import (
    has_disguised_words,
    is_invisible,
    same_length_form,
    search_form,
    strip_invisible,
)

HIDDEN = [
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\u2061", "\u2062", "\u2063", "\u2064", "\ufeff", "\u00ad",
    "\u034f", "\u061c", "\u180e", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
    "\ufe0f", "\ufe00", "\U000e0001", "\U000e0041", "\U000e007f", "\U000e0100", "\x00", "\x07", "\x1b", "\x7f", "\u3164",
]  # fmt: skip


@pytest.mark.parametrize("character", HIDDEN, ids=lambda each: f"U+{ord(each):04X}")
def test_a_character_nobody_sees_is_removed_and_counted(character: str) -> None:
    assert strip_invisible(f"par{character}tial ship{character}ment") == ("partial shipment", 2)
    assert search_form(f"par{character}tial") == "partial"


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("２５%", "25%"),
        ("ｐａｒｔｉａｌ", "partial"),
        ("𝐩𝐚𝐫𝐭𝐢𝐚𝐥", "partial"),
        ("ﬁnance", "finance"),
        ("shiрment", "shipment"),  # Cyrillic er
        ("сustomer", "customer"),  # Cyrillic es
        ("Οrder", "Order"),  # Greek capital omicron
        ("credit\u00a0hold", "credit hold"),
        ("“quoted”", '"quoted"'),
        ("cut‑off", "cut-off"),
    ],
)
def test_disguised_words_are_compared_as_the_plain_ones(disguised: str, plain: str) -> None:
    assert search_form(disguised) == plain


def test_words_of_other_scripts_stay_what_they_are() -> None:
    assert search_form("Привет мир") == "Привет мир"
    assert not has_disguised_words("Привет мир, 5 µm, λ = 3")
    assert has_disguised_words("shiрment")


def test_fractions_and_superscripts_keep_their_meaning_in_the_text_of_record() -> None:
    assert same_length_form("within 2½ days, 10² m") == "within 2½ days, 10² m"


@given(st.text())
def test_the_text_of_record_never_changes_length_by_folding(text: str) -> None:
    assert len(same_length_form(text)) == len(text)


@given(st.text())
def test_stripping_leaves_nothing_invisible_and_is_stable(text: str) -> None:
    kept, removed = strip_invisible(text)
    assert not any(is_invisible(each) for each in kept)
    assert strip_invisible(kept) == (kept, 0)
    assert removed >= 0


@given(st.text())
def test_the_search_form_is_stable(text: str) -> None:
    once = search_form(text)
    assert search_form(once) == once
