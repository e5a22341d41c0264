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
"""So many turns are summarised with their question and what their evidence is called; older ones with its ids alone."""
MAX_SUMMARY = 24_000
"""Characters of a summary at the most; some 6,000 tokens, which a model is sent with each of its calls."""
MAX_IDS = 12_000
"""Of these, characters for the ids of every turn: enough for some 200 turns. The turns before those are told as one line."""
MAX_LINE = 320
"""Characters of a turn's line after which evidence is told by its id alone."""
MOST_IDS = 40
"""Ids of one turn that are told one by one; of more, those in a row are told as "E1 to E57"."""


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


def summary_of(bodies: Sequence[Mapping[str, Any]], *, word_for_word: int = 0) -> str:
    """What earlier turns were about, for a model that does not get them word for word: a line each with the question, the order,
    its causes, and the evidence by the answer's number. Code writes it, so the same turns give the same words.

    The ids stand without brackets: they belong to those answers, not to the turn that comes. Every id of every turn is told, as long
    as `MAX_SUMMARY` characters hold it; the latest turns come first to their room.

    Args:
        word_for_word: so many of the last turns the model gets beside this, with their marks taken out: of them, the evidence alone.
    """
    last = len(bodies) - word_for_word
    room = MAX_IDS
    # The ids of every turn have their room before any turn has more than that.
    shortest = [_ids_line(number, body) for number, body in enumerate(bodies, start=1)]
    told: dict[int, str] = {}
    for number in range(len(bodies), 0, -1):
        line = shortest[number - 1]
        if len(line) + 1 > room:
            told[number] = (
                f"Turns 1 to {number}: too long ago to be told here; their answers are in the conversation."
            )
            break
        told[number] = line
        room -= len(line) + 1
    room = MAX_SUMMARY - sum(len(line) + 1 for line in told.values())
    for number in sorted(told, reverse=True):
        body = bodies[number - 1]
        if number > last:
            line = _evidence_line(number, body)
        elif number > last - MAX_SUMMARISED:
            line = _turn_line(number, body)
        else:
            break
        more = len(line) - len(told[number])
        if told[number].startswith("Turns ") or more > room:
            break
        told[number] = line
        room -= more
    return "\n".join(told[number] for number in sorted(told) if told[number])


def _turn_line(number: int, body: Mapping[str, Any]) -> str:
    diagnosis = body.get("diagnosis") or {}
    causes = ", ".join(f"{one['code']} ({one['certainty']})" for one in diagnosis.get("causes", ()))
    line = f"Turn {number}: asked “{_one_line(body['question'])[:200]}”; {body.get('status', 'answered')}"
    if diagnosis:
        line += f"; order {diagnosis.get('order')}: {causes or 'no cause'}"
    known = _named_evidence(body, MAX_LINE - len(line))
    return f"{line}; evidence of turn {number}: {known}" if known else line


def _evidence_line(number: int, body: Mapping[str, Any]) -> str:
    known = _named_evidence(body, MAX_LINE)
    return f"Turn {number}, word for word below; evidence of turn {number}: {known}" if known else ""


def _ids_line(number: int, body: Mapping[str, Any]) -> str:
    ids = [str(one["id"]) for one in (*body.get("evidence", ()), *body.get("citations", ()))]
    return f"Turn {number}: evidence {_short(ids)}" if ids else ""


def _named_evidence(body: Mapping[str, Any], room: int) -> str:
    """The evidence with what it is called, as far as there is room; then by its ids alone."""
    told: list[str] = []
    known = [
        *((str(one["id"]), _one_line(one["display_name"])) for one in body.get("evidence", ())),
        *((str(one["id"]), _one_line(one["title"])) for one in body.get("citations", ())),
    ]
    for at, (number, name) in enumerate(known):
        room -= len(number) + len(name) + 3
        if room < 0:
            return ", ".join([*told, _short([one for one, _ in known[at:]])])
        told.append(f"{number} {name}")
    return ", ".join(told)


def _short(ids: Sequence[str]) -> str:
    """All of them; of many, those that follow each other as a range."""
    if len(ids) <= MOST_IDS:
        return ", ".join(ids)
    runs: list[list[str]] = []
    for one in ids:
        if runs and one[:1] == runs[-1][-1][:1] and int(one[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


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
