"""Odoo's own virtual environment: pinned packages, and a path to the unpacked source."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from .machine import REQUIREMENTS, Folders, Stop, as_root, process_of, run, say


def make_environment(folders: Folders) -> Path:
    """Have the environment ready; returns its Python. A new one is made when the pins or the Python version changed.

    Raises Stop when the environment cannot be made or a package cannot be had.
    """
    python = folders.venv / "bin" / "python"
    ready = folders.venv / "READY"
    # Scripts inside know their own absolute path, so this is built in place; READY is written last.
    if not ready.exists():
        say("making Odoo's Python environment")
        shutil.rmtree(folders.venv, ignore_errors=True)
        _create(folders.venv)
        run(
            [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", REQUIREMENTS],
            doing="installing the Python packages of Odoo",
            log=folders.run / "pip.log",
            next_step="check the network, then repeat the command",
        )
        ready.write_text("")
        _forget_older(folders)
    site = run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], doing="asking Odoo's Python"
    )
    link = Path(site.strip()) / "odoo-tree.pth"
    link.write_text(str(folders.tree / "usr" / "lib" / "python3" / "dist-packages") + "\n")
    return python


def _forget_older(folders: Folders) -> None:
    """Remove environments of other pins, unless a server may be running from one."""
    if process_of(folders.run / "odoo.pid", mark=str(folders.run / "odoo.conf")):
        return
    for folder in folders.odoo.glob("venv*"):
        if folder != folders.venv:
            shutil.rmtree(folder, ignore_errors=True)


def _create(folder: Path) -> None:
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(folder)
        return
    except (subprocess.CalledProcessError, OSError):
        pass
    # Debian keeps ensurepip in a package of its own.
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    command = as_root(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package])
    if not (command and shutil.which("apt-get")):
        raise Stop(f"this Python cannot make virtual environments; install {package} and try again")
    run(command, doing=f"installing {package}", env={"DEBIAN_FRONTEND": "noninteractive"})
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(folder)
    except (subprocess.CalledProcessError, OSError) as error:
        raise Stop(
            f"a virtual environment cannot be made in {folder}; install {package} and try again"
        ) from error
