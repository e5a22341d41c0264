"""The audit log on the command line: prove it, and hand it to somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.commands.shared import Json, User, fail, print_json, signed_in
from copilot.settings import load_settings

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
    if anchored:
        from copilot.audit_anchor import anchors, disagreements

        with signed_in(settings, user) as person:
            verdict = replace(verdict, problems=(*verdict.problems, *disagreements(audit, anchors(person))))
    if as_json:
        print_json({
            "entries": verdict.entries, "holds": verdict.holds, "head": verdict.head,
            "problems": [{"seq": one.seq, "kind": one.kind, "text": one.text} for one in verdict.problems],
        })  # fmt: skip
    elif verdict.holds:
        typer.echo(f"{verdict.entries:,} entries, unbroken. Head {verdict.head}.")
    else:
        typer.echo(f"{verdict.entries:,} entries, and the log is not what was written:", err=True)
        for one in verdict.problems[:50]:
            typer.echo(f"- {one.text} ({one.kind})", err=True)
    if not verdict.holds:
        raise typer.Exit(1)


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
    """Put the log's head into Odoo as a note on your own contact: once a day, from a timer."""
    from copilot.audit_anchor import anchor
    from copilot.bootstrap import open_audit

    settings = load_settings()
    with signed_in(settings, user) as person:
        done = anchor(open_audit(settings), person)
    if as_json:
        print_json({"seq": done.seq, "seal": done.seal, "at": done.at})
    else:
        typer.echo(f"Entry {done.seq} is anchored in Odoo since {done.at} UTC.")


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
    login: Annotated[str, typer.Argument(help="Whose name is forgotten.")],
    user: User = None,
    as_json: Json = False,
) -> None:
    """Forget who is behind a pseudonym of the log (compliance). The entries stay, and the chain holds."""
    from copilot.bootstrap import open_audit

    settings = load_settings()
    audit = open_audit(settings)
    with signed_in(settings, user) as person:
        _only_compliance(person)
        owners = audit.owners_named(login)
        with audit.changing() as connection:
            by = audit.actor_of(connection, _owner(person), person.name)
            done = [audit.erase_person(connection, owner, by=by) for owner in owners]
    if not any(done):
        fail(f"The log knows nobody called {login!r}.")
    if as_json:
        print_json({"erased": sum(done)})
    else:
        typer.echo(f"{login}: the log does not say any more who that was.")


def _only_compliance(person: Person) -> None:
    if "compliance" not in person.roles:
        fail("Only compliance does this.")


def _owner(person: Person) -> str:
    from copilot.identity import owner_of

    return owner_of(person)
