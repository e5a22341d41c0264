"""RELIABILITY T19: planted secrets through failure paths; none of them reaches a log or an answer. T25: what one person may use up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

import copilot.reads
from app import create_app
from copilot import redaction
from copilot.agent import Agent
from copilot.answer import Done, Question
from copilot.bootstrap import build
from copilot.conversation import IN_FLIGHT_PER_PERSON, Copilot
from copilot.errors import SettingsError, StateUnavailable, TooMany
from copilot.identity import Person
from copilot.models.openai_model import build_openai_model
from copilot.settings import Settings
from copilot.store import Store
from copilot.testing import Fault, OpenAiServer, Reply, refused_address

SECRETS = [f"s3cr3t-{number:02d}-{'x9' * 6}" for number in range(40)]


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that is logged at any level, tracebacks included."""
    caplog.set_level(logging.DEBUG)
    formatter = logging.Formatter("%(message)s %(exc_info)s")
    return lambda: "\n".join(
        formatter.format(one) + " " + str({k: v for k, v in vars(one).items() if k not in {"args", "msg"}})
        for one in caplog.records
    )


def clean(*texts: str) -> None:
    for secret in SECRETS:
        for text in texts:
            assert secret not in text, secret


def model_for(server_or_address: Any, secret: str) -> Agent:
    from pydantic import SecretStr

    address = getattr(server_or_address, "base_url", server_or_address)
    return Agent(
        model=build_openai_model(model="m", base_url=address, api_key=SecretStr(secret)), model_name="m"
    )


def test_forty_secrets_through_twenty_five_failures(
    demo: Copilot, service: Person, heard: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    planted = iter(SECRETS)
    paths = 0
    said: list[str] = []

    def ask() -> None:
        nonlocal paths
        demo._limits._asked.clear()
        said.append(str(demo.ask(service, Question(text="Why is S00042 late?")).to_json()))
        paths += 1

    # 1 to 9: the model's key, through every way in which an endpoint fails
    faults: tuple[Fault, ...] = ("429", "500", "cut", "bad_json", "empty", "wrong_tool", "huge")
    for fault in faults:
        with OpenAiServer(script=lambda messages: Reply(text="x"), fault=fault, hang_seconds=3) as server:
            monkeypatch.setattr(demo, "_brain", model_for(server, next(planted)))
            ask()
    for address in (refused_address(), refused_address().replace("http:", "https:")):
        monkeypatch.setattr(demo, "_brain", model_for(address, next(planted)))
        ask()
    monkeypatch.undo()
    # 10 to 12: wrong passwords and tokens at the doors
    client = TestClient(create_app(demo), follow_redirects=False, raise_server_exceptions=False)
    for door, form in (
        ("/api/v1/session", {"json": {"login": "compliance", "password": next(planted)}}),
        ("/login", {"data": {"username": "compliance", "password": next(planted)}}),
        ("/api/v1/session", {"json": {"login": next(planted), "password": 7}}),
    ):
        said.append(client.post(door, **form).text.replace("login", ""))  # type: ignore[arg-type]
        paths += 1
    said[-1] = ""  # what a person typed as their login may be repeated to them
    next(planted)
    # 13 to 16: tokens and keys in headers
    for headers in (
        {"Authorization": f"Bearer {next(planted)}"}, {"x-copilot-operator": next(planted)}, {"Cookie": f"access_token={next(planted)}"},
        {"Authorization": f"Basic {next(planted)}"},
    ):  # fmt: skip
        said.append(client.get("/api/v1/threads", headers=headers).text)
        paths += 1
    # 17 to 20: database addresses with passwords
    for address in (
        f"postgresql+psycopg://u:{next(planted)}@127.0.0.1:1/x", f"postgresql+psycopg://u:{next(planted)}@127.0.0.1:1/x?connect_timeout=1",
        f"nonsense://u:{next(planted)}@h/x", f"sqlite:////no/such/folder/{next(planted)[:0]}x.db",
    ):  # fmt: skip
        try:
            store = Store(address)
            store.prepare()
        except StateUnavailable as error:
            said.append(str(error))
        else:
            store.close()
        paths += 1
    # 21 to 23: faults inside a read, with secrets of the settings in what was raised
    inside = [next(planted) for _ in range(3)]
    redaction.learn(inside)
    for error in (ZeroDivisionError(inside[0]), RuntimeError(f"key={inside[1]}"), KeyError(inside[2])):

        def broken(*_: Any, _error: Exception = error, **__: Any) -> Any:
            logging.getLogger("somebody.else").warning("sent %s", str(_error))
            raise _error

        monkeypatch.setitem(copilot.reads.READS, "diagnose_order", broken)
        ask()
        monkeypatch.undo()
    # 24 and 25: settings that cannot be used
    for more in ({}, {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}):
        given = Settings(
            _env_file=None,
            data_dir=tmp_path,
            OPENAI_API_KEY=next(planted),
            AZURE_OPENAI_API_KEY=next(planted),
            **more,
        )  # type: ignore[arg-type,call-arg]
        with pytest.raises(SettingsError) as refused:
            build(given)
        said += [str(refused.value), repr(given)]
        paths += 1
    assert paths >= 25
    # the remaining secrets: in the settings of a service that is looked at
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None, data_dir=tmp_path, OPENAI_API_KEY=next(planted), AZURE_OPENAI_API_KEY=next(planted), QDRANT_API_KEY=next(planted),
        odoo_password=next(planted), index_odoo_password=next(planted), DATABASE_URL=f"postgresql://u:{next(planted)}@h/x",
    )  # fmt: skip
    said += [str(health) for health in (demo.health.report().to_json(),)] + [repr(service)]
    redaction.guard_logs(settings)
    for secret in redaction.secrets_of(settings):
        logging.getLogger("somebody.else").error("refused: %s", secret)
    for secret in planted:
        redaction.learn([secret])
        try:
            raise ValueError(secret)
        except ValueError:
            logging.getLogger("somebody.else").exception("failed with %r", secret)
    clean(heard(), *said)


