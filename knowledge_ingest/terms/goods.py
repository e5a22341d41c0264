"""Substitution, minimum orders and quantities, and the papers a delivery carries."""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge_ingest.terms.clauses import Sentence, pieces
from knowledge_ingest.terms.figures import moneys
from knowledge_ingest.terms.found import (
    CONSENT,
    EXCEPTION,
    NEGATION,
    Contract,
    Found,
    for_goods,
    is_definition,
    matches,
    scope_of,
)
from retrieval.term_values import TermValue

_SUBSTITUTE = r"\bsubstitut\w*|\b(?:equivalent|alternative|equal|like) (?:goods|items?|products?)\b|\ban equivalent\b|\bof another make\b|\bequivalents\b|\b(?:items?|products?|goods|articles?) other than (?:the (?:ones?|goods|items?|products?)|those|that|what(?: was)?) (?:ordered|specified|named|agreed)\b|\b(?:goods|items?|products?) of (?:an? )?(?:equivalent|equal|similar|comparable) (?:specification|quality|kind|type|make|grade)\b|\breplac(?:ement|ing|ed)(?: \w+)? (?:by|with) (?:an? )?(?:equivalent|similar|comparable|equal|alternative)\b|\breplac\w+ (?:[\w']+ ){0,4}(?:items?|goods|products?|articles?|parts)\b[^.;]{0,40}\b(?:by|with) (?:an? )?(?:equivalent|similar|comparable|equal|alternative)\b"
_REPLACES = r"\b(?:may|is|are|be|not) (?:\w+ )?replaced\b|\breplace an item\b|\bin place of\b|\bmay be delivered in place\b|\bdeliver (?:film|goods) of the same\b"
_HEADING = r"\b(?:substitut\w*|replacement of items|equal goods|changes of product|alternatives?)\b"
_OTHER_MATTER = r"\b(?:account manager|personnel|person|claims?|warranty|clause|agreement is replaced|credit note|right to substitute itself)\b"
_FREE = r"\bwithout (?:asking(?: first)?|(?:the )?(?:[\w']+ ){0,3}(?:consent|approval|notice))\b"
_SUBJECT = re.compile(
    r"^(?:(?:The |A |An )?(?P<subject>[A-Z][\w, ()-]{2,70}?) (?:are|is|may be|can be|shall be|must be|will be) (?:not |only )?(?:substituted|replaced|delivered|supplied))"
)

_MINIMUM = (
    r"\b(?:minimum|smallest|min\.?)\b(?: \w+){0,3}? ?(?:order|call-off|purchase order)\b|\bminimum per (?:purchase )?order\b|\bMOQ\b|\bminimum (?:spend|purchase|order)\b|\bminimum for an? |\bno minimum\b|\bsmallest (?:\w+ )?order\b"
    r"|\borders? (?:must|shall|should|has to|have to|will|needs? to) (?:always )?(?:have a (?:total )?value of|be (?:for|of|worth)?|amount to|total|come to) ?(?:at least|no(?:t)? less than|a minimum of)\b"
    r"|\b(?:orders?|POs?) (?:shall|must|will|has to|have to|should) (?:have|reach|show|be of) (?:a |an )?(?:minimum |total |net )*(?:order )?value of\b"
    r"|\borders? with a (?:total |net )?value (?:below|under|of less than|less than)\b"
    r"|\b(?:accept|process|fill|confirm|ship|deliver)\w* (?:any |an )?orders? (?:below|under|of less than|for less than|worth less than)\b"
    r"|\bto order goods (?:worth|for|of) (?:at least|no less than|a minimum of)\b"
    r"|\borders? (?:below|under|of less than|for less than|worth less than)\b[^.;]{3,60}\b(?:surcharge|handling (?:fee|charge))"
    r"|\borders? (?:below|under|of less than|for less than|worth less than)\b[^.;]{3,30}\b(?:not accepted|refused|rejected|not processed|not filled)\b"
)
_PACKS = (
    r"\b(?:sold|supplied|ordered) by the\b|\b(?:sold|supplied|delivered|ordered|shipped) (?:only )?(?:in (?:multiples|full|whole|boxes|cartons|pallets?)|by \d+|per (?:pallet|carton|layer))\b|\bpacks are not broken\b"
    r"|\b(?:at least|minimum of|no fewer than|no less than) \d+ (?:cases|units|pieces|pallets|cartons|boxes|rolls|bags|layers)\b[^.;]{0,20}\b(?:per|of each|for each)\b|\bMOQ:? \d+ (?:cases|units|pieces|pallets|cartons|boxes)"
    r"|\bminimum (?:order )?quantit(?:y|ies) (?:is|of|per)\b|\bmultiples of \d+|\bis sold by\b"
)

