"""Hold a request against the allow-list before anything leaves the process.

A domain on a masked field would tell its value by trial and error, so masked fields can neither be searched nor sorted by.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from erp_tools.errors import NotAllowed
from erp_tools.odoo.allow_list import ALLOWED, OPERATORS, AllowedField, AllowedMethod, AllowedModel, MaskClass
from erp_tools.odoo.gateway import Domain, Spec

MAX_DEPTH = 9
"""Relations one specification may follow."""
MAX_FIELDS = 1500
"""Fields of one specification, all levels together."""
MAX_DOMAIN = 200
"""Terms and operators of one domain."""
MAX_VALUES = 20_000
"""Values of one ``in`` list."""

_ORDER_TERM = re.compile(r"([a-z0-9_]+)( +(asc|desc))?", re.IGNORECASE)


def allowed_model(name: str) -> AllowedModel:
    """The model's place in the allow-list. Raises NotAllowed."""
    model = ALLOWED.get(name) if isinstance(name, str) else None
    if model is None:
        raise NotAllowed(
            f"{name!r} is not among the Odoo models the copilot may read; add it to allow_list.py if it should be."
        )
    return model


def check_read(
    model_name: str,
    domain: Domain,
    spec: Spec,
    *,
    order: str,
    limit: int,
    offset: int,
    masks: Collection[MaskClass],
) -> None:
    """Refuse anything the allow-list does not hold.

    Args:
        masks: the mask classes this person may see.

    Raises:
        NotAllowed: and nothing was sent.
    """
    model = allowed_model(model_name)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= model.limit:
        raise NotAllowed(
            f"{model.name} is read with a limit from 1 to {model.limit}, not {limit!r}; read it in pages."
        )
    if isinstance(offset, bool) or not isinstance(offset, int) or offset < 0:
        raise NotAllowed(f"{offset!r} is no offset; start at 0.")
    check_domain(model, domain, masks=masks)
    check_order(model, order, masks=masks)
    budget = _check_spec(model, spec, depth=0, masks=masks)
    if budget > MAX_FIELDS:
        raise NotAllowed(f"A read of {budget} fields is more than the {MAX_FIELDS} of one request; split it.")


def check_domain(model: AllowedModel, domain: Domain, *, masks: Collection[MaskClass]) -> None:
    """Refuse a domain with unknown fields, operators or values, or one on a masked field. Raises NotAllowed."""
    if isinstance(domain, str | bytes) or not isinstance(domain, list | tuple):
        raise NotAllowed(f"A domain is a list of terms, not {domain!r}.")
    if len(domain) > MAX_DOMAIN:
        raise NotAllowed(f"A domain of {len(domain)} terms is more than the {MAX_DOMAIN} of one request.")
    missing = 0
    for term in reversed(domain):
        if isinstance(term, str):
            if term not in ("&", "|", "!"):
                raise NotAllowed(f"{term!r} is no domain operator; use '&', '|' or '!'.")
            missing = missing - 1 if term != "!" else missing
            if missing < 1:
                raise NotAllowed(f"The domain {list(domain)!r:.200} has an operator without its terms.")
            continue
        if not isinstance(term, list | tuple) or len(term) != 3:
            raise NotAllowed(f"{term!r} is no domain term; a term is [field, operator, value].")
        _check_term(model, *term, masks=masks)
        missing += 1


def _check_term(
    model: AllowedModel, path: Any, operator: Any, value: Any, *, masks: Collection[MaskClass]
) -> None:
    if operator not in OPERATORS:
        raise NotAllowed(
            f"{operator!r} is not among the operators the copilot may send: {', '.join(sorted(OPERATORS))}."
        )
    if not isinstance(path, str):
        raise NotAllowed(f"{path!r} is no field name.")
    here: AllowedModel | None = model
    for name in path.split("."):
        if here is None:
            raise NotAllowed(f"{path!r} goes on after a field that leads nowhere.")
        field = _field(here, name)
        _not_masked(here, field, masks)
        here = ALLOWED[field.relation] if field.relation else None
    values = value if isinstance(value, list | tuple) else [value]
    if len(values) > MAX_VALUES:
        raise NotAllowed(
            f"{path!r} is compared with {len(values)} values; at most {MAX_VALUES} go into one request."
        )
    for item in values:
        if item is not None and not isinstance(item, str | int | float | bool):
            raise NotAllowed(
                f"{item!r} cannot be compared with {path!r}; use text, numbers, true, false or ids."
            )


