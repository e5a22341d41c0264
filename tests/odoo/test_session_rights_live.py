"""Rights withdrawn in a real Odoo are gone from the copilot at the next question, whatever was kept of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from copilot.answer import Question
from copilot.bootstrap import build
from copilot.conversation import Copilot
from copilot.errors import NotSignedIn
from copilot.settings import Settings
from erp_tools.demo.rpc import AdminSession
from erp_tools.errors import SessionEnded
from erp_tools.odoo.masks import MASKED

pytestmark = pytest.mark.odoo

ASK = Question(text="Why is S00042 late?")


@pytest.fixture(scope="module")
def copy(odoo_copy: Callable[[], Any]) -> Any:
    return odoo_copy()


@pytest.fixture(scope="module")
def admin(copy: Any) -> AdminSession:
    return AdminSession(url=copy.url, database=copy.db, login=copy.admin_login, password=copy.admin_password)


@pytest.fixture(scope="module")
def copilot(copy: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=tmp_path_factory.mktemp("data"),
        odoo_url=copy.url,
        odoo_db=copy.db,
        odoo_protocol="jsonrpc",
    )
    made = build(settings, questions_per_minute=None)
    made.identity._rights_seconds = 0.0  # read them before every question: the test does not wait
    made.server._raw._read_deadline = 60  # type: ignore[attr-defined]  # what is promised here is no speed
    yield made
    made.close()


def test_a_lost_role_is_lost_in_the_next_question(copilot: Copilot, admin: AdminSession) -> None:
    person = copilot.identity.sign_in("finance", "demo")
    spec: dict[str, Any] = {"email": {}, "credit_limit": {}}
    row = person.session.read("res.partner", [["ref", "=", "C-1001"]], spec).rows[0]
    assert MASKED not in (row["email"], row["credit_limit"])
    group = admin.ref("copilot.role_finance")
    admin.write(
        "res.users",
        [person.user.user_id],
        {"group_ids": [(3, group), (4, admin.ref("copilot.role_compliance"))]},
    )
    first = copilot.ask(person, ASK)
    assert copilot.identity.by_token(person.token).roles == {"compliance"}
    row = person.session.read("res.partner", [["ref", "=", "C-1001"]], spec).rows[0]
    assert (row["email"], row["credit_limit"]) == (MASKED, MASKED)
    second = copilot.ask(person, ASK)
    assert second.odoo_calls <= first.odoo_calls, "the new group's name is learned once"
    assert second.odoo_calls <= 5, "four for the order and one light read of the rights"


def test_a_lost_company_is_lost_in_the_next_question(copilot: Copilot, admin: AdminSession) -> None:
    person = copilot.identity.sign_in("group_manager", "demo")
    assert len(person.companies) == 2
    theirs = admin.find("sale.order", [("company_id", "!=", 1), ("state", "=", "sale")], ["name"], limit=1)[0]
    admin.write("res.users", [person.user.user_id], {"company_id": 1, "company_ids": [(6, 0, [1])]})
    answer = copilot.ask(person, Question(text=f"Why is {theirs['name']} late?"))
    assert answer.status == "not_found"
    now = copilot.identity.by_token(person.token)
    assert now.companies < person.companies
    assert now.user.company_ids == (1,)
    assert copilot.ask(now, ASK).status in ("answered", "partial"), "and everything else goes on"


def _password(admin: AdminSession, user_id: int) -> None:
    admin.write("res.users", [user_id], {"password": "changed-Meanwhile-8"})


def _archived(admin: AdminSession, user_id: int) -> None:
    admin.write("res.users", [user_id], {"active": False})


@pytest.mark.parametrize(
    ("login", "withdraw", "way"),
    [
        ("purchasing", _password, "ask"),
        ("purchasing", _password, "diagnosis"),
        ("sales", _archived, "search"),
        ("sales", _archived, "open_document"),
    ],
)
def test_a_withdrawn_sign_in_ends_at_the_next_thing_asked(
    copilot: Copilot, admin: AdminSession, login: str, withdraw: Callable[[AdminSession, int], None], way: str
) -> None:
    """Documents, too: they do not come from Odoo, and the right to read them does."""
    user = admin.call(
        "res.users", "search_read", [("login", "=", login), ("active", "in", [True, False])], ["id"]
    )
    user_id = user[0]["id"]
    admin.write("res.users", [user_id], {"active": True, "password": "demo"})
    person = copilot.identity.sign_in(login, "demo")
    asked = {
        "ask": lambda: copilot.ask(person, ASK),
        "search": lambda: copilot.search(person, "partial shipments"),
        "diagnosis": lambda: copilot.diagnosis(person, "S00042"),
        "open_document": lambda: copilot.open_document(person, "any"),
    }[way]
    withdraw(admin, user_id)
    with pytest.raises(SessionEnded, match="Sign in again with your Odoo login"):
        asked()
    with pytest.raises(NotSignedIn):
        copilot.identity.by_token(person.token)
