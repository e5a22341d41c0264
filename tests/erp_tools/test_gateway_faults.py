"""What a misbehaving Odoo does to us: a plain error in time, never a repeated change, never a secret."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from erp_tools.breaker import FAILURES, REST_SECONDS
from erp_tools.errors import (
    AccessDenied,
    OdooError,
    OdooFailed,
    OdooGarbage,
    OdooTimeout,
    OdooUnavailable,
    OdooUserError,
    SessionEnded,
)
from erp_tools.odoo import checks
from erp_tools.odoo.allow_list import ALLOWED, AllowedMethod
from erp_tools.odoo.breaker import CircuitBreaker
from erp_tools.odoo.connect import connect, probe_version
from erp_tools.odoo.transport import HttpConnection
from erp_tools.testing import SECRET_IN_TRACEBACK, FaultyOdoo, OdooSays

PASSWORD = "hunter2-planted-secret"
READS = {"jsonrpc": "sale.order.web_search_read", "json2": "sale.order.web_search_read"}
DEADLINE = 0.3

FAULTS = {
    "hang": OdooTimeout,
    "drip": OdooTimeout,
    "garbage": OdooGarbage,
    "not_json": OdooGarbage,
    "error_500": OdooUnavailable,
    "bad_gateway": OdooUnavailable,
    "cut": OdooGarbage,
    "close": OdooUnavailable,
    "reset": OdooUnavailable,
}


@pytest.fixture(params=["jsonrpc", "json2"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def odoo() -> Iterator[FaultyOdoo]:
    with FaultyOdoo(secret=PASSWORD) as server:
        yield server


def signed_in(odoo: FaultyOdoo, protocol: Any, **deadlines: float) -> Any:
    deadlines = {"read_deadline": DEADLINE, "call_deadline": DEADLINE, **deadlines}
    return connect(odoo.url, "any", protocol, **deadlines).sign_in("ann", PASSWORD)


@contextmanager
def allowing_confirm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    order = dataclasses.replace(
        ALLOWED["sale.order"], methods={"action_confirm": AllowedMethod(name="action_confirm")}
    )
    with monkeypatch.context() as patch:
        patch.setattr(checks, "ALLOWED", {**ALLOWED, "sale.order": order})
        yield


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_read_fails_plainly_after_one_more_try(odoo, protocol, fault):
    session = signed_in(odoo, protocol)
    odoo.fault = fault
    with pytest.raises(FAULTS[fault]) as failed:
        session.read("sale.order", [], {"name": {}})
    assert odoo.url in str(failed.value)
    assert odoo.count("sale.order.web_search_read") in (
        (2, 3) if fault in ("close", "reset") else (2,)
    )  # a stale line is tried anew


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_it_goes_on_by_itself_when_odoo_is_back(odoo, protocol, fault):
    session = signed_in(odoo, protocol)
    odoo.fault = fault
    with pytest.raises(OdooUnavailable):
        session.read("sale.order", [], {"name": {}})
    odoo.fault = "none"
    assert session.read("sale.order", [], {"name": {}}).rows == []


@pytest.mark.parametrize("fault", sorted({*FAULTS, "lost"}))
def test_a_change_is_sent_once_and_its_outcome_left_open(odoo, protocol, fault, monkeypatch):
    session = signed_in(odoo, protocol)
    odoo.fault = fault
    with allowing_confirm(monkeypatch), pytest.raises(OdooTimeout, match="read it back"):
        session.call("sale.order", "action_confirm", [1])
    assert odoo.count("sale.order.action_confirm") == 1


def test_a_change_that_answers_late_was_done_all_the_same(odoo, protocol, monkeypatch):
    session = signed_in(odoo, protocol)
    odoo.fault, odoo.delay = "late", DEADLINE * 2
    with allowing_confirm(monkeypatch), pytest.raises(OdooTimeout, match="may have happened"):
        session.call("sale.order", "action_confirm", [1])
    odoo.fault = "none"
    session.read("sale.order", [], {"name": {}})
    assert odoo.done.count("sale.order.action_confirm") <= 1
    assert odoo.count("sale.order.action_confirm") == 1


def test_nothing_listening_is_unavailable_and_a_change_was_not_sent(protocol, monkeypatch):
    with FaultyOdoo(secret=PASSWORD) as odoo:
        session = signed_in(odoo, protocol)
        url = odoo.url
    with allowing_confirm(monkeypatch), pytest.raises(OdooUnavailable, match="Nothing answers") as failed:
        session.call("sale.order", "action_confirm", [1])
    assert not isinstance(failed.value, OdooTimeout)
    with pytest.raises(OdooUnavailable, match="COPILOT_ODOO_URL"):
        connect(url, "any").sign_in("ann", PASSWORD)


def test_a_bug_inside_odoo_is_told_once_and_leaves_the_breaker_alone(odoo, protocol):
    session = signed_in(odoo, protocol)
    odoo.fault = "server_error"
    for _ in range(FAILURES + 1):
        with pytest.raises(OdooFailed, match="KeyError"):
            session.read("sale.order", [], {"name": {}})
    assert odoo.count("sale.order.web_search_read") == FAILURES + 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("odoo.exceptions.AccessError", AccessDenied),
        ("odoo.exceptions.UserError", OdooUserError),
        ("odoo.exceptions.ValidationError", OdooUserError),
        ("odoo.exceptions.AccessDenied", SessionEnded),
        ("builtins.ZeroDivisionError", OdooFailed),
        ("psycopg2.errors.SerializationFailure", OdooFailed),
    ],
)
def test_each_of_odoos_refusals_has_its_own_error(odoo, protocol, name, kind):
    def refuse(*_: object) -> None:
        raise OdooSays(name, "You are not allowed to access 'Sales Order' (sale.order) records.")

    session = signed_in(odoo, protocol)
    odoo.answer = refuse
    with pytest.raises(kind) as refused:
        session.read("sale.order", [], {"name": {}})
    assert not isinstance(refused.value, AccessDenied) or refused.value.model == "sale.order"
    assert odoo.count("sale.order.web_search_read") == 1


def test_a_withdrawn_password_ends_the_session(odoo, protocol):
    session = signed_in(odoo, protocol)
    odoo.secret = "another"
    for _ in range(2):
        with pytest.raises(SessionEnded, match=r"[Ss]ign in again"):
            session.read("sale.order", [], {"name": {}})
    assert odoo.count("sale.order.web_search_read") == 1


def test_a_database_that_is_not_there_is_named_as_such(odoo):
    def refuse(*_: object) -> None:
        raise OdooSays("psycopg2.OperationalError", 'connection failed: FATAL: database "any" does not exist')

    session = signed_in(odoo, "jsonrpc")
    odoo.answer = refuse
    with pytest.raises(OdooUnavailable, match="COPILOT_ODOO_DB"):
        session.read("sale.order", [], {"name": {}})


def test_answers_of_another_shape_are_garbage(odoo, protocol):
    session = signed_in(odoo, protocol)
    for nonsense in ([], "hello", {"records": 7}, {"length": 1}):
        odoo.answer = lambda *_, nonsense=nonsense: nonsense
        odoo.fault = "none"
        session = signed_in(odoo, protocol)
        with pytest.raises(OdooGarbage):
            session.read("sale.order", [], {"name": {}})


def test_no_secret_and_no_traceback_gets_out(odoo, protocol, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)

    def refuse(*_: object) -> None:
        raise OdooSays("odoo.exceptions.UserError", "No.")

    shown: list[str] = []
    session = signed_in(odoo, protocol)
    shown += [repr(session), str(session), repr(session._raw), repr(session._raw._wire)]
    with allowing_confirm(monkeypatch):
        for fault in [*FAULTS, "server_error", "lost", "none"]:
            odoo.fault = fault
            odoo.answer = refuse
            session = _fresh(odoo, protocol, fault)
            for attempt in (
                lambda s: s.read("sale.order", [], {"name": {}}),
                lambda s: s.call("sale.order", "action_confirm", [1]),
            ):
                with pytest.raises(OdooError) as failed:
                    attempt(session)
                shown.append(_all_words(failed.value))
    shown += [record.getMessage() for record in caplog.records]
    shown += [str(vars(record)) for record in caplog.records]
    assert len(shown) > 20
    for words in shown:
        assert PASSWORD not in words
        assert SECRET_IN_TRACEBACK not in words


def _fresh(odoo: FaultyOdoo, protocol: str, fault: Any) -> Any:
    odoo.fault = "none"
    session = signed_in(odoo, protocol, read_deadline=0.1, call_deadline=0.1)
    odoo.fault = fault
    return session


def _all_words(error: BaseException | None) -> str:
    """The words of an error and of everything it drags along."""
    words = []
    while error is not None:
        words += [str(error), repr(error), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(words)


# --- the breaker -------------------------------------------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def failing(breaker: CircuitBreaker, error: Exception) -> None:
    with pytest.raises(type(error)), breaker.guarding():
        raise error


def test_the_breaker_opens_after_consecutive_failures_and_says_so():
    clock = Clock()
    breaker = CircuitBreaker("http://odoo.example", clock=clock)
    for _ in range(FAILURES - 1):
        failing(breaker, OdooTimeout("slow"))
    with breaker.guarding():
        pass  # an answer in between starts the count again
    for _ in range(FAILURES):
        assert not breaker.is_open
        failing(breaker, OdooTimeout("slow"))
    assert breaker.is_open
    with pytest.raises(OdooUnavailable, match=r"left alone for another 30 s"), breaker.guarding():
        pytest.fail("nothing may be sent")


def test_after_the_pause_one_tries_and_decides_for_all():
    clock = Clock()
    breaker = CircuitBreaker("http://odoo.example", clock=clock)
    for _ in range(FAILURES):
        failing(breaker, OdooUnavailable("gone"))
    clock.now += REST_SECONDS
    with breaker.guarding(), pytest.raises(OdooUnavailable), breaker.guarding():
        pytest.fail("one trial at a time")
    with breaker.guarding():
        pass
    for _ in range(FAILURES):
        failing(breaker, OdooUnavailable("gone again"))
    clock.now += REST_SECONDS
    failing(breaker, OdooUnavailable("still gone"))
    assert breaker.is_open


def test_refusals_are_answers():
    breaker = CircuitBreaker("http://odoo.example")
    for _ in range(FAILURES * 2):
        failing(breaker, AccessDenied("no"))
    assert not breaker.is_open


def test_with_the_breaker_open_nothing_reaches_odoo(odoo, protocol):
    server = connect(odoo.url, "any", protocol, read_deadline=0.1)
    session = server.sign_in("ann", PASSWORD)
    odoo.fault = "bad_gateway"
    for _ in range(3):
        with pytest.raises(OdooUnavailable):
            session.read("sale.order", [], {"name": {}})
    reached = len(odoo.requests)
    with pytest.raises(OdooUnavailable, match="left alone"):
        session.read("sale.order", [], {"name": {}})
    with pytest.raises(OdooUnavailable, match="left alone"):
        server.sign_in("ann", PASSWORD)
    assert len(odoo.requests) == reached


# --- the connection ----------------------------------------------------------------------------------------------------


def test_reads_share_one_connection_and_a_line_that_the_server_dropped_is_opened_anew(odoo):
    session = signed_in(odoo, "json2")
    session.read("sale.order", [], {"name": {}})
    lines = odoo.lines
    for _ in range(5):
        session.read("sale.order", [], {"name": {}})
    assert odoo.lines == lines
    odoo.drop_lines()
    session.read("sale.order", [], {"name": {}})
    assert session.log.calls == 7


def test_an_address_that_is_none_is_told_so():
    for address in ("odoo.example.com", "ftp://odoo.example.com", "http://"):
        with pytest.raises(OdooUnavailable, match="address"):
            HttpConnection(address)


def test_something_else_than_odoo_is_told_so(odoo):
    odoo.fault = "not_json"
    with pytest.raises(OdooGarbage, match="not Odoo"):
        probe_version(odoo.url)


def test_the_environments_proxy_is_used_for_other_machines_only(monkeypatch):
    from erp_tools.odoo.transport import _proxy_for

    monkeypatch.setenv("https_proxy", "http://proxy.example:8080")
    monkeypatch.setenv("no_proxy", "localhost,odoo.internal.example")
    assert _proxy_for("odoo.example.com", secure=True) == ("proxy.example", 8080)
    assert _proxy_for("odoo.internal.example", secure=True) is None


def test_sessions_of_different_people_do_not_wait_for_each_other(odoo):
    """One person's hanging read does not hold another's."""
    server = connect(odoo.url, "any", "json2", read_deadline=DEADLINE)
    ann, ben = server.sign_in("ann", PASSWORD), server.sign_in("ann", PASSWORD)
    stuck = threading.Event()
    go_on = threading.Event()

    def answer(model: str, method: str, args: Any, kwargs: Any) -> Any:
        if kwargs.get("limit") == 1:
            stuck.set()
            go_on.wait(5)
        return {"records": [], "length": 0}

    odoo.answer = answer
    failures: list[BaseException] = []

    def read_slowly() -> None:
        try:
            ann.read("sale.order", [], {"name": {}}, limit=1)
        except OdooTimeout as error:
            failures.append(error)

    slow = threading.Thread(target=read_slowly)
    slow.start()
    assert stuck.wait(5)
    assert ben.read("sale.order", [], {"name": {}}, limit=2).rows == []
    go_on.set()
    slow.join(5)
    assert not slow.is_alive()
