"""The question back: what is asked when it cannot be told what was meant, and what is said when that is doubtful. And how the check
for proof knows both again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from copilot.models.playbook.intents import IN_WORDS

NOT_SURE = "I am not sure what you would like to know:"
NOTHING_NAMED = "the order"
READ_AS = "I read this as:"
MEANT = "Did you mean"


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


def doubt(read_as: Sequence[str], or_else: Sequence[str], it: str) -> str:
    """How a question was read that could be read otherwise, in two sentences; in one, where the other has no words of its own
    (outside of our field).

    Args:
        read_as: the intents that were answered.
        or_else: intents, the likeliest first.
        it: see `question_back`.
    """
    named = [IN_WORDS[one].format(it=it) for one in or_else if one in IN_WORDS and one not in read_as]
    answered = [IN_WORDS[one].format(it=it) for one in read_as if one in IN_WORDS]
    read = f"{READ_AS} {' and '.join(answered)}." if or_else and answered else ""
    meant = f"{MEANT} {' or '.join(named)}?" if named else ""
    return f"{read} {meant}".strip() if named or "out_of_scope" in or_else else ""


def is_question_back(sentence: str, question: str) -> bool:
    """Whether it is word for word such a sentence, about nothing but what the person wrote: then it claims nothing.

    Args:
        question: the person's own words.
    """
    asked = question.casefold()
    said = " ".join(sentence.split())
    return any(
        all(it in (None, NOTHING_NAMED) or it.casefold() in asked for it in match.groups())
        for pattern in _patterns()
        if (match := pattern.fullmatch(said))
    )


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    guess = _guess()
    return (
        re.compile(rf"{re.escape(NOT_SURE)} {guess}(?:, {guess})?(?: or {guess})?\?"),
        re.compile(rf"{re.escape(READ_AS)} {guess}(?: and {guess})?\."),
        re.compile(rf"{re.escape(MEANT)} {guess}(?: or {guess})?\?"),
    )


def _guess() -> str:
    words = sorted(IN_WORDS.values(), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(one).replace(r"\{it\}", r"([^,?]{1,60}?)") for one in words) + ")"
