"""A session that answers from a dictionary and remembers what it was asked: for tests of reads, without any Odoo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from erp_tools.odoo.gateway import CallLog, Domain, OdooUser, Page, Row, Spec

Answer = list[Row] | Exception


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question that was asked."""

    model: str
    domain: Domain
    spec: Spec
    limit: int


@dataclass(kw_only=True)
class AnsweringSession:
    """An `OdooSession` with canned answers.

    Args:
        answers: model name -> rows, or an error to raise, or a list of such answers, given one after the other.
        groups: external ids of the person's groups; empty means that nothing is known about them.
        totals: model name -> how many rows match in all, where that is more than the rows answered.
    """

    answers: Mapping[str, Answer | Sequence[Answer]]
    groups: frozenset[str] = frozenset()
    totals: Mapping[str, int] = field(default_factory=dict)
    timezone: str = "America/Los_Angeles"

    def __post_init__(self) -> None:
        self.asked: list[Asked] = []
        self._given: dict[str, int] = {}

    @property
    def user(self) -> OdooUser:
        return OdooUser(
            user_id=7,
            login="service",
            name="Sofia Reyes",
            company_id=1,
            company_ids=(1,),
            timezone=self.timezone,
            groups=self.groups,
        )

    @property
    def log(self) -> CallLog:
        return CallLog(
            calls=len(self.asked), seconds=0.0, models=tuple(dict.fromkeys(item.model for item in self.asked))
        )

    def read(
        self, model: str, domain: Domain, spec: Spec, *, order: str = "", limit: int = 80, offset: int = 0
    ) -> Page:
        """The next canned answer for this model; no rows where none was given."""
        self.asked.append(Asked(model=model, domain=domain, spec=spec, limit=limit))
        answer: Any = self.answers.get(model, [])
        if isinstance(answer, list) and answer and isinstance(answer[0], list | Exception):
            turn = self._given.get(model, 0)
            self._given[model] = turn + 1
            answer = answer[min(turn, len(answer) - 1)]
        if isinstance(answer, Exception):
            raise answer
        return Page(rows=list(answer), total=self.totals.get(model, len(answer)))

    def look_again(self) -> OdooUser:
        """The same person."""
        return self.user

    def count(self, model: str, domain: Domain) -> int:
        return self.read(model, domain, {}).total

    def call(self, model: str, method: str, ids: Sequence[int], **arguments: Any) -> Any:
        raise AssertionError(f"a read called {model}.{method}")

    def close(self) -> None:
        """Nothing to close."""


class NowhereServer:
    """An `OdooServer` for links only."""

    address = "https://odoo.example"
    is_recording = False

    def version(self) -> str:
        return "19.0"

    def sign_in(self, login: str, secret: str) -> AnsweringSession:
        raise AssertionError(f"{login} signed in to an Odoo that is not there")

    def record_url(self, model: str, record_id: int) -> str:
        return f"{self.address}/odoo/{model}/{record_id}"
