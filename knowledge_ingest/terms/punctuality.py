"""When goods are received, and when a delivery is on time."""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge_ingest.terms.clauses import Sentence
from knowledge_ingest.terms.figures import durations, ordinal_days, windows
from knowledge_ingest.terms.found import Contract, Found, matches, scope_of
from retrieval.term_values import Duration, TermValue

_RECEIVES = r"\b(?:receiv\w*|docks?|deliver\w*|goods[- ]in|unload\w*|window|bay|warehouse|plant is open|site is open|workshop|arriv\w*|trucks?)\b"
_OFFICE = (
    r"\b(?:office|customer service|telephone|calls?|help ?desk|support|business hours|opening hours of)\b"
)
_JUDGES = (
    r"\b(?:is|are|be|deemed|considered|counts? as|counted as|delivered) (?:on[- ]time|timely|in time|punctual|timely|late when|late if)\b|\b(?:on[- ]time|delivered late|late)[\"”']?\s*(?:means|is when|is:|:)"
    r"|\bis late (?:when|if)\b|\b[\"“]?(?:on time|delivered late|timely delivery)[\"”]? (?:shall )?means?\b"
)
_DATE = r"(?:(?:confirmed|requested|agreed|promised|required|scheduled|delivery|due|appointed|committed)\b[\w ]{0,20}\b(?:date|day|time|slot)|due day|due date|agreed date|(?:required|promised) date|it\b|the slot|slot|estimated time)"
_NOTHING = Duration(count=0, unit="day")


def find_punctuality(contract: Contract) -> Iterator[Found]:
    """Receiving windows and on-time definitions."""
    for sentence in contract.sentences:
        if sentence.kind == "row":
            continue
        yield from _window(sentence, contract)
        yield from _on_time(sentence, contract)


def _window(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    words = sentence.text
    context = f"{sentence.heading} {words}"
    if not matches(_RECEIVES, context) or (
        matches(_OFFICE, words) and not matches(r"\b(?:dock|receiv|goods)", words)
    ):
        return
    if re.match(r"[\"“]", words) or (
        matches(r"\b(?:booked|refused|no deliveries|trucks after)\b", words)
        and not matches(r"\breceives?\b", words)
    ):
        return
    found = windows(words, contract.times)
    if found:
        months = re.match(r"From (?P<season>[A-Z][a-z]+ to [A-Z][a-z]+)\b", words)
        season = months["season"] if months and not matches(r"day\b", months["season"]) else ""
        yield Found(
            kind="delivery_window", value=TermValue(windows=found), at=sentence, applies_to=season or scope_of(words),
            slot=season, adds=bool(matches(r"\balso\b", words)),
        )  # fmt: skip


def _on_time(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    words = sentence.text
    if not matches(_JUDGES, words) or matches(r"\b\d+(?:\.\d+)?% of\b|\bdoes not make\b|\bannounce", words):
        return
    clause = contract.clause_of(sentence)
    followers = [each for each in clause if sentence.start < each.start]
    early = late = _both(words, contract)
    if early is None:
        early, late = _early(words, contract), _late(words, contract)
    for each in followers:
        if early is None and matches(r"\bearly\b|\bearlier\b|\bbefore the (?:slot|window)\b", each.text):
            early = _early_follower(each.text, contract)
    scope = scope_of(words)
    if early is None and late is None:
        if durations(words, contract.days):
            yield Found(kind="on_time", value=TermValue(word="stated"), at=sentence, applies_to=scope)
        return
    yield Found(kind="on_time", value=TermValue(early=early, late=late), at=sentence, applies_to=scope)


def _both(words: str, contract: Contract) -> Duration | None:
    """``within two days before or after the agreed date``."""
    around = re.search(
        rf"\bwithin (?P<length>[^,;.]{{3,40}}?) (?:before or after|either side of|on either side of) (?:the |an? |its )?{_DATE}",
        words,
        re.IGNORECASE,
    )
    lengths = durations(around["length"] + " ", contract.days) if around else []
    return lengths[0].value if len(lengths) == 1 else None


def _early(words: str, contract: Contract) -> Duration | None:
    before = re.search(
        r"(?:no(?:t)? earlier than|up to|at most|not more than|no more than)\s+(?P<length>[^,;.]{3,40}?)\s+(?:before|early|prior to)",
        words,
        re.IGNORECASE,
    )
    if before:
        lengths = durations(before["length"] + " ", contract.days)
        return lengths[0].value if len(lengths) == 1 else None
    if matches(r"\bneither (?:earlier|sooner|before) (?:n?or) (?:later|after)\b", words):
        return _NOTHING
    if matches(r"\bor on the (?:business|working) day before\b", words):
        return Duration(count=1, unit="business_day")
    return None


def _early_follower(words: str, contract: Contract) -> Duration | None:
    if matches(r"\b(?:early|earlier)\b", words) and matches(
        r"\bnot (?:be )?accepted\b|\bturned away\b|\brefused\b|\brejected\b", words
    ):
        return _NOTHING
    if matches(r"\baccepted\b|\bpermitted\b|\ballowed\b", words):
        lengths = durations(words, contract.days)
        return lengths[0].value if len(lengths) == 1 else None
    return None


def _late(words: str, contract: Contract) -> Duration | None:
    after = re.search(
        rf"(?:within|no(?:t)? later than|no(?:t)? more than|at most|up to)\s+(?P<length>(?:(?!\bbefore\b|\bprior\b|\band\b|\bor\b)[^,;.]){{3,40}}?)\s+(?:after|of|following)\s+(?:the |an? )?{_DATE}",
        words,
        re.IGNORECASE,
    )
    if after:
        lengths = durations(after["length"] + " ", contract.days)
        return lengths[0].value if len(lengths) == 1 else None
    counted = re.search(
        rf"\b(?:(?:by|until)\b[^,;.]{{0,30}}?|no(?:t)? later than\b[^;.]{{0,40}}?)\bthe (?P<length>\w+ [\w ]{{3,20}}?) (?:after|following)\s+(?:the )?{_DATE}",
        words,
        re.IGNORECASE,
    )
    if counted:
        lengths = ordinal_days(counted["length"], contract.days)
        return lengths[0].value if len(lengths) == 1 else None
    if matches(rf"\bnot (?:after|later than) (?:the |its )?{_DATE}", words):
        return _NOTHING
    on = matches(rf"\bon (?:or before )?(?:the |its )?(?:{_DATE})", words)
    inside = matches(
        r"\binside the (?:slot|window)\b|\bof the day stated\b|\bby the (?:due|agreed|confirmed|requested|delivery)\b",
        words,
    )
    return _NOTHING if (on or inside) and not re.search(r"\bhours? before the estimated\b", words) else None
