"""Forgetting a person: nothing that is kept says who they were or what they wrote, and the audit chain still verifies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copilot.answer import Question
from copilot.audit import Audit, audit_key
from copilot.bootstrap import build
from copilot.cli import app
from copilot.conversation import Copilot
from copilot.database import Database
from copilot.erasure import StillRunning, _unsaid, erase
from copilot.feedback import Feedback
from copilot.identity import Person, owner_of
from copilot.receipts import NoReceipt, rebuild, sealed
from copilot.settings import Settings

SECRET = "Xylophone-7741"
"""Stands in everything the person wrote."""


class House:
    def __init__(self, copilot: Copilot, settings: Settings) -> None:
        self.copilot, self.settings = copilot, settings
        self.copilot.desk.drafts.why_off = lambda: ""
        self.database = Database(settings.sqlalchemy_url)
        self.audit = Audit(self.database, audit_key(settings.data_dir))

    def person(self, login: str) -> Person:
        return self.copilot.identity.sign_in(login, "demo")

    def erase(self, login: str) -> Any:
        compliance = self.person("compliance")
        return erase(
            self.database, self.audit, self.settings.data_dir, login, by=owner_of(compliance), by_name=compliance.name
        )  # fmt: skip

    def everything(self) -> str:
        """All that the database and the folder of opinions hold, as text."""
        with sqlite3.connect(self.settings.data_dir / "copilot.db") as connection:
            connection.execute("PRAGMA wal_checkpoint")
            said = "\n".join(connection.iterdump())
        files = (
            (self.settings.data_dir / "evals").rglob("*")
            if (self.settings.data_dir / "evals").exists()
            else ()
        )
        return said + "".join(one.read_text("utf-8") for one in files if one.is_file())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The recorded Odoo and no documents: what is kept of people is the same."""
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    copilot = build(settings, questions_per_minute=None)
    made = House(copilot, settings)
    yield made
    made.database.close()
    copilot.close()


def test_nothing_that_is_kept_tells_of_them_and_the_chain_holds(house: House) -> None:
    sales, supervisor = house.person("sales"), house.person("supervisor")
    desk, name = house.copilot.desk, sales.name
    answer = house.copilot.ask(sales, Question(text=f"Why is S00042 late? {SECRET}"))
    receipt = house.copilot.receipt(sales, answer.answer_id)
    assert rebuild(receipt).unaltered
    Feedback(house.copilot._store, house.settings.data_dir).bad(sales, answer.answer_id, comment=SECRET)
    waiting = desk.draft(sales, "message_customer", {"order": "S00042", "text": SECRET, "subject": SECRET})
    noted = desk.executor.run(sales, desk.draft(sales, "log_note", {"order": "S00042", "text": SECRET}))
    assert noted.state == "executed"
    other = desk.draft(
        house.person("service"), "change_promise_date", {"order": "S00044", "date": "2027-05-01"}
    )
    shown, token = desk.drafts.show(sales, other.draft_id)
    desk.reject(sales, other.draft_id, version=1, digest=shown.digest, token=token, reason=SECRET)
    before = house.everything()
    assert before.count(SECRET) >= 8, "it stands in many places first"
    assert name in before
    entries = [one.seq for one in house.audit.read(limit=500)]

    done = house.erase("sales")
    assert (done.people, done.conversations, done.answers) == (1, 1, 1)
    assert (done.drafts, done.cancelled) == (3, 1)
    assert (done.decisions, done.words, done.opinions) == (1, 1, 1)
    after = house.everything()
    left_over = [after[max(0, at - 80) : at + 40] for at in range(len(after)) if after.startswith(SECRET, at)]
    assert left_over == []
    assert name not in after
    assert ":sales'" not in after
    assert owner_of(sales) not in after

    verdict = house.audit.verify()
    assert verdict.holds, verdict.problems
    assert [one.seq for one in house.audit.read(limit=500)][: len(entries)] == entries, "the entries stay"
    (said_no,) = [one for one in house.audit.read(limit=500) if one.kind == "draft.rejected"]
    assert said_no.body["reason"] == "[erased]"
    assert said_no.actor == house.audit.pseudonym(owner_of(sales))
    left = desk.drafts.look(house.person("compliance"), waiting.draft_id)
    assert (left.state, left.requester_name) == ("cancelled", "Somebody who was erased")
    kept = house.copilot._store.answer(answer.answer_id)
    assert kept.body["text"] == answer.text.replace(SECRET, "[erased]"), (
        "what the copilot said stays, without what it quoted of them"
    )
    with pytest.raises(NoReceipt, match="was erased"):
        rebuild(sealed({"answer": kept.body, **kept.body["receipt"]}))
    assert supervisor.name
    assert not house.erase("sales").anything, "once"


def test_whoever_has_something_under_way_is_not_erased(house: House) -> None:
    service, supervisor = house.person("service"), house.person("supervisor")
    draft = house.copilot.desk.draft(service, "split_delivery", {"order": "S00042"})
    shown, token = house.copilot.desk.drafts.show(supervisor, draft.draft_id)
    house.copilot.desk.drafts.approve(supervisor, draft.draft_id, version=1, digest=shown.digest, token=token)
    assert not house.erase("somebody-else").anything
    before = house.everything()
    for login in ("service", "supervisor"):
        with pytest.raises(StillRunning, match=draft.draft_id):
            house.erase(login)
    assert house.everything() == before, "nothing was touched"


def test_words_that_are_taken_out_by_somebody_else_are_found(house: House) -> None:
    house.copilot.desk.drafts.stop(house.person("supervisor"), "all", SECRET)
    assert house.audit.verify().holds
    entry = next(one for one in house.audit.read(limit=100) if one.kind == "switch.stopped")
    assert entry.body["reason"] == SECRET
    with house.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_texts SET text = 'nothing'")
    assert [(one.seq, one.kind) for one in house.audit.verify().problems] == [(entry.seq, "altered")]
    with house.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_texts")
    assert [(one.seq, one.kind) for one in house.audit.verify().problems] == [(entry.seq, "missing")]


def test_what_a_receipt_remembers_of_a_long_conversation_is_forgotten(house: House) -> None:
    """A receipt keeps what was named long before: words of the person, too."""
    person = house.person("sales")
    thread = house.copilot.ask(person, Question(text=f"Why is S00042 late? {SECRET}")).thread_id
    for _ in range(8):
        last = house.copilot.ask(person, Question(text="help", thread_id=thread))
    kept = house.copilot.store.answer(last.answer_id).body["receipt"]
    assert SECRET in str(kept["further_back"])
    forgotten = _unsaid({"question": "help", "text": "", "receipt": kept})
    assert SECRET not in str(forgotten)


def test_the_command_says_what_it_touched(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.copilot.ask(house.person("sales"), Question(text="Why is S00042 late?"))
    house.copilot.close()
    monkeypatch.setenv("COPILOT_DATA_DIR", str(house.settings.data_dir))
    run = CliRunner()
    refused = run.invoke(app, ["audit", "erase", "compliance", "--user", "compliance"])
    assert refused.exit_code == 1
    assert "Somebody else" in refused.output
    done = run.invoke(app, ["audit", "erase", "sales", "--user", "compliance"])
    assert done.exit_code == 0, done.output
    assert "1 conversations (1 answers without their questions)" in done.output
    done = run.invoke(app, ["audit", "erase", "service", "--user", "compliance", "--json"])
    assert done.exit_code == 1, done.output
    verified = run.invoke(app, ["audit", "verify", "--json"])
    assert json.loads(verified.output)["holds"] is True
