"""What a turn costs beside its reads and its model, how long each fault of a language model takes, and with the breaker open."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from copilot.agent import Agent
from copilot.answer import Question
from copilot.bootstrap import build
from copilot.commands.ingesting import demo_documents, ingest_here
from copilot.conversation import Copilot
from copilot.models.openai_model import build_openai_model
from copilot.settings import Settings
from copilot.testing import OpenAiServer, Reply, refused_address
from erp_tools.breaker import Breaker

ROUNDS = 15
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


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]
        ingest_here(settings, [demo_documents()], collection=None, progress=lambda done, total, name: None)
        copilot = build(settings, questions_per_minute=None)
        try:
            person = copilot.identity.sign_in("service", "demo")
            _overhead(copilot, person)
            _faults(copilot, person)
        finally:
            copilot.close()


def _overhead(copilot: Copilot, person: Any) -> None:
    """The turn without its reads: understanding, loop, phrasing, grounding, saving."""
    rest: dict[str, list[float]] = {
        "playbook alone": [],
        "playbook in the loop": [],
        "a model on loopback": [],
    }
    with OpenAiServer(script=reads_then_answers) as server:
        brains = (copilot._playbook, Agent(), _agent(server.base_url))
        for name, brain in zip(rest, brains, strict=True):
            copilot._brain = brain
            for _ in range(ROUNDS + 1):
                begun = time.perf_counter()
                answer = copilot.ask(person, Question(text="Why is S00042 late?"))
                total = (time.perf_counter() - begun) * 1000
                spent = answer.timings_ms
                rest[name].append(total - spent["odoo"] - spent["search"] - spent["model"])
    for name, taken in rest.items():
        print(
            f"overhead of a turn, {name}: median {statistics.median(taken[1:]):.0f} ms, most {max(taken[1:]):.0f} ms"
        )


def _faults(copilot: Copilot, person: Any) -> None:
    worst, worst_open = 0.0, 0.0
    for fault in FAULTS:
        with OpenAiServer(script=reads_then_answers, hang_seconds=30) as server:
            if fault != "refuse":
                server.fault = fault  # type: ignore[assignment]
            address = refused_address() if fault == "refuse" else server.base_url
            agent = _agent(
                address.replace("http:", "https:") if fault == "tls" else address,
                Breaker(failures=1, rest_seconds=300),
            )
            copilot._brain = agent
            took = []
            for _ in range(2):  # the second time the breaker is open
                begun = time.perf_counter()
                answer = copilot.ask(person, Question(text="Why is S00042 late?"))
                took.append(time.perf_counter() - begun)
                assert answer.brain == "playbook"
                assert answer.diagnosis is not None
        worst, worst_open = max(worst, took[0]), max(worst_open, took[1])
        print(f"  {fault}: {took[0]:.1f} s, with the breaker open {took[1]:.2f} s")
    print(
        f"12 of 12 faults answered; at worst {worst:.1f} s (at most 12), with the breaker open {worst_open:.2f} s (at most 3)"
    )


def _agent(address: str, breaker: Breaker | None = None) -> Agent:
    return Agent(
        model=build_openai_model(model="m", base_url=address, api_key=None), model_name="m", breaker=breaker
    )
