"""The reviewed tables that ship with this package, as YAML files. Home of yaml here."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

# written in C, ten times as fast; it is part of every published wheel of the library
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_table(name: str) -> dict[str, Any]:
    """The table in a file of this package.

    Args:
        name: Of the file, with its ending.
    """
    written = resources.files("retrieval").joinpath(name).read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(written, Loader=_LOADER)  # noqa: S506 - one of the safe loaders
    return table
