"""Documents and Knowledge are apps that not every Odoo has: what is read where they are, where they are not, and where Odoo refuses.

The rows are of the form that Odoo 19 gives them; the words for a missing app are those of a real Odoo 19 (tests/odoo holds it to them).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from erp_tools.errors import AccessDenied, OdooUserError
from erp_tools.odoo.gateway import OdooUser, Page
from knowledge_ingest.pipeline import ingest_found
from knowledge_ingest.sources.odoo_attachments import look
from retrieval.passage import Reader
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.testing import make_library

SOURCE = "odoo:test/demo"
HOME = "Harbor & Pine Supply"
RULE = b"# Cold rule\n\nSalmon is kept at two degrees until it is loaded."


class OdooWith:
    """A session on an Odoo with these rows; models it lacks are answered as Odoo does."""

    def __init__(self, **rows: list[dict[str, Any]] | Exception) -> None:
        self._rows = {name.replace("__", "."): some for name, some in rows.items()}
        self.user = OdooUser(user_id=9, login="indexing", name="Indexing", company_id=1, company_ids=(1,))
        self._rows.setdefault("res.company", [{"id": 1, "name": HOME}])
        self._rows.setdefault("ir.attachment", [])

    def read(self, model: str, domain: Any, spec: Any, *, order: str = "", limit: int = 80, offset: int = 0) -> Page:  # fmt: skip
        some = self._rows.get(model)
        if some is None:
            raise OdooUserError(f"Object {model} doesn't exist")
        if isinstance(some, Exception):
            raise some
        matching = [row for row in some if all(_fits(row, each) for each in domain)]
        return Page(rows=[{"id": row["id"]} | {name: row.get(name) for name in spec} for row in matching][:limit], total=len(matching))  # fmt: skip


def _fits(row: dict[str, Any], leaf: Any) -> bool:
    name, operator, value = leaf
    if name not in row:
        return True
    match operator:
        case "=":
            return bool(row[name] == value)
        case "!=":
            return bool(row[name] != value)
        case ">":
            return bool(row[name] > value)
    return row[name] in value


def attachment(number: int, model: str, record: int, content: bytes = RULE) -> dict[str, Any]:
    return {
        "id": number, "name": f"rule {number}.md", "mimetype": "text/markdown", "res_id": record, "res_model": model, "type": "binary",
        "res_field": False, "checksum": hashlib.sha1(content).hexdigest(), "file_size": len(content),
        "description": "type: sop\nowner: Operations", "company_id": {"id": 1, "name": HOME},
        "datas": base64.b64encode(content).decode(),
    }  # fmt: skip


def document(number: int, access: str) -> dict[str, Any]:
    return {
        "id": number, "display_name": f"Document {number}", "company_id": {"id": 1, "name": HOME}, "partner_id": None,
        "access_internal": access, "owner_id": {"id": 5, "name": "Owen"}, "active": True,
    }  # fmt: skip


def article(number: int, permission: str | None, body: str = "<p>Pallets are stacked by two at most.</p>") -> dict[str, Any]:  # fmt: skip
    return {"id": number, "name": f"Article {number}", "body": body, "category": "workspace", "inherited_permission": permission}  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = make_library(tmp_path)
    yield made
    made.close()


def titles(library: Library, text: str) -> set[str]:
    reader = Reader(login="s", roles=frozenset({"service"}), companies=frozenset({HOME}))
    return {
        hit.document.title.removesuffix(" (unapproved source)")
        for hit in library.search(SearchRequest(text=text, reader=reader)).passages
    }


def test_an_odoo_without_these_apps_gives_what_it_has(library: Library) -> None:
    session = OdooWith(ir__attachment=[attachment(1, "product.template", 3)], product__template=[{"id": 3, "display_name": "Salmon", "company_id": None, "active": True}])  # fmt: skip
    found = look(session, SOURCE)  # type: ignore[arg-type]
    assert [file.path for file in found.files] == ["Products/3/1 rule 1.md"]
    assert found.problems == ()


def test_documents_that_everybody_may_open_are_indexed_and_others_are_not(library: Library) -> None:
    session = OdooWith(
        ir__attachment=[attachment(1, "documents.document", 11), attachment(2, "documents.document", 12)],
        documents__document=[document(11, "view"), document(12, "none")],
    )
    report = ingest_found(lambda: look(session, SOURCE), library)  # type: ignore[arg-type]
    assert titles(library, "salmon two degrees") == {"rule 1"}
    assert [each.reasons[0] for each in report.documents if each.status == "quarantined"] == [
        "Documents shows it to some people only; what everybody with the role may read is indexed."
    ]


def test_articles_of_the_workspace_are_indexed_and_members_only_ones_are_not(library: Library) -> None:
    session = OdooWith(
        knowledge__article=[
            article(1, "read"),
            article(2, "none"),
            article(3, None),
            article(4, "write", body=""),
        ]
    )
    ingest_found(lambda: look(session, SOURCE), library)  # type: ignore[arg-type]
    assert titles(library, "pallets stacked") == {"Article 1"}


def test_an_app_that_is_taken_away_takes_its_documents_along(library: Library) -> None:
    ingest_found(lambda: look(OdooWith(knowledge__article=[article(1, "read")]), SOURCE), library)  # type: ignore[arg-type]
    assert titles(library, "pallets stacked") == {"Article 1"}
    ingest_found(lambda: look(OdooWith(), SOURCE), library)  # type: ignore[arg-type]
    assert titles(library, "pallets stacked") == set()


def test_a_right_that_is_taken_away_is_told_and_takes_the_documents_along(library: Library) -> None:
    ingest_found(lambda: look(OdooWith(knowledge__article=[article(1, "read")]), SOURCE), library)  # type: ignore[arg-type]
    report = ingest_found(
        lambda: look(OdooWith(knowledge__article=AccessDenied("no")), SOURCE),  # type: ignore[arg-type]
        library,
    )
    assert report.problems == ("The indexing user may not read Knowledge in Odoo; articles are left out.",)
    assert titles(library, "pallets stacked") == set()


def test_an_odoo_that_refuses_for_another_reason_takes_nothing_away(library: Library) -> None:
    """Such as a field that another version calls otherwise: what there is stays, and the refusal is said."""
    ingest_found(lambda: look(OdooWith(knowledge__article=[article(1, "read")]), SOURCE), library)  # type: ignore[arg-type]
    refusing = OdooWith(knowledge__article=OdooUserError("Invalid field 'inherited_permission' on 'knowledge.article'"))  # fmt: skip
    with pytest.raises(OdooUserError, match="Invalid field"):
        ingest_found(lambda: look(refusing, SOURCE), library)  # type: ignore[arg-type]
    assert titles(library, "pallets stacked") == {"Article 1"}
