"""Secrets of the settings never reach a log, whoever logs what: a library's message, a traceback, an error's text (RELIABILITY T19).

Works on the records themselves, before any handler sees them. Other secrets do not come this far: passwords that people type go to the
gateway and are kept nowhere, and what Odoo says of itself in an error is dropped there.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable
from typing import Any

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from copilot.settings import Settings

HIDDEN = "***"
_SHORTEST = 6
"""Shorter ones would blank ordinary words; no secret should be that short."""

_known: set[str] = set()
_pattern: re.Pattern[str] | None = None
_guard = threading.Lock()


def guard_logs(settings: Settings) -> None:
    """Keep these settings' secrets out of all logs of this process, from now on."""
    learn(secrets_of(settings))


def secrets_of(settings: Settings) -> list[str]:
    """Every secret of the settings: passwords, keys, the password in the database's address."""
    found = [value.get_secret_value() for value in vars(settings).values() if isinstance(value, SecretStr)]
    if settings.database_url:
        try:
            found.append(str(make_url(settings.database_url).password or ""))
        except ArgumentError:
            found.append(settings.database_url)
    return found


def learn(secrets: Iterable[str]) -> None:
    """Hide these texts in every log record from now on."""
    global _pattern  # there is one logging system in a process
    with _guard:
        _known.update(one for one in secrets if len(one) >= _SHORTEST)
        if not _known:
            return
        _pattern = re.compile("|".join(re.escape(one) for one in sorted(_known, key=len, reverse=True)))
        before = logging.getLogRecordFactory()
        if not getattr(before, "hides_secrets", False):
            logging.setLogRecordFactory(_Factory(before))


def hidden(text: str) -> str:
    """The text without the secrets that are known."""
    return _pattern.sub(HIDDEN, text) if _pattern is not None else text


class _Factory:
    hides_secrets = True

    def __init__(self, before: Any) -> None:
        self._before = before

    def __call__(self, *positional: Any, **named: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._before(*positional, **named)
        if _pattern is None:
            return record
        try:
            said = record.getMessage()
        except Exception:  # a wrong format is the handler's to complain about
            said = ""
        if _pattern.search(said):
            record.msg, record.args = hidden(said), ()
        if record.exc_info and record.exc_info[1] is not None:
            traceback = logging.Formatter().formatException(record.exc_info)
            if _pattern.search(traceback):
                # The text alone is kept: with the exception itself a handler could write it anew.
                record.exc_text, record.exc_info = hidden(traceback), None
        return record
