"""Step one: what is asked, about what. From words, patterns and nearness in meaning; looking things up in Odoo is a tool's job."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from copilot.models.playbook.answerable import settled
from copilot.models.playbook.clauses import clauses, has_a_verb
from copilot.models.playbook.follow_ups import filled_in, listed_in, pointing_back, which_order
from copilot.models.playbook.intents import LOOKS_BACK, MAY_LOOK_BACK, Intent
from copilot.models.playbook.meaning import Meaning, by_words
from copilot.models.playbook.parting import best_parting
from copilot.models.playbook.remembering import LONGEST, remembered
from copilot.models.playbook.things import Things, find_things
from copilot.models.playbook.understood import Earlier, Understanding
from copilot.models.playbook.weighing import DOUBTFUL, SURE_OF_A_PART, Weighed, has_words, weighed
from copilot.models.playbook.words import words
from retrieval.definitions import term_asked_for
from retrieval.normalise import strip_invisible

WORTH_NAMING = -1.0
"""Odds, in nats, from which a second question that was not taken for one is offered."""

_WENT = re.compile(r"^\W*(?:did|was|were|has|have|why did|why was)\b", re.IGNORECASE)
_DID_NOT = re.compile(
    r"\b(?:why (?:did|was|were)|(?:did|was|were|had)n['’]?t)\b(?![^.?!;]*\b(?:will|promised|due|supposed|meant|planned|scheduled)\b)"
    r"[^.?!;]*<day>",
    re.IGNORECASE,
)
"""Asks about a day that is over: "why wasn't it there on Wednesday"."""
_DID = re.compile(r"^\W*(?:did|was|were)\b", re.IGNORECASE)
_THEY_CALLED = re.compile(
    r"\b(?:called|rang|phoned|wrote|e-?mailed|mailed|texted|complained|visited|(?:came|stopped) by|was here|were here)\b"
    r"[^.?!<]{0,25}<day>[^.?!]*[.?!]\s",
    re.IGNORECASE,
)
"""The day of a story, before the sentence that asks: "They called on Tuesday. When will they get it?"."""
_SINCE = re.compile(r"\bsince\b", re.IGNORECASE)
_EITHER = re.compile(r"\W*\w[\w/-]*(?:\W*\bor\b\W*\w[\w/-]*)+\W*", re.IGNORECASE)
"""One order or another, and no word of what is asked: "17 or 71"."""
_ORDINAL = re.compile(r"\bthe (?:first|second|third|last|other) (?:one|order)\b", re.IGNORECASE)
_OTHER_SCRIPTS = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


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
    told = [one if isinstance(one, Earlier) else Earlier(question=one) for one in earlier]
    for said in remembered(told, today):
        now = _one(said.question, before, listed, today, meaning)
        if not now.has_things and before is not None:
            now = replace(now, topic=before if before.has_things else before.topic)
        before = now
        listed = (
            listed_in(said.answer)
            if {"at_risk", "waiting_for", "customer_orders"} & set(before.intents)
            else ()
        )
    return _one(question, before, listed, today, meaning)


def _one(
    question: str, before: Understanding | None, listed: Sequence[str], today: date, meaning: Meaning
) -> Understanding:
    text = " ".join(
        strip_invisible(question)[0].split()
    )  # "S0" and "0042" with nothing to be seen between them is one order
    asked = text[:LONGEST]
    ordinal = _ORDINAL.search(asked)
    if ordinal and before is not None and (place := which_order(ordinal[0].casefold(), before, listed)):
        # "Why is the second one late?", after a list: asked with its name.
        made = _one(_ORDINAL.sub(place, asked, count=1), before, (), today, meaning)
        return replace(made, question=text, carried_over=True)
    past = re.search(
        r"\b(?:since|changed?|new|happened|history|did|was|were|last|ago|(?:did|was|were|had)n['’]?t)\b",
        asked,
        re.IGNORECASE,
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
        return replace(
            made, intent=intent, in_english=False, names=made.names if made.written_like_names else ()
        )
    is_certain = any(pattern.search(things.unnamed) for _, pattern in known.certain if things.unnamed)
    points = known.only_points_back.match(things.masked) and not is_certain
    if points and before is not None and before.intent != "unclear":
        pointed = pointing_back(made, things, before, listed)
        if pointed is not None:
            return pointed
    whole = weighed(things, meaning, before)
    if len(things.orders) > 1 and _EITHER.fullmatch(asked):
        whole = Weighed(intent="unclear")
    told = _told(asked, things, whole, before, today, meaning)
    one, also, second, or_else = told.one, told.also, told.second, told.or_else
    intent, choices = one.intent, one.choices
    made = replace(
        made,
        intent=intent,
        choices=choices if intent == "unclear" else (),
        or_else=or_else,
        shares=one.shares if also is None else (),
        also=also,
        second=second,
    )
    behind = (
        intent in LOOKS_BACK
        or (also in LOOKS_BACK and _SINCE.search(asked) is not None)
        or (intent in MAY_LOOK_BACK and also != "when" and _WENT.search(asked) is not None)
        or (MAY_LOOK_BACK & {intent, also} and _DID_NOT.search(things.masked) is not None)
        or (intent in {"when", "note"} and _DID.search(asked) is not None)
    )
    if made.days and behind != (past is not None):
        made = replace(made, days=find_things(asked, today, past=behind).days)
    if intent == "policy" and (term := term_asked_for(asked)):
        # "What does 'Late Line' mean": a word whose meaning is asked for, and nobody's name.
        made = replace(made, names=_beside(made.names, term), products=_beside(made.products, term))
    in_the_story = things.masked.count("<day>") == 1 and _THEY_CALLED.search(things.masked) is not None
    if in_the_story and not LOOKS_BACK & set(made.intents):
        made = replace(made, days=None)
    return settled(filled_in(made, before))


def _beside(names: Sequence[str], term: str) -> tuple[str, ...]:
    """The names that do not stand in the term, and are not the word that asks for it."""
    asking = {"define", "defined", "defines", "definition", "mean", "meant", "meaning"}
    return tuple(
        name
        for name in names
        if " ".join(name.casefold().split()) not in term and name.casefold() not in asking
    )


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What a question asks, once it is known whether it asks one thing or two."""

    one: Weighed
    or_else: tuple[Intent, ...]
    also: Intent | None = None
    second: str = ""


