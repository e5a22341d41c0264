"""Read a document's source: front matter, shared clauses, and a small part of Markdown, as blocks.

The shipped DOCX, PDF, XLSX, PPTX and EML files are rendered from these sources, so that a change of a clause
is a change of text that can be reviewed. The part of Markdown is deliberately small: headings, paragraphs,
bullets and pipe tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEMO_FOLDER = Path(__file__).parent
SOURCE_FOLDER = DEMO_FOLDER / "source"
DOCUMENTS_FOLDER = DEMO_FOLDER / "documents"

_INCLUDE = re.compile(r"^\{\{> (?P<name>[a-z-]+) n=(?P<n>\d+)\}\}$", re.MULTILINE)
_CLAUSE_NUMBER = re.compile(r"\{\{n\+(\d+)\}\}")
_VARIABLE = re.compile(r"\{\{([a-z_]+)\}\}")


class SourceError(ValueError):
    """A source file that cannot be rendered; the message names the file and what to change."""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading; level 1 is the document's title."""

    level: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph on one line; a leading number such as ``5.2`` makes it a numbered clause."""

    text: str

    def numbered(self) -> tuple[str, str]:
        """The clause number and the rest; the number is empty for an ordinary paragraph."""
        found = re.match(r"((?:\d+|[A-J])(?:\.\d+)+)\s+(.*)", self.text, re.DOTALL)
        return (found[1], found[2]) if found else ("", self.text)


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """List items, without their dashes."""

    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cell texts; the first row is the header."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source file, ready to be rendered."""

    path: Path
    settings: Mapping[str, Any]
    """Front matter: ``output`` (pdf, docx, xlsx, pptx, eml, scan), ``title``, and keys of the format."""
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """Title for the file's properties."""
        return str(self.settings["title"])

    @property
    def running(self) -> str:
        """Text of the running header or footer."""
        return str(self.settings.get("running", self.title))

    def text(self) -> str:
        """All text in reading order, one block or table row a line."""
        return "\n".join(_lines(self.blocks))


def read_source(path: Path) -> Source:
    """Read `path`, put shared clauses and variables in, and split it into blocks.

    Raises `SourceError` for missing front matter, an unknown shared clause or a variable without a value.
    """
    raw = path.read_text(encoding="utf-8")
    if not raw.startswith("---\n"):
        raise SourceError(f"{path.name} has no front matter; start it with a '---' block (title, output)")
    front, _, body = raw[4:].partition("\n---\n")
    settings = yaml.safe_load(front)
    variables = {str(key): str(value) for key, value in settings.get("vars", {}).items()}
    body = _INCLUDE.sub(lambda found: _shared_clause(found["name"], int(found["n"]), path), body)

    def value(found: re.Match[str]) -> str:
        if found[1] not in variables:
            raise SourceError(
                f"{path.name} uses {found[0]} without a value; add it to vars in its front matter"
            )
        return variables[found[1]]

    return Source(path=path, settings=settings, blocks=tuple(_blocks(_VARIABLE.sub(value, body))))


def sources(folder: Path = SOURCE_FOLDER) -> list[Source]:
    """Every source that becomes a shipped file, in path order (without the parts of others)."""
    parts = {"clauses", "attachments"}
    return [read_source(path) for path in sorted(folder.rglob("*.md")) if path.parent.name not in parts]


def target_of(source: Source, documents: Path = DOCUMENTS_FOLDER) -> Path:
    """Where the rendered file goes: same folder and stem, the ending of its format."""
    ending = {"scan": "pdf"}.get(source.settings["output"], source.settings["output"])
    return documents / source.path.parent.name / f"{source.path.stem}.{ending}"


def _shared_clause(name: str, first: int, asked_by: Path) -> str:
    path = SOURCE_FOLDER / "clauses" / f"{name}.md"
    if not path.exists():
        raise SourceError(f"{asked_by.name} includes '{name}', not in source/clauses; check the name")
    return _CLAUSE_NUMBER.sub(lambda found: str(first + int(found[1])), path.read_text(encoding="utf-8"))


def _blocks(body: str) -> Iterator[Block]:
    for chunk in re.split(r"\n\s*\n", body.strip()):
        lines = [line.rstrip() for line in chunk.strip().splitlines()]
        if heading := re.match(r"(#+) (.*)", lines[0]):
            yield Heading(level=len(heading[1]), text=heading[2])
            lines = lines[1:]
        if not lines:
            continue
        if lines[0].startswith("|"):
            rows = (_cells(line) for line in lines if not set(line) <= set("|-: "))
            yield Table(rows=tuple(rows))
        elif all(line.startswith("- ") for line in lines):
            yield Bullets(items=tuple(line[2:] for line in lines))
        else:
            yield Paragraph(text=" ".join(lines))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.text
            case Bullets():
                yield from block.items
            case Table():
                yield from (" ".join(row) for row in block.rows)
