"""A recording in the place of Odoo: the same rows, the same refusals, for the people who were recorded.

It lets anybody try the product without an Odoo, and makes tests and evals repeatable. It is never the proof that something works:
the contract tests hold it to what a real Odoo does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from erp_tools.errors import AccessDenied, OdooError, OdooFailed, OdooUserError
from erp_tools.odoo import domain_search
from erp_tools.odoo.allow_list import ALLOWED, AllowedField
from erp_tools.odoo.day_shift import DayShift
from erp_tools.odoo.gateway import Domain, OdooUser, Row, Spec
from erp_tools.odoo.recorded_tables import Table, Tables
from erp_tools.odoo.recording import RecordedUser, Recording, Sight, open_recording
from erp_tools.odoo.replies import error_from
from erp_tools.odoo.signing_in import no_such_login

DEMO_PASSWORD = "demo"  # noqa: S105  printed on the demo's sign-in page; opens the recording and nothing else

RecordedMethod = Callable[["RecordedSession", Sequence[int], Mapping[str, Any]], Any]
"""What a business method does to the local copy: session, record ids, named arguments -> what Odoo would answer."""


class RecordedServer:
    """The Odoo of a recording.

    Args:
        path: the file; None is the recording that comes with the product.
        local_copy: file that takes changes; None takes none.
        today: the day that the recorded day becomes; None is today where the recorded company is, as the recorded
            day is, ``recorded`` moves nothing.
        methods: (model, method) -> what it does here; the actions bring theirs.
        add_ons: model -> fields that the recorded Odoo did not have, as modules would bring them; empty, and open to everybody.
    """

    is_recording = True

    def __init__(
        self,
        path: Path | None = None,
        *,
        local_copy: Path | None = None,
        today: date | Literal["recorded"] | None = None,
        methods: Mapping[tuple[str, str], RecordedMethod] | None = None,
        add_ons: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.recording: Recording = open_recording(path).extended(add_ons or {})
        made = date.fromisoformat(self.recording.day)
        if today is None:
            today = datetime.now(ZoneInfo(self.recording.timezone or "UTC")).date()
        self.shift = DayShift(0 if today == "recorded" else (today - made).days)
        self.tables = Tables(self.recording, self.shift, local_copy)
        self.methods = dict(methods or {})

    @property
    def address(self) -> str:
        return f"recording:{self.recording.name}"

    def version(self) -> str:
        return self.recording.odoo

    def sign_in(self, login: str, secret: str) -> RecordedSession:
        recorded = self.recording.users.get(login)
        if recorded is None or secret != DEMO_PASSWORD:
            raise no_such_login(login)
        return RecordedSession(self, recorded)

    def record_url(self, model: str, record_id: int) -> str:
        """Our own page of the record: there is no Odoo to open."""
        return f"/records/{model}/{record_id}"

    def __repr__(self) -> str:
        return f"<{self.address}, made {self.recording.day}>"


class RecordedSession:
    """One recorded person; see `RawSession`."""

    def __init__(self, server: RecordedServer, recorded: RecordedUser) -> None:
        row = recorded.row
        self._server = server
        self._recorded = recorded
        self._user = OdooUser(
            user_id=row["user_id"],
            login=row["login"],
            name=row["name"],
            partner_id=row["partner_id"],
            company_id=row["company_id"],
            company_ids=tuple(row["company_ids"]),
            timezone=row["timezone"],
            language=row["language"],
            groups=frozenset(row["groups"]),
        )

    @property
    def user(self) -> OdooUser:
        return self._user

    def look_again(self) -> OdooUser:
        """A recording's people stay as they were."""
        return self._user

    @property
    def tables(self) -> Tables:
        return self._server.tables

    def search_read(
        self, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
    ) -> tuple[list[Row], int, int]:
        found = domain_search.search(self, model, domain)
        if order:
            found = domain_search.ordered(self, model, found, order)
        return (
            [self._row(model, record_id, spec) for record_id in found[offset : offset + limit]],
            len(found),
            1,
        )

    def count(self, model: str, domain: Domain) -> int:
        return len(domain_search.search(self, model, domain))

    def readable_fields(self, model: str, names: Collection[str]) -> frozenset[str]:
        recorded = self._server.recording.models.get(model)
        return recorded.fields & frozenset(names) if recorded else frozenset()

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        arguments: Mapping[str, Any],
        context: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        ids = ids or ()
        does = self._server.methods.get((model, method))
        if does is None:
            raise OdooUserError(f"The recorded demo cannot do {model}.{method}; it takes a real Odoo.")
        for record_id in ids:
            if not self.is_visible(model, record_id):
                raise self._denied(model)
        return does(self, ids, arguments)

    def close(self) -> None:
        """Nothing to give back."""

    def table(self, model: str) -> Table:
        """The rows of a model this person has access to. Raises AccessDenied."""
        if not self.tables.has(model):
            raise _unknown(model)
        if self._sight(model).denied:
            raise self._denied(model)
        return self.tables[model]

    def is_visible(self, model: str, record_id: int) -> bool:
        """Whether access rules let this person see the row."""
        sight = self._sight(model)
        return not sight.denied and record_id not in sight.hidden

    def is_searchable(self, model: str, field: str) -> bool:
        return field not in self._server.recording.models[model].unsearchable

    def is_sortable(self, model: str, field: str) -> bool:
        return field not in self._server.recording.models[model].unsortable

    def _sight(self, model: str) -> Sight:
        return self._recorded.sights.get(model) or Sight(denied=True)

    def _denied(self, model: str) -> AccessDenied:
        refusal = error_from(
            "odoo.exceptions.AccessError",
            f"You are not allowed to access these records ({model}).",
            address=self._server.address,
            model=model,
        )
        assert isinstance(refusal, AccessDenied)
        return refusal

    def _row(self, model: str, record_id: int, spec: Spec) -> Row:
        table = self.tables[model]
        row: Row = {"id": record_id}
        if missing := set(spec) - self._server.recording.models[model].fields:
            raise OdooFailed(
                f"Odoo failed inside (ValueError: Invalid field {sorted(missing)[0]!r} on {model!r}). Its log says more."
            )
        for name, inner in spec.items():
            field = ALLOWED[model].fields[name]
            value = table.value(name, record_id)
            if field.kind == "one" and value is not None and "fields" in inner:
                value = self._one(field, value, inner["fields"])
            elif field.kind == "many":
                value = self._many(field, value or [], inner)
            row[name] = value
        return row

    def _one(self, field: AllowedField, record_id: int, spec: Spec) -> Row:
        table = self.tables[field.relation]
        if set(spec) <= {"display_name"}:
            # Odoo names a record to everybody who may see one that points at it.
            return {
                "id": record_id,
                "display_name": table.value("display_name", record_id) if record_id in table else None,
            }
        if not self.is_visible(field.relation, record_id):
            raise self._denied(field.relation)
        return self._row(field.relation, record_id, spec) if record_id in table else {"id": record_id}

    def _many(self, field: AllowedField, ids: list[int], inner: Mapping[str, Any]) -> list[Any]:
        table = self.table(field.relation)
        seen = [record_id for record_id in ids if self.is_visible(field.relation, record_id)]
        if "active" in ALLOWED[field.relation].fields:
            active = table.column("active")
            seen = [
                record_id for record_id in seen if record_id not in table or active[table.position[record_id]]
            ]
        if inner.get("order"):
            seen = domain_search.ordered(self, field.relation, seen, inner["order"])
        if "fields" not in inner:
            return list(seen)
        limit = inner.get("limit", len(seen))
        return [
            self._row(field.relation, record_id, inner["fields"])
            if index < limit and record_id in table
            else {"id": record_id}
            for index, record_id in enumerate(seen)
        ]


def _unknown(model: str) -> OdooError:
    return OdooUserError(f"Object {model} doesn't exist")
