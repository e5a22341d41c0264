"""Conversations are kept, in order, and open only to their owner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copilot.errors import NotFound, StateUnavailable
from copilot.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = Store(f"sqlite:///{tmp_path / 'copilot.db'}")
    store.prepare()
    yield store
    store.close()


def body(
    answer_id: str, thread_id: str = "t1", question: str = "Why?", text: str = "Because."
) -> dict[str, Any]:
    return {"answer_id": answer_id, "thread_id": thread_id, "question": question, "text": text}


def test_history_is_in_order_and_limited(store: Store) -> None:
    for number in range(5):
        store.save("1:ann", body(f"a{number}", question=f"q{number}", text=f"t{number}"))
    assert store.history("t1", "1:ann", last=2) == [("q3", "t3"), ("q4", "t4")]


def test_another_persons_conversation_does_not_open(store: Store) -> None:
    store.save("1:ann", body("a1"))
    with pytest.raises(NotFound):
        store.history("t1", "2:bob")
    with pytest.raises(NotFound):
        store.save("2:bob", body("a2"))


def test_an_answer_comes_back_as_it_was(store: Store) -> None:
    store.save("1:ann", body("a1", text="“Ja” 10 €"))
    assert store.answer("a1").body["text"] == "“Ja” 10 €"
    with pytest.raises(NotFound):
        store.answer("a2")


def test_an_answer_kept_elsewhere_begins_no_empty_conversation(store: Store) -> None:
    store.save("1:ann", body("a1"))
    store.save("1:ann", body("a1"))
    assert len(store.bodies("t1", "1:ann")) == 1
    with pytest.raises(ValueError, match="another conversation"):
        store.save("1:ann", body("a1", thread_id="t2"))
    assert [one.thread_id for one in store.threads("1:ann", limit=10)] == ["t1"]


def test_a_conversation_is_listed_from_its_first_question_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.begin("1:ann", "t1", "Why  is S00042\nlate?")
    store.begin("1:ann", "t1", "Something else")
    assert [one.title for one in store.threads("1:ann")] == ["Why is S00042 late?"]
    assert store.bodies("t1", "1:ann") == []
    with pytest.raises(NotFound):
        store.begin("2:bob", "t1", "Mine?")
    monkeypatch.setattr("copilot.store.EMPTY_SECONDS", 0)
    assert store.threads("1:ann") == []
    store.save("1:ann", body("a1", question="Why is S00042 late?"))
    assert [one.title for one in store.threads("1:ann")] == ["Why is S00042 late?"]


def test_preparing_twice_is_harmless(store: Store) -> None:
    store.save("1:ann", body("a1"))
    store.prepare()
    assert store.answer("a1").owner == "1:ann"


def test_a_database_that_cannot_be_opened_is_said_so(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'no' / 'such' / 'copilot.db'}")
    with pytest.raises(StateUnavailable, match="copilot doctor"):
        store.prepare()
    with pytest.raises(StateUnavailable, match="DATABASE_URL"):
        Store("nonsense")
