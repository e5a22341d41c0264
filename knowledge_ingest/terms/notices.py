"""Notice periods: of the end of the contract, of new prices, of a delay."""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge_ingest.terms.clauses import Sentence
from knowledge_ingest.terms.figures import Length, durations
from knowledge_ingest.terms.found import Contract, Found, matches, scope_of
from retrieval.term_values import Duration, TermValue

_EXCUSED = r"\b(?:neither party|excused|beyond (?:its|their|the) (?:reasonable )?control|acts? of god|force majeure|is excused)\b"


def find_notices(contract: Contract) -> Iterator[Found]:
    """Every notice period that is said in figures, and delays to be told at once."""
    for sentence in contract.sentences:
        if sentence.kind == "row":
            continue
        yield from _termination(sentence, contract)
        yield from _price(sentence, contract)
        yield from _delay(sentence, contract)


def _termination(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    words = sentence.text
    ends = matches(
        r"\b(?:terminat\w+|(?:may|can|be|is|unless|until) (?:end(?:ed)?|cancel(?:led)? this|give)\b|(?:agreement|contract) (?:may|can) (?:also )?be (?:cancel+ed|ended|dissolved)\b|ends? (?:it|this (?:agreement|contract))|ended with|gives? notice|end the (?:contract|agreement)|terminable|bring (?:this |the )?(?:agreement|contract) to an end|withdraw from (?:this |the )?(?:agreement|contract)|(?:agreement|contract) (?:runs|continues)\b)",
        words,
    )
    if not ends or matches(r"\b(?:renewed by|breach|warning)\b", words) or not matches(r"\bnotice\b", words):
        return
    for length in _noticed(words, contract)[:1]:
        after = re.match(r"After (?P<event>[^,]{5,70}?) (?:the|either|a)\b", words)
        yield Found(
            kind="notice_termination", value=TermValue(duration=length.value), at=sentence,
            applies_to=f"after {after['event']}" if after else "",
        )  # fmt: skip


def _price(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    words = sentence.text
    if not matches(r"\b(?:prices?|increases?|changes?|adjustments?)\b", words):
        return
    clause = " ".join(each.text for each in contract.clause_of(sentence))
    if not matches(r"\bprices?\b", clause):
        return
    if not matches(
        r"\b(?:announce\w*|take effect|notice|notif\w+|informs?|increas\w+|published|become valid|valid|apply|revis\w+)\b",
        words,
    ) or matches(r"\b(?:these terms|recipe|invoice)\b", words):
        return
    lengths = _noticed(words, contract) or _ahead(words, contract)
    if len(lengths) >= 1:
        yield Found(kind="notice_price_change", value=TermValue(duration=lengths[0].value), at=sentence)


def _delay(sentence: Sentence, contract: Contract) -> Iterator[Found]:
    words = sentence.text
    if (
        not matches(
            r"\bdelay(?:s|ed)?\b|\b(?:be|is|are|running) late\b|\blate deliver(?:y|ies)\b|\bcannot (?:be )?(?:met|kept|meet|keep)\b",
            words,
        )
        or matches(_EXCUSED + r"|\b(?:was|were) announced\b", words)
        or matches(r"\bexcused\b", sentence.heading)
    ):
        return
    if not matches(
        r"\b(?:announc\w+|notif\w+|tells?|(?:is|are|be) (?:to be )?told|reports?|informs?|calls?|advises?|warns?|alerts?|gives? notice|communicat\w+|disclos\w+|notice of)\b",
        words,
    ):
        return
    lengths = [
        length
        for length in durations(words, contract.days)
        if re.match(
            r"['’]?s?\s*(?:before|prior|ahead|in advance|notice of (?:any |a |the )?(?:\w+ )?delay)",
            words[length.end :],
        )
    ]
    if len(lengths) == 1:
        yield Found(
            kind="notice_delay",
            value=TermValue(duration=lengths[0].value),
            at=sentence,
            applies_to=scope_of(words),
        )
    elif not lengths and matches(r"\bon the (?:business|working) day before\b", words):
        yield Found(
            kind="notice_delay", value=TermValue(duration=Duration(count=1, unit="business_day")), at=sentence
        )
    elif not lengths and matches(
        r"\b(?:as soon as|immediately|without (?:undue )?delay|at once|promptly|forthwith)\b", words
    ):
        yield Found(
            kind="notice_delay", value=TermValue(word="at_once"), at=sentence, applies_to=scope_of(words)
        )


def _noticed(words: str, contract: Contract) -> list[Length]:
    """Durations that are said of a notice, not of something else in the sentence."""
    found = []
    for length in durations(words, contract.days):
        before, after = words[: length.start], words[length.end :]
        if re.match(
            r"\s*(?:of )?(?:prior |advance |written |previous )*(?:written )?notice\b", after, re.IGNORECASE
        ) or (
            re.search(
                r"\bnotice(?: in writing)?(?: of(?: at least)?| not less than| at least)?\s*$",
                before,
                re.IGNORECASE,
            )
        ):
            found.append(length)
    return found


def _ahead(words: str, contract: Contract) -> list[Length]:
    return [
        length for length in durations(words, contract.days)
        if re.match(r"\s*(?:after (?:written |prior )?(?:announcement|notice|notification)|after (?:[\w']+ ){1,5}(?:announced|notified|informed|given notice|sent|published|communicated)|ahead|before|in advance|prior|beforehand)\b", words[length.end :], re.IGNORECASE)
    ]  # fmt: skip