def check_order(model: AllowedModel, order: str, *, masks: Collection[MaskClass]) -> None:
    """Refuse an order by a field that is unknown or masked. Raises NotAllowed."""
    if not isinstance(order, str):
        raise NotAllowed(f"{order!r} is no order; write it as 'field desc, field'.")
    for term in filter(None, (part.strip() for part in order.split(","))):
        match = _ORDER_TERM.fullmatch(term)
        if match is None:
            raise NotAllowed(f"{term!r} is no order; write it as 'field desc, field'.")
        _not_masked(model, _field(model, match[1]), masks)


def _check_spec(model: AllowedModel, spec: Spec, *, depth: int, masks: Collection[MaskClass]) -> int:
    if not isinstance(spec, Mapping):
        raise NotAllowed(f"A specification names fields, as {{'name': {{}}}}; {spec!r:.80} does not.")
    if depth > MAX_DEPTH:
        raise NotAllowed(
            f"A specification may follow {MAX_DEPTH} relations, not more; read {model.name} on its own."
        )
    count = 0
    for name, inner in spec.items():
        field = _field(model, name)
        count += 1
        if not isinstance(inner, Mapping):
            raise NotAllowed(f"{model.name}.{name} needs {{}} or {{'fields': ...}}, not {inner!r:.80}.")
        if stray := set(inner) - (
            {"fields"}
            if field.kind == "one"
            else {"fields", "limit", "order"}
            if field.kind == "many"
            else set()
        ):
            raise NotAllowed(f"{model.name}.{name} cannot be read with {sorted(map(str, stray))}.")
        if not field.relation:
            continue
        related = ALLOWED[field.relation]
        if "limit" in inner and (
            isinstance(inner["limit"], bool) or not isinstance(inner["limit"], int) or inner["limit"] < 1
        ):
            raise NotAllowed(f"{inner['limit']!r} is no limit for {model.name}.{name}.")
        check_order(related, inner.get("order", ""), masks=masks)
        if "fields" in inner:
            count += _check_spec(related, inner["fields"], depth=depth + 1, masks=masks)
    return count


def check_call(model_name: str, method_name: str, ids: Any, arguments: Mapping[str, Any]) -> AllowedMethod:
    """Refuse a method, or an argument, that the allow-list does not hold. Raises NotAllowed."""
    method = allowed_model(model_name).methods.get(method_name) if isinstance(method_name, str) else None
    if method is None:
        raise NotAllowed(
            f"{model_name}.{method_name} is not among the methods the copilot may call; nothing was sent."
        )
    if stray := set(arguments) - method.arguments:
        raise NotAllowed(
            f"{model_name}.{method_name} may not be called with {sorted(stray)}; nothing was sent."
        )
    _check_values(model_name, method, arguments)
    if method.on_model:
        if ids:
            raise NotAllowed(f"{model_name}.{method_name} is called on no records; nothing was sent.")
        return method
    if not isinstance(ids, list | tuple) or not all(
        isinstance(item, int) and not isinstance(item, bool) and item > 0 for item in ids
    ):
        raise NotAllowed(f"{ids!r:.80} are no record ids; nothing was sent.")
    return method


def _check_values(model_name: str, method: AllowedMethod, arguments: Mapping[str, Any]) -> None:
    """Only the fields the allow-list names may be written, or be columns of a `load`."""
    written = arguments.get("vals", {})
    columns = arguments.get("fields", [])
    if not isinstance(written, Mapping) or not isinstance(columns, list | tuple):
        raise NotAllowed(f"{model_name}.{method.name} was given no fields and values; nothing was sent.")
    if stray := {str(name) for name in (*written, *columns)} - method.values:
        raise NotAllowed(f"{model_name}.{method.name} may not set {sorted(stray)}; nothing was sent.")


def _field(model: AllowedModel, name: Any) -> AllowedField:
    field = model.fields.get(name) if isinstance(name, str) else None
    if field is None:
        raise NotAllowed(
            f"{model.name}.{name} is not among the Odoo fields the copilot may read; add it to allow_list.py if it should be."
        )
    return field


def _not_masked(model: AllowedModel, field: AllowedField, masks: Collection[MaskClass]) -> None:
    if field.mask is not None and field.mask not in masks:
        raise NotAllowed(
            f"{model.name}.{field.name} is hidden from this role, so it cannot be searched or sorted by either."
        )
