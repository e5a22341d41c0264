"""`copilot ingest --watch` as people run it: a process that follows a folder, alone or through the service, until it is told to stop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retrieval.minilm_embedder import MiniLmEmbedder
from retrieval.testing import make_library


class Watching:
    """The command, and the lines it prints."""

    def __init__(self, data: Path, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COPILOT_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "copilot.cli", "ingest", *arguments, "--watch", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"COPILOT_DATA_DIR": str(data), "COPILOT_LOG_LEVEL": "error"},
        )

    def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else ""
        return dict(json.loads(line)["summary"])

    def stop(self, kind: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(kind)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said


@pytest.fixture
def watch(data: Path, folder: Path) -> Iterator[Callable[[], Watching]]:
    """Starts the command; ended with the test at the latest."""
    started: list[Watching] = []

    def start() -> Watching:
        started.append(Watching(data, str(folder)))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.fixture
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A data folder with the embedding model exported."""
    kept = Path(request.config.cache.mkdir("copilot-data"))  # type: ignore[union-attr]
    MiniLmEmbedder(kept).prepare()
    shutil.copytree(kept / "models", tmp_path / "data" / "models")
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    (made / "a.md").write_text("---\ntype: sop\nowner: A\n---\n\nSalmon is kept cold.\n")
    return made


@pytest.fixture
def service(data: Path) -> Iterator[Any]:
    """What answers for a running copilot of this data folder: the operator's route, around a library of ours."""
    import uvicorn
    from fastapi import FastAPI

    from copilot.api.operator import build_router
    from copilot.api.routes import answer_error
    from copilot.commands.ingesting import ingest_into
    from copilot.errors import CopilotError
    from copilot.running import announce
    from copilot.settings import Settings

    settings = Settings(_env_file=None, data_dir=data)  # type: ignore[call-arg]
    library = make_library(data / "served")
    application = FastAPI()
    application.add_exception_handler(CopilotError, answer_error)
    application.include_router(
        build_router(
            data,
            lambda paths, collection, from_odoo, advance: ingest_into(
                library,
                paths,
                settings=settings,
                collection=collection,
                progress=advance,
                from_odoo=from_odoo,
            ),
        )
    )
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    announce(data, f"http://127.0.0.1:{port}")
    yield library
    server.should_exit = True
    thread.join()
    library.close()


def test_a_folder_is_followed_until_it_is_told_to_stop(folder: Path, watch: Callable[[], Watching]) -> None:
    watching = watch()
    assert watching.next()["new"] == 1
    (folder / ".hidden.md").write_text("x")
    (folder / "half.md.part").write_text("x")
    (folder / "b.md").write_text("---\ntype: sop\nowner: B\n---\n\nFlour is kept dry.\n")
    second = watching.next()
    assert (second["new"], second["unchanged"], second["quarantined"]) == (1, 1, 0)
    (folder / "b.md").write_text("---\ntype: sop\nowner: B\n---\n\nFlour is kept dark.\n")
    assert watching.next()["changed"] == 1
    (folder / "a.md").unlink()
    assert watching.next()["removed"] == 1
    (folder / "documents.yaml").write_text("- {path: b.md, owner: C}")
    assert watching.next()["changed"] == 1
    assert watching.stop(signal.SIGTERM) == (0, "")


def test_the_service_tells_how_far_it_is(data: Path, folder: Path, service: Any) -> None:
    from copilot.commands.ingesting import ingest_there
    from copilot.running import find

    (folder / "b.md").write_text("---\ntype: sop\nowner: B\n---\n\nFlour is kept dry.\n")
    running = find(data)
    assert running is not None
    told: list[tuple[int, int, str]] = []
    report = ingest_there(running, [folder], collection=None, progress=lambda *step: told.append(step))
    assert sorted(path for _, _, path in told) == ["a.md", "b.md"]
    assert [(done, total) for done, total, _ in told] == [(1, 2), (2, 2)]
    assert report["summary"]["new"] == 2


def test_what_stops_an_ingest_in_the_service_is_told(data: Path, folder: Path, service: Any) -> None:
    from copilot.commands.asking import ServiceRefused
    from copilot.commands.ingesting import ingest_there
    from copilot.running import find

    running = find(data)
    assert running is not None
    with pytest.raises(ServiceRefused, match="no Odoo to read attachments from"):
        ingest_there(running, [folder], collection=None, from_odoo=True)
    with pytest.raises(ServiceRefused, match="command line on the same machine"):
        ingest_there(replace(running, key="x"), [folder], collection=None)


def test_while_the_service_runs_it_goes_through_it(
    data: Path, folder: Path, service: Any, watch: Callable[[], Watching]
) -> None:
    watching = watch()
    assert watching.next()["new"] == 1
    (folder / "b.md").write_text("---\ntype: sop\nowner: B\n---\n\nFlour is kept dry.\n")
    assert watching.next()["new"] == 1
    assert {row.document.path for row in service.store.rows("default")} == {"a.md", "b.md"}
    assert not (data / "documents.sqlite3").exists(), "nothing was ingested by the command itself"
    assert watching.stop(signal.SIGINT) == (0, "")


def test_an_index_in_use_is_waited_for(data: Path, watch: Callable[[], Watching]) -> None:
    from retrieval.library import open_library

    holder = open_library(data)
    holder.check()
    watching = watch()
    assert watching.process.stderr is not None
    said = watching.process.stderr.readline()
    assert "in use" in said
    holder.close()
    assert watching.next()["new"] == 1
    code, _ = watching.stop(signal.SIGTERM)
    assert code == 0


def test_the_exit_code_and_the_wrong_words(data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from copilot.cli import app

    for name in ("COPILOT_ODOO_URL", "COPILOT_ODOO_DB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COPILOT_DATA_DIR", str(data))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["ingest", *arguments])
        return done.exit_code, done.output + str(done.exception or "")

    assert run(str(folder))[0] == 0
    (folder / "bad.pdf").write_bytes(b"no pdf")
    code, said = run(str(folder))
    assert code == 1
    assert "bad.pdf" in said
    assert run()[0] == 2
    code, said = run("--from-odoo")
    assert code == 1
    assert "COPILOT_ODOO_URL" in said
