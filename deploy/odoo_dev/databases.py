"""Databases of the private cluster: sealed templates, and copies of them that are served.

A template is called `NAME_template`. Nobody can connect to it, so it stays as it was made and copying it never
disturbs anyone. `NAME` itself is a copy to look around in.
"""

from __future__ import annotations

import os
import re
import shutil

from .machine import Folders, Stop
from .postgres import ODOO_ROLE, Cluster

SERVED = r"^(demo|copilot|test)(_[a-z0-9_]+)?$"
"""Odoo serves databases with these names and no others."""
NAME = re.compile(r"^(demo|copilot|test)(_[a-z0-9_]{1,40})?$")
TEMPLATE = "_template"


def check_name(name: str) -> str:
    """Raises Stop for a name that Odoo would not serve."""
    if not NAME.match(name) or name.endswith(TEMPLATE):
        raise Stop(
            f"{name!r} cannot be the name of a database here; "
            "take demo_, copilot_ or test_ followed by up to 40 small letters, digits or underscores"
        )
    return name


def databases(cluster: Cluster) -> list[str]:
    """Every database of ours, templates included."""
    return sorted(
        cluster.sql(
            "SELECT datname FROM pg_database WHERE datname ~ '^(demo|copilot|test)' ORDER BY 1",
            doing="listing the databases",
        )
    )


def copy(cluster: Cluster, source: str, new: str) -> None:
    """Copy a database with its files. The sealed template of `source` is taken when there is one.

    Raises Stop when `source` does not exist, `new` does, or one of the names is not ours.
    """
    check_name(new)
    existing = databases(cluster)
    if new in existing:
        raise Stop(
            f"the database {new} exists already; drop it first with `python3 deploy/dev_odoo.py drop {new}`"
        )
    origin = source + TEMPLATE if source + TEMPLATE in existing else source
    if origin not in existing:
        raise Stop(
            f"there is no database {source}; `python3 deploy/dev_odoo.py status` lists those there are"
        )
    if not origin.endswith(TEMPLATE):
        disconnect(cluster, origin)
    cluster.sql(
        f'CREATE DATABASE "{new}" TEMPLATE "{origin}" OWNER {ODOO_ROLE} STRATEGY FILE_COPY',
        doing=f"copying {source} to {new}",
    )
    # Odoo tells one database from another by its uuid; a worker that served an older database of this name sees by the
    # signal that its caches are of another one. Odoo compares the highest number: one below those that the origin left
    # would hide every later signal, and a worker would never learn of a module installed through another.
    cluster.sql(
        "UPDATE ir_config_parameter SET value = gen_random_uuid()::text WHERE key = 'database.uuid';"
        "SELECT setval(pg_get_serial_sequence('orm_signaling_registry', 'id'), coalesce(max(id), 0) + (1 + random() * 1e7)::int)"
        " FROM orm_signaling_registry;"
        "INSERT INTO orm_signaling_registry DEFAULT VALUES;",
        database=new,
        doing=f"naming the copy {new}",
    )
    copy_files(cluster.folders, origin, new)


def seal(cluster: Cluster, building: str, name: str) -> None:
    """Turn a finished database into the template of `name`, replacing an older one."""
    template = name + TEMPLATE
    unseal_and_drop(cluster, template)
    disconnect(cluster, building)
    cluster.sql(f'ALTER DATABASE "{building}" RENAME TO "{template}"', doing=f"keeping {name}")
    cluster.sql(f'ALTER DATABASE "{template}" ALLOW_CONNECTIONS false', doing=f"sealing {name}")
    filestore = cluster.folders.data / "filestore"
    shutil.rmtree(filestore / template, ignore_errors=True)
    if (filestore / building).exists():
        (filestore / building).rename(filestore / template)


def unseal_and_drop(cluster: Cluster, name: str) -> bool:
    """Drop a database and its files, whoever is connected; False when there was none."""
    if name not in databases(cluster):
        return False
    cluster.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', doing=f"dropping {name}")
    shutil.rmtree(cluster.folders.data / "filestore" / name, ignore_errors=True)
    return True


def disconnect(cluster: Cluster, name: str) -> None:
    """End every connection to a database; Odoo connects again by itself when it needs to."""
    cluster.sql(
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'",
        doing=f"disconnecting from {name}",
    )


def copy_files(folders: Folders, source: str, new: str) -> None:
    """Give a copied database its attachments. Odoo never changes a stored file, so links do."""
    filestore = folders.data / "filestore"
    shutil.rmtree(filestore / new, ignore_errors=True)
    if (filestore / source).exists():
        shutil.copytree(filestore / source, filestore / new, copy_function=_link)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
