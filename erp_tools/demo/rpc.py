"""The seeding's own door to Odoo: an administrator's session over /jsonrpc. Not for anybody's questions."""

from __future__ import annotations

import urllib.error
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import odoorpc

Row = dict[str, Any]
BATCH = 60
"""Records in one call: big enough to be quick, small enough for Odoo's limit of 60 CPU seconds."""
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notify_force_send": False,
    "mail_activity_automation_skip": True,
    "skip_sms": True,
    "lang": "en_US",
    "tz": "UTC",
}


class SeedingError(Exception):
    """Seeding cannot go on; one sentence that ends with the next step."""


class AdminSession:
    """Batched calls with one fixed context."""

    def __init__(self, *, url: str, database: str, login: str, password: str) -> None:
        """Sign in. Raises SeedingError when Odoo does not answer or refuses."""
        address = urlsplit(url)
        secure = address.scheme == "https"
        try:
            self._odoo = odoorpc.ODOO(
                address.hostname or "",
                protocol="jsonrpc+ssl" if secure else "jsonrpc",
                port=address.port or (443 if secure else 80),
                timeout=300,
            )
            self._odoo.login(database, login, password)
        except odoorpc.error.RPCError as error:
            raise SeedingError(
                f"Odoo refused {login!r} on the database {database!r}; check login, password and database"
            ) from error
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise SeedingError(
                f"Odoo does not answer at {url}; start it with `python3 deploy/dev_odoo.py up`"
            ) from error
        self._odoo.config["auto_commit"] = False
        self.uid: int = self._odoo.env.uid
        self.context: dict[str, Any] = dict(QUIET)

    def call(
        self, model: str, method: str, *arguments: Any, context: Mapping[str, Any] | None = None, **named: Any
    ) -> Any:
        """Any public method. Raises SeedingError with Odoo's own sentence."""
        named["context"] = {**self.context, **(context or {})}
        try:
            return self._odoo.execute_kw(model, method, list(arguments), named)
        except odoorpc.error.RPCError as error:
            if "cannot marshal None" in str(error):
                return None
            raise SeedingError(
                f"Odoo refused {model}.{method}: {error}; the database is incomplete, seed a fresh one"
            ) from error
        except (urllib.error.URLError, OSError) as error:
            raise SeedingError(
                f"Odoo went away during {model}.{method}; start it and seed a fresh database"
            ) from error

    def create(
        self, model: str, rows: Sequence[Mapping[str, Any]], *, batch: int = BATCH, **more: Any
    ) -> list[int]:
        """Create records; their ids in the order of `rows`."""
        made: list[int] = []
        for start in range(0, len(rows), batch):
            made += self.call(model, "create", [dict(row) for row in rows[start : start + batch]], **more)
        return made

    def write(self, model: str, ids: Sequence[int], values: Mapping[str, Any], **more: Any) -> None:
        if ids:
            self.call(model, "write", list(ids), dict(values), **more)

    def each(
        self, model: str, method: str, ids: Sequence[int], *, batch: int = BATCH, **more: Any
    ) -> list[Any]:
        """A method that takes records, in batches; one result per batch."""
        return [
            self.call(model, method, list(ids[start : start + batch]), **more)
            for start in range(0, len(ids), batch)
        ]

    def find(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], *, order: str = "id", **more: Any
    ) -> list[Row]:
        """Matching rows, many2one values as (id, name) pairs."""
        rows: list[Row] = self.call(model, "search_read", list(domain), list(fields), order=order, **more)
        return rows

    def ids(self, model: str, domain: Sequence[Any], **more: Any) -> list[int]:
        found: list[int] = self.call(model, "search", list(domain), **more)
        return found

    def ref(self, xmlid: str) -> int:
        """Record id of an external id. Raises SeedingError when there is none: a module is missing."""
        module, _, name = xmlid.partition(".")
        rows = self.find("ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"])
        if not rows:
            raise SeedingError(
                f"Odoo has no {xmlid}; install the modules that deploy/dev_odoo.py lists, then seed again"
            )
        return int(rows[0]["res_id"])

    def name_record(self, xmlid: str, model: str, record_id: int) -> None:
        """Give a record an external id."""
        module, _, name = xmlid.partition(".")
        self.create(
            "ir.model.data",
            [{"module": module, "name": name, "model": model, "res_id": record_id, "noupdate": True}],
        )
