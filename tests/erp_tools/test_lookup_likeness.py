"""How near what people say is to a name: short forms and measures are the same word, shared words and figures name nobody."""

from __future__ import annotations

from typing import Any

import pytest

from erp_tools.reads.likeness import codes_of, is_code, is_weak, likeness, parts, spoken


@pytest.mark.parametrize(
    ("said", "name", "ref"),
    [
        ("meridan fods", "Meridian Foods", ""),
        ("coop", "Prairie Dairy Cooperative", ""),
        ("20 litre drums", "Extra Virgin Olive Oil 20 L Drum", ""),
        ("20l drum", "Extra Virgin Olive Oil 20 L Drum", ""),
        ("two-day", "Swiftline Parcel 2-Day", ""),
        ("Valley T&D", "Valley Tool and Die", ""),
        ("fb1010", "Extra Virgin Olive Oil 5 L", "FB-1010"),
        ("check fb 1010 east", "Extra Virgin Olive Oil 5 L", "FB-1010"),
        ("millbrok fab", "Millbrook Fabrication", ""),
        ("5 litre tins of olive oil", "Extra Virgin Olive Oil 5 L", ""),
    ],
)
def test_near(said: str, name: str, ref: str) -> None:
    assert likeness(said, name, ref) >= 82


@pytest.mark.parametrize(
    ("said", "name", "ref"),
    [
        ("a", "Acme Catering", ""),
        ("t d", "Tool and Die", ""),
        ("Great Plains", "Great Lakes Packaging", ""),
        ("fb 101", "Extra Virgin Olive Oil 5 L", "FB-1010"),
        ("old mill fab", "Millbrook Fabrication", ""),
        ("fab", "Millbrook Fabrication", ""),
        ("tins", "Extra Virgin Olive Oil 5 L", ""),
        ("", "Acme Catering", ""),
    ],
)
def test_not_near(said: str, name: str, ref: str) -> None:
    assert likeness(said, name, ref) < 82


def test_the_own_reference_beats_every_name() -> None:
    assert likeness("in 2001", "Valve", "IN-2001") > likeness("valve", "Valve", "IN-2001")


def test_a_part_leaves_no_word_with_a_capital_out() -> None:
    assert list(parts("Great Plains")) == []
    assert list(parts("Meridian strict")) == ["Meridian"]
    assert list(parts("six pillow blocks"))[:2] == ["six pillow", "pillow blocks"]
    assert list(parts("one")) == []
    assert list(parts("a b c d e f g h i")) == []


@pytest.mark.parametrize("part", ["great", "20 l drums", "north east", "5"])
def test_what_many_names_share_is_weak(part: str) -> None:
    assert is_weak(part)


def test_words_and_references_are_read_in_one_way() -> None:
    assert spoken("the two 5L cans of Meridian's") == ["2", "5", "l", "cans", "meridian"]
    assert codes_of("check fb 1010 east") == ["check fb 1010 east", "fb-1010", "fb1010", "fb 1010"]
    assert is_code("FB 1010", "fb-1010")
    assert not is_code("FB 101", "FB-1010")
    assert not is_code("steel", "steel")


@pytest.mark.parametrize("said", ["%" * 500, "((((", "a" * 5000, "1 " * 900, "🙂 🙂", "' or 1=1 --"])
def test_rubbish_costs_nothing(said: Any) -> None:
    assert len(codes_of(said)) <= 7
    assert len(list(parts(said))) <= 36
    likeness(said, "Acme Catering", "C-1014")
