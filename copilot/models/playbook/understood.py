"""What the playbook made of a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from copilot.models.playbook.days import Days
from copilot.models.playbook.intents import Intent

Style = Literal["full", "short"]


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """What the playbook made of a question."""

    intent: Intent
    question: str
    also: Intent | None = None
    """A second question in the same breath, about the same things."""
    second: str = ""
    """The words of the second question."""
    references: tuple[str, ...] = ()
    """Orders, deliveries, tracking numbers or customer references, as they were written."""
    purchases: tuple[str, ...] = ()
    """Purchase orders, as they were written."""
    products: tuple[str, ...] = ()
    """Products by internal reference or in quotation marks."""
    names: tuple[str, ...] = ()
    """Words that may name a customer, vendor, carrier, warehouse or product; Odoo has to say which."""
    written_like_names: bool = False
    """The names are written like names; else they are words that may be none."""
    days: Days | None = None
    carried_over: bool = False
    """True when what it is about comes from earlier in the conversation ("why is it late?")."""
    old_versions: bool = False
    """Asks what used to hold."""
    style: Style = "full"
    in_english: bool = True
    """False when the question was in another language."""
    choices: tuple[Intent, ...] = ()
    """What it may have meant, when that cannot be told; the likeliest first."""
    or_else: tuple[Intent, ...] = ()
    """What else it may have meant, where the intent is likely but not sure: the answer says how it was read."""
    shares: tuple[tuple[str, float], ...] = ()
    """The likeliest intents with their probabilities, where one thing is asked: what a name is may decide between them."""
    mentioned: tuple[str, ...] = ()
    """All orders the person has named in this conversation, the latest last."""
    topic: Understanding | None = None
    """The latest question before this one that was about something; None where this one is."""
    turned_from: Intent | None = None
    """What was asked, where a name turned it into something else (`answered_as`)."""
    before: Understanding | None = None
    """The question that "shorter" or "what did you base that on" is about."""

    @property
    def intents(self) -> tuple[Intent, ...]:
        """One or two."""
        return (self.intent,) if self.also is None else (self.intent, self.also)

    @property
    def party(self) -> str:
        """The likeliest name; empty if none was recognised."""
        return self.names[0] if self.names else ""

    @property
    def has_things(self) -> bool:
        return bool(self.references or self.purchases or self.products or self.names)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """One question of the conversation so far, and what it was answered."""

    question: str
    answer: str = ""
