"""The question back: what is asked when it cannot be told what was meant, and how the check for proof knows it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from copilot.models.playbook.intents import IN_WORDS

NOT_SURE = "I am not sure what you would like to know:"
NOTHING_NAMED = "the order"


def question_back(choices: Sequence[str], it: str) -> str:
    """One sentence with the guesses, or nothing when there are none.

    Args:
        choices: intents, the likeliest first.
        it: what the question is about, as the person wrote it, or `NOTHING_NAMED`.
    """
    named = [IN_WORDS[one].format(it=it) for one in choices if one in IN_WORDS]
    if not named:
        return ""
    return f"{NOT_SURE} {named[0] if len(named) == 1 else ', '.join(named[:-1]) + ' or ' + named[-1]}?"


def is_question_back(sentence: str, question: str) -> bool:
    """Whether it is word for word such a sentence, about nothing but what the person wrote: then it claims nothing.

    Args:
        question: the person's own words.
    """
    match = _pattern().fullmatch(" ".join(sentence.split()))
    if match is None:
        return False
    asked = question.casefold()
    return all(it in (None, NOTHING_NAMED) or it.casefold() in asked for it in match.groups())


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    first, more = _guess(), _guess()
    return re.compile(rf"{re.escape(NOT_SURE)} {first}(?:, {more})?(?: or {_guess()})?\?")


def _guess() -> str:
    words = sorted(IN_WORDS.values(), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(one).replace(r"\{it\}", r"([^,?]{1,60}?)") for one in words) + ")"
