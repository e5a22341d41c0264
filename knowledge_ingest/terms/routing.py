"""Which carriers may bring the goods."""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge_ingest.terms.clauses import Sentence, pieces
from knowledge_ingest.terms.found import Contract, Found, matches, scope_of
from retrieval.term_values import TermValue

_HEADING = r"\b(?:carriers?|carriage|routing|transport(?:ation)?|freight|forwarders?)\b"
_SUBJECT = r"\b(?:carriers?|hauliers?|forwarders?|couriers?|ship(?:s|ped)? (?:exclusively |only )?(?:via|with|by)|rout(?:e|ed|ing)\b[^.;]{0,40}\bvia|travel with|arrive with|may deliver|carries|(?:freight|transport|shipping) compan(?:y|ies)|carriage|tendered (?:exclusively|only) to)\b"
_REFUSED = r"\b(?:not (?:be )?(?:approved|accepted|permitted|allowed|used)|turned away|turns them away|prohibited|excluded|will be refused|never)\b"
_CONDITIONAL = r"\b(?:only if|only when|when no other|may be used|may use|in case|if)\b"
_SELLER = r"\b(?:seller|supplier|vendor|distributor|contractor|we)\b"
_BUYER = r"\b(?:buyer|customer|purchaser|cooperative|district)\b"
_NAME = re.compile(
    r"(?<![\w'])(?:(?:UPS|DHL|DPD|GLS|TNT|XPO|FedEx|USPS)(?: [A-Z][\w-]+)*|[A-Z][\w'-]+(?: (?:&|and(?= [A-Z]\w+ (?:Own|Freight|Logistics)))? ?(?:[A-Z][\w'-]*|\d-?[A-Z][\w-]*|[A-Z]{2,}))+)"
)
_NOT_A_CARRIER = (
    r"^(?:Approved|Other|The|Orders?|Purchase|Purchasing|Line-Down|Business|Delivery|Menu|Vessel|Stock|Kit|Buyer|Seller|Supplier|Vendor|Dock|Annex|Schedule|Article|Section|"
    r"Clause|Carrier|Use|Shipments?|Chilled|Dry|Only|Any|For|Chemicals|Cleaning|Confirmed|Property|Properties|Carriers|From|Goods|If|It|Delay)\b"
)
_PLACES = r"\b(?:from|to|in|at|of|between) $"


def find_carriers(contract: Contract) -> Iterator[Found]:
    """Approved carriers, or who chooses."""
    for sentence in contract.sentences:
        if sentence.kind == "row":
            continue
        in_section = matches(_HEADING, sentence.heading)
        if not in_section and not matches(_SUBJECT, sentence.text):
            continue
        words = sentence.text
        choice = _choice(words)
        if choice:
            yield Found(
                kind="approved_carriers",
                value=TermValue(word=choice),
                at=sentence,
                applies_to=scope_of(words),
            )
            continue
        added = matches(r"\b(?:is|are) added\b", words)
        names: list[str] = []
        for piece in pieces(sentence):
            part = piece.text
            stop = matches(_REFUSED, part)
            if stop or (matches(_CONDITIONAL, part) and not matches(r"\bapproved\b", part)):
                continue
            if not (
                in_section or matches(r"\bapproved\b|\bonly\b|\bexclusively\b|\bvia\b", part)
            ) or not _approves(piece, sentence, bool(in_section)):
                continue
            names += [name for name in _names(part) if name not in names]
        if names:
            yield Found(
                kind="approved_carriers", value=TermValue(names=tuple(names)), at=sentence,
                applies_to=_limited_to(words), adds=bool(added),
            )  # fmt: skip


def _choice(words: str) -> str:
    verb = r"(?:choos\w+|selects?|nominat\w+|designat\w+|names?|determines?|arranges?|appoints?)"
    carrier = r"(?:carrier|haulier|forwarder|(?:freight|transport|shipping) company)"
    by = re.search(
        rf"(?P<who>{_SELLER}|{_BUYER})(?: (?:shall|will|may|can|freely|reserves the right to|has the right to|is entitled to))* {verb} (?:\w+ ){{0,2}}{carrier}",
        words,
        re.IGNORECASE,
    )
    if by is None:
        chosen = re.search(
            rf"carrier\w* (?:is|are|shall be|will be) (?:\w+ )?(?:chosen|selected|nominated|designated) by (?:the )?(?P<who>{_SELLER}|{_BUYER})",
            words,
            re.IGNORECASE,
        )
        by = chosen
    if by is None:
        by = re.search(
            rf"(?:choice of (?:the )?carrier|carrier selection|selection of (?:the )?carrier|carrier)\b[^.;]{{0,30}}?(?:rests with|lies with|is at|is up to|is left to|at)\s+(?:the )?(?P<who>{_SELLER}|{_BUYER})",
            words,
            re.IGNORECASE,
        )
    if by is None:
        by = re.search(
            rf"\b(?:carriage|transport|freight) (?:is|shall be|will be) arranged by (?:the )?(?P<who>{_SELLER}|{_BUYER})\b[^.;]{{0,30}}\bcarrier of (?:its|their|his) (?:own )?choice",
            words,
            re.IGNORECASE,
        )
    if by is None:
        return ""
    return "seller_chooses" if re.fullmatch(_SELLER, by["who"], re.IGNORECASE) else "buyer_chooses"


def _approves(piece: Sentence, sentence: Sentence, in_section: bool) -> bool:
    verb = r"\b(?:approved|accepted|arrives?|travels?|carries|uses?|may deliver|exclusively|only|permitted|authori[sz]ed|listed|via)\b"
    if matches(verb, sentence.text):
        return True
    # "Atlas Freight for pallets, Swiftline for parcels." says it by standing under the heading
    first = _NAME.match(piece.text)
    return in_section and first is not None and bool(matches(r"\bfor\b", piece.text))


def _names(words: str) -> list[str]:
    found = []
    for match in _NAME.finditer(words):
        name = match.group().strip()
        name = re.sub(r"^(?:Only|Approved carriers?|Use|Carriers?) ", "", name)
        if re.match(_NOT_A_CARRIER, name) or (
            re.search(_PLACES, words[: match.start()])
            and not re.search(
                r"\b(?:tendered|entrusted|handed over|given)\b[^.;]{0,20}\bto $", words[: match.start()]
            )
        ):
            continue
        if re.match(r"\s*\([A-Z]{1,3}-?\d", words[match.end() :]):
            continue  # an article with its code
        found.append(name)
    return found


def _limited_to(words: str) -> str:
    match = re.search(r"\bapproved for (?P<what>[^.;]{3,60})", words)
    return scope_of(match["what"]) if match else ""
