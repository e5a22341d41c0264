"""The file a recording is kept in: gzip, one member for the header and one per model, each a line of JSON.

``zcat FILE`` shows all of it. A model is unpacked when it is first needed, so that opening a recording costs next to nothing.

Header: ``format day timezone odoo models users``. ``models[NAME]``: packed size in bytes, number of rows, the fields it had, and
those that Odoo cannot search or sort by. ``users[LOGIN]``: the person's row and groups, and per model what they may not see.
A model: ``ids`` in Odoo's default order, and ``columns`` of the same length (fields that are empty everywhere are left out).
A many2one is an id, a one2many or many2many a list of ids.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from erp_tools.errors import OdooUnavailable

FORMAT = 1
SHIPPED = "harbor_pine"


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one person may see of one model."""

    denied: bool = False
    """No access to the model at all."""
    hidden: frozenset[int] = frozenset()
    """Ids of the rows that access rules keep from them."""


@dataclass(frozen=True, kw_only=True)
class RecordedUser:
    """One person of a recording."""

    row: Mapping[str, Any]
    """The fields of `OdooUser`."""
    sights: Mapping[str, Sight]


@dataclass(frozen=True, kw_only=True)
class RecordedModel:
    """Where a model lies in the file, and what Odoo can do with its fields."""

    offset: int
    size: int
    rows: int
    fields: frozenset[str]
    """Those of the allow-list that the recorded Odoo had."""
    unsearchable: frozenset[str]
    unsortable: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """An opened recording."""

    name: str
    day: str
    """The day it was made (UTC); becomes today."""
    timezone: str
    """The company's."""
    odoo: str
    """Version of the recorded Odoo, such as ``19.0``."""
    models: Mapping[str, RecordedModel]
    users: Mapping[str, RecordedUser]
    packed: bytes = field(repr=False)

    def extended(self, fields: Mapping[str, Collection[str]]) -> Recording:
        """The same with models and fields that were not recorded: without rows or values, and readable by everybody."""
        if not fields:
            return self
        models = dict(self.models)
        for model, names in fields.items():
            known = models.get(model) or RecordedModel(
                offset=0, size=0, rows=0, fields=frozenset(), unsearchable=frozenset(), unsortable=frozenset()
            )
            models[model] = replace(known, fields=known.fields | frozenset(names))
        new = {model: Sight() for model in fields if model not in self.models}
        users = {login: replace(user, sights={**new, **user.sights}) for login, user in self.users.items()}
        return replace(self, models=models, users=users)

    def columns(self, model: str) -> tuple[list[int], dict[str, list[Any]]]:
        """The ids and columns of one model, unpacked now. Raises OdooUnavailable when that part is broken."""
        place = self.models[model]
        if not place.size:  # an add-on's model: nothing of it was recorded
            return [], {}
        try:
            content = json.loads(
                zlib.decompress(self.packed[place.offset : place.offset + place.size], wbits=31)
            )
            return content["ids"], content["columns"]
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise _unreadable(self.name, error) from error


def open_recording(path: Path | None = None) -> Recording:
    """Open a recording; None is the one that comes with the product.

    Raises:
        OdooUnavailable: there is none, or it is broken or of another format.
    """
    try:
        if path is None:
            packed = (resources.files("erp_tools.demo") / "recording" / f"{SHIPPED}.jsonl.gz").read_bytes()
        else:
            packed = path.read_bytes()
        opener = zlib.decompressobj(wbits=31)
        header = json.loads(opener.decompress(packed))
        offset = len(packed) - len(opener.unused_data)
        if header["format"] != FORMAT:
            raise OdooUnavailable(
                f"The recording {path or SHIPPED} has format {header['format']}; this version reads {FORMAT}. Record again."
            )
        models = {}
        for model, about in header["models"].items():
            models[model] = RecordedModel(
                offset=offset,
                size=about["size"],
                rows=about["rows"],
                fields=frozenset(about["fields"]),
                unsearchable=frozenset(about["unsearchable"]),
                unsortable=frozenset(about["unsortable"]),
            )
            offset += about["size"]
        users = {login: _user(about, models) for login, about in header["users"].items()}
        return Recording(
            name=SHIPPED if path is None else path.name.split(".")[0],
            day=header["day"],
            timezone=header["timezone"],
            odoo=header["odoo"],
            models=models,
            users=users,
            packed=packed,
        )
    except (OSError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise _unreadable(str(path or SHIPPED), error) from error


def _unreadable(name: str, error: Exception) -> OdooUnavailable:
    return OdooUnavailable(
        f"The recording {name} cannot be read ({type(error).__name__}). Make one with `copilot record FILE`, or install again."
    )


def _user(about: Mapping[str, Any], models: Mapping[str, RecordedModel]) -> RecordedUser:
    sights = {}
    for model in models:
        sight = about["sees"].get(model, {})
        sights[model] = Sight(denied=bool(sight.get("denied")), hidden=frozenset(sight.get("hidden", ())))
    return RecordedUser(row=about["row"], sights=sights)


def write_recording(
    path: Path,
    *,
    day: str,
    timezone: str,
    odoo: str,
    models: Iterable[tuple[str, dict[str, Any], Mapping[str, Any]]],
    users: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write a recording; the same content makes the same bytes.

    Args:
        models: (name, ``{"ids", "columns"}``, ``{"fields", "unsearchable", "unsortable"}``), in the order they are kept.
        users: login -> ``{"row", "sees"}``.
    """
    packed: list[bytes] = []
    about_models = {}
    for name, content, about in models:
        member = _pack(content)
        packed.append(member)
        about_models[name] = {"size": len(member), "rows": len(content["ids"]), **about}
    header = {
        "format": FORMAT,
        "day": day,
        "timezone": timezone,
        "odoo": odoo,
        "models": about_models,
        "users": users,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(_pack(header) + b"".join(packed))
    unfinished.replace(path)


def _pack(content: Any) -> bytes:
    line = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=False) + "\n"
    return gzip.compress(line.encode(), compresslevel=9, mtime=0)
