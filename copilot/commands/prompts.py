"""Prompts on the command line: what there is, what changed, what was released, and on which report."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.commands.shared import Json, User, credentials, fail, print_json
from copilot.settings import Settings, load_settings

if TYPE_CHECKING:
    from copilot.identity import Person
    from copilot.releases import Release

app = typer.Typer(help="Prompts, and what is released.", no_args_is_help=True)

Env = Annotated[
    str | None,
    typer.Option("--environment", help="development, staging or production; default: COPILOT_ENVIRONMENT."),
]


@app.command("list")
def list_prompts(environment: Env = None, as_json: Json = False) -> None:
    """List every version of every prompt, where it runs, and whether what runs now is released."""
    from copilot.bootstrap import open_releases
    from prompts import ENVIRONMENTS, catalogue

    settings = _in(environment)
    prompts = catalogue(settings.prompts_dir)
    pinned = {one: prompts.pins(one) for one in ENVIRONMENTS}
    releases = open_releases(settings)
    off, found = releases.why_off(), releases.history()
    rows: list[dict[str, Any]] = []
    for name in prompts.names():
        for version in prompts.versions(name):
            prompt = prompts.load(name, version)
            rows.append({
                "name": name, "version": version, "sha256": prompt.digest, "owner": prompt.owner, "author": prompt.author,
                "purpose": prompt.purpose, "changed": prompt.changed, "why": prompt.why, "expected_effect": prompt.expected_effect,
                "allowed_models": list(prompt.allowed_models) or "any",
                "runs_in": [one for one in ENVIRONMENTS if pinned[one].get(name) == version],
            })  # fmt: skip
    running = releases.running() if not off else None
    if as_json:
        print_json({
            "prompts": rows, "environment": settings.environment, "drafting": not off, "why_not": off,
            "running": running.to_json() if running else None, "releases": [_json(one) for one in found],
        })  # fmt: skip
        return
    for row in rows:
        where = f"  runs in {', '.join(row['runs_in'])}" if row["runs_in"] else ""
        typer.echo(f"{row['name']} {row['version']}  {row['sha256'][:12]}{where}\n    {row['changed']}")
    for one in found:
        who = f", signed by {one.signed_by}" if one.signed_by else ""
        typer.echo(f"{one.at[:16]}  {one.kind.partition('.')[2]}  {one.bundle.digest[:12]}{who}")
    typer.echo(off or f"What runs in {settings.environment} is released.")


@app.command()
def diff(
    name: Annotated[str, typer.Argument(help="Prompt, such as assistant.")],
    old: Annotated[str | None, typer.Argument(help="Version; default: the one that runs.")] = None,
    new: Annotated[str | None, typer.Argument(help="Version; default: the newest.")] = None,
    environment: Env = None,
    as_json: Json = False,
) -> None:
    """Show what a version changes, and why."""
    from prompts import catalogue

    settings = _in(environment)
    prompts = catalogue(settings.prompts_dir)
    versions = prompts.versions(name)
    first = prompts.load(name, old, environment=settings.environment)
    second = prompts.load(name, new if new is not None else versions[-1])
    lines = list(
        difflib.unified_diff(
            first.text.splitlines(),
            second.text.splitlines(),
            f"{name} {first.version}",
            f"{name} {second.version}",
            lineterm="",
        )
    )
    if as_json:
        print_json({
            "name": name, "old": first.version, "new": second.version, "diff": lines, "changed": second.changed, "why": second.why,
            "expected_effect": second.expected_effect, "author": second.author, "sha256": {"old": first.digest, "new": second.digest},
        })  # fmt: skip
        return
    if first.version == second.version:
        typer.echo(f"{name} {first.version} is the newest version, and it runs.")
        return
    typer.echo(f"Changed: {second.changed}\nWhy: {second.why}\nExpected: {second.expected_effect}\n")
    typer.echo("\n".join(lines) or "The texts are the same.")


@app.command()
def release(
    name: Annotated[
        str | None,
        typer.Argument(help="Prompt, playbook, decision_rights or model; default: all that was tested."),
    ] = None,
    version: Annotated[str | None, typer.Argument(help="Its version, as the run tested it.")] = None,
    run: Annotated[str, typer.Option("--run", help="Eval run that it rests on: its id, or `last`.")] = "last",
    author: Annotated[
        str, typer.Option("--author", help="Who made changes whose files name nobody; not who signs.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="For the record.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    environment: Env = None,
    user: User = None,
    as_json: Json = False,
) -> None:
    """Let what an eval run was made on run here. Somebody of the role compliance signs, who did not write it."""
    from copilot.bootstrap import open_releases
    from copilot.commands.eval_runs import proof_of

    settings = _in(environment)
    proof = proof_of(settings, run)
    _names_what_was_tested(proof.bundle.versions(), name, version, proof.run_id)
    with _signed_in(settings, user) as person:
        releases = open_releases(settings)
        if not yes and not as_json:
            typer.echo(f"Run {proof.run_id} was made on {proof.bundle.digest}.")
            for one in proof.bundle.components:
                typer.echo(f"  {one.name} version {one.version}  {one.digest[:12]}")
            typer.confirm(f"Release this for {settings.environment}, signed by {person.name}?", abort=True)
        done = releases.release(person, proof, author=author, reason=reason)
        off = releases.why_off()
    if as_json:
        print_json({**_json(done), "drafting": not off, "why_not": off})
        return
    typer.echo(f"Released {done.bundle.digest[:12]} for {settings.environment}, signed by {done.signed_by}.")
    if off:
        typer.echo(off)


@app.command()
def rollback(
    reason: Annotated[str, typer.Option("--reason", help="For the record.")] = "",
    environment: Env = None,
    user: User = None,
    as_json: Json = False,
) -> None:
    """Go back to the release before; signed by somebody of the role compliance."""
    from copilot.bootstrap import open_releases

    settings = _in(environment)
    with _signed_in(settings, user) as person:
        releases = open_releases(settings)
        done = releases.roll_back(person, reason=reason)
        off = releases.why_off()
    if as_json:
        print_json({**_json(done), "drafting": not off, "why_not": off})
        return
    pins = ", ".join(f"{name} {version}" for name, version in done.bundle.pins().items())
    typer.echo(f"Back to {done.bundle.digest[:12]} in {settings.environment}: {pins}.")
    if off:
        typer.echo(off)


@app.command(hidden=True)
def baseline(as_json: Json = False) -> None:
    """For those who make the product: what a new installation may begin with is what is here now."""
    from copilot.bundle import running_bundle
    from prompts import catalogue

    prompts = catalogue()
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    bundle = running_bundle(settings.model_copy(update={"openai_base_url": None, "openai_api_key": None,
                                                        "azure_openai_endpoint": None, "prompts_dir": None,
                                                        "decision_rights": None, "house_rules": None, "option_weights": None}))  # fmt: skip
    prompts.set_baseline(bundle.digests())
    if as_json:
        print_json(bundle.to_json())
    else:
        typer.echo(f"New installations begin with {bundle.digest[:12]}.")


def _names_what_was_tested(versions: dict[str, str], name: str | None, version: str | None, run: str) -> None:
    if name is None:
        return
    known = name if name in versions else f"prompt:{name}"
    if known not in versions:
        fail(f"Run {run} tested no {name!r}. It tested: {', '.join(sorted(versions))}.")
    if version is not None and versions[known] != version:
        fail(
            f"Run {run} tested {name} version {versions[known]}, not {version}. "
            f"Run `copilot eval run --prompt {name}={version}` first."
        )


def _in(environment: str | None) -> Settings:
    from prompts import ENVIRONMENTS

    settings = load_settings()
    if environment is None:
        return settings
    if environment not in ENVIRONMENTS:
        fail(f"There is no environment {environment!r}: {', '.join(ENVIRONMENTS)}.", code=2)
    return settings.model_copy(update={"environment": environment})


@contextmanager
def _signed_in(settings: Settings, user: str | None) -> Iterator[Person]:
    """Whoever signs, by their own Odoo login."""
    from copilot.bootstrap import odoo_server
    from copilot.identity import Identity

    identity = Identity(odoo_server(settings), lifetime_seconds=600)
    person = identity.sign_in(*credentials(settings, user))
    yield person
    identity.sign_out(person.token)


def _json(one: Release) -> dict[str, Any]:
    return {"seq": one.seq, "at": one.at, "kind": one.kind, "bundle": one.bundle.digest, "versions": one.bundle.versions(),
            "signed_by": one.signed_by, "run_id": one.run_id, "reason": one.reason}  # fmt: skip
