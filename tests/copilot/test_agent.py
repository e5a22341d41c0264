"""One loop, two brains: the playbook alone, a language model, and the playbook when the model fails."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

import copilot.reads.orders
from copilot.agent import LOOPED, MAX_MODEL_CALLS, MAX_TOOL_CALLS, MODEL_TOOL_CALLS, Agent
from copilot.brains import Brain, BrainText, Talk
from copilot.models.call_limit import REFUSED
from copilot.models.fallback import DEGRADED
from copilot.models.openai_model import build_openai_model
from copilot.models.playbook.brain import PlaybookBrain
from copilot.reads import READS
from copilot.testing import Fault, OpenAiServer, Reply
from copilot.turn import PLAYBOOK_SECONDS, TURN_SECONDS, Turn
from erp_tools.breaker import Breaker
from erp_tools.errors import OdooUnavailable
from erp_tools.facts import Fact
from erp_tools.lateness.taxonomy import Cause, Diagnosis, ExpectedDate
from retrieval.errors import EmbeddingUnavailable, StoreUnavailable
from retrieval.passage import Document, Passage, ScoredPassage
from retrieval.request import SearchRequest, SearchResult

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ORDER = Fact(
    model="sale.order",
    record_id=42,
    display_name="S00042",
    fields={"commitment_date": "2026-11-12T18:00:00+00:00"},
    read_at=NOW,
)
PURCHASE = Fact(
    model="purchase.order",
    record_id=31,
    display_name="P00031",
    fields={"date_planned": "2026-11-10", "qty": 12.0},
    read_at=NOW,
)
DIAGNOSIS = Diagnosis(
    order="S00042",
    order_id=42,
    customer="Meridian Foods",
    customer_ref="C-1001",
    company_id=1,
    promised=date(2026, 11, 12),
    promise_basis="commitment_date",
    expected=ExpectedDate(reasoning="P00031 is past its date and nobody gave another"),
    days_late=9,
    is_late=True,
    timeline=(),
    facts=(ORDER, PURCHASE),
    causes=(
        Cause(
            code="inbound_overdue",
            certainty="proven",
            summary="12 wait for P00031. It was due on 10 Nov 2026.",
            evidence=(PURCHASE.key,),
            owner_role="purchasing",
            next_steps=("Call the vendor about P00031",),
        ),
    ),
)
SOP = Document(
    document_id="sop-po",
    title="Overdue purchases",
    path="sop.md",
    type="sop",
    content_hash="",
    text_length=90,
    causes=("inbound_overdue",),
)
PASSAGE = ScoredPassage(
    document=SOP,
    score=1.0,
    passage=Passage(
        passage_id="sop-po#1",
        document_id="sop-po",
        start=0,
        end=60,
        section="2 Follow-up",
        text="Call the vendor on the first day a purchase order is overdue.",
    ),
)


class NoModel:
    """No embedding model is at hand: questions are understood by words."""

    model_id = "none"

    def embed(self, texts: Any) -> Any:
        raise EmbeddingUnavailable("There is no model here.")

    def knows(self, word: str) -> bool:
        raise EmbeddingUnavailable("There is no model here.")


class OneShelf:
    """A library that always finds the one SOP, or is down."""

    def __init__(self) -> None:
        self.embedder = NoModel()
        self.asked: list[SearchRequest] = []
        self.down = False

    def search(self, request: SearchRequest) -> SearchResult:
        self.asked.append(request)
        if self.down:
            raise StoreUnavailable("The document store is gone. Put it back.")
        return SearchResult(passages=(PASSAGE,) if "contract" not in request.types else ())


@pytest.fixture(autouse=True)
def _odoo(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(session: Any, reference: str) -> Any:
        known = reference.upper() == "S00042"
        return SimpleNamespace(status="one" if known else "none", order=SimpleNamespace(order_id=42))

    monkeypatch.setattr(copilot.reads.orders, "find_order", resolve)
    monkeypatch.setattr(copilot.reads.orders, "diagnose", lambda session, order, *, now, server: DIAGNOSIS)


def new_turn(library: OneShelf | None = None) -> Turn:
    person = SimpleNamespace(
        session=SimpleNamespace(log=SimpleNamespace(calls=0)),
        name="Ann Example",
        login="service",
        roles=frozenset({"service"}),
        companies=frozenset({"Harbor & Pine Supply"}),
        user=SimpleNamespace(timezone="UTC"),
        lock=threading.Lock(),
    )
    return Turn(person=person, server=SimpleNamespace(), library=library or OneShelf(), now=NOW)  # type: ignore[arg-type]


def run(brain: Brain, turn: Turn, question: str = "Why is S00042 late?") -> BrainText:
    *_, draft = brain.run(turn, Talk(question=question, instructions="You are ..."))
    assert isinstance(draft, BrainText)
    return draft


@pytest.mark.parametrize(
    "question",
    ["Why is S00042 late?", "Why is S09999 late?", "help", "May we split S00042?", "Why is it late?"],
)
def test_the_playbook_alone_and_in_the_loop_answer_alike(question: str) -> None:
    alone, in_the_loop = new_turn(), new_turn()
    assert run(PlaybookBrain(), alone, question) == run(Agent(), in_the_loop, question)
    assert alone.outcomes == in_the_loop.outcomes
    assert alone.book.evidence() == in_the_loop.book.evidence()


def test_the_playbook_reads_the_order_then_the_documents_then_answers() -> None:
    turn = new_turn()
    draft = run(Agent(), turn)
    assert draft.brain == "playbook"
    assert "9 days late" in draft.text
    assert "[E2]" in draft.text
    assert "“Call the vendor on the first day a purchase order is overdue.” [K1]" in draft.text
    assert turn.outcomes[0] == "found"
    assert set(turn.outcomes[1:]) == {"no_passages", "passages"}
    assert {request.scope.customer for request in turn.library.asked} == {"C-1001", ""}  # type: ignore[attr-defined]


def test_the_same_messages_give_the_same_answer_eight_times() -> None:
    assert len({run(Agent(), new_turn()).text for _ in range(8)}) == 1


def test_an_unknown_order_is_not_found_and_nothing_else() -> None:
    turn = new_turn()
    draft = run(Agent(), turn, "Why is S09999 late?")
    assert turn.outcomes == ["not_found"]
    assert "no order for “S09999”" in draft.text


def test_odoo_that_does_not_answer_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise OdooUnavailable("Odoo does not answer. Try again in a minute.")

    monkeypatch.setattr(copilot.reads.orders, "find_order", gone)
    turn = new_turn()
    draft = run(Agent(), turn)
    assert turn.outcomes == ["unavailable"]
    assert "Odoo does not answer" in draft.text


def test_documents_that_are_down_leave_the_odoo_answer() -> None:
    library = OneShelf()
    library.down = True
    turn = new_turn(library)
    draft = run(Agent(), turn)
    assert "9 days late" in draft.text
    assert any("unavailable" in sentence for sentence in turn.degraded)


def test_a_fault_in_a_tool_does_not_end_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(copilot.reads.orders, "diagnose", broken)
    turn = new_turn()
    draft = run(Agent(), turn)
    assert turn.outcomes == ["unavailable"]
    assert "secret" not in draft.text
    assert turn.failures == ["ZeroDivisionError"]


def model_script(messages: list[dict[str, Any]]) -> Reply:
    if messages[-1]["role"] == "tool":
        return Reply(text="S00042 waits for P00031 [E2].")
    return Reply(tool_calls=[("diagnose_order", {"reference": "S00042"})])


@pytest.fixture
def endpoint() -> Iterator[OpenAiServer]:
    with OpenAiServer(script=model_script) as server:
        yield server


def model_agent(server: OpenAiServer, breaker: Breaker | None = None) -> Agent:
    return Agent(
        model=build_openai_model(model="m", base_url=server.base_url, api_key=None),
        model_name="m",
        breaker=breaker,
    )


def test_a_language_model_runs_in_the_same_loop(endpoint: OpenAiServer) -> None:
    draft = run(model_agent(endpoint), new_turn())
    assert draft.brain == "m"
    assert draft.text == "S00042 waits for P00031 [E2]."
    offered = {tool["function"]["name"] for tool in endpoint.requests[0]["tools"]}
    assert offered >= {"diagnose_order", "find_partner", "search_documents", "give_answer"}
    assert offered == {*READS, "give_answer"}
    assert endpoint.requests[0]["stream"] is True
    tool_result = endpoint.requests[1]["messages"][-1]
    assert tool_result["role"] == "tool"
    assert '"id":"E2"' in tool_result["content"]


@pytest.mark.parametrize("fault", ["429", "500", "cut", "bad_json", "empty", "wrong_tool"])
def test_the_playbook_answers_when_the_model_fails(endpoint: OpenAiServer, fault: Fault) -> None:
    endpoint.fault = fault
    turn = new_turn()
    draft = run(model_agent(endpoint), turn)
    assert draft.brain == "playbook"
    assert "9 days late" in draft.text
    assert turn.degraded == [DEGRADED]


def test_what_the_model_read_before_it_failed_is_kept(
    endpoint: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    monkeypatch.setattr(copilot.reads.orders, "diagnose", lambda *a, **k: made.append(1) or DIAGNOSIS)

    def then_fail(messages: list[dict[str, Any]]) -> Reply:
        endpoint.fault = "500"
        return Reply(tool_calls=[("diagnose_order", {"reference": "S00042"})])

    endpoint.script = then_fail
    draft = run(model_agent(endpoint), new_turn())
    assert draft.brain == "playbook"
    assert len(made) == 1, "the order was read once"


def test_a_model_that_keeps_failing_is_left_alone(endpoint: OpenAiServer) -> None:
    endpoint.fault = "500"
    agent = model_agent(endpoint, Breaker(failures=3, rest_seconds=60))
    for _ in range(5):
        assert run(agent, new_turn()).brain == "playbook"
    assert len(endpoint.requests) == 6, "each of the three failures was tried once more"


STOCK = '{"status":"not_found","message":"There is no such product.","asked_for":"FB-1011"}'


@pytest.fixture
def stocks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Products whose stock was read, in the order of the reads."""
    made: list[str] = []

    def stock(turn: Turn, product: str, warehouse: str = "") -> str:
        made.append(product)
        return STOCK

    monkeypatch.setitem(READS, "stock", stock)
    return made


