"""The demo documents through the whole pipeline with the real embedding model: spans, access and the quality of answers.

The floors below are what holds, with a little room for other versions of the libraries; those of all questions together are the
aims (recall@5 0.95, MRR 0.85, told rightly 0.95) or above. Nothing in the product knows these questions. `make bench` prints the
figures kind by kind.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge_ingest.pipeline import ingest
from knowledge_ingest.report import IngestReport
from knowledge_ingest.testing import Outcome, ask_all, load_questions, quality
from retrieval.library import open_library
from retrieval.passage import ROLES, Reader
from retrieval.request import SearchRequest
from retrieval.search import Library

DEMO = Path(__file__).resolve().parents[2] / "knowledge_ingest" / "demo"
COMPANY = "Harbor & Pine Supply"
DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    """The library with the demo documents, kept in pytest's cache so that only changes cost time."""
    folder = Path(request.config.cache.mkdir("copilot-data"))  # type: ignore[union-attr]
    library = open_library(folder)
    report = ingest([DEMO / "documents"], library, collection="demo")
    yield library, report
    library.close()


@pytest.fixture(scope="module")
def everything(demo: tuple[Library, IngestReport]) -> list[Outcome]:
    library, _ = demo
    questions = load_questions(DEMO / "questions.yaml")
    return ask_all(library, questions, company=COMPANY, on_date=DAY, collection="demo")


@pytest.fixture(scope="module")
def outcomes(everything: list[Outcome]) -> list[Outcome]:
    """Of the first series: all kinds of questions."""
    return [each for each in everything if each.question.series == 1]


def test_every_demo_document_gets_in_with_an_owner_and_a_type(demo: tuple[Library, IngestReport]) -> None:
    _, report = demo
    assert report.ok, report.to_json()
    assert len(report.documents) >= 40
    for each in report.documents:
        assert each.passages > 0
        assert not {"no_owner", "no_type"} & set(each.flags), each


def test_every_span_of_every_demo_document_is_exact(demo: tuple[Library, IngestReport]) -> None:
    library, report = demo
    checked = 0
    for each in report.documents:
        document = library.store.document("demo", each.document_id)
        assert document is not None
        at = document.body_start
        for stored in library.store.passages("demo", each.document_id):
            passage = stored.passage
            assert document.text[passage.start : passage.end] == passage.text
            assert passage.start >= at
            at = passage.end
            checked += 1
            if passage.page is not None:
                page = next(page for page in document.pages if page.number == passage.page)
                assert page.start <= passage.start < page.end
    assert checked == report.passages > 500


def test_every_labelled_quote_stands_in_one_passage(
    demo: tuple[Library, IngestReport], everything: list[Outcome]
) -> None:
    """Otherwise the cutting has torn apart what belongs together, and no search could find it."""
    library, _ = demo
    torn = []
    for each in everything:
        for answer in each.question.answers:
            texts = [
                " ".join(stored.passage.text.split())
                for stored in library.store.passages("demo", answer.document_id)
            ]
            if not any(answer.quote in text for text in texts):
                torn.append((each.question.question_id, answer))
    assert torn == []


def test_the_right_passage_is_found_early(outcomes: list[Outcome]) -> None:
    figures = quality(outcomes)
    assert figures.recall_at_5 >= 0.95
    assert figures.mrr >= 0.86


def test_questions_that_were_set_aside_do_as_well_as_those_that_were_worked_on(
    outcomes: list[Outcome],
) -> None:
    held_out = [each for each in outcomes if each.question.held_out]
    assert len(outcomes) >= 150
    assert len(held_out) >= 30
    figures = quality(held_out)
    assert figures.recall_at_5 >= 0.90
    assert figures.mrr >= 0.87
    assert figures.abstention_right >= 0.92


def test_everyday_words_and_two_things_at_once_keep_their_level(everything: list[Outcome]) -> None:
    """The second series: hard on purpose, and its held-out half was never looked at one by one. The first floors are low because
    the small embedding model is; before other words and parts of questions were looked for, the held-out ones were at 0.29, with
    every question in everyday words refused."""
    second = [each for each in everything if each.question.series == 2]
    held_out = quality([each for each in second if each.question.held_out])
    assert len(second) >= 60
    assert held_out.recall_at_5 >= 0.50
    assert held_out.mrr >= 0.47
    assert held_out.abstention_right >= 0.75
    assert held_out.absent_recognised >= 0.85
    for kind, recall_at_5 in (("synonym", 0.23), ("two_documents", 0.85)):
        assert quality([each for each in second if each.question.kind == kind]).recall_at_5 >= recall_at_5


