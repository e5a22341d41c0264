"""A decision that was clicked on a draft's card in the chat (RELIABILITY T9).

Whatever a browser sends is a claim: it names a draft, the version that was shown, and the nonce that was given to this person for it.
Who decides comes from the session, what is decided from the store, with the rights of this moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from copilot.drafts.errors import DraftChanged, NotYours
from copilot.errors import NotFound

if TYPE_CHECKING:
    from copilot.conversation import Copilot
    from copilot.drafts.draft import Draft
    from copilot.identity import Person

APPROVE = "approve_draft"
REJECT = "reject_draft"
SUBMIT = "submit_draft"
CANCEL = "cancel_draft"
"""Names of the card's actions; `public/elements/DraftCard.jsx` calls them."""

_CARRIES: Mapping[str, frozenset[str]] = {
    APPROVE: frozenset({"draft_id", "version", "nonce"}),
    REJECT: frozenset({"draft_id", "version", "nonce", "reason"}),
    # Of one's own draft only, whoever is told so by the session: nothing is decided, so no nonce is needed.
    SUBMIT: frozenset({"draft_id", "version"}),
    CANCEL: frozenset({"draft_id", "version"}),
}
LONGEST_REASON = 2000
_NO_BUTTON = "This button is no longer valid. Open the draft on the desk and decide there."
ON_THE_DESK = "A draft of high risk is decided on the desk, on a page of its own."


def decide(copilot: Copilot, person: Person, action: str, payload: object) -> Draft:
    """Approve (and run, where that completes the approval) or reject what a card showed; hand in one's own draft, or take it back.

    Args:
        action: `APPROVE`, `REJECT`, `SUBMIT` or `CANCEL`.
        payload: as the browser sent it.

    Raises:
        NotFound: the payload is not one of ours, or there is no such draft for this person.
        DraftError, TooMany, OdooError: as `Drafts.approve`, `Drafts.reject`, `Desk.submit` and `Drafts.cancel`.
    """
    if not isinstance(payload, Mapping) or set(payload) != _CARRIES[action]:
        raise NotFound(_NO_BUTTON)
    draft_id, version, nonce = payload["draft_id"], payload["version"], payload.get("nonce", "")
    names = [payload[key] for key in ("draft_id", "nonce") if key in payload]
    if not all(map(_is_name, names)) or isinstance(version, bool) or not isinstance(version, int):
        raise NotFound(_NO_BUTTON)
    person = copilot.identity.current(person, at_once=True)
    desk = copilot.desk
    draft = desk.drafts.look(person, draft_id)
    if draft.version != version:
        raise DraftChanged(
            "This draft was changed since it was shown to you. Open it again and decide on what stands there."
        )
    if action == SUBMIT:
        return desk.submit(person, draft_id)
    if action == CANCEL:
        return desk.cancel(person, draft_id)
    if action == REJECT:
        reason = payload["reason"]
        if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
            raise NotFound(_NO_BUTTON)
        return desk.reject(person, draft_id, version=version, digest=draft.digest, token=nonce, reason=reason)
    if draft.risk == "high":
        raise NotYours(ON_THE_DESK)
    return desk.approve(person, draft_id, version=version, digest=draft.digest, token=nonce)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 64 and value.isascii() and value.isprintable()
