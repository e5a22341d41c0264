"""The command line, run as people run it: a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from copilot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def run(
    *arguments: str, data_dir: Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COPILOT_", "OPENAI_", "QDRANT_"))
    }
    env |= {"COPILOT_DATA_DIR": str(data_dir), **environment}
    return subprocess.run(
        [sys.executable, "-m", "copilot.cli", *arguments],
        capture_output=True,
        text=True,
        env=env,
        cwd=cwd or data_dir,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def data_dir(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the prepared data folder: the embedded index belongs to one process."""
    import shutil

    target = tmp_path_factory.mktemp("cli") / "data"
    shutil.copytree(demo_settings.data_dir, target, ignore=shutil.ignore_patterns("*.lock", "copilot.db*"))
    return target


def test_ask_prints_the_contracts_json(data_dir: Path) -> None:
    done = run("ask", "Why is S00042 late?", "--json", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["diagnosis"]["order"] == "S00042"
    assert answer["status"] in {"answered", "partial"}


def test_ask_prints_for_people_too(data_dir: Path) -> None:
    done = run("ask", "Why is S00042 late?", data_dir=data_dir)
    assert "S00042" in done.stdout
    assert "facts checked" in done.stdout


def test_a_batch_keeps_ids_and_goes_on_after_a_bad_line(data_dir: Path, tmp_path: Path) -> None:
    batch = tmp_path / "questions.jsonl"
    batch.write_text(
        '{"id": 1, "text": "Why is S00042 late?"}\nnonsense\n{"id": "c", "text": ""}\n{"id": 4, "text": "help", "user": "sales"}\n'
    )
    done = run("ask", "--batch", str(batch), "--json", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == [1, None, "c", 4]
    assert lines[0]["diagnosis"]["order"] == "S00042"
    assert "error" in lines[1]
    assert "error" in lines[2]


def test_search_prints_passages(data_dir: Path) -> None:
    done = run("search", "partial shipments", "--top", "3", "--json", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    assert 1 <= len(json.loads(done.stdout)["passages"]) <= 3


def test_doctor_tells_what_is_configured(data_dir: Path) -> None:
    done = run("doctor", "--json", data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    parts = {part["name"]: part for part in json.loads(done.stdout)["parts"]}
    assert parts["Odoo"]["state"] == "ok"
    assert "documents" in parts["Documents"]["detail"]


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stderr.strip()
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (("ask",), {}, "copilot ask"),
        (("ask", ""), {}, "question is empty"),
        (("ask", "x" * 50_000), {}, "bytes long"),
        (("ask", "help", "--user", "nobody"), {}, "nobody"),
        (("ask", "help"), {"COPILOT_ODOO_PASSWORD": "wrong"}, "service"),
        (("ask", "help"), {"COPILOT_PORT": "eighty"}, "COPILOT_PORT"),
        (
            ("ask", "help"),
            {"COPILOT_ODOO_URL": "http://127.0.0.1:9", "COPILOT_ODOO_DB": "x"},
            "COPILOT_ODOO_USER",
        ),
        (("ask", "help"), {"OPENAI_API_KEY": "sk-x"}, "COPILOT_MODEL"),
        (("ask", "help"), {"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        (("ingest", "no-such-folder"), {}, "no-such-folder"),
        (("ask", "--batch", "no-such-file"), {}, "no-such-file"),
        (("record", "out.json.gz"), {}, "COPILOT_ODOO_URL"),
    ],
)
def test_bad_input_is_one_sentence_with_the_next_step(
    data_dir: Path, arguments: tuple[str, ...], environment: dict[str, str], says: str
) -> None:
    assert says in sentence(run(*arguments, data_dir=data_dir, **environment))


def test_an_odoo_that_is_not_there_is_said_so(data_dir: Path) -> None:
    done = run(
        "ask",
        "help",
        data_dir=data_dir,
        COPILOT_ODOO_URL="http://127.0.0.1:9",
        COPILOT_ODOO_DB="x",
        COPILOT_ODOO_USER="a",
        COPILOT_ODOO_PASSWORD="planted-secret",
    )
    assert "planted-secret" not in sentence(done)
    assert "127.0.0.1:9" in done.stderr


def test_a_broken_env_file_is_named(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    assert ".env" in sentence(run("doctor", data_dir=data_dir, cwd=tmp_path))


def test_a_port_in_use_is_named(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port}" in sentence(run("serve", "--port", str(port), data_dir=data_dir))


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert "COPILOT_DATA_DIR" in sentence(run("ask", "help", data_dir=blocked / "data", cwd=tmp_path))
