"""One trial: a life that is killed at a point, a life after it, and what Odoo holds then."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts import store
from copilot.drafts.crashes.lives import AUDIT_KEY, FAULTS, Death, Fault, Spec, live, server_of
from copilot.drafts.draft import Draft
from copilot.drafts.executor import is_optional
from erp_tools.actions import all_actions
from erp_tools.actions.calls import Post
from erp_tools.actions.source_from_warehouse import new_deliveries
from erp_tools.odoo.gateway import OdooSession

POINTS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "K1 draft insert": (("in draft.drafted", 1), ("after draft.drafted", 1)),
    "K2 submit": (("in draft.submitted", 1), ("after draft.submitted", 1)),
    "K3 first approval": (("in draft.approval", 1), ("after draft.approval", 1)),
    "K4 second approval": (("in draft.approved", 1), ("after draft.approval", 2)),
    "K5 claim": (("in draft.claimed", 1), ("claimed", 1)),
    "K6 intent row": (("in draft.step_begun", 1), ("intent", 1)),
    "K7 request sent": (("request sent", 1), ("request sent", 6)),
    "K8 reply unread": (("reply unread", 1), ("reply unread", 1)),
    "K9 between steps": (("step_done", 1), ("in draft.step_done", 1)),
    "K10 result row": (("in draft.executed", 1), ("finished", 1)),
    "K11 read back": (("called", 1), ("read_back", 1)),
    "K12 reconciling": (("reconciling", 1), ("in draft.step_done", 1)),
}
"""RELIABILITY's kill points: where inside, and where right after, the process dies."""

ACTIONS: Mapping[str, tuple[dict[str, str], str, tuple[str, str]]] = {
    "split_delivery": ({}, "service", ("sales", "supervisor")),
    "source_from_warehouse": ({"warehouse": "Allentown East"}, "service", ("sales", "supervisor")),
    "change_promise_date": ({"date": "2027-01-15"}, "service", ("supervisor", "sales")),
    "message_customer": ({"text": "We are sorry that your order is delayed."}, "service", ("supervisor", "service")),
    "expedite_purchase": ({"purchase": "P00031", "text": "Please ship at once."}, "purchasing", ("supervisor", "purchasing")),
    "assign_activity": ({"to": "Petra Lindqvist", "summary": "Chase the olive oil"}, "service", ("supervisor", "service")),
}  # fmt: skip
"""Kind of action -> its wishes, who asks, who approves (the second one's session runs it)."""

RIGHTS = """\
version: 1
currency: USD
reading_seconds: {{high: 0}}
rules:
  - id: two
    action: [{actions}]
    verdict: approval
    approval: {{roles: [service, supervisor, purchasing, sales], approvers: 2, four_eyes: false, expires_hours: 24}}
    because: two people look at it
"""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of one."""

    point: str
    action: str
    fault: Fault
    killed: bool
    state: str
    reason: str
    effects: int
    """How often the most frequent effect of it stands in Odoo."""
    all_done: bool
    """Every step that changes anything can be read back."""
    missing: tuple[str, ...]
    """Notes that should stand on its records and do not. The change stands without them, but it has to be told."""
    chain_holds: bool
    seconds: float
    """From the restart to the end."""

    @property
    def problems(self) -> list[str]:
        """What must not be."""
        told = []
        if self.effects > 1:
            told.append(f"done {self.effects} times")
        if self.state not in {"executed", "failed"}:
            told.append(f"stuck in {self.state}: {self.reason}")
        if self.state == "executed" and not self.all_done:
            told.append("said to be executed, and is not there")
        if self.state == "executed" and self.missing and self.fault != "error_inside":
            told.append(f"no note of it: {', '.join(self.missing)}")
        if self.state == "executed" and not all(name in self.reason for name in self.missing):
            told.append(f"nobody is told that its note is missing: {', '.join(self.missing)}")
        if self.state == "failed" and self.fault != "error_inside":
            told.append(f"lost: {self.reason}")
        if self.state == "failed" and "nothing was changed" in self.reason and self.effects:
            told.append("said to be undone, and is there")
        if not self.chain_holds:
            told.append("the audit chain is broken")
        return told


def prepared() -> Any:
    """The context in which lives are started: forked from a process that has all modules and no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["copilot.drafts.crashes.lives", "erp_tools.actions.recorded", "erp_tools.odoo.odoorpc_gateway"]
    )
    return context


