"""Step one: what is asked, about what. Patterns and words only; looking things up in Odoo is a tool's job."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

import yaml

from erp_tools.orders import extract_references

Intent = Literal[
    "why_late",
    "when",
    "customer_message",
    "policy",
    "change",
    "help",
    "small_talk",
    "other_language",
    "unclear",
]

MAX_ORDERS = 3
"""Orders answered in one turn; more are named and asked for one by one."""


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """What the playbook made of a question."""

    intent: Intent
    question: str
    references: tuple[str, ...] = ()
    """Orders, deliveries, tracking numbers or customer references, as they were written."""
    party: str = ""
    """A customer, carrier or vendor by name, as it was written; empty if none was recognised."""
    carried_over: bool = False
    """True when the order comes from earlier in the conversation ("why is it late?")."""
    old_versions: bool = False
    """Asks what used to hold."""


_NAME = re.compile(r"\b[A-Z][\w&'’]+(?:\s+(?:and|&|of|the)?\s*[A-Z][\w&'’]+)*")
_CONNECTORS = frozenset({"of", "and", "the", "&"})
_OTHER_SCRIPTS = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_ABOUT_LATENESS = re.compile(r"\b(?:why|late|delayed|overdue)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Words:
    """`words.yaml`, compiled."""

    intents: tuple[tuple[Intent, re.Pattern[str]], ...]
    points_back: re.Pattern[str]
    old_versions: re.Pattern[str]
    no_names: frozenset[str]
    english: frozenset[str]
    other_languages: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw = yaml.safe_load(resources.files(__package__).joinpath("words.yaml").read_text("utf-8"))
    return _Words(
        intents=tuple(
            (intent, re.compile("|".join(lines), re.IGNORECASE)) for intent, lines in raw["intents"].items()
        ),
        points_back=re.compile(raw["points_back"], re.IGNORECASE),
        old_versions=re.compile(raw["old_versions"], re.IGNORECASE),
        no_names=frozenset(raw["no_names"].split()),
        english=frozenset(raw["english"].split()),
        other_languages=frozenset(raw["other_languages"].split()),
    )


def understand(question: str, earlier: Sequence[str] = ()) -> Understanding:
    """What is asked, about what.

    Args:
        question: the person's words.
        earlier: texts of the conversation so far, oldest first; only used to find the order that "it" means.
    """
    text = " ".join(question.split())
    references = tuple(dict.fromkeys(extract_references(text)))
    old = bool(_words().old_versions.search(text))
    if not references and _is_another_language(text):
        return Understanding(intent="other_language", question=text)
    intent = _intent(text, bool(references))
    party = _party(text, references)
    if not references and intent in {"why_late", "when", "customer_message", "unclear"} and not party:
        before = _last_reference(earlier)
        if before and (
            _words().points_back.search(text) or intent in {"when", "why_late", "customer_message"}
        ):
            return Understanding(
                intent="why_late" if intent == "unclear" else intent,
                question=text,
                references=(before,),
                carried_over=True,
            )
    if references and intent in {"unclear", "help", "small_talk"}:
        intent = "why_late"
    return Understanding(intent=intent, question=text, references=references, party=party, old_versions=old)


def _intent(text: str, has_reference: bool) -> Intent:
    for intent, pattern in _words().intents:
        if pattern.search(text):
            # "May we split S00042?" asks for a rule about that order; "why is S00042 late ..." never does.
            if intent == "policy" and has_reference and _ABOUT_LATENESS.search(text):
                continue
            return intent
    return "unclear"


def _party(text: str, references: Sequence[str]) -> str:
    """The longest run of capitalised words that is no question word, reference or term of the trade."""
    best, no_names = "", _words().no_names
    for match in _NAME.finditer(text):
        words = match[0].split()
        while words and (
            words[0] in _CONNECTORS or words[0].strip("'’s") in no_names or words[0] in no_names
        ):
            words.pop(0)
        while words and (words[-1] in _CONNECTORS or words[-1] in no_names):
            words.pop()
        name = re.sub(r"['’]s?$", "", " ".join(words)).strip()
        if (
            len(name) > len(best)
            and len(name) > 2
            and name.casefold() not in {one.casefold() for one in references}
        ):
            best = name
    return best


def _is_another_language(text: str) -> bool:
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    known = _words()
    return bool(words & known.other_languages or _OTHER_SCRIPTS.search(text)) and not words & known.english


def _last_reference(earlier: Sequence[str]) -> str:
    for text in reversed(earlier):
        for reference in extract_references(text):
            return reference
    return ""
