"""Contracts nobody has prepared, questions about their clauses, and how well a library answers them.

The contracts are our own, put together from ``demo/contract_clauses.yaml`` by the same dice each time; a folder in the layout
of LegalBench-RAG is read as well: ``corpus/**.txt`` and ``benchmarks/*.json`` (``tests``: ``query``, ``snippets`` with
``file_path`` and ``span``; an empty list of snippets, with ``file_path`` beside it, is a question the contract does not answer).
"""

from __future__ import annotations

import json
import random
import re
import textwrap
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from retrieval.passage import ROLES, Reader
from retrieval.request import SearchRequest
from retrieval.search import Library

CLAUSES = Path(__file__).parent / "demo" / "contract_clauses.yaml"
PASSAGE = 500
"""Characters that a passage may have; what is found is compared at so many characters a place."""
READER = Reader(login="", roles=frozenset(ROLES), companies=frozenset())
"""Someone who may read the contracts."""


@dataclass(frozen=True, kw_only=True)
class ContractQuestion:
    """A question about one contract."""

    text: str
    kind: str
    held_out: bool
    file: str
    """Path below the corpus folder."""
    spans: tuple[tuple[int, int], ...]
    """What answers it; empty: the contract has no such clause."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search made of a question."""

    question: ContractQuestion
    hits: tuple[tuple[str, int, int], ...]
    """(file, start, end) of each passage, best first."""
    nothing_relevant: bool
    seconds: float
    uncertain: bool = False


# --- contracts of our own ---

_SPLITS = (("tuning", 0), ("held_out", 1))
_PARTIES = {
    "tuning": (
        "Aldermoor Instruments, Inc.", "Bexley Marine Products Ltd.", "Calloway Beverage Company", "Dunmore Medical Systems, Inc.",
        "Eastvale Chemicals Corp.", "Fairmont Optics LLC", "Garrick Tool & Die Co.", "Hollis Nutrition, Inc.",
        "Ivanhoe Freight Lines, Inc.", "Juniper Bay Logistics LLC", "Kestrel Trading GmbH", "Lindqvist Import AB",
        "Marbury Distributors, Inc.", "Northam Wholesale Ltd.", "Ostrava Medica S.A.", "Pinecrest Hauling Corp.",
    ),
    "held_out": (
        "Quarles Water Technologies, Inc.", "Redfern Ceramics PLC", "Sandoval Foods Company", "Tarrington Batteries, Inc.",
        "Umbria Coffee S.A.", "Vantage Dental Corp.", "Whitlock Seed Company", "Xenon Lighting LLC",
        "Yarrow Trucking, Inc.", "Zeller Spedition AG", "Ashgrove Carriers Ltd.", "Brandvold Agencies AS",
        "Corvallis Supply, Inc.", "Drummond & Sons Limited", "Elmhurst Pharma Distribution LLC", "Fitzroy Motor Freight Corp.",
    ),
}  # fmt: skip
_TITLES = (
    "Distributor Agreement", "Exclusive Distribution Agreement", "Transportation Services Agreement", "Supply and Distribution Agreement",
    "International Distributorship Agreement", "Motor Carrier Transportation Contract", "Reseller and Distribution Agreement",
    "Marketing and Distribution Agreement",
)  # fmt: skip
_CALLED = (
    ("the Company", "Distributor"),
    ("Supplier", "the Distributor"),
    ("Manufacturer", "Reseller"),
    ("Shipper", "Carrier"),
)
_STYLES = ("articles", "run_in", "wrapped", "capitals", "sections", "bare")
_START, _END = "\x01", "\x02"
_MARK = re.compile(r"\[\[|\]\]|<<(?P<kind>\w+):|>>")
"""In a clause of the table: ``[[what answers the question for its kind]]``, ``<<kind:what answers one for another kind>>``."""


