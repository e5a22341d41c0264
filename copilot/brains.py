"""What a brain is: something that reads for a turn and writes a text that cites what it read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from copilot.turn import Turn


@dataclass(frozen=True, kw_only=True)
class Talk:
    """What a brain is given to go on."""

    question: str
    instructions: str = ""
    """The released prompt, filled in; the playbook needs none."""
    summary: str = ""
    """What the conversation was about before `earlier`, written by code; empty for a short one."""
    earlier: tuple[tuple[str, str], ...] = ()
    """(question, answer) of the conversation so far, oldest first, without evidence marks."""


@dataclass(frozen=True, kw_only=True)
class BrainText:
    """What a brain wrote, before it is checked."""

    text: str
    brain: str
    """``playbook`` or the model's name: whoever wrote the text."""
    suggestions: tuple[str, ...] = field(default=())
    """Questions that make sense next."""


class Brain(Protocol):
    """Runs one turn: yields progress sentences, and a `BrainText` last."""

    def run(self, turn: Turn, talk: Talk) -> Iterator[str | BrainText]: ...
