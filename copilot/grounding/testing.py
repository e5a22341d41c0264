"""Answers to try grounding on: real ones of the recorded demo, the same facts in other words, and one fact of them falsified.

`answers_of` asks a copilot about many orders and documents as many people. `falsified` changes one fact of one answer: which kind of
fact is asked for, which place is taken is drawn from a seeded source. A change that leaves the answer true is not made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from copilot.brains import BrainText, Talk
from copilot.conversation import parsed
from copilot.evidence_book import MARK
from copilot.grounding.check import Grounded, Grounding
from copilot.grounding.claims import claims_of
from copilot.grounding.text import folded
from copilot.models.playbook.brain import PlaybookBrain

if TYPE_CHECKING:
    from copilot.conversation import Copilot
    from copilot.identity import Person

KINDS = (
    "number", "date", "unit", "reference", "swapped order", "negation", "wrong rule", "wrong citation", "comparison", "count", "name",
    "state", "cause", "today", "hedge", "free cause", "unquoted rule", "done by us", "wrong sum",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Written:
    """An answer and everything to check it with."""

    question: str
    text: str
    grounding: Grounding
    names: tuple[str, ...]
    """Names of customers, vendors, carriers and warehouses that its evidence holds."""
    marks: tuple[str, ...]
    orders: tuple[str, ...]
    quotes: tuple[str, ...]
    today: date
    source: str
    """``playbook``, or ``prose``: the same facts in words that no code of the product uses."""


@dataclass(frozen=True, kw_only=True)
class Falsified:
    """An answer with one fact changed."""

    answer: Written
    kind: str
    text: str
    before: str
    """The line as it was."""
    after: str
    """The line with the change."""

    def caught(self) -> bool:
        """True when the changed line does not come out as it went in."""
        grounded = self.answer.grounding.check(self.text)
        return _bare(self.after) not in [_bare(line) for line in grounded.text.splitlines()]

    def check(self) -> Grounded:
        return self.answer.grounding.check(self.text)


def demo_answers(copilot: Copilot) -> list[Written]:
    """About 500 answers of the recorded demo: all roles, many orders and documents."""
    from erp_tools.demo.truth import expected, expected_on_time

    late, on_time = sorted(expected()), sorted(expected_on_time())
    asked = {
        "service": [f"Why is {name} late?" for name in late[::4]] + list(_RULES),
        "purchasing": [f"Why is {name} late?" for name in late[1::4]],
        "supervisor": [
            f"Why are {one} and {other} late?" for one, other in zip(late[2::16], late[5::16], strict=False)
        ]
        + [f"Is {name} delayed?" for name in on_time[::3]],
        "sales": [f"What can I tell the customer about {name}?" for name in late[2::16]]
        + [f"When will {name} ship?" for name in on_time[1::3]],
        "finance": [f"Why is {name} late?" for name in late[::16]],
        "compliance": [f"May we split {name}?" for name in late[3::18]],
    }
    found: list[Written] = []
    for login, questions in asked.items():
        found += answers_of(copilot, [copilot.identity.sign_in(login, "demo")], questions)
    return found


_RULES = (
    "What does the contract of Meridian Foods say about partial shipments?",
    "What does the contract of Cascade Brewing Company say about late delivery?",
    "What is the cut-off of Atlas Freight?",
    "How do we handle backorders?",
    "What do we do when a purchase order is overdue?",
    "Who may release an order from credit hold?",
    "Which orders are at risk?",
    "Which of Meridian Foods' orders are at risk?",
    "What waits for P00031?",
    "How much Extra Virgin Olive Oil do we have?",
    "What are the open orders of Meridian Foods?",
    "Where is S00078?",
    "What changed on S00042 since Monday?",
    "When does P00031 arrive?",
    "What does Meridian Foods' contract say about penalties?",
    "Can we substitute the olive oil on S00042?",
)


def answers_of(copilot: Copilot, people: Iterable[Person], questions: Sequence[str]) -> Iterator[Written]:
    """Each question as each person: the playbook's answer, and prose about the same evidence."""
    for person in people:
        for question in questions:
            turn = copilot._new_turn(person)
            *_, written = PlaybookBrain().run(turn, Talk(question=question))
            if not isinstance(written, BrainText) or not turn.book.evidence():
                continue
            results = parsed(turn.results)
            grounding = Grounding(
                turn.book.evidence(), turn.book.citations(), today=turn.today, timezone=turn.timezone,
                question=question, said=turn.said, results=results,
            )  # fmt: skip
            diagnoses = [one for one in results if one.get("order")]
            made = Written(
                question=question, text=written.text, grounding=grounding, names=_names(turn.book.evidence()),
                marks=(
                    *(fact.id for fact in turn.book.evidence()),
                    *(passage.id for passage in turn.book.citations()),
                ),
                orders=tuple(one["order"] for one in diagnoses),
                quotes=tuple(one.quote for one in turn.book.citations()), today=turn.today, source="playbook",
            )  # fmt: skip
            yield made
            for style in range(STYLES):
                lines = [line for one in diagnoses for line in prose_of(one, turn.today, style)]
                if lines:
                    yield replace(made, text="\n".join(lines), source="prose")


