"""A copilot for one case: the product's own parts on the staged Odoo, on a fixed day, with a brain that is listened to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from copilot.audit import Audit
from copilot.bootstrap import language_model
from copilot.brains import Brain, BrainText, Talk
from copilot.conversation import Copilot
from copilot.database import Database
from copilot.drafts.asking import Asking
from copilot.drafts.decision_rights import load_decision_rights
from copilot.drafts.desk import Desk
from copilot.drafts.executor import Executor
from copilot.drafts.service import Drafts
from copilot.identity import Identity, Person
from copilot.models.playbook.brain import PlaybookBrain
from copilot.settings import Settings
from copilot.store import Store
from copilot.turn import Turn
from erp_tools.actions import all_actions
from erp_tools.odoo.recorded_gateway import DEMO_PASSWORD
from evals.case import Case
from evals.situation import StagedOdoo
from retrieval.errors import StoreUnavailable
from retrieval.library import open_library
from retrieval.search import Library

HOUR = time(16, 0, tzinfo=UTC)
"""Of the recorded day: everything in a case happens then, so that the same case gives the same answer on any day."""


class Listener:
    """A brain, and what passed through it: what it wrote before the checks, and what it was given to read."""

    def __init__(self, inner: Brain) -> None:
        self._inner = inner
        self.turn: Turn | None = None
        self.written = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def run(self, turn: Turn, talk: Talk) -> Iterator[str | BrainText]:
        for part in self._inner.run(turn, talk):
            if isinstance(part, BrainText):
                self.turn, self.written = turn, part.text
            yield part


@dataclass(kw_only=True)
class Stage:
    """Everything one case needs; `close` gives it back."""

    odoo: StagedOdoo
    copilot: Copilot
    listener: Listener
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, login: str) -> Person:
        """Somebody of the recording, signed in. Raises SignInRefused."""
        if login not in self.people:
            self.people[login] = self.copilot.identity.sign_in(login, DEMO_PASSWORD)
        return self.people[login]


class Theatre:
    """Makes stages; holds what all of them share: the documents, and the brain's heavy parts.

    Args:
        settings: where the documents lie (read, never written), which model and which prompts.
        brain: ``module:name`` of a class or function that makes a brain; empty: the playbook, or the model of the settings.
        folder: for databases and local copies.
    """

    def __init__(
        self, settings: Settings, *, brain: str = "", folder: Path, recording: Path | None = None
    ) -> None:
        self.settings, self._folder, self._recording = settings, folder, recording
        self.library = open_library(
            settings.data_dir, embedding_model=settings.embedding_model, read_only=True
        )
        self._brain = self._make_brain(brain)
        self._plain: Stage | None = None

    def stage(self, case: Case) -> Stage:
        """A stage for a case: one that changes nothing shares it with the others of its kind."""
        if case.situation.is_plain and not case.expect.draft:
            if self._plain is None:
                self._plain = self._make(case, changes=False)
            return self._plain
        return self._make(case, changes=True)

    def close(self) -> None:
        self.library.close()

    def _make(self, case: Case, *, changes: bool) -> Stage:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        odoo = StagedOdoo(
            case.situation, recording=self._recording, local_copy=folder / "odoo.json" if changes else None
        )
        odoo.change("before")
        now = datetime.combine(datetime.fromisoformat(odoo.day).date(), HOUR)
        database = Database(f"sqlite:///{folder / 'copilot.db'}")
        identity = Identity(odoo.server, lifetime_seconds=24 * 3600, rights_seconds=24 * 3600)
        library: Any = self.library if case.situation.documents == "as_they_are" else _NoLibrary(self.library)
        listener = Listener(self._brain)

        def make_desk() -> Desk:
            audit = Audit(database, b"eval" * 8, clock=lambda: now)
            rights = self.settings.decision_rights
            minutes = count()  # one passes at each look: whoever decides a draft of high risk has read it
            drafts = Drafts(
                database,
                audit,
                all_actions(),
                lambda: load_decision_rights(rights),
                clock=lambda: now + timedelta(minutes=next(minutes)),
            )
            executor = Executor(database, audit, drafts, identity.by_owner)
            return Desk(
                drafts=drafts,
                executor=executor,
                audit=audit,
                server=odoo.server,
                library=library,
                asking=Asking(database, audit, identity.by_owner),
                clock=lambda: now,
            )

        copilot = Copilot(
            settings=self.settings, server=odoo.server, identity=identity, library=library, model=listener,
            store=Store(database), questions_per_minute=None, make_desk=make_desk, clock=lambda: now,
        )  # fmt: skip
        return Stage(odoo=odoo, copilot=copilot, listener=listener)

    def _make_brain(self, brain: str) -> Brain:
        if brain:
            module, _, name = brain.partition(":")
            made: Brain = getattr(import_module(module), name)()
            return made
        store = Store(f"sqlite:///{self._folder / 'model.db'}")
        return language_model(self.settings, store) or PlaybookBrain()


class _NoLibrary:
    """Documents that cannot be reached; everything else of the library stays."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def __getattr__(self, name: str) -> Any:
        if name in {"search", "open", "documents", "store"}:
            return self._gone if name != "store" else self._library.store
        return getattr(self._library, name)

    def _gone(self, *_: Any, **__: Any) -> NoReturn:
        raise StoreUnavailable("The documents cannot be read just now.")


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Settings as a plan carries them between processes; nothing is taken from a `.env`."""
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]