def stock_calls(number: int) -> Reply:
    return Reply(tool_calls=[("stock", {"product": f"FB-{1000 + at}"}) for at in range(number)])


def test_a_model_that_never_stops_has_eight_calls_of_twelve_and_the_playbook_answers(
    endpoint: OpenAiServer, stocks: list[str]
) -> None:
    """It is the named limits that stop it, and nobody is told to ask for less: one thing was asked for."""
    endpoint.script = lambda messages: Reply(
        tool_calls=[("stock", {"product": f"FB-{1000 + len(endpoint.requests)}"})]
    )
    turn = new_turn()
    draft = run(model_agent(endpoint), turn)
    assert (len(stocks), MAX_TOOL_CALLS) == (MODEL_TOOL_CALLS, 12) == (8, 12)
    assert len(endpoint.requests) == MAX_MODEL_CALLS == 10
    assert draft.brain == "playbook"
    assert "9 days late" in draft.text
    assert turn.degraded == [LOOPED]
    assert "could not" not in draft.text


def test_both_brains_together_make_twelve_reads_at_the_most(
    endpoint: OpenAiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(name: str, read: Any) -> Any:
        @functools.wraps(read)
        def counting(*arguments: Any, **named: Any) -> Any:
            made.append(name)
            return read(*arguments, **named)

        return counting

    monkeypatch.setitem(READS, "stock", lambda turn, product, warehouse="": STOCK)
    for name, read in [*READS.items()]:
        monkeypatch.setitem(READS, name, counted(name, read))
    endpoint.script = lambda messages: stock_calls(8)
    orders = ("S00042", "S00046", "S00051")
    question = (
        f"Why are {', '.join(orders)} late, what does the contract say about each, and what did they order?"
    )
    draft = run(model_agent(endpoint), new_turn(), question)
    assert draft.brain == "playbook"
    assert made.count("stock") == MODEL_TOOL_CALLS
    assert len(made) == MAX_TOOL_CALLS


def test_eight_of_nine_calls_in_one_message_are_made_and_the_other_is_named(
    endpoint: OpenAiServer, stocks: list[str]
) -> None:
    endpoint.script = lambda messages: (
        Reply(text="S00042 waits for P00031.") if messages[-1]["role"] == "tool" else stock_calls(9)
    )
    turn = new_turn()
    draft = run(model_agent(endpoint), turn)
    assert sorted(stocks) == [f"FB-{1000 + at}" for at in range(8)]
    assert (draft.brain, draft.text) == ("m", "S00042 waits for P00031.")
    [left] = turn.degraded
    assert "Not read: stock of FB-1008." in left
    told = [one["content"] for one in endpoint.requests[1]["messages"] if one["role"] == "tool"]
    assert told.count(REFUSED) == 1


def test_what_was_left_unread_is_told_in_our_words(endpoint: OpenAiServer, stocks: list[str]) -> None:
    """What a model passes to a tool is text of its own: it is repeated only where the person wrote it, too."""
    many = [("stock", {"product": f"FB-{1000 + at}"}) for at in range(8)]
    asked = [("stock", {"product": "gone to Mars"}), ("stock", {"product": "olive oil"})]
    endpoint.script = lambda messages: (
        Reply(text="Done.") if messages[-1]["role"] == "tool" else Reply(tool_calls=[*many, *asked])
    )
    turn = new_turn()
    turn.words = ("How much olive oil is there?",)
    run(model_agent(endpoint), turn, turn.words[0])
    [left] = turn.degraded
    assert "Not read: stock, stock of olive oil." in left


@pytest.mark.parametrize("fault", ["429", "500", "cut", "bad_json", "empty", "wrong_tool"])
@pytest.mark.parametrize("calls", [8, 13])
def test_the_playbook_has_reads_of_its_own_after_a_late_fault(
    endpoint: OpenAiServer, stocks: list[str], fault: Fault, calls: int
) -> None:
    def then_fail(messages: list[dict[str, Any]]) -> Reply:
        if fault != "cut" or messages[-1]["role"] == "tool":  # a reply is cut while it is sent
            endpoint.fault = fault
        return stock_calls(calls)

    endpoint.script = then_fail
    turn = new_turn()
    draft = run(model_agent(endpoint), turn)
    assert len(stocks) == MODEL_TOOL_CALLS
    assert draft.brain == "playbook"
    assert "9 days late" in draft.text
    assert "[K1]" in draft.text, "the documents, too"
    assert "could not" not in draft.text
    assert turn.outcomes[0] == "found"
    assert turn.degraded == [DEGRADED]


def test_a_late_fault_reads_nothing_twice(endpoint: OpenAiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(copilot.reads.orders, "diagnose", lambda *a, **k: made.append(1) or DIAGNOSIS)
    rounds = iter(range(100))

    def one_by_one(messages: list[dict[str, Any]]) -> Reply:
        if (at := next(rounds)) == 7:
            endpoint.fault = "wrong_tool"
        return Reply(tool_calls=[("diagnose_order", {"reference": "S00042" if at == 0 else f"S8{at:04d}"})])

    endpoint.script = one_by_one
    draft = run(model_agent(endpoint), new_turn())
    assert draft.brain == "playbook"
    assert "9 days late" in draft.text
    assert len(made) == 1


def test_a_model_leaves_the_playbook_its_share_of_the_turns_time(endpoint: OpenAiServer) -> None:
    def late(messages: list[dict[str, Any]]) -> Reply:
        if messages[-1]["role"] == "tool":
            assert "no time left" in str(messages[-1]["content"])
            endpoint.fault = "empty"
        else:
            turn.begun -= TURN_SECONDS - PLAYBOOK_SECONDS + 1
        return Reply(tool_calls=[("diagnose_order", {"reference": "S00042"})])

    endpoint.script = late
    turn = new_turn()
    draft = run(model_agent(endpoint), turn)
    assert draft.brain == "playbook"
    assert "9 days late" in draft.text
    assert turn.seconds_left() < PLAYBOOK_SECONDS, "within the turn's own limit"
    assert not [one for one in turn.degraded if "ask for one thing" in one]
