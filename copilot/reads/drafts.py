"""Drafts from a conversation: the most a brain can do is save one. Nothing here changes Odoo; people decide, the executor runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from copilot.drafts.composing import customer_message, note, purchases_behind, vendor_reminder
from copilot.drafts.draft import OPEN, UNDECIDED, Draft
from copilot.drafts.errors import DraftError
from copilot.drafts.provenance import (
    WORDS,
    has_address,
    is_a_models,
    stands_in,
    unproven,
    warnings_of,
    without_marks,
)
from copilot.errors import StateUnavailable, TooMany
from copilot.models.playbook.days import find_days
from copilot.reads.orders import unresolved
from copilot.reads.shared import as_json, from_odoo, grounding_of
from copilot.reads.waiting import waiting_json
from copilot.turn import Turn
from erp_tools.actions.action import CannotDraft
from erp_tools.actions.types import ACTION_NAMES, ACTION_TYPES
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.reading import find_order
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.orders import Resolution

MOST_A_TURN = 3
"""Drafts that one question may make."""
MOST_LISTED = 20
SHORTEST_CUT = 20
"""Characters of a preview that may be a text cut short; less is a name, which a text may begin with."""
LONG = 200
"""Characters from which a new value stands on lines of its own."""


def save_draft(turn: Turn, action: str, order: str = "", **wishes: str | None) -> str:
    """Save a drafted action for people to decide. Changes nothing in Odoo.

    Args:
        action: one of `ACTION_TYPES`.
        order: the sales order it is for; may be left out for a purchase order that an order waits for.
        wishes: what else the action needs to know, by name; text that is left out is written by code.
    """
    said = {name: str(value).strip() for name, value in wishes.items() if value and str(value).strip()}

    def read() -> str:
        if turn.desk is None:
            return _not_drafted(turn, "Drafts cannot be saved here.")
        if sum(not one["listed"] for one in turn.drafts) >= MOST_A_TURN:
            return _not_drafted(
                turn, f"One question drafts {MOST_A_TURN} actions at most; ask for the next one."
            )
        if action not in ACTION_TYPES:
            return _not_drafted(
                turn, f"There is no such kind of action. There are: {', '.join(ACTION_TYPES)}."
            )
        reference = order.strip() or _order_behind(turn, said.get("purchase", ""))
        if not reference:
            return _not_drafted(turn, "Which order is it for? Name it as in Odoo, such as S00042.")
        resolution = find_order(turn.person.session, reference)
        if resolution.status != "one":
            return unresolved(turn, reference, resolution)
        try:
            return _saved(turn, action, reference if order.strip() else said["purchase"], resolution, said)
        except (CannotDraft, DraftError, TooMany) as error:
            return _not_drafted(turn, str(error), order=resolution.order.name)
        except StateUnavailable as error:
            turn.note_degraded(str(error))
            return _not_drafted(turn, "Nothing can be drafted while the copilot's database does not work.")

    return from_odoo(turn, order or said.get("purchase", ""), read)


def list_drafts(turn: Turn, which: str = "mine", order: str = "") -> str:
    """Open drafts that this person may see.

    Args:
        which: ``mine`` (what they asked for), ``waiting`` (what they could decide now) or ``all``.
        order: only of this order.
    """
    try:
        if turn.desk is None:
            raise StateUnavailable("There is no desk for drafts here.")
        drafts = turn.desk().drafts
        if which == "waiting":
            found = [one for one in drafts.waiting_for(turn.person) if order in ("", one.order)]
        else:
            found = drafts.listed(turn.person, states=sorted(OPEN), mine=which == "mine", order=order)
    except StateUnavailable as error:
        turn.outcomes.append("unavailable")
        turn.note_degraded(str(error))
        return as_json({"status": "unavailable", "message": "The drafts cannot be read just now."})
    turn.outcomes.append("drafted")
    listed = [_filed(turn, one, listed=True) for one in found[:MOST_LISTED]]
    empty = {"waiting": "No draft waits for your decision.", "mine": "You have no open drafts."}
    message = "" if listed else empty.get(which, "There are no open drafts that you may see.")
    turn.said.append(message)
    return as_json(
        {
            "status": "found",
            "which": which,
            "drafts": listed,
            "more": len(found) - len(listed),
            "message": message,
        }
    )


def _saved(turn: Turn, action: str, reference: str, resolution: Resolution, said: dict[str, str]) -> str:
    assert turn.desk is not None
    desk = turn.desk()
    name = resolution.order.name
    if any((one["action"], one["order"]) == (action, name) for one in turn.kept_drafts):
        raise CannotDraft(f"A draft of this kind for {name} was saved a moment ago; it stands below.")
    diagnosis = next((one for one in turn.diagnoses if one.order == name), None)
    code_writes = action in {"log_note", "message_customer"} and "text" not in said
    if diagnosis is None and (code_writes or action == "expedite_purchase"):
        diagnosis = diagnose(turn.person.session, resolution.order, now=turn.now, server=turn.server)
    given = dict(said)
    if diagnosis is not None:
        given |= _ours(action, said, diagnosis)
    ours = frozenset(given) - frozenset(said)
    doubts: list[str] = []
    for field in sorted(WORDS & said.keys()):
        if stands_in(said[field], turn.words):
            continue
        if has_address(said[field]):
            raise CannotDraft(
                "A drafted text carries no links and no addresses that the person did not write themselves."
            )
        # Of a language model: what it says is checked as an answer is, and its marks are for answers only.
        doubts += unproven(field, [one.sentence for one in grounding_of(turn, "").check(said[field]).failed])
        given[field] = without_marks(said[field])
        if not given[field]:
            raise CannotDraft(f"The {field} holds evidence marks and no words.")
        turn.asked_for.append(given[field])
    warnings = warnings_of(
        {**said, "order": name}, turn.words, order_reference=reference, said_days=_days(turn), ours=ours
    )  # fmt: skip
    warnings += doubts
    turn.asked_for += doubts  # they quote what is not proven, cut where it is long
    draft = desk.draft(
        turn.person, action, {**given, "order": name}, answer_id=turn.answer_id, thread_id=turn.conversation, warnings=warnings,
        diagnosis=diagnosis,
    )  # fmt: skip
    turn.outcomes.append("drafted")
    written = {field: given[field] for field in WORDS & said.keys() if is_a_models(field, warnings)}
    turn.asked_for += [one["after"] for one in draft.changes if _is_of(one["after"], written.values())]
    filed = _filed(turn, draft, listed=False)
    turn.said += [name, draft.undo, str(draft.verdict.get("text", "")), *draft.effects, *draft.warnings]
    turn.said += [part for change in draft.changes for part in change.values() if part]
    lines = [_line(change) for change in draft.changes]
    turn.said += lines
    return as_json(
        {
            "status": "drafted",
            "draft": {
                **filed, "lines": lines, "effects": list(draft.effects), "undo": draft.undo,
                "decides": draft.verdict.get("text", ""),
            },
            "note": "Saved as a draft; nothing was changed in Odoo. A person decides.",
        }
    )  # fmt: skip


def _is_of(text: str, written: Iterable[str]) -> bool:
    """Whether a preview shows a wish's words, whole or cut."""
    return len(text) >= SHORTEST_CUT and any(text.startswith(one) or one.startswith(text) for one in written)


