"""Runs approved drafts, each once: claim, compare, intent, call, read back. There is no model in here.

What can go wrong between two lines of this file is what it is written for. Before Odoo is called the intent is durable; after a
failure of which nobody knows the outcome Odoo itself is asked what it holds, never guessed; a step that cannot be repeated safely
is not repeated until Odoo's own limit has passed, and where reading back cannot tell, a person has to look.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts import store
from copilot.drafts.draft import Draft
from copilot.drafts.errors import WrongState
from copilot.drafts.run_log import RunLog
from copilot.drafts.service import Drafts
from copilot.identity import Person, owner_of
from erp_tools.actions.action import Outcome, Step, changed_fields
from erp_tools.actions.exact import ExactSession, RecordsChanged, is_installed, was_run
from erp_tools.actions.traces import missing_traces
from erp_tools.errors import OdooError, OdooFailed, OdooRefused, OdooUnavailable, OdooUserError
from erp_tools.odoo.gateway import OdooSession

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
ODOO_LIMIT_SECONDS = 130.0
"""Odoo ends a request after 120 s; until ten more have passed, a call that timed out may still land (RELIABILITY R2)."""

EXACT_SECONDS = 600.0
MAX_ATTEMPTS = 3
"""Calls of one step, after which a person has to look."""

HOOKS = (
    "claimed", "compared", "executing", "intent", "called", "read_back", "step_done", "finished", "reconciling",
)  # fmt: skip
"""Points at which a test may end the process."""


class Executor(RunLog):
    """One worker. Several may stand beside each other, in one process or in many: a draft belongs to one at a time.

    Args:
        session_of: `owner_of` a person -> that person if they are signed in here; their own Odoo session runs what they approved.
        clock: seconds since the epoch, shared by all workers.
        detect: whether an Odoo has the add-on.
        lease: seconds after which a worker that says nothing is taken for dead; while it calls Odoo it renews its lease.
        hook: called with the name of each point that is passed, for tests.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        drafts: Drafts,
        session_of: Callable[[str], Person | None],
        *,
        clock: Callable[[], float] = time.time,
        hook: Callable[[str], None] = lambda point: None,
        odoo_limit: float = ODOO_LIMIT_SECONDS,
        lease: float = LEASE_SECONDS,
        detect: Callable[[OdooSession], bool] = is_installed,
    ) -> None:
        super().__init__(database, audit, clock=clock, hook=hook, lease=lease)
        self._drafts, self._session_of = drafts, session_of
        self._odoo_limit, self._detect = odoo_limit, detect
        self._exact: dict[str, tuple[bool, float]] = {}

    def work(self) -> int:
        """One round: take up what was left by others, then run what is approved. How many drafts came to an end."""
        self._drafts.expire()
        ended = 0
        with self._database.reading() as connection:
            waiting = store.find(connection, states=["executing", "uncertain", "claimed", "approved"])
        for draft in reversed(waiting):  # the oldest first
            person = self._session_of(draft.runner)
            if person is not None:
                ended += self.run(person, draft).state in {"executed", "failed", "stale"}
        return ended

    def run(self, person: Person, draft: Draft) -> Draft:
        """Run one approved draft, or take it up where a worker left it, as its approver.

        Returns:
            The draft as it stands then; unchanged when another worker has it, or when it is stopped.
        """
        if owner_of(person) != draft.runner:
            raise WrongState("Whoever completed the approval runs it; sign in as that person.")
        claimed = self._claim(draft)
        if claimed is None:
            return self._fresh(draft)
        self._hook("claimed")
        try:
            return self._carry_out(person, claimed)
        finally:
            with self._database.changing() as connection:
                store.release(connection, draft, self._worker)

    def _carry_out(self, person: Person, draft: Draft) -> Draft:
        action = self._drafts.actions[draft.action]
        steps = action.steps(draft.payload, _run_key(draft))
        if draft.state == "claimed":
            problem = self._problem_before(person, draft)
            if problem is not None:
                return problem
            self._hook("compared")
            draft = self._moved(draft, "executing")
            self._hook("executing")
        for position, step in enumerate(steps):
            ended = self._one_step(person, draft, position, step)
            if ended is not None:
                return ended
        return self._end(draft, "executed", self._trace_problem(person, draft, steps))

    def _trace_problem(self, person: Person, draft: Draft, steps: Sequence[Step]) -> str:
        """What to say of a run that left no trace in Odoo where it should have (RELIABILITY T16); empty: it is there."""
        try:
            with person.lock:
                missing = missing_traces(person.session, steps)
        except OdooError as error:
            with self._database.changing() as connection:
                self._note(connection, "draft.trace_unchecked", draft, reason=str(error))
            return f"It was done and read back. Whether Odoo's own pages say who did it could not be looked up: {error}"
        if not missing:
            return ""
        with self._database.changing() as connection:
            self._note(connection, "draft.trace_missing", draft, missing=missing)
        return (
            f"It was done and read back, but Odoo's own pages do not say who did it ({'; '.join(missing)}). Log a note there, and find "
            "out what removes notes or messages."
        )

    def _problem_before(self, person: Person, draft: Draft) -> Draft | None:
        """The last look before anything is asked of Odoo: still allowed, still the same, still possible."""
        action = self._drafts.actions[draft.action]
        verdict = self._drafts.verdict_of(draft)
        with self._database.reading() as connection:
            approvals = store.approvals(connection, draft)
        if verdict.kind == "approval":
            people = {row["person"] for row in approvals}
            if verdict.four_eyes:
                people.discard(draft.requester)
            if len(people) < verdict.approvers or not person.roles & verdict.roles:
                return self._end(draft, "failed", f"the approval is no longer enough: {verdict.text}")
        elif verdict.kind != "automatic":
            return self._end(draft, "failed", verdict.text)
        try:
            with person.lock:
                now = action.snapshot(person.session, draft.payload)
                changed = changed_fields(draft.snapshot, now)
                problems = [] if changed else list(action.precheck(person.session, draft.payload))
        except OdooUnavailable:
            return self._moved(draft, "approved", "Odoo did not answer; it is tried again.")
        except OdooError as error:
            return self._end(draft, "failed", f"nothing was changed: {error}")
        if changed:
            return self._end(draft, "stale", "; ".join(changed))
        if problems:
            return self._end(draft, "failed", "nothing was changed: " + "; ".join(problems))
        return None

    def _one_step(self, person: Person, draft: Draft, position: int, step: Step) -> Draft | None:
        """Run a step, or find out whether it ran. None: it is done, go on."""
        with self._database.reading() as connection:
            known = {row.position: row for row in store.steps_of(connection, draft.draft_id)}.get(position)
        if known is not None and (known.state == "done" or (is_optional(step) and known.state != "begun")):
            return None
        if known is not None:
            self._hook("reconciling")
            return self._reconcile(person, draft, position, step, known)
        return self._call(person, draft, position, step)

    def is_exact(self, person: Person) -> bool:
        """Whether this person's Odoo has the add-on that locks, compares and runs in one transaction; asked every ten minutes."""
        known = self._exact.get(person.odoo)
        if known is None or known[1] <= self._clock():
            try:
                with person.lock:
                    known = self._detect(person.session), self._clock() + EXACT_SECONDS
            except OdooError:
                return False
            self._exact[person.odoo] = known
        return known[0]

    def _session_for(
        self, person: Person, draft: Draft, position: int, step: Step, *, exact: bool
    ) -> OdooSession:
        """The person's session; with the add-on, one that compares in the very transaction that changes."""
        if not exact:
            return person.session
        expected = draft.snapshot if position == 0 else getattr(step, "expects", {})
        return ExactSession(person.session, _key(draft, position), expected)

    def _call(self, person: Person, draft: Draft, position: int, step: Step) -> Draft | None:
        exact = self.is_exact(person)
        with self._database.changing() as connection:
            held = store.lease_of(connection, draft)
            if held is None or held[0] != self._worker:
                raise WrongState("Another worker took this draft.")
            self._renew(connection, draft)
            store.begin_step(connection, draft.draft_id, position, step.name, self._clock())
            self._note(connection, "draft.step_begun", draft, step=step.name, exact=exact)
        self._hook("intent")
        try:
            with person.lock, self._kept_alive(draft):
                step.run(self._session_for(person, draft, position, step, exact=exact))
        except RecordsChanged as error:
            return self._overtaken(draft, position, str(error))
        except (OdooUserError, OdooRefused, OdooFailed) as error:
            return self._refused(person, draft, position, step, error)
        except OdooUnavailable as error:
            return self._uncertain(
                draft, f"{step.name}: {error} It may still happen; Odoo is asked until that is certain."
            )
        self._hook("called")
        return self._judged(person, draft, position, step, answered=True)

    def _overtaken(self, draft: Draft, position: int, text: str) -> Draft:
        """Somebody changed a record after our last look, and Odoo, which held it, did not run the call."""
        with self._database.changing() as connection:
            store.end_step(connection, draft.draft_id, position, "refused", text)
        if position == 0:
            return self._end(draft, "stale", text)
        return self._end(draft, "failed", self._how_far(draft, text))

    def _refused(
        self, person: Person, draft: Draft, position: int, step: Step, error: OdooError
    ) -> Draft | None:
        """Odoo said no. Of a repeated call that may mean: it was done the first time."""
        try:
            with person.lock:
                seen = step.observe(person.session)
        except OdooError:
            return self._uncertain(
                draft, f"{step.name}: Odoo said “{error}”, and could not be read afterwards."
            )
        if seen.seen == "done":
            self._step_done(draft, position, seen)
            return None
        if seen.seen == "unclear":
            return self._uncertain(draft, f"{step.name}: {seen.text}")
        with self._database.changing() as connection:
            store.end_step(connection, draft.draft_id, position, "refused", str(error))
        if is_optional(step):
            return None
        return self._end(draft, "failed", self._how_far(draft, f"Odoo refused: {error}"))

    def _judged(
        self, person: Person, draft: Draft, position: int, step: Step, *, answered: bool
    ) -> Draft | None:
        """Read back. Odoo's answer alone is no proof."""
        try:
            with person.lock:
                seen = step.observe(person.session)
        except OdooError as error:
            return self._uncertain(draft, f"{step.name}: it could not be read back ({error})")
        self._hook("read_back")
        if seen.seen == "done":
            self._step_done(draft, position, seen)
            return None
        if answered and seen.seen == "not_done":
            self._leave_to_people(draft, position)
            if is_optional(step):
                return None
            return self._uncertain(
                draft, f"{step.name}: Odoo said that it was done, but it is not there. {seen.text}"
            )
        return self._uncertain(draft, f"{step.name}: {seen.text}")

    def _reconcile(
        self, person: Person, draft: Draft, position: int, step: Step, known: store.StepRow
    ) -> Draft | None:
        """Its intent is there and its outcome is not: ask Odoo."""
        try:
            with person.lock:
                seen = step.observe(person.session)
        except OdooError as error:
            return self._uncertain(draft, f"{step.name}: Odoo could not be read ({error})")
        if seen.seen == "done":
            self._step_done(draft, position, seen)
            return None
        exact = self.is_exact(person)
        if exact and was_run(person.session, _key(draft, position)):
            self._step_done(draft, position, Outcome(seen="done", text=f"Odoo holds its key; {seen.text}"))
            return None
        if seen.seen == "unclear" or known.state == "unclear" or known.attempts >= MAX_ATTEMPTS:
            if is_optional(step):
                self._leave_to_people(draft, position)
                return None
            return self._uncertain(draft, f"{step.name}: {seen.text} A person has to look.")
        if not (step.repeatable or exact) and self._clock() < known.begun_at + self._odoo_limit:
            return self._uncertain(draft, f"{step.name}: not there yet, but it may still land.")
        if draft.state == "uncertain":
            draft = self._moved(draft, "executing")
        return self._call(person, draft, position, step)


def is_optional(step: Step) -> bool:
    """Whether the change stands without it: the note that a change leaves."""
    return bool(getattr(step, "optional", False))


def _run_key(draft: Draft) -> str:
    """Carried by everything that a run creates, so that it can be found."""
    return f"copilot.{draft.draft_id}.{draft.version}"


def _key(draft: Draft, position: int) -> str:
    """Of one call, for the add-on."""
    return f"{_run_key(draft)}.{position}"
