"""The head of a document as its lines, labels and sentences.

A label is one wherever such things stand: ``Effective date: 1 March 2026``, in the row of a table, at the head of a column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from knowledge_ingest import validity_words as says
from knowledge_ingest.days_in_text import DAY
from knowledge_ingest.extracted import Extracted

HEAD = 4000
"""Characters in which a document says what it is."""
_PLAIN = str.maketrans(
    {"*": " ", "`": " ", "#": " ", "“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "\xa0": " "}
)
_LABELS = (
    says.VALID_FROM, says.VALID_TO, says.EXPIRES, says.PERIOD, says.VERSION, says.REVISION, says.OWNER, says.CONTRACT_OWNER, says.REPLACES,
)  # fmt: skip


class _Line(NamedTuple):
    """A line of the head."""

    text: str
    at: int
    """Where it begins, counted from the head's beginning."""


class Label(NamedTuple):
    """A label and what belongs to it."""

    name: str
    """As written, such as ``Effective Date``."""
    value: str
    """Empty where the document leaves it blank."""
    words: str
    """Both, for the report."""
    at: int
    """Where its line begins in the head."""


def head_of(whole: str) -> str:
    """The head at unchanged length, without emphasis; of a longer text no line that is cut off."""
    head = whole[:HEAD].translate(_PLAIN)
    if len(whole) > HEAD and "\n" in head:
        head = head[: head.rindex("\n")]
    return head


def _lines(head: str) -> list[_Line]:
    found: list[_Line] = []
    at = 0
    for line in head.split("\n"):
        # who quotes another document with > does not speak of this one
        if line.strip(" |:-\t") and not line.lstrip().startswith(">"):
            found.append(_Line(line, at))
        at += len(line) + 1
    return found


class _Sections:
    """Where in the head a label is one of the document: before its first section, and in sections about itself."""

    def __init__(self, extracted: Extracted) -> None:
        self._starts: list[tuple[int, bool]] = []
        leading = True
        for block in extracted.blocks:
            start = block.start - extracted.body_start
            if start > HEAD:
                break
            if block.kind == "heading":
                heading = " ".join(extracted.text[block.start : block.end].split())
                own = leading or heading == extracted.title or bool(says.SECTION_ON_IT.search(heading))
                own = own and not says.HISTORY.search(heading)
                self._starts.append((start, own))
            elif block.kind != "furniture":
                leading = False

    def speak_of_the_document(self, at: int) -> bool:
        """Whether a label at this place of the head is one of the document."""
        own = True
        for start, counts in self._starts:
            if start > at:
                break
            own = counts
        return own


def _label_of(text: str) -> tuple[str, str, bool] | None:
    """The label that a piece begins with, what follows it, and whether a colon stands between."""
    best = max((match.end() for match in (each.match(text) for each in _LABELS) if match), default=0)
    if not best:
        return None
    rest = text[best:].strip()
    value = rest.lstrip(":= ").lstrip("–—- ")
    return text[:best], value if value != "." else "", rest[:1] in (":", "=")


def labels_of(head: str, extracted: Extracted) -> list[Label]:
    """The labels of the document itself, in order."""
    sections = _Sections(extracted)
    return [
        Label(name, value, words, at)
        for name, value, words, at in _labelled(_lines(head))
        if sections.speak_of_the_document(at)
    ]


def _labelled(lines: Sequence[_Line]) -> Iterator[tuple[str, str, str, int]]:
    """(label, value, the words, where) of every label: before a colon or a value, in a table's row, or at the head of its column."""
    rows = [_cells(line.text) for line in lines]
    for number, (cells, line) in enumerate(zip(rows, lines, strict=True)):
        heads_columns = _heads_columns(cells)
        for place, cell in enumerate(cells):
            for piece in _pieces(cell):
                found = _label_of(piece)
                if not found:
                    continue
                label, value, colon = found
                if not value:
                    value = _value_of(rows, number, place, label, heads_columns=heads_columns, colon=colon)
                elif not colon and says.OWNER.fullmatch(label):
                    continue  # "Owner approves the split"
                if value or colon:
                    yield label, value, piece if found[1] or not value else f"{label}: {value}", line.at


