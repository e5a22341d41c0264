"""A name that looks like markup is shown as it is written; what is said of it is checked as ever."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.answer import Citation, Evidence
from copilot.grounding import Grounding
from copilot.grounding.names import escaped, marked_up

NAMES = {
    "Olive Oil <b>20 L</b> Drum": "Olive Oil &lt;b&gt;20 L&lt;/b&gt; Drum",
    "**Best** Foods": "\\*\\*Best\\*\\* Foods",
    "Valve `2 in`": "Valve \\`2 in\\`",
    "[Offer](sale) Oil": "\\[Offer\\]\\(sale\\) Oil".replace("\\(", "(").replace("\\)", ")"),
}


def checking(name: str, **fields: Any) -> Grounding:
    line = Evidence(
        id="E1",
        model="sale.order.line",
        record_id=9,
        display_name=name,
        read_at="2026-11-21T09:00:00+00:00",
        url="",
        fields={"product_uom_qty": 40.0, **fields},
    )
    return Grounding([line], [], today=date(2026, 11, 21), question="How many?")


@pytest.mark.parametrize(("name", "shown"), NAMES.items())
def test_the_sentence_stays_and_the_name_is_escaped(name: str, shown: str) -> None:
    checked = checking(name).check(f"40 of {name} were ordered [E1].")
    assert checked.text == f"40 of {shown} were ordered [E1]."
    assert not checked.removed


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_of_it_is_still_checked(name: str) -> None:
    checked = checking(name).check(f"41 of {name} were ordered [E1].")
    assert checked.text == ""
    assert len(checked.removed) == 1


@pytest.mark.parametrize(
    "sentence",
    ["40 of <i>Olive Oil</i> were ordered [E1].", "40 were ordered, see [here](//evil.example) [E1]."],
)
def test_markup_that_no_record_has_is_no_name(sentence: str) -> None:
    assert checking("Olive Oil <b>20 L</b> Drum").check(sentence).text == ""


@pytest.mark.parametrize(
    "name",
    ["[Oil](https://evil.example/x)", "Olive Oil [click](https://evil.example)", "PO-1 <img src=https://evil.example/x.png>",
     "**Oil** www.evil.example", "Oil <a href=mailto:a@evil.example>"],
)  # fmt: skip
def test_a_name_is_no_way_for_a_foreign_address(name: str) -> None:
    assert "evil.example" not in checking(name).check(f"40 of {name} were ordered [E1].").text


def test_names_of_odoo_with_their_reference_stay_as_they_are() -> None:
    assert marked_up(["[IN-2001] Sanitary Butterfly Valve 2 in", {"partner_id": "Meridian Foods"}]) == ()


def test_a_name_within_another_is_escaped_once() -> None:
    names = marked_up(["A*B", "A*B <c>"])
    assert escaped("A*B <c> and A*B", names) == "A\\*B &lt;c&gt; and A\\*B"


def _passage(name: str) -> Citation:
    return Citation(
        id=name, document="policy", title="Service Policy 2025", path="p.md", page=1, section="2.1", start=0, end=60,
        type="carrier_policy", quote="A pick-up is booked before 14:00 local time.", customer="",
        valid_from="2025-01-01", valid_to=None, url="",
    )  # fmt: skip


@pytest.mark.parametrize("is_old", [True, False])
def test_a_quote_of_a_superseded_document_may_say_so_and_only_then(is_old: bool) -> None:
    result = {"status": "found", "passages": [{"id": "K1", "superseded": is_old}]}
    grounding = Grounding([], [_passage("K1")], today=date(2026, 11, 21), results=[result])
    said = "“A pick-up is booked before 14:00 local time.” [K1] (Service Policy 2025 (superseded), 2.1)"
    assert (grounding.check(said).text == said) is is_old