STYLES = 3


def prose_of(diagnosis: dict[str, Any], today: date, style: int) -> list[str]:
    """True sentences about a diagnosis and its evidence, as a language model might put them, in one of `STYLES` ways."""
    order, [mark] = diagnosis["order"], diagnosis["order_evidence"][:1]
    late, lines = diagnosis["days_late"], []
    lines.append(
        (
            f"Today is {today:%A}, {today.day} {today:%b} {today.year}.",
            f"This is as of today, {today.day} {today:%B} {today.year}.",
            "I looked at Odoo today.",
        )[style]
    )
    if diagnosis["promised"] and diagnosis["is_late"]:
        when = _day_in_words(date.fromisoformat(diagnosis["promised"]), today, style)
        lines.append(
            (
                f"{diagnosis['customer']} was promised {order} for {when} [{mark}].",
                f"{order}, ordered by {diagnosis['customer']}, was promised for {when} [{mark}].",
                f"The promise for {order} was {when} [{mark}].",
            )[style]
        )
        if late:
            days = f"{late} {'day' if late == 1 else 'days'}"
            lines.append(
                (
                    f"By now {order} is running {days} late [{mark}].",
                    f"That makes {order} late by {days} [{mark}].",
                    f"{order} is {days} late today [{mark}].",
                )[style]
            )
    for fact in diagnosis["evidence"]:
        lines += _prose_of_fact(fact, today, style)
    causes = diagnosis["causes"]
    if 1 < len(causes) < 7:
        count = (
            ("no", "one", "two", "three", "four", "five", "six")[len(causes)] if style else str(len(causes))
        )
        lines.append(
            (
                f"I found {count} causes for {order}.",
                f"There are {count} reasons.",
                f"{order} has {count} causes.",
            )[style]
        )
    for cause in causes:
        if cause["code"] == "quality_hold" and "Quality Hold" not in cause["summary"]:
            continue
        if cause["code"] in _CAUSE_PHRASES and cause["evidence"]:
            marks = "".join(f"[{one}]" for one in cause["evidence"][:2])
            lines.append(f"{order} waits because {_CAUSE_PHRASES[cause['code']]} {marks}.")
    return lines


def _day_in_words(day: date, today: date, style: int) -> str:
    """The same day in the ways in which people write it."""
    ahead = (day - today).days
    if style == 0:
        return f"{day:%A}, {day.day} {day:%B} {day.year}"
    if style == 1:
        return f"{day:%b} {day.day}"
    if ahead in {-1, 1}:
        return {-1: "yesterday", 1: "tomorrow"}[ahead]
    if -7 <= ahead < 0:
        return f"last {day:%A}"
    return f"{day.day} {day:%b} {day.year}"


_CAUSE_PHRASES = {
    "credit_hold": "it is on credit hold",
    "quality_hold": "the goods are in quality hold",
    "price_mismatch": "there is a price dispute",
    "missing_documents": "a document is missing",
    "waiting_complete": "the shipping policy keeps the lines together",
    "inbound_not_ordered": "all there is is a request for quotation",
    "inventory_discrepancy": "the stock count does not agree",
}
_OTHER_CAUSES = (
    "the carrier delay goes on", "customs keeps the goods", "of the weather", "there is a backlog in the warehouse", "it is on credit hold",
    "the customer asked for a later day", "there is a price dispute", "the driver had an accident", "no carrier was booked",
)  # fmt: skip


