"""How much shelf life has to be left when goods arrive."""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from knowledge_ingest.terms.clauses import Sentence, pieces
from knowledge_ingest.terms.figures import durations, percents
from knowledge_ingest.terms.found import Contract, Found, for_goods, is_definition, matches
from retrieval.term_values import TermValue

_LIFE = r"(?:shelf[- ]?li(?:fe|ves)|(?:remaining|residual|useful|usable) life|storage life)"
_DATE = r"(?:best[- ]before|use[- ]by|expiry|expiration|sell[- ]by)(?: date)?|dates? of (?:expiry|expiration)"
_ABOUT = rf"\b(?:{_LIFE}|{_DATE}|expir(?:es?|ing)|days of life)\b"
_LEAST = r"\b(?:at least|not? less than|no(?:t)? (?:fewer|shorter|under)|(?:a )?minim(?:um|al)|min\.|or (?:more|longer|above)|must|shall|has to|have to|remain\w*|left|(?:no|not) (?:sooner|earlier) than)\b"
_ARRIVES = r"\b(?:deliver\w*|arriv\w*|receipt|received?|receives|suppl(?:y|ied)|ship(?:ped|s)?|dispatch\w*|hand(?:ed)? over|goods[- ]in|at our dock|unloading|remain\w*|left|outstanding|residual|accept\w*)\b"
_REFUSED = r"\b(?:less than|under|below|fewer than|shorter than)\b[^.;]{3,70}\b(?:reject\w*|refus\w*|turned away|not (?:be )?(?:accept\w*|delivered|shipped|sent)|returned|sent back)\b|\b(?:reject|refuse|return|not accept|not deliver|not ship|not send)\w*\b[^.;]{3,70}\b(?:less than|under|below|fewer than|shorter than)\b"
_OTHER_MATTER = r"\b(?:restocking|unopened|claims?|that (?:it|they) had|retain\w*|kept for|records?|warranty|guarantee|pick-?up|total shelf life:|insurance|agreement expires|contract expires|expiry of (?:this|the) (?:agreement|contract|term))\b"
_FRACTIONS = re.compile(
    r"\b(?:(?P<two>two[- ]thirds|2/3)|(?P<three>three[- ]quarters|3/4)|(?P<half>(?:one[- ])?half|1/2)|(?P<third>one[- ]third|a third|1/3))\b",
    re.IGNORECASE,
)
_SHARES = {
    "two": Decimal("66.67"),
    "three": Decimal(75),
    "half": Decimal(50),
    "third": Decimal("33.34"),
}
"""Rounded up: who delivers that much delivers enough."""
_EVERYTHING = {
    "goods", "food", "foods", "items", "products", "lots", "all goods", "all products", "all items", "the goods", "the products", "the items",
    "every lot", "each lot", "every product", "each product", "each item", "every item", "perishables", "perishable goods", "seller", "supplier",
    "the seller", "the supplier", "vendor", "the vendor", "we", "you", "no goods", "remaining shelf life", "the remaining shelf life", "shelf life",
    "minimum shelf life", "minimum remaining shelf life", "the shelf life", "it", "everything", "goods delivered", "the buyer", "buyer",
    "customer", "the customer", "purchaser", "the purchaser", "all food", "all lots", "delivered goods", "merchandise",
}  # fmt: skip
_SUBJECT = re.compile(
    r"^(?P<goods>[A-Z][\w, ()/-]{1,60}?) (?:arrives?|(?:is|are) (?:to be )?\w+ed\b|must|shall|will|has|have|may|needs?|comes?)\b"
)
_NEXT = re.compile(
    r"(?:^|[,;:]|\band\b|\bor\b)\s*(?:for )?(?P<goods>[A-Za-z][\w /()-]{2,40}?)[ :,]*(?:(?:with|has|have|a|must have)\s+)?(?:at least|not? less than|a? ?minimum(?: of)?|min\.)?\s*$"
)


def find_shelf_life(contract: Contract) -> Iterator[Found]:
    """Shelf life that remains on delivery: a share of the whole, or a time; each kind of goods apart."""
    for sentence in contract.sentences:
        if sentence.kind == "row" or is_definition(sentence):
            continue
        for piece in pieces(sentence):
            yield from _left(piece, contract)


