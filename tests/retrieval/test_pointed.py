"""Clauses asked for by their numbers: found where the named document has them, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.passage import Reader
from retrieval.pointed import clauses_pointed_to, passages_under
from retrieval.request import Scope, SearchRequest
from retrieval.search import Library
from retrieval.testing import everyone, make_document, make_library

AGREEMENT = "\n\n".join(
    (
        "# 4. Minimum quantities\nSmaller orders are refused.",
        "# 4.2 Layers\nFlour is sold by the layer of ten bags.",
        "# 8. Late delivery\nFor a late line the seller credits a share of its value.",
        "# 8.1 Grace\nThe first day of delay is free.",
        "# 18. Signatures\nSigned by both sides.",
    )
)
PROCEDURE = "# 4. When a split is never made\nOrders on credit hold are kept together.\n\n# 8. Records\nThe log is kept."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = make_library(
        tmp_path,
        {
            make_document(
                "acme", "x", type="contract", customer="C-1", title="Agreement A-1 - Acme"
            ): AGREEMENT,
            make_document("splits", "x", title="SOP-104 Split Shipments"): PROCEDURE,
            make_document("returns", "x", title="SOP-107 Returns", roles=("finance",)): PROCEDURE,
        },
    )
    yield made
    made.close()


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("What does clause 8.1 of the agreement say?", ("8.1",)),
        ("section 4 and section 8, please", ("4", "8")),
        ("see § 12.3.1", ("12.3.1",)),
        ("article B.3 of the purchase agreement", ("b.3",)),
        ("para. 7 and paragraph 7", ("7",)),
        ("the 8.1 clause", ()),
        ("section 232 tariffs", ()),
        ("clause 5% of the value", ()),
        ("point 2026-11-21", ()),
        ("Why is S00042 late?", ()),
        ("", ()),
    ],
)
def test_numbers_are_read_where_a_word_says_that_they_are_clauses(
    question: str, numbers: tuple[str, ...]
) -> None:
    assert clauses_pointed_to(question) == numbers


def found(
    library: Library, question: str, reader: Reader | None = None, scope: Scope | None = None
) -> list[str]:
    result = library.search(
        SearchRequest(text=question, reader=reader or everyone(), scope=scope or Scope(), top=2)
    )
    return [f"{hit.document.document_id} {hit.passage.section.split()[0]}" for hit in result.passages]


def test_the_clause_comes_first_and_a_section_with_what_stands_under_it(library: Library) -> None:
    assert found(library, "What does clause 8.1 of Agreement A-1 - Acme say?")[0] == "acme 8.1"
    assert found(library, "section 4 of Agreement A-1 - Acme") == ["acme 4.", "acme 4.2"]


def test_where_nothing_else_is_asked_nothing_else_is_given(library: Library) -> None:
    assert found(library, "What does clause 8.1 of Agreement A-1 - Acme say?") == ["acme 8.1"]
    beside = found(library, "Does clause 8.1 of Agreement A-1 - Acme hold for flour sold by the layer?")
    assert (beside[0], len(beside)) == ("acme 8.1", 2)


def test_the_orders_customer_is_enough(library: Library) -> None:
    scope = Scope(customer="C-1", names=("Acme",))
    assert found(library, "What does clause 4.2 of the contract say?", scope=scope)[0] == "acme 4.2"


def test_a_title_in_other_order_names_a_procedure(library: Library) -> None:
    assert found(library, "what does section 4 of the split shipments SOP say")[0] == "splits 4."


def test_a_number_is_whole_and_one_that_the_document_lacks_is_not_made_up(library: Library) -> None:
    acme = [each for each in library.documents(everyone()) if each.document_id == "acme"]

    def under(number: str) -> list[str]:
        found = passages_under(library.store, "default", (number,), acme)
        return [stored.passage.section.split()[0] for _, stored in found]

    assert (under("1"), under("99"), under("8.11")) == ([], [], [])
    assert (under("8"), under("18"), under("4.2")) == (["8.", "8.1"], ["18."], ["4.2"])


def test_nobody_is_pointed_to_what_they_may_not_read(library: Library) -> None:
    question = "what does section 8 of the returns SOP say"
    assert "returns 8." in found(library, question)
    clerk = Reader(login="clerk", roles=frozenset({"service"}), companies=frozenset())
    assert not any(place.startswith("returns") for place in found(library, question, clerk))
