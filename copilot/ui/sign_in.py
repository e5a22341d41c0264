"""The sign-in page, signing out, and the few questions of the chat's page that depend on who is there."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import CopilotError, NotSignedIn
from copilot.ui import chainlit_shell
from copilot.ui.assets import main_files
from copilot.ui.browser_sign_ins import ENDED
from copilot.ui.context import UiContext
from copilot.ui.labels import ROLES
from copilot.ui.links import local_target
from copilot.ui.templating import page
from erp_tools.errors import OdooError, OdooUnavailable, SignInBraked

DEMO_PASSWORD = "demo"  # noqa: S105 - of the recorded demo only; a real Odoo never shows or knows it
_DEMO_HINTS = {
    "service": "“Why is S00042 late?”",
    "supervisor": "Shipments that wait",
    "purchasing": "Purchases that are overdue",
    "sales": "Customers and promises",
    "finance": "Credit and invoices",
    "compliance": "Rules and records",
}


def build_router(context: UiContext, shell: chainlit_shell.Shell) -> APIRouter:
    """``/``, ``/login``, ``/logout``, ``/user``: they stand before Chainlit's own."""
    router = APIRouter(include_in_schema=False)
    settings = context.copilot.settings
    ahead = main_files(chainlit_shell.build_folder())

    def show(
        *, status: int = 200, error: str = "", notice: str = "", login: str = "", next_page: str = "/"
    ) -> Response:
        demo = [{"login": role, "name": name, "hint": _DEMO_HINTS[role]} for role, name in ROLES.items()]
        return page(
            "sign_in.html",
            status=status,
            error=error,
            notice=notice,
            login=login,
            next_page=next_page,
            ahead=ahead,
            demo_logins=demo if settings.is_demo else [],
            demo_password=DEMO_PASSWORD if settings.is_demo else "",
            odoo="" if settings.is_demo else context.copilot.server.address,
        )

    @router.get("/")
    def chat(request: Request) -> Response:
        handle = chainlit_shell.handle_in(request.cookies)
        try:
            context.sign_ins.person(handle)
        except NotSignedIn:
            # From a link on another site the cookie stays at home: the page finds out for itself by asking /user.
            if request.headers.get("sec-fetch-site") != "cross-site":
                return RedirectResponse("/login?ended=1" if handle else "/login", status_code=303)
        return shell.response(request)

    @router.get("/login")
    def sign_in_page(request: Request, next: str = "/", ended: str = "") -> Response:
        target = local_target(next)
        handle = chainlit_shell.handle_in(request.cookies)
        if handle is None:
            return show(notice=ENDED if ended else "", next_page=target)
        try:
            context.sign_ins.person(handle)
        except NotSignedIn:
            return show(notice=ENDED, next_page=target)
        return RedirectResponse(target, status_code=303)

    @router.post("/login")
    def sign_in(
        request: Request,
        username: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/",
    ) -> Response:
        target = local_target(next)
        wants_page = "text/html" in request.headers.get("accept", "")
        try:
            if not username.strip() or not password:
                status, message = 401, "Write your Odoo login and your password (or API key)."
            else:
                person, handle = context.sign_ins.sign_in(username, password)
                done: Response = (
                    RedirectResponse(target, status_code=303)
                    if wants_page
                    else JSONResponse({"success": True})
                )
                chainlit_shell.give_cookie(request, done, login=person.login, name=person.name, handle=handle)
                return done
        except SignInBraked as error:
            status, message = 429, str(error)
        except OdooUnavailable as error:
            status, message = 503, str(error)
        except (OdooError, CopilotError) as error:
            status, message = 401, str(error)
        if wants_page:
            return show(status=status, error=message, login=username[:200], next_page=target)
        return JSONResponse({"detail": message}, status_code=status)

    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        context.sign_ins.sign_out(chainlit_shell.handle_in(request.cookies))
        done = JSONResponse({"success": True})
        chainlit_shell.take_cookie(request, done)
        return done

    @router.get("/user")
    def user(request: Request) -> Response:
        try:
            person = context.sign_ins.person(chainlit_shell.handle_in(request.cookies))
        except NotSignedIn as error:
            return JSONResponse({"detail": str(error)}, status_code=401)  # the chat then opens /login
        shown: dict[str, Any] = {"identifier": person.login, "display_name": person.name, "metadata": {}}
        return JSONResponse(shown, headers={"cache-control": "no-store"})

    @router.post("/project/action")
    async def action(request: Request, call: ActionCall) -> Response:
        handle = chainlit_shell.handle_in(request.cookies)
        try:
            context.sign_ins.person(handle)
        except NotSignedIn as error:
            return JSONResponse({"detail": str(error)}, status_code=401)
        known = await chainlit_shell.run_action(
            call.session_id, handle or "", call.action.name, call.action.payload
        )
        if not known:
            return JSONResponse(
                {"detail": "This button belongs to no conversation of yours. Reload the page."},
                status_code=404,
            )
        return JSONResponse({"success": True, "response": None})

    @router.post("/set-session-cookie")
    def keep_to_one_server() -> Response:
        """The chat asks for a cookie that a load balancer could use; one process needs none."""
        return JSONResponse({"message": "not needed"})

    return router


class Pressed(BaseModel):
    """A button of the chat; whatever else a browser sends along is not looked at."""

    name: str = Field(max_length=50)
    payload: dict[str, Any] = Field(default_factory=dict)


class ActionCall(BaseModel):
    """Which conversation of this browser it was pressed in."""

    model_config = ConfigDict(populate_by_name=True)

    session_id: str = Field(alias="sessionId", max_length=100)
    action: Pressed


def sign_in_address(path: str) -> str:
    """Where to sign in and come back."""
    return f"/login?next={quote(path, safe='')}"