def _left(piece: Sentence, contract: Contract) -> Iterator[Found]:
    words = piece.text
    if not matches(_ABOUT, words) or matches(_OTHER_MATTER, words) or matches(r"\breturns?\b", piece.heading):
        return
    headed = matches(rf"\b{_LIFE}\b", piece.heading)
    refused = matches(_REFUSED, words)
    least = matches(_LEAST, words) or matches(rf"\b{_LIFE}:\s", words)
    if not refused and (not least or not (headed or matches(_ARRIVES, words))):
        return
    if not refused and matches(r"\b(?:at most|no more than|not more than|maximum|up to)\b", words):
        return
    shares = _shares(words)
    figures = shares or [
        (each.start, each.end, TermValue(duration=each.value)) for each in durations(words, contract.days)
    ]
    if not shares and not _of_life(words, figures, bool(headed)):
        return
    at = 0
    scopes = []
    for start, end, _ in figures:
        scopes.append(_goods(words[at:start], first=at == 0))
        at = end
    for (_, _, value), scope in zip(figures, scopes, strict=True):
        if len(figures) > 1 and scopes.count(scope) > 1:
            continue  # two figures for the same goods: the sentence says something else as well
        yield Found(kind="minimum_shelf_life", value=value, at=piece, applies_to=scope, slot=scope)


def _shares(words: str) -> list[tuple[int, int, TermValue]]:
    """Shares that are said of the shelf life, with where they stand."""
    found = [(each.start, each.end, each.value) for each in percents(words)]
    if not found:
        found = [
            (match.start(), match.end(), _SHARES[str(match.lastgroup)])
            for match in _FRACTIONS.finditer(words)
        ]
    if not found or not matches(rf"\b{_LIFE}\b", words):
        return []
    # "70% of the shelf life: for salmon 14 days": what follows the colon explains the share
    colon = words.find(":", found[0][1])
    return [
        (start, end, TermValue(percent=value, base="shelf_life"))
        for start, end, value in found
        if colon < 0 or start < colon
    ]


def _of_life(words: str, figures: list[tuple[int, int, TermValue]], headed: bool) -> bool:
    """Whether the times are said of the shelf life: ``10 days of remaining shelf life``, ``expires no sooner than 90 days after``."""
    if not figures:
        return False
    first, last = figures[0][0], figures[-1][1]
    before, after = words[:first], words[last:]
    return bool(
        matches(rf"^\s*(?:of |or more |or longer )?(?:\w+ ){{0,3}}{_LIFE}\b", words[figures[0][1] :])
        or matches(rf"\b{_LIFE}\b", before)
        or matches(rf"^\s*(?:before|ahead of|prior to|to|until|from) (?:the |its |their )?(?:{_DATE})", after)
        or matches(rf"^\s*(?:of )?(?:the )?(?:{_DATE})?\s*(?:left|remain\w*)\b", after)
        or (matches(rf"\b(?:{_DATE}|expires?|expiring)\b", before) and matches(r"^\s*(?:after|from|beyond|past|away|later)\b", after))
        or (headed and matches(r"\b(?:left|remain\w*)\b", words))
    )  # fmt: skip


def _goods(before: str, *, first: bool) -> str:
    """The goods that the words in front of a figure name; empty: everything."""
    if first:
        named = for_goods(before) or (for_goods(before + ":") if before.startswith("For ") else "")
        named = (
            "" if re.match(r"(?:on|with) ", before, re.IGNORECASE) else named
        )  # "On delivery at least 60%"
        subject = None if matches(rf"^(?:The |Each |Every )?(?:{_DATE})", before) else _SUBJECT.match(before)
        listed = re.search(rf"{_LIFE}[^:]{{0,30}}:\s*(?P<goods>.+)$", before, re.IGNORECASE)
        goods = named or (subject["goods"] if subject else "")
        if listed:
            following = _NEXT.search(": " + listed["goods"])
            goods = following["goods"] if following else ""
    else:
        following = _NEXT.search(before)
        goods = following["goods"] if following else ""
    goods = goods.strip(" ,:")
    goods = re.sub(r",? (?:at least|the|a minimum(?: of)?|no less than)$", "", goods).strip(" ,:")
    return "" if goods.casefold() in _EVERYTHING else goods
