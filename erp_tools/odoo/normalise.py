"""One form for rows, whichever way they came: see the top of `gateway.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from erp_tools.odoo.allow_list import ALLOWED, AllowedField, AllowedModel, MaskClass
from erp_tools.odoo.gateway import Row, Spec
from erp_tools.odoo.masks import MASKED


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one person gets to see of the fields of the allow-list, on one server."""

    masks: frozenset[MaskClass]
    """Mask classes of their roles."""
    groups: frozenset[str]
    """Their groups in Odoo."""
    known: Mapping[str, frozenset[str]]
    """Model name -> those of its `maybe` fields that this server has. A model that is not here has not been asked about:
    its fields are taken to be there."""

    def hides(self, field: AllowedField) -> bool:
        """Our rules keep the value from this role, or it is sensitive and Odoo keeps it from this person."""
        if field.mask is None:
            return False
        return field.mask not in self.masks or self._kept_by_odoo(field)

    def lacks(self, model: AllowedModel, field: AllowedField) -> bool:
        """The field does not exist here, or not for this person."""
        return self._kept_by_odoo(field) or (
            field.maybe and model.name in self.known and field.name not in self.known[model.name]
        )

    def _kept_by_odoo(self, field: AllowedField) -> bool:
        return bool(field.groups) and field.groups.isdisjoint(self.groups)


def readable_part(model: AllowedModel, spec: Spec, sight: Sight) -> dict[str, Any]:
    """The part of a specification that is sent: without hidden fields and without those that are not there."""
    sent: dict[str, Any] = {}
    for name, inner in spec.items():
        field = model.fields[name]
        if name == "id" or sight.hides(field) or sight.lacks(model, field):
            continue
        if field.relation and "fields" in inner:
            sent[name] = {**inner, "fields": readable_part(ALLOWED[field.relation], inner["fields"], sight)}
        else:
            sent[name] = dict(inner)
    return sent


def maybe_models(model: AllowedModel, sent: Spec) -> set[str]:
    """The models of whose `maybe` fields a specification asks any."""
    found: set[str] = set()
    for name, inner in sent.items():
        field = model.fields[name]
        if field.maybe:
            found.add(model.name)
        if field.relation and "fields" in inner:
            found |= maybe_models(ALLOWED[field.relation], inner["fields"])
    return found


def tidy(model: AllowedModel, spec: Spec, row: Row, sight: Sight) -> Row:
    """One row as the port promises it: asked fields only, empty values None, hidden values marked, absent fields left out."""
    result: Row = {"id": row["id"]}
    for name, inner in spec.items():
        field = model.fields[name]
        if sight.hides(field):
            result[name] = MASKED
        elif sight.lacks(model, field):
            continue
        elif field.kind == "flag":
            result[name] = bool(row.get(name))
        elif field.kind == "one":
            result[name] = _one(field, inner, row.get(name), sight)
        elif field.kind == "many":
            result[name] = _many(field, inner, row.get(name), sight)
        else:
            value = row.get(name)
            result[name] = None if value is False or value == "" else value
    return result


def _one(field: AllowedField, inner: Mapping[str, Any], value: Any, sight: Sight) -> Row | None:
    if value is None or value is False:
        return None
    if isinstance(value, list | tuple):  # [id, name], as plain `read` answers
        value = {"id": value[0], "display_name": value[1]}
    if not isinstance(value, Mapping):
        return {"id": value}
    return tidy(ALLOWED[field.relation], inner.get("fields", {}), dict(value), sight)


def _many(field: AllowedField, inner: Mapping[str, Any], value: Any, sight: Sight) -> list[Any]:
    rows = value or []
    if "fields" not in inner:
        return [item["id"] if isinstance(item, Mapping) else item for item in rows]
    related = ALLOWED[field.relation]
    limit = inner.get("limit")
    # Odoo answers rows beyond the limit as bare ids: they stay bare, so that a reader can see how many there are.
    return [
        tidy(related, inner["fields"], dict(item), sight)
        if limit is None or index < limit
        else {"id": item["id"]}
        for index, item in enumerate(rows)
    ]
