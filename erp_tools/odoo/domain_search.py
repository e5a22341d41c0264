"""Odoo's search on recorded tables: domains, default rules about archived rows, and order.

Follows Odoo 19 (odoo/orm/domains.py and fields): an empty value is unequal to everything, ``like`` knows ``%`` and ``_``, a text compared
with a many2one means its name, a dotted path asks whether *any* related row matches, archived rows are left out unless asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from erp_tools.errors import OdooFailed
from erp_tools.odoo.allow_list import ALLOWED, AllowedField
from erp_tools.odoo.gateway import Domain
from erp_tools.odoo.recorded_tables import Table

NAME_FIELDS: dict[str, tuple[str, ...]] = {
    "res.partner": ("display_name", "email", "ref", "vat"),
    "product.product": ("name", "default_code", "barcode"),
    "product.template": ("name", "default_code"),
    "purchase.order": ("name", "partner_ref"),
    "stock.location": ("complete_name", "barcode"),
}
"""Which fields Odoo looks at when a record is looked for by name; elsewhere the display name."""

PARENT_FIELDS = {
    "stock.location": "location_id",
    "product.category": "parent_id",
    "res.partner": "parent_id",
    "res.partner.category": "parent_id",
}

_ODDLY_EMPTY = {"flag": False, "number": 0}


class Sees(Protocol):
    """The tables through one person's eyes."""

    def table(self, model: str) -> Table:
        """Raises AccessDenied."""
        ...

    def is_visible(self, model: str, record_id: int) -> bool: ...

    def is_searchable(self, model: str, field: str) -> bool: ...

    def is_sortable(self, model: str, field: str) -> bool: ...


def search(sees: Sees, model: str, domain: Domain, *, archived_too: bool = False) -> list[int]:
    """Ids of the rows that match and that the person may see, in Odoo's default order."""
    table = sees.table(model)
    matches = _matching(sees, model, domain)
    keep: Iterable[int] = table.ids if matches is None else matches
    if (
        "active" in ALLOWED[model].fields
        and not archived_too
        and not any(_is_term(t) and t[0] == "active" for t in domain)
    ):
        active = table.column("active")
        keep = [record_id for record_id in keep if active[table.position[record_id]]]
    found = [record_id for record_id in keep if sees.is_visible(model, record_id)]
    return found if matches is None else sorted(found, key=table.position.__getitem__)


def ordered(sees: Sees, model: str, ids: Sequence[int], order: str) -> list[int]:
    """The ids in the given order; empty: Odoo's default, in which they come."""
    result = list(ids)
    table = sees.table(model)
    for term in reversed([part.strip() for part in order.split(",") if part.strip()]):
        name, _, direction = term.partition(" ")
        if not sees.is_sortable(model, name):
            raise OdooFailed(
                f"Odoo failed inside (ValueError: cannot order by {name!r}) on {model}. Its log says more."
            )
        result.sort(key=_sort_key(sees, table, name), reverse=direction.strip().lower() == "desc")
    return result


def _sort_key(sees: Sees, table: Table, name: str) -> Callable[[int], tuple[bool, Any]]:
    field = ALLOWED[table.model].fields[name]
    column = table.column(name)
    # As in PostgreSQL, empty is the largest: last going up, first going down. A many2one goes by its model's own order.
    if field.kind == "one":
        place = sees.table(field.relation).position
        return lambda record_id: (
            (value := column[table.position[record_id]]) is None,
            0 if value is None else place.get(value, 0),
        )
    blank = _ODDLY_EMPTY.get(field.kind, "")
    return lambda record_id: (
        (value := column[table.position[record_id]]) is None,
        blank if value is None else value,
    )


def _is_term(item: Any) -> bool:
    return isinstance(item, list | tuple)


def _matching(sees: Sees, model: str, domain: Domain) -> set[int] | None:
    """Ids that match, whatever the person may see; None for all."""
    if not domain:
        return None
    everything = set(sees.table(model).ids)
    stack: list[set[int]] = []
    for item in reversed(domain):
        if _is_term(item):
            stack.append(_term(sees, model, *item))
        elif item == "!":
            stack.append(everything - stack.pop())
        else:
            left, right = stack.pop(), stack.pop()
            stack.append(left & right if item == "&" else left | right)
    return set.intersection(*stack)


def _term(sees: Sees, model: str, path: str, operator: str, value: Any) -> set[int]:
    name, _, rest = path.partition(".")
    field = ALLOWED[model].fields[name]
    table = sees.table(model)
    if rest:
        related = set(
            search(sees, field.relation, [[rest, operator, value]], archived_too=field.kind == "one")
        )
        return _with_relation(table, field, related)
    if not sees.is_searchable(model, name):
        raise OdooFailed(
            f"Odoo failed inside (ValueError: cannot search on {name!r}) on {model}. Its log says more."
        )
    if operator in ("child_of", "parent_of"):
        return _in_tree(sees, table, field, operator, value)
    if field.relation:
        return _relation_term(sees, table, field, operator, value)
    if name == "display_name" and isinstance(value, str):
        return _by_name(table, operator, value)
    return _where(table, name, _test(field.kind, operator, value))


def _where(table: Table, name: str, test: Callable[[Any], bool]) -> set[int]:
    return {record_id for record_id, value in zip(table.ids, table.column(name), strict=True) if test(value)}


def _with_relation(table: Table, field: AllowedField, related: Iterable[int]) -> set[int]:
    wanted = set(related)
    if field.kind == "one":
        return _where(table, field.name, lambda value: value in wanted)
    return _where(table, field.name, lambda value: not wanted.isdisjoint(value or ()))


