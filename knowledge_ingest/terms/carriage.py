"""How goods travel, beyond the carrier's name: mode, vehicle, who pays the freight, where and with which appointment.

What an instruction says exactly (``over 150 lb``, ``24 hours before``) stays in its words; the value says what it is about.
"""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from knowledge_ingest.terms.clauses import Sentence, pieces
from knowledge_ingest.terms.found import CONSENT, Contract, Found, is_definition, matches, may_match, scope_of
from retrieval.term_values import FREIGHT_PAYERS, INCOTERMS, ROUTING_WORDS, TermValue

_HEADING = r"\b(?:rout(?:e|ing)|carriers?|carriage|transport\w*|freight|shipping|shipments?|deliver(?:y|ies)|logistics|receiving)\b"
_GOODS = r"\b(?:ship\w*|deliver\w*|orders?|goods|(?:air)?freight|loads?|loaded|trucks?|trailers?|pallets?|carriers?|carried|consignments?|vehicles?|items?|products?|materials?|cargo|tendered|parcel carriers?|transported)\b"
_INSTRUCTS = r"\b(?:shall|must|will|ha(?:s|ve) to|(?:are|is) to be|needs?|requires?|required|ships?|shipped|sent|send|moves?|travels?|goes|use[ds]?|transported|carried|loaded|tendered|accepted|may|only|routed|have|arrives?)\b"
_DENIED = r"\b(?:no|not|never|neither|without|unless|except)\b"
_OTHER_MATTER = r"\b(?:claims?|disputes?|arbitration|warranty|confidential\w*|licen[cs]e|surcharges?|fees? (?:is|are)|rates? (?:is|are)|data)\b"
_BEGINS = frozenset({"ship", "send", "use", "via", "by", "standard", "tender", "shipments", "orders", "goods", "all", "only"})  # fmt: skip

_AIR = r"(?:air[ -]?freight|air (?:service|shipments?|cargo|transport\w*|express|carriers?)|(?:by|via) air)"
_NO_AIR = (
    rf"\bno (?:use of )?{_AIR}\b|\b(?:not|never) (?:be )?(?:ship\w*|use|used|send|sent|moved?|dispatch\w*|transport\w*|tender\w*|carried)\b[^.;]{{0,40}}?\b{_AIR}\b"
    rf"|\b{_AIR}\b[^.;]{{0,20}}?\b(?:(?:is|are|shall be) (?:not (?:permitted|allowed|authori[sz]ed|accepted)|prohibited|forbidden|excluded))\b"
)
_AIR_ASKED = rf"\b{_AIR}\b[^.;]{{0,20}}?\b(?:requires?|needs?|must be|(?:is|are) (?:permitted |allowed |used )?only|only (?:with|after|upon|if|when|where))\b(?P<what>[^.;]{{0,80}})"
_RELEASED = CONSENT + r"|\b(?:release|approved|instruct\w+|request\w*)\b"
_MODES: tuple[tuple[str, str], ...] = (
    ("parcel", r"\b(?:by|via|as|small)[- ](?:small[- ])?parcels?\b(?! of)|\bparcel (?:service|carriers?|shipments?|post)\b"),
    ("ltl", r"\bLTL\b|\bless[- ]than[- ](?:a[- ])?truck[- ]?load\b"),
    ("truckload", r"\b(?:full[- ]truck[- ]?loads?|FTL|FCL|full container loads?)\b|\b(?:by|as a|as|via) truck[- ]?load\b"),
    ("ground", r"\bground (?:service|shipping|transport\w*|delivery|only|freight)\b|\b(?:by|via) (?:ground|surface)\b|\bships? (?:by |via )?(?:ground|surface)\b|\bsurface (?:mode|transport\w*|service|freight)\b"),
    ("air", rf"\b{_AIR}\b"),
    ("rail", r"\bby rail\b|\brail (?:freight|service|transport\w*|cars?)\b|\bintermodal\b"),
    ("ocean", r"\bby (?:sea|ocean|vessel)\b|\bocean freight\b|\bsea freight\b"),
    ("refrigerated", r"\b(?:refrigerated|temperature[- ]controlled|insulated|reefer|chilled|cooled|climate[- ]controlled) (?:\w+ )?(?:trailers?|trucks?|vehicles?|vans?|containers?|units?|transport\w*|equipment)\b|\bin (?:a )?reefers?\b"),
    ("flatbed", r"\bflat-?beds?\b"),
    ("van", r"\b(?:needs?|requires?) a (?:small )?van\b|\bby van\b|\bin (?:a )?(?:small )?vans?\b|\bvans? only\b"),
)  # fmt: skip
_LIFTGATE = r"\b(?:lift[- ]?gates?|tail[- ]?lifts?)\b"
_WITH = r"\b(?:needs?|requires?|required|ha(?:s|ve) (?:to have )?an?|with an?|must|shall|equipped)\b"
_REFUSED = (
    r"\b(?:not (?:be )?(?:accepted|permitted|allowed|unloaded|received|used)|turned away|refused|rejected)\b"
)

