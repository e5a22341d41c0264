"""Step one: what is asked, about what. From words, patterns and nearness in meaning; looking things up in Odoo is a tool's job."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, cast

from copilot.models.playbook.clauses import clauses
from copilot.models.playbook.days import Days
from copilot.models.playbook.intents import (
    ABOUT_A_PRODUCT,
    ABOUT_A_PURCHASE,
    ABOUT_AN_ORDER,
    ABOUT_THE_LAST_ANSWER,
    ANSWERED_FOR_A_NAME,
    ANSWERED_FOR_A_PURCHASE,
    ANSWERED_FOR_AN_ORDER,
    LOOKS_BACK,
    MAY_LOOK_BACK,
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

SURE = 0.5
"""Probability from which a guess is taken; below it, a question goes back. `training --check` shows what another one would do."""
SURE_OF_A_PART = 0.35
"""The same for each of two questions in one breath: where one is not understood, neither would be answered."""
AGAIN, GOES_ON = 2.0, 5.0
"""How much likelier the intent of the question before makes the same one again: in any question, and in one that goes on from it
("and for Dallas?")."""

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
    topic: Understanding | None = None
    """The latest question before this one that was about something; None where this one is."""
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
        now = _one(said.question, before, listed, today, meaning)
        if not now.has_things and before is not None:
            now = replace(now, topic=before if before.has_things else before.topic)
        before = now
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
    first, second = clauses(asked)
    if second and _is_a_statement(first):
        # "The vendor is late with P00031. Which customers suffer?" asks the second only.
        first, second = second, ""
    is_whole = first == asked
    intent, choices = _intent(
        things if is_whole else find_things(first, today, put_right=speller),
        meaning,
        before,
        sure=SURE if is_whole else SURE_OF_A_PART,
    )
    also: Intent | None = None
    if second:
        other, _ = _intent(find_things(second, today, put_right=speller), meaning, None, sure=SURE_OF_A_PART)
        if intent == "unclear" or other in {"unclear", "small_talk", intent}:
            # No two questions: weighed as one again.
            whole, choices = _intent(things, meaning, before)
            intent = whole if whole != "unclear" else intent if intent != "unclear" else other
            second = ""
        elif intent in {"small_talk", "help"}:
            intent, second = other, ""
        else:
            also = other
    made = replace(
        made, intent=intent, choices=choices if intent == "unclear" else (), also=also, second=second
    )
    behind = intent in LOOKS_BACK or (intent in MAY_LOOK_BACK and _WENT.search(asked) is not None)
    if made.days and behind != (past is not None):
        made = replace(made, days=find_things(asked, today, past=behind).days)
    return _settled(_about(made, before))


def _intent(
    things: Things, meaning: Meaning, before: Understanding | None, *, sure: float = SURE
) -> tuple[Intent, tuple[Intent, ...]]:
    """The intent of a question; ``unclear`` with what it may have been when nothing is likely enough."""
    readings = list(dict.fromkeys(one for one in (things.masked, things.unnamed) if one))
    if things.masked == "<order>" and things.orders and _TRACKING.fullmatch(things.orders[0]):
        return "where", ()
    for intent, pattern in words().certain:
        if any(pattern.search(one) for one in readings):
            return cast(Intent, intent), ()
    if not re.search(r"[a-z]", re.sub(r"<\w+>", "", things.masked)):
        return "unclear", ()  # a name alone says nothing of what is asked
    # Words that nobody knows may be a name or just words: both readings are weighed.
    goes_on = _GOES_ON.match(things.masked) is not None
    guess = meaning.guess(
        readings,
        before=before.intent if before else "",
        boost=GOES_ON if goes_on else AGAIN,
    )
    if guess.score >= sure and guess.best != "unclear":
        return cast(Intent, guess.best), ()
    return "unclear", tuple(cast(Intent, intent) for intent, _ in guess.intents if intent != "unclear")[:3]


_NUMBER_ALONE = re.compile(r"^(?:and|what about|how about|also|or)?\W*\d+\W*$", re.IGNORECASE)
_TRACKING = re.compile(r"[A-Z]{2,4}\d{6,}|1Z\w{16}|\d{8,}", re.IGNORECASE)
"""A carrier's number: who gives it alone asks where the parcel is."""
_WENT = re.compile(r"^\W*(?:did|was|were|has|have|why did|why was)\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"^(?:and|same|also|what about|how about|only|just|which (?:one|of)|or)\b", re.IGNORECASE
)


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
    if base.purchases and not base.references and made.references and _NUMBER_ALONE.search(made.question):
        # "status of P00048" – "and 50?"
        numbers = [one.removeprefix("order ") for one in made.references]
        if all(one.isdigit() for one in numbers):
            made = replace(made, references=(), purchases=tuple(f"P{int(one):05d}" for one in numbers))
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
        return _about_the_answer(made, before)
    points = bool(words().points_back.search(made.question))
    if made.references or made.purchases or made.products or not _leaves_open(made, points):
        return made
    spoken_of = before if before.has_things or before.topic is None else before.topic
    wants_an_order = made.intent in ABOUT_AN_ORDER | {"change", "drafts"}
    references = spoken_of.references or (
        made.mentioned[-1:] if wants_an_order and not spoken_of.purchases else ()
    )
    if made.intent in {"customer_orders", "credit"} and spoken_of.names:
        references = ()  # "and their other orders?": the customer's, not the order's
    if not (references or spoken_of.purchases or spoken_of.products or spoken_of.names):
        return made
    return replace(
        made,
        references=references,
        purchases=spoken_of.purchases,
        products=spoken_of.products,
        names=made.names if made.names and made.written_like_names else spoken_of.names or made.names,
        carried_over=True,
    )


