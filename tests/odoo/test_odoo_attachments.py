"""Attachments of a real Odoo as documents: only what the indexing user may read, under the company and roles of their records."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import odoorpc
import pytest

from erp_tools.errors import AccessDenied, OdooUserError
from erp_tools.odoo.connect import connect
from erp_tools.odoo.masks import MASKED
from knowledge_ingest.errors import IngestError
from knowledge_ingest.pipeline import ingest_found
from knowledge_ingest.report import IngestReport
from knowledge_ingest.sources import odoo_attachments
from knowledge_ingest.sources.odoo_attachments import READ_SECONDS, look, source_name
from retrieval.errors import DocumentRefused
from retrieval.passage import Reader
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.testing import make_library

pytestmark = pytest.mark.odoo

INDEXER = "indexing"
SECRET = "reads-only-4711"
MODELS = (
    "res.partner",
    "sale.order",
    "purchase.order",
    "product.template",
    "product.product",
    "product.category",
)
HOME = "Harbor & Pine Supply"


class Company:
    """An Odoo of our own with an indexing user who may read, and files on its records."""

    def __init__(self, odoo: Any) -> None:
        from urllib.parse import urlsplit

        self.url, self.db = odoo.url, odoo.db
        parts = urlsplit(odoo.url)
        self.admin = odoorpc.ODOO(parts.hostname, port=parts.port, version="19.0")
        self.admin.login(odoo.db, odoo.admin_login, odoo.admin_password)
        self.companies = {
            row["name"]: row["id"] for row in self("res.company", "search_read", [[]], {"fields": ["name"]})
        }
        self.other = next(name for name in self.companies if name != HOME)
        self.user_id = self._indexer()

    def __call__(self, model: str, method: str, args: list[Any], kwargs: dict[str, Any] | None = None) -> Any:
        return self.admin.execute_kw(model, method, args, kwargs or {})

    def _indexer(self) -> int:
        group = self("res.groups", "create", [{"name": "Indexing: may read"}])
        for model in MODELS:
            (model_id,) = self("ir.model", "search", [[["model", "=", model]]])
            self("ir.model.access", "create", [{
                "name": f"index {model}", "model_id": model_id, "group_id": group,
                "perm_read": True, "perm_write": False, "perm_create": False, "perm_unlink": False,
            }])  # fmt: skip
        (internal,) = self(
            "ir.model.data",
            "search_read",
            [[["module", "=", "base"], ["name", "=", "group_user"]]],
            {"fields": ["res_id"]},
        )
        return self("res.users", "create", [{
            "name": "Indexing", "login": INDEXER, "password": SECRET, "group_ids": [[6, 0, [internal["res_id"], group]]],
            "company_ids": [[6, 0, list(self.companies.values())]], "company_id": self.companies[HOME],
        }])  # fmt: skip

    def attach(self, name: str, text: str | bytes, model: str, record_id: int, **more: Any) -> int:
        content = text if isinstance(text, bytes) else text.encode()
        values = {
            "name": name,
            "datas": base64.b64encode(content).decode(),
            "res_model": model,
            "res_id": record_id,
            **more,
        }
        return self("ir.attachment", "create", [values])

    def first(self, model: str, domain: list[Any]) -> int:
        return self(model, "search", [domain], {"limit": 1, "order": "id"})[0]

    def look(self) -> Any:
        session = connect(self.url, self.db, read_deadline=READ_SECONDS).sign_in_for_indexing(INDEXER, SECRET)
        return look(session, source_name(self.url, self.db))


@pytest.fixture(scope="module")
def company(odoo_copy: Callable[[], Any]) -> Company:
    return Company(odoo_copy())


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = make_library(tmp_path / "data")
    yield made
    made.close()


def run(company: Company, library: Library) -> dict[str, Any]:
    report: IngestReport = ingest_found(company.look, library)
    return {each.path.split("/")[-1].split(" ", 1)[-1]: each for each in report.documents} | {"": report}


def reader(*roles: str, companies: tuple[str, ...] = (HOME,)) -> Reader:
    return Reader(login="r", roles=frozenset(roles), companies=frozenset(companies))


def found(library: Library, text: str, who: Reader) -> list[str]:
    return [hit.document.title for hit in library.search(SearchRequest(text=text, reader=who)).passages]


def test_attachments_become_documents_of_their_records(company: Company, library: Library) -> None:
    """Customer, vendor, company and roles from the record; another company's stay there; what may not be read is not there."""
    customer = company.first("res.partner", [["ref", "=like", "C-%"], ["is_company", "=", True]])
    vendor = company.first("res.partner", [["ref", "=like", "V-%"], ["is_company", "=", True]])
    (ref,) = company("res.partner", "read", [[customer]], {"fields": ["ref", "name"]})
    (vendor_ref,) = company("res.partner", "read", [[vendor]], {"fields": ["ref"]})
    company("res.partner", "write", [[vendor], {"supplier_rank": 1, "customer_rank": 0}])
    order = company.first("sale.order", [["company_id", "=", company.companies[HOME]]])
    foreign = company.first("sale.order", [["company_id", "=", company.companies[company.other]]])
    purchase = company.first("purchase.order", [["company_id", "=", company.companies[HOME]]])
    picking = company.first("stock.picking", [])
    nameless = company("res.partner", "create", [{"name": "Walk-in Grocer"}])
    company.attach(
        "terms.md", "---\nroles: []\ncompany: ''\nsupersedes: mf-2026-014\nid: mf-2026-014\n---\n\nTruffles ship in one delivery only.",
        "res.partner", customer, description="type: contract\nowner: Key Accounts\nvalid_from: 2026-01-01\nroles: finance",
    )  # fmt: skip
    company.attach("order note.txt", "The truffles wait for the customs stamp.", "sale.order", order)
    company.attach("foreign.txt", "The truffles of the other company cost double.", "sale.order", foreign)
    company.attach(
        "vendor.txt", "Truffle bulbs are shipped from Alba every Monday.", "purchase.order", purchase
    )
    company.attach("price.txt", "Truffle wholesale terms of the vendor.", "res.partner", vendor)
    company.attach("grocer.txt", "The grocer takes truffles on Fridays.", "res.partner", nameless)
    company.attach("hidden.txt", "The truffle dock code.", "stock.picking", picking)
    company.attach("run.exe", "MZ", "sale.order", order)
    company.attach("broken.docx", "no archive", "sale.order", order)
    documents = run(company, library)
    assert not [name for name in documents if name.startswith(("image_", "avatar_"))], (
        "pictures of records are no documents"
    )
    assert not [
        each
        for each in documents.values()
        if any("documents.yaml" in reason for reason in getattr(each, "reasons", ()))
    ]
    assert documents["terms.md"].status == documents["foreign.txt"].status == "new"
    assert "hidden.txt" not in documents, "transfers are not read"
    assert documents["run.exe"].status == documents["broken.docx"].status == "quarantined"
    assert any("description in Odoo" in reason for reason in documents["order note.txt"].reasons)
    assert any("no Reference" in reason for reason in documents["grocer.txt"].reasons)
    assert not any("description in Odoo" in reason for reason in documents["terms.md"].reasons)

    kept = {row.document.title: row.document for row in library.store.rows("default")}
    terms = kept["terms"]
    assert (terms.type, terms.owner, terms.customer, terms.company) == (
        "contract",
        "Key Accounts",
        ref["ref"],
        HOME,
    )
    assert str(terms.valid_from) == "2026-01-01"
    assert terms.supersedes == "", "a file that anybody may attach replaces nothing"
    assert terms.document_id.startswith("odoo-res-partner-")
    assert "finance" in terms.roles, "nor does its description say who reads it"
    assert "service" in terms.roles
    assert kept["price (unapproved source)"].vendor == vendor_ref["ref"]
    assert kept["grocer (unapproved source)"].customer == f"odoo-partner-{nameless}"
    assert kept["foreign (unapproved source)"].company == company.other

    service, buyer = reader("service"), reader("purchasing")
    assert "foreign (unapproved source)" not in found(library, "truffles other company cost double", service)
    assert found(
        library, "truffles other company cost double", reader("service", companies=(company.other,))
    )[0].startswith("foreign")
    assert "vendor (unapproved source)" not in found(library, "truffle bulbs Alba Monday", service)
    assert "vendor (unapproved source)" in found(library, "truffle bulbs Alba Monday", buyer)
    assert "order note (unapproved source)" not in found(library, "truffles customs stamp", buyer)
    with pytest.raises(DocumentRefused):
        library.open(kept["foreign (unapproved source)"].document_id, service)


