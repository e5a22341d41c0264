"""A change leaves a trace in Odoo, and where it does not the draft says so (RELIABILITY T16); no context of anybody's else gets there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts.decision_rights import load_decision_rights
from copilot.drafts.draft import Draft
from copilot.drafts.executor import Executor
from copilot.drafts.service import Drafts
from copilot.identity import Person, owner_of
from erp_tools.actions.action import Outcome, Plan
from erp_tools.errors import OdooTimeout, OdooUserError
from erp_tools.odoo.gateway import OdooUser


class Killed(BaseException):
    """Stands for the process being killed."""


def _works(records: Records, name: str) -> None:
    records.there.append(name)


def _lies(_records: Records, _name: str) -> None:
    """Odoo says that it was done; it is not there."""


def _refuses(_records: Records, _name: str) -> None:
    raise OdooUserError("You cannot post here.")


def _vanishes(records: Records, name: str) -> None:
    records.there.append(name)
    records.removed_after_reading.append(name)


@dataclass
class Records:
    there: list[str] = field(default_factory=list)
    removed_after_reading: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    deaf: bool = False


@dataclass
class Step:
    records: Records
    name: str
    how: Callable[[Records, str], None] = _works
    optional: bool = False
    is_trace: bool = False
    repeatable: bool = False

    def run(self, _session: Any) -> None:
        self.records.calls.append(self.name)
        self.how(self.records, self.name)

    def observe(self, _session: Any) -> Outcome:
        if self.records.deaf and self.is_trace and self.name in self.records.removed_after_reading:
            raise OdooTimeout("no answer.")
        seen = self.name in self.records.there
        if self.name in self.records.removed_after_reading and not self.records.deaf and seen:
            self.records.there.remove(self.name)
        self.records.deaf = self.records.deaf or (seen and self.how is _hides)
        return Outcome(seen="done" if seen else "not_done", text="")


def _hides(records: Records, name: str) -> None:
    _vanishes(records, name)


@dataclass
class Action:
    records: Records
    how: Callable[[Records, str], None]

    def snapshot(self, _session: Any, _payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def precheck(self, _session: Any, _payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, _payload: Mapping[str, Any], _key: str) -> Sequence[Step]:
        return [Step(self.records, "split"), Step(self.records, "note it on WH/OUT/7", self.how, True, True)]


user = OdooUser(user_id=1, login="sam", name="Sam", company_id=1, company_ids=(1,))
SAM = Person(
    login="sam", name="Sam", roles=frozenset({"supervisor", "service"}), companies=frozenset({"H"}), odoo="http://odoo/demo", user=user,
    session=None, token="t",
)  # type: ignore[arg-type]  # fmt: skip


class Bench:
    def __init__(self, folder: Path, how: Callable[[Records, str], None]) -> None:
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.records = Records()
        self.database = Database(f"sqlite:///{folder / 'state.db'}")
        self.audit = Audit(self.database, bytes(32), clock=lambda: self.now)
        actions: Any = {"split_delivery": Action(self.records, how)}
        self.drafts = Drafts(self.database, self.audit, actions, load_decision_rights, clock=lambda: self.now)
        self.drafts.prepare()

    def approved(self) -> Draft:
        plan = Plan(
            action="split_delivery", order_id=7, order="S00007", company="H", payload={}, snapshot={}, summary="Split it", changes=(),
            undo="-", amount=Decimal(500), currency="USD", margin_loss=Decimal(0),
        )  # fmt: skip
        draft = self.drafts.save(SAM, plan, certainty="proven", contract="allows")
        token = self.drafts.show(SAM, draft.draft_id)[1]
        return self.drafts.approve(SAM, draft.draft_id, version=1, digest=draft.digest, token=token)

    def run(self, draft: Draft, *, kill_at: str = "", nth: int = 1) -> Draft:
        passed = itertools.count(1)

        def hook(point: str) -> None:
            if point == kill_at and next(passed) == nth:
                raise Killed

        people = {owner_of(SAM): SAM}
        Executor(
            self.database, self.audit, self.drafts, people.get, clock=lambda: self.now.timestamp(), hook=hook, detect=lambda _s: False
        ).work()  # fmt: skip
        return self.drafts.look(SAM, draft.draft_id)

    def entries(self, kind: str) -> list[Mapping[str, Any]]:
        return [one.body for one in self.audit.read(limit=5000) if one.kind == kind]


def test_a_change_with_its_trace_says_nothing_more(tmp_path: Path) -> None:
    bench = Bench(tmp_path, _works)
    done = bench.run(bench.approved())
    assert (done.state, done.reason) == ("executed", "")
    assert bench.entries("draft.trace_missing") == []


@pytest.mark.parametrize("how", [_lies, _refuses, _vanishes])
def test_a_change_without_its_trace_is_done_and_says_so(
    tmp_path: Path, how: Callable[[Records, str], None]
) -> None:
    bench = Bench(tmp_path, how)
    done = bench.run(bench.approved())
    assert done.state == "executed", "what was read back stands, whatever became of the note"
    assert "do not say who did it (note it on WH/OUT/7)" in done.reason
    assert "Log a note there" in done.reason
    (entry,) = bench.entries("draft.trace_missing")
    assert entry["missing"] == ["note it on WH/OUT/7"]
    assert bench.audit.verify().holds
    assert bench.records.calls == ["split", "note it on WH/OUT/7"], "nothing is repeated for a note"


def test_a_trace_that_cannot_be_looked_for_is_not_called_there(tmp_path: Path) -> None:
    bench = Bench(tmp_path, _hides)
    done = bench.run(bench.approved())
    assert done.state == "executed"
    assert "could not be looked up" in done.reason
    assert len(bench.entries("draft.trace_unchecked")) == 1


@pytest.mark.parametrize(("point", "nth"), [("step_done", 1), ("intent", 2), ("called", 2), ("step_done", 2)])
def test_killed_between_the_change_and_its_note_both_are_there_once(
    tmp_path: Path, point: str, nth: int
) -> None:
    bench = Bench(tmp_path, _works)
    draft = bench.approved()
    with pytest.raises(Killed):
        bench.run(draft, kill_at=point, nth=nth)
    bench.now += timedelta(seconds=200)  # past the lease, and past what Odoo could still carry out
    done = bench.run(draft)
    assert (done.state, done.reason) == ("executed", "")
    assert bench.records.calls.count("split") == 1
    assert bench.records.there == ["split", "note it on WH/OUT/7"]
