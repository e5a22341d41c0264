"""What can go wrong while a document gets in, as a tree.

    IngestError
    ├── Unreadable            this file cannot become a document: encrypted, damaged, empty, of an unknown kind
    │   ├── Undescribed         what says who may read it cannot be read: it stays as it was
    │   ├── OverLimit           it asked for more time, memory, pages or output than a file may
    │   ├── ImpossibleAnswer    what was read of it does not fit together: its parser may have been taken over
    │   └── ToolMissing         it needs a program that is not installed here
    └── ReaderProcessLost     the process that reads files died by itself; the file may be tried again

An unreadable file is quarantined with the message as reason; the rest goes on.
"""

from __future__ import annotations


class IngestError(Exception):
    """Anything that went wrong between a file and the library."""


class Unreadable(IngestError):
    """This file cannot become a document. The message says why, for its owner.

    Args:
        lasting: Whether the next try would end the same way; if not, an unchanged file is tried again.
    """

    def __init__(self, message: str, *, lasting: bool = True) -> None:
        super().__init__(message)
        self.lasting = lasting


class Undescribed(Unreadable):
    """What says who may read it, and what it is, cannot be read. It is not opened to everybody: it stays as it was."""

    def __init__(self, message: str) -> None:
        super().__init__(message, lasting=False)


class OverLimit(Unreadable):
    """The file asked for more time, memory, pages or output than a file may."""


class ImpossibleAnswer(Unreadable):
    """The process that read it says what cannot be of this text."""

    def __init__(self) -> None:
        super().__init__(
            "What was read of it does not fit together, as if the file had taken over what reads it. Look at where it comes from."
        )


class ToolMissing(Unreadable):
    """It needs a program that is not installed on this machine."""

    def __init__(self, message: str) -> None:
        super().__init__(message, lasting=False)


class ReaderProcessLost(IngestError):
    """The process that reads files ended unexpectedly; not the file's fault as far as is known."""
