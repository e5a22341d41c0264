"""One turn of conversation: question in, checked answer out.

The brain's text never reaches anybody as it is: grounding takes out what the evidence does not support, the status comes from
what was read, and the diagnosis is the one that code made.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from copilot import receipts
from copilot.answer import MAX_QUESTION_BYTES, Answer, Done, Event, Progress, Question, Status, TextPart
from copilot.audit_anchor import anchoring
from copilot.brains import Brain, BrainText, Talk
from copilot.bundle import running_bundle
from copilot.errors import CopilotError, NotFound, QuestionError, StateUnavailable, TooMany
from copilot.evidence_book import MARK, citation_of
from copilot.grounding import Grounded
from copilot.health import Health
from copilot.identity import Identity, Person, owner_of
from copilot.metrics import Metrics
from copilot.models.playbook.asker import leading_role
from copilot.models.playbook.brain import NAME as PLAYBOOK
from copilot.models.playbook.brain import PlaybookBrain
from copilot.models.playbook.phrasing import VERSION as PHRASING_VERSION
from copilot.models.playbook.phrasing import WHICH_ORDER
from copilot.models.playbook.remembering import list_alone, remembered
from copilot.models.playbook.understood import Earlier
from copilot.options.rescue import rescue_view
from copilot.options.views import cited_by, options_view, without_options
from copilot.reads.at_risk import at_risk_json
from copilot.reads.orders import diagnosis_json
from copilot.reads.shared import grounding_of, reader_of
from copilot.reads.waiting import waiting_json
from copilot.settings import Settings
from copilot.store import Store
from copilot.threads import LAST_TURNS, Threads, summary_of
from copilot.turn import Turn
from erp_tools.facts import Fact
from erp_tools.lateness.at_risk import cause_code
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.reading import find_order
from erp_tools.odoo.gateway import OdooServer
from erp_tools.records import read_record
from prompts import PromptError, catalogue
from retrieval.errors import DocumentRefused
from retrieval.passage import DEFAULT_COLLECTION
from retrieval.request import OpenedDocument, SearchRequest
from retrieval.search import Library

if TYPE_CHECKING:
    from copilot.drafts.desk import Desk

log = logging.getLogger(__name__)

IN_FLIGHT_PER_PERSON = 2
QUESTIONS_PER_MINUTE = 20
"""RELIABILITY T25."""

NOTHING_LEFT = "I could not prove what I was about to say, so I left it out. Ask for one order by its name, or for one document."
LEFT_OUT = "Something I could not prove was left out."
NO_ANSWER = "I found no answer. Ask for one order by its name, or for one document."


class Copilot:
    """Answers questions for people who are signed in. Built by `bootstrap.build`; safe to use from several threads.

    Args:
        clock: now, with timezone; an argument so that tests can fix the day.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        server: OdooServer,
        identity: Identity,
        library: Library,
        model: Brain | None = None,
        model_is_resting: Callable[[], bool] = lambda: False,
        store: Store,
        questions_per_minute: int | None = QUESTIONS_PER_MINUTE,
        make_desk: Callable[[], Desk] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._make_desk = make_desk
        self.prompts = catalogue(settings.prompts_dir)
        self.settings, self.server, self.identity, self.library = settings, server, identity, library
        self._playbook: Brain = PlaybookBrain()
        self._brain = model or self._playbook
        self._store, self._clock = store, clock
        self.threads = Threads(store)
        self.metrics = Metrics()
        self.health = Health(
            settings=settings,
            server=server,
            library=library,
            check_store=store.check,
            breaker_is_open=model_is_resting,
            drafting_is_off=lambda: self.desk.drafts.why_off(),
            anchoring=lambda: anchoring(
                self.desk.audit, by_itself=bool(settings.anchor_odoo_user), now=datetime.now(UTC)
            ),
        )
        self._limits = _Limits(questions_per_minute)

    @cached_property
    def desk(self) -> Desk:
        """Where drafts are made and decided; built when first asked for, because a question needs none of it.

        Raises:
            StateUnavailable: there is none, or its tables cannot be made.
        """
        if self._make_desk is None:
            raise StateUnavailable("There is no desk for drafts here.")
        desk = self._make_desk()
        desk.drafts.prepare()
        return desk

    @property
    def store(self) -> Store:
        """The copilot's own database."""
        return self._store

    def ask(self, person: Person, question: Question) -> Answer:
        """Answer one question.

        Raises:
            QuestionError, TooMany, NotFound (the thread is somebody else's).
        """
        for event in self.stream(person, question):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("a turn always ends in an answer")

    def stream(self, person: Person, question: Question) -> Iterator[Event]:
        """The same, with progress and checked text on the way; `Done` comes last. Raises as `ask`, before the first event."""
        text = _checked_question(question.text)
        with self._limits.turn_of(person.login):
            yield from self._turn(person, replace(question, text=text))

    def answer(self, person: Person, answer_id: str) -> dict[str, Any]:
        """An answer this person was given, in the contract's JSON.

        Raises:
            NotFound: none of theirs has that id (somebody else's is not told apart from none).
        """
        stored = self._store.answer(answer_id)
        if stored.owner != owner_of(person) or stored.deleted:
            raise NotFound("There is no such answer of yours.")
        return {name: value for name, value in stored.body.items() if name != "receipt"}

    def receipt(self, person: Person, answer_id: str) -> dict[str, Any]:
        """Everything that rebuilds an answer: it, and what was in force when it was given. Raises as `answer`."""
        answer = self.answer(person, answer_id)
        stored = self._store.answer(answer_id)
        drafts = answer.get("drafts") or ()
        return receipts.sealed(
            {
                "answer": answer,
                "asked_by": person.login,
                "answered_at": stored.answered_at,
                **stored.body.get("receipt", {}),
                "drafts": receipts.decided(self.desk, person, drafts) if drafts else [],
            }
        )

    def search(
        self, person: Person, text: str, *, top: int = 10, collection: str | None = None
    ) -> dict[str, Any]:
        """The passages this person may read that answer a text, in the contract's JSON.

        Raises:
            TooMany; RetrievalError: the documents cannot be searched at all.
        """
        with self._limits.turn_of(person.login, is_question=False):
            turn = self._new_turn(person)
            request = SearchRequest(
                text=text,
                reader=reader_of(turn),
                top=top,
                collection=collection or DEFAULT_COLLECTION,
                on_date=turn.now.date(),
            )
            found = self.library.search(request)
        citations = [citation_of(one.passage.passage_id, one) for one in found.passages]
        return {
            "passages": [
                {**cited.to_json(), "text": cited.quote, "score": round(one.score, 4)}
                for cited, one in zip(citations, found.passages, strict=True)
            ],
            "degraded": list(found.degraded),
        }

    def diagnosis(self, person: Person, reference: str) -> dict[str, Any]:
        """Why one order is late, in the contract's JSON, with its evidence; no brain takes part.

        Raises:
            NotFound: no single order of that name for this person; TooMany; OdooError as the gateway says.
        """
        with self._limits.turn_of(person.login):
            turn = self._new_turn(person)
            with person.lock:
                calls_before = person.session.log.calls
                resolution = find_order(person.session, reference)
                if resolution.status != "one":
                    raise NotFound(
                        f"There is no single order called {reference!r} that you may see. Ask for it by its name, such as S00042."
                    )
                turn.diagnoses.append(
                    diagnose(person.session, resolution.order, now=turn.now, server=self.server)
                )
                calls = turn.odoo_calls + person.session.log.calls - calls_before
        return {
            "diagnosis": _diagnosis(turn, reference),
            "evidence": [one.to_json() for one in turn.book.evidence()],
            "odoo_calls": calls,
        }

    def orders_at_risk(
        self, person: Person, *, progress: Callable[[int, int], None] | None = None, **wanted: Any
    ) -> dict[str, Any]:
        """All open orders that are late or about to be, ranked and grouped; no brain takes part.

        Args:
            progress: told (orders read, open orders in all) while Odoo is read.
            wanted: as `reads.at_risk.at_risk_json`: customer, warehouse, vendor, carrier, cause, limit.

        Raises:
            QuestionError: there is no such cause; TooMany; OdooError as the gateway says.
        """
        try:
            cause_code(wanted.get("cause", ""))
        except ValueError as error:
            raise QuestionError(str(error)) from error
        with self._limits.turn_of(person.login):
            turn = self._new_turn(person)
            begun = time.perf_counter()
            with turn.person.lock:
                calls_before = turn.person.session.log.calls
                found = at_risk_json(turn, progress=progress, **wanted)
                calls = turn.odoo_calls + turn.person.session.log.calls - calls_before
        return {
            **found,
            "evidence": [one.to_json() for one in turn.book.evidence()],
            "degraded": list(turn.degraded),
            "odoo_calls": calls,
            "timings_ms": {"total": _ms(time.perf_counter() - begun)},
        }

    def options(self, person: Person, reference: str) -> dict[str, Any]:
        """What could be done about one order, side by side; no brain takes part.

        Raises:
            NotFound: no single order of that name for this person; TooMany; OdooError as the gateway says.
        """
        with self._limits.turn_of(person.login):
            return options_view(self._new_turn(person), reference)

    def rescues(self, person: Person, **wanted: Any) -> dict[str, Any]:
        """Which of the orders at risk to rescue within a budget; no brain takes part. See `options.rescue.rescue_view`.

        Raises:
            TooMany; OdooError as the gateway says.
        """
        with self._limits.turn_of(person.login):
            return rescue_view(self._new_turn(person), **wanted)

    def waiting_for(self, person: Person, reference: str) -> dict[str, Any]:
        """Which orders wait for a purchase order or a product; no brain takes part.

        Raises:
            NotFound: there is no such purchase order or product for this person; TooMany; OdooError as the gateway says.
        """
        with self._limits.turn_of(person.login):
            turn = self._new_turn(person)
            with turn.person.lock:
                calls_before = turn.person.session.log.calls
                found = waiting_json(turn, reference)
                calls = turn.odoo_calls + turn.person.session.log.calls - calls_before
        if found["status"] == "not_found":
            raise NotFound(
                f"There is no purchase order or product called {reference!r} that you may see. Ask by its name, such as P00031."
            )
        return {
            **found,
            "evidence": [one.to_json() for one in turn.book.evidence()],
            "degraded": list(turn.degraded),
            "odoo_calls": calls,
        }

    def open_document(self, person: Person, document_id: str) -> OpenedDocument:
        """A document's text, if this person may read it.

        Raises:
            NotFound: no such document for this person.
        """
        turn = self._new_turn(person)
        try:
            return self.library.open(document_id, reader_of(turn))
        except DocumentRefused as error:
            raise NotFound(str(error)) from error

    def open_record(self, person: Person, model: str, record_id: int) -> Fact:
        """A record's fields as this person may see them.

        Raises:
            NotFound: no such record for this person; OdooError as the gateway says.
        """
        person = self.identity.current(person)
        with person.lock:
            fact = read_record(person.session, model, record_id, now=self._clock(), server=self.server)
        if fact is None:
            raise NotFound("There is no such record that you may see in Odoo.")
        return fact

    def close(self) -> None:
        """Let go of the index and the database."""
        self.library.close()
        self._store.close()

    def _new_turn(self, person: Person) -> Turn:
        begun = time.perf_counter()
        standing = self.identity.standing(person)
        turn = Turn(
            person=standing.person, server=self.server, library=self.library, now=self._clock(),
            house_rules=self.settings.house_rules, option_weights=self.settings.option_weights,
        )  # fmt: skip
        if standing.odoo_calls:
            turn.odoo_calls, turn.odoo_seconds = standing.odoo_calls, time.perf_counter() - begun
        if not standing.person.rights_confirmed:
            turn.note_degraded(
                "Odoo does not answer, so your rights are the ones it last confirmed; they may have changed since."
            )
        return turn

    def _turn(self, person: Person, question: Question) -> Iterator[Event]:
        begun = time.perf_counter()
        turn = self._new_turn(person)
        thread_id = question.thread_id or uuid.uuid4().hex
        turn.conversation, turn.answer_id = thread_id, question.answer_id or uuid.uuid4().hex
        summary, earlier, asked_before = self._history(turn, thread_id, person)
        turn.desk, turn.words = (lambda: self.desk), (*asked_before, question.text)
        instructions, prompts = self._instructions(turn)
        talk = Talk(question=question.text, instructions=instructions, summary=summary, earlier=earlier)
        written = yield from self._written(self._brain, turn, talk)
        checked = _ground(turn, written.text, question.text)
        if checked.failed and written.brain != PLAYBOOK:
            yield Progress(text="Checking the facts once more")
            written, checked = self._repaired(turn, written, checked, question.text)
        if written.brain != PLAYBOOK and not _is_of_use(turn, checked):
            # What the first brain read is not mixed into the second one's answer.
            turn = self._second_turn(person, turn)  # but what it drafted is there, and is shown
            turn.note_degraded(
                "The language model's answer held nothing that could be proven; the playbook answered instead."
            )
            written = yield from self._written(self._playbook, turn, talk)
            checked = _ground(turn, written.text, question.text)
        removed = checked.checks.removed
        if removed:
            log.warning("grounding removed sentences", extra={"removed": removed, "brain": written.brain})
        text = checked.text
        if not text:
            text = NOTHING_LEFT if removed else NO_ANSWER
        elif removed:
            text = f"{text}\n\n{LEFT_OUT}"
        answer = Answer(
            answer_id=turn.answer_id,
            thread_id=thread_id,
            question=question.text,
            text=text,
            status=_status(turn, text, removed=bool(removed)),
            diagnosis=_diagnosis(turn, question.text),
            options=tuple(turn.comparisons[0]["options"]) if turn.comparisons else (),
            comparison=without_options(turn.comparisons[0]) if turn.comparisons else None,
            evidence=turn.book.evidence(),
            citations=_cited(turn, text),
            drafts=tuple(turn.drafts),
            checks=checked.checks,
            brain=written.brain,
            prompts=prompts if written.brain != PLAYBOOK else {"playbook": PHRASING_VERSION},
            degraded=tuple(turn.degraded),
            odoo_calls=turn.odoo_calls,
            timings_ms={
                "total": _ms(time.perf_counter() - begun),
                "odoo": _ms(turn.odoo_seconds),
                "search": _ms(turn.search_seconds),
                "model": _ms(turn.model_seconds),
            },
            suggestions=written.suggestions,
            # The playbook's several lists are those of several customers: one of them on the card would pass for all.
            at_risk=turn.lists[-1]
            if turn.lists and (len(turn.lists) == 1 or written.brain != PLAYBOOK)
            else None,
        )
        brain = "playbook" if answer.brain == PLAYBOOK else "model"
        self.metrics.count("answers_total", f'status="{answer.status}",brain="{brain}"')
        self.metrics.count("odoo_calls_total", amount=answer.odoo_calls)
        self.metrics.count("sentences_removed_total", amount=removed)
        answer = self._saved(
            person, turn, talk, answer
        )  # before it is shown: a dropped connection loses nothing
        for part in answer.text.splitlines(keepends=True):
            yield TextPart(text=part)
        yield Done(answer=answer)

    def _written(self, brain: Brain, turn: Turn, talk: Talk) -> Generator[Event, None, BrainText]:
        """What the brain wrote; its progress is passed on."""
        for part in brain.run(turn, talk):
            if isinstance(part, BrainText):
                return part
            yield Progress(text=part)
        raise AssertionError("a run always ends in a text")

    def _second_turn(self, person: Person, first: Turn) -> Turn:
        turn = self._new_turn(person)
        turn.degraded, turn.failures = list(first.degraded), list(first.failures)
        turn.conversation, turn.answer_id, turn.drafts = first.conversation, first.answer_id, first.drafts
        turn.desk, turn.words, turn.further_back = first.desk, first.words, first.further_back
        turn.kept_drafts = tuple(one for one in first.drafts if not one["listed"])
        turn.begun = first.begun  # what the first brain left of the turn's time
        turn.odoo_calls += first.odoo_calls
        turn.odoo_seconds, turn.search_seconds, turn.model_seconds = (
            first.odoo_seconds,
            first.search_seconds,
            first.model_seconds,
        )
        return turn

    def _instructions(self, turn: Turn) -> tuple[str, dict[str, str]]:
        prompt = self.prompts.load("assistant", environment=self.settings.environment)
        today = turn.now.astimezone(ZoneInfo(turn.timezone))
        text = prompt.render(
            today=f"{today:%A}, {today.day} {today:%B %Y}",
            person=turn.person.name,
            roles=", ".join(sorted(turn.person.roles)) or "none",
        )
        return text, {prompt.name: prompt.version}

    def _repaired(
        self, turn: Turn, written: BrainText, checked: Grounded, question: str
    ) -> tuple[BrainText, Grounded]:
        """The text given back to its brain once; the better of the two, as it was checked."""
        repair = getattr(self._brain, "repair", None)
        problems = [f"{one.sentence} ({'; '.join(one.reasons)})" for one in checked.failed]
        again = repair(turn, written.text, problems) if repair is not None else None
        if again is None:
            return written, checked
        rechecked = _ground(turn, again.text, question)
        better = bool(rechecked.text) and rechecked.checks.removed < checked.checks.removed
        self.metrics.count("answers_repaired_total", f'better="{str(better).lower()}"')
        if not better:
            return written, checked
        fewer = checked.checks.removed - rechecked.checks.removed
        rechecked = replace(rechecked, checks=replace(rechecked.checks, repaired=fewer))
        return replace(again, suggestions=written.suggestions), rechecked

    def _history(
        self, turn: Turn, thread_id: str, person: Person
    ) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
        """(summary, the last turns word for word, all that the person asked before); fills in `turn.further_back`."""
        try:
            bodies = self._store.bodies(thread_id, owner_of(person))
        except StateUnavailable as error:
            turn.note_degraded(f"Earlier questions of this conversation could not be read. {error}")
            return "", (), ()
        turn.before = bodies
        # Evidence ids belong to the turn that gave them: an old [E1] must not look like one of this turn.
        earlier = tuple((body["question"], MARK.sub("", body["text"])) for body in bodies[-LAST_TURNS:])
        said = [Earlier(question=body["question"], answer=list_alone(body["text"])) for body in bodies]
        turn.further_back = tuple(
            (one.question, one.answer) for one in remembered(said, turn.today)[: -len(earlier) or None]
        )
        return (
            summary_of(bodies, word_for_word=len(earlier)),
            earlier,
            tuple(str(body["question"]) for body in bodies),
        )

    def _running(self) -> dict[str, Any]:
        """The hashes of what governs answers: prompts, phrasing, decision rights, model, and the model that searches."""
        try:
            bundle = running_bundle(self.settings)
        except (CopilotError, PromptError):  # drafting is off then, and says why
            return {}
        return {
            "bundle": bundle.digest, "components": bundle.digests(), "versions": bundle.versions(),
            "search_model": self.settings.embedding_model or "all-MiniLM-L6-v2",
        }  # fmt: skip

    def _saved(self, person: Person, turn: Turn, talk: Talk, answer: Answer) -> Answer:
        receipt = {"roles": sorted(person.roles), "failures": turn.failures, "running": self._running()}
        receipt |= receipts.kept_of(turn, talk, role=leading_role(person.roles))
        body = answer.to_json() | {"receipt": receipt}
        try:
            self._store.save(owner_of(person), body)
        except (StateUnavailable, NotFound):
            log.exception("answer not saved")
            note = "This answer could not be saved, so it cannot be opened again later."
            return Answer(**{**vars(answer), "degraded": (*answer.degraded, note)})
        return answer