_PREPAID = r"\bfreight (?:charges )?(?:(?:is|are|shall be|will be|to be) )?(?:pre-?paid|allowed)\b|\bpre-?(?:pays?|paid|payment of)\b[^.;]{0,20}?\bfreight\b|\bpre-?(?:paid|pay)(?: and | & )(?:added|allowed?|add|charged? back)\b|\bcarriage paid\b|\bfreight terms:? (?:are )?pre-?paid\b|\bships?(?:ped)? pre-?paid\b"
_COLLECT = r"\bfreight collect\b|\bon an? (?:freight )?collect basis\b|\bfreight (?:charges )?(?:is|are|shall be|will be|to be) collect\b|\bship(?:s|ped)? collect\b|\bfreight terms:? (?:are )?collect\b"
_THIRD_PARTY = r"\b(?:freight|shipments?|transport\w*|carriage)\b[^.;]{0,40}?\bbill(?:ed|s)?\b[^.;]{0,12}?\b(?:third|3rd)[- ]party\b|\b(?:third|3rd)[- ]party (?:freight|collect)\b|\b(?:freight|shipments?)\b[^.;]{0,40}?\b(?:third|3rd)[- ]party bill(?:ing|ed)\b|\bbill freight (?:to )?(?:third|3rd)[- ]party\b"
_PAYERS = (("freight_prepaid", _PREPAID), ("freight_collect", _COLLECT), ("freight_third_party", _THIRD_PARTY))  # fmt: skip

_CODE = re.compile(r"\b(?P<code>EXW|FCA|FAS|FOB|F\.O\.B\.|CFR|CIF|CPT|CIP|DAP|DPU|DDP)(?!\w)")
_CODE_NAMES = (
    ("exw", r"\bex[- ]works\b"),
    ("fca", r"\bfree carrier\b"),
    ("dap", r"\bdelivered at place\b"),
    ("ddp", r"\bdelivered duty paid\b"),
    ("fob", r"\bfree on board\b"),
)
_MOST_CODES = 4
"""In one sentence; one that names more agrees on none of them."""
_SAYS_TERMS = r"\b(?:incoterms?|(?:delivery|shipping|freight|trade|shipment) terms|terms of delivery|prices?|deliver\w*|ship\w*|goods|sold)\b"
_AT_ORIGIN = r"^[\s,:(-]*(?:place of )?(?:origin|shipping point|point of shipment|(?:the )?(?:seller|supplier|vendor|manufacturer|shipper)['’]s|(?:the )?(?:plant|works|factory|mill|warehouse) of (?:the )?(?:seller|supplier|vendor|manufacturer|shipper)\b)"
_AT_DESTINATION = (
    r"^[\s,:(-]*(?:place of )?(?:destination|delivered|(?:the )?(?:buyer|customer|purchaser|consignee)['’]s)"
)

