"""The releases of this installation: who let which bundle run, on which report, and whether what runs now is one of them.

The record is the audit log itself (subject ``release:ENVIRONMENT``): nothing counts that does not carry its seal. A new installation
begins with the product's own baseline; from then on only a sign-off changes what may draft actions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from copilot.audit import SYSTEM, Audit
from copilot.audit_chain import Entry
from copilot.bundle import PROMPT, Bundle
from copilot.database import Database
from copilot.errors import CopilotError, NotPermitted
from copilot.identity import Person, owner_of
from prompts import PromptError

ADOPTED, RELEASED, ROLLED_BACK = "release.adopted", "release.released", "release.rolled_back"
EVALUATED = "eval.finished"
MAY_SIGN = "compliance"


class ReleaseRefused(CopilotError):
    """A release does not have what it needs; says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a release rests on: an eval run, judged again from its results by whoever hands it in."""

    run_id: str
    bundle: Bundle
    """What the run was made on."""
    results_sha256: str
    complete: bool
    """Every case of the suite that there is now was run."""
    failed_gates: tuple[str, ...]
    """Gates that do not hold, in words; empty: it passed."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """One entry of the record."""

    seq: int
    at: str
    kind: str
    bundle: Bundle
    signed_by: str
    run_id: str = ""
    reason: str = ""

    @classmethod
    def of(cls, entry: Entry, names: Mapping[str, str]) -> Release:
        """An entry of the log, with the name behind its pseudonym where it was not erased."""
        return cls(
            seq=entry.seq,
            at=entry.at,
            kind=entry.kind,
            bundle=Bundle.from_json(entry.body["bundle"]),
            signed_by="" if entry.actor == SYSTEM else names.get(entry.actor, entry.actor),
            run_id=str(entry.body.get("run_id", "")),
            reason=str(entry.body.get("reason", "")),
        )


class Releases:
    """Reads and extends the record of one environment.

    Args:
        running: the bundle that runs now; read anew for each verdict.
        baseline: component -> hash that the product came with.
        not_allowed: why what runs may not run together; empty: it may.
        pin: lets other prompt versions run.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        environment: str,
        *,
        running: Callable[[], Bundle],
        baseline: Callable[[], Mapping[str, str]],
        not_allowed: Callable[[], str] = lambda: "",
        pin: Callable[[Mapping[str, str]], None] = lambda pins: None,
    ) -> None:
        self._database, self._audit, self.environment = database, audit, environment
        self.running, self._baseline = running, baseline
        self._not_allowed, self._pin = not_allowed, pin

    def history(self) -> list[Release]:
        """All releases of this environment, the oldest first. Raises StateUnavailable."""
        self._audit.prepare()
        names = self._audit.names()
        return [Release.of(entry, names) for entry in self._audit.sealed(self._subject)]

    def current(self) -> Release | None:
        """The release in force; None before the first."""
        found = self.history()
        return found[-1] if found else None

    def why_off(self) -> str:
        """Why nothing may be drafted now; empty: what runs is released. Never raises: what cannot be shown to be released is not.

        A new installation that runs the product's own baseline adopts it, on record.
        """
        try:
            bundle, problem = self.running(), self._not_allowed()
            if problem:
                return _off(problem)
            current = self.current() or self._adopted(bundle)
        except (CopilotError, PromptError) as error:
            return _off(str(error).rstrip("."))
        if current is None:
            unknown = _named(bundle, self._baseline())
            return _off(f"{unknown} was never released here") if unknown else ""
        unknown = _named(bundle, current.bundle.digests())
        gone = sorted(set(current.bundle.digests()) - set(bundle.digests()))
        if unknown:
            return _off(f"{unknown} is not what was released on {current.at[:10]}")
        return _off(f"{', '.join(gone)} was released and is missing") if gone else ""

    def release(self, person: Person, proof: Proof, *, author: str = "", reason: str = "") -> Release:
        """Let what an eval run was made on run here, on a person's signature.

        Args:
            author: who made the changes whose files name nobody (the playbook, the decision rights, the model).

        Raises:
            NotPermitted: not of the compliance role, or the author of a change.
            ReleaseRefused: the report does not pass, is not whole, or is not the one that was recorded.
        """
        current = self.current()
        changed = proof.bundle.changed_from(current.bundle if current else None)
        self._may_sign(person)
        if not proof.complete:
            raise ReleaseRefused(
                f"Run {proof.run_id} does not cover the suite as it is now. Run `copilot eval run` without a selection, and "
                "release on that."
            )
        if proof.failed_gates:
            raise ReleaseRefused(
                f"Run {proof.run_id} does not pass, so nothing was released: {'; '.join(proof.failed_gates)}. "
                "`copilot eval report` shows the cases."
            )
        self._recorded(proof)
        if current is not None and not changed:
            raise ReleaseRefused("What this run was made on is released already; nothing was changed.")
        self._four_eyes(person, changed if current else (), author)
        return self._note(RELEASED, person, proof.bundle, run_id=proof.run_id, results_sha256=proof.results_sha256,
                          author=author, reason=reason, changed=[one.name for one in changed])  # fmt: skip

    def roll_back(self, person: Person, *, reason: str = "") -> Release:
        """Go back to the release before: it passed once, so it needs no new report.

        Raises:
            NotPermitted, ReleaseRefused: there is none before.
        """
        self._may_sign(person)
        stack: list[Release] = []
        for one in self.history():
            if one.kind == ROLLED_BACK:
                stack.pop()
            else:
                stack.append(one)
        if len(stack) < 2:
            raise ReleaseRefused("There is no earlier release to go back to.")
        back = stack[-2]
        return self._note(ROLLED_BACK, person, back.bundle, run_id=back.run_id, reason=reason, to=back.seq)

    def note_run(self, run_id: str, *, bundle: Bundle, results_sha256: str, passed: bool, cases: int) -> None:
        """Put an eval run on record, so that a release can tell its results from altered ones. Raises StateUnavailable."""
        self._audit.prepare()
        body = {
            "bundle": bundle.digest, "components": bundle.digests(), "results_sha256": results_sha256, "passed": passed, "cases": cases,
        }  # fmt: skip
        with self._database.changing() as connection:
            self._audit.append(connection, EVALUATED, subject=f"eval:{run_id}"[:80], body=body)

    @property
    def _subject(self) -> str:
        return f"release:{self.environment}"

    def _adopted(self, bundle: Bundle) -> Release | None:
        if _named(bundle, self._baseline()):
            return None
        with self._database.changing() as connection:
            body = {"bundle": bundle.to_json(), "reason": "what the product came with"}
            entry = self._audit.append(connection, ADOPTED, subject=self._subject, body=body, actor=SYSTEM)
        return Release.of(entry, {})

    def _may_sign(self, person: Person) -> None:
        if MAY_SIGN not in person.roles:
            raise NotPermitted(
                f"{person.name} does not have the role compliance in Odoo, so this is not theirs to sign."
            )

    def _recorded(self, proof: Proof) -> None:
        noted = [entry.body for entry in self._audit.sealed(f"eval:{proof.run_id}"[:80])]
        if not noted:
            raise ReleaseRefused(
                f"Run {proof.run_id} is not in this installation's audit log. Run the suite with this data folder and database."
            )
        if noted[-1]["results_sha256"] != proof.results_sha256 or noted[-1]["bundle"] != proof.bundle.digest:
            raise ReleaseRefused(
                f"The results of run {proof.run_id} are not the ones that were recorded when it ended; run the suite again."
            )

    def _four_eyes(self, person: Person, changed: tuple[Any, ...], author: str) -> None:
        for one in changed:
            wrote = one.author or author
            if not wrote:
                raise ReleaseRefused(
                    f"Who made the change to {one.name}? Name them with --author: whoever signs must be somebody else."
                )
        names = {person.login.casefold(), person.name.casefold()}
        wrote = {text.casefold() for one in changed for text in (one.author, author) if text}
        if names & wrote:
            raise NotPermitted(
                f"{person.name} wrote what is to be released; somebody else of the role compliance signs it."
            )

    def _note(self, kind: str, person: Person, bundle: Bundle, **more: Any) -> Release:
        body = {"bundle": bundle.to_json(), **more}
        with self._database.changing() as connection:
            actor = self._audit.actor_of(connection, owner_of(person), person.name)
            entry = self._audit.append(connection, kind, subject=self._subject, body=body, actor=actor)
            self._pin(bundle.pins())  # fails before the entry is kept, or not at all
        return Release.of(entry, {actor: person.name})


def _named(bundle: Bundle, released: Mapping[str, str]) -> str:
    """The components whose hash is not released, for people."""
    odd = [one for one in bundle.components if released.get(one.name) != one.digest]
    return " and ".join(
        f"{one.name.replace(PROMPT, 'prompt ').replace('_', ' ')} version {one.version} ({one.digest[:8]})"
        for one in odd
    )


def _off(why: str) -> str:
    return (
        f"Drafting is off: {why}. Questions are answered as before. Somebody of the role compliance can release it: "
        "`copilot prompts release`."
    )