def _relation_term(sees: Sees, table: Table, field: AllowedField, operator: str, value: Any) -> set[int]:
    values = list(value) if isinstance(value, list | tuple) else [value]
    positive = operator in ("=", "in", "ilike", "like", "=like", "=ilike")
    plain = {"!=": "=", "not in": "in", "not ilike": "ilike", "not like": "like"}.get(operator, operator)
    found: set[int] = set()
    if plain in ("<", ">", "<=", ">="):
        return _where(table, field.name, _test("number", operator, value))
    if any(item is False or item is None for item in values):
        found |= _where(table, field.name, lambda held: not held)
    names = [item for item in values if isinstance(item, str)]
    for name in names:
        match = plain if plain not in ("in",) else "="
        found |= _with_relation(table, field, _by_name(sees.table(field.relation), match, name))
    numbers = {item for item in values if isinstance(item, int) and not isinstance(item, bool)}
    if numbers:
        found |= _with_relation(table, field, numbers)
    return found if positive else set(table.ids) - found


def _by_name(table: Table, operator: str, value: str) -> set[int]:
    positive = operator not in ("!=", "not ilike", "not like", "not in")
    plain = {"!=": "=", "not ilike": "ilike", "not like": "like", "not in": "in"}.get(operator, operator)
    found: set[int] = set()
    for name in NAME_FIELDS.get(table.model, ("display_name",)):
        found |= _where(table, name, _test("text", plain, value))
    return found if positive else set(table.ids) - found


def _in_tree(sees: Sees, table: Table, field: AllowedField, operator: str, value: Any) -> set[int]:
    model = field.relation or table.model
    tree = sees.table(model)
    values = list(value) if isinstance(value, list | tuple) else [value]
    start = {item for item in values if isinstance(item, int) and not isinstance(item, bool)}
    for name in (item for item in values if isinstance(item, str)):
        start |= _by_name(tree, "ilike", name)
    parent = PARENT_FIELDS.get(model)
    reached = set(start)
    if parent:
        above = dict(zip(tree.ids, tree.column(parent), strict=True))
        grown = True
        while grown:
            if operator == "parent_of":
                further = {up for here in reached if (up := above.get(here)) is not None} - reached
            else:
                further = {here for here, up in above.items() if up in reached} - reached
            reached |= further
            grown = bool(further)
    if not field.relation:
        return reached & set(table.ids)
    return _with_relation(table, field, reached)


def _test(kind: str, operator: str, value: Any) -> Callable[[Any], bool]:
    """Whether one value of a plain field matches."""
    if operator in ("=", "in"):
        return _equal(kind, value if operator == "in" and isinstance(value, list | tuple) else [value])
    if operator in ("!=", "not in"):
        equal = _equal(kind, value if operator == "not in" and isinstance(value, list | tuple) else [value])
        return lambda held: not equal(held)
    if operator in ("<", ">", "<=", ">="):
        return _compared(kind, operator, value)
    return _like(operator, value)


def _equal(kind: str, values: Sequence[Any]) -> Callable[[Any], bool]:
    empty = any(
        item is False or item is None or (item == "" and kind in ("text", "prose")) for item in values
    )
    if kind == "flag":
        wanted = {bool(item) for item in values}
        return lambda held: bool(held) in wanted
    if kind == "number":
        numbers = {0 if item is False else item for item in values if item is not None}
        return lambda held: (held in numbers) if held is not None else empty or 0 in numbers
    if kind == "moment":
        wanted_texts = {
            item if not isinstance(item, str) or len(item) > 10 else f"{item} 00:00:00" for item in values
        }
        return lambda held: empty if held is None else held in wanted_texts
    plain = set(values)
    return lambda held: empty if held is None or held == "" else held in plain


def _compared(kind: str, operator: str, value: Any) -> Callable[[Any], bool]:
    if value is None or value is False:
        return lambda held: False
    if kind == "moment" and isinstance(value, str) and len(value) == 10:
        # A bare day means the whole day: up to its end, or after its end.
        value += " 23:59:59" if operator in (">", "<=") else " 00:00:00"
    if kind == "day" and isinstance(value, str):
        value = value[:10]
    compare: Callable[[Any], bool] = {
        "<": lambda held: held < value,
        ">": lambda held: held > value,
        "<=": lambda held: held <= value,
        ">=": lambda held: held >= value,
    }[operator]
    blank = 0 if kind == "number" else None

    def test(held: Any) -> bool:
        held = blank if held is None else held
        try:
            return held is not None and compare(held)
        except TypeError:
            return False

    return test


def _like(operator: str, value: Any) -> Callable[[Any], bool]:
    negative = operator.startswith("not ")
    kind = operator.removeprefix("not ")
    text = "" if value is None or value is False else str(value)
    if not text and kind in ("like", "ilike"):
        return lambda held: not negative
    pattern = text if kind.startswith("=") else f"%{text}%"
    parts = (".*" if char == "%" else "." if char == "_" else re.escape(char) for char in _unescaped(pattern))
    regex = re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if kind.endswith("ilike") else 0))

    def test(held: Any) -> bool:
        if held is None or held == "":
            return negative
        return (regex.fullmatch(str(held)) is not None) != negative

    return test


def _unescaped(pattern: str) -> Iterable[str]:
    """Characters of a pattern; one after a backslash stands for itself (marked by not being ``%`` or ``_``)."""
    chars = iter(pattern)
    for char in chars:
        yield next(chars, "\\") if char == "\\" else char
