"""What can go wrong in a conversation, as a tree.

    CopilotError
    ├── SettingsError        the configuration cannot be used (names the setting and the fix)
    ├── QuestionError        the question itself: empty, too long
    ├── NotSignedIn          no session, or it has ended
    ├── NotPermitted         signed in, but this is for other roles or companies
    ├── TooMany              a limit per person: turns in flight, questions a minute
    ├── BrainFailed          the brain gave nothing usable
    ├── UnknownEvidence      a brain cited an id that code never gave
    ├── NotFound             no such answer, thread or draft for this person
    └── StateUnavailable     the copilot's own database cannot be read or written

Messages quote what they are about and end with the next step; none carries a traceback or a secret.
"""

from __future__ import annotations


class CopilotError(Exception):
    """Anything that goes wrong in a turn of conversation."""


class SettingsError(CopilotError):
    """The configuration cannot be used."""


class QuestionError(CopilotError):
    """The question cannot be taken: empty or too long."""


class NotSignedIn(CopilotError):
    """There is no sign-in, or it has ended."""


class NotPermitted(CopilotError):
    """This person's roles or companies do not allow it."""


class TooMany(CopilotError):
    """A limit per person is reached; says when to try again."""


class BrainFailed(CopilotError):
    """The brain gave nothing that could be used."""


class UnknownEvidence(CopilotError):
    """A brain cited an evidence id that code never gave."""


class NotFound(CopilotError):
    """No such answer, thread or document for this person."""


class StateUnavailable(CopilotError):
    """The copilot's own database cannot be read or written: reading goes on, changes stop."""
