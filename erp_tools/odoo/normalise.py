"""One form for rows, whichever way they came: see the top of `gateway.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
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
    rare: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Model name -> those of its `rare` fields that this server has. What is not here is taken not to be there."""

    def hides(self, field: AllowedField) -> bool:
        """Our rules keep the value from this role, or it is sensitive and Odoo keeps it from this person."""
        if field.mask is None:
            return False
        return field.mask not in self.masks or self._kept_by_odoo(field)

    def lacks(self, model: AllowedModel, field: AllowedField) -> bool:
        """The field does not exist here, or not for this person."""
        if field.rare and field.name not in self.rare.get(model.name, ()):
            return True
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


class Misshapen(ValueError):
    """A value is not of the kind that the allow-list says it is: what answered is not the Odoo we know."""


Convert = Callable[[Any], Any]
Tidy = Callable[[Any], Row]


def tidying(model: AllowedModel, spec: Spec, sight: Sight) -> Tidy:
    """What turns one row of Odoo's into one as the port promises it: asked fields only, empty values None, hidden values marked,
    absent fields left out. Made once per read, because a page may hold tens of thousands of values.

    The result raises Misshapen for a row that is none.
    """
    steps: list[tuple[str, Convert]] = []
    for name, inner in spec.items():
        field = model.fields[name]
        if sight.hides(field):
            steps.append((name, _hidden))
        elif not sight.lacks(model, field):
            steps.append((name, _converter(field, inner, sight)))

    def tidy(row: Any) -> Row:
        try:
            result: Row = {"id": _id(row["id"])}
            for name, convert in steps:
                result[name] = convert(row.get(name))
        except (TypeError, KeyError, AttributeError):
            raise Misshapen(f"{model.name}: a row is {row!r:.60}") from None
        except Misshapen as problem:
            raise Misshapen(f"{model.name}: {problem}") from None
        return result

    return tidy


def _converter(field: AllowedField, inner: Mapping[str, Any], sight: Sight) -> Convert:
    match field.kind:
        case "flag":
            return _flag
        case "number":
            return _number
        case "day":
            return _day
        case "moment":
            return _moment
        case "one":
            return _one(tidying(ALLOWED[field.relation], inner.get("fields", {}), sight))
        case "many" if "fields" not in inner:
            return _bare_many
        case "many":
            related = tidying(ALLOWED[field.relation], inner["fields"], sight)
            return _many(related, inner.get("limit"))
        case _:
            return _text


def _hidden(_: Any) -> str:
    return MASKED


def _id(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise Misshapen(f"{value!r:.60} is no record id")
    return value


def _flag(value: Any) -> bool:
    if value is True or value is False or value is None:
        return bool(value)
    raise Misshapen(f"{value!r:.60} is neither true nor false")


def _text(value: Any) -> str | int | None:
    if value is None or value is False or value == "":
        return None
    if isinstance(value, str):
        return value
    if type(value) is int:  # some selections have numbers for keys
        return value
    raise Misshapen(f"{value!r:.60} is no text")


def _number(value: Any) -> int | float | None:
    if value is None or value is False:
        return None
    if type(value) is int or (type(value) is float and isfinite(value)):
        number: int | float = value
        return number
    raise Misshapen(f"{value!r:.60} is no number")


def _day(value: Any) -> str | None:
    if value is None or value is False or value == "":
        return None
    try:
        if len(value) == 10:
            date.fromisoformat(value)
            return str(value)
    except (TypeError, ValueError):
        pass
    raise Misshapen(f"{value!r:.60} is no day")


def _moment(value: Any) -> str | None:
    if value is None or value is False or value == "":
        return None
    try:
        if len(value) == 19 and value[10] == " ":
            datetime.fromisoformat(value)
            return str(value)
    except (TypeError, ValueError):
        pass
    raise Misshapen(f"{value!r:.60} is no moment")


def _one(tidy: Tidy) -> Convert:
    def convert(value: Any) -> Row | None:
        if value is None or value is False:
            return None
        if type(value) is int:
            return {"id": _id(value)}
        if isinstance(value, list | tuple) and len(value) == 2:  # [id, name], as plain `read` answers
            value = {"id": value[0], "display_name": value[1]}
        return tidy(value)

    return convert


def _bare_many(value: Any) -> list[int]:
    return [_id(item["id"] if isinstance(item, Mapping) else item) for item in _items(value)]


def _many(tidy: Tidy, limit: int | None) -> Convert:
    def convert(value: Any) -> list[Row]:
        # Odoo answers rows beyond the limit as bare ids: they stay bare, so that a reader can see how many there are.
        return [
            tidy(item) if limit is None or index < limit else {"id": _id(item["id"])}
            for index, item in enumerate(_items(value))
        ]

    return convert


def _items(value: Any) -> list[Any]:
    if value is None or value is False:
        return []
    if not isinstance(value, list | tuple):
        raise Misshapen(f"{value!r:.60} is no list")
    return list(value)
