"""The command line. A second composition root beside `app.py`: it may import every package, and does so inside its commands, so
that `copilot --help` and a question from a cold shell stay quick.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from copilot.errors import CopilotError, SettingsError
from copilot.running import announce, find
from copilot.settings import Settings, load_settings

if TYPE_CHECKING:
    from copilot.commands.asking import Asker

app = typer.Typer(
    help="Why an order is late, proven from live Odoo and your own documents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print the contract's JSON.")]
User = Annotated[str | None, typer.Option("--user", help="Odoo login; the secret is COPILOT_ODOO_PASSWORD.")]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", help="A file of JSON lines: id, text, and optionally user, thread, top."),
]
Collection = Annotated[str | None, typer.Option("--collection", help="Name of a document collection.")]

DEMO_USER = "service"
DEMO_PASSWORD = "demo"  # noqa: S105 - the recording's own, on the recording only


def main() -> None:
    """Run a command; every failure is one sentence and exit code 1 (2 for a command that is written wrongly)."""
    try:
        app()
    except KeyboardInterrupt:
        _fail("Stopped.", code=130)
    except Exception as error:
        if not _is_ours(error) and os.environ.get("COPILOT_LOG_LEVEL", "").lower() == "debug":
            raise
        _fail(str(error) if _is_ours(error) else _fault(error))


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="The question.")] = None,
    user: User = None,
    thread: Annotated[str | None, typer.Option("--thread", help="Go on in this conversation.")] = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Ask one question, or a file of questions."""
    with _asker(user) as asker:
        if batch is not None:
            _run_batch(
                batch,
                lambda item: asker.ask(
                    str(item.get("text", "")), thread=item.get("thread"), user=item.get("user")
                ),
            )
            return
        answer = asker.ask(_given(text), thread=thread, user=None)
        if as_json:
            _print_json(answer)
        else:
            from copilot.commands.terminal import print_answer

            print_answer(answer)


@app.command()
def search(
    text: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=50)] = 10,
    user: User = None,
    collection: Collection = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Search the documents, as the person may read them."""
    with _asker(user) as asker:
        if batch is not None:
            _run_batch(
                batch,
                lambda item: asker.search(
                    str(item.get("text", "")),
                    top=int(item.get("top", top)),
                    collection=collection,
                    user=item.get("user"),
                ),
            )
            return
        found = asker.search(_given(text), top=top, collection=collection, user=None)
        if as_json:
            _print_json(found)
        else:
            from copilot.commands.terminal import print_passages

            print_passages(found)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Folders or files.")],
    collection: Collection = None,
    as_json: Json = False,
) -> None:
    """Read documents into the index; unchanged files cost a hash."""
    from copilot.commands.ingesting import ingest_here, ingest_there
    from copilot.commands.terminal import ingest_progress, print_ingest_report

    settings = _settings()
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        _fail(f"There is no {', '.join(missing)}. Name folders or files that exist.")
    running = find(settings.data_dir)
    with ingest_progress(quiet=as_json) as progress:
        report = (
            ingest_there(running, paths, collection=collection)
            if running
            else ingest_here(settings, paths, collection=collection, progress=progress)
        )
    if as_json:
        _print_json(report)
    else:
        print_ingest_report(report)
    if report.get("quarantined"):
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535)] = None,
    as_json: Json = False,
) -> None:
    """Serve the chat, the pages and the HTTP routes."""
    settings = _settings()
    host, port = host or settings.host, port or settings.port
    other = find(settings.data_dir)
    if other is not None:
        _fail(
            f"A copilot of this data folder runs already, at {other.url} (process {other.pid}). "
            "Stop it, or set COPILOT_DATA_DIR to another folder."
        )
    _port_is_free(host, port)
    import uvicorn

    from app import create_app
    from copilot.bootstrap import build

    copilot = build(settings)
    application = create_app(copilot)
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1"} else host  # noqa: S104 - compared, not bound
    running = announce(settings.data_dir, f"http://{shown}:{port}")
    if as_json:
        _print_json({"url": running.url, "pid": running.pid})
    else:
        typer.echo(f"Distribution Copilot answers at {running.url}")
    uvicorn.run(application, host=host, port=port, log_level=settings.log_level, access_log=False)


@app.command()
def prepare(
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Do not ingest the demo documents.")] = False,
    as_json: Json = False,
) -> None:
    """Make the embedded defaults ready: the embedding model, the tables, and the demo documents when the demo Odoo serves."""
    from copilot.commands.ingesting import demo_documents, ingest_here
    from copilot.commands.terminal import ingest_progress, print_ingest_report

    settings = _settings()
    if find(settings.data_dir) is not None:
        typer.echo("A copilot of this data folder runs already; nothing to prepare.")
        return
    if not settings.is_demo or no_demo:
        return
    with ingest_progress(quiet=as_json) as progress:
        report = ingest_here(settings, [demo_documents()], collection=None, progress=progress)
    if as_json:
        _print_json(report)
    else:
        print_ingest_report(report)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what is configured, reachable and degraded."""
    from copilot.bootstrap import build
    from copilot.commands.terminal import print_health

    settings = _settings()
    running = find(settings.data_dir)
    if running is not None:
        from copilot.commands.asking import fetch

        report: dict[str, Any] = fetch(running, "/readyz")
        report["parts"].insert(
            0,
            {"name": "Service", "state": "ok", "detail": f"running at {running.url}, process {running.pid}"},
        )
    else:
        report = build(settings).health.report().to_json()
    if as_json:
        _print_json(report)
    else:
        print_health(report)
    if not report["ready"]:
        raise typer.Exit(1)


