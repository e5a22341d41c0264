"""Signing in: as oneself or not at all, with a brake on our side, and roles from Odoo's groups."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from erp_tools.errors import OdooUnavailable, SignInBraked, SignInRefused
from erp_tools.odoo.brake import MAX_TRIES, WINDOW_SECONDS, SignInBrake
from erp_tools.odoo.connect import connect
from erp_tools.odoo.gateway import OdooUser
from erp_tools.odoo.guard import RARE
from erp_tools.odoo.masks import VISIBLE, is_masked, visible_classes
from erp_tools.odoo.roles import ROLES, roles_of
from erp_tools.testing import FaultyOdoo

KEY = "0123456789abcdef0123456789abcdef01234567"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail(brake: SignInBrake, login: str = "ann") -> None:
    with pytest.raises(SignInRefused), brake.trying(login):
        raise SignInRefused("wrong")


def is_braked(brake: SignInBrake, login: str = "ann") -> bool:
    try:
        with brake.trying(login):
            return False
    except SignInBraked:
        return True


def test_each_failure_doubles_the_pause():
    clock = Clock()
    brake = SignInBrake(clock=clock)
    for pause in (1, 2, 4, 8):
        fail(brake)
        clock.now += pause - 0.1
        with pytest.raises(SignInBraked), brake.trying("ann"):
            pytest.fail("must not reach Odoo")
        clock.now += 0.1


def test_after_five_failures_the_window_has_to_pass():
    clock = Clock()
    brake = SignInBrake(clock=clock)
    for pause in (1, 2, 4, 8, 16):
        fail(brake)
        clock.now += pause
    with pytest.raises(SignInBraked, match="reset the password"), brake.trying("ann"):
        pass
    clock.now += WINDOW_SECONDS
    assert not is_braked(brake)


def test_a_right_password_takes_the_brake_off():
    clock = Clock()
    brake = SignInBrake(clock=clock)
    fail(brake)
    clock.now += 1
    assert not is_braked(brake)
    fail(brake)
    clock.now += 1
    assert not is_braked(brake)


def test_a_server_that_is_down_is_nobodys_wrong_password():
    brake = SignInBrake(clock=Clock())
    for _ in range(20):
        with pytest.raises(OdooUnavailable), brake.trying("ann"):
            raise OdooUnavailable("gone")
    assert not is_braked(brake)


def test_a_login_is_one_login_however_it_is_written():
    brake = SignInBrake(clock=Clock())
    fail(brake, "Ann")
    assert is_braked(brake, " ann ")
    assert not is_braked(brake, "ben")


def test_made_up_logins_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("erp_tools.odoo.brake.MAX_LOGINS", 10)
    clock = Clock()
    brake = SignInBrake(clock=clock)
    for number in range(50):
        fail(brake, f"made-up-{number}")
        clock.now += WINDOW_SECONDS
    assert len(brake._records) <= 11


def test_of_100_bad_attempts_at_once_at_most_five_reach_odoo_and_others_get_in():
    with FaultyOdoo(secret="right") as odoo:
        server = connect(odoo.url, "any", "jsonrpc")
        outcomes: list[str] = []

        def attempt() -> None:
            try:
                server.sign_in("ann", "wrong")
            except (SignInRefused, SignInBraked) as error:
                outcomes.append(type(error).__name__)

        threads = [threading.Thread(target=attempt) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(outcomes) == 100
        assert 1 <= odoo.count("common.login") <= MAX_TRIES
        before = odoo.count("common.login")
        for _ in range(10):
            server.sign_in("ben", "right").close()
        assert odoo.count("common.login") == before + 10


@pytest.fixture
def odoo() -> Iterator[FaultyOdoo]:
    with FaultyOdoo(secret=KEY) as server:
        yield server


def test_an_api_key_signs_in_over_json2_where_the_server_has_it(odoo):
    connect(odoo.url, "any").sign_in("ann", KEY).close()
    assert odoo.count("common.login") == 0
    odoo.version = "18.0"
    connect(odoo.url, "any").sign_in("ann", KEY).close()
    assert odoo.count("common.login") == 1


def test_a_password_that_looks_like_a_key_is_still_tried_as_a_password(odoo):
    odoo.secret = "f" * 40
    with pytest.raises(SignInRefused):
        connect(odoo.url, "any").sign_in("ann", KEY)
    assert (odoo.count("res.users.context_get"), odoo.count("common.login")) == (1, 1)


def test_somebody_elses_key_signs_nobody_in(odoo):
    with pytest.raises(SignInRefused):
        connect(odoo.url, "any", "json2").sign_in("boss", KEY)


def test_json2_on_an_older_odoo_says_what_to_set(odoo):
    odoo.version = "17.0"
    with pytest.raises(OdooUnavailable, match="COPILOT_ODOO_PROTOCOL"):
        connect(odoo.url, "any", "json2").sign_in("ann", KEY)


def test_signing_in_takes_few_round_trips(odoo):
    odoo.answer = lambda model, method, args, kwargs: {"display_name": {"type": "char"}}
    server = connect(odoo.url, "any", "jsonrpc")
    server.sign_in("ann", KEY).close()
    asked_once = len(
        RARE
    )  # which fields of rare modules the server has: of orders, purchases and vendors' terms
    assert len(odoo.requests) == 4 + asked_once  # version, login, the person, names of their groups
    server.sign_in("ann", KEY).close()
    assert len(odoo.requests) == 6 + asked_once


@pytest.mark.parametrize(("login", "secret"), [("", "x"), ("  ", "x"), ("ann", "")])
def test_an_empty_login_or_password_asks_nobody(odoo, login, secret):
    with pytest.raises(SignInRefused, match="empty"):
        connect(odoo.url, "any").sign_in(login, secret)
    assert odoo.requests == []


def test_making_a_server_sends_nothing():
    connect("http://127.0.0.1:9", "any")


# --- roles and masks ---------------------------------------------------------------------------------------------------


def person(*groups: str) -> OdooUser:
    return OdooUser(
        user_id=7, login="ann", name="Ann", company_id=1, company_ids=(1,), groups=frozenset(groups)
    )


@pytest.mark.parametrize("role", ROLES)
def test_our_own_groups_give_the_role_of_their_name(role):
    assert roles_of(person(f"copilot.role_{role}", "stock.group_stock_manager", "base.group_system")) == {
        role
    }


def test_without_our_groups_odoos_own_decide():
    assert roles_of(person("stock.group_stock_user", "stock.group_stock_manager")) == {"supervisor"}
    assert roles_of(person("sales_team.group_sale_salesman", "sales_team.group_sale_manager")) == {
        "service",
        "sales",
    }
    assert roles_of(person("account.group_account_invoice")) == {"finance"}
    assert roles_of(person("purchase.group_purchase_user")) == {"purchasing"}


def test_nobody_is_compliance_or_anything_by_accident():
    assert roles_of(person()) == frozenset()
    assert roles_of(person("base.group_system", "base.group_user", "stock.group_stock_user")) == frozenset()


def test_every_role_has_its_masks_and_roles_add_up():
    assert set(VISIBLE) == set(ROLES)
    assert visible_classes([]) == frozenset()
    assert visible_classes(["intern"]) == frozenset()
    assert visible_classes(["service", "purchasing"]) == {"personal", "cost"}


def test_only_the_mark_is_the_mark():
    assert is_masked("masked")
    assert not any(is_masked(value) for value in (None, "", 0, "unmasked", "Masked", ["masked"]))
