"""A text is cut in the process that read it: the same as here, within limits, and believed only where it fits the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge_ingest import limits
from knowledge_ingest.cutting import Cut, Order, cut, warm_up
from knowledge_ingest.errors import ImpossibleAnswer, OverLimit, Unreadable
from knowledge_ingest.extracted import Extracted
from knowledge_ingest.limits import Limits, ReadingProcess
from retrieval.sparse import terms, words_of_passage

DEMO = Path(__file__).resolve().parents[2] / "knowledge_ingest" / "demo" / "documents"
CONTRACT = Order(document_id="deal", title="Supply Agreement", reads_terms=True)
TEXT = """\
# Supply Agreement

## 2. Shipping

2.1 Partial shipments are allowed when at least 50 % of the order is shipped first.

## 4. Delay

4.1 For each day of delay the Supplier credits 2 % of the order value, at most 10 %.
"""


def one_of_each_kind() -> list[Path]:
    """A document of the demo for every ending, text recognition left out."""
    found: dict[str, Path] = {}
    for file in sorted(DEMO.rglob("*")):
        if file.is_file() and "amendment" not in file.name:
            found.setdefault(file.suffix, file)
    return [file for suffix, file in found.items() if suffix not in (".yaml", ".zip")]


@pytest.mark.parametrize("file", one_of_each_kind(), ids=lambda file: file.name)
def test_what_is_cut_there_is_what_would_be_cut_here(reading: ReadingProcess, file: Path) -> None:
    content = file.read_bytes()
    whole = reading.read(content, file.suffix)
    extracted, made = reading.read_and_cut(content, file.suffix, lambda _: CONTRACT)
    assert made == cut(whole, CONTRACT)
    assert made.chunks
    assert (extracted.text, extracted.pages, extracted.flags) == (whole.text, whole.pages, whole.flags)
    assert extracted.blocks == ()


def test_terms_are_those_of_the_passage_where_it_stands(reading: ReadingProcess) -> None:
    extracted, made = reading.read_and_cut(TEXT.encode(), ".md", lambda _: CONTRACT)
    at = next(i for i, each in enumerate(made.chunks) if "Partial" in extracted.text[each.start : each.end])
    chunk = made.chunks[at]
    assert made.terms[at].split(" ") == terms(
        words_of_passage(
            title="Supply Agreement",
            section=chunk.section,
            context=chunk.context,
            text=extracted.text[chunk.start : chunk.end],
        )
    )
    assert made.agreed is not None
    assert {term.kind for term in made.agreed.terms} >= {"partial_shipments", "late_rate", "late_cap"}


def test_terms_are_looked_for_only_where_they_were_ordered(reading: ReadingProcess) -> None:
    _, made = reading.read_and_cut(
        TEXT.encode(), ".md", lambda _: Order(document_id="rule", title="Rules", reads_terms=False)
    )
    assert made.agreed is None


def test_who_orders_sees_the_text_first(reading: ReadingProcess) -> None:
    seen: list[Extracted] = []

    def order_for(extracted: Extracted) -> Order:
        seen.append(extracted)
        return CONTRACT

    extracted, _ = reading.read_and_cut(TEXT.encode(), ".md", order_for)
    assert seen == [extracted]
    assert "Partial shipments" in extracted.text


def test_an_order_that_fails_harms_no_later_file(reading: ReadingProcess) -> None:
    def fails(_: Extracted) -> Order:
        raise LookupError("nobody knows it")

    with pytest.raises(LookupError):
        reading.read_and_cut(TEXT.encode(), ".md", fails)
    assert reading.read(b"next", ".txt").text == "next"


def test_a_text_that_is_none_stops_only_its_file(
    reading: ReadingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as lying:
        lying.setattr(limits, "_result", lambda stream: {**_extracted().to_json(), "pages": [{"x": 1}]})
        with pytest.raises(ImpossibleAnswer):
            reading.read_and_cut(TEXT.encode(), ".md", lambda _: CONTRACT)
    _, made = reading.read_and_cut(TEXT.encode(), ".md", lambda _: CONTRACT)
    assert len(made.chunks) > 1


def test_a_file_that_cannot_be_read_is_not_cut(reading: ReadingProcess) -> None:
    with pytest.raises(Unreadable):
        reading.read_and_cut(
            b"%PDF-1.7 broken", ".pdf", lambda _: pytest.fail("there is no text to describe")
        )
    _, made = reading.read_and_cut(b"fine", ".txt", lambda _: CONTRACT)
    assert len(made.chunks) == 1


def good() -> dict[str, Any]:
    """An answer as it should be, for `TEXT` without its Markdown."""
    return _made().to_json()


def _made() -> Cut:
    return cut(_extracted(), CONTRACT)


def _extracted() -> Extracted:
    from knowledge_ingest.readers import read

    return read(TEXT.encode(), ".md")


def _beyond_the_text(answer: dict[str, Any]) -> None:
    answer["chunks"][-1][1] += 1000


def _overlapping(answer: dict[str, Any]) -> None:
    answer["chunks"][1][0] = answer["chunks"][0][0]


def _backwards(answer: dict[str, Any]) -> None:
    answer["chunks"][0][0], answer["chunks"][0][1] = answer["chunks"][0][1], answer["chunks"][0][0]


def _before_the_text(answer: dict[str, Any]) -> None:
    answer["chunks"][0][0] = -5


def _without_terms(answer: dict[str, Any]) -> None:
    answer["terms"] = answer["terms"][:-1]


def _invented_proof(answer: dict[str, Any]) -> None:
    answer["agreed"]["terms"][0]["proof"][0]["quote"] = "Everything may be split."


def _of_another_document(answer: dict[str, Any]) -> None:
    answer["agreed"]["terms"][0]["document"] = "somebody-elses"


def _no_chunks(answer: dict[str, Any]) -> None:
    del answer["chunks"]


def _wrong_types(answer: dict[str, Any]) -> None:
    answer["chunks"] = [["a", "b", None, "x", {}]]


def _unknown_value(answer: dict[str, Any]) -> None:
    answer["agreed"]["terms"][0]["value"] = {"percent": "lots"}


def _list_for_a_term(answer: dict[str, Any]) -> None:
    answer["agreed"]["terms"][0] = ["partial_shipments"]


LIES: tuple[Callable[[dict[str, Any]], None], ...] = (
    _beyond_the_text, _overlapping, _backwards, _before_the_text, _without_terms, _invented_proof, _of_another_document,
    _no_chunks, _wrong_types, _unknown_value, _list_for_a_term,
)  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_what_cannot_be_of_the_text_is_not_believed(lie: Callable[[dict[str, Any]], None]) -> None:
    """The process of a hostile file may have been taken over by it."""
    answer, text = good(), _extracted().text
    assert Cut.from_json(answer, document_id="deal", text=text) == _made()
    lie(answer)
    with pytest.raises(ImpossibleAnswer):
        Cut.from_json(answer, document_id="deal", text=text)


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ReadingProcess]:
    """A reading process whose cutting does what the file says."""
    plugin = tmp_path / "plugin"
    plugin.mkdir()
    (plugin / "sitecustomize.py").write_text(
        """