@app.command()
def record(
    out: Annotated[Path, typer.Argument(help="File to write, ending in .json.gz.")],
    people: Annotated[
        Path | None,
        typer.Option("--people", help="A YAML file of login: password whose rights are recorded too."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Record the Odoo of the settings, signed in with COPILOT_ODOO_USER and COPILOT_ODOO_PASSWORD."""
    from copilot.commands.recording import record_odoo
    from copilot.commands.terminal import counting

    settings = _settings()
    if settings.is_demo:
        _fail("There is no Odoo to record. Set COPILOT_ODOO_URL and COPILOT_ODOO_DB.")
    with counting("Recording") as step:
        written = record_odoo(settings, out, people_file=people, step=step)
    if as_json:
        _print_json(
            {"path": str(out), "rows": written.rows, "models": written.models, "bytes": written.bytes}
        )
    else:
        typer.echo(
            f"Recorded {written.rows:,} records of {written.models} models to {out} ({written.bytes / 1024:,.0f} kB)."
        )


@contextmanager
def _asker(user: str | None) -> Iterator[Asker]:
    """Questions go to the running copilot of this data folder, else to one built here for the while."""
    from copilot.commands.asking import Asker

    settings = _settings()
    asker = Asker(
        settings, running=find(settings.data_dir), sign_in=lambda login: _credentials(settings, login or user)
    )
    try:
        yield asker
    finally:
        asker.close()


def _credentials(settings: Settings, login: str | None) -> tuple[str, str]:
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


def _settings() -> Settings:
    return load_settings()


def _given(text: str | None) -> str:
    if text is None:
        _fail('Say what you want to know, such as: copilot ask "Why is S00042 late?"', code=2)
    return text


def _batch_lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from (line for line in file if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        _fail(
            f"The batch file {path} cannot be read ({type(error).__name__}). It must be UTF-8 text, one JSON object a line."
        )


def _run_batch(path: Path, work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """One line of JSON for each line of the file, in its order."""
    for line in _batch_lines(path):
        _print_json(_one_of_batch(line, work))


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
        return {"id": item.get("id"), "error": str(error) if _is_ours(error) else _fault(error)}


def _port_is_free(host: str, port: int) -> None:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        _fail(
            f"Port {port} on {host} cannot be used ({getattr(error, 'strerror', error)}). "
            "Stop what uses it, or choose another with --port or COPILOT_PORT."
        )


def _is_ours(error: Exception) -> bool:
    """Errors whose message is meant for people."""
    from erp_tools.errors import OdooError
    from knowledge_ingest.errors import IngestError
    from prompts import PromptError
    from retrieval.errors import RetrievalError

    return isinstance(error, CopilotError | OdooError | RetrievalError | IngestError | PromptError)


def _fault(error: Exception) -> str:
    """A fault of ours, in a sentence; the details are for whoever asks for them."""
    return (
        f"Something went wrong on our side ({type(error).__name__}). Run it again with COPILOT_LOG_LEVEL=debug for the details, "
        "and report them."
    )


def _print_json(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _fail(sentence: str, *, code: int = 1) -> NoReturn:
    typer.echo(sentence, err=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