def make_contracts(folder: Path, *, seed: int = 11, per_split: int = 14) -> list[ContractQuestion]:
    """Write contracts below ``folder/corpus`` and give the questions about them; the same seed gives the same."""
    listed = yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))
    chance = random.Random(seed)  # noqa: S311 - test data
    questions: list[ContractQuestion] = []
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    for split, half in _SPLITS:
        for number in range(per_split):
            title = _TITLES[number % len(_TITLES)]
            supplier = _PARTIES[split][number % 8]
            other = _PARTIES[split][8 + (number * 3 + number // 8) % 8]
            text, spans = _contract(
                listed, chance, half, title, supplier, other, _STYLES[number % len(_STYLES)]
            )
            file = f"{supplier.split()[0].upper()}_{split}_{number:02}-EX-10.{number}-{title.upper()}.txt"
            (folder / "corpus" / file).write_text(text, encoding="utf-8")
            for kind, about in listed["kinds"].items():
                questions.append(
                    ContractQuestion(
                        text=f"Consider the {title} between {supplier} and {other}; {about['ask']}",
                        kind=kind,
                        held_out=split == "held_out",
                        file=file,
                        spans=tuple(spans.get(kind, ())),
                    )
                )
    return questions


def without_marks(clause: str) -> str:
    """A clause of the table as it stands in a contract."""
    return _MARK.sub("", clause)


def _contract(
    listed: dict[str, Any],
    chance: random.Random,
    half: int,
    title: str,
    supplier: str,
    other: str,
    style: str,
) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    s, d = chance.choice(_CALLED)
    goods = "Services" if s == "Shipper" else "Products"
    names = {"S": s, "D": d, "G": goods}
    sections: list[tuple[str, list[tuple[str, str]]]] = []
    for filler in listed["fillers"]:
        texts = filler["texts"] if chance.random() < 0.5 else [filler["texts"][half]]
        sections.append((filler["heading"], [("", text) for text in texts]))
    for kind, about in listed["kinds"].items():
        if chance.random() < 0.42:
            continue
        variants = about["clauses"][2 * half : 2 * half + 2]
        clause = (kind, chance.choice(variants))
        heading = chance.choice(about["headings"])
        same = next((each for each in sections if each[0] == heading), None)
        if same is not None:
            same[1].insert(chance.randint(0, len(same[1])), clause)
        elif chance.random() < 0.35:
            # within a section about something near: where a heading does not help
            chance.choice(sections)[1].append(clause)
        else:
            sections.append((heading, [clause]))
    first, rest = sections[0], sections[1:]
    chance.shuffle(rest)
    kinds: list[str] = []

    def marked(kind: str, text: str) -> str:
        for key, value in names.items():
            text = text.replace("{" + key + "}", value)
        text = re.sub(
            r"(?<![\w,;] )(?<!\w)the (Company|Distributor)", lambda found: f"The {found.group(1)}", text
        )

        def mark(found: re.Match[str]) -> str:
            if not kind:
                return ""
            if found.group() in ("]]", ">>"):
                return _END
            also = found["kind"] or kind
            if also not in listed["kinds"]:
                raise ValueError(f"{also!r} is no kind of clause in {CLAUSES.name}.")
            kinds.append(also)
            return _START

        return _MARK.sub(mark, text)

    parts = [_opening(title, supplier, other, s, d, chance)]
    for number, (heading, clauses) in enumerate([first, *rest], start=1):
        parts.append(_section(style, number, heading, [marked(*clause) for clause in clauses], chance))
    parts.append(
        "IN WITNESS WHEREOF, the parties have executed this Agreement as of the date first above written.\n\n"
        f"{supplier}\n\nBy: ______________________\n\n{other}\n\nBy: ______________________\n"
    )
    joined = ("\n\n" if style != "run_in" else "   ").join(parts)
    return _text_and_spans(joined, kinds)


def _opening(title: str, supplier: str, other: str, s: str, d: str, chance: random.Random) -> str:
    year = chance.randint(1998, 2019)
    return (
        f"Exhibit 10.{chance.randint(1, 30)}\n\n{title.upper()}\n\n"
        f'This {title} (the "Agreement") is made as of the {chance.randint(1, 28)}th day of June, {year}, by and between {supplier}, '
        f'a corporation organized under the laws of its state ("{s.removeprefix("the ")}"), and {other}, having its principal place of '
        f'business at {chance.randint(10, 900)} Harbor Road ("{d.removeprefix("the ")}").\n\nWHEREAS, {supplier} makes and sells '
        f"certain goods; and\n\nWHEREAS, {other} has the organization to bring them to the trade;\n\nNOW, THEREFORE, in consideration "
        "of the mutual promises herein, the parties agree as follows:"
    )


def _section(style: str, number: int, heading: str, clauses: Sequence[str], chance: random.Random) -> str:
    page = f"\n\n\n\n\n\n                      -{number}-\n\n\n\n" if chance.random() < 0.2 else ""
    if style == "articles":
        body = "\n\n".join(f"{number}.{at} {clause}" for at, clause in enumerate(clauses, start=1))
        return f"ARTICLE {number}\n{heading.upper()}\n\n{body}{page}"
    if style == "run_in":
        return (
            f"{number}. {heading}.   "
            + "   ".join(f"{number}.{at} {clause}" for at, clause in enumerate(clauses, start=1))
            + page
        )
    if style == "wrapped":
        body = "\n\n".join(
            textwrap.indent(
                "\n".join(
                    textwrap.wrap(f"{number}.{at}  {clause}".replace(". ", ".  "), 62, break_long_words=False)
                ),
                " " * 18,
            )
            for at, clause in enumerate(clauses, start=1)
        )
        return f"         {number}.   {heading.upper()}\n\n{body}{page}"
    if style == "capitals":
        return f"{heading.upper()}\n\n" + "\n\n".join(clauses) + page
    if style == "sections":
        return (
            "\n\n".join(
                f"Section {number}.{at:02}. {heading}. {clause}" if at == 1 else f"({chr(95 + at)}) {clause}"
                for at, clause in enumerate(clauses, start=1)
            )
            + page
        )
    return (
        f"{number}. {heading}\n"
        + "\n".join(f"({chr(96 + at)}) {clause}" for at, clause in enumerate(clauses, start=1))
        + page
    )


def _text_and_spans(text: str, kinds: Sequence[str]) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    out: list[str] = []
    length = 0
    opened: list[tuple[str, int]] = []
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    left = iter(kinds)
    for piece in re.split(f"([{_START}{_END}])", text):
        if piece == _START:
            opened.append((next(left), length))
        elif piece == _END:
            kind, start = opened.pop()
            spans[kind].append((start, length))
        else:
            out.append(piece)
            length += len(piece)
    return "".join(out), spans


# --- whole contracts, marked ---

_OPENED = re.compile(r"<<([a-z_]+):|>>")


def write_marked(marked: Path, folder: Path, *, held_out: bool) -> list[ContractQuestion]:
    """Write the contracts of a folder of marked ones below ``folder/corpus``, without their marks, and give a question of each kind
    about each (``benchmarks/whole_contracts/README.md`` tells how they are marked).

    Raises:
        ValueError: a mark that is not closed, or no kind of clause.
    """
    kinds = yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))["kinds"]
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    questions: list[ContractQuestion] = []
    for file in sorted(marked.glob("*.txt")):
        title, parties, body = file.read_text(encoding="utf-8").split("\n", 2)
        title = title.removeprefix("TITLE:").strip()
        one, other = (each.strip() for each in parties.removeprefix("PARTIES:").split("|"))
        text, spans = _unmarked(body, file.name)
        if unknown := spans.keys() - kinds.keys():
            raise ValueError(f"{file.name}: {sorted(unknown)} are no kinds of clauses in {CLAUSES.name}.")
        name = f"{file.stem.upper()}-EX-10.1-{re.sub(r'[^A-Z ,&-]', ' ', title.upper())}.txt"
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
        questions += [
            ContractQuestion(
                text=f"Consider the {title} between {one} and {other}; {about['ask']}",
                kind=kind,
                held_out=held_out,
                file=name,
                spans=tuple(spans.get(kind, ())),
            )
            for kind, about in kinds.items()
        ]
    return questions


