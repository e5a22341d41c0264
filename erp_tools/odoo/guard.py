"""What stands between the rest of the program and any adapter: one place, the same for a real Odoo and for a recording.

In this order: allow-list, role masks, circuit breaker, one retry for reads, normalisation, counting. Nothing that the
allow-list does not hold leaves the process, and nothing that a role may not see is asked for.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from erp_tools.errors import (
    OdooError,
    OdooFailed,
    OdooGarbage,
    OdooUnavailable,
    OdooUserError,
    SessionEnded,
    SignInRefused,
)
from erp_tools.odoo import checks, normalise
from erp_tools.odoo.allow_list import ALLOWED, MaskClass
from erp_tools.odoo.brake import SignInBrake
from erp_tools.odoo.breaker import CircuitBreaker
from erp_tools.odoo.gateway import CallLog, Domain, OdooUser, Page, Row, Spec
from erp_tools.odoo.masks import INDEXING, visible_classes
from erp_tools.odoo.raw import RawServer, RawSession
from erp_tools.odoo.roles import roles_of

Result = TypeVar("Result")

FILTERED_AFTERWARDS = frozenset({"mail.message", "mail.activity"})
"""Models of which Odoo takes a page first and then drops the rows a person may not see: a short page is no last page there."""


_NAMED_MODEL = re.compile(r"Invalid field '\w+' (?:on|in|of)(?: model)? '([\w.]+)'")
"""Odoo's own words for a field that is not there, with the model that lacks it."""

RARE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        model.name: names
        for model in ALLOWED.values()
        if (names := frozenset(field.name for field in model.fields.values() if field.rare))
    }
)
"""Model name -> its fields of modules that few have."""


