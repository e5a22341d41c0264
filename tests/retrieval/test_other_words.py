"""Questions in words that no document holds, and questions that ask two things at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval import relevance
from retrieval.comparing import in_turn, parts
from retrieval.document_store import DocumentStore
from retrieval.near_words import NearWords
from retrieval.request import SearchRequest
from retrieval.situations import SituationBook, situations
from retrieval.sparse import stem
from retrieval.testing import WordEmbedder, everyone, make_document, make_library
from retrieval.trade_words import accepted_terms, related_terms


class Meaning(WordEmbedder):
    """Knows that a van is a truck, and nothing else beside words."""

    def embed(self, texts):  # type: ignore[no-untyped-def,override]
        return super().embed([text.replace("van", "truck") for text in texts])


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    library = make_library(
        tmp_path, {make_document("fleet", "x"): "Every truck leaves at noon.\n\nSalmon is kept cold."}
    )
    yield library.store
    library.close()


def test_a_word_that_no_document_holds_leads_to_the_one_that_means_it(store: DocumentStore) -> None:
    near = NearWords(store, Meaning(dimensions=512))
    assert near.of("does the van go") == {}  # nothing learned yet
    assert near.learn() > 0
    found = near.of("does the van go")
    assert found[stem("van")][stem("truck")] == pytest.approx(1.0, abs=0.02)
    assert stem("truck") in accepted_terms([stem("van")], found)[stem("van")]
    assert 0 < related_terms([stem("van")], found)[stem("truck")] < 1


def test_words_are_embedded_once_and_outlive_what_is_tidied_away(store: DocumentStore) -> None:
    embedder = Meaning(dimensions=512)
    near = NearWords(store, embedder)
    near.learn()
    store.drop_unused_vectors()
    before = embedder.embedded
    assert NearWords(store, embedder).learn() == 0
    assert embedder.embedded == before


def test_a_word_is_not_near_itself(store: DocumentStore) -> None:
    near = NearWords(store, Meaning(dimensions=512))
    near.learn()
    assert stem("truck") not in near.of("trucks")[stem("trucks")]


def test_after_a_change_of_the_model_old_vectors_are_not_compared(store: DocumentStore) -> None:
    embedder = Meaning(dimensions=512)
    near, book = NearWords(store, embedder), SituationBook(store, embedder)
    near.learn()
    book.learn()
    other = WordEmbedder(dimensions=32)
    near._embedder.__dict__.update(other.__dict__)
    assert near.of("van") == {}
    stale = np.ones(7, dtype=np.float32)
    assert book.meant(stale).vector is stale


def test_a_question_leans_towards_rules_only_when_a_situation_fits(store: DocumentStore) -> None:
    book = SituationBook(store, WordEmbedder(dimensions=512))
    embed = WordEmbedder(dimensions=512).embed
    said = situations()[0].asks[0]
    own = embed([said])[0]
    fits = book.meant(own)
    assert fits.fit == 1.0
    assert np.linalg.norm(fits.vector) == pytest.approx(1.0, abs=1e-5)
    rule = embed([situations()[0].rules[0]])[0]
    assert fits.vector @ rule > own @ rule
    foreign = embed(["zebra giraffe elephant"])[0]
    assert book.meant(foreign).fit == 0.0
    assert np.allclose(book.meant(foreign).vector, foreign, atol=1e-6)


def test_the_table_names_each_situation_once_and_says_both_sides() -> None:
    table = situations()
    assert len({each.name for each in table}) == len(table) >= 70
    assert all(each.asks and each.rules for each in table)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "When is the dock open, and who unloads the truck?",
            ("When is the dock open", "who unloads the truck"),
        ),
        ("The fee for boxes and for pallets", ("The fee for boxes", "The fee for pallets")),
        ("Cut-off with Alpha and with Beta?", ("Cut-off with Alpha", "Cut-off with Beta")),
        ("Claims under the contract compared with the policy", ()),
        ("Claim period of Alpha compared with Beta", ("Claim period of Alpha", "Claim period of Beta")),
        ("May salt and pepper travel together?", ()),
        ("Who signs?", ()),
        ("", ()),
        ("and", ()),
    ],
)
def test_a_question_is_taken_apart_where_it_asks_two_things(question: str, expected: tuple[str, ...]) -> None:
    assert parts(question) == expected


def test_what_may_be_beside_the_point_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = make_library(
        tmp_path, {make_document("cold", "x"): "Salmon is kept at two degrees in the cold room."}
    )
    request = SearchRequest(text="salmon kept in the cold room", reader=everyone())
    for sure, uncertain in ((-9.0, False), (99.0, True)):
        monkeypatch.setattr(relevance, "_SURE", sure)
        result = library.search(request)
        assert result.passages
        assert result.uncertain is uncertain
    nothing = library.search(SearchRequest(text="zebra giraffe elephant", reader=everyone()))
    assert (nothing.nothing_relevant, nothing.uncertain) == (True, False)
    library.close()


def test_a_long_question_costs_no_time() -> None:
    assert parts("of a and " * 5000) in ((), parts("of a and " * 5000))


def test_lists_are_taken_in_turn() -> None:
    assert in_turn([[1, 2, 3], [4], []]) == [1, 4, 2, 3]
    assert in_turn([]) == []


def test_words_that_documents_hold_have_their_vectors_already(store: DocumentStore) -> None:
    embedder = Meaning(dimensions=512)
    near = NearWords(store, embedder)
    near.learn()
    before = embedder.embedded
    mixed = near.of("does the van leave with the salmon")
    assert embedder.embedded == before + 2, "van and leave; does, the and with say nothing"
    assert mixed == near.of("does the van leave with the salmon")
    assert mixed[stem("van")][stem("truck")] == pytest.approx(1.0, abs=0.02)
    asked_alone = NearWords(store, embedder).of("salmon")
    assert mixed[stem("salmon")] == pytest.approx(asked_alone[stem("salmon")])
