"""Modules that few have: their fields are asked for where the server has them, cost no question a round trip, and are missed by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from erp_tools.lateness.testing import Scene
from erp_tools.odoo.connect import connect
from erp_tools.reads.blocks import BLOCKS, Block, blocks_of
from erp_tools.testing import FaultyOdoo

KEY = "right"
RARE = {"exception_ids", "ignore_exception", "delivery_block_id", "review_ids"}


def block(kind: str, name: str, **more: str) -> Block:
    return Block(kind=kind, key=("exception.rule", 4), name=name, **more)  # type: ignore[arg-type]


def test_a_block_leads_and_the_backlog_is_its_consequence() -> None:
    scene = Scene(blocks=(block("delivery_block", "Export papers"),))
    scene.line()
    assert scene.codes() == ("order_blocked",)
    cause = scene.cause("order_blocked")
    assert cause.summary == 'S00042 is held in Odoo: the delivery block "Export papers" is set.'
    assert ("exception.rule", 4) in cause.evidence
    expected = scene.diagnose().expected
    assert expected.latest is None
    assert expected.reasoning.startswith("No date until the block is lifted")


def test_what_is_short_is_named_beside_a_block() -> None:
    scene = Scene(blocks=(block("review", "Big order", status="pending", waits_for="Marcus Bell"),))
    scene.line(reserved=3)
    assert scene.codes() == ("order_blocked", "stock_shortage")
    assert 'the review "Big order" by Marcus Bell is open' in scene.cause("order_blocked").summary


def test_exceptions_hold_a_quotation() -> None:
    scene = Scene(state="draft", blocks=(block("exception", "No <b>customer</b> reference"),))
    scene.line()
    assert scene.codes() == ("order_blocked",)


def test_a_block_about_credit_is_a_credit_hold() -> None:
    scene = Scene(blocks=(block("delivery_block", "Credit block"),))
    scene.line()
    assert scene.codes() == ("credit_hold",)
    assert scene.cause("credit_hold").certainty == "proven"


def test_no_block_holds_what_is_delivered_or_cancelled() -> None:
    scene = Scene(blocks=(block("exception", "Quantity above 100"),))
    scene.line(delivered=40)
    scene.delivered(-6, files=1)
    assert scene.codes() == ("on_time",)


def test_rows_of_all_three_modules_are_understood() -> None:
    row = {
        "id": 42,
        "delivery_block_id": {
            "id": 3,
            "display_name": "Export papers",
            "description": "<p>Ask <b>Ann</b></p>",
        },
        "ignore_exception": False,
        "exception_ids": [{"id": 4, "display_name": "No reference", "description": None}],
        "review_ids": [
            {"id": 5, "name": "Manager", "status": "pending", "todo_by": "Marcus Bell"},
            {"id": 6, "name": "Director", "status": "approved", "todo_by": ""},
            {"id": 7, "name": "Finance", "status": "rejected"},
        ],
    }
    found = blocks_of(row)
    assert [(item.kind, item.name, item.status) for item in found] == [
        ("delivery_block", "Export papers", ""),
        ("exception", "No reference", ""),
        ("review", "Manager", "pending"),
        ("review", "Finance", "rejected"),
    ]
    assert found[0].text == "Ask Ann"
    assert [item.kind for item in blocks_of({**row, "ignore_exception": True})] == [
        "delivery_block",
        "review",
        "review",
    ]
    assert blocks_of({"id": 42}) == ()
    assert (
        blocks_of({"id": 42, "exception_ids": "rubbish", "review_ids": [1, 2], "delivery_block_id": []}) == ()
    )


# -- at the gateway ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def odoo() -> Iterator[FaultyOdoo]:
    with FaultyOdoo() as server:
        yield server


def asked(odoo: FaultyOdoo, fields: dict[str, Any]) -> set[str]:
    """Sign in at an Odoo whose orders have these fields, read an order; which of the rare ones were asked for."""
    sent: list[dict[str, Any]] = []

    def answer(model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if method == "fields_get":
            return {name: {"type": "char"} for name in fields}
        sent.append(kwargs["specification"])
        return {"records": [], "length": 0}

    odoo.answer = answer
    session = connect(odoo.url, "any", "jsonrpc").sign_in("ann", KEY)
    before = odoo.count("sale.order.web_search_read")
    session.read("sale.order", [["id", "=", 42]], {"name": {}, **BLOCKS}, limit=1)
    assert session.log.calls == 1
    assert odoo.count("sale.order.web_search_read") == before + 1
    return RARE & set(sent[-1])


def test_fields_of_a_module_that_is_there_are_read(odoo: FaultyOdoo) -> None:
    assert asked(odoo, {"display_name": {}, "exception_ids": {}, "ignore_exception": {}}) == {
        "exception_ids",
        "ignore_exception",
    }


def test_fields_of_modules_that_are_not_there_are_left_out(odoo: FaultyOdoo) -> None:
    assert asked(odoo, {"display_name": {}}) == set()


def test_nothing_is_learned_from_somebody_who_may_not_read_orders(odoo: FaultyOdoo) -> None:
    assert asked(odoo, {}) == set()
    server = connect(odoo.url, "any", "jsonrpc")
    odoo.answer = lambda model, method, args, kwargs: ["rubbish"]
    server.sign_in("ann", KEY)
    odoo.answer = lambda model, method, args, kwargs: {"display_name": {}, "review_ids": {}}
    session = server.sign_in("ann", KEY)
    assert "review_ids" in server._knowledge.rare()["sale.order"]
    assert session.log.calls == 0
