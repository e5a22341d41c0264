"""Reads `company.yaml`: the names that documents and tests refer to."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from erp_tools.demo.model import Carrier, Person, Tier, Warehouse


@cache
def company_file() -> dict[str, Any]:
    """The file's contents; treat as read-only."""
    text = files("erp_tools.demo").joinpath("company.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def warehouses() -> tuple[Warehouse, ...]:
    return tuple(Warehouse(**row) for row in company_file()["warehouses"])


def people() -> tuple[Person, ...]:
    return tuple(Person(**row) for row in company_file()["users"])


def tiers() -> dict[str, Tier]:
    return {
        letter: Tier(letter=letter, tag=row["tag"], credit_limit=row["credit_limit"])
        for letter, row in company_file()["tiers"].items()
    }


def carriers() -> dict[str, Carrier]:
    domains = {
        "SWIFT": "swiftline",
        "SWIFT2": "swiftline",
        "ATLAS": "atlasfreight",
        "POLAR": "polarchain",
        "NITRO": "nitroair",
    }
    return {
        row["code"]: Carrier(**row, domain=f"{domains.get(row['code'], 'harborpine')}.example")
        for row in company_file()["carriers"]
    }
