"""RELIABILITY R8: whatever the language model does, the person gets an answer, and it says who wrote it. Real openai client, real
sockets; the answers' times are measured in `python -m benchmarks models`."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import SecretStr

import copilot.models.fallback
from copilot.agent import Agent
from copilot.answer import Answer, Question
from copilot.conversation import Copilot
from copilot.identity import Person
from copilot.models.budget import TokenBudget, tokens_in
from copilot.models.fallback import DEGRADED, SPENT
from copilot.models.final_answer import give_answer
from copilot.models.openai_model import build_openai_model
from copilot.store import Store
from copilot.testing import Fault, OpenAiServer, Reply, refused_address
from copilot.tools import TOOLS
from erp_tools.breaker import Breaker

FAULTS = (
    "refuse",
    "hang",
    "429",
    "500",
    "cut",
    "bad_json",
    "empty",
    "endless",
    "wrong_tool",
    "huge",
    "drip",
    "tls",
)


def reads_then_answers(messages: list[dict[str, Any]]) -> Reply:
    if messages[-1]["role"] == "tool":
        return Reply(text="S00042 is 5 days late [E1].")
    return Reply(tool_calls=[("diagnose_order", {"reference": "S00042"})])


@contextlib.contextmanager
def asking(demo: Copilot, agent: Agent) -> Iterator[Copilot]:
    """The demo with a language model; its parts are the demo's, so only the model is new."""
    before = demo._brain
    demo._brain = agent
    demo._limits._asked.clear()
    try:
        yield demo
    finally:
        demo._brain = before


def agent_for(address: str, **more: Any) -> Agent:
    return Agent(model=build_openai_model(model="m", base_url=address, api_key=None), model_name="m", **more)


def ask(demo: Copilot, person: Person, agent: Agent, question: str = "Why is S00042 late?") -> Answer:
    with asking(demo, agent):
        return demo.ask(person, Question(text=question))


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_in_a_labelled_answer(demo: Copilot, service: Person, fault: str) -> None:
    with OpenAiServer(script=reads_then_answers, hang_seconds=15) as server:
        if fault != "refuse":
            server.fault = fault  # type: ignore[assignment]
        address = refused_address() if fault == "refuse" else server.base_url
        agent = agent_for(address.replace("http:", "https:") if fault == "tls" else address)
        answer = ask(demo, service, agent)
    assert answer.brain == "playbook"
    assert answer.diagnosis is not None
    assert answer.diagnosis["order"] == "S00042"
    assert DEGRADED in answer.degraded
    assert answer.status == "partial"


@pytest.mark.parametrize("fault", ["429", "500", "cut", "bad_json", "empty", "wrong_tool"])
def test_a_fault_in_mid_turn_keeps_what_was_read(demo: Copilot, service: Person, fault: Fault) -> None:
    with OpenAiServer(script=reads_then_answers) as server:

        def then_fail(messages: list[dict[str, Any]]) -> Reply:
            server.fault = fault
            return Reply(tool_calls=[("diagnose_order", {"reference": "S00042"})])

        server.script = then_fail
        answer = ask(demo, service, agent_for(server.base_url))
    assert answer.brain == "playbook"
    assert answer.diagnosis is not None
    # 4 round trips for the order and 1 to find it; the playbook asks nothing of Odoo again.
    assert answer.odoo_calls <= 5


@pytest.mark.parametrize("fault", ["500", "wrong_tool"])
def test_a_fault_after_all_reads_are_used_up_loses_nothing(
    demo: Copilot, service: Person, fault: Fault
) -> None:
    """The playbook has reads of its own, and does not say of what was never read that it could not be read."""
    with OpenAiServer(script=reads_then_answers) as server:

        def then_fail(messages: list[dict[str, Any]]) -> Reply:
            server.fault = fault
            return Reply(tool_calls=[("stock", {"product": f"FB-10{at:02d}"}) for at in range(10, 22)])

        server.script = then_fail
        answer = ask(demo, service, agent_for(server.base_url))
    assert answer.brain == "playbook"
    assert answer.diagnosis is not None
    assert answer.diagnosis["order"] == "S00042"
    assert "days late" in answer.text
    assert "could not read “S00042”" not in answer.text
    assert "just now" not in answer.text
    assert DEGRADED in answer.degraded