def _told(
    asked: str, things: Things, whole: Weighed, before: Understanding | None, today: date, meaning: Meaning
) -> _Told:
    def part(text: str, is_first: bool) -> Weighed:
        found = find_things(text, today, put_right=meaning.put_right)
        if not has_words(found.masked) and not found.names:
            return Weighed(intent="unclear")  # "S00034 - when is it due": a record alone asks nothing
        return weighed(found, meaning, before if is_first else None, sure=SURE_OF_A_PART)

    ruled = clauses(asked)
    heard = meaning.sounds_like_two(things.readings)
    if heard is None:
        return _told_by_rules(asked, ruled, whole, before, today, meaning, part)
    parted = best_parting(asked, ruled, two=heard.two, whole=heard.shares, weigh=part)
    if parted is not None and parted.odds > 0:
        or_else = _instead_of_two(parted.one, parted.other, whole)
        return _Told(one=parted.one, also=parted.other.intent, second=parted.second, or_else=or_else)
    by_rules = bool(ruled[1]) and parted is not None and parted.odds >= WORTH_NAMING
    story = ruled if by_rules or not ruled[1] else (asked, "")
    told = _told_by_rules(asked, story, whole, before, today, meaning, part)
    if parted is None or parted.odds < WORTH_NAMING or told.or_else:
        return told
    # Perhaps two things were asked: the other one is offered.
    other = next((one.intent for one in (parted.other, parted.one) if one.intent != told.one.intent), None)
    return replace(told, or_else=(other,)) if other and told.one.intent != "unclear" else told


def _told_by_rules(
    asked: str,
    cut: tuple[str, str],
    whole: Weighed,
    before: Understanding | None,
    today: date,
    meaning: Meaning,
    part: Callable[[str, bool], Weighed],
) -> _Told:
    first, second = cut
    if not second:
        one = whole
        if first != asked:
            # A story stands before the question, and may help to understand it or not; its subject does.
            alone = weighed(find_things(first, today, put_right=meaning.put_right), meaning, before)
            if whole.intent == "unclear" or has_a_verb(asked.removesuffix(first)):
                one = max(whole, alone, key=lambda each: each.chance)
        return _Told(one=one, or_else=one.or_else)
    one, other = part(first, True), part(second, False)
    if one.intent == "unclear" or other.intent in {"unclear", "small_talk", one.intent}:
        # No two questions: weighed as one again.
        one = next((each for each in (whole, one, other) if each.is_sure), whole)
        return _Told(one=one, or_else=one.or_else)
    if one.intent in {"small_talk", "help"}:
        return _Told(one=other, or_else=other.or_else)
    return _Told(one=one, also=other.intent, second=second, or_else=_instead_of_two(one, other, whole))


def _instead_of_two(one: Weighed, other: Weighed, whole: Weighed) -> tuple[Intent, ...]:
    """What else two questions in one breath may be, where either of them is doubtful: what else that one may ask, and what they ask
    together."""
    either = (one, other)
    if min(each.chance for each in either) >= DOUBTFUL:
        return ()
    weaker = min(either, key=lambda each: each.chance)
    taken = {one.intent, other.intent, "unclear"}
    may_be = (whole.intent, *weaker.or_else) if whole.is_sure else weaker.or_else
    return tuple(dict.fromkeys(each for each in may_be if each not in taken))[:2]


def _is_another_language(text: str) -> bool:
    if _OTHER_SCRIPTS.search(text):
        return True
    # What an order is called by is no word of any language: "wanneer komt P00050".
    spoken = re.findall(r"[^\W\d_]+", re.sub(r"\S*\d\S*", " ", text.casefold()))
    known = words()
    # Words that two languages share say nothing.
    ours = known.english | known.hurried.keys()
    other = sum(word in known.other_languages and word not in ours for word in spoken)
    english = sum(
        (word in known.english or word in known.plain) and word not in known.other_languages
        for word in spoken
    )
    return other >= max(2, english) or (other > english and len(spoken) <= 3)
