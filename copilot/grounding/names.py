"""Names of records that look like markup ("Olive Oil <b>20 L</b>", "**Best** Foods"): shown as they are written, never as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_MARKUP = re.compile(r"[<>*`]|\]\s*\(|!\[")
"""Brackets alone are no markup: Odoo writes ``[IN-2001] Sanitary Butterfly Valve`` itself."""
_ADDRESS = re.compile(r"://|\bwww\.|\bmailto:|\bdata:", re.IGNORECASE)
"""A name with an address in it is written by nobody who means well: it stays what any foreign link is, and its sentence is left out."""
LONGEST = 200
"""Characters; what is longer is a text and no name."""


def marked_up(values: Iterable[Any]) -> tuple[str, ...]:
    """The names among the values of records that hold characters of Markdown or HTML, the longest first."""
    found = {
        name
        for value in values
        for name in _strings(value)
        if _MARKUP.search(name) and not _ADDRESS.search(name) and len(name) <= LONGEST
    }
    return tuple(sorted(found, key=lambda name: (-len(name), name)))


def without_names(text: str, names: Iterable[str]) -> str:
    """The text with a word in the place of each name: what the sentence brings of its own."""
    for name in names:
        text = text.replace(name, "Name")
    return text


def escaped(text: str, names: Iterable[str]) -> str:
    """The text with the names written so that Markdown and HTML show them as they are."""
    held: list[str] = []
    for name in names:
        if name in text:
            text = text.replace(name, f"\0{len(held)}\0")
            held.append(_escaped(name))
    for at, name in enumerate(held):
        text = text.replace(f"\0{at}\0", name)
    return text


def _escaped(name: str) -> str:
    plain = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    signs = r"([\\`*\[\]])" if re.search(r"\]\s*\(|!\[", plain) else r"([\\`*])"
    return re.sub(signs, r"\\\1", plain)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _strings(each)