def test_an_open_breaker_asks_nobody(demo: Copilot, service: Person) -> None:
    with OpenAiServer(script=reads_then_answers, fault="500") as server:
        agent = agent_for(server.base_url, breaker=Breaker(failures=1, rest_seconds=60))
        ask(demo, service, agent)
        asked = len(server.requests)
        answer = ask(demo, service, agent)
        assert len(server.requests) == asked
    assert answer.brain == "playbook"
    assert DEGRADED in answer.degraded


def test_a_busy_endpoint_is_tried_once_more(demo: Copilot, service: Person) -> None:
    with OpenAiServer(script=reads_then_answers, fault="429") as server:

        def recovers(messages: list[dict[str, Any]]) -> Reply:
            return reads_then_answers(messages)

        server.script = recovers
        original = server._answer

        def once(http: Any) -> None:
            original(http)
            server.fault = "none"

        server._answer = once  # type: ignore[method-assign]
        answer = ask(demo, service, agent_for(server.base_url))
    assert answer.brain == "m"
    assert "S00042 is 5 days late [E1]." in answer.text


def test_the_answer_may_come_as_data(demo: Copilot, service: Person) -> None:
    def structured(messages: list[dict[str, Any]]) -> Reply:
        if messages[-1]["role"] == "tool":
            sentences = [
                {"text": "S00042 is 5 days late.", "evidence": ["E1"]},
                {"text": "It has been invented.", "evidence": ["E99"]},
                {"text": "It is 77 days late.", "evidence": ["[E1]"]},
            ]
            return Reply(tool_calls=[("give_answer", {"sentences": sentences})])
        return reads_then_answers(messages)

    with OpenAiServer(script=structured) as server:
        answer = ask(demo, service, agent_for(server.base_url))
    assert answer.brain == "m"
    assert "S00042 is 5 days late [E1]." in answer.text
    assert "E99" not in answer.text
    assert "77" not in answer.text
    assert answer.checks.removed == 2


def test_a_false_sentence_is_given_back_once_and_put_right(demo: Copilot, service: Person) -> None:
    given_back: list[str] = []

    def careless(messages: list[dict[str, Any]]) -> Reply:
        last = str(messages[-1]["content"])
        if "did not pass" in last:
            given_back.append(last)
            return Reply(text="S00042 is 5 days late [E1].")
        if messages[-1]["role"] == "tool":
            return Reply(text="S00042 is 6 days late [E1].")
        return reads_then_answers(messages)

    with OpenAiServer(script=careless) as server:
        answer = ask(demo, service, agent_for(server.base_url))
    assert len(given_back) == 1
    assert "S00042 is 6 days late [E1]." in given_back[0]
    assert "not in the evidence" in given_back[0]
    assert answer.text == "S00042 is 5 days late [E1]."
    assert (answer.checks.removed, answer.checks.repaired) == (0, 1)
    assert Answer.from_json(answer.to_json()).checks == answer.checks


def test_a_brain_that_insists_is_left_out(demo: Copilot, service: Person) -> None:
    def stubborn(messages: list[dict[str, Any]]) -> Reply:
        if messages[-1]["role"] == "tool" or "did not pass" in str(messages[-1]["content"]):
            return Reply(text="S00042 is 5 days late [E1]. It was promised for 1 Jan 2026 [E1].")
        return reads_then_answers(messages)

    with OpenAiServer(script=stubborn) as server:
        answer = ask(demo, service, agent_for(server.base_url))
        assert len(server.requests) == 3, "one call to read, one to answer, one to repair"
    assert "1 Jan 2026" not in answer.text
    assert "left out" in answer.text
    assert (answer.checks.removed, answer.checks.repaired) == (1, 0)
    assert answer.status == "partial"


