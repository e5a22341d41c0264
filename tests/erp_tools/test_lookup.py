"""Names in a large Odoo, and people who stand for their company."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from erp_tools.reads.lookup import find_named
from erp_tools.reads.testing import AnsweringSession, NowhereServer

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def company(number: int, name: str, *, rank: int = 1) -> dict[str, Any]:
    return {
        "id": number, "display_name": name, "name": name, "ref": f"C-{number}", "customer_rank": rank, "supplier_rank": 0,
        "parent_id": False,
    }  # fmt: skip


def person(number: int, name: str, of: dict[str, Any]) -> dict[str, Any]:
    return {
        **company(number, name, rank=0),
        "ref": False,
        "display_name": f"{of['name']}, {name}",
        "parent_id": of,
    }


def names(session: AnsweringSession, said: str) -> list[str]:
    return [one.name for one in find_named(session, said, ["partner"], now=NOW, server=NowhereServer())]


def test_a_small_odoo_is_asked_once() -> None:
    session = AnsweringSession(answers={"res.partner": [company(1, "Meridian Foods")]})
    assert names(session, "meridan fods") == ["Meridian Foods"]
    assert len(session.asked) == 1


def test_where_more_fits_than_is_read_the_nearest_are_read_as_well() -> None:
    far = [company(number, f"Merino Wool {number}") for number in range(100, 300)]
    session = AnsweringSession(
        answers={"res.partner": [far, [company(1, "Meridian Foods")]]}, totals={"res.partner": 4000}
    )
    assert names(session, "meridian foods") == ["Meridian Foods"]
    assert len(session.asked) == 2


def test_a_person_stands_for_their_company_and_two_of_one_company_for_one() -> None:
    acme, other = company(1, "Acme Catering"), company(2, "Westgate Bakery")
    two = [person(11, "Karen Salas", acme), person(12, "Karen Ibarra", acme)]
    assert names(AnsweringSession(answers={"res.partner": two}), "Karen") == ["Acme Catering"]
    three = [*two, person(13, "Karen Voss", other)]
    assert names(AnsweringSession(answers={"res.partner": three}), "Karen") == [
        "Acme Catering",
        "Westgate Bakery",
    ]
    assert names(AnsweringSession(answers={"res.partner": three}), "Karen Voss") == ["Westgate Bakery"]


def test_part_of_a_persons_name_is_not_enough() -> None:
    found = [person(11, "Olive Tully", company(1, "Golden Mill Flour"))]
    assert names(AnsweringSession(answers={"res.partner": found}), "olive oil") == []


@pytest.mark.parametrize(
    "said", ["- !", "& co", "… ?", "! - &", "meridian -", "- meridian", "* foods", "'s", "_ _", "株式 会社"]
)
def test_signs_instead_of_words_name_nobody_by_accident(said: str) -> None:
    """In what is said, and in what records are called."""
    there = [company(1, "Meridian Foods"), company(2, "–"), company(3, "& !"), company(4, "Foods & Co")]
    session = AnsweringSession(answers={"res.partner": there})
    assert not {"–", "& !"} & set(names(session, said))
