"""How likely each kind of question is: certain wordings first, then nearness in meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from copilot.models.playbook.intents import ABOUT_A_PRODUCT, ABOUT_A_PURCHASE, LOOKED_UP, Intent
from copilot.models.playbook.meaning import Guess, Meaning
from copilot.models.playbook.things import Things
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.words import words

SURE = 0.5
"""Probability from which a guess is taken; below it, a question goes back. `training --check` shows what another one would do."""
SURE_OF_A_PART = 0.35
"""The same for each of two questions in one breath: where one is not understood, neither would be answered."""
DOUBTFUL = 0.85
"""Below it a question is answered, and the answer says how it was read and what else may have been meant."""
LIKELY = 0.05
"""Probability from which something else is worth naming."""
WORTH_A_LOOK = 0.2
"""Probability from which a question that is likely, and no more than likely, outside of our field is looked up all the same."""
AGAIN, GOES_ON = 2.0, 5.0
"""How much likelier the intent of the question before makes the same one again: in any question, and in one that goes on from it
("and for Dallas?")."""

_TRACKING = re.compile(r"[A-Z]{2,4}\d{6,}|1Z\w{16}|\d{8,}", re.IGNORECASE)
"""A carrier's number: who gives it alone asks where the parcel is."""
GOES_ON_FROM = re.compile(
    r"^(?:and|same|also|what about|how about|only|just|which (?:one|of)|or)\b", re.IGNORECASE
)
"""Begins as what goes on from the question before."""


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What a question may ask."""

    intent: Intent
    """``unclear`` when nothing is likely enough."""
    chance: float = 0.0
    """Probability of the likeliest, said or not."""
    choices: tuple[Intent, ...] = ()
    """What it may have been, the likeliest first."""
    or_else: tuple[Intent, ...] = ()
    """What else it may be, where the intent is likely but doubtful."""
    shares: tuple[tuple[str, float], ...] = ()
    """The likeliest intents with their probabilities; empty where nothing is asked."""

    @property
    def is_sure(self) -> bool:
        """Sure enough for a question of its own."""
        return self.intent != "unclear" and self.chance >= SURE


def weighed(things: Things, meaning: Meaning, before: Understanding | None, *, sure: float = SURE) -> Weighed:
    """The intent of a question."""
    readings = things.readings
    if re.fullmatch(r"<order>\W*", things.masked) and things.orders and _TRACKING.fullmatch(things.orders[0]):
        return _certainly("where")
    for intent, pattern in words().certain:
        if any(pattern.search(one) for one in readings):
            return _certainly(cast(Intent, intent))
    if not has_words(things.masked):
        # A name alone says nothing of what is asked; beside an order it may be no name but what is asked ("S00042 changelog").
        if not (things.orders or things.purchases) or not has_words(things.unnamed):
            return Weighed(intent="unclear")
        readings = (things.unnamed,)
    # Words that nobody knows may be a name or just words: both readings are weighed.
    goes_on = GOES_ON_FROM.match(things.masked) is not None
    guess = meaning.guess(
        readings,
        before=before.intent if before else "",
        boost=GOES_ON if goes_on else AGAIN,
    )
    best, chance = _together(guess, things)
    if best == "out_of_scope" and chance >= sure and (inside := _worth_a_look(guess)):
        # To look and find nothing costs a person less than to be sent away.
        others = [one for one in _others(guess, inside) if one != "out_of_scope"]
        or_else = tuple(cast(Intent, one) for one in (*others[:1], "out_of_scope"))
        return Weighed(intent=cast(Intent, inside), chance=sure, or_else=or_else, shares=guess.intents)
    if chance >= sure and best != "unclear":
        or_else = tuple(cast(Intent, one) for one in _others(guess, best)[:2]) if chance < DOUBTFUL else ()
        return Weighed(intent=cast(Intent, best), chance=chance, or_else=or_else, shares=guess.intents)
    choices = tuple(cast(Intent, intent) for intent, _ in guess.intents if intent != "unclear")[:3]
    return Weighed(intent="unclear", chance=chance, choices=choices, shares=guess.intents)


def has_words(reading: str) -> bool:
    return re.search(r"[a-z]", re.sub(r"<\w+>", "", reading)) is not None


def _certainly(intent: Intent) -> Weighed:
    return Weighed(intent=intent, chance=1.0, shares=((intent, 1.0),))


def _others(guess: Guess, taken: str) -> list[str]:
    return [one for one, share in guess.intents if share >= LIKELY and one not in {taken, "unclear"}]


def _worth_a_look(guess: Guess) -> str:
    """The likeliest question that only reads, where it is likely enough."""
    found = (one for one, share in guess.intents if share >= WORTH_A_LOOK and one in LOOKED_UP)
    return next(found, "")


def _together(guess: Guess, things: Things) -> tuple[str, float]:
    """The likeliest intent. Those that come to the same for what is named count together: why a purchase order is late, and how it
    stands."""
    turns: Mapping[str, Intent] = {}
    if not things.orders:
        turns = ABOUT_A_PURCHASE if things.purchases else ABOUT_A_PRODUCT if things.products else {}
    chances: dict[str, float] = {}
    likeliest: dict[str, str] = {}
    for intent, chance in guess.intents:
        same = turns.get(intent, intent)
        chances[same] = chances.get(same, 0.0) + chance
        likeliest.setdefault(same, intent)
    best = max(chances, key=lambda one: chances[one])
    return likeliest[best], chances[best]
