#!/usr/bin/env python3
"""A real Odoo 19 on this machine, for development and tests.

    python3 deploy/dev_odoo.py provision           fetch Odoo and what it needs (cached)
    python3 deploy/dev_odoo.py up [--port N]       PostgreSQL and Odoo, in the background
    python3 deploy/dev_odoo.py seed                the demo distributor, as database demo
    python3 deploy/dev_odoo.py status [--json]     address, databases, logins
    python3 deploy/dev_odoo.py copy demo demo_x    a copy to play with, in seconds
    python3 deploy/dev_odoo.py drop demo_x
    python3 deploy/dev_odoo.py demo-data           Odoo's own demo data, as database demo_odoo (minutes)
    python3 deploy/dev_odoo.py down                stop both
    python3 deploy/dev_odoo.py wipe                stop both and forget every database

Standard library only, any Python from 3.11 on. Everything lives in one cache folder (COPILOT_CACHE_DIR, else
~/.cache/distribution-copilot), can be repeated, and can be interrupted.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from odoo_dev import databases, debian, demo_data, postgres, python_env, seeding, server
from odoo_dev.machine import Folders, Stop, only_one, remembered, say, secret, secret_file


def provision(folders: Folders, _: argparse.Namespace) -> None:
    with only_one(folders, "provisioning"):
        postgres.install_postgres()
        version = debian.fetch_odoo(folders)
        python_env.make_environment(folders)
    say(f"Odoo {version} is provisioned in {folders.odoo}")


def up(folders: Folders, chosen: argparse.Namespace) -> None:
    with only_one(folders, "starting"):
        server.program(folders)
        secret(folders, "odoo-admin")
        cluster = postgres.start_postgres(folders)
        server.base_database(folders, cluster)
        url = server.start_odoo(folders, cluster, port=chosen.port)
    say(f"Odoo answers at {url}; administrator: admin, password in {secret_file(folders, 'odoo-admin')}")


def down(folders: Folders, _: argparse.Namespace) -> None:
    with only_one(folders, "starting"):
        stopped = server.stop_odoo(folders), postgres.stop_postgres(folders)
    say("stopped" if any(stopped) else "nothing was running")


def wipe(folders: Folders, chosen: argparse.Namespace) -> None:
    down(folders, chosen)
    home = postgres.cluster_of(folders).home
    for folder in (home, folders.data, folders.secrets):
        shutil.rmtree(folder, ignore_errors=True)
    (folders.odoo / "base-contents").unlink(missing_ok=True)
    say("every database is gone; `up` makes a new base")


def status(folders: Folders, chosen: argparse.Namespace) -> None:
    facts = facts_of(folders)
    if chosen.json:
        print(json.dumps(facts, indent=1))
        return
    for name, value in facts.items():
        print(f"{name:22} {', '.join(value) if isinstance(value, list) else value}")


def facts_of(folders: Folders) -> dict[str, Any]:
    """Everything a test or a person needs to connect; `running` says whether Odoo answers."""
    cluster = postgres.cluster_of(folders)
    names = databases.databases(cluster) if cluster.port else []
    served = [name for name in names if not name.endswith(databases.TEMPLATE)]
    pid = server.server_pid(folders)
    version = folders.tree / "VERSION"
    return {
        "running": bool(pid and server.answers(folders)),
        "url": server.url(folders) if pid else None,
        "db": "demo" if "demo" in served else None,
        "databases": served,
        "templates": [name.removesuffix(databases.TEMPLATE) for name in names if name not in served],
        "admin_login": "admin",
        "admin_password_file": str(secret_file(folders, "odoo-admin")),
        "odoo_version": version.read_text().strip() if version.exists() else None,
        "odoo_pid": pid,
        "odoo_log": str(folders.run / "odoo.log"),
        "odoo_port": remembered(folders).get("odoo_port"),
        "postgres_pid": cluster.pid(),
        "postgres_port": cluster.port or None,
        "postgres_log": str(cluster.log),
        "cache": str(folders.cache),
    }


def running_cluster(folders: Folders) -> postgres.Cluster:
    cluster = postgres.cluster_of(folders)
    if not cluster.port:
        raise Stop("PostgreSQL does not run; start it with `python3 deploy/dev_odoo.py up`")
    return cluster


def copy(folders: Folders, chosen: argparse.Namespace) -> None:
    databases.copy(running_cluster(folders), chosen.source, chosen.new)
    print(chosen.new)


def drop(folders: Folders, chosen: argparse.Namespace) -> None:
    gone = databases.unseal_and_drop(running_cluster(folders), databases.check_name(chosen.name))
    say(f"{chosen.name} is dropped" if gone else f"there was no database {chosen.name}")


def seed(folders: Folders, chosen: argparse.Namespace) -> None:
    with only_one(folders, "seeding"):
        seeding.seed(folders, running_cluster(folders), number=chosen.seed, again=chosen.again)


def own_demo_data(folders: Folders, chosen: argparse.Namespace) -> None:
    with only_one(folders, "demo data"):
        demo_data.odoo_demo_data(folders, running_cluster(folders), again=chosen.again)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev_odoo.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: Any, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.set_defaults(does=does)
        return made

    command("provision", provision, "fetch Odoo and what it needs")
    command("up", up, "start PostgreSQL and Odoo").add_argument(
        "--port", type=int, help="Odoo's port (default: a free one)"
    )
    command("down", down, "stop both")
    command("wipe", wipe, "stop both and forget every database")
    command("status", status, "what runs and how to connect").add_argument("--json", action="store_true")
    made = command("copy", copy, "copy a database")
    made.add_argument("source")
    made.add_argument("new")
    command("drop", drop, "drop a database").add_argument("name")
    made = command("seed", seed, "seed the demo distributor into the database demo")
    made.add_argument("--seed", type=int, default=19, help="which demo distributor (default: 19)")
    made.add_argument("--again", action="store_true", help="also when a current one is there")
    made = command("demo-data", own_demo_data, "Odoo's own demo data, into the database demo_odoo")
    made.add_argument("--again", action="store_true", help="also when it is there")
    return parser


def main() -> int:
    chosen = arguments().parse_args()
    try:
        chosen.does(Folders.of_this_machine(), chosen)
    except Stop as stop:
        say(f"dev_odoo: {stop}")
        return 1
    except KeyboardInterrupt:
        say("dev_odoo: interrupted; repeat the command to go on")
        return 130
    except BrokenPipeError:
        return 1
    except OSError as error:
        say(
            f"dev_odoo: {error}; check the folder {error.filename or ''} and the room on the disk, then repeat the command"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