def _heads_columns(cells: Sequence[str]) -> bool:
    """Whether a row names the columns of a table about the document: fields side by side, a version or a day among them."""
    bare = [bool((found := _label_of(cell)) and not found[1]) for cell in cells]
    fields = [each or bool(says.CONTROL.fullmatch(cell)) for each, cell in zip(bare, cells, strict=True)]
    return (
        fields[:1] == [True]
        and any(one and other for one, other in pairwise(fields))
        and not any(says.HISTORY.search(cell) for cell in cells)
        and any(says.OF_THE_DOCUMENT.match(cell) for cell in cells)
        and not any(re.search(r"\d|:$", cell) for cell in cells)
    )


def _value_of(
    rows: Sequence[list[str]], number: int, place: int, label: str, *, heads_columns: bool, colon: bool
) -> str:
    """What belongs to a label that stands alone in its cell."""
    cells = rows[number]
    below = rows[number + 1] if number + 1 < len(rows) else []
    if heads_columns:
        under = rows[number + 2] if number + 2 < len(rows) else []
        # with more rows it is the history of the document, or another table
        value = below[place] if len(below) == len(cells) != len(under) else ""
        return "" if _label_of(value) or says.CONTROL.fullmatch(value) else value
    if place + 1 < len(cells):
        following = cells[place + 1]
        if (another := _label_of(following)) and not another[1]:
            return ""
        if says.OWNER.fullmatch(label) and not colon and not _beside_other_fields(rows, number):
            return ""
        return following
    above = rows[number - 1] if number else []
    alone = len(cells) == 1 and len(below) == 1 and not (len(above) == 1 and above[0].endswith(":"))
    return below[0] if colon and alone and re.fullmatch(DAY + r"\.?", below[0], re.IGNORECASE) else ""


def _beside_other_fields(rows: Sequence[list[str]], number: int) -> bool:
    """Whether the row stands in a table of such fields, rather than heading one of tasks and their owners."""
    return any(
        len(row) == len(rows[number]) and (bool(_label_of(row[0])) or bool(says.CONTROL.fullmatch(row[0])))
        for row in (*rows[max(0, number - 1) : number], *rows[number + 1 : number + 2])
    )


def _cells(line: str) -> list[str]:
    """The cells of a row, or the columns of a line."""
    joined = re.sub(r":\s+", ": ", line.strip(" |"))
    if "|" in joined:
        return [cell.strip(" -•") for cell in joined.split("|")]
    return [cell for cell in (each.strip(" -•") for each in re.split(r"[•·\t]|\s{2,}", joined)) if cell]


def _pieces(cell: str) -> Iterator[str]:
    for sentence in _split(cell):
        yield sentence
        after = says.AFTER_A_VERSION.match(sentence)
        if after:
            yield sentence[after.end() :]


def sentences_of(head: str, *, goes_on: bool) -> list[str]:
    """Its sentences, white space made single spaces, without quotations.

    Args:
        goes_on: Whether the head ends within a sentence, which is left out.
    """
    found: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", head):
        lines = [line for line in paragraph.split("\n") if not line.lstrip().startswith(">")]
        # a line that begins with This or The begins a sentence, though a heading without a full stop stands above it
        starts = [
            number
            for number, line in enumerate(lines)
            if re.match(r"\s*(?:[\d.()]+\s+)?(?:This|These|The)\s", line)
        ]
        quotes = 0
        for first, past in zip([0, *starts], [*starts, len(lines)], strict=True):
            for sentence in _split(" ".join(" ".join(lines[first:past]).split())):
                if quotes % 2 == 0:  # not in the middle of a quotation
                    found.append(sentence)
                quotes += sentence.count('"')
    # the rest of a sentence that is cut off might say the contrary
    return found[:-1] if goes_on else found


def _split(text: str) -> Iterator[str]:
    start = 0
    for match in says.MAY_END.finditer(text):
        if match.group()[0] == "." and says.ABBREVIATED.search(
            text[max(start, match.start() - 6) : match.start() + 1]
        ):
            continue
        if match.end() < len(text) and text[match.end()].islower():
            continue
        yield text[start : match.end()].strip()
        start = match.end()
    if text[start:].strip():
        yield text[start:].strip()