def _about_the_answer(made: Understanding, before: Understanding) -> Understanding:
    """ "Shorter", "what is that based on": the question before, perhaps about something else."""
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


_SPEAKS_OF_A_CUSTOMER: frozenset[str] = frozenset({"why_late", "blocks", "where", "when"})
"""With a name and no order these are about that customer's orders, and not about the order spoken of before."""
_ABOUT_A_LIST = re.compile(
    r"\b(?:which|what) (?:one|of)\b|^(?:and|only|just|also)\b|\b(?:those|these|them)\b", re.IGNORECASE
)
FEW_WORDS = 8


def _leaves_open(made: Understanding, points: bool) -> bool:
    """Whether a question that names no order, purchase or product leaves it to the conversation."""
    is_named = bool(made.names) and made.written_like_names
    few = len(made.question.split()) <= FEW_WORDS
    goes_on = _GOES_ON.match(made.question) is not None
    match made.intent:
        case "drafts":
            few = few and len(made.question.split()) <= 4
            return (points or few) and not re.search(r"\b(?:my|all|drafts)\b", made.question, re.IGNORECASE)
        case "unclear":
            return points and len(made.question.split()) <= 6 and bool(made.choices)
        case one if one in SPEAKS_OF_NOTHING or one == "other_language":
            return False
        case one if one in ABOUT_AN_ORDER or one in {"change", "follow_up", "substitute"}:
            return not is_named or points or one not in _SPEAKS_OF_A_CUSTOMER
        case "waiting_for" | "purchase":
            return not made.names or points
        case "policy":
            begins = re.match(r"(?:and|so|but|ok|what if|who'd|who would)\b", made.question, re.IGNORECASE)
            ends = few and re.search(r"\bthen\W*$", made.question, re.IGNORECASE)
            return (not made.names and bool(points or begins or ends)) or (points and few and not is_named)
        case "at_risk":
            return not made.names and few and _ABOUT_A_LIST.search(made.question) is not None
        case _:  # stock, customer_orders, credit
            return points or (not is_named and few and (goes_on or not made.names))


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
        return "order_facts" if intent == "customer_orders" and not made.carried_over else intent
    if made.purchases:
        return ABOUT_A_PURCHASE.get(intent, intent)
    if made.products:
        return ABOUT_A_PRODUCT.get(intent, intent)
    return intent


def answered_as(asked: Understanding) -> Understanding:
    """The question as there is an answer to it: why a customer is late is told by a list of that customer's late orders."""
    before = answered_as(asked.before) if asked.before else None
    turns: Mapping[str, Intent]
    if asked.references:
        turns = ANSWERED_FOR_AN_ORDER if not asked.purchases else {}
    elif asked.purchases:
        turns = ANSWERED_FOR_A_PURCHASE
    elif asked.names and not asked.products:
        turns = ANSWERED_FOR_A_NAME
        if asked.intent in turns and _ASKS_A_RULE.search(asked.question):
            turns = {asked.intent: "policy"}
    else:
        turns = {}
    also = turns.get(asked.also, asked.also) if asked.also else None
    return replace(asked, intent=turns.get(asked.intent, asked.intent), also=also, before=before)


_ASKS_A_RULE = re.compile(
    r"\b(?:may|must|allowed|permitted|guaranteed|in how many|how many (?:shipments|deliveries)|according to|accepts?)\b",
    re.IGNORECASE,
)
"""Asks what holds, not how it stands: "in how many shipments may an order of theirs arrive"."""
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
    # Words that two languages share say nothing.
    other = sum(word in known.other_languages and word not in known.english for word in spoken)
    english = sum(word in known.english and word not in known.other_languages for word in spoken)
    return other >= max(2, english) or (other > english and len(spoken) <= 3)
