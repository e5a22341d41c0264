"""The audit log on the command line: prove it, and hand it to somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.commands.shared import Json, User, fail, print_json, signed_in
from copilot.settings import Settings, load_settings

if TYPE_CHECKING:
    from copilot.identity import Person

app = typer.Typer(help="The audit log.", no_args_is_help=True)


@app.command()
def verify(
    exported: Annotated[
        Path | None, typer.Option("--export", help="Check an exported file instead of the log.")
    ] = None,
    anchored: Annotated[
        bool, typer.Option("--anchors", help="Hold the log against the notes in Odoo, too.")
    ] = False,
    user: User = None,
    as_json: Json = False,
) -> None:
    """Prove that the log is what was written; exit code 1 where it is not, with every place named."""
    from copilot.bootstrap import open_audit

    if exported is not None:
        from copilot.audit_export import check_export

        statement = check_export(exported)
        if as_json:
            print_json(statement)
        else:
            typer.echo(
                f"{exported} is what was signed: {statement['entries']} entries, public key {statement['public_key']}."
            )
        return
    settings = load_settings()
    audit = open_audit(settings)
    verdict = audit.verify()
    from copilot.audit_anchor import anchoring, anchors, disagreements

    if anchored:
        with _anchoring_as(settings, user) as person:
            verdict = replace(verdict, problems=(*verdict.problems, *disagreements(audit, anchors(person))))
    known = anchoring(audit, by_itself=bool(settings.anchor_odoo_user), now=datetime.now(UTC))
    if as_json:
        print_json({
            "entries": verdict.entries, "holds": verdict.holds, "head": verdict.head,
            "problems": [{"seq": one.seq, "kind": one.kind, "text": one.text} for one in verdict.problems],
            "anchoring": {"state": known.state, "text": known.text},
        })  # fmt: skip
    elif verdict.holds:
        typer.echo(f"{verdict.entries:,} entries, unbroken. Head {verdict.head}.")
    else:
        typer.echo(f"{verdict.entries:,} entries, and the log is not what was written:", err=True)
        for one in verdict.problems[:50]:
            typer.echo(f"- {one.text} ({one.kind})", err=True)
    if not as_json:
        typer.echo(known.text[:1].upper() + known.text[1:], err=known.state in ("failed", "late"))
    if not verdict.holds:
        raise typer.Exit(1)


@contextmanager
def _anchoring_as(settings: Settings, user: str | None) -> Iterator[Person]:
    """Whoever anchored: the account of the settings, or the person at the command line."""
    if user is None and settings.anchor_odoo_user:
        from copilot.bootstrap import anchor_account, odoo_server

        with anchor_account(settings, odoo_server(settings)) as person:
            yield person
    else:
        with signed_in(settings, user) as person:
            yield person


@app.command("export")
def export_log(
    out: Annotated[Path, typer.Argument(help="File to write, ending in .jsonl or .csv.")],
    as_json: Json = False,
) -> None:
    """Write the log and a signed statement of it."""
    from copilot.audit_export import export
    from copilot.bootstrap import open_audit

    settings = load_settings()
    done = export(open_audit(settings), out, key_folder=settings.data_dir)
    if as_json:
        print_json(
            {
                "path": str(done.path),
                "statement": str(done.statement),
                "entries": done.entries,
                "chain_holds": done.holds,
            }
        )
    else:
        typer.echo(f"{done.entries:,} entries written to {done.path}, signed in {done.statement.name}.")
    if not done.holds:
        typer.echo("The log itself is not what was written: run `copilot audit verify`.", err=True)
        raise typer.Exit(1)


@app.command("anchor")
def anchor_log(user: User = None, as_json: Json = False) -> None:
    """Put the log's head into Odoo, where it is beyond the reach of whoever holds our database: once a day, from a timer."""
    from copilot.audit_anchor import anchor
    from copilot.bootstrap import open_audit

    settings = load_settings()
    with _anchoring_as(settings, user) as person:
        done = anchor(open_audit(settings), person)
    if as_json:
        print_json({"seq": done.seq, "seal": done.seal, "at": done.at, "place": done.place})
    else:
        typer.echo(f"Entry {done.seq} is anchored in Odoo since {done.at} UTC, in {done.place}.")


@app.command()
def retire(
    out: Annotated[Path, typer.Argument(help="File that keeps the whole log first (.jsonl or .csv).")],
    before: Annotated[datetime, typer.Option("--before", help="Entries from before this day are taken out.")],
    user: User = None,
    as_json: Json = False,
) -> None:
    """Retention (compliance): write the log and its signed statement, then take out what is older than a day."""
    from copilot.audit_export import export
    from copilot.bootstrap import open_audit

    settings = load_settings()
    audit = open_audit(settings)
    with signed_in(settings, user) as person:
        _only_compliance(person)
        written = export(audit, out, key_folder=settings.data_dir)
        if not written.holds:
            fail(
                "The log is not what was written, so nothing is taken out of it. Run `copilot audit verify`."
            )
        with audit.changing() as connection:
            by = audit.actor_of(connection, _owner(person), person.name)
            gone = audit.retire(connection, before.replace(tzinfo=UTC), by=by)
    if as_json:
        print_json({"retired": gone, "path": str(written.path), "statement": str(written.statement)})
    else:
        typer.echo(f"{gone:,} entries taken out; the log as it was lies in {written.path}.")


@app.command()
def erase(
    login: Annotated[str, typer.Argument(help="Who is forgotten.")],
    user: User = None,
    as_json: Json = False,
) -> None:
    """Forget a person (compliance): their name and what they wrote, in drafts, conversations, receipts, opinions and the log.

    What happened stays under a pseudonym, and the chain holds.
    """
    from copilot.audit import Audit, audit_key
    from copilot.bootstrap import prepare_data_dir
    from copilot.database import Database
    from copilot.erasure import erase as forget
    from copilot.erasure import told

    settings = load_settings()
    prepare_data_dir(settings)
    database = Database(settings.sqlalchemy_url)
    try:
        audit = Audit(database, audit_key(settings.data_dir))
        with signed_in(settings, user) as person:
            _only_compliance(person)
            if person.login == login:
                fail("Somebody else of the role compliance erases you.")
            done = forget(database, audit, settings.data_dir, login, by=_owner(person), by_name=person.name)
    finally:
        database.close()
    if not done.anything:
        fail(f"Nobody called {login!r} stands in anything that is kept here.")
    if as_json:
        print_json(done.to_json())
    else:
        for line in told(done, login):
            typer.echo(line)


def _only_compliance(person: Person) -> None:
    if "compliance" not in person.roles:
        fail("Only compliance does this.")


def _owner(person: Person) -> str:
    from copilot.identity import owner_of

    return owner_of(person)
