"""Misspelt words of a question are put right by the words of the documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.document_store import DocumentStore
from retrieval.spelling import corrected
from retrieval.testing import make_document, make_library


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentStore]:
    words = "The list of orders. The list of items. The list of dates. The credit limit. The trial. The trail of a parcel. The trail of a truck."
    folder: Path = tmp_path_factory.mktemp("spelling")
    library = make_library(folder, {make_document("d", "x"): words.replace(". ", ".\n\n")})
    yield library.store
    library.close()


def nobody(word: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("limt", "limit"),  # a letter left out, though "list" is as near and more used
        ("liist", "list"),
        ("tiral", "trial"),  # two letters swapped, though "trail" is more used and as many slips away
        ("parcl", "parcel"),
        ("lisk", "list"),  # equally near words: the one that is used
        ("zzzzz", "zzzzz"),
    ],
)
def test_the_nearest_word_that_holds_what_was_typed_is_meant(
    store: DocumentStore, typed: str, meant: str
) -> None:
    assert corrected(f"over the {typed}", store, nobody) == f"over the {meant}"


def test_ordinary_words_that_the_documents_lack_are_left_alone(store: DocumentStore) -> None:
    assert corrected("a drone", store, lambda word: word == "drone") == "a drone"
    assert corrected("a trail", store, nobody) == "a trail"
