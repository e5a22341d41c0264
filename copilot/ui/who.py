"""Who sends a request: the browser's cookie, else a bearer token of ``POST /api/v1/session``."""

from __future__ import annotations

from fastapi import Request

from copilot.errors import NotSignedIn
from copilot.identity import Person
from copilot.ui import chainlit_shell
from copilot.ui.context import UiContext


def person_of(request: Request, context: UiContext) -> Person:
    """The signed-in person behind a request.

    Raises:
        NotSignedIn: no sign-in, or it has ended.
    """
    handle = chainlit_shell.handle_in(request.cookies)
    if handle is not None:
        return context.sign_ins.person(handle)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return context.copilot.identity.by_token(token.strip())
    raise NotSignedIn("You are not signed in. Sign in with your Odoo login.")
