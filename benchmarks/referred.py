"""What the best passage leads to by its own words, and questions for what a word means: how often it stands among the first five."""

from __future__ import annotations

import contextlib
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

from benchmarks.documents import COMPANY, DAY, DEMO
from knowledge_ingest.pipeline import ingest
from knowledge_ingest.testing import folded
from retrieval.library import open_library
from retrieval.passage import Reader, ScoredPassage
from retrieval.places import places_in
from retrieval.referred import ReferredPlaces
from retrieval.request import Scope, SearchRequest
from retrieval.search import Library

QUESTIONS = Path(__file__).parent / "referred_questions.yaml"


def main() -> None:
    listed = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        contracts = Path(scratch) / "contracts"
        contracts.mkdir()
        for name, text in listed["documents"].items():
            (contracts / name).write_text(text, encoding="utf-8")
        library = open_library(Path(scratch) / "data")
        ingest([DEMO / "documents", contracts], library)
        for label, names in (("without", ("beside", "definition_first")), ("with", ())):
            with contextlib.ExitStack() as stack:
                for name in names:
                    stack.enter_context(mock.patch.object(ReferredPlaces, name, _nothing))
                table(label, library, listed["questions"])
        library.close()


def _nothing(referred: Any, request: Any, routing: Any, rows: Any, found: Any) -> Any:
    return found


def table(label: str, library: Library, questions: Sequence[Mapping[str, Any]]) -> None:
    """One row for each kind and half."""
    print(f"\n{label + ' following references':32}{'n':>4} answer@1 answer@5 beside@5")
    rows: dict[tuple[bool, str], list[tuple[int, int]]] = defaultdict(list)
    for each in questions:
        found = ask(library, each)
        rows[bool(each.get("held_out")), each["kind"]].append(
            (_rank(library, found, each["answer"]), _rank(library, found, each.get("beside")))
        )
    for (held_out, kind), ranks in sorted(rows.items()):
        first, five = (sum(answer <= top for answer, _ in ranks) for top in (1, 5))
        beside = sum(rank <= 5 for _, rank in ranks)
        name = f"{kind}, {'held out' if held_out else 'tuning'}"
        print(f"{name:32}{len(ranks):4} {first:8} {five:8} {beside if kind != 'defined' else '':>8}")


def ask(library: Library, question: Mapping[str, Any]) -> tuple[ScoredPassage, ...]:
    """What customer service is given."""
    scope = Scope(customer=question.get("customer", ""), carrier=question.get("carrier", ""))
    reader = Reader(login="", roles=frozenset({"service"}), companies=frozenset({COMPANY}))
    request = SearchRequest(text=question["question"], reader=reader, scope=scope, on_date=DAY)
    return library.search(request).passages


def _rank(library: Library, found: Sequence[ScoredPassage], wanted: Mapping[str, str] | None) -> int:
    """The place of the first wanted passage, from 1; beyond all when there is none."""
    if wanted is not None:
        numbers = _numbers(library, wanted)
        for rank, hit in enumerate(found, start=1):
            if hit.document.document_id == wanted["document"] and (
                int(hit.passage.passage_id.rpartition("#")[2]) in numbers
                or ("quote" in wanted and folded(wanted["quote"]) in folded(hit.passage.text))
            ):
                return rank
    return len(found) + 100


def _numbers(library: Library, wanted: Mapping[str, str]) -> tuple[int, ...]:
    if "place" not in wanted:
        return ()
    return places_in(library.store.passages("default", wanted["document"])).under(wanted["place"], "")


if __name__ == "__main__":
    main()