def _unmarked(body: str, name: str) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    out: list[str] = []
    length = at = 0
    opened: list[tuple[str, int]] = []
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for match in _OPENED.finditer(body):
        out.append(body[at : match.start()])
        length += match.start() - at
        at = match.end()
        if match[1]:
            opened.append((match[1], length))
        elif opened:
            kind, start = opened.pop()
            spans[kind].append((start, length))
        else:
            raise ValueError(f"{name}: a mark is closed that was not opened.")
    if opened:
        raise ValueError(f"{name}: the mark of {opened[-1][0]} is not closed.")
    return "".join((*out, body[at:])), spans


# --- contracts from elsewhere ---


def load_benchmark(folder: Path) -> list[ContractQuestion]:
    """Questions of a folder in the public benchmark's layout; those about files that are not there are left out."""
    questions = []
    for file in sorted((folder / "benchmarks").glob("*.json")):
        for each in json.loads(file.read_text(encoding="utf-8"))["tests"]:
            files = {snippet["file_path"] for snippet in each["snippets"]} or {each.get("file_path", "")}
            path = next(iter(files))
            if len(files) == 1 and (folder / "corpus" / path).is_file():
                questions.append(
                    ContractQuestion(
                        text=each["query"],
                        kind=each["query"].rpartition(";")[2].strip(),
                        held_out=True,
                        file=path,
                        spans=tuple(
                            (int(snippet["span"][0]), int(snippet["span"][1])) for snippet in each["snippets"]
                        ),
                    )
                )
    return questions


