"""`deploy/dev_odoo.py` on any machine: what it reads from apt, what it refuses, and that it says so in one sentence."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DEPLOY))
    return importlib.import_module("odoo_dev.debian")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DEPLOY))
    return importlib.import_module("odoo_dev.machine")


@pytest.fixture
def databases(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DEPLOY))
    return importlib.import_module("odoo_dev.databases")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run_command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(DEPLOY / "dev_odoo.py"), *words],
            env={**os.environ, "COPILOT_CACHE_DIR": str(tmp_path / "cache"), **environment},
            capture_output=True,
            text=True,
        )

    return run_command


def etc(tmp_path: Path, **files: str) -> Path:
    """A machine's apt folder with these files, `__` standing for a dot."""
    folder = tmp_path / "apt"
    (folder / "sources.list.d").mkdir(parents=True)
    for name, text in files.items():
        path = folder / "sources.list.d" / name.replace("__", ".")
        (folder / "sources.list" if name == "main" else path).write_text(text)
    return folder


def test_a_one_line_source_is_read(debian: ModuleType, tmp_path: Path) -> None:
    folder = etc(
        tmp_path,
        main="# deb http://old.invalid/debian bookworm main\n"
        "deb-src http://mirror.invalid/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/keys/d.gpg] http://mirror.invalid/debian bookworm main contrib # ours\n",
    )
    (source,) = debian.sources(folder)
    assert source.uri == "http://mirror.invalid/debian"
    assert source.suites == ("bookworm",)
    assert source.components == ("main", "contrib")
    assert dict(source.options)["signed-by"] == "/keys/d.gpg"


def test_a_deb822_source_is_read_with_an_inline_key(debian: ModuleType, tmp_path: Path) -> None:
    folder = etc(
        tmp_path,
        debian__sources="Types: deb deb-src\n# a comment\nURIs: http://mirror.invalid/debian\nSuites: trixie trixie-updates\n"
        "Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n\n"
        "Types: deb\nEnabled: no\nURIs: http://off.invalid/debian\nSuites: trixie\nComponents: main\n",
    )
    (source,) = debian.sources(folder)
    written = debian.private_source(source)
    assert "Suites: unstable" in written
    assert "URIs: http://mirror.invalid/debian" in written
    assert "Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc" in written


def test_security_fixes_and_other_peoples_archives_are_not_taken_for_debian(
    debian: ModuleType, tmp_path: Path
) -> None:
    folder = etc(
        tmp_path,
        a__list="deb http://tools.invalid/apt stable-tools main\n",
        b__sources="Types: deb\nURIs: http://security.invalid/debian-security\nSuites: bookworm-security\nComponents: main\n",
        c__list="deb http://mirror.invalid/debian bookworm main\n",
    )
    assert debian.debian_mirror(debian.sources(folder)).uri == "http://mirror.invalid/debian"


def test_a_machine_without_a_debian_mirror_is_told_what_else_works(
    debian: ModuleType, machine: ModuleType, tmp_path: Path
) -> None:
    folder = etc(tmp_path, main="deb http://mirror.invalid/ubuntu noble main universe\n")
    with pytest.raises(machine.Stop, match=r"compose\.yaml"):
        debian.debian_mirror(debian.sources(folder))


@pytest.mark.parametrize("name", ["demo", "demo_my_copy", "test_1", "copilot_x"])
def test_databases_that_odoo_serves_may_be_made(databases: ModuleType, name: str) -> None:
    assert databases.check_name(name) == name


@pytest.mark.parametrize(
    "name", ["postgres", "Demo", "demo-x", 'demo"; DROP', "demo_template", "", "demo_" + "x" * 60]
)
def test_other_names_are_refused(databases: ModuleType, machine: ModuleType, name: str) -> None:
    with pytest.raises(machine.Stop):
        databases.check_name(name)


def test_secrets_are_kept_in_files_that_only_their_owner_reads(
    machine: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPILOT_CACHE_DIR", str(tmp_path / "cache"))
    folders = machine.Folders.of_this_machine()
    first = machine.secret(folders, "odoo-admin")
    assert machine.secret(folders, "odoo-admin") == first
    assert len(first) >= 20
    assert machine.secret_file(folders, "odoo-admin").stat().st_mode & 0o077 == 0


def test_status_of_a_bare_machine_says_that_nothing_runs(run: Run) -> None:
    done = run("status", "--json")
    if "PostgreSQL is not on this machine" in done.stderr:
        pytest.skip("no PostgreSQL here")
    facts = json.loads(done.stdout)
    assert facts["running"] is False
    assert facts["db"] is None


@pytest.mark.parametrize("command", [["up"], ["seed"], ["copy", "demo", "demo_x"], ["drop", "demo_x"]])
def test_a_command_that_comes_too_early_says_what_to_run_first(run: Run, command: list[str]) -> None:
    done = run(*command)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "run `" in done.stderr or "start it with" in done.stderr


def test_a_cache_folder_that_cannot_be_written_is_one_sentence(run: Run, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    done = run("status", COPILOT_CACHE_DIR=str(in_the_way / "cache"))
    assert done.returncode == 1
    assert "set COPILOT_CACHE_DIR" in done.stderr
    assert "Traceback" not in done.stderr
