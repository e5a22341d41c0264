"""`copilot documents`: which documents there are for a person, and what they do not cover."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from copilot.commands.shared import Collection, Json, User, credentials, print_json
from copilot.settings import Settings, load_settings

if TYPE_CHECKING:
    from copilot.identity import Person
    from retrieval.passage import Reader
    from retrieval.search import Library

app = typer.Typer(help="What the documents cover, and what they do not.", no_args_is_help=True)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Somebody signed in, before the documents of this data folder."""

    settings: Settings
    person: Person
    reader: Reader
    library: Library


@contextmanager
def desk_as(user: str | None) -> Iterator[Desk]:
    """Sign in and open the documents for reading; works beside a running copilot, whose index it does not touch."""
    from copilot.bootstrap import odoo_server, prepare_data_dir
    from copilot.identity import Identity
    from retrieval.library import open_library
    from retrieval.passage import Reader

    settings = load_settings()
    prepare_data_dir(settings)
    identity = Identity(odoo_server(settings), lifetime_seconds=3600)
    person = identity.sign_in(*credentials(settings, user))
    library = open_library(settings.data_dir, embedding_model=settings.embedding_model, read_only=True)
    try:
        reader = Reader(login=person.login, roles=person.roles, companies=person.companies)
        yield Desk(settings=settings, person=person, reader=reader, library=library)
    finally:
        library.close()
        identity.sign_out(person.token)


@app.command()
def coverage(
    customers: Annotated[
        bool,
        typer.Option(
            "--customers", help="Also read your customers in Odoo: which have no contract in force?"
        ),
    ] = False,
    user: User = None,
    collection: Collection = None,
    as_json: Json = False,
) -> None:
    """What is missing: contracts, owners, text, procedures for causes; what expires; what was never cited."""
    from copilot.commands.coverage import coverage_report
    from copilot.commands.terminal import print_rows
    from copilot.store import Store
    from retrieval.passage import DEFAULT_COLLECTION

    with desk_as(user) as desk:
        store = Store(desk.settings.sqlalchemy_url)
        try:
            report = coverage_report(
                desk.library,
                store,
                desk.person,
                customers=customers,
                collection=collection or DEFAULT_COLLECTION,
            )
        finally:
            store.close()
    if as_json:
        print_json(report)
        return
    typer.echo(f"{report['documents']} documents that you may read, on {report['on_date']}.")
    if report["customers"] is not None:
        rows = [(one["ref"] or "-", one["name"], one["reason"]) for one in report["without_contract"]]
        print_rows(f"Customers without a contract in force ({len(rows)} of {report['customers']})", rows)
    for title, key in _PARTS:
        rows = [(one["document"] or one["path"], one["title"], one["reason"]) for one in report[key] or ()]
        print_rows(f"{title} ({'not known' if report[key] is None else len(rows)})", rows)
    causes = report["causes_without_sop"]
    print_rows(f"Causes without a procedure ({len(causes)})", [(code,) for code in causes])


_PARTS = (
    ("Expired, nothing in their place", "expired"),
    ("Expiring within 60 days", "expiring"),
    ("Without text", "without_text"),
    ("Without an owner", "without_owner"),
    ("Never cited in an answer", "never_cited"),
)


@app.command("list")
def list_documents(user: User = None, collection: Collection = None, as_json: Json = False) -> None:
    """The documents you may read, in force or not."""
    from copilot.commands.terminal import print_rows
    from retrieval.passage import DEFAULT_COLLECTION

    with desk_as(user) as desk:
        listed = desk.library.documents(desk.reader, collection=collection or DEFAULT_COLLECTION)
    found: list[dict[str, Any]] = [
        {
            "document": each.document_id,
            "title": each.title,
            "type": each.type,
            "customer": each.customer,
            "valid_from": each.valid_from.isoformat() if each.valid_from else None,
            "valid_to": each.valid_to.isoformat() if each.valid_to else None,
            "superseded_by": each.superseded_by,
        }
        for each in listed
    ]
    if as_json:
        print_json({"documents": found})
    else:
        print_rows(
            f"{len(found)} documents",
            [
                (one["document"], one["type"], one["title"], one["valid_to"] or "", one["superseded_by"])
                for one in found
            ],
        )
