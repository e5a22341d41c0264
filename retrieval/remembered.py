"""What was looked up lately, the oldest forgotten first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """At most so many values by key. May be used from several threads.

    Whatever a value depends on belongs into its key: the state of the documents, and who asks.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._book: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value of a key; None when it is not remembered."""
        with self._lock:
            if key in self._book:
                self._book.move_to_end(key)
            return self._book.get(key)

    def put(self, key: Hashable, value: Value) -> Value:
        """Remember a value, and give it back."""
        with self._lock:
            self._book[key] = value
            self._book.move_to_end(key)
            while len(self._book) > self._most:
                self._book.popitem(last=False)
        return value
