"""What is installed is what works: the wheel carries every file the product reads, the evals among them, and leaves tests out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTS = (
    "app.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "copilot",
    "retrieval",
    "knowledge_ingest",
    "erp_tools",
    "prompts",
    "evals",
)

pytestmark = pytest.mark.install


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked where Python can import it."""
    source = tmp_path_factory.mktemp("source")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name,
                source / name,
                ignore=shutil.ignore_patterns("__pycache__", ".chainlit", ".files"),
            )
        else:
            shutil.copy(ROOT / name, source / name)
    wheels = tmp_path_factory.mktemp("wheels")
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(wheels),
            str(source),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(target)
    return target


def test_the_wheel_holds_the_packages_and_their_files(installed: Path) -> None:
    found = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert found == {"app.py", "copilot", "retrieval", "knowledge_ingest", "erp_tools", "prompts", "evals"}
    shipped = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    source = {
        path.relative_to(ROOT).as_posix()
        for name in PARTS
        if (ROOT / name).is_dir()
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    assert {
        name
        for name in source - shipped
        if not name.startswith(("copilot/ui/.", "knowledge_ingest/demo/source"))
    } == set()


def test_the_command_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed), "COPILOT_DATA_DIR": str(tmp_path / "data")}
    code = "import copilot, sys; from copilot.cli import main; sys.argv = ['copilot', 'doctor', '--json']; print(copilot.__file__); main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(installed) in done.stdout
    assert '"recorded demo Odoo' in done.stdout
