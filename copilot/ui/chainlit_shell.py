"""Chainlit, made fit for this service: its folder, its settings, its page and its routes. The chat itself is `chat.py`.

Chainlit reads its settings from a folder and from the environment while it is imported, and is one per process. So nothing
here imports it before `load` has prepared both.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copilot.errors import SettingsError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

_HERE = Path(__file__).resolve().parent

_OPEN = re.compile(
    r"GET /public/.+|GET /avatars/[^/]+|GET /(?:favicon|logo|auth/config|project/settings|project/translations)"
    r"|(?:GET|POST|OPTIONS|WEBSOCKET) /ws/socket\.io/?"
)
"""What of Chainlit is served. Its other doors (uploads, files, MCP, OAuth, threads, elements, the widget ...) stay shut."""


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Chainlit with our chat in it."""

    app: ASGIApp
    """To be mounted at ``/``; answers 404 to everything that is not in the list above."""
    page: str
    """The chat's one HTML page."""

    def response(self, request: Request) -> Response:
        """The chat's page with the content policy it needs.

        Its custom elements are compiled in the browser, hence ``unsafe-eval``; scripts in the page are named by their hash,
        so that none can be slipped in. Text never becomes HTML (`markdown.py`), and nothing loads from or talks to another host.
        """
        from starlette.responses import HTMLResponse

        host = request.headers.get("host", "")
        sockets = f" ws://{host} wss://{host}" if re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", host) else ""
        hashes = " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
            for script in re.findall(r"<script>(.*?)</script>", self.page, re.DOTALL)
        )
        policy = (
            f"default-src 'none'; script-src 'self' 'unsafe-eval' {hashes}; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data:; font-src 'self'; connect-src 'self'{sockets}; manifest-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
        )
        return HTMLResponse(
            self.page, headers={"content-security-policy": policy, "cache-control": "no-store"}
        )


_shell: Shell | None = None  # chainlit is one per process, and so is this


def load(data_dir: Path, *, session_seconds: int) -> Shell:
    """Chainlit with our chat in it. The first call of a process decides its folder.

    Args:
        data_dir: where its folder may be written.
        session_seconds: how long the browser's cookie lasts.

    Raises:
        SettingsError: the data folder cannot be written.
    """
    global _shell
    if _shell is None:
        _prepare(data_dir)
        import chainlit.server as server
        from chainlit.config import config, load_module

        config.run.module_name = str(_HERE / "chat.py")
        load_module(config.run.module_name)
        _shell = Shell(
            app=_only_open_doors(server.app), page=without_foreign_addresses(server.get_html_template(""))
        )
    from chainlit.config import config

    config.project.user_session_timeout = session_seconds
    return _shell


def build_folder() -> Path:
    """Where Chainlit's own scripts and styles lie."""
    import chainlit.server as server

    return Path(server.build_dir)


def give_cookie(request: Request, response: Response, *, login: str, name: str, handle: str) -> None:
    """Sign this browser in: a signed cookie that names the person and carries the handle."""
    from chainlit.auth import create_jwt, set_auth_cookie
    from chainlit.user import User

    set_auth_cookie(
        request, response, create_jwt(User(identifier=login, display_name=name, metadata={"browser": handle}))
    )


def take_cookie(request: Request, response: Response) -> None:
    """Sign this browser out."""
    from chainlit.auth import clear_auth_cookie

    clear_auth_cookie(request, response)


def handle_in(cookies: dict[str, str]) -> str | None:
    """The handle in a browser's cookie; None without one, or with one that is forged, broken or too old."""
    import jwt
    from chainlit.auth import get_token_from_cookies
    from chainlit.auth.jwt import decode_jwt

    token = get_token_from_cookies(cookies)
    if not token:
        return None
    try:
        handle = decode_jwt(token).metadata.get("browser")
    except (jwt.InvalidTokenError, TypeError, KeyError, ValueError):
        return None
    return handle if isinstance(handle, str) else None


async def run_action(session_id: str, handle: str, name: str, payload: dict[str, Any]) -> bool:
    """Run a button of the chat in the conversation it was pressed in; False when that is not this browser's conversation,
    or there is no such button. Chainlit's own route takes any session of the same user and any name (RELIABILITY T9)."""
    from chainlit.action import Action
    from chainlit.config import config
    from chainlit.context import init_ws_context
    from chainlit.session import WebsocketSession

    session = WebsocketSession.get_by_id(session_id)
    callback = config.code.action_callbacks.get(name)
    if (
        session is None
        or session.user is None
        or session.user.metadata.get("browser") != handle
        or callback is None
    ):
        return False
    init_ws_context(session)
    await callback(Action(name=name, payload=payload))
    return True


