"""What a sentence says that we have done: ``I have split the order``. The copilot changes nothing; a draft that was saved or executed
in the turn's results is all that can support it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from copilot.grounding.claims import without_quotes
from copilot.grounding.text import folded

DEEDS: dict[str, str] = {
    "done: split": r"split",
    "done: informed": r"informed|notified|emailed|e-mailed|contacted|messaged|warned|alerted|told|phoned|reminded|chased",
    "done: approved": r"approved|authori[sz]ed|signed off",
    "done: sent": r"sent|mailed|submitted",
    "done: changed": r"changed|updated|amended|modified|corrected|rescheduled|postponed|brought forward|adjusted|rebooked|moved",
    "done: executed": (
        r"done(?! on the (?:card|desk))|carried out|executed|arranged|taken care of|handled|sorted out"
        r"|fixed|solved|resolved|performed|implemented|dealt with"
    ),
    "done: assigned": r"assigned|escalated",
    "done: expedited": r"expedited",
    "done: substituted": r"substituted|replaced|swapped",
    "done: moved": r"reallocated|transferred",
    "done: credited": r"refunded|credited|reimbursed",
    "done: drafted": r"drafted|saved as a draft",
}
"""Deeds -> participles; said of a thing (``the split is done``) or of ourselves (``we have split it``)."""

OTHER_DEED = "done: other"
"""A deed without a name of its own."""

_BY_ACTION: dict[str, tuple[str, ...]] = {
    "split_delivery": ("split",),
    "source_from_warehouse": ("moved", "changed"),
    "reallocate_stock": ("moved", "changed"),
    "release_ship_complete": ("changed",),
    "change_promise_date": ("changed",),
    "change_carrier": ("changed",),
    "substitute_product": ("substituted", "changed"),
    "expedite_purchase": ("expedited", "informed", "sent"),
    "request_credit_review": ("informed", "assigned"),
    "message_customer": ("informed", "sent"),
    "log_note": (),
    "assign_activity": ("assigned",),
}
_APPROVED = frozenset({"approved", "claimed", "executing", "uncertain", "executed"})

_WE = re.compile(
    r"\b(?:i|we)(?:'ve|'d)?(?: (?:have|had|has))?(?: (?:not|never|just|already|also|now|then|since|both|\w+ly))* ([a-z-]+)"
)
_WE_WILL = re.compile(
    r"\b(?:i|we)(?: will|'ll| am going to| are going to|'m going to| shall)(?: (?:now|also|then|\w+ly))* ([a-z-]+)"
)
_AND = re.compile(r"(?:,| and|, and)(?: (?:also|then|now|already|have|\w+ly))* ([a-z-]+)")
_DID = re.compile(
    r"(?:[a-z-]{3,}ed|split|sent|told|put|set|made|gave|given|took|taken|wrote|written|let|paid|bought|sold|cut|shut|rang|spoke|spoken|got|held|began"
    r"|brought|did|done|kept|left|built|chose|chosen|went)"
)
_SUPPOSED = re.compile(
    r"\b(?:if|whether|once|unless|before|when|until|as soon as|should (?:we|i)|not|never|cannot|nothing|nobody)\b"
)
"""In front of a deed: it is planned, asked or denied, not claimed."""
_READING = re.compile(
    r"(?:need|looked|read|found|checked|searched|compared|counted|listed|named|assumed|asked|used|considered|quoted|cited|understood|based|left"
    r"|bought|kept|answered|mentioned|explained|noted|verified|included|ranked|proceed|promised|owed|ordered|shipped|reserved|received|delivered|planned"
    r"|expected|confirmed|stopped|translated|summari[sz]ed|calculated|reckoned|worked|started|tried|wanted|limited|missed|repeated|reviewed"
    r"|examined|described|exceed|feed|indeed|rounded|added|marked|skipped|dropped|omitted|converted|relied|followed|dated|measured)"
)
"""What the copilot does, and what a company may say of its own orders: that is checked as a state."""
_WILL_NOT_DO = re.compile(
    r"(?:split|send|inform|notify|tell|email|call|contact|approve|change|update|book|cancel|release|move|assign|expedite|order|ship|reserve|refund"
    r"|credit|waive|escalate|arrange|reschedule|confirm|message|remind|chase|execute|pay)"
)


def claimed_deeds(sentence: str) -> Iterator[tuple[str, str]]:
    """(deed, its words) for each thing that a sentence says ``I`` or ``we`` did or will do; ``done: other`` for one without a name of
    its own. Nothing for what is denied."""
    text = folded(without_quotes(sentence))
    for clause in re.split(r"[;:()]|\. ", text):
        for match in _WE.finditer(clause):
            if _SUPPOSED.search(clause[: match.end()]):
                continue
            verbs = [match[1]] if _DID.fullmatch(match[1]) else []
            if verbs:
                verbs += [one[1] for one in _AND.finditer(clause[match.end() :]) if _DID.fullmatch(one[1])]
            for verb in verbs:
                if not _READING.fullmatch(verb):
                    yield deed_of(verb), f"{match[0]} … {verb}" if verb != match[1] else match[0]
        for match in _WE_WILL.finditer(clause):
            if (
                not _SUPPOSED.search(clause[: match.end()])
                and _WILL_NOT_DO.fullmatch(match[1])
                and not clause[match.end() :].startswith(" you")
            ):
                yield OTHER_DEED, match[0]


def deed_of(verb: str) -> str:
    """The deed that a participle means."""
    if verb in {"saved", "prepared", "written", "wrote"}:
        return "done: drafted"
    return next((deed for deed, words in DEEDS.items() if re.fullmatch(words, verb)), OTHER_DEED)


def facts_of_draft(own: Mapping[str, Any]) -> Iterable[tuple[str, bool]]:
    """What a draft in a tool's result means as deeds: that it was drafted; approved and done only by its state."""
    if "draft_id" not in own or "action" not in own:
        return
    yield "done: drafted", True
    state = str(own.get("state", ""))
    if state in _APPROVED:
        yield "done: approved", True
    if state == "executed":
        yield "done: executed", True
        for deed in _BY_ACTION.get(str(own["action"]), ()):
            yield f"done: {deed}", True
