"""The coverage report: what is missing, as far as this person may see."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from erp_tools.lateness.taxonomy import CAUSES
from knowledge_ingest.coverage import Coverage, Customer, coverage
from knowledge_ingest.pipeline import ingest
from retrieval.passage import Document, Reader
from retrieval.search import Library
from retrieval.testing import make_document, make_library, stored

TODAY = date(2026, 11, 21)
SERVICE = Reader(login="s", roles=frozenset({"service"}), companies=frozenset({"Harbor"}))
COMPLIANCE = Reader(login="c", roles=frozenset({"compliance"}), companies=frozenset({"Harbor"}))


def document(document_id: str, **properties: object) -> tuple[Document, str]:
    text = f"Words of {document_id}."
    known = {"type": "contract", "valid_from": date(2026, 1, 1), "valid_to": date(2027, 12, 31), **properties}
    return make_document(document_id, text, **known), text


def report(
    tmp_path: Path,
    *documents: tuple[Document, str],
    reader: Reader = SERVICE,
    customers: list[Customer] | None = None,
    cited: dict[str, int] | None = None,
) -> Coverage:
    library = make_library(tmp_path / "data")
    for each, text in documents:
        library.store.replace(stored(each, text)[0], (), ())
    try:
        return coverage(library, reader, on_date=TODAY, customers=customers, cited=cited)
    finally:
        library.close()


def test_customers_without_a_contract_in_force_and_why(tmp_path: Path) -> None:
    found = report(
        tmp_path,
        document("good", customer="C-1"),
        document("ended", customer="C-2", valid_to=TODAY - timedelta(days=1)),
        document("future", customer="C-3", valid_from=TODAY + timedelta(days=1)),
        document("amendment", customer="C-4", amends="good"),
        document("last-day", customer="C-7", valid_to=TODAY),
        customers=[Customer(ref=f"C-{number}", name=f"Customer {number}") for number in (1, 2, 3, 4, 5, 7)]
        + [Customer(ref="", name="Nameless")],
    )
    assert found.customers == 7
    assert [(one.ref, one.reason) for one in found.without_contract] == [
        ("C-2", "ended ended on 2026-11-20"),
        ("C-3", "future begins on 2026-11-22"),
        ("C-4", "no contract among the documents"),
        ("C-5", "no contract among the documents"),
        ("", "has no reference in Odoo, so no document can be found for it"),
    ]


def test_without_customers_only_documents_are_looked_at(tmp_path: Path) -> None:
    found = report(tmp_path, document("good", customer="C-1"))
    assert (found.customers, found.without_contract) == (None, ())


def test_expired_and_expiring(tmp_path: Path) -> None:
    found = report(
        tmp_path,
        document("gone", valid_to=TODAY - timedelta(days=1)),
        document("replaced", valid_to=TODAY - timedelta(days=1), superseded_by="next", superseded_from=TODAY),
        document("last-day", valid_to=TODAY),
        document("sixty", valid_to=TODAY + timedelta(days=60)),
        document("sixty-one", valid_to=TODAY + timedelta(days=61)),
        document("open-end", valid_to=None),
        document("followed", valid_to=TODAY + timedelta(days=5)),
        document("next", supersedes="followed", valid_from=TODAY + timedelta(days=6)),
    )
    assert [one.document for one in found.expired] == ["gone"]
    assert [one.document for one in found.expiring] == ["last-day", "sixty"]


def test_owners_causes_and_citations(tmp_path: Path) -> None:
    found = report(
        tmp_path,
        document("unowned", owner=" "),
        document("sop-a", type="sop", causes=("credit_hold", "stock_shortage")),
        document("sop-old", type="sop", causes=("carrier_delay",), valid_to=TODAY - timedelta(days=1)),
        cited={"sop-a": 3},
    )
    assert [one.document for one in found.without_owner] == ["unowned"]
    assert "carrier_delay" in found.causes_without_sop  # the procedure for it has expired
    assert not {"credit_hold", "stock_shortage", "on_time", "unknown"} & set(found.causes_without_sop)
    assert set(found.causes_without_sop) < set(CAUSES)
    assert found.never_cited is not None
    assert [one.document for one in found.never_cited] == ["unowned"]
    assert report(tmp_path / "again", document("x")).never_cited is None


def test_documents_one_may_not_read_are_neither_counted_nor_named(tmp_path: Path) -> None:
    secret = document(
        "canary",
        owner="",
        classification="restricted",
        roles=("finance",),
        valid_to=TODAY - timedelta(days=1),
    )
    found = report(tmp_path, secret, document("open"), cited={})
    assert found.documents == 1
    assert "canary" not in str(found.to_json())


@pytest.mark.parametrize(("reader", "told"), [(SERVICE, False), (COMPLIANCE, True)])
def test_files_that_could_not_be_read_are_told_to_those_in_charge(
    library: Library, folder: Path, reader: Reader, told: bool
) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "good.md").write_text("---\nid: good\ntype: sop\nowner: Ops\n---\n\nA sentence.\n")
    ingest([folder], library)
    found = coverage(library, reader, on_date=TODAY)
    assert {one.path for one in found.without_text} == ({"broken.pdf"} if told else set())


def test_documents_without_text(tmp_path: Path) -> None:
    found = report(tmp_path, document("scan", flags=("no_text",)), document("words"))
    assert [one.document for one in found.without_text] == ["scan"]
