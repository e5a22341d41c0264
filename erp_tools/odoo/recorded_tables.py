"""The rows of a recording in memory: one table per model, parsed when first asked for, dates moved to today."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from erp_tools.odoo.allow_list import ALLOWED, Kind
from erp_tools.odoo.day_shift import DayShift
from erp_tools.odoo.recording import Recording

_NO_RELATION: tuple[int, ...] = ()


class Table:
    """The rows of one model, as columns. Positions follow Odoo's default order."""

    def __init__(self, model: str, ids: list[int], columns: dict[str, list[Any]], shift: DayShift) -> None:
        self.model = model
        self.ids = ids
        self.position = {record_id: index for index, record_id in enumerate(ids)}
        self._columns = columns
        self._shift = shift
        self._kinds: dict[str, Kind] = {name: field.kind for name, field in ALLOWED[model].fields.items()}
        self._moved: set[str] = set()

    def __contains__(self, record_id: object) -> bool:
        return record_id in self.position

    def column(self, name: str) -> list[Any]:
        """The values of one field, by position; None where empty, ids for relations. An unrecorded field is empty."""
        if name == "id":
            return self.ids
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = [None] * len(self.ids)
        if name not in self._moved:
            # Free text is only moved when somebody asks for it: it takes longest and is asked for least.
            kind = self._kinds[name]
            if kind in ("day", "moment"):
                move = self._shift.day
            elif kind == "prose":
                move = self._shift.prose
            else:
                move = None
            if move is not None and self._shift.days:
                column[:] = [move(value) if isinstance(value, str) else value for value in column]
            self._moved.add(name)
        return column

    def value(self, name: str, record_id: int) -> Any:
        return self.column(name)[self.position[record_id]]

    def put(self, record_id: int, values: Mapping[str, Any]) -> None:
        """Change a row, or add one."""
        for name in values:
            self.column(name)  # dates of the old values are moved before new ones join them
        if record_id not in self.position:
            self.position[record_id] = len(self.ids)
            self.ids.append(record_id)
            for name, column in self._columns.items():
                if len(column) < len(self.ids):
                    column.append([] if self._kinds[name] == "many" else None)
        for name, value in values.items():
            self.column(name)[self.position[record_id]] = value


class Tables:
    """All tables of a recording, and the local copy that takes changes.

    Args:
        shift: from the recorded day to today.
        local_copy: a JSON file with the changed rows, kept as of the recorded day so that they move along; None takes no changes.
    """

    def __init__(self, recording: Recording, shift: DayShift, local_copy: Path | None) -> None:
        self._recording = recording
        self._shift = shift
        self._back = DayShift(-shift.days)
        self._path = local_copy
        self._lock = threading.RLock()
        self._tables: dict[str, Table] = {}
        self._changes: dict[str, dict[str, dict[str, Any]]] = {}
        if local_copy is not None and local_copy.exists():
            self._changes = json.loads(local_copy.read_text(encoding="utf-8"))

    def has(self, model: str) -> bool:
        return model in self._recording.models

    def __getitem__(self, model: str) -> Table:
        with self._lock:
            table = self._tables.get(model)
            if table is None:
                ids, columns = self._recording.columns(model)
                table = Table(model, ids, columns, self._shift)
                for record_id, values in self._changes.get(model, {}).items():
                    table.put(
                        int(record_id),
                        {
                            name: self._moved(model, name, value, self._shift)
                            for name, value in values.items()
                        },
                    )
                self._tables[model] = table
            return table

    def write(self, model: str, record_id: int, values: Mapping[str, Any]) -> None:
        """Change or add one row, in the local copy only.

        Raises:
            PermissionError: this recording was opened without a local copy.
        """
        if self._path is None:
            raise PermissionError("this recording was opened to be read only")
        with self._lock:
            self[model].put(record_id, values)
            row = self._changes.setdefault(model, {}).setdefault(str(record_id), {})
            row.update({name: self._moved(model, name, value, self._back) for name, value in values.items()})
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._path.with_name(self._path.name + ".part")
            unfinished.write_text(json.dumps(self._changes, ensure_ascii=False), encoding="utf-8")
            unfinished.replace(self._path)

    def _moved(self, model: str, name: str, value: Any, shift: DayShift) -> Any:
        if not isinstance(value, str):
            return value
        kind = ALLOWED[model].fields[name].kind
        return (
            shift.day(value)
            if kind in ("day", "moment")
            else shift.prose(value)
            if kind == "prose"
            else value
        )