_SITE = r"(?:warehouses?|distribution cent(?:er|re)s?|DCs?|plants?|stores?|cold stores?|depots?|yards?|facilit(?:y|ies)|premises|kitchens?)"
_POINT = (
    r"\b(?:deliver(?:y|ed|ies)?|shipped|unloaded|arrives?|brought|goods|shipments?)\b[^.;]{0,60}?\b(?:to|at|through) (?:the )?(?:\w+ )?(?:dock|door|gate|bay|ramp)s? (?:no\.? |number )?(?:[A-Z]|\d{1,3})\b"
    r"|\b(?:delivery point|point of delivery|place of delivery|delivery address|ship-to (?:address|location|point))(?: (?:is|shall be|are)\b|:)"
    rf"|\b(?:delivered|shipped)\b[^.;]{{0,40}}?\bto (?:the |its |their )?(?:(?:(?:buyer|customer|purchaser)['’]s )(?:[\w-]+ ){{0,3}}|(?-i:[A-Z])[\w-]+ (?:[\w-]+ ){{0,2}}){_SITE}\b"
)
_BOOKED = r"(?:booked|schedul(?:ed?|ing)|arranged?|reserved?|book|agreed|obtain(?:ed)?|request(?:ed)?|made)"
_APPOINTMENT = (
    r"\b(?:delivery|dock|receiving|unloading|warehouse) appointments?\b|\bby (?:prior |advance )?appointment\b"
    rf"|\bappointments? (?:for|to|with)\b[^.;]{{0,30}}?\b(?:deliver\w*|unload\w*|receiv\w*|dock|warehouse)\b|\b{_BOOKED} (?:an? |the )?(?:\w+ )?appointments?\b"
    rf"|\bappointments? (?:is|are|must be|shall be|has to be|have to be) (?:required|needed|mandatory|{_BOOKED})\b"
    rf"|\b(?:deliver(?:y|ies)|shipments?|loads?|trucks?|consignments?)\b[^.;]{{0,40}}?\b(?:booked|scheduled|reserved|pre-?booked) (?:[\w@-]+ ){{0,4}}?(?:in advance|with|via|through|beforehand|at least|at the latest|on the portal)\b"
    rf"|\b(?:time |delivery |dock )?slots?\b[^.;]{{0,30}}?\b(?:must|shall|has to|have to|(?:is|are)(?: to be)?) {_BOOKED}\b|\b(?:book|reserve)[sd]? (?:an? |the )?(?:\w+ )?slots?\b|\bslot {_BOOKED}\b"
)
_AT_THE_DOCK = r"\b(?:deliver\w*|trucks?|receiv\w*|docks?|unload\w*|carriers?|shipments?|arriv\w*|loads?|warehouse|drivers?)\b"
_NO_APPOINTMENT = r"\b(?:without|no) (?:an? |any |prior )?(?:\w+ )?appointments?\b"
_GUIDE = r"\b(?:routing|shipping|transportation|traffic|freight)(?: (?:and|&) \w+)?(?: (?:policy|compliance|routing))? (?:guides?|guidelines?|instructions|manuals?|requirements)\b"
_FOLLOWS = r"\b(?:per|compl(?:y|ies|iance)|accord\w*|follow\w*|pursuant|observes?|appl(?:y|ies)|incorporated|govern\w*|under|conform\w*|adheres?|routed|deviate)\b"


_NOT_AGREED = r"\b(?:is|are|shall|will|do|does) not (?:be )?(?:appl\w*|binding|part|incorporated|(?:EXW|FCA|FAS|FOB|CFR|CIF|CPT|CIP|DAP|DPU|DDP)\b)"

_SIGNS = (
    *(pattern for _, pattern in (*_MODES, *_PAYERS, *_CODE_NAMES)), _LIFTGATE, _POINT, _APPOINTMENT, _GUIDE, _CODE.pattern,
)  # fmt: skip
"""Of which a sentence has one, or says nothing on routing."""