def _prose_of_fact(fact: dict[str, Any], today: date, style: int) -> list[str]:
    mark, fields, lines = f"[{fact['id']}]", fact["fields"], []
    match fact["model"]:
        case "sale.order":
            if isinstance(fields.get("amount_total"), (int, float)) and fields.get("currency_id"):
                total, currency = f"{fields['amount_total']:,.2f}", fields["currency_id"]
                lines.append(
                    (
                        f"It is worth {total} {currency} in all {mark}.",
                        f"The total is {currency} {total} {mark}.",
                    )[style % 2]
                )
            if fields.get("carrier_id") not in (None, "", False, "masked"):
                lines.append(
                    (
                        f"The parcel goes with {fields['carrier_id']} {mark}.",
                        f"The carrier is {fields['carrier_id']} {mark}.",
                    )[style % 2]
                )
            if fields.get("state") == "Sales Order":
                lines.append(
                    (
                        f"{fields['name']} has been confirmed {mark}.",
                        f"{fields['name']} is confirmed {mark}.",
                    )[style % 2]
                )
        case "sale.order.line":
            missing, ordered = fields.get("quantity_missing"), fields.get("product_uom_qty")
            if missing and ordered:
                lines.append(
                    (
                        f"Of the {ordered:g} that were ordered, {missing:g} are missing {mark}.",
                        f"{missing:g} of the {ordered:g} are missing {mark}.",
                        f"There is {missing:g} missing of {ordered:g} {mark}.",
                    )[style]
                )
            reserved = fields.get("quantity_reserved")
            if missing and reserved and ordered == missing + reserved:
                lines.append(
                    (
                        f"{missing:g} are missing and {reserved:g} are reserved, together {ordered:g} {mark}.",
                        f"{reserved:g} are reserved, {missing:g} missing, in all {ordered:g} {mark}.",
                        f"Of the {ordered:g} that were ordered, {missing:g} are missing, so {reserved:g} remain {mark}.",
                    )[style]
                )
        case "purchase.order.line":
            if fields.get("qty_received") == 0:
                lines.append(
                    (
                        f"{fields['order_id']} has not arrived yet {mark}.",
                        f"Nothing of {fields['order_id']} has been received {mark}.",
                    )[style % 2]
                )
            if fields.get("date_planned"):
                planned = date.fromisoformat(str(fields["date_planned"])[:10])
                ago = (today - planned).days
                if ago > 1:
                    lines.append(
                        f"{fields['partner_id']} owed {fields['order_id']} by {planned:%b} {planned.day}, that is {ago} days ago {mark}."
                    )
        case "stock.quant":
            free, quantity, reserved = (
                fields.get(name) or 0 for name in ("free_quantity", "quantity", "reserved_quantity")
            )
            if free and quantity:
                where = fields["warehouse_id"]
                lines.append(
                    (
                        f"There are {free:g} free in {where} {mark}.",
                        f"{where} has {free:g} available {mark}.",
                    )[style % 2]
                )
            if free > 0 and reserved > 0 and quantity == free + reserved:
                lines.append(
                    (
                        f"{free:g} are free and {reserved:g} are reserved, together {quantity:g} {mark}.",
                        f"Of the {quantity:g} there, {reserved:g} are reserved, so {free:g} remain {mark}.",
                    )[style % 2]
                )
            if quantity > reserved > 0:
                lines.append(f"The {quantity:g} there are more than the {reserved:g} reserved {mark}.")
        case "stock.picking":
            if fields.get("state") == "Ready":
                lines.append(f"{fields['name']} is ready {mark}.")
            if fields.get("state") == "Done":
                lines.append(
                    (f"{fields['name']} has left {mark}.", f"{fields['name']} has been shipped {mark}.")[
                        style % 2
                    ]
                )
        case _:
            pass
    return lines


