"""One record's own fields, for people who open an evidence link of the recorded demo."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from erp_tools.facts import Fact
from erp_tools.odoo.allow_list import ALLOWED
from erp_tools.odoo.gateway import OdooServer, OdooSession

_SHOWN_KINDS = {"text", "prose", "choice", "number", "flag", "day", "moment", "one"}


def read_record(
    session: OdooSession, model: str, record_id: int, *, now: datetime, server: OdooServer
) -> Fact | None:
    """The fields of a record that the allow-list names and this person may see; None if there is no such record for them.

    One round trip. Raises as `OdooSession.read`.
    """
    known = ALLOWED.get(model)
    if known is None:
        return None
    spec: dict[str, Any] = {
        name: {"fields": {"display_name": {}}} if field.kind == "one" else {}
        for name, field in known.fields.items()
        if field.kind in _SHOWN_KINDS and not field.maybe
    }
    page = session.read(model, [["id", "=", record_id]], spec, limit=1)
    if not page.rows:
        return None
    row = page.rows[0]
    fields = {name: _plain(row.get(name)) for name in spec if row.get(name) is not None}
    return Fact(
        model=model,
        record_id=record_id,
        display_name=str(row.get("display_name") or record_id),
        fields=fields,
        read_at=now,
        url=server.record_url(model, record_id),
    )


def _plain(value: Any) -> Any:
    return value.get("display_name") if isinstance(value, dict) else value
