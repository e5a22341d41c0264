"""What kind of answer a question wants, and whether a text holds one: a time, an amount, a person in charge, a yes or no."""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.sparse import stem

_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|half)"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_MONTH = r"(?:january|february|march|april|june|july|august|september|october|november|december)"

_TYPES: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "amount",
        re.compile(
            r"\bhow much\b|\b(?:cost|costs|charges?|fee|price|surcharge|penalty|credit|deduct|refund|owe[ds]?|pay|amount|rate)\b"
        ),
        re.compile(
            r"(?:usd|eur|[$€£])\s?\d|\d\s?(?:usd|eur|dollars|euros|cents)|\d\s?%|\bpercent\b|free of charge|without cost"
        ),
    ),
    (
        "time",
        re.compile(
            r"\b(?:when|until when|by when|how (?:long|soon|often|early|late|quickly)|what time|"
            r"which (?:day|date|weekday|days|hour)s?|within (?:what|how)|"
            r"how many (?:business |working |calendar )?(?:hours|days|weeks|months|years)|deadline|cut-?off|period|date|valid)\b"
        ),
        re.compile(
            rf"\b\d{{1,2}}:\d\d\b|"
            rf"\b(?:\d+|{_NUMBER_WORD})\s+(?:business |working |calendar )?(?:minutes?|hours?|days?|weeks?|months?|years?)\b|"
            rf"\b{_WEEKDAY}\b|\b{_MONTH}\b|\b(?:at once|immediately|same day|next (?:business )?day)\b|\b20\d\d-\d\d"
        ),
    ),
    (
        "person",
        re.compile(r"\bwho(?:m|se)?\b|\bwhich (?:role|person|team|department)\b"),
        re.compile(
            r"\b(?:supervisor|manager|lead|clerk|director|buyer|sales|finance|purchasing|compliance|customer service|operations|"
            r"seller|vendor|carrier|dispatcher|driver|owner|chief|deputy|foreman)\b"
        ),
    ),
    (
        "number",
        re.compile(
            r"\bhow (?:many|often|heavy|large|big|far)\b|\bwhich (?:share|percentage|weights?|number|factor)\b|"
            r"\bwhat (?:share|percentage|factor|temperature|number)\b|\btemp\w*\b"
        ),
        re.compile(rf"\d|\b(?:once|twice|{_NUMBER_WORD})\b"),
    ),
    (
        "permission",
        re.compile(
            r"^(?:may|can|must|are|is|does|do|should|will|could)\b|\b(?:allowed|permitted|possible)\b"
        ),
        re.compile(
            r"\b(?:may|must|can|cannot|not|never|only|allowed|permitted|prohibited|forbidden|required|needs?|except|excluded|no|nobody|without|"
            r"appl(?:y|ies)|extends?|in place of|comes first)\b"
        ),
    ),
)


def answer_types(question: str) -> tuple[str, ...]:
    """The types of answer that a question asks for; none for a heap of words.

    Args:
        question: In search form.
    """
    folded = " ".join(question.lower().split())
    found = [name for name, asked, _ in _TYPES if asked.search(folded)]
    # nearly every text permits or forbids something: that counts only when nothing else is asked for
    return tuple(each for each in found if each != "permission") or tuple(found)


def holds_answer(text: str, types: tuple[str, ...]) -> float:
    """Share of the wanted types that a text holds, 0..1; 0 when none is wanted."""
    if not types:
        return 0.0
    folded = " ".join(text.lower().split())
    held = {name for name, _, held in _TYPES if name in types and held.search(folded)}
    return len(held) / len(types)


_HOW_MANY = re.compile(
    r"\bhow many (?:[a-z]+ ){0,2}?(?P<noun>[a-z]+?)"
    r"(?: (?:are|is|may|can|must|do|does|did|have|has|were|was|will|of|in|a|per|for|to|after|before|within|the)\b|\?|$)"
)
_COUNT = re.compile(
    rf"\d[\d.,]*|{_NUMBER_WORD}|forty|fifty|hundred|once|twice|several|all|no",
)
_SHAPES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\bhow often\b|\bhow many times\b"),
        re.compile(
            r"\b(?:once|twice|daily|weekly|monthly|yearly|quarterly|every (?:\w+ )?(?:day|week|month|year|hour|minute)s?|"
            rf"(?:\d+|{_NUMBER_WORD}) (?:\w+ ){{0,2}}(?:times|changes|attempts|a (?:day|week|month|year)))\b"
        ),
    ),
    (
        re.compile(r"\b(?:by|until|till) when\b|\bdeadline\b|\bcut-?off\b|\b(?:at the )?latest\b|\bhow soon\b"),
        re.compile(
            r"\b(?:before|by|until|latest|within|no later than|not later than)\b[^.;]{0,25}"
            rf"(?:\d|\b{_NUMBER_WORD}\b|\bnoon\b|\bthe same\b)"
        ),
    ),
    (
        re.compile(r"\b(?:may|must|can|shall|should|is|are|do|does) (?:\w+ )?(?:not|never)\b|\b(?:forbidden|prohibited|excluded)\b"),
        re.compile(r"\b(?:not|never|no|nobody|none|prohibited|forbidden|excluded|refused|except)\b"),
    ),
)  # fmt: skip
"""(how a question asks, what an answer of that shape holds), in lower case."""
_SAYING = re.compile(
    r"\b(?:tell|told|say|said|write|wrote|wording|words|sentence|message|phrase|reply)\b", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“][A-Z][^\"”]{20,}[\"”]")


def counted_noun(question: str) -> str:
    """What a question wants counted, as a stem: ``how many shipments are allowed`` -> ``shipment``; empty for none."""
    match = _HOW_MANY.search(question.lower())
    return stem(match["noun"]) if match else ""


def holds_count(text: str, noun: str) -> bool:
    """Whether a text counts it: ``three shipments at most``."""
    if not noun:
        return False
    found = re.findall(r"[a-z]+|\d[\d.,]*", text.lower())
    return any(
        _COUNT.fullmatch(word) and any(stem(each) == noun for each in found[at + 1 : at + 4])
        for at, word in enumerate(found)
    )


def holds_shape(text: str, question: str) -> bool:
    """Whether a text has the shape that a question asks for: ``by when`` -> ``before 11:00``, ``how often`` -> ``twice``."""
    asked = _shapes_asked(question)
    if not asked:
        return False
    folded = " ".join(text.lower().split())
    return any(held.search(folded) for held in asked)


@lru_cache(maxsize=256)
def _shapes_asked(question: str) -> tuple[re.Pattern[str], ...]:
    """Of one question, which some dozens of texts are compared with."""
    return tuple(held for asks, held in _SHAPES if asks.search(question.lower()))


def asks_for_words(question: str) -> bool:
    """Whether a question is for what is said or written: ``what do we tell a customer``."""
    return _SAYING.search(question) is not None


def holds_words(text: str) -> bool:
    """Whether a text quotes a sentence."""
    return _QUOTED.search(text) is not None
