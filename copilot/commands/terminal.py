"""What the command line shows a person. The only home of rich."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from copilot.places import page_words, scan_words

Advance = Callable[[int, int, str], None]
"""(done, total, name of what is being worked on)"""

_MARKS = {"ok": "[green]ok[/]", "degraded": "[yellow]degraded[/]", "down": "[red]down[/]"}


def print_answer(answer: dict[str, Any]) -> None:
    """Text, then what each id in it stands for."""
    console = Console()
    console.print(Markdown(answer["text"]))
    cited = [one for one in answer["evidence"] if f"[{one['id']}]" in answer["text"]]
    if cited or answer["citations"]:
        table = Table(show_header=False, box=None, padding=(0, 1))
        for one in cited:
            table.add_row(
                one["id"],
                escape(one["display_name"]),
                escape(f"{one['model']} {one['record_id']}"),
                escape(one["url"]),
            )
        for one in answer["citations"]:
            place = one["section"] or page_words(one["page"], one.get("page_of", ""))
            table.add_row(one["id"], escape(one["title"]), escape(place), escape(one["path"]))
        console.print()
        console.print(table)
    checks = answer["checks"]
    console.print(
        f"[dim]{checks['claims']} facts checked, {checks['removed']} sentences left out; {answer['odoo_calls']} Odoo calls, "
        f"{answer['timings_ms']['total']} ms, {escape(answer['brain'])}[/]"
    )
    for sentence in answer["degraded"]:
        console.print(f"[yellow]{escape(sentence)}[/]")


def print_passages(found: dict[str, Any]) -> None:
    """One block a passage: where it stands, then its words."""
    console = Console()
    if not found["passages"]:
        console.print("Nothing about that in the documents you may read.")
    for number, one in enumerate(found["passages"], start=1):
        page = page_words(one["page"], one.get("page_of", ""))
        place = ", ".join(
            part for part in (one["section"], page, scan_words(one.get("page_confidence"))) if part
        )
        console.print(
            f"[bold]{number}. {escape(one['title'])}[/] [dim]{escape(place)} ({one['path']}, {one['start']}-{one['end']})[/]"
        )
        console.print(escape(one["text"].strip()) + "\n")
    for sentence in found.get("degraded", ()):
        console.print(f"[yellow]{escape(sentence)}[/]")


def print_table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: Collection[int] = ()
) -> None:
    """A table of plain words. Where the output is no screen, no cell is cut.

    Args:
        right: numbers of the columns that are aligned to the right.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=400)
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for number, header in enumerate(headers):
        table.add_column(header, justify="right" if number in right else "left")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)


def print_lines(sentences: Iterable[str]) -> None:
    """One line each."""
    console = Console(soft_wrap=True)
    for sentence in sentences:
        console.print(escape(sentence))


def print_health(report: dict[str, Any]) -> None:
    """One row a part."""
    table = Table(show_header=False, box=None, padding=(0, 1))
    for part in report["parts"]:
        table.add_row(part["name"], _MARKS[part["state"]], escape(part["detail"]))
    Console().print(table)


def print_ingest_report(report: dict[str, Any]) -> None:
    """What changed, and what its owner should look at."""
    console = Console()
    counts = ", ".join(f"{number} {status}" for status, number in report["summary"].items() if number)
    console.print(f"{len(report['documents'])} documents: {counts or 'none'}.")
    for document in report["documents"]:
        if document["status"] == "quarantined" or document["reasons"]:
            console.print(f"[yellow]{escape(document['path'])}: {escape('; '.join(document['reasons']))}[/]")
    for problem in report["problems"]:
        console.print(f"[red]{escape(problem)}[/]")


def print_rows(title: str, rows: Iterable[Sequence[str]]) -> None:
    """A title, and a line for each row; nothing but the title when there are none."""
    console = Console()
    console.print(f"[bold]{escape(title)}[/]")
    table = Table(show_header=False, box=None, padding=(0, 1))
    table.add_column(no_wrap=True)  # names and ids stand whole: other commands take them
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    if table.row_count:
        console.print(table)


@contextmanager
def ingest_progress(*, quiet: bool) -> Iterator[Advance]:
    """A progress bar on standard error; nothing when `quiet`."""
    if quiet:
        yield lambda done, total, name: None
        return
    with _bar() as bar:
        task = bar.add_task("Reading documents", total=None)

        def advance(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=f"Reading documents: {name[-40:]}")

        yield advance


@contextmanager
def counting(what: str) -> Iterator[Advance]:
    """A progress bar for anything counted."""
    with _bar() as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total, name: bar.update(
            task, completed=done, total=total, description=f"{what}: {name}"
        )


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
