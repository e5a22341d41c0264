"""What is said about one order, from its diagnosis: the answer to what was asked first, then the proof, then the next step.

The chat shows all causes in a card of their own, so the text says the leading one and what decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from copilot.models.playbook.intents import Intent
from copilot.models.playbook.quoting import as_list, quotes
from copilot.models.playbook.searching import contract_step, sop_step
from copilot.models.playbook.steps import Read
from copilot.models.playbook.topics import SUBSTITUTION, clause_for, rule_question
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.wording import ROLE_NAMES, blocks, dates, day, marked, marks, span, without_stop

SHORT_QUOTE = 150
"""Characters of a clause beside a diagnosis."""
NOTHING_RELEVANT = "I found nothing about that in the documents you may read. Ask the owner of the SOPs, or put it in other words."
FOR_YOU = "**For you, not for the customer:**"
COPY_ONLY = "I save and send nothing; copy what you need."


def one_order(
    asked: Understanding,
    intent: Intent,
    diagnosis: dict[str, Any],
    reads: Sequence[Read],
    *,
    role: str,
    several: bool,
) -> str:
    """The answer about one order.

    Args:
        several: one of several orders in the answer: only what is most needed.
    """
    if asked.style == "short":
        return blocks([_headline(diagnosis), _expected(diagnosis) or _cause(diagnosis)])
    match intent:
        case "when":
            parts = [
                *_when(asked, diagnosis),
                _cause(diagnosis),
                "" if several else _next(diagnosis, role, most=1),
            ]
        case "blocks":
            parts = [
                _headline(diagnosis),
                _causes(diagnosis, 3),
                "" if several else _next(diagnosis, role, most=1),
            ]
        case "owner":
            parts = [_headline(diagnosis), _owners(diagnosis)]
        case "customer_message":
            parts = [_tell_customer(diagnosis), FOR_YOU, _headline(diagnosis), _cause(diagnosis)]
            parts += [_clause(diagnosis, reads, role)]
        case "note":
            parts = [
                f"**Note for {diagnosis['order']}, to copy:**",
                _headline(diagnosis),
                _causes(diagnosis, 2),
            ]
            parts += [_expected(diagnosis), COPY_ONLY]
        case "follow_up":
            parts = [
                _headline(diagnosis),
                _cause(diagnosis),
                _next(diagnosis, "purchasing", most=2),
                COPY_ONLY,
            ]
        case "policy":
            parts = [
                _rules(rule_question(asked.question), reads, most=3),
                _headline(diagnosis),
                _cause(diagnosis),
            ]
        case "substitute":
            parts = [_rules(SUBSTITUTION, reads, most=2), _headline(diagnosis), _cause(diagnosis)]
        case "unclear":
            parts = [_headline(diagnosis)]
        case _:
            parts = [
                _headline(diagnosis),
                _causes(diagnosis, 1 if several else _how_many_causes(diagnosis, role)),
            ]
            parts += [_expected(diagnosis)]
            if not several and not asked.also:
                parts += [_clause(diagnosis, reads, role)]
                parts += ["" if _is_own(diagnosis, role) else _procedure(diagnosis, reads)]
            if not several:
                parts += [_next(diagnosis, role, most=1)]
    return blocks(parts)


def also_about(
    asked: Understanding, intent: Intent, diagnosis: dict[str, Any], reads: Sequence[Read], role: str
) -> str:
    """What the second question of a breath adds to an answer that has said how the order stands."""
    match intent:
        case "when" | "where":
            return _expected(diagnosis)
        case "owner":
            return _owners(diagnosis)
        case "customer_message":
            return _tell_customer(diagnosis)
        case "policy":
            return _rules(rule_question(asked.second or asked.question), reads, most=2)
        case "substitute":
            return _rules(SUBSTITUTION, reads, most=2)
        case "blocks" | "why_late":
            return _causes(diagnosis, 3)
        case "note" | "follow_up":
            return COPY_ONLY
        case _:
            return ""


def _headline(diagnosis: dict[str, Any]) -> str:
    order, customer, shown = diagnosis["order"], diagnosis["customer"], marks(diagnosis["order_evidence"])
    promised, days = diagnosis["promised"], diagnosis["days_late"]
    who = f"{order} for {customer}" if customer else order
    codes = [cause["code"] for cause in diagnosis["causes"]]
    if codes == ["on_time"]:
        if diagnosis["causes"][0]["certainty"] != "proven":
            return f"**Nothing that you may read says that {who} is late.** {diagnosis['causes'][0]['summary']} {shown}"
        if promised and days is None:  # nothing to ship: there is no promise to keep
            return f"**{who} is on time.** {diagnosis['causes'][0]['summary']} {shown}"
        if promised and diagnosis["promise_basis"] != "commitment_date":
            return f"**{who} is on time.** Nobody promised a day; Odoo's own expected date is {day(promised)} {shown}."
        return f"**{who} is on time.** " + (
            f"It is promised for {day(promised)} {shown}." if promised else ""
        )
    if not diagnosis["is_late"] and promised:
        return f"**{who} is not late yet.** It is promised for {day(promised)} {shown}."
    if promised is None:
        return f"**{who} has no promised date**, so nothing says how late it is {shown}."
    if not days:
        return f"**{who} will miss its promise** of {day(promised)} {shown}."
    basis = (
        ""
        if diagnosis["promise_basis"] == "commitment_date"
        else " (Odoo's own expected date; nobody promised another)"
    )
    return f"**{who} is {days} {'day' if days == 1 else 'days'} late**: it was promised for {day(promised)}{basis} {shown}."


def _real(diagnosis: dict[str, Any]) -> list[dict[str, Any]]:
    return [cause for cause in diagnosis["causes"] if cause["code"] != "on_time"]


def _how_many_causes(diagnosis: dict[str, Any], role: str) -> int:
    """The leading cause; the second with it when that is the one the person who asks can act on."""
    return 2 if _is_own(diagnosis, role) else 1


def _is_own(diagnosis: dict[str, Any], role: str) -> bool:
    """The second cause, not the first, belongs to the person who asks."""
    owners = [cause["owner_role"] for cause in _real(diagnosis)[:2]]
    return len(owners) == 2 and owners[1] == role != owners[0]


def _cause(diagnosis: dict[str, Any]) -> str:
    causes = _real(diagnosis)
    if not causes:
        return ""
    told = marked(causes[0]["summary"], causes[0]["evidence"], most=1)
    return told + _unproven(causes[0], diagnosis["not_read"])


def _causes(diagnosis: dict[str, Any], most: int) -> str:
    causes = _real(diagnosis)
    if len(causes[:most]) < 2:
        return _cause(diagnosis)
    lines = [
        f"{number}. {marked(cause['summary'], cause['evidence'], most=1)}{_unproven(cause, diagnosis['not_read'])}"
        for number, cause in enumerate(causes[:most], start=1)
    ]
    return "\n".join(lines)


def _unproven(cause: dict[str, Any], not_read: Sequence[str]) -> str:
    """What a reader must know of a cause that is not proven."""
    if cause["certainty"] == "proven":
        return ""
    # What this person may not read is told once, at the end.
    unknown = [one for one in cause["missing"] if one not in not_read]
    missing = f" Not known: {'; '.join(one.rstrip('.') for one in unknown)}." if unknown else ""
    return f" {cause['certainty'].capitalize()}, not proven.{missing}"


def _expected(diagnosis: dict[str, Any]) -> str:
    """The new date; where there is none, why not."""
    expected = diagnosis["expected"]
    when = dates(expected)
    if diagnosis["causes"] and diagnosis["causes"][0]["code"] in {"on_time", "cancelled"} and not when:
        return ""
    if not when:
        why = marked(expected["reasoning"], expected["evidence"], most=1)
        return f"**Expected:** no date can be given. {why}".rstrip()
    return f"**Expected:** {when} {marks(expected['evidence'])}."


def _when(asked: Understanding, diagnosis: dict[str, Any]) -> list[str]:
    """The date first; whether it is in time for a day that was named."""
    expected = diagnosis["expected"]
    why = marked(expected["reasoning"], expected["evidence"], most=1) if expected["earliest"] else ""
    parts = [f"{_expected(diagnosis)} {why}".strip(), _headline(diagnosis)]
    if not asked.days:
        return parts
    wanted = asked.days.last.isoformat()
    if not expected["earliest"]:
        verdict = "**By the day you name:** the records do not allow a yes."
    elif expected["earliest"] > wanted:
        verdict = "**By the day you name:** no."
    elif expected["latest"] and expected["latest"] <= wanted:
        verdict = "**By the day you name:** yes, as far as the records go."
    else:
        verdict = "**By the day you name:** it may, but the records do not promise it."
    return [verdict, *parts]


def _owners(diagnosis: dict[str, Any]) -> str:
    """Who has to act, what blocks first leading."""
    lines: dict[str, str] = {}
    for cause in _real(diagnosis):
        who = ROLE_NAMES.get(cause["owner_role"], cause["owner_role"])
        if who not in lines and cause["next_steps"]:
            step = without_stop(cause["next_steps"][0])
            lines[who] = f"- {who}: {step} {marks(cause['evidence'], 2)}".rstrip() + "."
    return "\n".join(["**Who has to act, what blocks first leading:**", *lines.values()]) if lines else ""


def _next(diagnosis: dict[str, Any], role: str, *, most: int) -> str:
    """The next steps; those of the person who asks come first."""
    causes = _real(diagnosis)[:3]
    own_first = sorted(causes, key=lambda cause: cause["owner_role"] != role)
    lines: list[str] = []
    for cause in own_first:
        for step in cause["next_steps"][:1]:
            who = ROLE_NAMES.get(cause["owner_role"], cause["owner_role"])
            line = f"- {who}: {without_stop(step)} {marks(cause['evidence'], 2)}".rstrip() + "."
            if line not in lines:
                lines.append(line)
    return "\n".join(["**Next:**", *lines[:most]]) if lines else ""


def _tell_customer(diagnosis: dict[str, Any]) -> str:
    """What the customer may be told: the date, never our reasons in detail, vendors, stock or money."""
    expected = diagnosis["expected"]
    order, when = diagnosis["order"], span(expected)
    if not diagnosis["is_late"]:
        return f"**You can tell the customer:** your order {order} is on schedule for {day(diagnosis['promised'])}."
    sorry = f"**You can tell the customer:** we are sorry that your order {order} is delayed"
    if when and expected["latest"]:
        return (
            f"{sorry}; we now expect to ship it {when} {marks(expected['evidence'])}. "
            "Read it once more before you send it; I send nothing."
        )
    return (
        f"{sorry}; we will come back with a date as soon as it is confirmed. "
        "Name no date yet: the records do not allow one."
    )


def _clause(diagnosis: dict[str, Any], reads: Sequence[Read], role: str) -> str:
    """The clause of the customer's contract that decides."""
    if not diagnosis["is_late"]:
        return ""
    query = clause_for([cause["code"] for cause in diagnosis["causes"]], role)
    return _led(
        "**The contract says:**",
        _answering(contract_step(query, diagnosis["customer_ref"]).arguments, reads),
        query,
    )


