"""One life of a process that drafts, submits, approves twice and runs, until it is killed or done. Another goes on from there."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts.crashes.odoo_double import DoubleServer
from copilot.drafts.decision_rights import load_decision_rights
from copilot.drafts.draft import OPEN, UNDECIDED, Draft
from copilot.drafts.executor import Executor
from copilot.drafts.service import Drafts
from copilot.identity import Identity, Person
from erp_tools.actions import all_actions
from erp_tools.errors import OdooTimeout, OdooUserError
from erp_tools.odoo.guard import GuardedServer
from erp_tools.odoo.odoorpc_gateway import OdooRpcServer
from erp_tools.odoo.raw import CALL_DEADLINE

if TYPE_CHECKING:
    from erp_tools.actions.types import ActionType
    from erp_tools.odoo.gateway import OdooServer

Fault = Literal["none", "drop_before", "drop_after", "delay", "error_inside"]
"""What becomes of the life's first changing call: lost on the way, done without an answer, slow, or refused with a clean error."""
FAULTS: tuple[Fault, ...] = ("none", "drop_before", "drop_after", "delay", "error_inside")

LEASE_SECONDS = 0.6
ODOO_LIMIT_SECONDS = 1.5
"""On the double; against a real Odoo they are 2 s and 10 s. The product's own are 15 s and 130 s."""

AUDIT_KEY = bytes(range(32))


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What a life works on."""

    folder: str
    action: str
    order: str
    wishes: Mapping[str, str]
    requester: str
    approvers: Sequence[str]
    url: str = ""
    """A real Odoo; empty: the double at `address`."""
    db: str = ""
    address: str = ""
    world: str = ""
    kill_at: str = ""
    nth: int = 1
    fault: Fault = "none"
    patience: float = 30.0
    """Seconds after its start until which everything has to have come to an end."""
    lease: float = LEASE_SECONDS
    odoo_limit: float = ODOO_LIMIT_SECONDS


@dataclass
class Death:
    """Ends the process where it is told to; there is no handler, no `finally`, no flush."""

    at: str
    nth: int
    passed: Counter[str] = field(default_factory=Counter)

    def __call__(self, point: str) -> None:
        self.passed[point] += 1
        if point == self.at and self.passed[point] == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(10)


class MortalAudit(Audit):
    """Can die inside the transaction that an entry belongs to."""

    death: Death

    def append(self, connection: Any, kind: str, **entry: Any) -> Any:
        made = super().append(connection, kind, **entry)
        self.death(f"in {kind}")
        return made


class FaultyServer:
    """A `RawServer` whose sessions misbehave once, and can die with a request on its way."""

    def __init__(self, inner: Any, death: Death, fault: Fault) -> None:
        self._inner, self._death, self.fault = inner, death, fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def sign_in(self, login: str, secret: str) -> Any:
        return _FaultySession(self._inner.sign_in(login, secret), self)

    def faulty(self, call: Callable[[], Any]) -> Any:
        fault, self.fault = self.fault, "none"
        match fault:
            case "drop_before":
                raise OdooTimeout("Odoo did not answer in time.")
            case "drop_after":
                call()
                raise OdooTimeout("Odoo did not answer in time.")
            case "error_inside":
                raise OdooUserError("Something is locked by somebody else.")
            case "delay":
                time.sleep(0.4)
        if self._death.at == "request sent":
            threading.Thread(target=call, daemon=True).start()
            time.sleep(0.002 * self._death.nth)
            self._death.nth = 1
            self._death("request sent")
        answer = call()
        self._death("reply unread")
        return answer


class _FaultySession:
    def __init__(self, inner: Any, server: FaultyServer) -> None:
        self._inner, self._server = inner, server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def call(
        self, model: str, method: str, ids: Sequence[int] | None, arguments: Mapping[str, Any],
        context: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:  # fmt: skip
        return self._server.faulty(lambda: self._inner.call(model, method, ids, arguments, context))


def server_of(spec: Spec, death: Death) -> OdooServer:
    """The Odoo of a life, with what will go wrong at it."""
    if not spec.url:
        return GuardedServer(FaultyServer(DoubleServer(spec.address, spec.world), death, spec.fault))
    real = OdooRpcServer(
        spec.url, spec.db, version="19.0", read_deadline=CALL_DEADLINE, call_deadline=CALL_DEADLINE
    )
    return GuardedServer(FaultyServer(real, death, spec.fault))


def live(spec: Spec) -> None:
    """One life; it returns when the draft has come to an end or patience has."""
    until = time.monotonic() + spec.patience
    death = Death(at=spec.kill_at, nth=spec.nth)
    database = Database(f"sqlite:///{spec.folder}/state.db")
    audit = MortalAudit(database, AUDIT_KEY)
    audit.death = death
    server = server_of(spec, death)
    identity = Identity(server, lifetime_seconds=3600)
    people = {login: identity.sign_in(login, "demo") for login in {spec.requester, *spec.approvers}}
    rights = load_decision_rights(Path(spec.folder) / "rights.yaml")
    drafts = Drafts(database, audit, all_actions(), lambda: rights)
    drafts.prepare()
    executor = Executor(
        database, audit, drafts, identity.by_owner, hook=death, odoo_limit=spec.odoo_limit, lease=spec.lease
    )
    draft = _drafted(drafts, people[spec.requester], spec, server)
    death("after draft.drafted")
    if draft.state == "drafted":
        drafts.submit(people[spec.requester], draft.draft_id)
        death("after draft.submitted")
    for login in spec.approvers:
        draft = drafts.look(people[spec.requester], draft.draft_id)
        if draft.state in UNDECIDED and not drafts.why_not(people[login], draft):
            shown, token = drafts.show(people[login], draft.draft_id)
            drafts.approve(
                people[login], draft.draft_id, version=shown.version, digest=shown.digest, token=token
            )
            death("after draft.approval")
    while draft.state in OPEN and time.monotonic() < until:
        executor.work()
        draft = drafts.look(people[spec.requester], draft.draft_id)
        if draft.state in OPEN:
            time.sleep(0.1)


def _drafted(drafts: Drafts, requester: Person, spec: Spec, server: OdooServer) -> Draft:
    """The draft that a life before this one left, or a new one: its requester was never told that there is one."""
    known = drafts.listed(requester, mine=True)
    if known:
        return known[0]
    action: ActionType = spec.action  # type: ignore[assignment]
    wanted = {"order": spec.order, **spec.wishes}
    plan = drafts.actions[action].plan(requester.session, wanted, now=datetime.now(UTC), server=server)
    return drafts.save(requester, plan, certainty="proven", contract="allows")
