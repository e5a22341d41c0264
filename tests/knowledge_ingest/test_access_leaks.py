"""Who reads what, over everything an ingest makes of documents.yaml: twelve people, four companies, a canary in every document."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_ingest.pipeline import ingest
from retrieval.access import may_read
from retrieval.errors import DocumentRefused, IndexUnavailable
from retrieval.passage import ROLES, Reader
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.testing import make_library

COMPANIES = ("Harbor", "Northgate", "Third", "Fourth")
KINDS: tuple[dict[str, object], ...] = (
    {}, {"classification": "public"}, {"classification": "confidential"}, {"classification": "restricted"},
    {"roles": ["finance"]}, {"roles": ["sales", "service"]}, {"classification": "restricted", "roles": ["supervisor"]},
    {"customer": "C-1001"}, {"classification": "top secret"}, {"roles": ["wizard"]},
)  # fmt: skip

PEOPLE = [
    Reader(login="service-h", roles=frozenset({"service"}), companies=frozenset({"Harbor"})),
    Reader(login="supervisor-h", roles=frozenset({"supervisor"}), companies=frozenset({"Harbor"})),
    Reader(login="finance-n", roles=frozenset({"finance"}), companies=frozenset({"Northgate"})),
    Reader(login="sales-n", roles=frozenset({"sales"}), companies=frozenset({"Northgate"})),
    Reader(login="purchasing-t", roles=frozenset({"purchasing"}), companies=frozenset({"Third"})),
    Reader(login="compliance-t", roles=frozenset({"compliance"}), companies=frozenset({"Third"})),
    Reader(login="service-f", roles=frozenset({"service"}), companies=frozenset({"Fourth"})),
    Reader(login="no-role-f", roles=frozenset(), companies=frozenset({"Fourth"})),
    Reader(login="group", roles=frozenset(ROLES), companies=frozenset(COMPANIES[:2])),
    Reader(login="auditor", roles=frozenset({"compliance"}), companies=frozenset(COMPANIES)),
    Reader(login="customer-desk", roles=frozenset({"service"}), companies=frozenset({"Harbor"}), customers=frozenset({"C-2002"})),
    Reader(login="nobody", roles=frozenset(), companies=frozenset()),
]  # fmt: skip


def word(company: str, kind: int) -> str:
    """Stands in one document and nowhere else."""
    return f"canary{company.lower()}{'abcdefghij'[kind]}zq"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty documents, described by their documents.yaml."""
    home = tmp_path_factory.mktemp("leaks")
    (home / "documents").mkdir()
    described = {}
    for company in COMPANIES:
        for kind, properties in enumerate(KINDS):
            canary = word(company, kind)
            (home / "documents" / f"{canary}.txt").write_text(
                f"RULE {canary.upper()}\n\nSalmon is refunded at {canary} percent.\n\nThe margin of {canary} is kept by finance.\n"
            )
            described[f"{canary}.txt"] = {
                "id": canary,
                "title": f"Rule {canary}",
                "type": "sop",
                "owner": canary,
                "company": company,
                **properties,
            }
    (home / "documents" / "documents.yaml").write_text(json.dumps({"documents": described}))
    library = make_library(home / "data")
    assert ingest([home / "documents"], library).count("new") == 40
    library.close()
    return home


@pytest.fixture(params=["index", "keywords"])
def library(home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    made = make_library(home / "data")
    if request.param == "keywords":

        def down(name: str) -> None:
            raise IndexUnavailable("The index is down. Start it.")

        monkeypatch.setattr(made.indexes, "open_base", down)
    yield made
    made.close()


def test_no_canary_in_results_counts_errors_or_logs(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    documents = {row.document.document_id: row.document for row in library.store.rows("default")}
    searches = 0
    for person in PEOPLE:
        allowed = {key for key, each in documents.items() if may_read(person, each)}
        forbidden = documents.keys() - allowed
        assert {each.document_id for each in library.documents(person)} == allowed
        # general questions, and the exact titles of others
        for text in (
            "salmon refunded percent",
            "margin kept by finance",
            *(each.title for each in documents.values()),
            *(f"At what percent is salmon refunded under {each.title}?" for each in documents.values()),
        ):
            for history in (False, True) if text.startswith(("salmon", "margin")) else (False,):
                caplog.clear()
                result = library.search(
                    SearchRequest(text=text, reader=person, top=50, include_superseded=history)
                )
                searches += 1
                assert {hit.document.document_id for hit in result.passages} <= allowed
                said = repr(result).replace(text, "") + caplog.text
                assert not [key for key in forbidden if key in said.lower()]
        for key in forbidden:
            caplog.clear()
            with pytest.raises(DocumentRefused) as caught:
                library.open(key, person)
            missing = str(caught.value).replace(key, "…")
            with pytest.raises(DocumentRefused) as caught:
                library.open("there-is-none", person)
            assert missing == str(caught.value).replace("there-is-none", "…"), (
                "refused and unknown read the same"
            )
            assert key not in caplog.text
    assert searches >= 1000


def test_the_rule_gives_each_person_something_and_the_right_thing(library: Library) -> None:
    """So that the test above cannot pass by giving nobody anything."""
    seen = {person.login: {each.document_id for each in library.documents(person)} for person in PEOPLE}
    assert seen["nobody"] == set()
    assert seen["service-h"] == {word("Harbor", kind) for kind in (0, 1, 2, 5, 7)}
    assert seen["customer-desk"] == {word("Harbor", kind) for kind in (0, 1, 2, 5)}, (
        "another customer's stay closed"
    )
    assert seen["no-role-f"] == {word("Fourth", kind) for kind in (0, 1, 7)}
    assert seen["auditor"] >= {word(company, kind) for company in COMPANIES for kind in (3, 8, 9)}, (
        "what nobody understands is closed"
    )
    found = library.search(SearchRequest(text="salmon refunded percent", reader=PEOPLE[0], top=50))
    assert len({hit.document.document_id for hit in found.passages}) >= 3