def _prepare(data_dir: Path) -> None:
    root = data_dir / "chat"
    try:
        root.mkdir(parents=True, exist_ok=True)
        _write_folder(root)
        secret = _kept_secret(root / "cookie-secret")
    except OSError as error:
        raise SettingsError(
            f"The data folder {data_dir} cannot be written ({error.strerror or type(error).__name__}). "
            "Free some space or name another folder in COPILOT_DATA_DIR."
        ) from None
    os.environ["CHAINLIT_APP_ROOT"] = str(root)
    os.environ["CHAINLIT_ENV_FILE"] = str(
        root / "no-env-file"
    )  # our settings read .env; chainlit would export all of it
    os.environ["CHAINLIT_COOKIE_SAMESITE"] = "strict"
    os.environ["CHAINLIT_CUSTOM_AUTH"] = "true"  # nobody chats without our sign-in page's cookie
    os.environ["CHAINLIT_ROOT_PATH"] = ""
    os.environ.setdefault("CHAINLIT_AUTH_SECRET", secret)
    _leave_out_telemetry()


def _write_folder(root: Path) -> None:
    """Our settings, texts and pictures where Chainlit looks for them; yesterday's are replaced."""
    import importlib.util

    shutil.rmtree(root / "public", ignore_errors=True)
    shutil.copytree(_HERE / "public", root / "public")
    settings = root / ".chainlit"
    (settings / "translations").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_HERE / "chainlit_root" / "config.toml", settings / "config.toml")
    shutil.copyfile(_HERE / "chainlit_root" / "chainlit.md", root / "chainlit_en-US.md")
    package = importlib.util.find_spec("chainlit")
    if package is None or package.origin is None:
        raise SettingsError("Chainlit is not installed. Run `make install`.")
    texts = json.loads(
        (Path(package.origin).parent / "translations" / "en-US.json").read_text(encoding="utf-8")
    )
    ours = json.loads((_HERE / "chainlit_root" / "texts.json").read_text(encoding="utf-8"))
    merged = json.dumps(_merged(texts, ours), indent=1, ensure_ascii=False)
    (settings / "translations" / "en-US.json").write_text(merged, encoding="utf-8")


def _merged(base: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    return {
        **base,
        **{
            key: _merged(base.get(key, {}), value) if isinstance(value, dict) else value
            for key, value in ours.items()
        },
    }


def _kept_secret(path: Path) -> str:
    """What signs the cookies: made once, readable by us alone, so that a restart does not forge or forget anybody."""
    try:
        with os.fdopen(
            os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(secrets.token_hex(48))
    except FileExistsError:
        os.chmod(path, 0o600)
    kept = path.read_text(encoding="ascii").strip()
    if len(kept) < 64:  # a crash between creating and writing
        path.unlink()
        return _kept_secret(path)
    return kept


def _leave_out_telemetry() -> None:
    """Chainlit imports `literalai`, which imports the tracing kit `traceloop` (with pandas): 4 of 6 seconds of its start, and
    code that could report to others. We use none of it; an empty stand-in keeps it out of the process."""
    if "traceloop" in sys.modules:
        return
    package, kit = types.ModuleType("traceloop"), types.ModuleType("traceloop.sdk")
    package.sdk = kit  # type: ignore[attr-defined]
    kit.Traceloop = type("Traceloop", (), {})  # type: ignore[attr-defined]
    sys.modules.setdefault("traceloop", package)
    sys.modules.setdefault("traceloop.sdk", kit)


_FOREIGN_TAG = re.compile(r"<(?:link|meta)\b[^>]*https?://[^>]*>\s*", re.IGNORECASE)


def without_foreign_addresses(page: str) -> str:
    """Chainlit's page without the fonts, style sheets and preview image that it would fetch from elsewhere."""
    return _FOREIGN_TAG.sub("", page)


def _only_open_doors(app: ASGIApp) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        door = f"{scope.get('method', 'WEBSOCKET')} {scope.get('path', '')}"
        if scope["type"] in ("http", "websocket") and not _OPEN.fullmatch(door):
            from starlette.exceptions import HTTPException
            from starlette.websockets import WebSocketClose

            if scope["type"] == "websocket":
                await WebSocketClose(code=1008)(scope, receive, send)
                return
            raise HTTPException(404)
        await app(scope, receive, send)

    return answer