def test_only_what_changed_is_fetched_and_what_is_gone_leaves(
    company: Company, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    from knowledge_ingest.sources.odoo_attachments import OdooFile

    order = company.first("sale.order", [["company_id", "=", company.companies[HOME]]])
    names = ("one.txt", "two.txt", "three.txt")
    one, two, _three = (
        company.attach(name, f"Saffron rule in {name}.", "sale.order", order) for name in names
    )
    fetched: list[str] = []
    original = OdooFile.content
    monkeypatch.setattr(OdooFile, "content", lambda self: fetched.append(self.path) or original(self))
    run(company, library)
    fetched.clear()
    assert {run(company, library)[name].status for name in names} == {"unchanged"}
    assert fetched == [] or all("broken" in path for path in fetched)
    company("ir.attachment", "write", [[one], {"datas": base64.b64encode(b"Saffron is now red.").decode()}])
    company("ir.attachment", "unlink", [[two]])
    fetched.clear()
    documents = run(company, library)
    assert (documents["one.txt"].status, documents["two.txt"].status, documents["three.txt"].status) == (
        "changed",
        "removed",
        "unchanged",
    )
    assert [path.split(" ")[-1] for path in fetched] == ["one.txt"]
    assert library.open(documents["one.txt"].document_id, reader("sales")).text == "Saffron is now red."


def test_a_record_that_the_indexing_user_may_not_read_any_more_takes_its_files_along(
    company: Company, library: Library
) -> None:
    order = company.first("sale.order", [["company_id", "=", company.companies[company.other]]])
    company.attach("northern.txt", "Cardamom is kept in the north.", "sale.order", order)
    assert run(company, library)["northern.txt"].status == "new"
    company("res.users", "write", [[company.user_id], {"company_ids": [[6, 0, [company.companies[HOME]]]]}])
    try:
        assert run(company, library)["northern.txt"].status in ("removed", "quarantined")
        everyone = reader("service", "sales", companies=tuple(company.companies))
        assert not any(
            "northern" in title for title in found(library, "cardamom kept in the north", everyone)
        )
    finally:
        company(
            "res.users",
            "write",
            [[company.user_id], {"company_ids": [[6, 0, list(company.companies.values())]]}],
        )


def test_the_indexing_user_changes_nothing_and_sees_nothing_else(company: Company) -> None:
    session = connect(company.url, company.db).sign_in_for_indexing(INDEXER, SECRET)
    partner = session.read("res.partner", [], {"email": {}, "name": {}}, limit=1).rows[0]
    assert partner["email"] == MASKED
    with pytest.raises(AccessDenied):
        session.read("account.move", [], {"name": {}}, limit=1)
    own = odoorpc.ODOO("127.0.0.1", port=int(company.url.rsplit(":", 1)[1]), version="19.0")
    own.login(company.db, INDEXER, SECRET)
    with pytest.raises(odoorpc.error.RPCError):
        own.execute_kw("sale.order", "write", [[company.first("sale.order", [])], {"note": "x"}])


def test_a_person_in_the_chat_does_not_see_what_is_inside_files(company: Company, real_odoo: Any) -> None:
    chat = connect(company.url, company.db).sign_in("service", real_odoo.logins["service"])
    rows = chat.read(
        "ir.attachment", [["res_model", "=", "sale.order"]], {"name": {}, "datas": {}}, limit=3
    ).rows
    assert rows
    assert {row["datas"] for row in rows} == {MASKED}


def test_an_administrator_is_refused_as_the_indexing_user(company: Company, real_odoo: Any) -> None:
    session = connect(company.url, company.db).sign_in_for_indexing(
        real_odoo.admin_login, real_odoo.admin_password
    )
    with pytest.raises(IngestError, match="administrator"):
        look(session, "odoo")


@pytest.mark.parametrize("model", ["knowledge.article", "documents.document"])
def test_an_app_that_is_not_installed_is_known_by_what_odoo_says(real_odoo: Any, model: str) -> None:
    """The words that the reading code goes by, from the real Odoo, whose community edition has neither app."""
    session = connect(real_odoo.url, real_odoo.db).sign_in("service", "demo")
    with pytest.raises(OdooUserError) as refused:
        session.read(model, [["id", ">", 0]], {"display_name": {}}, limit=1)
    assert odoo_attachments._NO_SUCH_MODEL.search(str(refused.value))
