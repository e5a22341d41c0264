"""`copilot terms`: what contracts agree on, and what people decide about how it was read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from copilot.commands.documents import Desk, desk_as
from copilot.commands.shared import Json, User, asker_as, fail, print_json
from copilot.running import find
from copilot.settings import load_settings

app = typer.Typer(help="What contracts agree on, with proof.", no_args_is_help=True)

TermId = Annotated[str, typer.Argument(help="Id of the term, as `copilot terms list` shows it.")]
Note = Annotated[str, typer.Option("--note", help="Why, for the history.")]


@app.command("list")
def list_terms(
    customer: Annotated[
        str, typer.Argument(help="Our reference of the customer (C-1001); none: the general rules.")
    ] = "",
    on: Annotated[str, typer.Option("--on", help="A day, 2026-11-21; today when left out.")] = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """What applies to a customer: terms in force, what is unknown, and what general rules say about that."""
    from knowledge_ingest.terms.refresh import refresh_terms
    from retrieval.contract_terms import customer_terms, customer_terms_json
    from retrieval.general_rules import procedures_about, procedures_json

    try:
        day = datetime.fromisoformat(on).date() if on else datetime.now(UTC).astimezone().date()
    except ValueError:
        fail(f"{on!r} is no day. Write it as 2026-11-21.", code=2)
    with desk_as(user) as desk:
        refresh_terms(desk.library)
        applying = customer_terms(desk.library, customer, desk.reader, on_date=day)
        procedures = procedures_about(desk.library, applying.unknown, desk.reader, on_date=day)
        found = customer_terms_json(applying) | {"procedures": procedures_json(procedures)}
    if as_json:
        print_json(found)
        return
    for one in found["documents"]:
        typer.echo(f"In force: {one['title']} ({one['document']}), to {one['valid_to'] or 'no end'}")
    for one in found["set_aside"]:
        typer.echo(f"Not in force: {one['title']} ({one['document']}): {one['reason']}")
    for one in found["terms"]:
        _echo(one)
    if found["unknown"]:
        typer.echo("Not agreed, as far as the text says: " + ", ".join(found["unknown"]))
    if found["general"]:
        typer.echo("General rules on these, which are not the contract's word:")
        for one in found["general"]:
            _echo(one)
    for one in found["procedures"]:
        typer.echo(f"Procedure on {one['subject']}: {one['title']}, {one['section']}")
        typer.echo(f'    "{" ".join(one["text"].split())[:160]}"')
    for one in found["proposed"]:
        typer.echo(
            f"Proposed by {one['by']}, not confirmed: {one['term_id']} {(one['value'] or {}).get('text', '')}"
        )


@app.command()
def show(term_id: TermId, user: User = None, as_json: Json = False) -> None:
    """One term: its value, the words that prove it, its conditions, and every decision about it."""
    with _ready(user) as desk:
        from retrieval.term_decisions import find_term, history

        term = find_term(desk.library, term_id, desk.reader)
        decided = [each.to_json() for each in history(desk.library, term_id, desk.reader)]
    _print(term.to_json() | {"history": decided}, as_json)


@app.command()
def confirm(
    term_id: TermId,
    value: Annotated[
        str,
        typer.Option(
            "--value", help="The value you were shown: if it is another by now, nothing is confirmed."
        ),
    ] = "",
    note: Note = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """Say that a term was read rightly (roles compliance and supervisor). Holds until the clause changes."""
    _print(_decide("confirm", {"term_id": term_id, "value": value, "note": note}, user), as_json)


@app.command()
def correct(
    term_id: TermId,
    value: Annotated[
        str, typer.Option("--value", help="The value it should have, such as `2% of order per business_day`.")
    ],
    quote: Annotated[
        str, typer.Option("--quote", help="The words of the document it rests on, verbatim.")
    ] = "",
    note: Note = "",
    user: User = None,
    as_json: Json = False,
) -> None:
    """Give a term the value it should have (roles compliance and supervisor). Holds until the clause changes."""
    body = {"term_id": term_id, "value": value, "quote": quote, "note": note}
    _print(_decide("correct", body, user), as_json)


@app.command()
def undo(term_id: TermId, note: Note = "", user: User = None, as_json: Json = False) -> None:
    """Take back the last decision about a term; the history keeps both."""
    found = _decide("undo", {"term_id": term_id, "note": note}, user)
    if found["term"] is not None:
        _print(found["term"] | {"history": found["history"]}, as_json)
    elif as_json:
        print_json({"term": None})
    else:
        typer.echo("Undone; nothing is left of it.")


@app.command()
def propose(
    document: Annotated[str, typer.Argument(help="Id of the contract.")],
    user: User = None,
    as_json: Json = False,
) -> None:
    """Let the language model of the settings propose terms that the rules did not find; a person decides about each."""
    with _ready(user) as desk:
        from copilot.models.term_proposer import build_proposer
        from knowledge_ingest.terms.proposing import propose_terms

        proposer = build_proposer(desk.settings)
        if proposer is None:
            fail("No language model is configured. Set OPENAI_BASE_URL or OPENAI_API_KEY, and COPILOT_MODEL.")
        outcome = propose_terms(desk.library, document, desk.reader, proposer)
    if as_json:
        print_json({"proposed": [term.to_json() for term in outcome.kept], "refused": list(outcome.refused)})
        return
    for term in outcome.kept:
        typer.echo(f"{term.term_id}: {term.value.text() if term.value else ''}  ({term.proof[0].quote})")
    for sentence in outcome.refused:
        typer.echo(f"Left out: {sentence}")


def _ready(user: str | None) -> Any:
    """The desk, the terms brought to the documents as they are."""
    from contextlib import contextmanager

    from knowledge_ingest.terms.refresh import refresh_terms

    @contextmanager
    def ready() -> Any:
        with desk_as(user) as desk:
            refresh_terms(desk.library)
            yield desk

    return ready()


def _decide(action: str, body: dict[str, str], user: str | None) -> dict[str, Any]:
    """Through the running copilot of this data folder, else here; on record in the audit either way."""
    settings = load_settings()
    if find(settings.data_dir) is not None:
        with asker_as(user) as asker:
            return asker.decide_term(action, body, user=user)
    with _ready(user) as desk:
        return _decide_here(desk, action, body)


def _decide_here(desk: Desk, action: str, body: dict[str, str]) -> dict[str, Any]:
    from copilot.bootstrap import open_audit
    from copilot.term_decisions import AuditedTerms
    from retrieval.term_decisions import history

    on_record = AuditedTerms(desk.library, lambda: open_audit(desk.settings))
    term_id, note = body["term_id"], body["note"]
    if action == "confirm":
        term = on_record.confirm(desk.person, term_id, shown=body["value"], note=note)
    elif action == "correct":
        term = on_record.correct(desk.person, term_id, body["value"], quote=body["quote"], note=note)
    else:
        left = on_record.undo(desk.person, term_id, note=note)
    decided = {"history": [each.to_json() for each in history(desk.library, term_id, desk.reader)]}
    if action == "undo":
        return {"term": left.to_json() if left else None} | decided
    return term.to_json() | decided


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    scope = f" (for {found['applies_to']})" if found["applies_to"] else ""
    value = found["value"]["text"] if found["value"] else "no value"
    typer.echo(f"{found['kind']}{scope}: {value}, {found['status']}")
    for span in found["proof"]:
        typer.echo(f'  {_place(span["clause"], span["heading"])}"{" ".join(span["quote"].split())}"')
    for span in found["conditions"]:
        typer.echo(f'  but see {_place(span["clause"], "")}"{" ".join(span["quote"].split())}"')
    for one in found["history"]:
        what = f"{one['action']} {one['value'] or one['before']}"
        typer.echo(f"  {one['at']} {one['login']}: {what}{' - ' + one['note'] if one['note'] else ''}")


def _place(clause: str, heading: str) -> str:
    named = " ".join(part for part in (clause, f"({heading})" if heading else "") if part)
    return f"{named}: " if named else ""


def _echo(one: dict[str, Any]) -> None:
    """A term as a person reads it; its id stands whole, because it is what the other commands take."""
    proof = one["proof"][0] if one["proof"] else {"quote": "", "clause": ""}
    value = one["value"]["text"] if one["value"] else "no value"
    scope = f" (for {one['applies_to']})" if one["applies_to"] else ""
    status = "" if one["status"] == "found" else f", {one['status'].replace('_', ' ')}"
    typer.echo(f"{one['kind']}{scope}: {value}{status}   [{one['term_id']}]")
    typer.echo(f'    {_place(proof["clause"], "")}"{" ".join(proof["quote"].split())}"')
    for before in one["instead_of"]:
        typer.echo(
            f"    instead of {before['value']['text'] if before['value'] else 'no value'} [{before['term_id']}]"
        )