# T25


def test_two_turns_at_a_time_are_the_most(
    demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo._limits._asked.clear()
    streams = [
        demo.stream(service, Question(text="Why is S00042 late?")) for _ in range(IN_FLIGHT_PER_PERSON)
    ]
    for one in streams:
        next(one)
    with pytest.raises(TooMany, match="still being answered"):
        next(demo.stream(service, Question(text="help")))
    for one in streams:
        assert isinstance(list(one)[-1], Done)
    assert demo.ask(service, Question(text="help")).text


def test_a_turn_that_takes_too_long_answers_with_what_it_has(
    demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copilot.turn.TURN_SECONDS", 0.0)
    demo._limits._asked.clear()
    answer = demo.ask(service, Question(text="Why is S00042 late?"))
    assert answer.odoo_calls == 0
    assert any("longer than one turn may" in one for one in answer.degraded)
    assert answer.text


def test_a_flood_of_one_person_leaves_the_others_alone(demo: Copilot) -> None:
    """200 questions at once of one person: two are taken at a time, the others are refused in words; another person is answered."""
    demo._limits._asked.clear()
    flooder, other = demo.identity.sign_in("supervisor", "demo"), demo.identity.sign_in("finance", "demo")
    refused: list[str] = []

    def flood() -> None:
        try:
            demo.ask(flooder, Question(text="help"))
        except TooMany as error:
            refused.append(str(error))

    threads = [threading.Thread(target=flood) for _ in range(200)]
    for one in threads:
        one.start()
    assert demo.ask(other, Question(text="help")).text
    for one in threads:
        one.join()
    assert len(refused) >= 180, "20 a minute are the most"
    assert SimpleNamespace(n=len(demo._limits._in_flight)).n == 0
