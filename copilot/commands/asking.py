"""Asking from the command line: through the running copilot of this data folder, else with one built for the while."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from copilot.answer import Question
from copilot.bootstrap import build
from copilot.conversation import Copilot
from copilot.errors import CopilotError
from copilot.identity import Person
from copilot.running import RunningCopilot
from copilot.settings import Settings

ASK_SECONDS = 60.0
SCAN_SECONDS = 600.0
"""All open orders of a large company take a minute or two."""
BRAKE_SECONDS = 61.0


class ServiceRefused(CopilotError):
    """The running copilot did not do it; the message is its own."""


class Asker:
    """Signs each person in once and asks for them.

    Args:
        running: the service to go through; None builds a copilot here.
        sign_in: login (None: the default person) -> login and secret.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        running: RunningCopilot | None,
        sign_in: Callable[[str | None], tuple[str, str]],
    ) -> None:
        self._settings, self._running, self._credentials = settings, running, sign_in
        self._copilot: Copilot | None = None
        self._people: dict[str | None, Person] = {}
        self._tokens: dict[str | None, str] = {}

    def ask(self, text: str, *, thread: str | None, user: str | None) -> dict[str, Any]:
        """One answer in the contract's JSON."""
        if self._running is not None:
            return self._post("/api/v1/ask", {"text": text, "thread_id": thread}, user)
        return self._here().ask(self._person(user), Question(text=text, thread_id=thread)).to_json()

    def search(self, text: str, *, top: int, collection: str | None, user: str | None) -> dict[str, Any]:
        """Passages in the contract's JSON."""
        if self._running is not None:
            wanted = {"text": text, "top": top} | ({"collection": collection} if collection else {})
            return self._get("/api/v1/search", wanted, user)
        return self._here().search(self._person(user), text, top=top, collection=collection)

    def orders_at_risk(
        self, wanted: dict[str, Any], *, user: str | None, progress: Callable[[int, int], None]
    ) -> dict[str, Any]:
        """The ranked list in the contract's JSON; through a running copilot it comes without progress."""
        if self._running is not None:
            return self._get("/api/v1/orders/at-risk", wanted, user, seconds=SCAN_SECONDS)
        return self._here().orders_at_risk(self._person(user), progress=progress, **wanted)

    def options(self, order: str, *, user: str | None) -> dict[str, Any]:
        """The options of one order side by side, in the contract's JSON."""
        if self._running is not None:
            return self._get(f"/api/v1/orders/{quote(order, safe='')}/options", {}, user)
        return self._here().options(self._person(user), order)

    def draft_option(self, order: str, option: str, *, user: str | None) -> dict[str, Any]:
        """A chosen option drafted with its customer message."""
        if self._running is not None:
            return self._post(
                f"/api/v1/orders/{quote(order, safe='')}/options/draft", {"option": option}, user
            )
        from copilot.options.drafting import draft_option, option_called

        copilot, person = self._here(), self._person(user)
        found = copilot.options(person, order)
        chosen = option_called(found, option)
        drafts, missing = draft_option(copilot.desk, person, chosen, order=found["order"])
        return {
            "order": found["order"], "option": chosen["key"], "drafts": [one.to_json() for one in drafts], "missing": missing,
        }  # fmt: skip

    def rescues(self, wanted: dict[str, Any], *, user: str | None) -> dict[str, Any]:
        """Which orders at risk to rescue within a budget."""
        if self._running is not None:
            return self._get("/api/v1/rescues", wanted, user, seconds=SCAN_SECONDS)
        return self._here().rescues(self._person(user), **wanted)

    def waiting_for(self, reference: str, *, user: str | None) -> dict[str, Any]:
        """Who waits for a purchase order or a product, in the contract's JSON."""
        if self._running is not None:
            return self._get("/api/v1/waiting", {"reference": reference}, user)
        return self._here().waiting_for(self._person(user), reference)

    def close(self) -> None:
        for token in self._tokens.values():
            assert self._running is not None
            with contextlib.suppress(ServiceRefused):
                _send(
                    self._running,
                    "DELETE",
                    "/api/v1/session",
                    accept={204},
                    headers={"Authorization": f"Bearer {token}"},
                )
        if self._copilot is not None:
            for person in self._people.values():
                self._copilot.identity.sign_out(person.token)
            self._copilot.close()

    def _here(self) -> Copilot:
        if self._copilot is None:
            self._copilot = build(self._settings, questions_per_minute=None)
        return self._copilot

    def _person(self, user: str | None) -> Person:
        if user not in self._people:
            self._people[user] = self._here().identity.sign_in(*self._credentials(user))
        return self._people[user]

    def decide_term(self, action: str, body: dict[str, str], *, user: str | None) -> dict[str, Any]:
        """Confirm, correct or undo a contract term by the running copilot."""
        return self._post(f"/api/v1/contracts/terms/{action}", body, user)

    def _token(self, user: str | None) -> str:
        assert self._running is not None
        if user not in self._tokens:
            login, secret = self._credentials(user)
            reply = _send(self._running, "POST", "/api/v1/session", json={"login": login, "password": secret})
            self._tokens[user] = str(reply["token"])
        return self._tokens[user]

    def _post(self, path: str, body: dict[str, Any], user: str | None) -> dict[str, Any]:
        assert self._running is not None
        return _send(
            self._running, "POST", path, json=body, headers={"Authorization": f"Bearer {self._token(user)}"}, accept={200, 201},
        )  # fmt: skip

    def _get(
        self, path: str, query: dict[str, Any], user: str | None, *, seconds: float = ASK_SECONDS
    ) -> dict[str, Any]:
        assert self._running is not None
        token = self._token(user)
        return _send(
            self._running,
            "GET",
            path,
            params=query,
            headers={"Authorization": f"Bearer {token}"},
            seconds=seconds,
        )


