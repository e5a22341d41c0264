"""Record an Odoo: everything the allow-list names, as an administrator reads it, and what each given person may see of it.

For demos and tests. A recording holds names, addresses and prices in clear text: record a database made up for that (the demo's), never
a company's own. Secrets are not in it: passwords and keys are no fields of the allow-list, and are not kept.

    from erp_tools.odoo.recorder import record
    record(url, db, "admin", secret, {"service": "demo"}, Path("harbor_pine.jsonl.gz"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from erp_tools.errors import AccessDenied, OdooUserError
from erp_tools.odoo.allow_list import ALLOWED, AllowedModel
from erp_tools.odoo.connect import probe_version
from erp_tools.odoo.gateway import Domain, Row
from erp_tools.odoo.odoorpc_gateway import OdooRpcServer
from erp_tools.odoo.person_session import PersonSession
from erp_tools.odoo.recording import write_recording

PAGE = 200
"""Rows of one read; Odoo computes forecasts for each of them."""
ALL_ROWS = 1_000_000
DEADLINE = 120.0

_OF_INTEREST: Mapping[str, Domain] = {
    # Odoo keeps thousands of its own rows in these; only what belongs to recorded business records is of use.
    "mail.message": [["model", "in", sorted(ALLOWED)]],
    "mail.activity": [["res_model", "in", sorted(ALLOWED)]],
    "ir.attachment": [
        [
            "res_model",
            "in",
            sorted(set(ALLOWED) - {"res.company", "res.users", "res.country", "res.country.state"}),
        ]
    ],
}

Progress = Callable[[str, int, int], None]
"""(what, done, of how many)"""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What has been recorded."""

    path: Path
    rows: int
    models: int
    people: int
    bytes: int


def record(
    server_url: str,
    db: str,
    admin_login: str,
    admin_secret: str,
    logins: Mapping[str, str],
    out: Path,
    progress: Progress | None = None,
) -> Recorded:
    """Record one database. The same database recorded on the same day makes the same file.

    Args:
        logins: login -> password of the people whose rights are recorded, too; only they can sign in at the recording.
        out: the file, usually ``….jsonl.gz``; replaced when everything has been read.
        progress: called as the work goes on.

    Raises:
        SignInRefused, OdooUnavailable; OSError when the file cannot be written.
    """
    tell = progress or (lambda what, done, of: None)
    version = probe_version(server_url)
    server = OdooRpcServer(server_url, db, version=version, read_deadline=DEADLINE)
    admin = server.sign_in(admin_login, admin_secret)
    try:
        company = _company(admin)
        models = dict(_models(admin, tell))
        users = {}
        for number, (login, secret) in enumerate(sorted(logins.items())):
            tell(f"what {login} may see", number, len(logins))
            users[login] = _user(
                server, login, secret, {name: content["ids"] for name, (content, _) in models.items()}
            )
    finally:
        admin.close()
    timezone = company.get("timezone") or admin.user.timezone
    write_recording(
        # The company's day: the demo's plan counts its days from there, too. Seed and record on the same day.
        out,
        day=datetime.now(ZoneInfo(timezone or "UTC")).date().isoformat(),
        timezone=timezone,
        odoo=version,
        models=((name, content, about) for name, (content, about) in models.items()),
        users=users,
    )
    rows = sum(len(content["ids"]) for content, _ in models.values())
    tell("done", len(models), len(models))
    return Recorded(path=out, rows=rows, models=len(models), people=len(users), bytes=out.stat().st_size)


def _company(admin: PersonSession) -> dict[str, str]:
    rows, _, _ = admin.search_read(
        "res.company",
        [["id", "=", admin.user.company_id]],
        {"partner_id": {"fields": {"tz": {}}}},
        order="",
        limit=1,
        offset=0,
    )
    partner = rows[0]["partner_id"] if rows else None
    return {"timezone": partner["tz"] if partner and partner["tz"] else ""}


def _models(
    admin: PersonSession, tell: Progress
) -> Iterator[tuple[str, tuple[dict[str, Any], dict[str, Any]]]]:
    for number, model in enumerate(sorted(ALLOWED.values(), key=lambda model: model.name)):
        tell(model.name, number, len(ALLOWED))
        try:
            # what is inside files is not for the chat, and would make the recording as large as they are
            names = [field.name for field in model.fields.values() if field.mask != "content"]
            fields = admin.describe_fields(model.name, names, ["type", "searchable", "sortable"])
        except (AccessDenied, OdooUserError):
            continue  # of a module that is not installed
        yield (
            model.name,
            (
                _rows(admin, model, sorted(fields)),
                {
                    "fields": sorted(fields),
                    "unsearchable": sorted(
                        name for name, about in fields.items() if not about.get("searchable", True)
                    ),
                    "unsortable": sorted(
                        name for name, about in fields.items() if not about.get("sortable", True)
                    ),
                },
            ),
        )


def _ids(session: PersonSession, model: AllowedModel) -> list[int]:
    """All ids in the model's default order, archived ones too; one request, so that nothing shifts between pages."""
    domain = [*_OF_INTEREST.get(model.name, [])]
    if "active" in model.fields:
        domain = [*domain, ["active", "in", [True, False]]]
    rows, _, _ = session.search_read(model.name, domain, {}, order="", limit=ALL_ROWS, offset=0)
    return [row["id"] for row in rows]


def _rows(admin: PersonSession, model: AllowedModel, names: list[str]) -> dict[str, Any]:
    ids = _ids(admin, model)
    names = [name for name in names if name != "id"]
    spec: dict[str, Any] = {name: {} for name in names}
    everything = [["active", "in", [True, False]]] if "active" in model.fields else []
    by_id: dict[int, Row] = {}
    for start in range(0, len(ids), PAGE):
        some = ids[start : start + PAGE]
        rows, _, _ = admin.search_read(
            model.name, [["id", "in", some], *everything], spec, order="", limit=len(some), offset=0
        )
        by_id.update((row["id"], row) for row in rows)
    ids = [record_id for record_id in ids if record_id in by_id]
    columns = {name: [_kept(model, name, by_id[record_id].get(name)) for record_id in ids] for name in names}
    empty = {name for name, column in columns.items() if not any(item not in (None, []) for item in column)}
    return {"ids": ids, "columns": {name: column for name, column in columns.items() if name not in empty}}


def _kept(model: AllowedModel, name: str, value: Any) -> Any:
    kind = model.fields[name].kind
    if kind == "flag":
        return bool(value)
    if kind == "many":
        return list(value or ())
    return None if value is False or value == "" else value


def _user(
    server: OdooRpcServer, login: str, secret: str, recorded: Mapping[str, list[int]]
) -> dict[str, Any]:
    session = server.sign_in(login, secret)
    try:
        sees: dict[str, Any] = {}
        for name, ids in recorded.items():
            try:
                visible = set(_ids(session, ALLOWED[name]))
                hidden = [record_id for record_id in ids if record_id not in visible]
                if hidden:
                    sees[name] = {"hidden": sorted(hidden)}
            except AccessDenied:
                sees[name] = {"denied": True}
        row = asdict(session.user)
        row["groups"] = sorted(row["groups"])
        return {"row": row, "sees": sees}
    finally:
        session.close()