class FieldKnowledge:
    """Which `maybe` fields a server has, per model: learned when a read fails, then known to all sessions.

    `rare` fields are asked about when somebody signs in, until a server has said: so no question pays for them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, frozenset[str]] = {}
        self._rare: dict[str, frozenset[str]] = {}

    def rare(self) -> dict[str, frozenset[str]]:
        with self._lock:
            return dict(self._rare)

    def look_for_rare(self, raw: RawSession) -> None:
        """Ask which rare fields are there, one round trip for each model that has not been asked about."""
        for model, names in RARE.items():
            if model in self.rare():
                continue
            # A field that every such model has: without it this person may not read the model, and nothing is known.
            with contextlib.suppress(OdooError, TypeError, ValueError):  # garbage says nothing, either
                found = raw.readable_fields(model, [*names, "display_name"])
                if "display_name" in found:
                    with self._lock:
                        self._rare[model] = found & names

    def snapshot(self) -> dict[str, frozenset[str]]:
        with self._lock:
            return dict(self._known)

    def put(self, model: str, names: frozenset[str]) -> None:
        with self._lock:
            self._known[model] = names


class GuardedSession:
    """An `OdooSession` around a bare one.

    Args:
        sees: the mask classes it sees; None: those of the person's roles.
        address: of the server, for what a person is told.
    """

    def __init__(
        self,
        raw: RawSession,
        *,
        breaker: CircuitBreaker,
        knowledge: FieldKnowledge,
        sees: frozenset[MaskClass] | None = None,
        address: str = "Odoo",
    ) -> None:
        self._raw = raw
        self._address = address
        self._breaker = breaker
        self._knowledge = knowledge
        self._sees = sees
        self._masks = visible_classes(roles_of(raw.user)) if sees is None else sees
        self._calls = 0
        self._seconds = 0.0
        self._models: dict[str, None] = {}
        self._closed = False

    @property
    def user(self) -> OdooUser:
        return self._raw.user

    @property
    def log(self) -> CallLog:
        return CallLog(calls=self._calls, seconds=self._seconds, models=tuple(self._models))

    def look_again(self) -> OdooUser:
        """See `OdooSession.look_again`."""
        self._refuse_if_closed()
        user = self._once("res.users", self._raw.look_again)
        if self._sees is None:
            self._masks = visible_classes(roles_of(user))
        return user

    def read(
        self, model: str, domain: Domain, spec: Spec, *, order: str = "", limit: int = 80, offset: int = 0
    ) -> Page:
        """See `OdooSession.read`."""
        self._refuse_if_closed()
        checks.check_read(model, domain, spec, order=order, limit=limit, offset=offset, masks=self._masks)
        allowed = ALLOWED[model]
        sight = self._sight()
        sent = normalise.readable_part(allowed, spec, sight)

        def read_rows() -> tuple[list[Row], int, int]:
            return self._twice(
                model,
                lambda: self._raw.search_read(model, domain, sent, order=order, limit=limit, offset=offset),
            )

        while True:
            try:
                rows, total, trips = read_rows()
                break
            except (OdooFailed, OdooUserError) as failure:
                # Perhaps one of the `maybe` fields is not there. Ask, then read again without the missing ones: of the model that Odoo
                # names alone, so that a first question pays two round trips for it and not one for each model it touches.
                suspects = set(normalise.maybe_models(allowed, sent))
                named = set(_NAMED_MODEL.findall(str(failure))) & suspects
                if not (self._learn(named) or self._learn(suspects)):
                    raise
                sight = self._sight()
                narrower = normalise.readable_part(allowed, spec, sight)
                if narrower == sent:
                    raise
                sent = narrower
        self._calls += trips - 1
        if (not rows and offset) or (len(rows) < limit and model in FILTERED_AFTERWARDS):
            # In these cases Odoo gives the number of rows it sent for the number there are; the honest one is worth a round trip.
            total = self._twice(model, lambda: self._raw.count(model, domain))
        tidy = normalise.tidying(allowed, spec, sight)
        try:
            tidied = [tidy(row) for row in rows]
        except normalise.Misshapen as problem:
            raise OdooGarbage(
                f"{self._address} answered something that is no Odoo record ({problem}). Check COPILOT_ODOO_URL."
            ) from None
        return Page(rows=tidied, total=max(total, offset + len(rows)) if rows else total)

    def count(self, model: str, domain: Domain) -> int:
        """See `OdooSession.count`."""
        self._refuse_if_closed()
        checks.check_domain(checks.allowed_model(model), domain, masks=self._masks)
        return self._twice(model, lambda: self._raw.count(model, domain))

    def call(self, model: str, method: str, ids: Sequence[int], **arguments: Any) -> Any:
        """See `OdooSession.call`."""
        self._refuse_if_closed()
        allowed = checks.check_call(model, method, ids, arguments)
        on = None if allowed.on_model else ids
        return self._once(model, lambda: self._raw.call(model, method, on, arguments, allowed.context))

    def close(self) -> None:
        """Sign out; further requests raise SessionEnded."""
        self._closed = True
        self._raw.close()

    def _learn(self, models: Iterable[str]) -> bool:
        """Ask the server which `maybe` fields of these models it has. True if anything was not known before."""
        unknown = sorted(set(models) - set(self._knowledge.snapshot()))
        for name in unknown:
            self._knowledge.put(name, self._maybe_fields_of(name))
        return bool(unknown)

    def _maybe_fields_of(self, model: str) -> frozenset[str]:
        names = [field.name for field in ALLOWED[model].fields.values() if field.maybe]
        return self._twice(model, lambda: self._raw.readable_fields(model, names))

    def _sight(self) -> normalise.Sight:
        return normalise.Sight(
            masks=self._masks,
            groups=self.user.groups,
            known=self._knowledge.snapshot(),
            rare=self._knowledge.rare(),
        )

    def _twice(self, model: str, exchange: Callable[[], Result]) -> Result:
        """A read: once more after a failure to reach Odoo, unless the breaker is open by then."""
        try:
            return self._once(model, exchange)
        except OdooFailed:
            raise
        except OdooUnavailable:
            if self._breaker.is_open:
                raise
        return self._once(model, exchange)

    def _once(self, model: str, exchange: Callable[[], Result]) -> Result:
        with self._breaker.guarding():
            self._calls += 1
            self._models[model] = None
            started = time.perf_counter()
            try:
                return exchange()
            except SessionEnded:
                self._closed = True
                raise
            finally:
                self._seconds += time.perf_counter() - started

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise SessionEnded("This sign-in is over. Sign in again.")

    def __repr__(self) -> str:
        return f"<session of {self.user.login} ({'ended' if self._closed else 'open'})>"


class GuardedServer:
    """An `OdooServer` around a bare one, with the brake and the breaker that all its sessions share."""

    def __init__(self, raw: RawServer, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._raw = raw
        self._breaker = CircuitBreaker(raw.address, clock=clock)
        self._brake = SignInBrake(clock=clock)
        self._knowledge = FieldKnowledge()

    @property
    def address(self) -> str:
        return self._raw.address

    @property
    def is_recording(self) -> bool:
        return self._raw.is_recording

    def version(self) -> str:
        """See `OdooServer.version`."""
        with self._breaker.guarding():
            return self._raw.version()

    def sign_in(self, login: str, secret: str) -> GuardedSession:
        """See `OdooServer.sign_in`."""
        return self._signed_in(login, secret, sees=None)

    def sign_in_for_indexing(self, login: str, secret: str) -> GuardedSession:
        """A session of the indexing user: it may read what is inside files, and none of what roles are needed for.

        Raises:
            SignInRefused, SignInBraked, OdooUnavailable: as `sign_in`.
        """
        return self._signed_in(login, secret, sees=INDEXING)

    def _signed_in(self, login: str, secret: str, *, sees: frozenset[MaskClass] | None) -> GuardedSession:
        if not login.strip() or not secret:
            raise SignInRefused("Sign-in needs a login and a password or API key; one of them is empty.")
        with self._brake.trying(login), self._breaker.guarding():
            raw = self._raw.sign_in(login.strip(), secret)
        self._knowledge.look_for_rare(raw)
        return GuardedSession(
            raw, breaker=self._breaker, knowledge=self._knowledge, sees=sees, address=self.address
        )

    def record_url(self, model: str, record_id: int) -> str:
        """See `OdooServer.record_url`."""
        return self._raw.record_url(model, record_id)

    def __repr__(self) -> str:
        return f"<Odoo at {self.address}>"