def _checked_question(text: str) -> str:
    text = text.strip()
    if not text:
        raise QuestionError("The question is empty. Name an order, or ask what a contract or an SOP says.")
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_QUESTION_BYTES:
        raise QuestionError(
            f"The question is {size:,} bytes long; {MAX_QUESTION_BYTES:,} is the most. Ask in a few sentences and leave attachments out."
        )
    return text.encode("utf-8", "replace").decode("utf-8")


def _ground(turn: Turn, text: str, question: str) -> Grounded:
    return grounding_of(turn, question).check(text)


def parsed(results: list[str]) -> list[Any]:
    """Tool results as values; one that is no JSON says nothing."""
    found = []
    for result in results:
        with suppress(ValueError):
            found.append(json.loads(result))
    return found


def _is_of_use(turn: Turn, checked: Grounded) -> bool:
    """A language model that read nothing may ask back, nothing else; and something of what it wrote must have held."""
    read_something = bool(turn.book.evidence() or turn.book.citations() or turn.outcomes or turn.drafts)
    return bool(checked.text) and (read_something or checked.text.rstrip().endswith("?"))


def _status(turn: Turn, text: str, *, removed: bool) -> Status:
    """From what was read, never from a brain's words: the order first, then the documents."""
    outcomes = set(turn.outcomes)
    if "several" in outcomes:
        return "needs_clarification"
    missing = {"not_found", "not_permitted", "unavailable", "documents_unavailable", "partial"} & outcomes
    if "not_drafted" in outcomes:
        return "needs_clarification" if text.rstrip().endswith("?") else "partial"
    if outcomes & {"found", "partial", "passages", "drafted"}:
        return "partial" if missing or removed or turn.degraded else "answered"
    for status in ("unavailable", "not_permitted", "not_found"):
        if status in outcomes:
            return status
    if "documents_unavailable" in outcomes:
        return "unavailable"
    if outcomes & {"no_passages", "no_partner"}:
        return "not_found"
    if removed:
        return "partial"
    return "needs_clarification" if WHICH_ORDER in text or text.rstrip().endswith("?") else "answered"