def _line(change: Mapping[str, str]) -> str:
    """One line of the preview; what somebody will read stands below it, word by word."""
    before, after = change["before"], change["after"]
    head = f"- {change['record']}, {change['what']}:"
    if change["what"] in {"Message", "Note"} or len(after) > LONG:
        return f"{head}\n\n{after}"
    return f"{head} {before} → {after}" if before else f"{head} {after}"


def _ours(action: str, said: dict[str, str], diagnosis: Diagnosis) -> dict[str, str]:
    """What our own code fills in where the wish is silent."""
    if action == "message_customer" and "text" not in said:
        return {"text": customer_message(diagnosis)}
    if action == "log_note" and "text" not in said:
        return {"text": note(diagnosis)}
    if action != "expedite_purchase":
        return {}
    filled: dict[str, str] = {}
    purchase = said.get("purchase", "")
    if not purchase:
        behind = purchases_behind(diagnosis)
        if len(behind) > 1:
            raise CannotDraft(
                f"Several purchase orders hold it up: {', '.join(behind)}. Which one do you mean?"
            )
        if not behind:
            raise CannotDraft(
                f"No purchase order that you may read holds {diagnosis.order} up. Name the purchase order."
            )
        purchase = filled["purchase"] = behind[0]
    if "text" not in said:
        filled["text"] = vendor_reminder(purchase, diagnosis.promised if not diagnosis.is_late else None)
    return filled


def _order_behind(turn: Turn, purchase: str) -> str:
    """The order that waits for a purchase order longest; empty when none does."""
    if not purchase:
        return ""
    found = waiting_json(turn, purchase)
    orders = found.get("orders") or [] if found["status"] == "found" else []
    return str(orders[0]["order"]) if orders else ""


def _days(turn: Turn) -> list[tuple[date, date]]:
    spans = (find_days(one, turn.today, past=False) for one in turn.words)
    return [(one.first, one.last) for one in spans if one]


def _filed(turn: Turn, draft: Draft, *, listed: bool) -> dict[str, Any]:
    """The contract's JSON, kept for the answer; listed ones are told, not shown to be decided."""
    known = draft.to_json()
    body = {
        name: known[name]
        for name in ("draft_id", "version", "action", "summary", "risk", "approver_roles", "expires_at", "state", "order", "warnings")
    }  # fmt: skip
    if is_a_models("summary", draft.warnings) and draft.action == "assign_activity":
        turn.asked_for.append(str(draft.payload.get("summary", "")))
        if listed:  # the words of an earlier turn's model are on the card, and are no part of what code says
            body["summary"] = f"{ACTION_NAMES[draft.action]}: {draft.order}"
    body |= {"listed": listed, "undecided": draft.state in UNDECIDED}
    turn.drafts = [one for one in turn.drafts if one["draft_id"] != draft.draft_id or not listed]
    if not any(one["draft_id"] == draft.draft_id for one in turn.drafts):
        turn.drafts.append(body)
    turn.said += [body["summary"], draft.order, draft.draft_id, draft.requester_name]
    return body


def _not_drafted(turn: Turn, message: str, **also: str) -> str:
    turn.outcomes.append("not_drafted")
    turn.said.append(message)
    return as_json({"status": "not_drafted", "message": message, **also})
