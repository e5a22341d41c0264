"""Drafts on the command line: make one, look at it, decide it, run what was left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.commands.shared import Json, User, credentials, fail, print_json
from copilot.settings import load_settings

if TYPE_CHECKING:
    from copilot.drafts.desk import Desk
    from copilot.identity import Person

app = typer.Typer(help="Drafted actions: decide and run them.", no_args_is_help=True)

DraftId = Annotated[str, typer.Argument(help="Id of the draft.")]


@app.command("list")
def list_drafts(
    mine: Annotated[bool, typer.Option("--mine", help="Only what I asked for.")] = False,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what I could decide now.")] = False,
    order: Annotated[str, typer.Option("--order", help="Only of this order.")] = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """List the drafts you may see, the newest first."""
    from copilot.commands.draft_tables import print_drafts

    with _desk(user) as (desk, person):
        found = (
            desk.drafts.waiting_for(person) if waiting else desk.drafts.listed(person, mine=mine, order=order)
        )
        if as_json:
            print_json({"drafts": [draft.to_json() for draft in found]})
        else:
            print_drafts(found)


@app.command()
def show(draft_id: DraftId, user: User = None, as_json: Json = False) -> None:
    """Show a draft: what would change, who decides, and why."""
    from copilot.commands.draft_tables import print_draft

    with _desk(user) as (desk, person):
        draft, _ = desk.drafts.show(person, draft_id)
        if as_json:
            print_json(draft.to_json())
        else:
            print_draft(draft)


@app.command("new")
def new_draft(
    action: Annotated[str, typer.Argument(help="Kind of action, such as split_delivery.")],
    order: Annotated[str, typer.Argument(help="The order it is for, such as S00042.")],
    wish: Annotated[
        list[str] | None, typer.Option("--with", help="A wish as NAME=VALUE, such as warehouse=East.")
    ] = None,
    user: User = None,
    as_json: Json = False,
) -> None:
    """Draft an action; nothing changes in Odoo before it is approved."""
    from copilot.commands.draft_tables import print_draft

    wanted: dict[str, Any] = {"order": order, **_wishes(wish)}
    with _desk(user) as (desk, person):
        draft = desk.draft(person, action, wanted)
        if draft.state == "approved":
            draft = desk.executor.run(person, draft)
        if as_json:
            print_json(draft.to_json())
        else:
            print_draft(draft)


@app.command()
def edit(
    draft_id: DraftId,
    wish: Annotated[
        list[str], typer.Option("--with", help="What it shall be as NAME=VALUE, such as date=2026-12-01.")
    ],
    user: User = None,
    as_json: Json = False,
) -> None:
    """Put a draft of your own another way, before it is decided: its next version."""
    from copilot.commands.draft_tables import print_draft

    changed = _wishes(wish)
    with _desk(user) as (desk, person):
        draft = desk.edit(
            person, draft_id, version=desk.drafts.look(person, draft_id).version, changed=changed
        )
        if as_json:
            print_json(draft.to_json())
        else:
            print_draft(draft)


@app.command()
def approve(
    draft_id: DraftId,
    digest: Annotated[
        str | None, typer.Option("--digest", help="Approve only if it is exactly this.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    user: User = None,
    as_json: Json = False,
) -> None:
    """Approve a draft as it is shown, and run it with your own Odoo session."""
    from copilot.commands.draft_tables import print_draft

    with _desk(user) as (desk, person):
        draft = desk.drafts.look(person, draft_id)
        if yes or as_json:
            token = desk.drafts.token(person, draft_id)
        else:
            draft, token = desk.drafts.show(person, draft_id)
            print_draft(draft)
            typer.confirm("Approve exactly this?", abort=True)
        done = desk.approve(
            person, draft_id, version=draft.version, digest=digest or draft.digest, token=token
        )
        if as_json:
            print_json(done.to_json())
        else:
            print_draft(done)


@app.command()
def reject(
    draft_id: DraftId,
    reason: Annotated[str, typer.Option("--reason", help="Why; whoever asked for it reads this.")] = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """Reject a draft."""
    with _desk(user) as (desk, person):
        draft = desk.drafts.look(person, draft_id)
        token = desk.drafts.token(person, draft_id)
        done = desk.reject(
            person, draft_id, version=draft.version, digest=draft.digest, token=token, reason=reason
        )
        if as_json:
            print_json(done.to_json())
        else:
            typer.echo(f"{done.summary}: rejected.")


@app.command()
def submit(
    draft_id: DraftId,
    to: Annotated[
        str, typer.Option("--to", help="A colleague whom an activity in Odoo asks to decide.")
    ] = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """Hand a draft of your own to its approvers."""
    with _desk(user) as (desk, person):
        done = desk.submit(person, draft_id, to=to)
        if as_json:
            print_json(done.to_json())
        else:
            asked = f"; {to} is asked in Odoo" if to else ""
            typer.echo(f"{done.summary}: waits for {' or '.join(done.approver_roles)}{asked}.")


@app.command()
def cancel(draft_id: DraftId, user: User = None, as_json: Json = False) -> None:
    """Take back a draft of your own."""
    with _desk(user) as (desk, person):
        done = desk.cancel(person, draft_id)
        if as_json:
            print_json(done.to_json())
        else:
            typer.echo(f"{done.summary}: cancelled.")


@app.command()
def run(
    draft_id: Annotated[
        str | None, typer.Argument(help="Only this draft; otherwise all that you approved.")
    ] = None,
    user: User = None,
    as_json: Json = False,
) -> None:
    """Run what you approved and what was left unfinished; find out what became of the uncertain."""
    from copilot.commands.draft_tables import print_drafts

    with _desk(user) as (desk, person):
        if draft_id is None:
            ended = desk.executor.work()
            found = desk.drafts.listed(person)
        else:
            done = desk.executor.run(person, desk.drafts.look(person, draft_id))
            ended, found = int(done.state in {"executed", "failed", "stale"}), [done]
        if as_json:
            print_json({"ended": ended, "drafts": [draft.to_json() for draft in found]})
        else:
            print_drafts(found)


@app.command()
def resolve(
    draft_id: DraftId,
    outcome: Annotated[str, typer.Argument(help="executed or failed.")],
    reason: Annotated[str, typer.Option("--reason", help="What you saw in Odoo.")] = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """Say what became of an uncertain draft, after a look into Odoo (supervisor, compliance)."""
    from copilot.commands.draft_tables import print_draft

    if outcome not in ("executed", "failed"):
        fail(f"{outcome!r} is no outcome; say executed or failed.", code=2)
    with _desk(user) as (desk, person):
        done = desk.drafts.resolve(
            person, draft_id, "executed" if outcome == "executed" else "failed", reason
        )
        if as_json:
            print_json(done.to_json())
        else:
            print_draft(done)


@app.command()
def stops(user: User = None, as_json: Json = False) -> None:
    """What is stopped now, since when and why."""
    with _desk(user) as (desk, _):
        found = desk.drafts.stops()
        if as_json:
            print_json({"stops": [vars(one) for one in found]})
        for one in [] if as_json else found:
            typer.echo(
                f"{one.scope}: stopped by {one.by} on {one.since[:16].replace('T', ' ')} UTC: {one.reason}"
            )
        if not found and not as_json:
            typer.echo("Nothing is stopped.")


@app.command()
def stop(
    scope: Annotated[str, typer.Argument(help="A kind of action, or all.")] = "all",
    reason: Annotated[str, typer.Option("--reason")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Lift the stop again (compliance).")] = False,
    user: User = None,
) -> None:
    """The stop switch: nothing of this kind is run any more, until compliance lifts it."""
    with _desk(user) as (desk, person):
        if lift:
            desk.drafts.resume(person, scope)
        else:
            desk.drafts.stop(person, scope, reason)
    typer.echo(f"{scope}: {'lifted' if lift else 'stopped'}.")


def _wishes(given: list[str] | None) -> dict[str, str]:
    """``NAME=VALUE``, each once. Ends with a message where one is something else."""
    wanted: dict[str, str] = {}
    for one in given or []:
        name, sign, value = one.partition("=")
        if not sign:
            fail(f"{one!r} is no wish; write it as NAME=VALUE.", code=2)
        wanted[name.strip()] = value
    return wanted


@contextmanager
def _desk(user: str | None) -> Iterator[tuple[Desk, Person]]:
    """The desk of this data folder, and who is at it. The database serves several processes; the documents go unread here while
    a service holds them, so that a contract counts as unknown then."""
    from copilot.bootstrap import build_desk

    settings = load_settings()
    built = build_desk(settings)
    try:
        login, secret = credentials(settings, user)
        person = built.identity.sign_in(login, secret)
        yield built.desk, person
        built.identity.sign_out(person.token)
    finally:
        built.close()