@pytest.mark.parametrize(
    ("kind", "recall_at_5", "mrr"),
    [
        ("clause", 0.97, 0.92),
        ("version", 0.98, 0.83),
        ("adjacent_trap", 0.96, 0.90),
        ("table", 0.98, 0.98),
        ("typo", 0.96, 0.93),
        ("two_documents", 0.82, 0.76),
        ("synonym", 0.72, 0.39),
    ],
)
def test_each_kind_of_question_keeps_its_level(
    outcomes: list[Outcome], kind: str, recall_at_5: float, mrr: float
) -> None:
    """Other words are where the small embedding model ends; docs/reference/search-quality.md says so."""
    figures = quality([each for each in outcomes if each.question.kind == kind])
    assert figures.recall_at_5 >= recall_at_5
    assert figures.mrr >= mrr


def test_it_says_when_nothing_is_relevant(outcomes: list[Outcome]) -> None:
    figures = quality(outcomes)
    assert figures.abstention_right >= 0.95
    assert figures.absent_recognised >= 0.70
    assert figures.answerable_refused <= 0.02


def test_without_an_order_the_customer_named_in_the_question_is_enough(
    demo: tuple[Library, IngestReport],
) -> None:
    library, _ = demo
    questions = [each for each in load_questions(DEMO / "questions.yaml") if each.series == 1]
    figures = quality(
        ask_all(library, questions, company=COMPANY, on_date=DAY, with_scope=False, collection="demo")
    )
    assert figures.recall_at_5 >= 0.94


def test_the_embedded_index_finds_what_comparing_with_everything_finds(
    demo: tuple[Library, IngestReport], outcomes: list[Outcome]
) -> None:
    from retrieval.exact_base import ExactBase
    from retrieval.indexing import Brought
    from retrieval.near_words import NearWords
    from retrieval.situations import SituationBook

    library, _ = demo
    exact = Library(
        store=library.store,
        embedder=library.embedder,
        open_base=lambda name: (
            ExactBase(library.store, library.embedder, name),
            Brought(refilled=(), without_vectors=()),
        ),
        near_words=NearWords(library.store, library.embedder),
        situations=SituationBook(library.store, library.embedder),
    )
    again = ask_all(
        exact, [each.question for each in outcomes], company=COMPANY, on_date=DAY, collection="demo"
    )
    same = wanted = 0
    for ours, theirs in zip(outcomes, again, strict=True):
        expected = {hit.passage.passage_id for hit in theirs.found}
        same += len(expected & {hit.passage.passage_id for hit in ours.found})
        wanted += len(expected)
    assert same / wanted >= 0.98


def test_nobody_finds_or_opens_what_is_not_theirs(demo: tuple[Library, IngestReport]) -> None:
    """The demo's own closed documents, by everyone, asked for by their titles and by their words."""
    library, report = demo
    for role in ROLES:
        for company in (COMPANY, "Northgate Chemicals"):
            reader = Reader(login=role, roles=frozenset({role}), companies=frozenset({company}))
            allowed = {each.document_id for each in library.documents(reader, collection="demo")}
            assert len(allowed) < len(report.documents)
            for each in report.documents:
                result = library.search(
                    SearchRequest(
                        text=each.title, reader=reader, top=20, collection="demo", include_superseded=True
                    )
                )
                assert {hit.document.document_id for hit in result.passages} <= allowed
    service = Reader(login="s", roles=frozenset({"service"}), companies=frozenset({COMPANY}))
    margins = library.search(
        SearchRequest(text="margin floor of chilled fish", reader=service, collection="demo")
    )
    assert "policy-credit-and-margin" not in {hit.document.document_id for hit in margins.passages}


def test_hidden_and_hostile_texts_of_the_demo_are_flagged(demo: tuple[Library, IngestReport]) -> None:
    _, report = demo
    flags = {each.document_id: set(each.flags) for each in report.documents}
    assert "instruction_in_text" in flags["letter-pacific-rim-spice-october"]
    assert "hidden_text" in flags["case-cascade-split-august"]
    assert "ocr" in flags["contract-im-2026-008-amendment-1"]
