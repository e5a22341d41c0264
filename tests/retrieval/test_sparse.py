"""Terms and their weights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sparse import document_vector, query_vector, stem, terms
from retrieval.trade_words import related_terms


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        # from Porter's paper
        ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("agreed", "agre"), ("plastered", "plaster"),
        ("motoring", "motor"), ("conflated", "conflat"), ("hopping", "hop"), ("falling", "fall"), ("filing", "file"),
        ("happy", "happi"), ("relational", "relat"), ("conditional", "condit"), ("digitizer", "digit"),
        ("vietnamization", "vietnam"), ("hopefulness", "hope"), ("triplicate", "triplic"), ("electrical", "electr"),
        ("adjustable", "adjust"), ("replacement", "replac"), ("adoption", "adopt"), ("rate", "rate"), ("cease", "ceas"),
    ],
)  # fmt: skip
def test_words_of_one_stem_meet(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_trade_words_of_one_stem_meet() -> None:
    assert stem("shipments") == stem("shipment")
    assert stem("delivered") == stem("delivers") == stem("delivering")
    assert stem("customer's") == stem("customers")


def test_references_and_times_are_terms_of_their_own() -> None:
    found = terms("Clause 5.2 of MF-2026-014: FB-1001 by 14:00, see SOP-104.")
    assert {"5.2", "mf-2026-014", "fb-1001", "14:00", "sop-104"} <= set(found)


def test_stop_words_carry_no_weight() -> None:
    assert terms("the of and to be") == []


def test_more_of_a_term_weighs_more_but_less_and_less() -> None:
    once, twice, often = (max(document_vector("late " * times).values) for times in (1, 2, 20))
    assert once < twice < often < 2 * twice


def test_a_question_weighs_each_of_its_terms_once() -> None:
    assert set(query_vector(terms("late late order")).values) == {1.0}


def test_related_words_weigh_less_than_the_questions_own() -> None:
    own = terms("supplier")
    related = related_terms(own)
    assert stem("vendor") in related
    assert all(0 < weight < 1 for weight in related.values())
    assert not set(own) & related.keys()


@given(st.text())
def test_the_same_text_gives_the_same_sorted_weights(text: str) -> None:
    vector = document_vector(text)
    assert vector == document_vector(text)
    assert list(vector.indices) == sorted(set(vector.indices))
    assert len(vector.indices) == len(vector.values)
    assert all(value > 0 for value in vector.values)


@pytest.mark.parametrize(
    "letters", ["a" * 2_000, "y" * 1_500 + "ational", "b" * 1_995 + "ation", "ay" * 1_000]
)
def test_letters_without_end_are_a_word_as_it_stands(letters: str) -> None:
    """A file or a question may hold them, and stemming goes a level deeper with each y."""
    assert terms(letters) == [letters]
    assert terms(f"the pallets of {letters}") == ["pallet", letters]


def test_references_are_found_where_they_begin_and_nowhere_else() -> None:
    """The pattern does not try again inside a word: with a text of one long word that took the square of its length."""
    text = "aMF-2026-014 mf-2026-014/2 v1.2.x -x-9 a--b4 7/8. 1-"
    found = [each for each in terms(text) if any(mark in each for mark in "-/.")]
    assert found == ["amf-2026-014", "mf-2026-014/2", "v1.2.x", "x-9", "7/8"]