def test_the_days_allowance_is_kept_and_survives_a_restart(demo: Copilot, service: Person) -> None:
    store: Store = demo.store
    with OpenAiServer(script=reads_then_answers) as server:
        used: dict[Any, int] = {}
        budget = TokenBudget(
            100_000,
            read=lambda day: used.get(day, 0),
            add=lambda day, n: used.update({day: used.get(day, 0) + n}),
        )
        assert ask(demo, service, agent_for(server.base_url, budget=budget)).brain == "m"
        [(day, spent)] = used.items()
        assert spent > 100
        asked = len(server.requests)
        after_restart = TokenBudget(spent + 10, read=lambda day: used[day])
        answer = ask(demo, service, agent_for(server.base_url, budget=after_restart))
        assert len(server.requests) == asked
    assert answer.brain == "playbook"
    assert SPENT in answer.degraded
    before = store.model_tokens(day)
    store.add_model_tokens(day, 7)
    assert store.model_tokens(day) == before + 7


def test_a_turn_uses_up_a_limited_number_of_tokens(
    demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Instructions and the tools' descriptions fit in once; with the first result they do not fit in again.
    monkeypatch.setattr(copilot.models.fallback, "MAX_TURN_TOKENS", 2_000 + described())
    with OpenAiServer(script=reads_then_answers) as server:
        answer = ask(demo, service, agent_for(server.base_url))
        assert len(server.requests) == 1
    assert SPENT in answer.degraded
    assert answer.brain == "playbook"


def test_azure_is_called_as_azure_wants_it(demo: Copilot, service: Person) -> None:
    with OpenAiServer(script=reads_then_answers) as server:
        model = build_openai_model(
            model="my-deployment",
            base_url=None,
            api_key=SecretStr("azure-key"),
            azure_endpoint=server.base_url.removesuffix("/v1"),
            azure_api_version="2024-10-21",
        )
        answer = ask(demo, service, Agent(model=model, model_name="my-deployment"))
        path, headers = server.called[0]
    assert answer.brain == "my-deployment"
    assert path == "/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21"
    assert headers["api-key"] == "azure-key"


def test_the_query_of_an_address_goes_with_every_request(demo: Copilot, service: Person) -> None:
    with OpenAiServer(script=reads_then_answers) as server:
        answer = ask(demo, service, agent_for(f"{server.base_url}/deployments/d?api-version=2024-10-21"))
        paths = {path for path, _ in server.called}
    assert answer.brain == "m"
    assert paths == {"/v1/deployments/d/chat/completions?api-version=2024-10-21"}


def described() -> int:
    """Estimated tokens of what the tools are described with in every call."""
    tools = [convert_to_openai_tool(tool) for tool in (*TOOLS, give_answer)]
    return sum(tokens_in(json.dumps(tool, ensure_ascii=False)) for tool in tools)


def test_tool_descriptions_and_answers_as_data_are_counted(demo: Copilot, service: Person) -> None:
    """Endpoints charge for both: a description goes with every call, an answer as data is no text."""
    sentences = [{"text": f"S00042 is 5 days late, {'and so on ' * 90}", "evidence": ["E1"]}] * 10

    def wordy(messages: list[dict[str, Any]]) -> Reply:
        if messages[-1]["role"] == "tool":
            return Reply(tool_calls=[("give_answer", {"sentences": sentences})])
        return reads_then_answers(messages)

    used: list[int] = []
    budget = TokenBudget(10_000_000, add=lambda _, tokens: used.append(tokens))
    with OpenAiServer(script=wordy) as server:
        ask(demo, service, agent_for(server.base_url, budget=budget))
        sent = [len(json.dumps(one["messages"], ensure_ascii=False)) // 4 for one in server.requests[:2]]
    assert described() > 2_000
    answer = tokens_in(json.dumps(sentences))
    # The instructions, the question and the read's result as sent; the rest of a message on the wire is its frame.
    assert sum(used[:2]) > 2 * described() + answer + 0.8 * sum(sent)


def test_an_answer_as_data_has_the_same_limit_as_text(demo: Copilot, service: Person) -> None:
    sentence = {"text": f"S00042 is 5 days late{', really' * 200}.", "evidence": ["E1"]}

    def endless(messages: list[dict[str, Any]]) -> Reply:
        if messages[-1]["role"] == "tool":
            return Reply(tool_calls=[("give_answer", {"sentences": [sentence] * 23})])
        return reads_then_answers(messages)

    with OpenAiServer(script=endless) as server:
        agent = agent_for(server.base_url)
        answer = ask(demo, service, agent)
    assert answer.brain == "playbook"
    assert DEGRADED in answer.degraded
    assert "really" not in answer.text
    assert agent.breaker.failures == 1


def test_answers_without_the_form_asked_for_open_the_breaker(demo: Copilot, service: Person) -> None:
    def malformed(messages: list[dict[str, Any]]) -> Reply:
        if messages[-1]["role"] == "tool":
            return Reply(tool_calls=[("give_answer", {"sentences": "S00042 is late"})])
        return reads_then_answers(messages)

    with OpenAiServer(script=malformed) as server:
        agent = agent_for(server.base_url, breaker=Breaker(failures=1, rest_seconds=60))
        answer = ask(demo, service, agent)
        asked = len(server.requests)
        assert agent.breaker.is_open
        ask(demo, service, agent)
        assert len(server.requests) == asked, "an open breaker asks nobody"
    assert answer.brain == "playbook"
    receipt = demo.store.answer(answer.answer_id).body["receipt"]
    assert "BrainFailed" in receipt["failures"]


def unhurried(server: OpenAiServer, *, seconds: float, reads: int) -> None:
    """It reads the same order so many times, then answers; each call takes its time, as an ordinary endpoint does."""

    def slowly(messages: list[dict[str, Any]]) -> Reply:
        time.sleep(seconds)
        done = sum(message["role"] == "tool" for message in messages)
        return reads_then_answers(messages) if done >= reads or not done else reads_then_answers(messages[:1])

    server.script = slowly


def test_calls_that_succeed_do_not_use_up_each_others_time(demo: Copilot, service: Person) -> None:
    """Four calls of 0.4 s where one may take 1 s: as four of 3 s where one may take 10."""
    with OpenAiServer(script=reads_then_answers) as server:
        unhurried(server, seconds=0.4, reads=3)
        agent = agent_for(server.base_url)
        agent._guard._allowance = 1.0
        answer = ask(demo, service, agent)
    assert len(server.requests) == 4
    assert answer.brain == "m", answer.degraded
    assert answer.text == "S00042 is 5 days late [E1]."


def test_a_turns_calls_have_an_end_together(demo: Copilot, service: Person) -> None:
    """Nobody is blamed for it: the endpoint did what it was asked."""
    with OpenAiServer(script=reads_then_answers) as server:
        unhurried(server, seconds=0.6, reads=9)
        agent = agent_for(server.base_url)
        agent._guard._turn_seconds = 2.4
        answer = ask(demo, service, agent)
    assert 2 <= len(server.requests) <= 4
    assert answer.brain == "playbook"
    assert answer.diagnosis is not None
    assert SPENT in answer.degraded
    assert agent.breaker.failures == 0


@pytest.mark.parametrize("fault", ["hang", "drip", "endless"])
def test_a_fault_after_calls_that_succeeded_waits_no_longer_than_one_at_first(
    demo: Copilot, service: Person, fault: Fault
) -> None:
    with OpenAiServer(script=reads_then_answers, hang_seconds=15) as server:

        def then_fail(messages: list[dict[str, Any]]) -> Reply:
            time.sleep(0.4)
            if sum(message["role"] == "tool" for message in messages) == 2:
                server.fault = fault
            return reads_then_answers(messages[:1])

        server.script = then_fail
        agent = agent_for(server.base_url)
        agent._guard._allowance = 1.5
        answer = ask(demo, service, agent)
    assert answer.brain == "playbook"
    assert answer.diagnosis is not None
    assert answer.timings_ms["model"] < 5_000, "the call's own allowance, not what is left of the turn's 28 s"


def test_the_bounds_of_the_calls_add_up_to_those_of_a_turn() -> None:
    """RELIABILITY R8: a fault ends within 12 s of its beginning, a turn within 30 s; the playbook has 2 s of both."""
    assert copilot.models.fallback.ALLOWANCE_SECONDS + 2 <= 12
    assert copilot.models.fallback.TURN_SECONDS + 2 <= 30


def test_the_twelve_faults_are_all_there() -> None:
    assert len(FAULTS) == 12
