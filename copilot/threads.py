"""Conversations as their owner handles them: listed, opened, renamed, deleted, exported, and summarised for a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.errors import QuestionError
from copilot.identity import Person, owner_of
from copilot.store import MAX_TITLE, Store, StoredAnswer

LAST_TURNS = 6
"""So many turns a brain gets word for word; what lies before them is summarised."""
MAX_SUMMARISED = 40


class Threads:
    """One person's conversations; nobody else's can be told from none. Every method raises StateUnavailable when the database
    does not work, and NotFound for a conversation that is not theirs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(
        self, person: Person, *, limit: int = 20, before: str | None = None, search: str = ""
    ) -> dict[str, Any]:
        """``{"threads": […], "next": id or None}``, the last used first.

        Args:
            before: `next` of the page before.
        """
        found = self._store.threads(owner_of(person), limit=limit + 1, before=before, search=search)
        more = len(found) > limit
        found = found[:limit]
        return {
            "threads": [one.to_json() for one in found],
            "next": found[-1].thread_id if more and found else None,
        }

    def open(self, person: Person, thread_id: str) -> dict[str, Any]:
        """A conversation with its answers in the contract's JSON."""
        thread = self._store.thread(thread_id, owner_of(person))
        given = self._store.answers_of(thread_id, owner_of(person))
        return {
            **thread.to_json(),
            "answers": [{**_shown(one.body), "answered_at": one.answered_at} for one in given],
        }

    def rename(self, person: Person, thread_id: str, title: str) -> dict[str, Any]:
        """Give it another title.

        Raises:
            QuestionError: the title is empty or too long.
        """
        title = " ".join(title.split())
        if not title or len(title) > MAX_TITLE:
            raise QuestionError(f"A title has 1 to {MAX_TITLE} characters. Write a shorter one.")
        self._store.rename_thread(thread_id, owner_of(person), title)
        return self._store.thread(thread_id, owner_of(person)).to_json()

    def delete(self, person: Person, thread_id: str) -> None:
        """Delete it with its answers."""
        self._store.thread(thread_id, owner_of(person))
        self._store.delete_thread(thread_id, owner_of(person))

    def as_markdown(self, person: Person, thread_id: str) -> str:
        """The conversation to keep or to send: questions, answers, and what each mark stands for."""
        thread = self._store.thread(thread_id, owner_of(person))
        parts = [
            f"# {_one_line(thread.title)}",
            f"Begun {thread.begun_at}, exported for {_one_line(person.name)}.",
        ]
        for one in self._store.answers_of(thread_id, owner_of(person)):
            parts += [f"## {_one_line(one.body['question'])}", one.body["text"], *_sources(one)]
        return "\n\n".join(parts) + "\n"


def summary_of(bodies: Sequence[Mapping[str, Any]]) -> str:
    """What earlier turns were about, for a model that does not get them word for word: a line each with the question, the order,
    its causes, and the evidence by the answer's number. Code writes it, so the same turns give the same words.

    The ids stand without brackets: they belong to those answers, not to the turn that comes.
    """
    lines = []
    first = max(0, len(bodies) - MAX_SUMMARISED)
    for number, body in enumerate(bodies[first:], start=first + 1):
        diagnosis = body.get("diagnosis") or {}
        causes = ", ".join(f"{one['code']} ({one['certainty']})" for one in diagnosis.get("causes", ()))
        known = [
            *(f"{one['id']} {one['display_name']}" for one in body.get("evidence", ())),
            *(f"{one['id']} {one['title']}" for one in body.get("citations", ())),
        ]
        line = f"Turn {number}: asked “{_one_line(body['question'])[:200]}”; {body.get('status', 'answered')}"
        if diagnosis:
            line += f"; order {diagnosis.get('order')}: {causes or 'no cause'}"
        if known:
            line += f"; evidence of turn {number}: " + ", ".join(known)
        lines.append(line)
    return "\n".join(lines)


def _shown(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "receipt"}


def _sources(one: StoredAnswer) -> list[str]:
    lines = [
        *(
            f"- {fact['id']}: {_one_line(fact['display_name'])}, read {fact['read_at']}"
            for fact in one.body.get("evidence", ())
        ),
        *(
            f"- {passage['id']}: {_one_line(passage['title'])}, {_one_line(passage['section'])}: “{_one_line(passage['quote'])}”"
            for passage in one.body.get("citations", ())
        ),
    ]
    said = [f"Answered {one.answered_at} by {_one_line(one.body.get('brain', ''))}; id {one.answer_id}."]
    return [*(["\n".join(lines)] if lines else []), *said]


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())