# --- asking and scoring ---


def ask(
    library: Library,
    questions: Sequence[ContractQuestion],
    ids: dict[str, str],
    *,
    known: bool,
    top: int = 30,
    collection: str = "default",
) -> list[Found]:
    """Search for every question; with `known` only in its document, as when an order tells which contract applies."""
    paths = {document_id: path for path, document_id in ids.items()}
    found = []
    for each in questions:
        request = SearchRequest(text=each.text, reader=READER, top=top, collection=collection)
        if known:
            request = replace(request, documents=(ids[each.file],))
        began = time.perf_counter()
        result = library.search(request)
        found.append(
            Found(
                question=each,
                hits=tuple(
                    (paths[hit.document.document_id], hit.passage.start, hit.passage.end)
                    for hit in result.passages
                ),
                nothing_relevant=result.nothing_relevant,
                uncertain=result.uncertain,
                seconds=time.perf_counter() - began,
            )
        )
    return found


def overlap(found: Found, *, places: int) -> tuple[float, float]:
    """(precision, recall) by characters of what stands in the first `places` passages, at `PASSAGE` characters a place."""
    room = places * PASSAGE
    right = taken = 0
    for file, start, end in found.hits:
        end = min(end, start + room - taken)
        if end <= start:
            break
        taken += end - start
        if file == found.question.file:
            right += sum(max(0, min(end, past) - max(start, first)) for first, past in found.question.spans)
    wanted = sum(past - first for first, past in found.question.spans)
    return (right / taken if taken else 0.0), right / wanted


def figures(found: Sequence[Found]) -> dict[str, float]:
    """P@1 and R@8 as listed and at equal characters, the right document first, absent told, present refused; in %."""
    present = [each for each in found if each.question.spans]
    absent = [each for each in found if not each.question.spans]
    one = [replace(each, hits=each.hits[:1]) for each in present]
    eight = [replace(each, hits=each.hits[:8]) for each in present]
    return {
        "n": len(present),
        "P@1": _percent(overlap(each, places=1)[0] for each in one),
        "R@8": _percent(overlap(each, places=8)[1] for each in eight),
        "P@500": _percent(overlap(each, places=1)[0] for each in present),
        "R@4000": _percent(overlap(each, places=8)[1] for each in present),
        "document": _percent(bool(each.hits) and each.hits[0][0] == each.question.file for each in present),
        "refused": _percent(each.nothing_relevant for each in present),
        "absent": len(absent),
        "told": _percent(each.nothing_relevant for each in absent),
        # given as certain: a clause that is not there, and another one than was asked for
        "invented": _percent(not each.nothing_relevant and not each.uncertain for each in absent),
        "mistaken": _percent(
            not each.nothing_relevant and not each.uncertain and overlap(each, places=8)[1] == 0
            for each in present
        ),
        "uncertain": _percent(each.uncertain and not each.nothing_relevant for each in present),
    }


def _percent(values: Iterable[float]) -> float:
    listed = [float(each) for each in values]
    return 100 * sum(listed) / len(listed) if listed else float("nan")