DOCUMENTS: tuple[tuple[str, str], ...] = (
    ("packing_list", r"packing (?:list|slip|note)s?"),
    ("certificate_of_analysis", r"certificates? of analysis|\bCoA\b"),
    ("safety_data_sheet", r"(?:material )?safety data sheets?|\bM?SDS\b"),
    ("temperature_record", r"temperature (?:record|log|chart|printout)s?"),
    ("bill_of_lading", r"bills? of lading|\bBOL\b"),
    ("commercial_invoice", r"commercial invoices?"),
    ("certificate_of_origin", r"certificates? of origin"),
    ("delivery_note", r"delivery notes?"),
    ("delivery_receipt", r"delivery receipts?"),
    ("allergen_statement", r"allergen (?:statement|declaration)s?"),
    ("lot_list", r"lot lists?"),
    ("declaration_of_conformity", r"declarations? of (?:conformity|compliance)"),
    ("certificate_of_conformity", r"certificates? of (?:conformity|conformance|compliance)|\bCoC\b"),
    ("inspection_certificate", r"inspection certificates?|mill certificates?"),
    ("dangerous_goods_note", r"dangerous goods (?:note|declaration)s?|transport documents? for dangerous goods"),
    ("nutrition_label", r"nutrition labels?"),
    ("certificate_of_insurance", r"certificates? of insurance"),
    ("domestic_origin_statement", r"domestic origin statements?"),
    ("food_safety_certificate", r"food safety certificates?"),
    ("pest_control_report", r"pest control reports?"),
    ("advance_shipping_notice", r"advance ship(?:ping|ment)? notices?|\bASN\b"),
    ("health_certificate", r"(?:veterinary |phytosanitary |health )certificates?"),
)  # fmt: skip
_PAPERS_HEADING = r"\b(?:documents?|documentation|papers?|certificates)\b"
_CARRIES = r"\b(?:accompanied by|(?:shall|must|will|has to|have to) accompany\b|hands? over\b[^.;]{0,80}\bwith the goods|accompan(?:y|ies) (?:each|every|all|the)\b|carr(?:y|ies)\b|(?:with|for|on) (?:each|every|the first|all) (?:deliver\w*|shipment|consignment)|(?:each|every) (?:deliver\w*|shipment|consignment) (?:has|includes|contains|shall|must)|are provided|must be enclosed|(?:attach|enclose|include|send|provide|supply|furnish|submit)\b[^.;]{0,60}\b(?:shipment|delivery|consignment|goods|(?:each|every) (?:lot|batch|load)))\b"
_KEEPS = r"\b(?:keeps?|retain|store[sd]?|audit|archive|shows? the|confirms?|returned unopened|written on|signed|notes? (?:the|exceptions)|not received|without (?:it|them|a certificate)|insurance of at least|missing paper)\b"