def _diagnosis(turn: Turn, question: str) -> dict[str, Any] | None:
    """The diagnosis of the order the question names, else the first one made."""
    if not turn.diagnoses:
        return None
    named = [one for one in turn.diagnoses if one.order.casefold() in question.casefold()]
    known = diagnosis_json(turn, (named or turn.diagnoses)[0])
    # The contract's `expected` is one day; where the records allow a range only, it is the later end.
    expected = known["expected"]
    return {
        "order": known["order"],
        "promised": known["promised"],
        "expected": expected["latest"] or expected["earliest"],
        "expected_range": expected,
        "days_late": known["days_late"],
        "causes": known["causes"],
        "timeline": known["timeline"],
        "customer": known["customer"],
        "is_late": known["is_late"],
        "not_read": known["not_read"],
    }


def _cited(turn: Turn, text: str) -> tuple[Any, ...]:
    """Passages that the text or an option cites; the others that were read are left out of the answer."""
    cited = set(MARK.findall(text)) | (cited_by(turn.comparisons[0]) if turn.comparisons else set())
    return tuple(one for one in turn.book.citations() if one.id in cited)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


class _Limits:
    """Turns in flight and questions a minute, per person."""

    def __init__(self, per_minute: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._guard = threading.Lock()
        self._in_flight: dict[str, int] = {}
        self._asked: dict[str, deque[float]] = {}

    @contextmanager
    def turn_of(self, login: str, *, is_question: bool = True) -> Iterator[None]:
        """As long as it is open, one of this person's turns is in flight.

        Args:
            is_question: it counts among the questions of a minute; a search, which asks nothing of Odoo, does not.

        Raises:
            TooMany: there are as many as there may be.
        """
        with self._guard:
            asked = self._asked.setdefault(login, deque())
            while asked and asked[0] <= self._clock() - 60:
                asked.popleft()
            if self._in_flight.get(login, 0) >= IN_FLIGHT_PER_PERSON:
                raise TooMany(
                    f"{IN_FLIGHT_PER_PERSON} of your questions are still being answered. Wait for one of them, then ask again."
                )
            if is_question and self._per_minute is not None and len(asked) >= self._per_minute:
                wait = max(1, round(60 - (self._clock() - asked[0])))
                raise TooMany(f"That was {self._per_minute} questions in a minute. Ask again in {wait} s.")
            if is_question:
                asked.append(self._clock())
            self._in_flight[login] = self._in_flight.get(login, 0) + 1
        try:
            yield
        finally:
            with self._guard:
                self._in_flight[login] -= 1
                if not self._in_flight[login]:
                    del self._in_flight[login]
