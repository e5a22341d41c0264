"""One file rebuilds an answer, and shows when it was altered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copilot.answer import Question
from copilot.bootstrap import build
from copilot.conversation import Copilot
from copilot.models.playbook.asker import Asker
from copilot.receipts import NoReceipt, rebuild
from copilot.settings import Settings


@pytest.fixture(scope="module")
def copilot(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copilot]:
    folder: Path = tmp_path_factory.mktemp("receipts") / "data"
    shutil.copytree(
        demo_settings.data_dir, folder, ignore=shutil.ignore_patterns("copilot.db*", "recorded_odoo*")
    )
    made = build(demo_settings.model_copy(update={"data_dir": folder}), questions_per_minute=None)
    yield made
    made.close()


def receipt_of(copilot: Copilot, login: str, *questions: str) -> tuple[dict[str, Any], Any]:
    """The receipt of the last answer, as a file carries it, and the meaning that the playbook had."""
    person, thread = copilot.identity.sign_in(login, "demo"), None
    for question in questions:
        answer = copilot.ask(person, Question(text=question, thread_id=thread))
        thread = answer.thread_id
    file = json.dumps(copilot.receipt(person, answer.answer_id))
    return json.loads(file), Asker.of(copilot._new_turn(person)).meaning


@pytest.mark.parametrize(
    "questions",
    [
        ("Why is S00042 late?",),
        ("Why is S00042 late?", "And what can I tell the customer?"),
        ("What does the contract say about partial shipments for S00042?",),
        ("Which orders are at risk?",),
        ("Draft a split of S00042",),
        ("hello",),
    ],
)
def test_an_answer_is_made_again_from_its_receipt_alone(copilot: Copilot, questions: tuple[str, ...]) -> None:
    receipt, meaning = receipt_of(copilot, "supervisor", *questions)
    rebuilt = rebuild(receipt, meaning)
    assert rebuilt.unaltered
    assert rebuilt.same_text, rebuilt.text
    assert rebuilt.text.split() == receipt["answer"]["text"].split()


def test_it_tells_of_the_drafts_and_of_who_decided(copilot: Copilot) -> None:
    receipt, _ = receipt_of(copilot, "service", "Log a note on S00042: they called twice")
    (draft,) = receipt["drafts"]
    assert draft["state"] == "drafted"
    assert [one["kind"] for one in draft["decisions"]] == ["draft.drafted"]
    assert draft["decisions"][0]["who"] == "Sofia Reyes"
    assert [one["tool"] for one in receipt["reads"]] == ["diagnose_order", "save_draft"]


@pytest.mark.parametrize("where", ["text", "read", "evidence", "decision"])
def test_an_altered_receipt_is_seen(copilot: Copilot, where: str) -> None:
    receipt, meaning = receipt_of(copilot, "service", "Log a note on S00042: they called again")
    if where == "text":
        receipt["answer"]["text"] = receipt["answer"]["text"].replace("5 days", "2 days")
        assert not rebuild(receipt, meaning).same_text
    elif where == "read":
        receipt["reads"][0]["result"]["days_late"] = 2
        assert not rebuild(receipt, meaning).same_text
    elif where == "evidence":
        receipt["answer"]["evidence"][0]["display_name"] = "S00043"
    else:
        receipt["drafts"][0]["decisions"][0]["who"] = "Somebody Else"
    assert not rebuild(receipt, meaning).unaltered


def test_another_file_is_no_receipt() -> None:
    with pytest.raises(NoReceipt):
        rebuild({"answer": {}})
