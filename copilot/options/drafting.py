"""A chosen option becomes drafts: its actions, and the message that tells the customer. Nothing is changed in Odoo; people decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from copilot.drafts.draft import Draft
from copilot.errors import NotFound
from copilot.identity import Person
from erp_tools.actions.action import CannotDraft

if TYPE_CHECKING:
    from copilot.drafts.desk import Desk


def draft_option(
    desk: Desk,
    person: Person,
    option: Mapping[str, Any],
    *,
    order: str,
    answer_id: str = "",
    thread_id: str = "",
) -> tuple[list[Draft], list[str]]:
    """Drafts of everything an option takes, the actions first, then the customer's message.

    Args:
        option: as a comparison gives it; from our own store or made anew, never from a browser.

    Returns:
        The drafts, and what could not be drafted, in words. A split and the vendor's message are drafts of their own: each is decided
        alone.

    Raises:
        CannotDraft: the option is ruled out, or there is no action that carries it out; says why.
        DraftRefused, TooMany, OdooError: as `Desk.draft`, for the first of them.
    """
    if option.get("ruled_out"):
        raise CannotDraft(str(option["why_not"]))
    wishes = list(option.get("drafts") or ())
    if not wishes:
        raise CannotDraft("There is nothing to draft for it.")
    missing: list[str] = []
    made: list[Draft] = []
    for one in wishes:
        wanted = {**one["wanted"], "order": order}
        try:
            made.append(desk.draft(person, one["action"], wanted, answer_id=answer_id, thread_id=thread_id))
        except CannotDraft as error:
            mine = person.session.user.name
            if one["action"] != "assign_activity" or wanted.get("to") == mine:
                raise
            missing.append(f"The activity is yours: {error}")
            wanted["to"] = mine
            made.append(desk.draft(person, one["action"], wanted, answer_id=answer_id, thread_id=thread_id))
    if text := str(option.get("customer_message") or ""):
        try:
            made.append(
                desk.draft(
                    person,
                    "message_customer",
                    {"order": order, "text": text},
                    answer_id=answer_id,
                    thread_id=thread_id,
                )
            )
        except CannotDraft as error:
            missing.append(f"The message to the customer was not drafted: {error}")
    return made, missing


def option_called(comparison: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The option with this key, kind, or number from 1 as it is listed.

    Raises:
        NotFound: there is none; names those that can be drafted.
    """
    options = list(comparison["options"])
    if key.isdigit() and 1 <= int(key) <= len(options):
        return dict(options[int(key) - 1])
    wanted = key.casefold()
    found = next((one for one in options if one["key"].casefold() == wanted), None)
    found = found or next((one for one in options if one["kind"] == wanted and not one["ruled_out"]), None)
    if found is None:
        keys = ", ".join(one["key"] for one in options if one["drafts"]) or "none"
        raise NotFound(f"There is no option called {key!r}. These can be drafted: {keys}.")
    return dict(found)
