"""Names said together: "Juniper and Palisade" are two customers, "Copper Canyon Tool and Die" is one. Odoo tells which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from copilot.models.playbook.steps import Read, named

JOINED = re.compile(r"\s+(?:and|or|&|plus)\s+", re.IGNORECASE)
_SHORTEST = 3


def sides(names: Sequence[str], reads: Sequence[Read]) -> list[str]:
    """The names, each by itself; what is joined stays whole until it was looked up, and after that where a record is called so.

    Args:
        names: as the question names them, parts of the joined ones among them.
    """
    looked_up = {read.arguments.get("name"): read.result for read in reads if read.tool == "find_name"}
    whole = [
        name for name in names if not any(name in JOINED.split(other)[:9] for other in names if other != name)
    ]
    found: dict[str, None] = {}
    for name in whole:
        parts = [part for part in JOINED.split(name) if len(part) >= _SHORTEST]
        result = looked_up.get(name)
        apart = len(parts) > 1 and result is not None and not _is_called_so(result)
        found.update(dict.fromkeys(parts if apart else [name]))
    return list(found)


def said_together(names: Sequence[str]) -> frozenset[str]:
    """The parts of the names that are joined."""
    return frozenset(part for name in names if JOINED.search(name) for part in JOINED.split(name))


def told_apart(names: Sequence[str]) -> list[str]:
    """The names, "Acme" left out where "Acme catering" is one as well; in "Acme and Juniper" it is a name of its own."""
    return [
        name
        for name in names
        if not any(other.startswith(f"{name} ") and not JOINED.match(other, len(name)) for other in names)
    ]


def named_in(names: Sequence[str], reads: Sequence[Read]) -> list[dict[str, Any]]:
    """What these names turned out to be, one record each."""
    wanted = sides(names, reads)
    return named([read for read in reads if read.arguments.get("name") in wanted])


def _is_called_so(result: dict[str, Any]) -> bool:
    """Somebody's own name joins words, too; a record that is like one part of it ("Palisade Grocers") is not meant by both."""
    some = result.get("found")
    return isinstance(some, list) and any(JOINED.search(str(one["name"])) for one in some)
