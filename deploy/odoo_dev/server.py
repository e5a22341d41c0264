"""The Odoo server itself: making the base database, starting, waiting, stopping."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import databases
from .machine import (
    Folders,
    Stop,
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
from .postgres import ODOO_ROLE, Cluster

BASE = "demo_base"
MODULES = (
    "sale_management", "sale_stock", "purchase", "purchase_stock", "stock", "stock_account", "account",
    "stock_delivery", "sale_purchase", "product_expiry", "base_automation", "l10n_us", "stock_dropshipping", "mrp",
)  # fmt: skip
WORKERS = 2


def configuration(
    folders: Folders,
    cluster: Cluster,
    *,
    port: int,
    gevent_port: int,
    name: str = "odoo.conf",
    addons: Path | None = None,
) -> Path:
    """Write Odoo's settings, with its database password, for the server and for one-off commands.

    A command that runs beside the server takes a file `name` of its own; `addons` is one more folder of modules.
    """
    path = folders.run / name
    settings = {
        "db_host": "127.0.0.1",
        "db_port": cluster.port,
        "db_user": ODOO_ROLE,
        "db_password": secret(folders, "odoo-database"),
        "db_maxconn": 24,
        "data_dir": folders.data,
        "addons_path": ",".join(
            str(one) for one in (folders.tree / "usr/lib/python3/dist-packages/odoo/addons", addons) if one
        ),
        "http_interface": "127.0.0.1",
        "http_port": port,
        "gevent_port": gevent_port,
        "workers": WORKERS,
        # No scheduled job may move the demo's picture while somebody looks at it.
        "max_cron_threads": 0,
        "list_db": False,
        "dbfilter": databases.SERVED,
        "admin_passwd": secret(folders, "odoo-master"),
        "log_level": "info",
        "server_wide_modules": "base,rpc,web",
        "pidfile": folders.run / f"{Path(name).stem}.pid",
    }
    write_private(path, "[options]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    return path


def program(folders: Folders) -> list[str | Path]:
    """Raises Stop when Odoo is not provisioned."""
    python = folders.venv / "bin" / "python"
    if not (folders.tree / "VERSION").exists() or not (folders.venv / "READY").exists():
        raise Stop("Odoo is not on this machine yet; run `python3 deploy/dev_odoo.py provision` first")
    return [python, folders.tree / "usr" / "bin" / "odoo"]


def base_database(folders: Folders, cluster: Cluster) -> None:
    """Have the sealed template with the modules installed and no data, with a random administrator password."""
    wanted = (folders.tree / "VERSION").read_text().strip() + " " + ",".join(MODULES)
    marker = folders.odoo / "base-contents"
    template = BASE + databases.TEMPLATE
    if template in databases.databases(cluster) and marker.exists() and marker.read_text() == wanted:
        return
    building = f"{BASE}_building"
    databases.unseal_and_drop(cluster, building)
    say("installing Odoo's modules into a base database (about a minute)")
    config = configuration(folders, cluster, port=free_port(), gevent_port=free_port())
    run(
        [
            *program(folders),
            "-c",
            config,
            "-d",
            building,
            "-i",
            ",".join(MODULES),
            "--workers=0",
            "--no-http",
            "--stop-after-init",
            f"--pidfile={folders.run / 'install.pid'}",
        ],
        doing="installing Odoo's modules",
        log=folders.run / "install.log",
    )
    states = cluster.sql(
        "SELECT count(*) FROM ir_module_module WHERE state = 'installed' AND name = ANY(string_to_array('"
        + ",".join(MODULES)
        + "', ','))",
        database=building,
        doing="checking the installed modules",
    )
    if states != [str(len(MODULES))]:
        raise Stop(
            f"Odoo installed {states[0]} of {len(MODULES)} modules; read {folders.run / 'install.log'}"
        )
    set_admin_password(folders, cluster, building)
    databases.seal(cluster, building, BASE)
    marker.write_text(wanted)


def set_admin_password(folders: Folders, cluster: Cluster, database: str) -> None:
    """Replace the well-known first password of a new database by this machine's own."""
    hashed = run(
        [
            folders.venv / "bin" / "python",
            "-c",
            "import sys; from passlib.hash import pbkdf2_sha512 as h; print(h.hash(sys.stdin.read().strip()))",
        ],
        doing="hashing the administrator's password",
        stdin=secret(folders, "odoo-admin"),
    ).strip()
    cluster.sql(
        f"UPDATE res_users SET password = '{hashed}' WHERE login = 'admin'",
        database=database,
        doing="setting the administrator's password",
    )


def server_pid(folders: Folders) -> int | None:
    return process_of(folders.run / "odoo.pid", mark=str(folders.run / "odoo.conf"))


def url(folders: Folders) -> str:
    return f"http://127.0.0.1:{remembered(folders).get('odoo_port', 0)}"


def start_odoo(folders: Folders, cluster: Cluster, *, port: int | None) -> str:
    """Have the server answer; returns its address. A chosen port that is taken is an error, a default one is not."""
    if server_pid(folders):
        if port and port != remembered(folders).get("odoo_port"):
            raise Stop(
                f"Odoo already serves {url(folders)}; run `python3 deploy/dev_odoo.py down` to change its port"
            )
        _wait(folders)
        return url(folders)
    known = remembered(folders)
    chosen = free_port(port, known.get("odoo_port"), 8069)
    if port and chosen != port:
        raise Stop(f"port {port} is taken; choose another with --port, or leave --port out for a free one")
    gevent = free_port(known.get("gevent_port"))
    config = configuration(folders, cluster, port=chosen, gevent_port=gevent)
    say("starting Odoo")
    with (folders.run / "odoo.log").open("w") as log:
        process = subprocess.Popen(
            [str(word) for word in (*program(folders), "-c", config)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=folders.run,
        )
    (folders.run / "odoo.pid").write_text(f"{process.pid}\n")
    remember(folders, odoo_port=chosen, gevent_port=gevent)
    _wait(folders, process)
    return url(folders)


def _wait(
    folders: Folders, process: subprocess.Popen[bytes] | None = None, *, patience_s: float = 90
) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if process and process.poll() is not None:
            break
        if answers(folders):
            return
        time.sleep(0.3)
    raise Stop(f"Odoo does not answer at {url(folders)}; read {folders.run / 'odoo.log'}")


def answers(folders: Folders) -> bool:
    try:
        with urllib.request.urlopen(url(folders) + "/web/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def stop_odoo(folders: Folders) -> bool:
    """Stop the server; False when it did not run."""
    pid = server_pid(folders)
    if pid:
        end(pid, what="Odoo")
    (folders.run / "odoo.pid").unlink(missing_ok=True)
    return pid is not None
