"""The recorded Odoo of a case: a recording with what the case changes, and with what it lets fail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from erp_tools.actions.recorded import RECORDED_METHODS
from erp_tools.errors import AccessDenied, OdooFailed, OdooTimeout
from erp_tools.odoo.allow_list import ALLOWED
from erp_tools.odoo.gateway import Domain, OdooUser, Row, Spec
from erp_tools.odoo.guard import GuardedServer
from erp_tools.odoo.raw import RawSession
from erp_tools.odoo.recorded_gateway import RecordedServer
from evals.case import Change, Fault, Situation
from evals.errors import CaseError


class StagedOdoo:
    """A recording as one case wants it.

    Args:
        recording: its file; None: the one that comes with the product.
        local_copy: a file that takes writes; None takes none.
    """

    def __init__(
        self, situation: Situation, *, recording: Path | None = None, local_copy: Path | None = None
    ) -> None:
        methods = RECORDED_METHODS if local_copy is not None else {}
        self._recorded = RecordedServer(
            recording, local_copy=local_copy, today="recorded", methods=methods, add_ons=situation.add_ons
        )
        self._situation = situation
        self._faults = situation.faults
        self._faulty = _FaultyServer(self._recorded, self._faults)
        self.server = GuardedServer(self._faulty)

    @property
    def day(self) -> str:
        """The day that was recorded, ISO."""
        return self._recorded.recording.day

    def begin_faults(self) -> None:
        """From now on reads and calls fail as the case says: people were signed in before."""
        self._faulty.live = True

    def change(self, when: str) -> None:
        """Apply the changes of this moment. Raises CaseError: a record is not there, or not one."""
        for change in self._situation.changes:
            if change.when == when:
                self._apply(change)

    def rows(self, model: str, find: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows that are found, with every recorded field, whoever may see them. Many-to-one values are ids."""
        table = self._recorded.tables[model]
        known = [
            name for name in ALLOWED[model].fields if name in self._recorded.recording.models[model].fields
        ]
        return [
            {"id": record_id, **{name: table.value(name, record_id) for name in known}}
            for record_id in self.find(model, find)
        ]

    def find(self, model: str, wanted: Mapping[str, Any]) -> list[int]:
        """Ids of the records with these values; a text also finds what contains it where nothing equals it."""
        if not self._recorded.tables.has(model):
            raise CaseError(f"The recording holds no {model}.")
        table = self._recorded.tables[model]
        values = {name: self._pointed(value) for name, value in wanted.items()}
        unknown = sorted(set(values) - set(ALLOWED[model].fields) - {"id"})
        if unknown:
            raise CaseError(f"{model} has no field {unknown[0]!r} that is ever read.")

        def holds(record_id: int, *, part: bool) -> bool:
            for name, value in values.items():
                has = record_id if name == "id" else table.value(name, record_id)
                if has == value or (
                    part and isinstance(has, str) and isinstance(value, str) and value in has
                ):
                    continue
                return False
            return True

        exact = [one for one in table.ids if holds(one, part=False)]
        return exact or [one for one in table.ids if holds(one, part=True)]

    def _apply(self, change: Change) -> None:
        table = self._recorded.tables[change.model]
        values = {name: self._pointed(value) for name, value in change.values.items()}
        unknown = sorted(set(values) - set(ALLOWED[change.model].fields))
        if unknown:
            raise CaseError(f"{change.model} has no field {unknown[0]!r} that is ever read.")
        if not change.find:
            record_id = max(table.ids, default=0) + 1
            table.put(record_id, values)
            self._hang(change.model, record_id, values)
            return
        found = self.find(change.model, change.find)
        if len(found) != 1:
            raise CaseError(
                f"{len(found)} records of {change.model} fit {dict(change.find)}; a change needs one."
            )
        table.put(found[0], values)

    def _hang(self, model: str, record_id: int, values: Mapping[str, Any]) -> None:
        """A new message or activity is read with the record it belongs to, as in Odoo."""
        inverse = {"mail.message": ("model", "message_ids"), "mail.activity": ("res_model", "activity_ids")}
        if model not in inverse:
            return
        of, field = inverse[model]
        owner, owner_id = self._recorded.tables[str(values[of])], int(values["res_id"])
        owner.put(owner_id, {field: [*(owner.value(field, owner_id) or []), record_id]})

    def _pointed(self, value: Any) -> Any:
        """``{"model": …, "find": {…}}`` as the id of the record that is meant."""
        if not (isinstance(value, dict) and set(value) == {"model", "find"}):
            return value
        found = self.find(value["model"], value["find"])
        if len(found) != 1:
            raise CaseError(f"{len(found)} records of {value['model']} fit {value['find']}; one is needed.")
        return found[0]


class _FaultyServer:
    """The recording behind a line that fails as the case says."""

    is_recording = True

    def __init__(self, recorded: RecordedServer, faults: Sequence[Fault]) -> None:
        self._recorded, self.faults = recorded, faults
        self.address = recorded.address
        self.live = False

    def version(self) -> str:
        return self._recorded.version()

    def sign_in(self, login: str, secret: str) -> RawSession:
        session = self._recorded.sign_in(login, secret)
        return _FaultySession(session, self) if self.faults else session

    def record_url(self, model: str, record_id: int) -> str:
        return self._recorded.record_url(model, record_id)


class _FaultySession:
    def __init__(self, inner: RawSession, server: _FaultyServer) -> None:
        self._inner, self._server = inner, server

    @property
    def user(self) -> OdooUser:
        return self._inner.user

    def look_again(self) -> OdooUser:
        return self._inner.look_again()

    def search_read(
        self, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
    ) -> tuple[list[Row], int, int]:
        fault = self._fault(model, "read") or next(
            (found for one in _models_in(model, spec) if (found := self._fault(one, "read"))), None
        )
        if fault == "garbage":
            return [{"id": "not a number"}], 1, 1
        if fault:
            _fail(fault, model)
        return self._inner.search_read(model, domain, spec, order=order, limit=limit, offset=offset)

    def count(self, model: str, domain: Domain) -> int:
        if fault := self._fault(model, "read"):
            _fail(fault, model)
        return self._inner.count(model, domain)

    def readable_fields(self, model: str, names: Collection[str]) -> frozenset[str]:
        return self._inner.readable_fields(model, names)

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        arguments: Mapping[str, Any],
        context: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        fault = self._fault(model, method)
        if fault == "lies":
            return True
        if fault:
            _fail(fault, model)
        return self._inner.call(model, method, ids, arguments, context)

    def close(self) -> None:
        self._inner.close()

    def _fault(self, model: str, method: str) -> str:
        for one in self._server.faults if self._server.live else ():
            if one.model in (model, "*") and one.method in (method, "*"):
                return one.kind
        return ""


def _models_in(model: str, spec: Spec) -> Sequence[str]:
    """Models that a nested read takes along: a right that is missing there is missing for the whole read."""
    found: list[str] = []
    for name, inner in spec.items():
        field = ALLOWED[model].fields.get(name)
        if field is not None and field.relation and isinstance(inner, dict) and inner.get("fields"):
            found += [field.relation, *_models_in(field.relation, inner["fields"])]
    return found


def _fail(kind: str, model: str) -> NoReturn:
    if kind == "timeout":
        raise OdooTimeout("Odoo did not answer in time. Try again in a minute.")
    if kind == "denied":
        raise AccessDenied(f"Odoo does not let you read this ({model}).", model=model)
    raise OdooFailed("Odoo failed inside (MemoryError). Its log says more.")