def fetch(running: RunningCopilot, path: str) -> dict[str, Any]:
    """A page of the running copilot that needs no sign-in; a 503 is an answer too."""
    return _send(running, "GET", path, accept={200, 503})


def lines_as_operator(
    running: RunningCopilot, path: str, body: dict[str, Any], *, seconds: float
) -> Iterator[dict[str, Any]]:
    """Ask the running copilot for something that whoever may read its data folder may ask, and take what it tells line by line.

    Args:
        seconds: to wait for the next line.

    Raises:
        ServiceRefused: it does not answer, or says why it cannot.
    """
    import httpx  # see `_send`

    headers = {"X-Copilot-Operator": running.key, "Accept": "application/x-ndjson"}
    try:
        with httpx.stream(
            "POST", f"{running.url}{path}", json=body, headers=headers, timeout=seconds, trust_env=False
        ) as reply:
            if reply.status_code != 200:
                reply.read()
                raise ServiceRefused(_refused(running, reply.status_code, reply.json()))
            for line in reply.iter_lines():
                told = json.loads(line)
                if "error" in told:
                    raise ServiceRefused(_refused(running, 500, told))
                yield told
    except (httpx.HTTPError, ValueError) as error:
        raise ServiceRefused(_silent(running, error)) from None


def _send(
    running: RunningCopilot,
    method: str,
    path: str,
    *,
    accept: set[int] | None = None,
    seconds: float = ASK_SECONDS,
    **request: Any,
) -> dict[str, Any]:
    import httpx  # a third of a second that a question answered in this process need not pay

    try:
        reply = httpx.request(method, f"{running.url}{path}", timeout=seconds, trust_env=False, **request)
        if reply.status_code == 429 and path == "/api/v1/ask":
            time.sleep(BRAKE_SECONDS)  # the brake per minute: a file of questions goes on when it is over
            reply = httpx.request(method, f"{running.url}{path}", timeout=seconds, trust_env=False, **request)
        body = reply.json() if reply.content else {}
    except (httpx.HTTPError, ValueError) as error:
        raise ServiceRefused(_silent(running, error)) from None
    if reply.status_code not in (accept or {200}) or not isinstance(body, dict):
        raise ServiceRefused(_refused(running, reply.status_code, body))
    return body


def _silent(running: RunningCopilot, error: Exception) -> str:
    return (
        f"The copilot at {running.url} (process {running.pid}) does not answer ({type(error).__name__}). Wait if it is starting; "
        "otherwise stop it and ask again."
    )


def _refused(running: RunningCopilot, status: int, body: Any) -> str:
    sentence = body.get("message") or body.get("detail") if isinstance(body, dict) else None
    return str(sentence or f"The copilot at {running.url} answered with status {status}.")
