"""The description that a text file may carry at its head, between two lines of three dashes."""

from __future__ import annotations

import re
from typing import Any

import yaml

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LONGEST = 20_000


def split(text: str) -> tuple[dict[str, Any], int, list[str]]:
    """The description, where the text proper begins, and what was wrong with it.

    A block that is no YAML mapping is left in the text.
    """
    match = _FRONT.match(text[:_LONGEST])
    if not match:
        return {}, 0, []
    if re.search(r"(?:^|[\s\[,:])[&*][A-Za-z0-9_]", match.group(1)):
        # anchors and aliases can multiply into gigabytes, and nobody needs them in ten lines
        return {}, 0, ["The front matter uses YAML anchors and was not read."]
    try:
        values = yaml.safe_load(match.group(1))
    except (yaml.YAMLError, ValueError) as error:
        problem = getattr(error, "problem", None) or str(error)
        return {}, match.end(), [f"The front matter is not valid YAML ({problem}) and was not read."]
    if not isinstance(values, dict):
        return {}, 0, []
    return {str(key): _plain(value) for key, value in values.items()}, match.end(), []


def _plain(value: Any) -> Any:
    """Dates and numbers as they are written, so that the description travels as JSON."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if value is None or isinstance(value, bool | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
