"""Nested reads for an Odoo that has none (16): the same rows from several plain reads, one per relation and level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from erp_tools.odoo.allow_list import ALLOWED, AllowedModel
from erp_tools.odoo.gateway import Domain, Row, Spec


class Execute(Protocol):
    """One public method with named arguments, on these records or on none -> Odoo's answer."""

    def __call__(
        self, model: str, method: str, arguments: Mapping[str, Any], *, ids: Sequence[int] | None = None
    ) -> Any: ...


def composed_read(
    execute: Execute, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
) -> tuple[list[Row], int, int]:
    """Search and read with nested fields.

    Returns:
        The rows as `web_search_read` would give them, how many match in all, and how many round trips it took.
    """
    reader = _Reader(execute)
    rows = reader.ask(
        model,
        "search_read",
        {
            "domain": list(domain),
            "fields": list(spec) or ["id"],
            "order": order or None,
            "limit": limit,
            "offset": offset,
            "load": None,
        },
    )
    total = offset + len(rows)
    if len(rows) == limit:
        total = reader.ask(model, "search_count", {"domain": list(domain)})
    reader.fill(ALLOWED[model], spec, rows)
    return rows, total, reader.trips


class _Reader:
    def __init__(self, execute: Execute) -> None:
        self._execute = execute
        self.trips = 0

    def ask(
        self, model: str, method: str, arguments: Mapping[str, Any], *, ids: Sequence[int] | None = None
    ) -> Any:
        self.trips += 1
        return self._execute(model, method, arguments, ids=ids)

    def fill(self, model: AllowedModel, spec: Spec, rows: list[Row]) -> None:
        """Put the related rows in the place of their ids."""
        for name, inner in spec.items():
            field = model.fields[name]
            if field.relation and "fields" in inner:
                if field.kind == "one":
                    self._fill_one(model.name, field.relation, name, inner, rows)
                else:
                    self._fill_many(field.relation, name, inner, rows)

    def _fill_one(
        self, model: str, relation: str, name: str, inner: Mapping[str, Any], rows: list[Row]
    ) -> None:
        wanted = sorted({row[name] for row in rows if row[name]})
        if set(inner["fields"]) == {"display_name"} and wanted:
            # Odoo shows the name of any record that a visible one points at, even to people who may not open it.
            pairs = [
                row[name]
                for row in self.ask(model, "read", {"fields": [name]}, ids=[row["id"] for row in rows])
                if row[name]
            ]
            by_id = {item: {"id": item, "display_name": words} for item, words in pairs}
        else:
            by_id = self._read(relation, inner, wanted)
        for row in rows:
            row[name] = by_id.get(row[name], False) if row[name] else False

    def _fill_many(self, relation: str, name: str, inner: Mapping[str, Any], rows: list[Row]) -> None:
        wanted = sorted({item for row in rows for item in row[name] or ()})
        by_id = self._read(relation, inner, wanted)
        for row in rows:
            items = row[name] or []
            if inner.get("order"):
                items = [item for item in by_id if item in set(items)]
            row[name] = [by_id.get(item, {"id": item}) for item in items]

    def _read(self, relation: str, inner: Mapping[str, Any], wanted: list[int]) -> dict[int, Row]:
        if not wanted:
            return {}
        fields = list(inner["fields"]) or ["id"]
        if inner.get("order"):
            archived_too = [["active", "in", [True, False]]] if "active" in ALLOWED[relation].fields else []
            found = self.ask(
                relation,
                "search_read",
                {
                    "domain": [["id", "in", wanted], *archived_too],
                    "fields": fields,
                    "order": inner["order"],
                    "load": None,
                },
            )
        else:
            found = self.ask(relation, "read", {"fields": fields, "load": None}, ids=wanted)
        self.fill(ALLOWED[relation], inner["fields"], found)
        return {row["id"]: row for row in found}
