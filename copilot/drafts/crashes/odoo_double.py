"""The recorded Odoo in a process of its own: what was done there stays done when the copilot is killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from erp_tools import errors
from erp_tools.actions.recorded import RECORDED_METHODS
from erp_tools.odoo.gateway import Domain, OdooUser, Row, Spec
from erp_tools.odoo.recorded_gateway import RecordedServer, RecordedSession

KEY = b"of this machine only"


class OdooDouble:
    """Runs until the block is left; `address` is where a `DoubleServer` finds it. Each `world` is a recording of its own."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="copilot-double-")
        self.address = str(Path(self._folder.name) / "odoo.socket")
        ready = multiprocessing.get_context("forkserver").Event()
        self._process = multiprocessing.get_context("forkserver").Process(
            target=_serve, args=(self.address, self._folder.name, ready), daemon=True
        )
        self._process.start()
        ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        self._folder.cleanup()


class DoubleServer:
    """A `RawServer`: the double, in one of its worlds."""

    is_recording = True

    def __init__(self, address: str, world: str) -> None:
        self.address, self._world = address, world

    def version(self) -> str:
        return "19.0"

    def record_url(self, model: str, record_id: int) -> str:
        return f"/records/{model}/{record_id}"

    def sign_in(self, login: str, secret: str) -> DoubleSession:
        return DoubleSession(self.address, self._world, login, secret)


class DoubleSession:
    """A `RawSession` over the wire."""

    def __init__(self, address: str, world: str, login: str, secret: str) -> None:
        self._wire: Connection = Client(address, authkey=KEY)
        self._user: OdooUser = self._ask("sign_in", world, login, secret)

    @property
    def user(self) -> OdooUser:
        return self._user

    def look_again(self) -> OdooUser:
        return self._user

    def search_read(
        self, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
    ) -> tuple[list[Row], int, int]:
        found: tuple[list[Row], int, int] = self._ask(
            "search_read", model, domain, spec, order=order, limit=limit, offset=offset
        )
        return found

    def count(self, model: str, domain: Domain) -> int:
        return int(self._ask("count", model, domain))

    def readable_fields(self, model: str, names: Collection[str]) -> frozenset[str]:
        return frozenset(self._ask("readable_fields", model, list(names)))

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        arguments: Mapping[str, Any],
        context: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        return self._ask("call", model, method, ids, dict(arguments), dict(context))

    def close(self) -> None:
        self._wire.close()

    def _ask(self, name: str, *positional: Any, **named: Any) -> Any:
        self._wire.send((name, positional, named))
        kind, value = self._wire.recv()
        if kind:
            raise getattr(errors, kind, errors.OdooFailed)(value)
        return value


def _serve(address: str, folder: str, ready: Any) -> None:
    worlds: dict[str, RecordedServer] = {}
    guard = threading.Lock()

    def world_of(name: str) -> RecordedServer:
        with guard:
            if name not in worlds:
                worlds.clear()  # one trial after the other: the worlds of those before are not needed any more
                worlds[name] = RecordedServer(
                    local_copy=Path(folder) / f"{name}.json", methods=RECORDED_METHODS
                )
            return worlds[name]

    with Listener(address, authkey=KEY) as listener:
        ready.set()
        while True:
            with contextlib.suppress(OSError, EOFError):  # a client that was killed while it knocked
                wire = listener.accept()
                threading.Thread(target=_talk, args=(wire, world_of, guard), daemon=True).start()


def _talk(wire: Connection, world_of: Any, guard: threading.Lock) -> None:
    """One client; a request whose bytes have arrived is carried out, whoever has died meanwhile, as Odoo does."""
    session: RecordedSession | None = None
    while True:
        try:
            name, positional, named = wire.recv()
        except (EOFError, OSError):
            return
        try:
            if name == "sign_in":
                session = world_of(positional[0]).sign_in(*positional[1:])
                answer: tuple[str, Any] = ("", session.user)
            else:
                with guard:  # each call is a transaction of its own
                    answer = ("", getattr(session, name)(*positional, **named))
        except Exception as error:
            answer = (type(error).__name__, str(error))
        with contextlib.suppress(OSError):
            wire.send(answer)
