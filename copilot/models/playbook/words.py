"""The playbook's words: `words.yaml` and the vocabulary of `examples.yaml`, read once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import prod
from typing import Any

import yaml

FITTED_TO = ("examples.yaml", "asked.yaml", "cues.yaml")
FITTED_WORDS = ("openers", "closers", "hurried", "no_names", "plain", "not_plain")
"""The lists of words.yaml that change what is learned from; its patterns do not."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_MASK_OF = {"warehouse": "name"}


@dataclass(frozen=True, kw_only=True)
class Words:
    """Lists and compiled patterns."""

    certain: tuple[tuple[str, re.Pattern[str]], ...]
    """Intent and what is no other intent, on masked questions; from top to bottom."""
    points_back: re.Pattern[str]
    only_points_back: re.Pattern[str]
    """A question that is nothing but "and the other one?", "same for …"."""
    old_versions: re.Pattern[str]
    no_names: frozenset[str]
    english: frozenset[str]
    other_languages: frozenset[str]
    openers: tuple[str, ...]
    closers: tuple[str, ...]
    hurried: Mapping[str, str]
    """Short forms -> what they mean."""
    plain: frozenset[str]
    """Words that are no part of a name where nothing is capitalised."""
    goods: frozenset[str]
    """Words that name goods, whatever else they look like."""
    goods_go_on: frozenset[str]
    """Words that go on a name of goods before them."""
    names_begin: frozenset[str]
    """Ordinary words that names of companies begin with."""


@lru_cache(maxsize=1)
def words() -> Words:
    """The word lists; the same object every time."""
    raw = _yaml("words.yaml")
    return Words(
        certain=_patterns(raw["certain"]),
        points_back=re.compile(raw["points_back"], re.IGNORECASE),
        only_points_back=re.compile(raw["only_points_back"], re.IGNORECASE),
        old_versions=re.compile(raw["old_versions"], re.IGNORECASE),
        no_names=frozenset(raw["no_names"].casefold().split()),
        english=frozenset(raw["english"].split()),
        other_languages=frozenset(raw["other_languages"].split()),
        openers=tuple(one.strip() for one in raw["openers"].split(";")),
        closers=tuple(one.strip() for one in raw["closers"].split(";")),
        hurried=raw["hurried"],
        plain=frozenset(vocabulary() | set(raw["hurried"]) | set(raw["plain"].casefold().split()))
        - set(raw["not_plain"].split()),
        goods=frozenset(raw["goods"].split()),
        goods_go_on=frozenset(raw["goods_go_on"].split()),
        names_begin=frozenset(raw["names_begin"].split()),
    )


@lru_cache(maxsize=1)
def _lines() -> Mapping[str, tuple[str, ...]]:
    """Intent -> masked example questions (``why is <order> late``), with ``(a|b)`` as written."""
    return {
        intent: tuple(
            _PLACEHOLDER.sub(lambda match: f"<{_MASK_OF.get(match[1], match[1])}>", line).casefold()
            for line in lines
        )
        for intent, lines in _yaml("examples.yaml").items()
    }


def examples(*, most: int = 8) -> Mapping[str, tuple[str, ...]]:
    """Intent -> masked example questions, each ``(a|b)`` written out, `most` of a line, spread over what it allows."""
    return {
        intent: tuple(dict.fromkeys(text for line in lines for text in _written_out(line, most)))
        for intent, lines in _lines().items()
    }


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question as somebody asked it."""

    text: str
    intents: tuple[tuple[str, ...], ...]
    """Accepted intents of each question in it."""


def asked() -> tuple[Asked, ...]:
    """The questions of asked.yaml; only read where the weights are fitted."""
    return tuple(
        Asked(text=row["q"], intents=tuple(tuple(one.split("|")) for one in row["i"].split(" + ")))
        for row in _yaml("asked.yaml")["phrasings"]
    )


_EITHER = re.compile(r"\(([^()]*)\)\??")


def _written_out(line: str, most: int) -> list[str]:
    choices = [
        [*match[1].split("|"), *([""] if match[0].endswith("?") else [])] for match in _EITHER.finditer(line)
    ]
    if not choices:
        return [line]
    count = prod(len(one) for one in choices)
    wanted = min(most, count)
    found = []
    for number in range(wanted):
        # Every choice turns over in its own rhythm, so that a few lines show all of its words.
        picked = iter(
            [one[(number * (at + 1) + number // len(one)) % len(one)] for at, one in enumerate(choices)]
        )
        found.append(re.sub(r"\s+", " ", _EITHER.sub(lambda _: next(picked), line)).strip())  # noqa: B023
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """The words of the examples."""
    return frozenset(word for lines in _lines().values() for line in lines for word in _tokens(line))


@lru_cache(maxsize=1)
def cues() -> tuple[re.Pattern[str], ...]:
    """The signs of cues.yaml, in their order."""
    return tuple(re.compile(line, re.IGNORECASE) for line in _yaml("cues.yaml").values())


def fingerprint() -> str:
    """Changes with whatever the weights are fitted to."""
    read = [resources.files(__package__).joinpath(name).read_bytes() for name in FITTED_TO]
    raw = _yaml("words.yaml")
    read += [repr(raw[name]).encode() for name in FITTED_WORDS]
    return hashlib.sha256(b"\n".join(read)).hexdigest()[:16]


def _tokens(line: str) -> list[str]:
    return re.findall(r"[a-z0-9][\w&'-]*", re.sub(r"<\w+>", " ", line))


def _patterns(rules: Mapping[str, list[str]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((intent, re.compile("|".join(lines), re.IGNORECASE)) for intent, lines in rules.items())


def _yaml(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506 - one of the two safe loaders
    return loaded


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C reader is ten times as fast, and the examples are read by every cold question."""