def falsified(
    answer: Written, kind: str, source: random.Random, others: Sequence[Written]
) -> Falsified | None:
    """One fact of this kind changed, or None where the answer has none to change."""
    lines = answer.text.splitlines()
    places = list(range(len(lines)))
    source.shuffle(places)
    for place in places:
        line = lines[place]
        changed = _CHANGES[kind](line, answer, source, others)
        if changed is None or _bare(changed) == _bare(line) or _still_true(line, changed):
            continue
        return Falsified(
            answer=answer, kind=kind, before=line, after=changed,
            text="\n".join([*lines[:place], changed, *lines[place + 1 :]]),
        )  # fmt: skip
    return None


def _still_true(before: str, after: str) -> bool:
    return re.sub(r"\W", "", before) == re.sub(r"\W", "", after)


def _bare(line: str) -> str:
    return folded(line).strip(" -*")


def _number(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    head = 4 if re.match(r"\s*\d+\. ", line) else 0
    found = [
        match
        for match in re.finditer(r"(?<![\w./,-])(?<!§ )\d[\d,]*(?:\.\d+)?(?![\w./-]|\.\d|,\d)", line)
        if match.start() >= head
        and not re.match(rf" (?:{_MONTHS})", line[match.end() :])
        and not re.search(rf"(?:{_MONTHS}),? $|(?:{_MONTHS}) \d{{1,2}},? $", line[: match.start()])
        and not _in_label(line, match.start())
    ]
    if not found:
        return None
    one = source.choice(found)
    value = float(one[0].replace(",", ""))
    other = value * 10 if source.random() < 0.2 else value + source.choice([-3, -2, -1, 1, 2, 3, 5, 7, 11])
    other = other if other > 0 else value + 4
    written = f"{other:,.2f}" if "." in one[0] else f"{other:.0f}"
    return line[: one.start()] + written + line[one.end() :]


_MONTHS = (
    "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|January|February|March|April|June|July|August"
    "|September|October|November|December"
)
_DATE = re.compile(rf"\b(\d{{1,2}}) ({_MONTHS}) (\d{{4}})\b")


def _in_label(line: str, at: int) -> bool:
    """Inside ``[K1] (Title, 5.2)``."""
    return any(
        match.start() < at < match.end()
        for match in re.finditer(r"\]\s*\([^()]*(?:\([^()]*\)[^()]*)*\)", line)
    )


def _date(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    found = [match for match in _DATE.finditer(line) if not _in_label(line, match.start())]
    if not found:
        return None
    one = source.choice(found)
    month = [name[:3] for name in _MONTHS.split("|")[:12]].index(one[2][:3]) + 1
    day = date(int(one[3]), month, int(one[1])) + timedelta(
        days=source.choice([-9, -6, -4, -2, -1, 1, 2, 3, 5, 8, 30, 365])
    )
    return f"{line[: one.start()]}{day.day} {day:%b} {day.year}{line[one.end() :]}"


def _swap(line: str, source: random.Random, pairs: Sequence[tuple[str, str]]) -> str | None:
    """One of the pairs' left sides, where the line has it, replaced by its right side."""
    found = [
        (match, right)
        for left, right in pairs
        for match in re.finditer(left, line)
        if not _in_label(line, match.start())
    ]
    if not found:
        return None
    match, right = source.choice(found)
    return line[: match.start()] + match.expand(right) + line[match.end() :]


def _unit(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    return _swap(
        line, source,
        [(r"(\d) days\b", r"\1 weeks"), (r"(\d) days\b", r"\1 hours"), (r"(\d) Business Days\b", r"\1 weeks"), (r"\bUSD\b", "EUR"),
         (r"(\d)%", r"\1 days"), (r"(\d) kg\b", r"\1 lb"), (r"(\d) L\b", r"\1 kg"), (r"(\d) Drum", r"\1 Pallet"), ((
r"working day\b"
), "week"),
         (r"Case of (\d)", r"Pallet of \1"), (r"Box of (\d)", r"Drum of \1"), ((
r"(\d) (?:are|units are) (free|missing|reserved)"
), r"\1 pallets are \2")],
    )  # fmt: skip


_ORDER = re.compile(r"\b(?:S\d{5}|P\d{5}|[A-Z]+/[A-Z]+/\d{5})\b")


def _reference(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    found = list(_ORDER.finditer(line))
    if not found:
        return None
    one = source.choice(found)
    digits = f"{(int(one[0][-5:]) + source.randint(1, 60)) % 100000:05d}"
    return line[: one.start()] + one[0][:-5] + digits + line[one.end() :]


def _swapped_order(
    line: str, answer: Written, source: random.Random, others: Sequence[Written]
) -> str | None:
    if " causes" in line:
        return None  # as many causes may be true of the other order too
    here = [one for one in answer.orders if one in line]
    there = [one for one in answer.orders if one not in line]
    return line.replace(here[0], source.choice(there)) if here and there else None


def _negation(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    own = re.sub(r"“[^”]*”", lambda quote: "\0" * len(quote[0]), line)
    found = [
        (match, right)
        for left, right in (
            (r"\bhas not\b", "has"), (r"\bare not\b", "are"), (r"\bis not\b(?! late yet)", "is"), (r"\bcannot\b", "can"),
            (r"\bhas been\b", "has not been"), (r"\bis still\b", "is no longer"), (r"\bare free\b", "are not free"),
            (r"\bis ready\b", "is not ready"), (r"\bhas left\b", "has not left"), (r"\bleft on\b", "did not leave on"),
            (r"\bwas due\b", "was not due"), (r"\bis due\b", "is not due"), (r"\bis held\b", "is not held"), ((
r"\bwere ordered\b"
), "were not ordered"),
            (r"\bis open\b", "is not open"), (r"\bare missing\b", "are not missing"), (r"\bis past\b", "is not past"),
            (r"\bcan leave\b", "cannot leave"), (r"\bis no forecast\b", "is a forecast"), (r"\bthere is no date\b", "there is a date"),
        )
        for match in re.finditer(left, own, re.IGNORECASE)
    ]  # fmt: skip
    if not found:
        return None
    match, right = source.choice(found)
    right = right.capitalize() if match[0][0].isupper() else right
    return line[: match.start()] + right + line[match.end() :]


def _wrong_rule(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    found = re.search(r"“([^”]{20,})”( \[K\d+\])", line)
    if found is None:
        return None
    other = [
        quote
        for one in others
        for quote in one.quotes
        if found[1][:40] not in quote and len(quote) > 40 and quote not in answer.quotes
    ]
    pick = source.randrange(3)
    label = re.search(r"(\] \([^()]*(?:\([^()]*\)[^()]*)*, )([^(),]+)(\))", line)
    if pick == 0 and other:
        words = " ".join(source.choice(other).split())[: len(found[1])].replace("“", "").replace("”", "")
        return line[: found.start(1)] + words + line[found.end(1) :]
    if pick == 1 and label:
        return (
            line[: label.start(2)] + f"{source.randint(11, 19)}.{source.randint(1, 9)}" + line[label.end(2) :]
        )
    changed = _swap(
        found[1], source,
        [(r"\bmay\b", "must"), (r"\bmust\b", "may"), (r"\bonly if\b", "even if"), (r"\bnot\b", "always"), (r"\ball\b", "some"),
         (r"\b(\d+)\b", r"1\1"), (r"\bis\b", "is not"), (r"\bthe\b", "no")],
    )  # fmt: skip
    return line[: found.start(1)] + changed + line[found.end(1) :] if changed else None


def _wrong_citation(
    line: str, answer: Written, source: random.Random, others: Sequence[Written]
) -> str | None:
    marks = list(MARK.finditer(line))
    one = source.choice(marks) if marks else None
    there = [mark for mark in answer.marks if f"[{mark}]" not in line]
    if one is None or not there:
        return None
    there = [mark for mark in there if not _record_holds(answer, mark, line)]
    if not there or "has left" in line or "been shipped" in line:
        return None
    return f"{line[: one.start(1)]}{source.choice(there)}{line[one.end(1) :]}"


def _record_holds(answer: Written, mark: str, line: str) -> bool:
    """Whether a record's own values hold every date, number and name of the line: then citing it is not wrong."""
    source, claims = answer.grounding._sources[mark], claims_of(line, answer.today)
    return all(
        (one.either & source.days if one.kind == "date" else source.says(one.text))
        for one in claims
        if one.kind in {"date", "number", "name", "reference"}
    )


def _comparison(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    return _swap(
        line, source,
        [(r"\bat least\b", "at most"), (r"\bat the earliest\b", "at the latest"), (r"\bfewer\b", "more"), (r"\bmore than\b", "fewer than"),
         (r"\bearlier\b", "later"), (r"\blater\b", "earlier"), (r"\bbefore the promise\b", "after the promise"),
         ((
r"\bafter the promise\b"
), "before the promise"), (r"\bnot before\b", "not after"), (r"\bup to\b", "at least"), (r"\bthe worst by\b", "the best by"),
         (r"\bwithin (\d)", r"after \1")],
    )  # fmt: skip


def _count(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    return _swap(
        line, source,
        [(r"\btwo causes\b", "three causes"), (r"\bthree causes\b", "two causes"), (r"\bfour causes\b", "two causes"),
         (r"\b(\d+) of (\d+)\b", r"\1 of 9\2"), (r"\b(\d+) more lines?\b", r"2\1 more lines"), (r"\((\d) lines?\)", r"(1\1 lines)"),
         (r"\bI found two\b", "I found four"), (r"\bseveral\b", "three"), (r"\b(\d) of (\d) lines\b", r"\2 of \2 lines")],
    )  # fmt: skip


def _name(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    here = [name for name in answer.names if name in line and not _in_label(line, line.index(name))]
    there = [name for one in (*others, answer) for name in one.names if name not in line]
    if not here or not there:
        return None
    one = source.choice(here)
    other = source.choice(there)
    return None if one in other or other in one else line.replace(one, other)


def _state(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    return _swap(
        line, source,
        [(r"\bProven\b", "Likely"), (r"\bLikely\b", "Proven"), (r"\bis ready\b", "is cancelled"), (r"\bare free\b", "are reserved"),
         ((
r"\bnot reserved\b"
), "not ordered"), (r"\bis on time\b", "is late"), (r"\bdays late\b", "days early"), (r"\bconfirmed\b", "cancelled"),
         (r"\bstill a quotation\b", "already a sales order"), (r"\bpurchasing owns\b", "finance owns"), (r"\bfinance owns\b", "sales owns"),
         (r"\bwarehouse supervisor owns\b", "purchasing owns"), (r"\bhas left\b", "is ready"), (r"\bmissing\b", "cancelled")],
    )  # fmt: skip


def _cause(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    found = re.search(r"\bbecause ([^\[]+?) \[", line)
    if found:
        other = source.choice([one for one in _OTHER_CAUSES if one not in line])
        return line[: found.start(1)] + other + line[found.end(1) :]
    numbered = re.match(r"(\d+\. )([^\[]+?)( \[E\d+\])", line)
    if numbered is None:
        return None
    foreign = [
        match[2]
        for one in others
        if not set(one.orders) & set(answer.orders)
        for text in one.text.splitlines()
        if (match := re.match(r"(\d+\. )([^\[]+?)( \[E\d+\])", text)) and match[2] not in answer.text
    ]
    return numbered[1] + source.choice(foreign) + line[numbered.end(2) :] if foreign else None


def _today(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    """The day of an event becomes today."""
    written = f"{answer.today.day} {answer.today:%b} {answer.today.year}"
    found = [
        match for match in _DATE.finditer(line) if not _in_label(line, match.start()) and match[0] != written
    ]
    if not found or line.startswith(("Today", "This is as of")):
        return None
    one = source.choice(found)
    if source.random() < 0.5:
        return line[: one.start()] + written + line[one.end() :]
    return re.sub(r"\bon $", "", line[: one.start()]) + "today" + line[one.end() :]


def _hedge(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    """What is denied is said to have happened, with a word behind it that sounds like a condition."""
    hedge = source.choice(
        (
            " after inspection",
            " when the truck came",
            " once",
            " before the weekend",
            " after all",
            " if you ask me",
        )
    )
    return _swap(
        line, source,
        [(r"\bhas not been received\b", f"has been received{hedge}"), (r"\bhas not arrived yet\b", f"has arrived{hedge}"),
         (r"\bNothing of (\S+) has been received\b", rf"\1 has been received{hedge}"), (r"\bis not reserved\b", f"was reserved{hedge}"),
         (r"\bare not reserved\b", f"were reserved{hedge}"), (r"\bhas not left\b", f"has left{hedge}"), ((
r"\bhas not been shipped\b"
), f"was shipped{hedge}")],
    )  # fmt: skip


_FREE_CAUSES = (
    "because the vendor's owner is ill", "because somebody forgot it", "due to a lack of staff", "caused by a broken forklift",
    "because of a family quarrel", "owing to a flat tyre", "since the buyer has quit", "because the factory burned down",
    "as a result of a typing mistake", "because a colleague lost the papers",
)  # fmt: skip


def _free_cause(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    """A cause that nobody recorded, in words of nobody's list."""
    ends = list(re.finditer(r"(?<=[a-z\d])(?=(?: \[[EK]\d+\])+\.)", line))
    if not ends or " because " in line or "“" in line:
        return None
    at = source.choice(ends).start()
    return f"{line[:at]} {source.choice(_FREE_CAUSES)}{line[at:]}"


_FREE_RULES = (
    "The customer agreed to a partial shipment", "We may split the order freely under the contract", "The penalty is waived",
    "The Buyer has accepted the new day", "You are free to ship in parts at any time", "Returns are forbidden in every case",
    "We must not call the customer under the contract", "The vendor has consented to a later payment",
)  # fmt: skip


def _unquoted_rule(
    line: str, answer: Written, source: random.Random, others: Sequence[Written]
) -> str | None:
    """A consent or a rule without quotation marks in the place of a quotation."""
    found = re.search(r"“[^”]{20,}”( \[K\d+\])", line)
    return f"{source.choice(_FREE_RULES)}{found[1]}." if found else None


_DEEDS = (
    "I have split {order} and informed the customer", "The split of {order} is done and approved by the supervisor",
    "I've changed the date of {order}", "We have sent the customer a message about {order}", "{order} has been split",
    "The customer of {order} was informed", "I looked at {order} and cancelled it", "I will inform the customer of {order}",
    "The change of {order} has been approved",
)  # fmt: skip


def _done_by_us(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    """A read is told as a deed."""
    order, marks = _ORDER.search(line), re.search(r"(?: ?\[E\d+\])+", line)
    if order is None or marks is None:
        return None
    cites = f" {marks[0].strip()}" if source.random() < 0.5 else ""
    return source.choice(_DEEDS).format(order=order[0]) + f"{cites}."


def _wrong_sum(line: str, answer: Written, source: random.Random, others: Sequence[Written]) -> str | None:
    """A sum or difference of a line's own figures that does not come out."""
    found = re.search(r"\b(?:together|in all|so) (\d+)(?= remain| \[)", line)
    if found is None or len(re.findall(r"\d+", line[: found.start()])) < 2:
        parts = re.fullmatch(
            r"((?:Of the )?(\d+)(?: of the|,? that were ordered,| there are more than the) (\d+) [a-z ]+)( \[E\d+\]\.)",
            line,
        )
        if parts is None:
            return None
        wrong = int(parts[2]) + int(parts[3]) + source.choice((-3, -1, 1, 4, 10))
        return f"{parts[1]}, together {wrong}{parts[4]}"
    wrong = int(found[1]) + source.choice((-3, -2, -1, 1, 2, 5, 10, 30))
    return f"{line[: found.start(1)]}{wrong if wrong > 0 else int(found[1]) + 4}{line[found.end(1) :]}"


_CHANGES = {
    "number": _number, "date": _date, "unit": _unit, "reference": _reference, "swapped order": _swapped_order, "negation": _negation,
    "wrong rule": _wrong_rule, (
"wrong citation"
): _wrong_citation, "comparison": _comparison, "count": _count, "name": _name, "state": _state,
    "cause": _cause, "today": _today, "hedge": _hedge, "free cause": _free_cause, "unquoted rule": _unquoted_rule, (
"done by us"
): _done_by_us, "wrong sum": _wrong_sum,
}  # fmt: skip


def _names(evidence: Iterable[Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for fact in evidence:
        for key in ("partner_id", "carrier_id", "warehouse_id", "vendor", "user_id", "product_id"):
            value = fact.fields.get(key)
            if isinstance(value, str) and len(value) > 4 and value != "masked":
                found[re.sub(r"^\[[^\]]+\] ", "", value)] = None
    return tuple(found)
