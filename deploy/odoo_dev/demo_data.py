"""Odoo's own demo data as a database to try things on: orders that nobody here arranged."""

from __future__ import annotations

from . import databases, server
from .machine import Folders, free_port, run, say
from .postgres import Cluster

ODOO_DEMO = "demo_odoo"


def odoo_demo_data(folders: Folders, cluster: Cluster, *, again: bool) -> None:
    """Have the database `demo_odoo`: the modules of the demo distributor with the data that Odoo ships for trying them.

    Two to four minutes the first time; kept afterwards. Its administrator has this machine's own password.

    Raises Stop when Odoo is not provisioned or cannot install them.
    """
    existing = databases.databases(cluster)
    if not again and ODOO_DEMO in existing:
        say(f"Odoo's own demo data is there: {server.url(folders)}, database {ODOO_DEMO}")
        return
    building = f"{ODOO_DEMO}_building"
    databases.unseal_and_drop(cluster, building)
    say("installing Odoo's modules with its own demo data (two to four minutes)")
    config = server.configuration(
        folders, cluster, port=free_port(), gevent_port=free_port(), name="demo-data.conf"
    )
    log = folders.run / "demo-data.log"
    run(
        [
            *server.program(folders),
            "-c",
            config,
            "-d",
            building,
            "-i",
            ",".join(server.MODULES),
            "--with-demo",
            "--workers=0",
            "--no-http",
            "--stop-after-init",
            f"--pidfile={folders.run / 'demo-data.pid'}",
        ],
        doing="installing Odoo's demo data",
        log=log,
        next_step=f"read {log}",
    )
    server.set_admin_password(folders, cluster, building)
    databases.unseal_and_drop(cluster, ODOO_DEMO)
    databases.copy(cluster, building, ODOO_DEMO)
    databases.unseal_and_drop(cluster, building)
    say(f"Odoo's own demo data: {server.url(folders)}, database {ODOO_DEMO}")
