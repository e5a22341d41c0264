"""Orders at risk and who waits, at every door: the reads, the routes, the command line and the card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from copilot.answer import Answer
from copilot.api.orders_routes import build_router
from copilot.api.routes import answer_error, answer_wrong_request
from copilot.api.routes import build_router as api_routes
from copilot.cli import app
from copilot.conversation import Copilot
from copilot.identity import Person
from copilot.reads import READS, progress_of, reading
from copilot.reads.exposure import week_charge
from copilot.settings import Settings
from copilot.tools import TOOLS
from copilot.turn import Turn
from copilot.ui.at_risk_card import MOST_ROWS, at_risk_card, why_question
from copilot.ui.testing import example_answer, example_at_risk
from erp_tools.errors import SessionEnded
from retrieval.contract_terms import CustomerTerms, EffectiveTerm
from retrieval.term_values import TermValue, parse_value
from retrieval.terms import Term


@pytest.fixture
def turn(demo: Copilot, service: Person) -> Turn:
    return Turn(person=service, server=demo.server, library=demo.library, now=datetime.now(UTC))


def read(turn: Turn, name: str, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(READS[name](turn, **arguments))
    return found


# -- reads ---------------------------------------------------------------------------------------------------------------
def test_every_order_of_the_list_has_evidence_that_holds_its_figures(turn: Turn) -> None:
    found = read(turn, "orders_at_risk", limit=5)
    assert (found["status"], len(found["orders"])) == ("found", 5)
    assert found["total_at_risk"] > 50
    evidence = {one.id: one for one in turn.book.evidence()}
    for order in found["orders"]:
        fields = evidence[order["id"]].fields
        assert fields["name"] == order["order"]
        assert (fields["promised"], fields["days_late"], fields["undelivered_value"]) == (
            order["promised"],
            order["days_late"],
            order["value"],
        )
        assert order["why"]
    assert turn.lists[-1]["orders"] == found["orders"]


def test_groups_count_all_orders_not_the_listed_ones(turn: Turn) -> None:
    found = read(turn, "orders_at_risk", limit=1)
    assert sum(group["orders"] for group in turn.lists[-1]["groups"]["cause"]) == found["total_at_risk"]


def test_filters_narrow_and_say_what_they_were(turn: Turn) -> None:
    everything = read(turn, "orders_at_risk", limit=50)
    meridian = read(turn, "orders_at_risk", customer="meridian", limit=50)
    assert {order["customer_ref"] for order in meridian["orders"]} == {"C-1001"}
    assert meridian["total_at_risk"] == sum(
        group["orders"] for group in turn.lists[0]["groups"]["customer"] if group["name"] == "Meridian Foods"
    )
    overdue = read(turn, "orders_at_risk", cause="Inbound overdue", limit=50)
    assert all("inbound_overdue" in order["causes"] for order in overdue["orders"])
    assert overdue["filters"]["cause"] == "inbound_overdue"
    assert 0 < overdue["total_at_risk"] < everything["total_at_risk"]


def test_a_customer_nobody_knows_is_told_from_one_without_trouble(turn: Turn) -> None:
    found = read(turn, "orders_at_risk", customer="Acmeee")
    assert (found["status"], found["scanned"], found["orders"]) == ("nothing", 0, [])


def test_a_cause_that_there_is_none_of_names_those_there_are(turn: Turn) -> None:
    found = read(turn, "orders_at_risk", cause="bad luck")
    assert found["status"] == "unknown_cause"
    assert "credit_hold" in found["message"]


def test_what_contracts_charge_for_lateness_counts_for_the_rank(turn: Turn) -> None:
    reasons = [
        reason for order in read(turn, "orders_at_risk", limit=500)["orders"] for reason in order["why"]
    ]
    assert any(reason.startswith("the contract charges") for reason in reasons)


def test_who_waits_for_a_purchase(turn: Turn) -> None:
    found = read(turn, "waiting_for", reference="P00031")
    assert (found["status"], found["kind"], found["subject"]["name"]) == ("found", "purchase", "P00031")
    assert "S00042" in [order["order"] for order in found["orders"]]
    evidence = {one.id: one for one in turn.book.evidence()}
    for order in found["orders"]:
        fields = evidence[order["id"]].fields
        assert (fields["order_id"], fields["waits_for_quantity"]) == (order["order"], order["quantity"])


def test_what_a_product_holds_up_and_which_product_is_meant(turn: Turn) -> None:
    found = read(turn, "waiting_for", reference="FB-1011")
    assert (found["status"], found["kind"]) == ("found", "product")
    several = read(turn, "waiting_for", reference="olive oil")
    assert several["status"] == "several"
    assert {one["kind"] for one in several["candidates"]} == {"product"}
    assert read(turn, "waiting_for", reference="P99999")["status"] == "not_found"


def test_a_language_model_has_the_same_reads() -> None:
    assert {"orders_at_risk", "waiting_for"} <= {tool.name for tool in TOOLS} & set(READS)
    assert "all open orders" in progress_of("orders_at_risk", {})
    assert "Meridian" in progress_of("orders_at_risk", {"customer": "Meridian"})
    assert "P00031" in progress_of("waiting_for", {"reference": "P00031"})


# -- contracts -----------------------------------------------------------------------------------------------------------
def terms(**values: str) -> CustomerTerms:
    found = [
        EffectiveTerm(
            term=Term(
                term_id=kind, document_id="d", kind=kind, value=parse_value(kind, written), status="found"
            ),  # type: ignore[arg-type]
            document=None,  # type: ignore[arg-type]
        )
        for kind, written in values.items()
    ]
    return CustomerTerms(customer="C-1", on_date=datetime.now(UTC).date(), terms=tuple(found))


@pytest.mark.parametrize(
    ("rate", "cap", "charge"),
    [
        ("0.5% of line per business_day", None, "2.5"),
        ("1% of order per calendar_day", "5% of order", "5"),
        ("2% of order per week", None, "2"),
        ("3% of order once", None, "3"),
    ],
)
def test_a_weeks_charge_by_contract(rate: str, cap: str | None, charge: str) -> None:
    found = terms(late_rate=rate, **({"late_cap": cap} if cap else {}))
    assert week_charge(found) == Decimal(charge)


def test_an_amount_of_money_or_silence_is_no_percentage() -> None:
    assert week_charge(terms(late_rate="USD 50 per calendar_day")) is None
    assert week_charge(terms()) is None
    assert TermValue(word="none").percent is None


# -- routes --------------------------------------------------------------------------------------------------------------
@pytest.fixture
def client(demo: Copilot) -> Iterator[TestClient]:
    from fastapi.exceptions import RequestValidationError

    from copilot.errors import CopilotError

    application = FastAPI()
    application.include_router(api_routes(demo))
    application.include_router(build_router(demo))
    application.add_exception_handler(CopilotError, answer_error)
    application.add_exception_handler(RequestValidationError, answer_wrong_request)
    with TestClient(application) as client:
        token = client.post("/api/v1/session", json={"login": "service", "password": "demo"}).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_the_route_gives_the_list_with_its_evidence(client: TestClient) -> None:
    found = client.get("/api/v1/orders/at-risk", params={"limit": 3, "warehouse": "east"}).json()
    assert len(found["orders"]) == 3
    assert {order["warehouse"] for order in found["orders"]} == {"Allentown East"}
    assert {one["id"] for one in found["evidence"]} == {order["id"] for order in found["orders"]}
    assert found["odoo_calls"] <= 10
    assert {"status", "scanned", "not_scanned", "total_at_risk", "groups", "not_read", "filters"} <= set(
        found
    )


def test_the_route_for_who_waits(client: TestClient) -> None:
    assert client.get("/api/v1/waiting", params={"reference": "P00031"}).json()["subject"]["name"] == "P00031"
    missing = client.get("/api/v1/waiting", params={"reference": "P99999"})
    assert (missing.status_code, "P99999" in missing.json()["message"]) == (404, True)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"limit": 0}, 422),
        ({"limit": "many"}, 422),
        ({"limit": 100_000}, 422),
        ({"cause": "bad luck"}, 422),
        ({"customer": "x" * 200}, 422),
        ({"customer": "%' OR 1=1 --"}, 200),
    ],
)
def test_the_route_refuses_what_does_not_fit(client: TestClient, query: dict[str, Any], status: int) -> None:
    assert client.get("/api/v1/orders/at-risk", params=query).status_code == status


def test_nobody_gets_the_list_without_signing_in(client: TestClient) -> None:
    del client.headers["Authorization"]
    assert client.get("/api/v1/orders/at-risk").status_code == 401
    assert client.get("/api/v1/waiting", params={"reference": "P00031"}).status_code == 401


# -- command line --------------------------------------------------------------------------------------------------------
@pytest.fixture
def shell(demo_settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "data"))
    for name in ("COPILOT_ODOO_URL", "COPILOT_ODOO_DB", "COPILOT_ODOO_USER", "COPILOT_ODOO_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return CliRunner()


def test_the_command_prints_the_list_as_json(shell: CliRunner) -> None:
    done = shell.invoke(app, ["orders", "at-risk", "--limit", "2", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert len(found["orders"]) == 2


def test_the_command_prints_orders_groups_and_who_waits(shell: CliRunner) -> None:
    shown = shell.invoke(app, ["orders", "at-risk", "--limit", "200"]).stdout
    assert "S00042" in shown
    assert "are not delivered" in shown
    grouped = shell.invoke(app, ["orders", "at-risk", "--group-by", "warehouse"]).stdout
    assert "Tacoma West" in grouped
    waiting = shell.invoke(app, ["waiting", "P00031"]).stdout
    assert "S00042" in waiting
    assert "next in line" in waiting
    nobody = shell.invoke(app, ["orders", "at-risk", "--customer", "Acmeee"]).stdout
    assert "Check the spelling" in nobody


# -- card ----------------------------------------------------------------------------------------------------------------
def listed(**changes: Any) -> Answer:
    return replace(example_answer("?"), at_risk={**example_at_risk(25), **changes})


def test_the_card_lists_at_most_twenty_and_counts_the_rest() -> None:
    props = at_risk_card(listed())
    assert props is not None
    assert json.loads(json.dumps(props)) == props
    assert len(props["rows"]) == MOST_ROWS
    assert props["more"] == 5
    assert props["rows"][0]["late"].endswith("days")
    assert max(bar["share"] for bar in props["bars"]) == 100


def test_an_answer_without_a_list_has_no_such_card() -> None:
    assert at_risk_card(example_answer("?")) is None
    assert at_risk_card(listed(orders=[])) is None


def test_an_order_links_into_the_configured_odoo_and_nowhere_else() -> None:
    there = example_at_risk(1)
    there["orders"][0]["url"] = "https://erp.example/odoo/sale.order/1"
    assert at_risk_card(listed(**there), odoo_address="https://erp.example")["rows"][0]["url"]  # type: ignore[index]
    for url in ("https://evil.example/odoo/sale.order/1", "javascript:alert(1)"):
        there["orders"][0]["url"] = url
        assert at_risk_card(listed(**there), odoo_address="https://erp.example")["rows"][0]["url"] == ""  # type: ignore[index]


def test_a_click_asks_about_that_order_and_a_made_up_row_about_none() -> None:
    answer = listed().to_json()
    assert why_question(answer, 1) == f"Why is {answer['at_risk']['orders'][1]['order']} late?"
    assert why_question(answer, 20) is None
    assert why_question(answer, -1) is None
    assert why_question(example_answer("?").to_json(), 0) is None


def test_a_value_that_may_not_be_seen_is_said_to_be_hidden() -> None:
    hidden = example_at_risk(1)
    hidden["orders"][0]["value"] = None
    assert at_risk_card(listed(**hidden))["rows"][0]["value"] == "Hidden"  # type: ignore[index]


# -- long scans ----------------------------------------------------------------------------------------------------------
def test_a_long_read_tells_how_far_it_is_and_its_failure_is_its_own(
    turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(turn: Turn, **_: Any) -> str:
        assert turn.tell is not None
        turn.tell("Scanned 100 of 300 open orders")
        return '{"status":"found"}'

    monkeypatch.setitem(READS, "orders_at_risk", slow)
    going = reading("orders_at_risk", turn, {})
    assert next(going) == "Scanned 100 of 300 open orders"
    with pytest.raises(StopIteration) as ended:
        next(going)
    assert ended.value.value == '{"status":"found"}'

    def broken(turn: Turn, **_: Any) -> str:
        raise SessionEnded("Sign in again.")

    monkeypatch.setitem(READS, "orders_at_risk", broken)
    with pytest.raises(SessionEnded):
        next(reading("orders_at_risk", turn, {}))


def test_a_turn_that_has_no_time_left_answers_with_what_it_has_and_says_so(
    turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copilot.reads.at_risk.SHARE_OF_TURN", 0.0)
    found = read(turn, "orders_at_risk")
    assert found["scanned"] == 100
    assert found["not_scanned"] > 50
    assert found["total_at_risk"] > 30  # what was read is judged as ever
    assert any("100 oldest" in sentence for sentence in found["not_read"])
    assert turn.outcomes[-1] == "partial"
