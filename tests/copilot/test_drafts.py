"""A draft's life: who may decide it, what an approval is bound to, and that it runs once whatever goes wrong on the way.

The action here is a toy with a world of its own, so that every failure can be placed exactly; the real actions are held by the
recorded and the live suites.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts.decision_rights import load_decision_rights
from copilot.drafts.draft import Draft
from copilot.drafts.errors import DraftChanged, DraftRefused, NotYours, Stopped, WrongState
from copilot.drafts.executor import HOOKS, Executor
from copilot.drafts.service import DECISIONS_PER_HOUR, OPEN_DRAFTS_PER_PERSON, Drafts
from copilot.errors import NotFound, TooMany
from copilot.identity import Person, owner_of
from erp_tools.actions.action import Outcome, Plan
from erp_tools.errors import OdooTimeout, OdooUserError
from erp_tools.odoo.gateway import OdooUser

COMPANY = "Harbor & Pine"
READING = timedelta(seconds=10)
"""What somebody takes to read a draft before they decide."""


class Killed(BaseException):
    """Stands for the process being killed: nothing after it runs."""


@dataclass
class World:
    """What "Odoo" holds."""

    promise: int = 1
    done: list[str] = field(default_factory=list)
    calls: int = 0
    fails: Iterator[Callable[[World, str], None]] | None = None


def drop_before(_world: World, _key: str) -> None:
    raise OdooTimeout("no answer.")


def drop_after(world: World, key: str) -> None:
    world.done.append(key)
    raise OdooTimeout("no answer.")


def refuse(_world: World, _key: str) -> None:
    raise OdooUserError("You cannot do that.")


def lie(_world: World, _key: str) -> None:
    """Says done, does nothing."""


@dataclass
class ToyStep:
    world: World
    key: str
    name: str
    repeatable: bool = False

    def run(self, _session: Any) -> None:
        self.world.calls += 1
        failure = next(self.world.fails, None) if self.world.fails else None
        if failure is not None:
            failure(self.world, f"{self.key}/{self.name}")
            return
        self.world.done.append(f"{self.key}/{self.name}")

    def observe(self, _session: Any) -> Outcome:
        done = f"{self.key}/{self.name}" in self.world.done
        return Outcome(seen="done" if done else "not_done", text="it is there" if done else "it is not there")


@dataclass
class ToyAction:
    type: Any
    world: World
    names: tuple[str, ...] = ("first", "second")

    def plan(self, *_a: Any, **_k: Any) -> Plan:
        raise NotImplementedError

    def snapshot(self, _session: Any, _payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"sale.order,7": {"commitment_date": self.world.promise}}

    def precheck(self, _session: Any, _payload: Mapping[str, Any]) -> Sequence[str]:
        return []

    def steps(self, _payload: Mapping[str, Any], key: str) -> Sequence[ToyStep]:
        return [ToyStep(self.world, key, name) for name in self.names]


def person(login: str, *roles: str, company: str = COMPANY, odoo: str = "http://odoo/demo") -> Person:
    number = sum(map(ord, login))
    user = OdooUser(user_id=number, login=login, name=login.title(), company_id=1, company_ids=(1,))
    return Person(
        login=login, name=login.title(), roles=frozenset(roles), companies=frozenset({company}), odoo=odoo, user=user,
        session=None, token="t",
    )  # type: ignore[arg-type]  # fmt: skip


MARIA = person("maria", "service")
SAM = person("sam", "supervisor")
SUE = person("sue", "supervisor")
SAL = person("sal", "sales")
COM = person("com", "compliance")
ELSEWHERE = person("eve", "supervisor", company="Northgate")


class Bench:
    """Everything of one service, with clocks that can be moved."""

    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.database = Database(f"sqlite:///{folder / 'state.db'}")
        self.audit = Audit(self.database, bytes(range(32)), clock=lambda: self.now)
        kinds = ("split_delivery", "log_note", "reallocate_stock", "change_carrier", "change_promise_date")
        self.actions: Any = {kind: ToyAction(kind, self.world) for kind in kinds}
        self.drafts = Drafts(
            self.database, self.audit, self.actions, load_decision_rights, clock=lambda: self.now
        )
        self.drafts.prepare()

    def plan(self, action: Any = "split_delivery", amount: int = 5000) -> Plan:
        return Plan(
            action=action, order_id=7, order="S00007", company=COMPANY, payload={"picking_id": 3},
            snapshot={"sale.order,7": {"commitment_date": self.world.promise}}, summary="Split it", changes=(), undo="Merge it",
            amount=Decimal(amount), currency="USD", margin_loss=Decimal(0),
        )  # fmt: skip

    def draft(
        self, who: Person = MARIA, action: Any = "split_delivery", amount: int = 5000, **facts: Any
    ) -> Draft:
        given: dict[str, Any] = {"certainty": "proven", "contract": "allows", "tier": "B"} | facts
        return self.drafts.save(who, self.plan(action, amount), **given)

    def approve(self, who: Person, draft: Draft) -> Draft:
        shown, token = self.drafts.show(who, draft.draft_id)
        self.now += READING
        return self.drafts.approve(
            who, draft.draft_id, version=shown.version, digest=shown.digest, token=token
        )

    def executor(self, *signed_in: Person, kill_at: str = "", nth: int = 1) -> Executor:
        people = {owner_of(one): one for one in signed_in}
        passed = itertools.count(1)

        def hook(point: str) -> None:
            assert point in HOOKS
            if point == kill_at and next(passed) == nth:
                raise Killed(point)

        return Executor(
            self.database,
            self.audit,
            self.drafts,
            people.get,
            clock=lambda: self.now.timestamp(),
            hook=hook,
            detect=lambda _session: False,
        )

    def state(self, draft: Draft) -> str:
        return next(one.state for one in self.drafts.listed(COM) if one.draft_id == draft.draft_id)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_an_approved_draft_runs_under_the_approver_and_once(bench: Bench) -> None:
    draft = bench.draft()
    assert draft.state == "drafted"
    approved = bench.approve(SAM, draft)
    assert (approved.state, approved.runner) == ("approved", owner_of(SAM))
    worker = bench.executor(SAM)
    assert worker.work() == 1
    assert worker.work() == 0
    assert bench.state(draft) == "executed"
    assert bench.world.done == [f"copilot.{draft.draft_id}.1/first", f"copilot.{draft.draft_id}.1/second"]
    assert bench.audit.verify().holds
    kinds = [entry.kind for entry in bench.audit.read(subject=f"draft:{draft.draft_id}")]
    assert kinds == [
        "draft.drafted", "draft.approval", "draft.approved", "draft.claimed", "draft.executing", "draft.step_begun",
        "draft.step_done", "draft.step_begun", "draft.step_done", "draft.executed",
    ]  # fmt: skip


def test_it_waits_until_its_approver_is_signed_in(bench: Bench) -> None:
    draft = bench.approve(SAM, bench.draft())
    assert bench.executor(SUE).work() == 0
    assert bench.world.calls == 0
    with pytest.raises(WrongState):
        bench.executor(SUE).run(SUE, draft)
    assert bench.executor(SAM).work() == 1


def test_a_note_needs_nobody_and_runs_as_whoever_asked(bench: Bench) -> None:
    draft = bench.draft(action="log_note")
    assert (draft.state, draft.runner) == ("approved", owner_of(MARIA))
    assert bench.executor(MARIA).work() == 1


@pytest.mark.parametrize(
    ("who", "why"),
    [(MARIA, "not yours"), (SAL, "no such draft"), (COM, "not yours"), (ELSEWHERE, "no such draft")],
)
def test_only_the_named_roles_of_the_same_company_decide(bench: Bench, who: Person, why: str) -> None:
    draft = bench.draft()
    with pytest.raises((NotYours, NotFound), match=f"(?i){why}"):
        bench.drafts.approve(who, draft.draft_id, version=1, digest=draft.digest, token="x")
    assert bench.state(draft) == "drafted"


def test_four_eyes_keeps_the_requester_out_and_two_means_two(bench: Bench) -> None:
    draft = bench.draft(SAM, contract="forbids")
    with pytest.raises(NotYours, match="somebody else"):
        bench.approve(SAM, draft)
    assert bench.approve(SUE, draft).state == "submitted"
    with pytest.raises(NotYours, match="another person"):
        bench.approve(SUE, draft)
    assert bench.approve(SAL, draft).state == "approved"


def test_what_the_rights_refuse_is_no_draft_and_is_on_record(bench: Bench) -> None:
    with pytest.raises(DraftRefused, match="no decision right covers"):
        bench.draft(certainty="unknown")
    assert [entry.kind for entry in bench.audit.read()] == ["draft.refused"]
    assert bench.drafts.listed(COM) == []


def test_a_changed_record_is_found_at_approval_and_before_the_run(bench: Bench) -> None:
    first, second = bench.draft(), bench.draft()
    bench.approve(SAM, second)
    bench.world.promise = 2
    with pytest.raises(DraftChanged, match="commitment_date was 1 and is 2"):
        bench.approve(SAM, first)
    bench.executor(SAM).work()
    assert (bench.state(first), bench.state(second)) == ("stale", "stale")
    assert bench.world.calls == 0


def test_a_new_version_voids_the_approval(bench: Bench) -> None:
    draft = bench.draft(contract="forbids")
    bench.approve(SUE, draft)
    newer = bench.drafts.save(
        MARIA, bench.plan(), tier="B", certainty="proven", contract="forbids", replaces=draft.draft_id
    )
    assert newer.version == 2
    with pytest.raises(DraftChanged):
        bench.drafts.approve(SAL, draft.draft_id, version=1, digest=draft.digest, token="x")
    assert bench.approve(SAL, newer).state == "submitted"


def test_forged_and_replayed_approvals_are_refused(bench: Bench) -> None:
    draft, other = bench.draft(contract="forbids"), bench.draft()
    shown, token = bench.drafts.show(SUE, draft.draft_id)
    _, foreign = bench.drafts.show(SUE, other.draft_id)
    _, of_sam = bench.drafts.show(SAM, draft.draft_id)
    forged = [
        {"version": version, "digest": digest, "token": given}
        for version in (0, 1, 2, 3, -1, 10**9)
        for digest in (shown.digest, "", shown.digest[::-1], other.digest + "0", "é" * 64)
        for given in (token, foreign, of_sam, "", "x" * 32, token.upper(), token + " ")
        if not (version == 1 and digest == shown.digest and given == token)
    ]
    assert len(forged) >= 200
    for attempt in forged:
        with pytest.raises((DraftChanged, NotYours)):
            bench.drafts.approve(SUE, draft.draft_id, **attempt)
    assert bench.state(draft) == "drafted"
    bench.now += READING
    bench.drafts.approve(SUE, draft.draft_id, version=1, digest=shown.digest, token=token)
    with pytest.raises(NotYours):
        bench.drafts.approve(SUE, draft.draft_id, version=1, digest=shown.digest, token=token)


def test_eight_approvals_at_once_make_one_run(bench: Bench) -> None:
    for _ in range(10):
        draft = bench.draft()
        shown, tokens = draft, [bench.drafts.show(SAM, draft.draft_id)[1] for _ in range(8)]
        won: list[bool] = []

        def decide(token: str, shown: Draft = shown, won: list[bool] = won) -> None:
            try:
                bench.drafts.approve(SAM, shown.draft_id, version=1, digest=shown.digest, token=token)
            except (WrongState, NotYours):
                return
            won.append(True)

        threads = [threading.Thread(target=decide, args=(token,)) for token in tokens]
        threads += [threading.Thread(target=bench.executor(SAM).work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        bench.executor(SAM).work()
        assert won == [True]
        assert bench.state(draft) == "executed"
        assert sum(key.startswith(f"copilot.{draft.draft_id}") for key in bench.world.done) == 2


@pytest.mark.parametrize("fault", [None, drop_before, drop_after])
@pytest.mark.parametrize("point", HOOKS)
@pytest.mark.parametrize("nth", [1, 2])
def test_killed_anywhere_it_is_done_once_and_never_lost(
    bench: Bench, point: str, nth: int, fault: Any
) -> None:
    draft = bench.approve(SAM, bench.draft())
    if fault is not None:
        bench.world.fails = iter([fault])
    with contextlib.suppress(Killed):  # some points are not passed twice, or only after a fault
        bench.executor(SAM, kill_at=point, nth=nth).work()
    for _ in range(4):
        bench.now += timedelta(seconds=200)  # leases and Odoo's own limit pass
        bench.executor(SAM).work()
    assert bench.state(draft) == "executed"
    assert sorted(bench.world.done) == [
        f"copilot.{draft.draft_id}.1/first",
        f"copilot.{draft.draft_id}.1/second",
    ]
    assert bench.audit.verify().holds


def test_a_time_out_is_uncertain_until_odoos_own_limit_has_passed(bench: Bench) -> None:
    draft = bench.approve(SAM, bench.draft())
    bench.world.fails = iter([drop_before])
    worker = bench.executor(SAM)
    worker.work()
    assert bench.state(draft) == "uncertain"
    bench.now += timedelta(seconds=100)
    worker.work()
    assert (bench.state(draft), bench.world.calls) == ("uncertain", 1)
    bench.now += timedelta(seconds=40)
    worker.work()
    assert (bench.state(draft), bench.world.calls) == ("executed", 3)


def test_what_landed_late_is_found_not_repeated(bench: Bench) -> None:
    draft = bench.approve(SAM, bench.draft())
    bench.world.fails = iter([drop_after])
    worker = bench.executor(SAM)
    worker.work()
    assert bench.state(draft) == "uncertain"
    worker.work()
    assert (bench.state(draft), bench.world.calls) == ("executed", 2)


def test_odoos_no_is_the_answer(bench: Bench) -> None:
    draft = bench.approve(SAM, bench.draft())
    bench.world.fails = iter([refuse])
    bench.executor(SAM).work()
    stored = bench.drafts.show(COM, draft.draft_id)[0]
    assert stored.state == "failed"
    assert "nothing was changed" in stored.reason
    assert "You cannot do that" in stored.reason


def test_half_done_is_said_to_be_half_done(bench: Bench) -> None:
    draft = bench.approve(SAM, bench.draft())
    bench.world.fails = iter([lambda world, key: world.done.append(key), refuse])
    bench.executor(SAM).work()
    assert "half of it was done (first)" in bench.drafts.show(COM, draft.draft_id)[0].reason


def test_a_success_that_lied_is_never_called_done_and_never_repeated(bench: Bench) -> None:
    draft = bench.approve(SAM, bench.draft())
    bench.world.fails = iter([lie])
    for _ in range(4):
        bench.executor(SAM).work()
        bench.now += timedelta(seconds=200)
    assert (bench.state(draft), bench.world.calls) == ("uncertain", 1)
    with pytest.raises(NotYours):
        bench.drafts.resolve(MARIA, draft.draft_id, "failed", "I looked")
    assert bench.drafts.resolve(SAM, draft.draft_id, "failed", "Not in Odoo").state == "failed"


def test_an_expired_revoked_or_stopped_approval_runs_nothing(bench: Bench) -> None:
    old = bench.approve(SAM, bench.draft())
    bench.now += timedelta(hours=25)
    bench.executor(SAM).work()
    assert bench.state(old) == "expired"

    demoted = bench.approve(SAM, bench.draft())
    bench.executor(replace(SAM, roles=frozenset({"service"}))).work()
    assert bench.state(demoted) == "failed"

    held = bench.approve(SAM, bench.draft())
    bench.drafts.stop(SAM, "split_delivery", "audit week")
    waiting = bench.draft()
    with pytest.raises(Stopped, match="audit week"):
        bench.approve(SAM, waiting)
    bench.executor(SAM).work()
    assert bench.state(held) == "approved"
    with pytest.raises(NotYours):
        bench.drafts.resume(SAM, "split_delivery")
    bench.drafts.resume(COM, "split_delivery")
    bench.executor(SAM).work()
    assert bench.state(held) == "executed"
    assert bench.world.calls == 2


def test_caps_on_drafts_and_decisions(bench: Bench) -> None:
    made = [bench.draft() for _ in range(OPEN_DRAFTS_PER_PERSON)]
    with pytest.raises(TooMany, match="open drafts"):
        bench.draft()
    bench.drafts.cancel(MARIA, made[0].draft_id)
    bench.draft()
    others = [person(f"p{number}", "service") for number in range(4)]
    more = [bench.draft(who) for who in others for _ in range(8)]
    for draft in [*made[1:], *more][:DECISIONS_PER_HOUR]:
        bench.approve(SAM, draft)
    with pytest.raises(TooMany, match="in an hour"):
        bench.approve(SAM, [*made[1:], *more][DECISIONS_PER_HOUR])


def test_a_rejection_needs_a_reason_and_ends_it(bench: Bench) -> None:
    draft = bench.draft()
    shown, token = bench.drafts.show(SAM, draft.draft_id)
    with pytest.raises(WrongState, match="why"):
        bench.drafts.reject(SAM, draft.draft_id, version=1, digest=shown.digest, token=token, reason=" ")
    done = bench.drafts.reject(
        SAM, draft.draft_id, version=1, digest=shown.digest, token=token, reason="Wait for Friday"
    )
    assert (done.state, done.reason) == ("rejected", "Wait for Friday")
    with pytest.raises(WrongState):
        bench.drafts.cancel(MARIA, draft.draft_id)
    bench.executor(SAM).work()
    assert bench.world.calls == 0