def find_routing(contract: Contract) -> Iterator[Found]:
    """Instructions on how goods travel. Of who pays the freight, and of the Incoterm, there is one each: two that differ contradict."""
    for sentence in contract.sentences:
        if sentence.kind == "row" or not may_match(_SIGNS, sentence.text) or is_definition(sentence):
            continue
        about = bool(matches(_GOODS, sentence.text) or matches(_HEADING, sentence.heading))
        named: list[str] = []
        for piece in pieces(sentence):
            if not matches(_OTHER_MATTER, piece.text):
                named += _words(piece, about=about)
        scope = scope_of(sentence.text) if named else ""
        rest = [each for each in ROUTING_WORDS if each in named]
        for slot, words in (("payer", FREIGHT_PAYERS), ("incoterm", INCOTERMS)):
            own = [each for each in rest if each in words]
            rest = [each for each in rest if each not in own]
            if len(own) == 1:  # "prepaid or collect, as the order says" leaves it open
                yield Found(
                    kind="routing", value=TermValue(names=tuple(own)), at=sentence, applies_to=scope, slot=slot
                )  # fmt: skip
        if rest:
            yield Found(kind="routing", value=TermValue(names=tuple(rest)), at=sentence, applies_to=scope)


def _words(piece: Sentence, *, about: bool) -> Iterator[str]:
    """What a part of a sentence asks for; `about`: whether the sentence speaks of goods on their way."""
    words = piece.text
    if about:
        yield from _modes(piece)
        yield from _payers(words)
        if matches(_POINT, words) and not matches(_DENIED, words):
            yield "delivery_point"
    yield from _incoterms(words)
    if matches(_APPOINTMENT, words) and matches(_AT_THE_DOCK, words):
        # "no truck is unloaded without an appointment" asks for one, "without appointment" by itself for none
        without = matches(_NO_APPOINTMENT, words)
        if not without or matches(_DENIED, words[: without.start()]):
            yield "appointment"
    if (
        matches(_GUIDE, words)
        and matches(_FOLLOWS, words)
        and not matches(rf"\bno (?:\w+ )?{_GUIDE}|{_NOT_AGREED}", words)
    ):
        yield "routing_guide"


def _modes(piece: Sentence) -> Iterator[str]:
    words = piece.text
    asked = matches(_AIR_ASKED, words)
    no_air = bool(matches(_NO_AIR, words) or (asked and matches(_RELEASED, asked["what"])))
    if no_air:
        yield "no_air"
    gate = matches(_LIFTGATE, words)
    if gate and matches(r"\bwithout (?:an? )?" + _LIFTGATE, words):
        if matches(_REFUSED, words):
            yield "liftgate"
    elif gate and matches(_WITH, words) and not matches(_DENIED, words):
        yield "liftgate"
    if not (matches(_INSTRUCTS, words) or matches(_HEADING, piece.heading)):
        return
    denied = not no_air and matches(_DENIED, words)
    for name, pattern in _MODES:
        if (name == "air" and no_air) or denied:
            continue
        match = matches(pattern, words)
        if match and not _in_a_name(words, match):
            yield name


def _in_a_name(words: str, match: re.Match[str]) -> bool:
    """Whether a carrier is called so: ``Atlas Freight LTL``, ``Swiftline Ground Service``."""
    before = re.search(r"(?P<word>[A-Z][\w'’&-]*) $", words[: match.start()])
    return bool(before and match.group()[:1].isupper() and before["word"].casefold() not in _BEGINS)


def _payers(words: str) -> Iterator[str]:
    for name, pattern in _PAYERS:
        match = matches(pattern, words)
        if match and not matches(_DENIED, words[: match.end()]) and not matches(_REFUSED, words):
            yield name


def _incoterms(words: str) -> Iterator[str]:
    if matches(_NOT_AGREED, words):
        return
    for match in islice(_CODE.finditer(words), _MOST_CODES):
        code, after = match["code"].replace(".", "").casefold(), words[match.end() :]
        side = _side(after) if code == "fob" else ""
        if side or matches(_SAYS_TERMS, words):
            yield code + side
    for code, pattern in _CODE_NAMES:
        written = matches(pattern, words)
        if written and matches(_SAYS_TERMS, words):
            yield code + (_side(words[written.end() :]) if code == "fob" else "")


def _side(after: str) -> str:
    """Where FOB applies, from the words behind it."""
    return "_origin" if matches(_AT_ORIGIN, after) else "_destination" if matches(_AT_DESTINATION, after) else ""  # fmt: skip