def run(spec: Spec, point: str, repeat: int) -> Trial:
    """Kill a life at a point and let another one follow.

    Args:
        repeat: which of the point's two places it dies at, and which fault meets it.
    """
    folder = Path(spec.folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rights.yaml").write_text(RIGHTS.format(actions=spec.action))
    place, nth = POINTS[point][repeat % 2]
    fault = FAULTS[repeat % len(FAULTS)]
    meets_first = point.startswith(
        "K12"
    )  # there is something to reconcile only after a call without an answer
    if meets_first:
        fault = ("drop_after", "drop_before")[repeat // 2 % 2]
    first = replace(spec, kill_at=place, nth=nth, fault=fault if meets_first else "none")
    died = _life(first)
    begun = time.monotonic()
    _life(replace(spec, fault="none" if meets_first else fault))
    took = time.monotonic() - begun
    database = Database(f"sqlite:///{folder}/state.db")
    try:
        with database.reading() as connection:
            drafts = store.find(connection)
        verdict = Audit(database, AUDIT_KEY).verify()
    finally:
        database.close()
    (draft,) = drafts
    effects, all_done, missing = _in_odoo(spec, draft)
    return Trial(
        point=point, action=spec.action, fault=fault, killed=died, state=draft.state, reason=draft.reason, effects=effects,
        all_done=all_done, missing=missing, chain_holds=verdict.holds, seconds=took,
    )  # fmt: skip


def _life(spec: Spec) -> bool:
    """One process; whether it was killed. Anything else than that or a good end is an error of the trial itself."""
    process = prepared().Process(target=live, args=(spec,))
    process.start()
    process.join(spec.patience + 60)
    code = process.exitcode
    if code not in (0, -signal.SIGKILL):
        process.kill()
        raise RuntimeError(f"a life ended with {code} at {spec.kill_at or 'no point'} of {spec.action}")
    return bool(code)


def _in_odoo(spec: Spec, draft: Draft) -> tuple[int, bool, tuple[str, ...]]:
    """(how often the most frequent effect is there, whether all steps are, which notes are not)."""
    server = server_of(replace(spec, fault="none"), Death(at="", nth=1))
    session = server.sign_in(spec.approvers[-1], "demo")
    try:
        key = f"copilot.{draft.draft_id}.{draft.version}"
        steps = all_actions()[draft.action].steps(draft.payload, key)
        # What a later step does with the result of an earlier one hides it: there, the last step is the proof.
        looked_at = (
            steps[-2:] if draft.action == "source_from_warehouse" else steps
        )  # the last one, and its note
        undone = [step for step in looked_at if step.observe(session).seen != "done"]
        missing = tuple(step.name for step in undone if is_optional(step))
        all_done = len(missing) == len(undone)
        posts = [one.message_id for one in steps if isinstance(one, Post)]
        return max(_counted(session, draft, key, posts), default=int(all_done)), all_done, missing
    finally:
        session.close()


def _counted(session: OdooSession, draft: Draft, key: str, posts: Sequence[str]) -> Iterator[int]:
    """How often each thing that this draft makes is there."""
    if draft.action == "split_delivery":
        rows = session.read(
            "stock.picking", [["id", "=", draft.payload["picking_id"]]], {"backorder_ids": {}}, limit=1
        ).rows
        yield len(set(rows[0]["backorder_ids"]) - set(draft.payload["before"]))
    if draft.action == "source_from_warehouse":
        yield len(new_deliveries(session, draft.order, key))
    for message_id in posts:
        yield session.count("mail.message", [["message_id", "=", message_id]])
    if draft.action in {"assign_activity", "expedite_purchase"}:
        yield session.count("mail.activity", [["note", "ilike", key]])


def summary(trials: Sequence[Trial]) -> Mapping[str, int]:
    """Counts over many trials."""
    return {
        "runs": len(trials),
        "killed": sum(one.killed for one in trials),
        "doubles": sum(one.effects > 1 for one in trials),
        "lost": sum(
            any("lost" in problem or "not there" in problem or "note" in problem for problem in one.problems)
            for one in trials
        ),
        "stuck": sum(one.state not in {"executed", "failed"} for one in trials),
        "broken chains": sum(not one.chain_holds for one in trials),
    }
