"""Step one: what is asked, about what. From words, patterns and nearness in meaning; looking things up in Odoo is a tool's job."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, cast

from copilot.models.playbook.days import Days
from copilot.models.playbook.intents import (
    ABOUT_A_NAME,
    ABOUT_A_PRODUCT,
    ABOUT_A_PURCHASE,
    ABOUT_AN_ORDER,
    ABOUT_THE_LAST_ANSWER,
    LOOKS_BACK,
    SPEAKS_OF_NOTHING,
    Intent,
)
from copilot.models.playbook.meaning import Meaning, by_words
from copilot.models.playbook.things import Things, find_things
from copilot.models.playbook.words import words

MAX_ORDERS = 3
"""Orders answered in one turn; more are named and asked for one by one."""
LONGEST = 400
"""Characters of a question whose meaning is weighed; what comes behind is only searched for references."""
REMEMBERED = 8
"""Earlier questions that "it" and "the other one" may lead to."""

SURE, AHEAD = 0.34, 0.06
"""Score and margin from which a guess is taken; below it, a question goes back."""

Style = Literal["full", "short"]


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """What the playbook made of a question."""

    intent: Intent
    question: str
    also: Intent | None = None
    """A second question in the same breath, about the same things."""
    second: str = ""
    """The words of the second question."""
    references: tuple[str, ...] = ()
    """Orders, deliveries, tracking numbers or customer references, as they were written."""
    purchases: tuple[str, ...] = ()
    """Purchase orders, as they were written."""
    products: tuple[str, ...] = ()
    """Products by internal reference or in quotation marks."""
    names: tuple[str, ...] = ()
    """Words that may name a customer, vendor, carrier, warehouse or product; Odoo has to say which."""
    written_like_names: bool = False
    """The names are written like names; else they are words that may be none."""
    days: Days | None = None
    carried_over: bool = False
    """True when what it is about comes from earlier in the conversation ("why is it late?")."""
    old_versions: bool = False
    """Asks what used to hold."""
    style: Style = "full"
    in_english: bool = True
    """False when the question was in another language."""
    choices: tuple[Intent, ...] = ()
    """What it may have meant, when that cannot be told; the likeliest first."""
    mentioned: tuple[str, ...] = ()
    """All orders the person has named in this conversation, the latest last."""
    before: Understanding | None = None
    """The question that "shorter" or "what did you base that on" is about."""

    @property
    def intents(self) -> tuple[Intent, ...]:
        """One or two."""
        return (self.intent,) if self.also is None else (self.intent, self.also)

    @property
    def party(self) -> str:
        """The likeliest name; empty if none was recognised."""
        return self.names[0] if self.names else ""

    @property
    def has_things(self) -> bool:
        return bool(self.references or self.purchases or self.products or self.names)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """One question of the conversation so far, and what it was answered."""

    question: str
    answer: str = ""


def understand(
    question: str,
    earlier: Sequence[str | Earlier] = (),
    *,
    today: date | None = None,
    meaning: Meaning | None = None,
) -> Understanding:
    """What is asked, about what.

    Args:
        question: the person's words.
        earlier: the conversation so far, oldest first; only used to find what "it" means. What documents said in an answer is never
            looked at: of an answer, only the orders of a list that we wrote ourselves count.
        today: the person's own day; None: the computer's.
        meaning: the sense of meaning; None: the one over words alone.
    """
    today = today or date.today()  # noqa: DTZ011 - callers who know the person pass their day
    meaning = meaning or by_words()
    before: Understanding | None = None
    listed: tuple[str, ...] = ()
    for one in earlier[-REMEMBERED:]:
        said = one if isinstance(one, Earlier) else Earlier(question=one)
        before = _one(said.question, before, listed, today, meaning)
        listed = (
            _listed(said.answer)
            if {"at_risk", "waiting_for", "customer_orders"} & set(before.intents)
            else ()
        )
    return _one(question, before, listed, today, meaning)


def _one(
    question: str, before: Understanding | None, listed: Sequence[str], today: date, meaning: Meaning
) -> Understanding:
    text = " ".join(question.split())
    asked = text[:LONGEST]
    ordinal = _ORDINAL.search(asked)
    if ordinal and before is not None and (place := _which(ordinal[0].casefold(), before, listed)):
        # "Why is the second one late?", after a list: asked with its name.
        made = _one(_ORDINAL.sub(place, asked, count=1), before, (), today, meaning)
        return replace(made, question=text, carried_over=True)
    past = re.search(
        r"\b(?:since|changed?|new|happened|history|did|was|were|last|ago)\b", asked, re.IGNORECASE
    )
    speller = meaning.put_right
    things = find_things(asked, today, past=past is not None, put_right=speller)
    if len(text) > LONGEST:
        # A pasted mail may name the order far below.
        more = find_things(text, today)
        things = replace(
            things, orders=things.orders or more.orders, purchases=things.purchases or more.purchases
        )
    mentioned = tuple(
        dict.fromkeys([*(before.mentioned if before else ()), *(one.upper() for one in things.orders)])
    )
    known = words()
    made = Understanding(
        intent="unclear",
        question=text,
        references=things.orders,
        purchases=things.purchases,
        products=things.products,
        names=things.names,
        written_like_names=things.written_like_names,
        days=things.days,
        old_versions=bool(known.old_versions.search(text)),
        mentioned=mentioned,
    )
    if _is_another_language(asked):
        intent: Intent = "other_language"
        return replace(made, intent=intent, in_english=False, names=())
    is_certain = any(pattern.search(things.unnamed) for _, pattern in known.certain if things.unnamed)
    points = known.only_points_back.match(things.masked) and not is_certain
    if points and before is not None and before.intent != "unclear":
        pointed = _pointing_back(made, things, before, listed)
        if pointed is not None:
            return pointed
    first, second = _clauses(asked)
    if second and _is_a_statement(first):
        # "The vendor is late with P00031. Which customers suffer?" asks the second only.
        first, second = second, ""
    is_whole = first == asked
    intent, choices = _intent(things if is_whole else find_things(first, today, put_right=speller), meaning)
    also: Intent | None = None
    if second:
        other, _ = _intent(find_things(second, today, put_right=speller), meaning)
        if intent == "unclear" or other in {"unclear", "small_talk", intent}:
            # No two questions: weighed as one again.
            whole, choices = _intent(things, meaning)
            intent = whole if whole != "unclear" else intent if intent != "unclear" else other
            second = ""
        elif intent in {"small_talk", "help"}:
            intent, second = other, ""
        else:
            also = other
    made = replace(
        made, intent=intent, choices=choices if intent == "unclear" else (), also=also, second=second
    )
    if made.days and (intent in LOOKS_BACK) != (past is not None):
        made = replace(made, days=find_things(asked, today, past=intent in LOOKS_BACK).days)
    return _settled(_about(made, before))


def _intent(things: Things, meaning: Meaning) -> tuple[Intent, tuple[Intent, ...]]:
    """The intent of a question; ``unclear`` with what it may have been when nothing is far enough ahead."""
    readings = list(dict.fromkeys(one for one in (things.masked, things.unnamed) if one))
    for intent, pattern in words().certain:
        if any(pattern.search(one) for one in readings):
            return cast(Intent, intent), ()
    if not re.search(r"[a-z]", re.sub(r"<\w+>", "", things.masked)):
        return "unclear", ()  # a name alone says nothing of what is asked
    # Words that nobody knows may be a name or just words: the reading that is nearer to a known question counts.
    guess = max((meaning.guess(one) for one in readings), key=lambda one: one.score)
    if guess.score >= SURE and guess.margin >= AHEAD and guess.best != "unclear":
        return cast(Intent, guess.best), ()
    return "unclear", tuple(cast(Intent, intent) for intent, _ in guess.intents if intent != "unclear")[:3]


_AND_THEN = re.compile(
    r"(?:[?.;!]\s+|,?\s+(?:and|also|plus)\s+(?:also\s+)?)(?=(?:what|why|when|where|who|whose|which|how|should|shall|can|could|may|is"
    r" (?:there|it)|does|do (?:we|i|you)|draft|write|tell me)\b)",
    re.IGNORECASE,
)


def _clauses(text: str) -> tuple[str, str]:
    """The two questions of a text, or the text and nothing."""
    cuts = [match for match in _AND_THEN.finditer(text) if match.start() > 8]
    if not cuts:
        return text, ""
    first, second = text[: cuts[0].start()].strip(), text[cuts[0].end() :].strip()
    if len(first.split()) < 2 or len(second.split()) < 2:
        return text, ""
    return first, second


_ASKS = re.compile(
    r"^(?:and |so |but |ok |please |pls |hi |hello )*(?:what|why|when|where|who|whose|which|how|is|are|was|were|do|does|did|can|could|may"
    r"|should|shall|will|would|has|have|any|show|list|give|tell|draft|write|explain|compare|track|check)\b",
    re.IGNORECASE,
)


def _is_a_statement(clause: str) -> bool:
    return not clause.endswith("?") and not _ASKS.match(clause)


def _pointing_back(
    made: Understanding, things: Things, before: Understanding, listed: Sequence[str]
) -> Understanding | None:
    """ "And S00051?", "the other one", "the second": the question before, about something else."""
    base = before.before if before.intent in ABOUT_THE_LAST_ANSWER and before.before else before
    if made.has_things:
        if base.intent in SPEAKS_OF_NOTHING or base.intent == "other_language":
            return None
        return _settled(replace(made, intent=base.intent, also=base.also, second=base.second))
    found = _which(things.masked, base, listed)
    if not found:
        return None
    intent = base.intent if base.intent in ABOUT_AN_ORDER else "why_late"
    return replace(made, intent=intent, references=(found,), carried_over=True)


def _which(masked: str, before: Understanding, listed: Sequence[str]) -> str:
    """The order that "the other one" or "the second" means; empty when there is none."""
    place = next((at for at, word in enumerate(("first", "second", "third")) if word in masked), None)
    if place is None and re.search(r"\b(?:last|next)\b", masked):
        place = -1 if "last" in masked else 0
    choose_from = listed or before.references
    if place is not None and choose_from and "other" not in masked:
        return choose_from[place] if -1 <= place < len(choose_from) else ""
    now = {one.upper() for one in before.references}
    others = [one for one in before.mentioned if one not in now]
    if others:
        return others[-1]
    return before.references[1] if len(before.references) == 2 else ""


def _about(made: Understanding, before: Understanding | None) -> Understanding:
    """Fill in what the question leaves to the conversation."""
    if before is None:
        return made
    if made.intent in ABOUT_THE_LAST_ANSWER:
        base = before.before if before.intent in ABOUT_THE_LAST_ANSWER and before.before else before
        if base.intent in SPEAKS_OF_NOTHING | {"unclear"}:
            return made
        if made.references or made.purchases or made.products:
            base = replace(
                base,
                references=made.references,
                purchases=made.purchases,
                products=made.products,
                names=made.names,
            )
        return replace(
            made,
            before=base,
            references=base.references,
            purchases=base.purchases,
            products=base.products,
            names=base.names,
        )
    if made.references or made.purchases or made.products or made.intent in SPEAKS_OF_NOTHING:
        return made
    points = bool(words().points_back.search(made.question))
    wants = made.intent in ABOUT_AN_ORDER or made.intent in {
        "change",
        "substitute",
        "follow_up",
        "waiting_for",
        "purchase",
        "credit",
    }
    takes_names = made.intent not in ABOUT_AN_ORDER
    if made.names and not points and (made.written_like_names or takes_names):
        return made
    if made.intent == "policy" and not made.names and (points or len(made.question.split()) <= 8):
        wants = points or bool(re.match(r"(?:and|so|but|ok)\b", made.question, re.IGNORECASE))
    if made.intent in {"stock", "customer_orders", "credit"} and not points:
        wants = not made.names
    if made.intent in {"at_risk", "customer_orders", "stock"} and not points and made.intent == "at_risk":
        wants = False
    if made.intent == "unclear":
        wants = points and len(made.question.split()) <= 6 and bool(made.choices)
    if not wants or not (before.references or before.purchases or before.products or before.names):
        return made
    return replace(
        made,
        references=before.references,
        purchases=before.purchases,
        products=before.products,
        names=made.names or before.names,
        carried_over=True,
    )


def _settled(made: Understanding) -> Understanding:
    """The intent that fits what the question is about: "why is P00031 late" asks about a purchase."""
    if made.intent == "unclear" or made.intent in SPEAKS_OF_NOTHING:
        return made
    return replace(
        made, intent=_fitting(made.intent, made), also=_fitting(made.also, made) if made.also else None
    )


def _fitting(intent: Intent, made: Understanding) -> Intent:
    if made.references:
        # An order is named, so it is the order that is asked about.
        if intent == "purchase" and not made.purchases:
            return "where"
        return "order_facts" if intent == "customer_orders" else intent
    if made.purchases:
        return ABOUT_A_PURCHASE.get(intent, intent)
    if made.products:
        return ABOUT_A_PRODUCT.get(intent, intent)
    if made.names:
        return ABOUT_A_NAME.get(intent, intent)
    return intent


_OTHER_SCRIPTS = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_LIST_LINE = re.compile(r"^(?:\d+\.|-) \*\*([A-Z]{1,4}\d{3,9})\*\*")
"""How our own lists name an order; a quotation never begins a line so."""


_ORDINAL = re.compile(r"\bthe (?:first|second|third|last|other) (?:one|order)\b", re.IGNORECASE)


def _listed(answer: str) -> tuple[str, ...]:
    return tuple(match[1] for line in answer.splitlines() if (match := _LIST_LINE.match(line)))


def _is_another_language(text: str) -> bool:
    if _OTHER_SCRIPTS.search(text):
        return True
    spoken = re.findall(r"[^\W\d_]+", text.casefold())
    known = words()
    other = sum(word in known.other_languages for word in spoken)
    english = sum(word in known.english for word in spoken)
    return other > english and (other >= 2 or len(spoken) <= 3)
