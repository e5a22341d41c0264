"""What the commands share: options, who asks, printing, and how a failure is said. Imports little: a cold command stays quick."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from copilot.errors import CopilotError, SettingsError
from copilot.running import find
from copilot.settings import Settings, load_settings

if TYPE_CHECKING:
    from copilot.commands.asking import Asker
    from copilot.identity import Person

Json = Annotated[bool, typer.Option("--json", help="Print the contract's JSON.")]
User = Annotated[str | None, typer.Option("--user", help="Odoo login; the secret is COPILOT_ODOO_PASSWORD.")]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", help="A file of JSON lines: id, text, and optionally user, thread, top."),
]
Collection = Annotated[str | None, typer.Option("--collection", help="Name of a document collection.")]

DEMO_USER = "service"
DEMO_PASSWORD = "demo"  # noqa: S105 - the recording's own, on the recording only


@contextmanager
def asker_as(user: str | None) -> Iterator[Asker]:
    """Questions go to the running copilot of this data folder, else to one built here for the while."""
    from copilot.commands.asking import Asker

    settings = load_settings()
    asker = Asker(
        settings, running=find(settings.data_dir), sign_in=lambda login: credentials(settings, login or user)
    )
    try:
        yield asker
    finally:
        asker.close()


@contextmanager
def signed_in(settings: Settings, user: str | None) -> Iterator[Person]:
    """Somebody signed in to Odoo for one command, without a conversation around it. Raises SettingsError, OdooError."""
    from copilot.bootstrap import odoo_server
    from copilot.identity import Identity

    login, secret = credentials(settings, user)
    identity = Identity(odoo_server(settings), lifetime_seconds=3600)
    person = identity.sign_in(login, secret)
    try:
        yield person
    finally:
        identity.sign_out(person.token)


def credentials(settings: Settings, login: str | None) -> tuple[str, str]:
    """Login and secret to sign in with."""
    secret = settings.odoo_password.get_secret_value() if settings.odoo_password else ""
    if settings.is_demo:
        return login or settings.odoo_user or DEMO_USER, secret or DEMO_PASSWORD
    name = login or settings.odoo_user
    if not name or not secret:
        raise SettingsError(
            "Nobody to ask as. Set COPILOT_ODOO_USER and COPILOT_ODOO_PASSWORD (your Odoo login and password or API key)."
        )
    return name, secret


def given(text: str | None) -> str:
    if text is None:
        fail('Say what you want to know, such as: copilot ask "Why is S00042 late?"', code=2)
    return text


def _batch_lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from (line for line in file if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        fail(
            f"The batch file {path} cannot be read ({type(error).__name__}). It must be UTF-8 text, one JSON object a line."
        )


def run_batch(path: Path, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """One line of JSON for each line of the file, in its order."""
    for line in _batch_lines(path):
        print_json(_one_of_batch(line, work))


def _one_of_batch(line: str, work: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """One line's result with its id; a line that fails says why and the others go on."""
    try:
        item = json.loads(line)
        if not isinstance(item, dict):
            raise ValueError("not an object")
    except ValueError as error:
        return {"id": None, "error": f"This line is no JSON object ({error})."}
    try:
        return {"id": item.get("id"), **work(item)}
    except Exception as error:  # one bad line must not end the batch
        return {"id": item.get("id"), "error": str(error) if is_ours(error) else fault(error)}


def port_is_free(host: str, port: int) -> None:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        fail(
            f"Port {port} on {host} cannot be used ({getattr(error, 'strerror', error)}). "
            "Stop what uses it, or choose another with --port or COPILOT_PORT."
        )


def is_ours(error: Exception) -> bool:
    """Errors whose message is meant for people."""
    from erp_tools.actions.action import CannotDraft
    from erp_tools.errors import OdooError
    from knowledge_ingest.errors import IngestError
    from prompts import PromptError
    from retrieval.errors import RetrievalError

    return isinstance(
        error, CopilotError | CannotDraft | OdooError | RetrievalError | IngestError | PromptError
    )


def fault(error: Exception) -> str:
    """A fault of ours, in a sentence; the details are for whoever asks for them."""
    return (
        f"Something went wrong on our side ({type(error).__name__}). Run it again with COPILOT_LOG_LEVEL=debug for the details, "
        "and report them."
    )


def print_json(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def fail(sentence: str, *, code: int = 1) -> NoReturn:
    typer.echo(sentence, err=True)
    raise SystemExit(code)
