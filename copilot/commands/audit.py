"""The audit log on the command line: prove it, and hand it to somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from copilot.commands.shared import Json, print_json
from copilot.settings import load_settings

app = typer.Typer(help="The audit log.", no_args_is_help=True)


@app.command()
def verify(
    exported: Annotated[
        Path | None, typer.Option("--export", help="Check an exported file instead of the log.")
    ] = None,
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
    verdict = open_audit(load_settings()).verify()
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
