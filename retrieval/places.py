"""Where in a document its numbered places and its definitions stand. Read from its headings once, and remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.definitions import defined_in
from retrieval.document_store import DocumentStore
from retrieval.remembered import Remembered
from retrieval.stored import StoredPassage

_NUMBER = r"(?:[a-z]\.)?\d{1,2}(?:\.\d{1,3}){0,3}"
_HEADED = re.compile(
    rf"(?:#+\s*)?(?:(?:clause|section|article|paragraph|part|point)\s+|§\s*)?(?P<number>{_NUMBER})(?!\w)(?:\s+to\s+(?P<last>{_NUMBER})\s*$)?"
    r"|(?P<label>(?:exhibit|annex|appendix|schedule|attachment)\s+(?:[a-z]|[ivx]{1,4}|\d{1,2}))\b",
    re.IGNORECASE,
)
_DOCUMENTS = 512
"""Documents whose places are remembered."""
_LONGEST_RANGE = 30

Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Places:
    """The places of one document, as numbers of its passages."""

    headed: Mapping[str, Mapping[Path, tuple[int, ...]]]
    """Number of a heading (``8.2``, ``exhibit b``) -> the headings above it -> the passages under it."""
    defined: Mapping[str, int]
    """Term in small letters -> the passage that defines it."""

    def under(self, number: str, near: str) -> tuple[int, ...]:
        """The passages under a number, in order; none where the document has no such place.

        Args:
            near: Heading path of the passage that refers to it: where a schedule numbers its clauses anew, its own come first, else those
                of the document's body.
        """
        groups = self.headed.get(number, {})
        own = tuple(near.split(" > "))
        return max(groups.items(), key=lambda each: (_common(each[0], own), -len(each[0])), default=((), ()))[
            1
        ]


class PlaceBook:
    """Places of the documents of one store. May be called from several threads."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._book: Remembered[Places] = Remembered(_DOCUMENTS)

    def of(self, collection: str, document_id: str) -> Places:
        """The places of a document.

        Raises:
            StoreUnavailable
        """
        key = (collection, document_id, self._store.replaced())
        kept = self._book.get(key)
        if kept is None:
            passages = self._store.passages(collection, document_id)
            kept = places_in(passages)
            if passages:  # not of one that is gone: when it comes again it replaces none, and the key stays
                self._book.put(key, kept)
        return kept


def places_in(passages: Sequence[StoredPassage]) -> Places:
    """The places of a document with these passages."""
    headed: dict[str, dict[Path, list[int]]] = {}
    defined: dict[str, int] = {}
    for stored in passages:
        for number, above in _numbers_of(stored.passage.section):
            headed.setdefault(number, {}).setdefault(above, []).append(stored.number)
        for term in defined_in(stored.passage.text):
            defined.setdefault(term, stored.number)
    return Places(
        headed={
            number: {above: tuple(each) for above, each in groups.items()}
            for number, groups in headed.items()
        },
        defined=defined,
    )


def _numbers_of(section: str) -> dict[tuple[str, Path], None]:
    """The numbers that a heading path leads through, each with the headings above it."""
    steps = tuple(section.split(" > "))
    found: dict[tuple[str, Path], None] = {}
    seen: set[str] = set()
    for at, step in enumerate(steps):
        match = _HEADED.match(step.strip())
        if match is None:
            continue
        for number in [match["label"].lower()] if match["label"] else _range(match["number"], match["last"]):
            # a passage under 8.2.1 stands under 8.2 and under 8, whether or not those have headings of their own
            above = [number.rsplit(".", cut)[0] for cut in range(number.count(".") + 1)]
            found.update({(each, steps[:at]): None for each in above if each not in seen})
            seen.update(above)
    return found


def _range(first: str, last: str | None) -> list[str]:
    """The numbers from first to last where both stand on one level: ``7.2 to 7.4``."""
    first = first.lower()
    if last is None:
        return [first]
    stem, _, low = first.rpartition(".")
    other, _, high = last.lower().rpartition(".")
    if stem != other or not 0 <= int(high) - int(low) <= _LONGEST_RANGE:
        return [first, last.lower()]
    return [f"{stem}.{each}".lstrip(".") for each in range(int(low), int(high) + 1)]


def _common(one: Path, other: Path) -> int:
    """How many steps two heading paths share from the top."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
