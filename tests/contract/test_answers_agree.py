"""The same questions on the recorded and on the real Odoo: the answers agree, word for word."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from copilot.answer import Answer, Question
from copilot.bootstrap import build
from copilot.conversation import Copilot
from copilot.settings import Settings
from erp_tools.demo.truth import expected, expected_on_time

pytestmark = pytest.mark.odoo

LATE = sorted(expected())
ON_TIME = sorted(expected_on_time())
QUESTIONS = (
    "Why is S00042 late?",
    "When will S00042 ship?",
    "What can I tell the customer about S00042?",
    "May we split S00042?",
    "Why is S99999 late?",
    "What does the contract of Cascade Brewing Company say about partial shipments?",
    f"Why are {LATE[0]} and {LATE[1]} late?",
    *(f"Why is {name} late?" for name in LATE[5::9]),
    *(f"Is {name} delayed?" for name in ON_TIME[::12]),
)


@pytest.fixture(scope="module")
def pair(
    demo_settings: Settings, real_odoo: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Copilot, Copilot]]:
    made = []
    for changes in ({}, {"odoo_url": real_odoo.url, "odoo_db": real_odoo.db, "odoo_protocol": "jsonrpc"}):
        folder = tmp_path_factory.mktemp("copilot") / "data"
        shutil.copytree(
            demo_settings.data_dir, folder, ignore=shutil.ignore_patterns("*.lock", "copilot.db*")
        )
        made.append(build(demo_settings.model_copy(update={"data_dir": folder, **changes})))
    yield made[0], made[1]
    for copilot in made:
        copilot.close()


def ask(copilot: Copilot, login: str, question: str) -> Answer:
    copilot._limits._asked.clear()
    person = copilot.identity.sign_in(login, "demo")
    try:
        return copilot.ask(person, Question(text=question))
    finally:
        copilot.identity.sign_out(person.token)


@pytest.mark.parametrize("login", ["service", "purchasing"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answers_agree(pair: tuple[Copilot, Copilot], login: str, question: str) -> None:
    recorded, real = (ask(copilot, login, question) for copilot in pair)
    assert recorded.text == real.text
    assert recorded.status == real.status
    assert recorded.diagnosis == real.diagnosis
    assert recorded.odoo_calls == real.odoo_calls
    assert [one.display_name for one in recorded.evidence] == [one.display_name for one in real.evidence]
    assert recorded.checks == real.checks
