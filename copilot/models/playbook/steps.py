"""What a turn has read, and what it reads next: tool calls of the playbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_INTERNAL_REFERENCE = re.compile(r"\[([^\]]+)\]")
"""How Odoo shows a product that has one: "[FB-1011] Extra Virgin Olive Oil"."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """One tool call that was made, and its result."""

    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One tool call to make."""

    tool: str
    arguments: dict[str, Any]


def diagnosed(reads: Sequence[Read]) -> list[dict[str, Any]]:
    """The diagnoses among what was read, in order, each order once."""
    found: dict[str, dict[str, Any]] = {}
    for read in reads:
        if read.result.get("status") != "found":
            continue
        if read.tool == "diagnose_order":
            found.setdefault(read.result["order"], read.result)
        elif read.tool == "compare_options":
            found.setdefault(read.result["order"], read.result["diagnosis"])
    return list(found.values())


def missing_goods(reads: Sequence[Read]) -> tuple[str, ...]:
    """Internal references of what the diagnosed orders lack, the first cause's first."""
    lines = [line for one in diagnosed(reads) for cause in one["causes"] for line in cause["lines"]]
    found = [match[1] for line in lines if (match := _INTERNAL_REFERENCE.match(line["product"]))]
    return tuple(dict.fromkeys(found))


def named(reads: Sequence[Read]) -> list[dict[str, Any]]:
    """What the names of the question turned out to be, one record each."""
    return [
        read.result["found"][0]
        for read in reads
        if read.tool == "find_name" and read.result.get("status") == "found"
    ]


def filter_of(found: dict[str, Any]) -> tuple[str, str]:
    """How a list is narrowed to what a name turned out to be: by what, and to which value."""
    kind = {"contact": "customer"}.get(found["kind"], found["kind"])
    by_reference = kind == "customer" and found["ref"]
    return kind, str(found["ref"] if by_reference else found["name"])


def key_of(tool: str, arguments: dict[str, Any]) -> str:
    if tool in ("diagnose_order", "compare_options"):
        return str(arguments.get("reference", "")).casefold()
    return repr(sorted((name, value) for name, value in arguments.items() if value))
