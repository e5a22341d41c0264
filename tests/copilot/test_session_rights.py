"""A sign-in lives as long as Odoo says: rights are read again, withdrawn ones are gone, old sessions leave the memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from copilot.errors import NotSignedIn
from copilot.identity import RIGHTS_SECONDS, UNCONFIRMED_SECONDS, Identity, Person
from copilot.reads.shared import from_odoo
from copilot.turn import Turn
from erp_tools.errors import OdooUnavailable, SessionEnded
from erp_tools.odoo.connect import connect
from erp_tools.odoo.masks import MASKED
from erp_tools.testing import FaultyOdoo, OdooSays


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Company:
    """An Odoo with one person whose groups and companies change."""

    def __init__(self, odoo: FaultyOdoo) -> None:
        self.odoo = odoo
        odoo.answer = self.answer
        self.companies = {1: "Harbor"}
        self.gone = False

    def answer(self, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if model == "res.company":
            wanted = kwargs["domain"][0][2]
            rows = [
                {"id": number, "name": name} for number, name in self.companies.items() if number in wanted
            ]
            return {"records": rows, "length": len(rows)}
        if method == "fields_get":
            return {}
        return {"records": [{"id": 3, "email": "ann@example.com"}], "length": 1}


@pytest.fixture
def odoo() -> Iterator[FaultyOdoo]:
    with FaultyOdoo() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identity(odoo: FaultyOdoo, clock: Clock) -> Identity:
    Company(odoo)
    server = connect(odoo.url, "any", "jsonrpc", read_deadline=5)
    return Identity(server, lifetime_seconds=8 * 3600, clock=clock)


def with_groups(odoo: FaultyOdoo, group: str) -> None:
    """Odoo now says this of the person's only group."""
    kept = odoo._carry_out

    def carry_out(model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if (model, method) == ("res.users", "read"):
            rows = kept(model, method, args, kwargs)
            rows[0]["all_group_ids"] = rows[0]["groups_id"] = [4]
            return rows
        if (model, method) == ("res.groups", "get_metadata"):
            return [{"id": 4, "xmlids": [{"xmlid": group}]}]
        return kept(model, method, args, kwargs)

    odoo._carry_out = carry_out  # type: ignore[method-assign]


def test_rights_are_not_read_again_while_they_are_fresh(odoo, identity, clock):
    person = identity.sign_in("ann", "right")
    asked = len(odoo.requests)
    clock.now = RIGHTS_SECONDS - 0.1
    assert identity.current(person) == person
    assert len(odoo.requests) == asked


def test_one_light_read_brings_the_new_roles_and_the_masks_that_go_with_them(odoo, identity, clock):
    person = identity.sign_in("ann", "right")
    assert person.roles == {"service"}
    assert person.session.read("res.partner", [], {"email": {}}).rows[0]["email"] != MASKED
    with_groups(odoo, "copilot.role_compliance")
    clock.now = RIGHTS_SECONDS
    identity.current(person)  # names of a group not seen before are learned once
    asked = len(odoo.requests)
    clock.now = 2 * RIGHTS_SECONDS
    standing = identity.standing(person)
    assert standing.person.roles == {"compliance"}
    assert (standing.odoo_calls, len(odoo.requests) - asked) == (1, 1)
    assert standing.person.session.read("res.partner", [], {"email": {}}).rows[0]["email"] == MASKED
    assert identity.by_token(person.token).roles == {"compliance"}, "every door sees the same"


def test_at_once_does_not_wait(odoo, identity):
    person = identity.sign_in("ann", "right")
    with_groups(odoo, "copilot.role_compliance")
    assert identity.current(person).roles == {"service"}
    assert identity.current(person, at_once=True).roles == {"compliance"}


def test_a_withdrawn_password_ends_the_sign_in_with_a_sentence(odoo, identity, clock):
    person = identity.sign_in("ann", "right")
    odoo.secret = "changed"
    clock.now = RIGHTS_SECONDS
    with pytest.raises(SessionEnded, match="Sign in again"):
        identity.current(person)
    with pytest.raises(NotSignedIn):
        identity.by_token(person.token)
    with pytest.raises(NotSignedIn):
        identity.current(person)


def test_a_person_whom_odoo_does_not_show_any_more_is_out(odoo, identity, clock):
    person = identity.sign_in("ann", "right")
    kept = odoo._carry_out
    odoo._carry_out = lambda model, method, args, kwargs: (  # type: ignore[method-assign]
        [] if (model, method) == ("res.users", "read") else kept(model, method, args, kwargs)
    )
    clock.now = RIGHTS_SECONDS
    with pytest.raises(SessionEnded, match="Sign in again"):
        identity.current(person)


def test_while_odoo_is_down_the_last_rights_hold_for_an_hour_and_that_is_said(odoo, identity, clock):
    person = identity.sign_in("ann", "right")
    odoo.fault = "bad_gateway"
    clock.now = RIGHTS_SECONDS
    held = identity.current(person)
    assert (held.roles, held.rights_confirmed) == (person.roles, False)
    for _ in range(3):
        assert not identity.current(person).rights_confirmed
    asked = len(odoo.requests)
    assert not identity.current(person).rights_confirmed
    assert len(odoo.requests) == asked, "a server that is down is left alone"
    with pytest.raises(OdooUnavailable):
        identity.current(person, at_once=True)
    clock.now = UNCONFIRMED_SECONDS + 1
    with pytest.raises(OdooUnavailable, match="confirmed"):
        identity.current(person)
    assert identity.by_token(person.token), "the sign-in itself goes on"


def test_when_odoo_is_back_the_next_question_confirms_the_rights(odoo, identity, clock):
    person = identity.sign_in("ann", "right")
    odoo.fault = "bad_gateway"
    clock.now = RIGHTS_SECONDS
    assert not identity.current(person).rights_confirmed
    odoo.fault = "none"
    assert identity.current(person).rights_confirmed


def test_old_sign_ins_leave_the_memory_and_close_their_sessions(odoo, identity, clock):
    old = [identity.sign_in("ann", "right") for _ in range(3)]
    clock.now = 8 * 3600
    new = identity.sign_in("ann", "right")
    assert set(identity._people) == {new.token}
    for person in old:
        for _ in range(200):
            if person.session._closed:
                break
            threading.Event().wait(0.01)
        with pytest.raises(SessionEnded):
            person.session.count("sale.order", [])


def test_sessions_that_odoo_ended_elsewhere_do_not_come_back(odoo, identity):
    person = identity.sign_in("ann", "right")

    def refuse(*_: Any) -> Any:
        raise OdooSays("odoo.exceptions.AccessDenied", "Access Denied")

    odoo.answer = refuse
    with pytest.raises(SessionEnded):
        person.session.read("sale.order", [], {"name": {}})
    with pytest.raises(SessionEnded, match="Sign in again"):
        identity.current(person, at_once=True)


def test_two_turns_of_one_person_count_their_own_round_trips(odoo, identity):
    person: Person = identity.sign_in("ann", "right")
    turns = [Turn(person=person, server=None, library=None, now=None) for _ in range(2)]  # type: ignore[arg-type]
    start = threading.Barrier(2)

    def work(turn: Turn, reads: int) -> None:
        def read() -> str:
            person.session.read("sale.order", [], {"name": {}})
            return ""

        start.wait(5)
        for _ in range(reads):
            from_odoo(turn, "S1", read)

    odoo.answer = lambda *_: {"records": [], "length": 0}
    threads = [
        threading.Thread(target=work, args=(turn, reads)) for turn, reads in zip(turns, (3, 11), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [turn.odoo_calls for turn in turns] == [3, 11]
