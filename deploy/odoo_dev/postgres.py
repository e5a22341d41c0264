"""A private PostgreSQL cluster: own folder, own port on 127.0.0.1, random passwords, no share in the machine's own."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from .machine import (
    Account,
    Folders,
    Stop,
    alive,
    as_root,
    end,
    free_port,
    process_of,
    remember,
    remembered,
    run,
    say,
    secret,
    write_private,
)

OWNER = "copilot_owner"
"""The cluster's superuser; only this script uses it."""
ODOO_ROLE = "odoo"
"""Odoo's role; Odoo refuses to work as `postgres`."""


def install_postgres() -> Path:
    """The folder of PostgreSQL's programs; installs Debian's package when there is none and we may.

    Raises Stop when PostgreSQL is missing and cannot be installed.
    """
    found = _programs()
    if found:
        return found
    command = as_root(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"])
    if not (command and shutil.which("apt-get")):
        raise Stop("PostgreSQL is not on this machine; install the package postgresql and try again")
    say("installing PostgreSQL")
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    refresh = as_root(["apt-get", "update", "-qq"])
    if refresh:
        run(refresh, doing="reading the package lists", env=environment)
    run(command, doing="installing PostgreSQL", env=environment)
    found = _programs()
    if not found:
        raise Stop(
            "PostgreSQL was installed but its program initdb cannot be found; install postgresql-15 or newer"
        )
    return found


def _programs() -> Path | None:
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if path.parts[-3].isdigit()]
    if versions:
        return max(versions, key=lambda path: int(path.parts[-3])).parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The private cluster; `port` is 0 while it does not run."""

    folders: Folders
    programs: Path
    home: Path
    """Holds `data` and the server's log."""
    account: Account | None
    """Who the server runs as; None: the person who runs this."""
    port: int

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def environment(self) -> dict[str, str]:
        return {"PGPASSFILE": str(self._pass_file()), "PGCONNECT_TIMEOUT": "10", "PGAPPNAME": "dev_odoo"}

    def _pass_file(self) -> Path:
        path = self.folders.secrets / "pgpass"
        write_private(path, f"127.0.0.1:*:*:{OWNER}:{secret(self.folders, 'postgres')}\n")
        return path

    def pid(self) -> int | None:
        return process_of(self.data / "postmaster.pid", mark=str(self.data))

    def sql(self, statement: str, *, database: str = "postgres", doing: str) -> list[str]:
        """Run SQL as the cluster's owner; the rows as text lines."""
        command = [
            self.programs / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "-d", database,
            "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-",
        ]  # fmt: skip
        return run(command, doing=doing, env=self.environment(), stdin=statement).splitlines()


def cluster_of(folders: Folders) -> Cluster:
    """The cluster as it is now, running or not. Raises Stop when PostgreSQL is not installed."""
    programs = _programs()
    if not programs:
        raise Stop("PostgreSQL is not on this machine; run `python3 deploy/dev_odoo.py provision` first")
    account = _account() if os.geteuid() == 0 else None
    version = re.search(
        r"(\d+)", run([programs / "postgres", "--version"], doing="asking PostgreSQL's version")
    )
    home = folders.odoo / f"postgres-{version[1] if version else 'x'}"
    if account and not account.may_enter(folders.odoo):
        # Root's home is closed to everyone else, and PostgreSQL refuses to run as root.
        owner_of = str(folders.cache).strip("/").replace("/", "-")
        home = Path("/var/lib/distribution-copilot") / owner_of / home.name
    cluster = Cluster(folders=folders, programs=programs, home=home, account=account, port=0)
    if cluster.pid():
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
        cluster = Cluster(folders=folders, programs=programs, home=home, account=account, port=int(lines[3]))
    return cluster


def _account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise Stop(
        "PostgreSQL refuses to run as root and there is no user postgres or nobody; run this as another user"
    )


def start_postgres(folders: Folders) -> Cluster:
    """Have the cluster running. Raises Stop with the place of its log when it does not start."""
    cluster = cluster_of(folders)
    if cluster.port:
        return cluster
    _initialise(cluster)
    port = free_port(remembered(folders).get("postgres_port"))
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        # TCP with a password only: a socket in a deep cache folder would pass the system's limit of 107 characters.
        "unix_socket_directories": "",
        # A cache that can be rebuilt: losing power may cost it, and copies take a third of the time.
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "jit": "off",
    }
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    run(
        [
            cluster.programs / "pg_ctl",
            "-D",
            cluster.data,
            "-l",
            cluster.log,
            "-w",
            "-t",
            "60",
            "-o",
            options,
            "start",
        ],
        doing=f"starting PostgreSQL (its log is {cluster.log})",
        cwd=cluster.home,
        user=cluster.account,
        log=folders.run / "pg_ctl.log",
    )
    remember(folders, postgres_port=port)
    cluster = cluster_of(folders)
    password = secret(folders, "odoo-database").replace("'", "")
    cluster.sql(
        f"""SELECT 'CREATE ROLE {ODOO_ROLE} LOGIN CREATEDB'
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ODOO_ROLE}') \\gexec
            ALTER ROLE {ODOO_ROLE} LOGIN CREATEDB PASSWORD '{password}';""",
        doing="making Odoo's database role",
    )
    return cluster


def _initialise(cluster: Cluster) -> None:
    if (cluster.data / "PG_VERSION").exists():
        return
    say("making a private PostgreSQL cluster")
    cluster.home.mkdir(parents=True, exist_ok=True)
    building = cluster.home / "data.building"
    shutil.rmtree(building, ignore_errors=True)
    password_file = cluster.home / "initial"
    write_private(password_file, secret(cluster.folders, "postgres") + "\n")
    if cluster.account:
        os.chown(cluster.home, cluster.account.uid, cluster.account.gid)
        os.chmod(cluster.home, 0o700)
        os.chown(password_file, cluster.account.uid, cluster.account.gid)
    try:
        run(
            [
                cluster.programs / "initdb",
                "-D",
                building,
                "-U",
                OWNER,
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            doing="making the PostgreSQL cluster",
            cwd=cluster.home,
            user=cluster.account,
            log=cluster.folders.run / "initdb.log",
        )
    finally:
        password_file.unlink(missing_ok=True)
    building.rename(cluster.data)


def stop_postgres(folders: Folders) -> bool:
    """Stop the cluster; False when it did not run."""
    cluster = cluster_of(folders)
    pid = cluster.pid()
    if not pid:
        return False
    run(
        [cluster.programs / "pg_ctl", "-D", cluster.data, "-m", "fast", "-w", "-t", "60", "stop"],
        doing="stopping PostgreSQL",
        cwd=cluster.home,
        user=cluster.account,
    )
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    if alive(pid):
        end(pid, what="PostgreSQL")
    return True
