"""Drafts of an answer -> what the chat's draft card draws, as they stand now. Plain words only, as `card.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from copilot.answer import Answer
from copilot.drafts.draft import UNDECIDED, Draft
from copilot.errors import CopilotError
from copilot.identity import owner_of
from copilot.ui.deciding import ON_THE_DESK
from copilot.ui.labels import DRAFT_STATES, moment_text, zone_of
from copilot.ui.links import allowed_url
from copilot.ui.markdown import without_hidden_characters
from erp_tools.actions.types import ACTION_NAMES
from erp_tools.actions.wording_anew import changeable

if TYPE_CHECKING:
    from copilot.drafts.desk import Desk
    from copilot.identity import Person
    from copilot.ui.context import UiContext

MOST_CHANGES = 12


def draft_cards(desk: Desk, person: Person, answer: Answer) -> list[dict[str, Any]]:
    """Props of the custom elements ``DraftCard`` below an answer: one for each draft that it made, then one that lists those it told of.

    A nonce for this person's decision goes into a card only where they may decide there. Drafts they may no longer see are left out.
    """
    cards: list[dict[str, Any]] = []
    listed: list[dict[str, Any]] = []
    for one in answer.drafts:
        try:
            if one.get("listed"):
                listed.append(_row(desk.drafts.look(person, str(one["draft_id"])), person))
            else:
                cards.append(draft_card(desk, person, str(one["draft_id"])))
        except CopilotError:
            continue
    return [*cards, *([{"list": listed}] if listed else [])]


def drafts_of(context: UiContext, person: Person, answer: Answer) -> list[dict[str, Any]]:
    """The cards of an answer's drafts; none where there are none or the database does not work."""
    try:
        return draft_cards(context.copilot.desk, person, answer) if answer.drafts else []
    except CopilotError:
        return []


def draft_card(desk: Desk, person: Person, draft_id: str) -> dict[str, Any]:
    """One draft in full. Raises NotFound, StateUnavailable."""
    draft = desk.drafts.look(person, draft_id)
    on_the_desk = draft.risk == "high"
    token = "" if on_the_desk else desk.drafts.show(person, draft_id)[1]
    undecided = draft.state in UNDECIDED
    own = draft.requester == owner_of(person)
    if token or not undecided:
        why_not = ""
    else:
        why_not = desk.drafts.why_not(person, draft) or ON_THE_DESK
    return _row(draft, person) | {
        "version": draft.version,
        "nonce": token,
        "why_not": _plain(why_not),
        "how": "exact" if desk.executor.is_exact(person) else "best effort",
        "own": own,
        "desk": "Change it on the desk"
        if own and undecided and changeable(draft.action, draft.payload, draft.changes)
        else "Open on the desk",
        "submit": "Hand in for approval" if draft.state == "drafted" and not token and own else "",
        "approve": "Approve and run" if draft.verdict.get("approvers", 1) == 1 else "Approve",
        "changes": [
            {name: _plain(change[name]) for name in ("record", "what", "before", "after")}
            for change in draft.changes[:MOST_CHANGES]
        ],
        "effects": [_plain(effect) for effect in draft.effects],
        "undo": _plain(draft.undo),
        "decides": _plain(str(draft.verdict.get("text", ""))),
        "approvers": ", ".join(draft.approver_roles),
        "warnings": [_plain(warning) for warning in draft.warnings],
        "clauses": [_clause(one) for one in draft.evidence if "quote" in one][:2],
        "reason": _plain(draft.reason),
    }


def _row(draft: Draft, person: Person) -> dict[str, Any]:
    return {
        "draft_id": draft.draft_id,
        "summary": _plain(draft.summary),
        "action": ACTION_NAMES[draft.action],
        "order": draft.order,
        "risk": draft.risk,
        "state": draft.state,
        "state_name": DRAFT_STATES[draft.state],
        "undecided": draft.state in UNDECIDED,
        "requester": _plain(draft.requester_name),
        "expires": moment_text(draft.expires_at, zone=zone_of(person.user.timezone)),
        "page": f"/desk/{draft.draft_id}",
    }


def _clause(one: Mapping[str, Any]) -> dict[str, str]:
    return {
        "quote": _plain(str(one["quote"])),
        "title": _plain(f"{one['title']}, {one['section']}".rstrip(", ")),
        "url": allowed_url(str(one["url"]), odoo_address="") or "",
    }


def _plain(text: Any) -> str:
    return without_hidden_characters(str(text))