import importlib.abc, importlib.util, os, sys, time
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "knowledge_ingest.cutting":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            plain = module.cut
            def cut(extracted, order):
                if extracted.text == "spin":
                    while True: pass
                if extracted.text == "eat":
                    held = []
                    while True: held.append(bytearray(10_000_000))
                if extracted.text == "crash":
                    os.abort()
                return plain(extracted, order)
            module.cut = cut
        spec.loader.exec_module = exec_module
        return spec
sys.meta_path.insert(0, Finder())
"""
    )
    monkeypatch.syspath_prepend(str(plugin))
    with ReadingProcess(Limits(seconds_to_cut=1.5, memory_bytes=150_000_000)) as process:
        yield process


@pytest.mark.parametrize("behaviour", [b"spin", b"eat", b"crash"])
def test_cutting_that_gets_out_of_hand_is_ended(misbehaving: ReadingProcess, behaviour: bytes) -> None:
    with pytest.raises(OverLimit):
        misbehaving.read_and_cut(behaviour, ".txt", lambda _: CONTRACT)
    _, made = misbehaving.read_and_cut(b"fine", ".txt", lambda _: CONTRACT)
    assert len(made.chunks) == 1


def test_warming_up_has_most_patterns_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that is forked for each file would compile them each time anew, which takes longer than the cutting."""
    import re

    from knowledge_ingest.terms import found

    monkeypatch.setattr(found, "_looks_for_literals", True)  # is put back at the end
    warm_up()
    made: list[str] = []
    compile_ = found.re.compile

    def counted(pattern: str, *args: Any) -> re.Pattern[str]:
        made.append(pattern)
        return compile_(pattern, *args)

    monkeypatch.setattr(found.re, "compile", counted)
    cut(_extracted(), CONTRACT)
    assert len(made) <= 3, made