def find_substitution(contract: Contract) -> Iterator[Found]:
    """Whether another item may be delivered."""
    for sentence in contract.sentences:
        if sentence.kind == "row" or is_definition(sentence):
            continue
        for number, piece in enumerate(pieces(sentence)):
            if number and not matches(_SUBSTITUTE, piece.text):
                continue
            verdict = _substitution(piece)
            if not verdict:
                continue
            scope = _goods_scope(piece)
            clause = contract.clause_of(sentence)
            if verdict == "allowed" and matches(
                r"\b(?:may|can) send it back|\bdoes not apply\b", " ".join(each.text for each in clause)
            ):
                verdict = "conditional"
            section = contract.section_of(sentence)
            conditions = tuple(
                each for each in section
                if each.start != sentence.start and matches(_SUBSTITUTE + "|" + _REPLACES + "|" + EXCEPTION + "|" + CONSENT, each.text) and each.kind != "row"
                and matches(_HEADING, each.heading)
            )  # fmt: skip
            yield Found(
                kind="substitution",
                value=TermValue(word=verdict),
                at=sentence,
                applies_to=scope,
                slot=scope,
                conditions=conditions,
            )


def _substitution(piece: Sentence) -> str:
    words = piece.text
    in_section = matches(_HEADING, piece.heading)
    # "For valves and bearings the port captain agrees by email."
    if in_section and for_goods(words) and matches(CONSENT, words) and not matches(NEGATION, words):
        return "allowed" if matches(_FREE, words) else "conditional"
    about = matches(_SUBSTITUTE, words) or (in_section and matches(_REPLACES, words))
    if not about or (matches(_OTHER_MATTER, words) and not in_section):
        return ""
    if matches(
        r"\b(?:clause|approval takes|this includes|better than a delay|issued and)\b|^Standing\b|\bmeans\b|^In particular\b",
        words,
    ):
        return ""
    if matches(r"\breserves? the right to substitute\b|\b(?:has|have) the right to substitute\b", words):
        return "conditional" if matches(EXCEPTION + "|" + CONSENT, words) else "allowed"
    if matches(_FREE, words) and not matches(r"\b(?:shall|may|will|must) not\b|\bno substitut", words):
        return "allowed"
    consent = matches(CONSENT, words) or matches(
        r"\b(?:unless|only after|only if|save|if the|if it|where an? item)\b", words
    )
    denied = matches(NEGATION, words) or matches(r"\bno\b", words)
    if denied:
        if matches(r"\bunder any circumstances\b|\bin no event\b", words):
            return "forbidden"
        if consent and matches(r"\bwithout\b|\bunless\b|\bsave\b|\bonly\b|\bexcept\b", words):
            return "conditional"
        if matches(
            r"\b(?:not|no|never|prohibited|excluded|forbidden|rejection|rejected|refused|returned)\b", words
        ) and not matches(r"\bprice is not higher\b", words):
            return "forbidden"
    if consent or matches(r"\b(?:tells|after telling|after notice|if the price|needs?|requires?)\b", words):
        return "conditional"
    if matches(r"\b(?:may|can|is permitted|are permitted|allowed|accepted|acceptable)\b", words):
        return "conditional" if matches(EXCEPTION, re.sub(r"\bwhere the ordered \w+ (?:is|are) (?:out of stock|unavailable)\b|\bif [^,]{3,30} (?:is|are) out of stock\b", " ", words)) else "allowed"  # fmt: skip
    return ""


def _goods_scope(piece: Sentence) -> str:
    words = piece.text
    goods = for_goods(words)
    if goods:
        return goods
    subject = _SUBJECT.match(words)
    if subject and not re.match(r"(?:Substitut|No|Seller|Supplier|Goods|Items?|It)\b", subject["subject"]):
        return subject["subject"]
    named = re.search(r"\b(?:not permitted|prohibited|permitted) for (?P<goods>[^.:;]{3,80})", words)
    if named:
        return named["goods"]
    fish = re.match(r"(?P<goods>[A-Z][\w ]+?) (?:\(\w+-\d+\) )?of another make", words)
    return fish["goods"] if fish else scope_of(words)


