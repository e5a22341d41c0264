"""The command line. A second composition root beside `app.py`: it may import every package, and does so inside its commands, so
that `copilot --help` and a question from a cold shell stay quick.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from copilot.commands import audit, drafts, evaluating, options, orders, prompts
from copilot.commands import documents as documents_commands
from copilot.commands import terms as terms_commands
from copilot.commands.shared import (
    Batch,
    Collection,
    Json,
    User,
    asker_as,
    fail,
    fault,
    given,
    is_ours,
    port_is_free,
    print_json,
    run_batch,
)
from copilot.running import announce, find
from copilot.settings import load_settings

app = typer.Typer(
    help="Why an order is late, proven from live Odoo and your own documents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(documents_commands.app, name="documents")
app.add_typer(terms_commands.app, name="terms")
app.add_typer(orders.app, name="orders")
app.add_typer(drafts.app, name="drafts")
app.add_typer(audit.app, name="audit")
app.add_typer(prompts.app, name="prompts")
app.add_typer(evaluating.app, name="eval")
app.command()(orders.waiting)
app.command()(options.options)
app.command()(options.rescue)


def main() -> None:
    """Run a command; every failure is one sentence and exit code 1 (2 for a command that is written wrongly)."""
    try:
        app()
    except KeyboardInterrupt:
        fail("Stopped.", code=130)
    except Exception as error:
        if not is_ours(error) and os.environ.get("COPILOT_LOG_LEVEL", "").lower() == "debug":
            raise
        fail(str(error) if is_ours(error) else fault(error))


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="The question.")] = None,
    user: User = None,
    thread: Annotated[str | None, typer.Option("--thread", help="Go on in this conversation.")] = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Ask one question, or a file of questions."""
    with asker_as(user) as asker:
        if batch is not None:
            run_batch(
                batch,
                lambda item: asker.ask(
                    str(item.get("text", "")), thread=item.get("thread"), user=item.get("user")
                ),
            )
            return
        answer = asker.ask(given(text), thread=thread, user=None)
        if as_json:
            print_json(answer)
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
    with asker_as(user) as asker:
        if batch is not None:
            run_batch(
                batch,
                lambda item: asker.search(
                    str(item.get("text", "")),
                    top=int(item.get("top", top)),
                    collection=collection,
                    user=item.get("user"),
                ),
            )
            return
        found = asker.search(given(text), top=top, collection=collection, user=None)
        if as_json:
            print_json(found)
        else:
            from copilot.commands.terminal import print_passages

            print_passages(found)


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Folders or files.")] = None,
    collection: Collection = None,
    from_odoo: Annotated[
        bool, typer.Option("--from-odoo", help="Also Odoo's attachments, read as COPILOT_INDEX_ODOO_USER.")
    ] = False,
    watching: Annotated[
        bool, typer.Option("--watch", help="Go on: again after each change, until Ctrl-C.")
    ] = False,
    every: Annotated[
        float,
        typer.Option("--every", min=0.1, help="With --watch: minutes after which to look again in any case."),
    ] = 15.0,
    as_json: Json = False,
) -> None:
    """Read documents into the index; unchanged files cost a hash."""
    from copilot.commands.ingesting import ingest_here, ingest_there
    from copilot.commands.terminal import ingest_progress, print_ingest_report

    settings = load_settings()
    paths = paths or []
    if not paths and not from_odoo:
        fail("Name folders or files to ingest, or --from-odoo.", code=2)
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        fail(f"There is no {', '.join(missing)}. Name folders or files that exist.")
    show = print_json if as_json else print_ingest_report
    if watching:
        from copilot.commands.watching import watch

        watch(
            settings,
            paths,
            collection=collection,
            from_odoo=from_odoo,
            every=every * 60,
            report=show,
            trouble=lambda sentence: typer.echo(sentence, err=True),
        )
        return
    running = find(settings.data_dir)
    with ingest_progress(quiet=as_json) as progress:
        report = (
            ingest_there(running, paths, collection=collection, progress=progress, from_odoo=from_odoo)
            if running
            else ingest_here(settings, paths, collection=collection, progress=progress, from_odoo=from_odoo)
        )
    show(report)
    if report["summary"]["quarantined"] or report["problems"]:
        raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535)] = None,
    as_json: Json = False,
) -> None:
    """Serve the chat, the pages and the HTTP routes."""
    settings = load_settings()
    host, port = host or settings.host, port or settings.port
    other = find(settings.data_dir)
    if other is not None:
        fail(
            f"A copilot of this data folder runs already, at {other.url} (process {other.pid}). "
            "Stop it, or set COPILOT_DATA_DIR to another folder."
        )
    port_is_free(host, port)
    import uvicorn

    from app import create_app
    from copilot.bootstrap import build

    copilot = build(settings)
    application = create_app(copilot)
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1"} else host  # noqa: S104 - compared, not bound
    running = announce(settings.data_dir, f"http://{shown}:{port}")
    if as_json:
        print_json({"url": running.url, "pid": running.pid})
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

    settings = load_settings()
    if find(settings.data_dir) is not None:
        typer.echo("A copilot of this data folder runs already; nothing to prepare.")
        return
    if not settings.is_demo or no_demo:
        return
    with ingest_progress(quiet=as_json) as progress:
        report = ingest_here(settings, [demo_documents()], collection=None, progress=progress)
    if as_json:
        print_json(report)
    else:
        print_ingest_report(report)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what is configured, reachable and degraded."""
    from copilot.bootstrap import build
    from copilot.commands.terminal import print_health

    settings = load_settings()
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
        print_json(report)
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

    settings = load_settings()
    if settings.is_demo:
        fail("There is no Odoo to record. Set COPILOT_ODOO_URL and COPILOT_ODOO_DB.")
    with counting("Recording") as step:
        written = record_odoo(settings, out, people_file=people, step=step)
    if as_json:
        print_json({"path": str(out), "rows": written.rows, "models": written.models, "bytes": written.bytes})
    else:
        typer.echo(
            f"Recorded {written.rows:,} records of {written.models} models to {out} ({written.bytes / 1024:,.0f} kB)."
        )


if __name__ == "__main__":
    main()
