"""How drafts look on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from copilot.drafts.draft import Draft

_COLOURS = {
    "executed": "green", "approved": "green", "failed": "red", "rejected": "red",
    "uncertain": "yellow", "stale": "yellow", "expired": "yellow",
}  # fmt: skip


def print_drafts(drafts: Sequence[Draft]) -> None:
    """One line a draft."""
    console = Console()
    if not drafts:
        console.print("No drafts that you may see.")
        return
    table = Table(box=None, padding=(0, 1))
    for name in ("Draft", "State", "Order", "What", "Risk", "Asked by", "Until"):
        # other commands take the id: it stands whole
        table.add_column(name, no_wrap=name == "Draft")
    for draft in drafts:
        table.add_row(
            draft.draft_id, _state(draft), draft.order, escape(draft.summary), draft.risk, escape(draft.requester_name),
            draft.expires_at[:16].replace("T", " "),
        )  # fmt: skip
    console.print(table)


def print_draft(draft: Draft) -> None:
    """Everything a decision needs."""
    console = Console()
    console.print(
        f"[bold]{escape(draft.summary)}[/]  {_state(draft)}  [dim]{draft.draft_id} v{draft.version}, risk {draft.risk}[/]"
    )
    if draft.reason:
        console.print(f"[yellow]{escape(draft.reason)}[/]")
    table = Table(box=None, padding=(0, 1))
    for name in ("Record", "What", "Before", "After"):
        table.add_column(name)
    for change in draft.changes:
        table.add_row(*(escape(change[name]) for name in ("record", "what", "before", "after")))
    console.print(table)
    for effect in draft.effects:
        console.print(f"• {escape(effect)}")
    console.print(f"[dim]To undo:[/] {escape(draft.undo)}")
    console.print(f"[dim]Who decides:[/] {escape(str(draft.verdict.get('text', '')))}")
    for warning in draft.warnings:
        console.print(f"[yellow]{escape(warning)}[/]")
    for one in draft.evidence:
        if "quote" in one:
            console.print(
                f"[dim]{one['id']} {escape(str(one['title']))}, {escape(str(one['section']))}:[/] “{escape(str(one['quote']))}”"
            )
    console.print(f"[dim]Digest {draft.digest}[/]")
    if draft.state == "drafted":
        console.print(
            f"Nothing is changed yet. Hand it in: copilot drafts submit {draft.draft_id}", soft_wrap=True
        )


def _state(draft: Draft) -> str:
    colour = _COLOURS.get(draft.state, "cyan")
    return f"[{colour}]{draft.state}[/]"