def find_minimums(contract: Contract) -> Iterator[Found]:
    """Minimum order value, and packs that are not broken."""
    for sentence in contract.sentences:
        if sentence.kind == "row" or is_definition(sentence):
            continue
        for number, piece in enumerate(pieces(sentence)):
            yield from _minimum_order(piece, number)
        words = sentence.text
        if matches(r"\bno minimum quantit|\bno minimum quantities\b", words):
            yield Found(kind="minimum_quantity", value=TermValue(word="none"), at=sentence)
        elif matches(_PACKS, words) and not matches(
            r"\b(?:partial|complete|whole order|in full when)\b", words
        ):
            yield Found(kind="minimum_quantity", value=TermValue(word="stated"), at=sentence)


def _minimum_order(piece: Sentence, number: int) -> Iterator[Found]:
    words = piece.text
    if not matches(_MINIMUM, words) or matches(
        r"\b(?:insurance|annual|yearly|occurrence|shelf|temperature|minimum (?:is|was) reached|each shipment)\b",
        words,
    ):
        return
    if matches(
        r"\bno minimum (?:order|purchase)\b|\bhave no minimum\b|\bno minimum order\b|\bno minimum applies\b",
        words,
    ):
        yield Found(kind="minimum_order", value=TermValue(word="none"), at=piece, applies_to=scope_of(words))
        return
    at = matches(_MINIMUM, words)
    amounts = [money for money in moneys(words) if at and money.start > at.start()]
    scopes = [_money_scope(words, money.end) for money in amounts]
    for money, scope in zip(amounts, scopes, strict=True):
        if money is not amounts[0] and not scope:
            continue
        yield Found(
            kind="minimum_order", value=TermValue(amount=money.value, currency=money.currency), at=piece,
            applies_to=scope if len(amounts) > 1 else scope_of(words[: money.end]), slot=scope if len(amounts) > 1 else "",
        )  # fmt: skip


def _money_scope(words: str, end: int) -> str:
    match = re.match(r"\W*(?P<scope>(?:from|on|for|in) [^,.;]{3,40}?)(?= and |[,.;]|$)", words[end:])
    return match["scope"] if match else ""


def find_documents(contract: Contract) -> Iterator[Found]:
    """Papers that go with the goods. A list counts as one clause, however many bullets it has."""
    seen: set[tuple[int, str]] = set()
    for sentence in contract.sentences:
        if sentence.kind == "row":
            continue
        group = _group(sentence, contract)
        if group[0].start != sentence.start:
            continue
        heading = matches(_PAPERS_HEADING, sentence.heading) and not matches(r"\bpayment\b", sentence.heading)
        names: list[str] = []
        for each in group:
            if matches(r"(?<!and )\bon request\b|\bif requested\b", each.text) or (
                matches(_KEEPS, each.text) and not matches(r"\bfor every\b|\bwith each\b", each.text)
            ):
                continue
            if (
                not heading
                and not matches(_CARRIES, each.text)
                and not (each.kind == "item" and matches(_CARRIES, each.lead))
            ):
                continue
            names += [
                name
                for name, pattern in DOCUMENTS
                if matches(rf"\b(?:{pattern})(?!\w)", each.text) and not _only_mentioned(name, each.text)
            ]
        names = sorted(set(names))
        key = (sentence.clause_start, ",".join(names))
        if names and key not in seen:
            seen.add(key)
            yield Found(
                kind="required_documents",
                value=TermValue(names=tuple(names)),
                at=sentence,
                applies_to=for_goods(sentence.text),
            )


def _group(sentence: Sentence, contract: Contract) -> list[Sentence]:
    if sentence.clause:
        return contract.clause_of(sentence)
    return [
        each for each in contract.section_of(sentence) if each.kind == sentence.kind or each.kind == "item"
    ]


def _only_mentioned(name: str, words: str) -> bool:
    """Whether a paper is mentioned for another reason: ``the delivery note says so``, ``on the delivery note``."""
    pattern = dict(DOCUMENTS)[name]
    return bool(
        matches(
            rf"\b(?:on|of) the (?:carrier's )?(?:{pattern})|\bwith the (?:{pattern})|(?:{pattern}) number|by email with the",
            words,
        )
    ) and not matches(rf"(?:^|[,:;] |and |an? )(?:{pattern})\b(?! number)", words)
