"""Gives evidence its ids. One book per turn; E and K numbers are handed out here and nowhere else."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from urllib.parse import quote

from copilot.answer import Citation, Evidence
from erp_tools.facts import Fact, FactKey
from retrieval.passage import ScoredPassage

MARK = re.compile(r"\[([EK]\d+)\]")
"""An evidence id as an answer's text carries it."""


class EvidenceBook:
    """All evidence of one turn, in the order in which it was read. A model may call several tools at once: guarded."""

    def __init__(self) -> None:
        self._facts: dict[FactKey, tuple[str, Fact]] = {}
        self._passages: dict[str, tuple[str, ScoredPassage]] = {}
        self._guard = threading.Lock()

    def add_fact(self, fact: Fact) -> str:
        """File a fact; the same record read again keeps its id and gains fields. Returns ``E1`` and so on."""
        with self._guard:
            return self._file(fact)

    def _file(self, fact: Fact) -> str:
        known = self._facts.get(fact.key)
        if known is None:
            evidence_id = f"E{len(self._facts) + 1}"
        else:
            evidence_id, before = known
            fact = Fact(
                model=fact.model,
                record_id=fact.record_id,
                display_name=fact.display_name,
                fields={**before.fields, **fact.fields},
                read_at=fact.read_at,
                url=fact.url or before.url,
            )
        self._facts[fact.key] = (evidence_id, fact)
        return evidence_id

    def add_passage(self, found: ScoredPassage) -> str:
        """File a passage; returns ``K1`` and so on."""
        key = found.passage.passage_id
        with self._guard:
            if key not in self._passages:
                self._passages[key] = (f"K{len(self._passages) + 1}", found)
            return self._passages[key][0]

    def ids_of(self, keys: Iterable[FactKey]) -> list[str]:
        """The ids of facts that are filed, in the given order."""
        return [self._facts[key][0] for key in keys if key in self._facts]

    def knows(self, evidence_id: str) -> bool:
        return any(evidence_id == one for one, _ in (*self._facts.values(), *self._passages.values()))

    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(
                id=evidence_id,
                model=fact.model,
                record_id=fact.record_id,
                display_name=fact.display_name,
                fields=fact.fields,
                read_at=fact.read_at.isoformat(timespec="seconds"),
                url=fact.url,
            )
            for evidence_id, fact in self._facts.values()
        )

    def citations(self) -> tuple[Citation, ...]:
        return tuple(citation_of(evidence_id, found) for evidence_id, found in self._passages.values())


def citation_of(evidence_id: str, found: ScoredPassage) -> Citation:
    """The citation of a passage under an id that was given to it."""
    passage, document = found.passage, found.document
    return Citation(
        id=evidence_id,
        document=document.document_id,
        title=document.title,
        path=document.path,
        page=passage.page,
        page_of=passage.page_of,
        page_confidence=passage.page_confidence,
        section=passage.section,
        start=passage.start,
        end=passage.end,
        quote=passage.text,
        type=document.type,
        customer=document.customer,
        valid_from=document.valid_from.isoformat() if document.valid_from else None,
        valid_to=document.valid_to.isoformat() if document.valid_to else None,
        url=f"/documents/{quote(document.document_id, safe='')}?start={passage.start}&end={passage.end}#cited",
    )
