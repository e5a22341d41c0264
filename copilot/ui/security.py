"""The outermost layer of the service: own origin only, fixed cookie flags, and headers on every answer (RELIABILITY T3, T10)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from copilot.api.uploads_routes import FORM_BYTES
from copilot.api.uploads_routes import PATH as DOCUMENTS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
"""For everything but the chat, which brings its own policy."""

MAX_BODY_BYTES = 1_000_000
"""Nothing else that we serve takes more: uploads in the chat are off."""

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class SecurityLayer:
    """ASGI middleware. A request that a page of another origin makes a browser send is refused before anything reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        changes = (
            scope["type"] == "websocket"
            or scope["method"] not in _READING
            or scope["path"].startswith("/ws/")
        )
        if changes and _from_elsewhere(headers):
            await _refuse(
                scope, send, 403, "Another origin may not use this service. Open it at its own address."
            )
            return
        most = FORM_BYTES if scope["path"] == DOCUMENTS else MAX_BODY_BYTES
        if _length(headers) > most:
            await _refuse(scope, send, 413, f"That is more than {most:,} bytes. Send less at once.")
            return
        secure = (
            scope["scheme"] in ("https", "wss")
            or headers.get(b"x-forwarded-proto", "").split(",")[0].strip() == "https"
        )

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _finished(list(message.get("headers", [])), secure=secure)
            await send(message)

        await self._app(
            scope, _counted(receive, most) if scope["type"] == "http" else receive, send_with_headers
        )


def _from_elsewhere(headers: dict[bytes, str]) -> bool:
    origin = headers.get(b"origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() != headers.get(b"host", "").lower()
    return headers.get(b"sec-fetch-site", "none") not in ("none", "same-origin")


def _finished(headers: list[tuple[bytes, bytes]], *, secure: bool) -> list[tuple[bytes, bytes]]:
    headers = [
        (name, _cookie(value, secure=secure) if name.lower() == b"set-cookie" else value)
        for name, value in headers
    ]
    present = {name.lower() for name, _ in headers}
    if b"content-security-policy" not in present:
        headers.append((b"content-security-policy", PAGE_POLICY.encode("ascii")))
    if secure:
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    return headers + [header for header in _HEADERS if header[0] not in present]


def _cookie(value: bytes, *, secure: bool) -> bytes:
    """The same cookie with our flags, whatever whoever set it thought."""
    name, *attributes = (part.strip() for part in value.split(b";"))
    kept = [
        one for one in attributes if one.lower().split(b"=")[0] not in (b"httponly", b"samesite", b"secure")
    ]
    return b"; ".join([name, *kept, b"HttpOnly", b"SameSite=strict", *([b"Secure"] if secure else [])])


def _length(headers: dict[bytes, str]) -> int:
    length = headers.get(b"content-length", "0")
    return int(length) if length.isdigit() else 0


def _counted(receive: Receive, most: int) -> Receive:
    """The same body, cut off where a sender who did not say its length goes on for too long."""
    taken = 0

    async def counted() -> Any:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return counted


async def _refuse(scope: Scope, send: Send, status: int, sentence: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": sentence})
        return
    body = json.dumps({"detail": sentence}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *_HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