def _procedure(diagnosis: dict[str, Any], reads: Sequence[Read]) -> str:
    """What the SOP says to do about what blocks first."""
    if not diagnosis["is_late"]:
        return ""
    step = sop_step(diagnosis["causes"][0]["code"])
    return _led("**Our procedure says:**", _answering(step.arguments, reads), str(step.arguments["query"]))


def _answering(arguments: dict[str, Any], reads: Sequence[Read]) -> list[Read]:
    return [read for read in reads if read.tool == "search_documents" and read.arguments == arguments]


def _led(lead: str, searched: Sequence[Read], query: str) -> str:
    found = quotes(searched, query, most=1, longest=SHORT_QUOTE)
    return f"{lead} {found[0]}" if found else ""


def _rules(query: str, reads: Sequence[Read], *, most: int) -> str:
    searched = [
        read for read in reads if read.tool == "search_documents" and read.arguments.get("query") == query
    ]
    return as_list(quotes(searched, query, most=most)) or NOTHING_RELEVANT


def not_diagnosed(read: Read) -> str:
    """Why there is nothing to say about a reference."""
    result, asked_for = read.result, str(read.arguments.get("reference", ""))
    match result.get("status"):
        case "not_found":
            return (
                f"I found no order for “{asked_for}” among the records you may see. Check the number, or try the customer's reference, "
                "the delivery or the tracking number."
            )
        case "several":
            lines = [
                f"- {one['order']}, {one['customer']}"
                + (f", promised {day(one['promised'])}" if one["promised"] else "")
                + f" [{one['id']}]"
                for one in result["candidates"]
            ]
            more = " There are more." if result.get("not_listed") else ""
            return f"Several orders fit “{asked_for}”. Which one do you mean?{more}\n\n" + "\n".join(lines)
        case "not_permitted":
            said = str(result.get("message", ""))
            return " ".join(
                f"Odoo does not let you read that order. {said} Ask a supervisor, who may.".split()
            )
        case _:
            return f"I could not read “{asked_for}” in Odoo. {result.get('message', 'Try again in a minute.')}".strip()


def is_plain(name: str) -> bool:
    """A name that can stand in a suggestion."""
    return bool(re.fullmatch(r"[\w &'’.,/-]{2,60}", name))
