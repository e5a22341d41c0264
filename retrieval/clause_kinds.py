"""Kinds of clauses that contracts have, and how lawyers word them: the reviewed table behind questions about contracts.

People ask for a clause by what it is for ("Is there a most favored nation clause?"); contracts hardly ever use that word.
Each kind tells by which words it is asked for, under which headings it stands, which wording gives it away, and how it
may read as a whole; the last is compared in meaning, so that other wordings are found too. The table is about contracts
in general: nothing in it comes from a document of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from retrieval.sparse import terms


PLAINEST = 1.6
"""Highest score of signs: more of them say nothing more."""
ENOUGH = 0.5
"""Share of a question's telling words that must belong to a kind, so that the question is about it."""


@dataclass(frozen=True, kw_only=True)
class ClauseKind:
    """One kind of clause."""

    name: str
    asked: str
    """Pattern of a question for it, in lower case."""
    headings: str
    """Pattern of its headings, in lower case."""
    signs: tuple[tuple[float, str], ...]
    """(weight, pattern in lower case with single spaces): what gives it away; below 0: what speaks against it."""
    examples: tuple[str, ...]
    """How it may read."""


def kind_asked_for(question: str) -> ClauseKind | None:
    """The kind of clause that a question is about; None when it is about something else.

    Args:
        question: In search form, names of parties left out.
    """
    folded = " ".join(question.lower().split())
    kind = next((kind for kind, asked in _asked() if asked.search(folded)), None)
    return kind if kind is not None and strength(kind, question) >= ENOUGH else None


def sign_score(kind: ClauseKind, text: str) -> float:
    """How plainly a text gives itself away as such a clause: 0 not at all, 1 plainly, at most `PLAINEST`; may be below 0."""
    folded = " ".join(text.lower().split())
    score = sum(weight for weight, pattern in _signs(kind.name) if pattern.search(folded))
    return min(PLAINEST, score)


def heading_fits(kind: ClauseKind, section: str) -> bool:
    """Whether the nearest heading is one under which such a clause stands."""
    return bool(_heading(kind.name).search(" ".join(section.lower().split())))


def strength(kind: ClauseKind, question: str) -> float:
    """How much of a question is about the kind: the share of its telling words that belong to the kind's, 0..1."""
    telling = [term for term in dict.fromkeys(terms(question)) if term not in _FRAME]
    if not telling:
        return 1.0
    return sum(term in _vocabulary(kind.name) for term in telling) / len(telling)


def clause_kinds() -> tuple[ClauseKind, ...]:
    """The table; a question is for the first whose pattern fits."""
    return _KINDS


@lru_cache(maxsize=1)
def _asked() -> tuple[tuple[ClauseKind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(kind.asked)) for kind in _KINDS)


@lru_cache(maxsize=128)
def _vocabulary(name: str) -> frozenset[str]:
    kind = next(each for each in _KINDS if each.name == name)
    return frozenset(terms(" ".join((kind.name, *kind.examples, re.sub(r"\\[a-z]|[^a-z]+", " ", kind.asked)))))


@lru_cache(maxsize=128)
def _signs(name: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    kind = next(each for each in _KINDS if each.name == name)
    return tuple((weight, re.compile(pattern)) for weight, pattern in kind.signs)


@lru_cache(maxsize=128)
def _heading(name: str) -> re.Pattern[str]:
    return re.compile(next(each for each in _KINDS if each.name == name).headings)


def _kind(name: str, asked: str, headings: str, signs: Iterable[tuple[float, str]], examples: str) -> ClauseKind:
    return ClauseKind(
        name=name,
        asked=asked,
        headings=headings,
        signs=tuple(signs),
        examples=tuple(line.strip() for line in examples.strip().splitlines()),
    )


_FRAME = frozenset(
    terms(
        """agreement contract clause provision article section paragraph term terms condition conditions include included
        contain specify specified provide provided apply applies state stated say says mention exist consider regard
        regarding respect party parties side event happen happens long much many what which right rights requirement
        requirements require required restriction restrictions arrangement arrangements designated one prevent
        preventing under between allow allowed any"""
    )
)
"""Words in which a question about a contract is framed."""

_NOT = r"(?:shall not|will not|may not|must not|agrees? not to|not to|cannot|shall refrain|refrains?|refrain from|no party shall|neither|nor shall|undertakes? not|prohibited|will do nothing|never)"
_PERIOD = r"(?:days?|weeks?|months?|years?)"
_NOTICE = r"(?:notice|notif\w+|inform\w*|advis\w+|objection)"

_KINDS: tuple[ClauseKind, ...] = (
    _kind(
        "warranty duration",
        r"(duration|length|how long|period|term|years?|months?)\b.{0,40}\b(warrant|guarant)|(warrant|guarant)\w*\b.{0,40}\b(duration|period|last|how long|run|expire|valid)",
        r"warrant|guarant|defect|quality",
        (
            (1.0, rf"warrant\w*[^.]{{0,250}}\b(?:for|within|during|of|until)\b[^.]{{0,60}}\b{_PERIOD}\b"),
            (1.0, r"(?:warranty|guarantee) period|period of warranty|duration of the warranty"),
            (1.0, rf"(?:for|during|throughout)\b[^.]{{0,100}}\b{_PERIOD}\b[^.]{{0,120}}\bwarrants?\b|\b(?:day|week|month|year)s?[- ](?:limited )?warranty|warranty\b[^.]{{0,200}}\b(?:length of time|starting from|ending)"),
            (0.8, rf"(?:guarantee|warrant)\w*\b[^.]{{0,80}}\b{_PERIOD}\b"),
            (0.6, rf"\b{_PERIOD}\b[^.]{{0,60}}\b(?:from|after|following)\b[^.]{{0,30}}\b(?:delivery|shipment|installation|sale|purchase|acceptance|commissioning|receipt)"),
            (0.5, r"free (?:from|of) (?:\w+ )?defects|material and workmanship|faulty|defective|repair or replace|makes? good"),
            (-0.5, r"confidential|insurance|payable|invoice"),
        ),
        """
        Seller warrants that the products will be free from defects in material and workmanship for a period of one year from the date of shipment.
        The warranty period is twenty-four months after installation or acceptance by the end customer.
        The manufacturer will repair or replace faulty goods within ninety days of delivery under this limited warranty.
        """,
    ),
    _kind(
        "notice to terminate renewal",
        r"notice\b.{0,60}\b(renew|extension|prolong)|(renew|extension)\w*\b.{0,50}\bnotice|non-?renew\w*\b|(stop|prevent|cancel|opt out of|avoid)\b.{0,40}\b(renew|extension|rolling over)",
        r"renew|\bterm\b|duration|extension",
        (
            (1.0, rf"{_NOTICE}[^.]{{0,160}}\b(?:not (?:to )?(?:be )?(?:renew|extend|prolong)|non-?renew|intention not|elects? not|desire not|wish(?:es)? not)"),
            (1.0, rf"(?:renew|extend|extension|prolong|successive)\w*[^.]{{0,260}}\b(?:unless|provided|if|except)\b[^.]{{0,200}}{_NOTICE}"),
            (0.9, rf"(?:does not wish|not wish|not to renew|prevent renewal|decline to renew|against renewal|extension is excluded)"),
            (0.5, rf"\b{_PERIOD}\b[^.]{{0,60}}\b(?:prior to|before|in advance of|ahead of)\b[^.]{{0,60}}\b(?:expir|end|anniversary|renewal|then[- ]current)"),
            (0.3, r"renew|extend|extension|prolong"),
        ),
        """
        Either party may give notice of non-renewal at least sixty days prior to the end of the then current term.
        The agreement renews automatically unless one party notifies the other in writing ninety days before expiration that it does not intend to renew.
        """,
    ),
    _kind(
        "renewal term",
        r"renew|extension|extended|prolong|roll(s|ed|ing)? over|evergreen|(further|additional|successive) (term|period|year)",
        r"renew|extension|\bterm\b|duration|option",
        (
            (1.0, r"(?:automatically|tacitly|shall|will|may|be) (?:be )?(?:\w+ )?(?:renew|extend|prolong)\w*"),
            (0.8, r"(?:renewal|successive|additional|further|subsequent|extended) (?:\w+ )?(?:\([^)]*\) )?(?:\w+[- ]){0,3}(?:terms?|periods?|years?|months?)"),
            (0.6, r"(?:renew|extend|extension|prolong)\w*[^.]{0,120}\b(?:years?|months?|periods?|terms?)\b"),
            (0.4, r"\b(?:renew|extension|extend|prolong)\w*"),
            (0.8, r"year[- ]to[- ]year|month[- ]to[- ]month|tacit"),
            (0.2, r"thereafter"),
            (-0.5, r"purchase orders?|license key|payment date|letter of credit"),
        ),
        """
        This agreement shall automatically renew for successive one-year terms after the initial term.
        The distributor may extend the agreement for additional periods of two years by written notice.
        The parties may agree to a further term on the same conditions when the initial period has ended.
        """,
    ),
    _kind(
        "governing law",
        r"govern(ing|ed|s)?\b.{0,30}\blaw|\blaws?\b.{0,30}\bgovern|applicable law|choice of law|(which|what) (state'?s?|country'?s?|jurisdiction|law)",
        r"govern|\blaw\b|jurisdiction|miscellaneous|general|interpretation",
        (
            (1.2, r"(?:govern|constru|interpret)\w*[^.]{0,160}\blaws?\b(?! requires)"),
            (1.0, r"\b(?:english|swiss|german|french|dutch|israeli|japanese|chinese|indian|canadian|italian|swedish|danish|norwegian|scottish|delaware|california|new york|texas|\w+ian|\w+ish) law\b|\blaws? of (?:the )?(?:state|commonwealth|province|republic|kingdom|people|united|england|[a-z]+)\b"),
            (0.6, r"conflicts? of laws?|choice of law|vienna convention|international sale of goods"),
            (-0.8, r"requirements? of applicable law|prohibited by|required by (?:applicable )?law"),
            (-0.6, r"organized (?:and existing )?under the laws|organised under|incorporated under|duly organized|comply with|compliance with"),
        ),
        """
        This agreement shall be governed by and construed in accordance with the laws of the State of California without regard to conflicts of law.
        The law of England applies to this contract and its interpretation.
        """,
    ),
    _kind(
        "most favored nation",
        r"most[- ]favou?red|\bmfn\b|(better|best|lower|lowest|same) (price|term|rate)s?\b.{0,60}\b(other|third|anyone|else|customer)",
        r"favou?red|pric|rates?|terms",
        (
            (1.2, r"most[- ]favou?red"),
            (1.0, r"(?:no|not|at least as) less? ?(?:favou?rable|advantageous)|as favou?rable as|more favou?rable|better (?:price|term|condition|rate|pricing)|lower prices?|(?:higher|greater|more) (?:\w+ )?(?:fees?|prices?|rates?|charges?|amounts?) than|lowest price|best price|equal to or better"),
            (0.6, r"(?:any|other|another|third) (?:\w+ )?(?:distributor|customer|purchaser|buyer|reseller|licensee|shipper|party|person)\b[^.]{0,160}\b(?:prices?|terms|rates?|discounts?|conditions)"),
            (0.4, r"(?:prices?|terms|rates?|discounts?|conditions|pricing)\b[^.]{0,160}\b(?:any|other|another|third) (?:\w+ )?(?:distributor|customer|purchaser|buyer|reseller|licensee|shipper|party|person)"),
            (0.3, r"(?:similar|comparable|like|equivalent) (?:quantit|volume|circumstance|terms)\w*"),
        ),
        """
        If the supplier offers any other customer lower prices or more favorable terms, it shall offer the same to the buyer.
        The prices shall be no less favorable than those granted to any other purchaser of similar quantities.
        The distributor receives the best price that the seller gives to anyone.
        """,
    ),
    _kind(
        "exception to competitive restriction",
        r"exception\w*\b.{0,50}\b(compet|exclusiv|solicit|restrict)|(compet|exclusiv|restrict)\w*\b.{0,40}\b(exception|exempt|carve|excluded|does not apply)|reserved accounts?|house accounts?",
        r"exclusiv|compet|reserv|exception|house account|appointment|non-solicit",
        (
            (1.0, r"(?:notwithstanding|except|exclud|other than|provided(?:,)? however|unless|nothing (?:herein|in this)|shall not (?:apply|prevent|prohibit|restrict|preclude)|reserves? the right|save)[^.]{0,260}\b(?:compet|exclusiv|solicit|sell|market|distribut|serv|appoint)\w*[^.]{0,120}(?:territory|exhibit|schedule|accounts?|customers?|products?|direct|itself|compet|exclusiv)\w*"),
            (1.0, r"(?:exclusiv|compet|restrict)\w*[^.]{0,120}\b(?:(?:will|shall|does|do) not (?:limit|prevent|restrict|prohibit|preclude|apply|include)|not apply|but (?:shall be )?non-?exclusive|except)|no event shall the restrictions|(?:will|shall|does|do) not (?:limit|restrict|prohibit|preclude)[^.]{0,80}\bright to"),
            (0.6, r"house accounts?|reserved (?:accounts?|customers?|rights?)|key accounts?|national (?:accounts?|chains?)|directly to|listed (?:compan|in exhibit|in schedule)|publicly traded|outstanding (?:shares|stock)"),
            (0.5, r"compet|exclusiv"),
            (0.3, r"may continue|free to|remain(?:s)? free|permitted to|(?:may|can) (?:sell|market|own|carry)"),
            (-0.6, r"warrant|indemnif|liab|confidential|independent contractor|joint venture|competitor\b"),
        ),
        """
        Notwithstanding the foregoing exclusivity, the supplier may sell directly to the reserved accounts listed in the schedule.
        The non-competition obligation shall not prevent the distributor from continuing to carry the existing competing products listed in the exhibit.
        The exclusive appointment does not apply to sales to government agencies and national accounts.
        """,
    ),
    _kind(
        "no solicitation of customers",
        r"solicit\w*\b.{0,50}\b(customer|client|account|shipper|consignee)|(customer|client|account|shipper)s?\b.{0,50}\b(solicit|poach|divert|approach)|back-?solicit",
        r"solicit|customer|covenant|restrict|compet",
        (
            (1.1, rf"{_NOT}[^.]{{0,200}}\b(?:solicit|divert|take away|entice|approach|contact|interfere|call on|accept (?:any )?orders?|do business|sell|canvass)\w*[^.]{{0,140}}\b(?:customer|client|account|shipper|consignee|purchaser|end[- ]user|order)s?"),
            (0.6, r"\bsolicit\w*|back-solicit\w*"),
            (0.5, r"\b(?:customer|client|account|shipper|consignee)s?\b"),
            (0.4, r"outside (?:of )?the territory|outside its territory|introduced by"),
            (-0.8, r"\b(?:employee|personnel|staff|hire|hiring|employment)\b"),
        ),
        """
        The distributor shall not solicit orders from customers outside the territory.
        For one year after termination the party will not solicit, divert or take away any customer of the other party.
        The carrier shall not back-solicit traffic from any shipper or consignee of the broker.
        """,
    ),
    _kind(
        "no solicitation of employees",
        r"solicit\w*\b.{0,50}\b(employee|personnel|staff|worker|contractor)|(employee|personnel|staff)s?\b.{0,50}\b(solicit|poach|hir|recruit|entice)|no[- ]hire|poach",
        r"solicit|employee|hire|personnel|covenant|restrict",
        (
            (1.1, rf"{_NOT}[^.]{{0,200}}\b(?:solicit|hire|recruit|employ|entice|induce|engage|poach)\w*[^.]{{0,160}}\b(?:employee|personnel|staff|contractor|consultant|employ|officer|worker)s?"),
            (0.7, r"\b(?:solicit|recruit|entice|poach|hire)\w*[^.]{0,100}\b(?:employee|personnel|staff|worker)s?"),
            (0.4, r"\b(?:solicit|recruit|entice|poach)\w*|for employment|leave (?:its|the|their) employ"),
            (0.3, r"\b(?:employee|personnel|staff)s?\b"),
            (-0.6, r"train|benefit|wage|workers' compensation|tax"),
        ),
        """
        During the term and for one year thereafter neither party shall solicit or hire the employees of the other party.
        The distributor will not induce any employee or contractor of the company to leave its employment.
        """,
    ),
    _kind(
        "non-disparagement",
        r"disparag|derogat|badmouth|speak ill|defam|bad light|disrepute",
        r"disparag|publicity|reputation|conduct|business practices|goodwill",
        (
            (1.3, r"disparag\w*|derogat\w*|defam\w*|denigrat\w*"),
            (0.8, r"negative (?:posts?|comments?|statements?|remarks?|reviews?)"),
            (1.0, r"disrepute|(?:injur|harm|damag|tarnish|detriment|adverse|reflect|negativ)\w*[^.]{0,80}\b(?:reputation|goodwill|good name|good will|image)"),
            (0.6, r"\b(?:reputation|good name)\b|deceptive|misleading"),
            (-0.5, r"inures? to|liable|damages"),
        ),
        """
        Neither party shall disparage the other party or its products.
        The distributor shall not make derogatory statements or do anything that brings the company or its brands into disrepute or harms its reputation.
        """,
    ),
    _kind(
        "exclusivity",
        r"exclusiv|sole (right|distributor|supplier|agent|carrier)|only (one|from|supplier|distributor)|other distributors",
        r"appoint|exclusiv|grant|distribution rights|requirements|purchase|supply",
        (
            (1.0, r"(?:appoint|grant|designat|engage|retain)\w*[^.]{0,140}\b(?:exclusive\b|sole\b(?! discretion| remed| cost| expense))"),
            (0.8, r"(?:appointment|agreement|rights?) (?:is|are|shall be) (?:sole and )?exclusive|\bexclusively (?:by|from|through|with|to|for)\b"),
            (0.9, r"\b(?:sole and exclusive|exclusive (?:right|distribut|license|agent|supplier|carrier|dealer|appointment|territor|provider)|exclusively (?:from|through|to|for)|sole (?:right|distribut|agent|supplier|source))"),
            (0.8, rf"{_NOT}[^.]{{0,140}}\b(?:appoint|sell|supply|purchase|distribute|license|market|buy|obtain|use)\w*[^.]{{0,120}}\b(?:other|another|any third|third|elsewhere|any person|anyone|nobody|directly)"),
            (0.8, r"all (?:of )?(?:its|their|the distributor's) (?:requirements|needs|freight|purchases)|only from|nobody else|no one else|solely (?:from|through|to)"),
            (0.3, r"exclusiv"),
            (-1.1, r"non- ?exclusive|nonexclusive|not exclusive"),
            (-0.7, r"exclusive (?:jurisdiction|remed|venue|property|control|of)|exclusive and|mutually exclusive|remed(?:y|ies)"),
        ),
        """
        The company hereby appoints the distributor as its exclusive distributor of the products in the territory.
        The supplier shall not appoint any other distributor and shall not sell the products directly in the territory.
        The buyer shall purchase all of its requirements of the goods exclusively from the seller.
        """,
    ),
    _kind(
        "non-compete",
        r"non-?compet|not (to )?compete|\bcompet(e|ing|itive|itors?)\b|restrict\w* on business|\brivals?\b",
        r"compet|restrict|covenant|duties|obligations",
        (
            (1.2, rf"{_NOT}[^.]{{0,260}}\b(?:compet\w*|rival\w*|similar (?:to|products|goods|business)|same type)"),
            (0.7, r"\bcompet(?:e|es|ing|itive|itor|itors|itive products)\b(?! bid)|\brival\b"),
            (0.4, r"non-?compet\w*|engage in (?:any|the) business|directly or indirectly"),
            (0.3, r"manufactur|market|sell|distribut|handle|represent|promot"),
            (-0.6, r"competent|competitive (?:price|bid|rate|pricing)|confidential|warrant"),
        ),
        """
        During the term and for two years thereafter the distributor shall not manufacture, market, sell or distribute products that compete with the products.
        The party agrees not to engage directly or indirectly in any business competitive with the business of the company in the territory.
        The dealer shall handle no rival goods without consent.
        """,
    ),
    _kind(
        "termination for convenience",
        r"terminat\w*\b.{0,60}\b(convenience|without cause|without (a |any )?reason|at will|any time|at any time)|(convenience|without cause|at will|walk away|any reason|cancel)\b.{0,60}(terminat|contract|agreement)?|cancel\b.{0,30}\b(agreement|contract)",
        r"terminat|\bterm\b|cancel|convenience|withdraw",
        (
            (1.2, r"\b(?:terminate[sd]?|cancel(?:l?ed)?|end(?:ed)?|withdraw)\b[^.]{0,140}\b(?:without cause|with or without cause|(?:for )?(?:its |their )?convenience|any (?:or no )?reason|no reason|without (?:any )?reason|at any time|sole (?:and absolute )?discretion|without giving|at will)"),
            (0.9, r"(?:without cause|with or without cause|for convenience|for any reason|without (?:giving |any )?reasons?|at any time|sole discretion|at will)[^.]{0,100}\b(?:terminate|cancel|withdraw)\b"),
            (0.9, rf"\b(?:terminated?|cancel(?:l?ed)?|withdraw|ended)\b[^.]{{0,100}}\b{_PERIOD}\b[^.]{{0,40}}\bnotice"),
            (0.5, r"\b(?:terminated?|cancel(?:l?ed)?|withdraw|ended)\b[^.]{0,160}\bnotice (?:of|to)\b"),
            (0.3, r"(?:either|each|any) (?:party|side)[^.]{0,60}\b(?:terminat|cancel|end)\w*"),
            (-0.7, r"breach|default|insolven|bankrupt|cure|fails? to|material|force majeure|change (?:of|in) (?:control|ownership)"),
        ),
        """
        Either party may terminate this agreement at any time without cause upon sixty days' prior written notice to the other party.
        The company may terminate for convenience on thirty days written notice.
        The distributor may withdraw from the agreement for any reason or no reason by giving notice of three months.
        """,
    ),
    _kind(
        "right of first refusal",
        r"first (refusal|offer|negotiation|option)|\brof[rno]\b|match (any|an|the) offer|option to (buy|purchase|acquire|distribute)",
        r"first|option|new products|additional|expansion|right of",
        (
            (1.3, r"(?:right|option) of first|first (?:right|refusal|offer|option|negotiat|opportunity)|first negotiate|rights? of (?:first )?(?:refusal|offer|negotiation)"),
            (0.9, r"match (?:any|an|the|such|that)[^.]{0,40}offer|bona fide offer|shall first (?:offer|negotiate|give)|opportunity to (?:match|distribute|purchase|acquire)|good faith[^.]{0,80}\bnegotiat|negotiat[^.]{0,60}\bgood faith"),
            (0.6, r"(?:have|has|grants?|exercise|take up)\b[^.]{0,60}\boption\b|option to (?:purchase|acquire|distribute|become|add|market)"),
            (0.8, r"(?:shall have|has|have) (?:the|an) option\b[^.]{0,200}\b(?:acquire|purchase|buy|distribute|license)|proposes? to (?:issue|sell|transfer|undertake|offer|license)[^.]{0,200}\bnotice"),
            (0.3, r"new (?:product|model|territor|countr)|third part(?:y|ies)"),
            (-0.5, r"option of|dispute|arbitrat"),
        ),
        """
        If the company develops new products, the distributor shall have a right of first refusal to distribute them.
        Before offering the rights to a third party the licensor shall first negotiate in good faith with the licensee.
        The distributor has the first option to purchase and may match any bona fide offer from a third party.
        """,
    ),
    _kind(
        "change of control",
        r"change (of|in) (control|ownership)|\b(merger|acquisition|acquired|takeover|taken over|is sold|sale of (the )?(company|business))\b",
        r"change (?:of|in)|control|ownership|assign|terminat|merger",
        (
            (1.3, r"change (?:of|in) (?:the )?(?:\w+ (?:or|and) )?(?:control|ownership|management)|changes? (?:of|in) (?:the )?(?:ownership|control|shareholders)"),
            (0.9, r"(?:gain|acquir|obtain)\w* (?:effective )?control|transfer of (?:shareholding|shares|ownership)|all or substantially all|merge[rsd]?\b|consolidat|(?:is|are|be|been|being) acquired by|acquires? (?:all|a majority|more than)|acquisition of|takeover|voting (?:stock|shares|securities|power|interest)|sale of (?:the|its) (?:business|stock|assets|shares)|reorganiz"),
            (0.4, r"terminat|consent|assign|end the"),
            (0.3, r"ownership|shareholders?|controlling interest|shares"),
            (-0.7, r"\"?affiliate\"? (?:of a party )?means|entire agreement|merges? all|supersede|beyond (?:its|the|their) (?:reasonable )?control|quality control"),
        ),
        """
        The supplier may terminate this agreement if there is a change in control or ownership of the distributor, including a merger or sale of substantially all of its assets.
        A change of control shall be deemed an assignment that requires consent.
        If the company is acquired by a third party the agreement may be ended or must be assumed by the acquirer.
        """,
    ),
    _kind(
        "assignment",
        r"^(?!.*(?:intellectual|\bip\b|invention|copyright|patent|trademark|work product)).*(?:assign|transfer (?:the|this) (?:contract|agreement)|passed? on to|hand over the (?:contract|agreement)|successor)",
        r"assign|transfer|successor|miscellaneous|general|subcontract|delegat",
        (
            (1.1, rf"(?:{_NOT}|without|neither|no|may|unless|only with|subject to)[^.]{{0,120}}\b(?:assign\w*|delegat\w*|subcontract\w*|transfer(?:red)? (?:this|its|any|the agreement|by|or|,)|passed? on|made over)"),
            (0.8, r"\b(?:assign|delegat)\w*[^.]{0,160}\b(?:consent|approval|permission|agrees?|notice|void)|transfer\w*[^.]{0,60}\b(?:agreement|rights|obligations)[^.]{0,100}\b(?:consent|approval|permission)"),
            (0.5, r"\b(?:assignment|assignable|assigns?|assigned)\b"),
            (0.4, r"\b(?:rights|obligations|duties|agreement|contract)\b[^.]{0,60}\b(?:hereunder|personal|in whole or in part|assign|transfer)"),
            (-0.9, r"benefit of (?:its )?creditors|right, title|hereby assigns|invention|trademark registrations|copyright"),
            (-0.6, r"\blicen[sc]es?\b[^.]{0,80}(?:transferable|sublicen[sc])"),
        ),
        """
        Neither party may assign or transfer this agreement or its rights and obligations without the prior written consent of the other party.
        Any attempted assignment without consent shall be void.
        The agreement is personal to the distributor and cannot be passed on or delegated to anybody else.
        """,
    ),
    _kind(
        "revenue or profit sharing",
        r"(revenue|profit)s?\b.{0,20}\b(shar|split|divid)|profit-?sharing|royalt|commission|percentage of (sales|revenue)",
        r"royalt|commission|compensation|revenue|fee|profit|payment|consideration",
        (
            (1.0, r"\b(?:royalt(?:y|ies)|commissions?|revenue shar\w+|profit[- ]shar\w+|share of (?:the )?(?:net |gross )?(?:revenues?|profits?|proceeds))\b"),
            (0.9, r"(?:percent|%|per cent)[^.]{0,100}\b(?:revenues?|profits?|net sales|gross sales|sales price|receipts|proceeds|income|charges?|fees)\b"),
            (0.6, r"(?:divide|split|shar)\w*[^.]{0,60}\b(?:profits?|revenues?|proceeds|income)"),
            (0.8, r"\bpay\b[^.]{0,100}\b(?:revenues?|profits?|net sales|gross sales|receipts)\b|sharing percentage"),
            (0.3, r"\bpay\b|\breceive\b|quarter"),
            (-0.5, r"royalty-free|royalty-bearing|interest|late payment|audit|insurance|liab|increase over"),
        ),
        """
        The distributor shall pay the company a royalty of five percent of net sales.
        The agent receives a commission of ten percent of all revenue collected.
        The parties shall share the net profits equally.
        """,
    ),
    _kind(
        "price restrictions",
        r"pric(e|es|ing)\b.{0,50}\b(restrict|control|increas|chang|adjust|cap|limit|rais|fixed)|(restrict|control|increas|chang|adjust|rais|limit)\w*\b.{0,30}\b(price|rate)s?",
        r"pric|rates?|charges|adjust",
        (
            (1.0, r"\b(?:price|rate|charge|fee|cost)s?\b[^.]{0,160}\b(?:increase|decrease|chang|adjust|rais|reduc|revis|modif|fixed|firm|exceed|ceiling|maximum|lower)\w*"),
            (0.8, r"\b(?:increase|adjust|rais|chang|reduc|modif|revis)\w*[^.]{0,60}\b(?:price|rate|charge|fee|cost)s?\b"),
            (0.6, r"consumer price index|\bcpi\b|producer price|no more than once|resale prices?"),
            (0.4, r"not (?:more|exceed)|percent|%|maximum|ceiling"),
            (0.3, r"notice|calendar year|annual"),
            (-0.6, r"purchase price of|liab|damages|warrant|interest rate|late payment|taxes|overdue|net sales|payable annually"),
        ),
        """
        The supplier may increase prices no more than once a year and not by more than five percent.
        Prices shall remain fixed during the first year and thereafter be adjusted by the consumer price index.
        The rates are maximum rates that may not be exceeded.
        """,
    ),
    _kind(
        "minimum commitment",
        r"minimum (commit|purchas|order|volume|quantit|sales|amount)|(purchase|sales|volume) (commitment|target|quota|requirement)|take[- ]or[- ]pay|commit\w* to (buy|purchase|order|tender)",
        r"minimum|quota|purchase|commit|volume|requirements|sales|target|performance",
        (
            (1.2, r"\bminimum\b[^.]{0,80}\b(?:purchas|quantit|order|sales|volume|commit|amount|annual|quota|number|royalt|fee|payment|shipment|tender|inventory|stock)\w*"),
            (1.0, r"\b(?:purchas|order|buy|sell|tender|ship|take|spend|guarantee|stock|inventory)\w*[^.]{0,120}\b(?:at least|not less than|no less than|no fewer than|a minimum of|minimum)\b[^.]{0,50}(?:[$€£]|\d|percent|units|quantit|hundred|thousand|million|\bdays\b)"),
            (0.6, r"\bminimum\b|guarantee of"),
            (0.7, r"take[- ]or[- ]pay|quotas?|shortfall|purchase (?:commitment|requirement|target)|sales (?:target|goal)|to (?:retain|maintain|keep) (?:its|the|such) (?:exclusiv|rights)"),
            (0.4, r"(?:at least|not less than|no less than|no fewer than)[^.]{0,40}(?:\$|\d|percent|units|%)"),
            (-0.7, r"insurance|coverage|notice|liabilit|per occurrence|confidential|employees"),
        ),
        """
        The distributor shall purchase not less than the minimum quantity of products in each contract year.
        The buyer commits to orders of at least $1,000,000 per year to maintain its exclusive rights.
        The shipper guarantees a minimum volume and pays for any shortfall.
        """,
    ),
    _kind(
        "volume restriction",
        r"volume (restrict|limit|cap)|(maximum|limit|restrict|cap)\w*\b.{0,30}\b(volume|quantit|number|usage|users|orders)|usage (limit|fee)",
        r"forecast|capacity|order|quantit|maximum|volume|limit|usage|license",
        (
            (1.0, r"(?:not|no|never|exceed\w*)[^.]{0,120}\b(?:more than|in excess of|exceed\w*|above|greater than)\b[^.]{0,120}\b(?:percent|%|units|quantit|forecast|volume|users?|orders?|tons?|trailers?|loads?|copies|capacity)"),
            (0.9, r"\b(?:exceed|in excess of|more than|above|over)\b[^.]{0,100}\b(?:forecast|capacity|maximum|allotted|licensed|quantit|volume|ceiling|limit|number of)"),
            (1.0, r"(?:limited to|up to|not exceed|no more than|not more than) (?:a (?:maximum|total) of )?(?:\w+ )?(?:\(\d[\d,]*\)|\d[\d,]*) (?:hours?|users?|copies|units?|seats?|calls?|e?-?mails?|licen[sc]es|tons|loads?|orders?|requests)|maximum (?:cap|of)\b"),
            (0.6, r"maximum (?:quantit|volume|number|amount|capacity|order)|monthly ceiling|additional (?:fee|charge|units?|payment)"),
            (0.3, r"users|copies|quantit|tons|capacity"),
            (-0.7, r"liab|damages|insurance|\bprices?\b|interest|minimum|confidential"),
        ),
        """
        The supplier is not obliged to supply more than one hundred twenty percent of the forecast quantities.
        The number of users may not exceed the licensed maximum; additional units require further fees.
        The customer may not order more than the maximum monthly volume.
        """,
    ),
    _kind(
        "joint ownership of intellectual property",
        r"joint\w*\b.{0,30}\b(intellectual|\bip\b|own|invent|patent)|co-?own",
        r"intellectual|joint|ownership|improve|invention|proprietary",
        (
            (1.3, r"joint(?:ly)?[^.]{0,60}\b(?:own|propert|invent|develop|improve|work|intellectual|patent|title)\w*"),
            (1.0, r"(?:own|belong|propert|held)\w*[^.]{0,60}\b(?:joint|together|both parties|equal (?:undivided )?share|co-own|half)\w*|co-own\w*|without (?:any )?(?:duty|obligation)? ?(?:of |to )?account"),
            (0.3, r"invent|improve|intellectual|copyright|patent|results"),
            (-0.9, r"joint venture|joint and several|jointly and severally|jointly indemn"),
        ),
        """
        Inventions made jointly by both parties shall be jointly owned by the parties in equal undivided shares.
        Joint improvements are owned jointly and each party may use them without accounting to the other.
        """,
    ),
    _kind(
        "ownership of intellectual property",
        r"(intellectual property|\bip\b|invention|copyright|patent|trademark)\w*\b.{0,40}\b(own|assign|belong|title)|(own|assign|belong|title)\w*\b.{0,40}\b(intellectual|\bip\b|invention|copyright|patent|work product)",
        r"intellectual|ownership|proprietary|trademark|invention|work product|title|patent|copyright",
        (
            (1.2, r"(?:hereby )?(?:assign|transfer|convey)s?[^.]{0,140}\b(?:right, title|all rights?|title and interest|intellectual|invention|trademark|copyright|patent|registration|domain)"),
            (1.0, r"(?:shall|will|become|be|remain|is|are)\b[^.]{0,60}\b(?:(?:sole|exclusive) (?:and exclusive )?property|property of|owned (?:by|solely|exclusively)|vest)"),
            (0.8, r"(?:title|ownership|copyright)[^.]{0,80}\b(?:pass|vest|belong|transfer)\w*|works? (?:made )?for hire"),
            (0.4, r"\b(?:invention|improvement|intellectual property|copyright|trademark|patent|work product|software|works? of authorship|developments?)s?\b"),
            (-0.7, r"risk of loss|confidential information (?:shall )?remain|jointly|title to and risk|tooling"),
        ),
        """
        All inventions and works created by the contractor under this agreement shall be the sole property of the company, and the contractor hereby assigns all right, title and interest in them to the company.
        The distributor shall assign any trademark registrations it obtained to the supplier.
        Title to the developed software and its copyright pass to the customer.
        """,
    ),
    _kind(
        "license of affiliates",
        r"affiliates?\b.{0,50}\b(licen[sc]|right)|licen[sc]\w*\b.{0,50}\baffiliate|sublicens\w*\b.{0,40}\baffiliate",
        r"licen[sc]e|grant|affiliate",
        (
            (1.2, r"(?:licens|licenc|right to use|grant)\w*[^.]{0,200}\b(?:affiliates?|subsidiar(?:y|ies)|parent|group compan)"),
            (1.0, r"\b(?:affiliates?|subsidiar(?:y|ies))\b[^.]{0,160}\b(?:licens|licenc|sublicens|right to|use the)"),
            (0.3, r"grants?"),
            (-0.6, r"\"?affiliate\"? (?:of a party )?means|indemnif|liab"),
        ),
        """
        The licensor on behalf of itself and its affiliates hereby grants a license to the licensee.
        The licensee and its affiliates shall have the right to use the licensed technology and may sublicense it to their subsidiaries.
        """,
    ),
    _kind(
        "non-transferable license",
        r"(non-?|not |un)transferable|transferab|sub-?licens",
        r"licen[sc]e|grant|restrict|trademark|software|use of",
        (
            (1.3, r"non-?\s?transferable|not transferable|untransferable"),
            (0.9, r"(?:licens|licenc|permission|right (?:of|to) use|right)\w*[^.]{0,160}\b(?:personal|may not (?:be )?(?:assign|transfer|sublicens)|not (?:be )?(?:assign|transfer|sublicens)\w*|without (?:the )?right (?:of|to) sub-?licens|cannot be)"),
            (0.7, rf"{_NOT}[^.]{{0,100}}\bsub-?licen[sc]\w*|no right to sub-?licen[sc]e"),
            (0.3, r"\blicen[sc]e|right of use|marks"),
        ),
        """
        The company grants a non-exclusive, non-transferable license to use the trademarks.
        The license may not be sublicensed, assigned or transferred without consent and is personal to the licensee.
        """,
    ),
    _kind(
        "irrevocable or perpetual license",
        r"irrevocabl|perpetu|forever|indefinite",
        r"licen[sc]e|grant|surviv|end user|terminat|effect",
        (
            (1.3, r"\b(?:perpetual|irrevocable|in perpetuity|perpetually|irrevocably)\b"),
            (0.9, r"(?:licen[sc]|right to use)\w*[^.]{0,160}\b(?:surviv|indefinite|once and for all|forever|cannot be (?:withdrawn|revoked))\w*|continues? indefinitely"),
            (0.4, r"\blicen[sc]e"),
            (-0.5, r"standing instruction|power of attorney|letter of credit|appoint"),
        ),
        """
        The licensor grants an irrevocable, perpetual, worldwide license.
        End user licenses survive termination and continue in perpetuity.
        """,
    ),
    _kind(
        "unlimited license",
        r"unlimited|all[- ]you[- ]can[- ]eat|enterprise[- ]wide",
        r"licen[sc]e|grant",
        (
            (1.3, r"unlimited (?:number|licen[sc]e|use|usage|right|access|quantit|users|copies)|enterprise[- ](?:wide )?licen[sc]e|all[- ]you[- ]can"),
            (0.6, r"without (?:limit|restriction)[^.]{0,60}\b(?:use|users|copies|number)|any number of"),
        ),
        """
        The licensor grants an unlimited enterprise license for any number of users and copies.
        """,
    ),
    _kind(
        "license grant",
        r"licen[sc]|right to use|permitted to use|use (of )?(the|our|their) (trademark|logo|software|name|brand|mark)s?",
        r"licen[sc]e|grant|trademark|intellectual|software|use of",
        (
            (1.0, r"right to use\b"),
            (1.3, r"(?:hereby )?grants?\b[^.]{0,120}\b(?:licen[sc]e|right(?:s)? to (?:use|reproduce|copy|market|display|distribute|manufacture|make))"),
            (0.9, r"\b(?:non-?exclusive|royalty-free|limited|worldwide|revocable)\b[^.]{0,80}\b(?:licen[sc]e|right)"),
            (0.8, r"(?:permitted|allow\w*|authoriz\w*|licensed|entitled|may)\b[^.]{0,40}\b(?:to )?(?:use|copy|reproduce|display)\b[^.]{0,120}\b(?:trademark|mark|name|logo|software|document|manual|material)s?"),
            (0.4, r"\blicen[sc](?:e|es|ed)\b"),
            (-0.7, r"permits? and licen[sc]es|licen[sc]es? and permits|all licen[sc]es|licensing requirements|export licen[sc]e"),
        ),
        """
        The company hereby grants to the distributor a non-exclusive, royalty-free license to use the trademarks in connection with the sale of the products.
        The licensor grants the licensee the right to use, reproduce and distribute the software.
        The distributor is authorized to use the names and logos in its advertising.
        """,
    ),
    _kind(
        "post-termination services",
        r"(after|following|upon|post)[- ]?\b.{0,25}\b(terminat|expir|end of)|post-?terminat|(wind|ramp)[- ]?down|transition (service|period|assist)|sell[- ]off",
        r"effect|consequence|terminat|expir|wind|transition|surviv|post",
        (
            (1.1, r"(?:after|following|upon|on|subsequent to|from|at) (?:the )?(?:\w+ ){0,4}(?:terminat|expir|cessation|end of (?:the |this |its )?(?:term|agreement|contract))\w*[^.]{0,260}\b(?:continue|sell|supply|support|fill|repurchase|buy back|assist|provide|return|deliver|honor|perform|complete|service|pay|cooperat|transition)\w*"),
            (0.8, r"(?:remaining|unsold|existing) (?:inventory|stock|products)|sell[- ]off|wind[- ]?down|repurchase|spare parts|transition|successor"),
            (0.6, r"\b(?:continue|supply|support|fill|repurchase|assist)\w*[^.]{0,160}\b(?:after|following) (?:the )?(?:\w+ ){0,3}(?:terminat|expir)\w*"),
            (0.3, rf"\b{_PERIOD}\b"),
            (-0.6, r"confidential|solicit|compet|insolven|bankrupt"),
        ),
        """
        Upon termination the distributor may continue to sell its remaining inventory for a period of ninety days.
        Following expiration the supplier shall continue to supply spare parts and support and fill accepted orders.
        After termination the party shall assist in the transition to a successor and the supplier shall repurchase unsold stock.
        """,
    ),
    _kind(
        "audit rights",
        r"\baudit|inspect\w*\b.{0,40}\b(book|record|premis|facilit)|(book|record)s?\b.{0,40}\b(inspect|examin|review|access)",
        r"audit|record|inspect|report|account|books",
        (
            (1.2, r"\baudit\w*\b|\bauditors?\b"),
            (1.0, r"(?:inspect|examin|review|access|verif|look into)\w*[^.]{0,120}\b(?:books?|records?|accounts?|premises|facilit|warehouses?|invoices|bills|papers)"),
            (0.8, r"\b(?:books?|records?|accounts)\b[^.]{0,160}\b(?:inspect|examin|audit|review|available|access|verif|open to)\w*"),
            (0.6, r"(?:right|entitled)[^.]{0,60}\baccess[^.]{0,60}\b(?:information|system|data|files)"),
            (0.5, r"(?:keep|maintain|preserv)\w*[^.]{0,60}\b(?:books|records|accounts)|independent (?:certified )?(?:public )?account|normal business hours|reasonable (?:notice|times)"),
            (-0.4, r"recall|trace|financial statements"),
        ),
        """
        The company shall have the right to inspect and audit the books and records of the distributor upon reasonable notice during normal business hours.
        The licensee shall keep accurate records for three years and permit an independent accountant to examine them to verify payments.
        Representatives may visit and inspect the premises and facilities at reasonable times.
        """,
    ),
    _kind(
        "uncapped liability",
        r"un-?capped|unlimited liab|liab\w*\b.{0,40}\b(unlimited|not (be )?limited|without limit)|exception\w*\b.{0,40}\bliab",
        r"liab|limitation|exception|remed|damages",
        (
            (1.2, r"(?:limitation|exclusion|cap|maximum|foregoing|limit)s?[^.]{0,140}\b(?:shall not|do(?:es)? not|will not|not) (?:apply|limit|extend|affect)|nothing (?:in this|herein)[^.]{0,80}\b(?:limit|exclude|restrict)"),
            (1.0, r"(?:except|other than|save|excluding|with the exception)[^.]{0,160}\b(?:gross negligence|willful|wilful|fraud|death|personal injury|confidential|indemnif|intentional|infring)\w*|unlimited|without (?:limit|regard to the (?:maximum|limit))"),
            (0.6, r"gross negligence|willful misconduct|wilful|fraud|death or (?:personal|bodily) injury|intentional"),
            (0.5, r"\bliab|consequential damages|limitation"),
            (-0.4, r"insurance|force majeure|confidential information shall"),
        ),
        """
        The limitations of liability shall not apply to gross negligence, willful misconduct, indemnification obligations or breach of confidentiality.
        Nothing in this agreement limits or excludes liability for death or personal injury caused by negligence or for fraud.
        """,
    ),
    _kind(
        "cap on liability",
        r"(cap|limit|limitation|maximum)\w*\b.{0,30}\b(liab|damages)|liab\w*\b.{0,30}\b(cap|limit|maximum)|consequential|lost profits",
        r"liab|limitation|damages|remed|disclaim",
        (
            (1.2, r"liab(?:le|ility|ilities)[^.]{0,200}\b(?:exceed|limited to|not exceed|in excess of|maximum|up to|more than|restricted)"),
            (1.1, r"(?:in no event|neither party|no event|not)\b[^.]{0,120}\bliable\b[^.]{0,160}\b(?:indirect|incidental|special|consequential|punitive|lost profits|loss of)"),
            (0.8, r"(?:consequential|incidental|indirect|punitive|special) (?:damages|or|and|,)|loss of profits|lost profits"),
            (0.9, r"(?:sole|exclusive) (?:and exclusive )?(?:remed|liab)\w*|damages[^.]{0,80}\b(?:exceed|limited|restricted)"),
            (0.6, r"answers? for[^.]{0,80}\bup to"),
            (0.3, r"\bliab"),
            (-0.5, r"insurance|force majeure|beyond (?:its|their) (?:reasonable )?control"),
        ),
        """
        In no event shall the total liability of the supplier exceed the amounts paid under this agreement in the preceding twelve months.
        Neither party shall be liable for indirect, incidental, special or consequential damages or lost profits.
        Damages are limited to the purchase price of the products.
        """,
    ),
    _kind(
        "liquidated damages",
        r"liquidated|(termination|cancellation|early termination) fee|penalt(y|ies)\b.{0,40}\b(breach|terminat)",
        r"liquidated|late|delay|damages|penalt|terminat",
        (
            (1.3, r"liquidated damages|contractual penalty|agreed (?:sum|damages)|reasonable estimate of[^.]{0,30}damages|not (?:as )?a penalty"),
            (0.9, r"(?:termination|cancellation|break-?up) (?:fee|charge|payment)|penalty of|penalt(?:y|ies)|late (?:delivery )?(?:fee|charge|credit)"),
            (0.6, r"for each (?:day|week|month) (?:of|that)|delay[^.]{0,100}(?:percent|%|\$)|falls? due"),
            (-0.6, r"interest|overdue|consequential|insurance|invoice"),
        ),
        """
        If delivery is late the supplier shall pay liquidated damages for each week of delay.
        In case of early termination the party shall pay a termination fee, which is a reasonable estimate of damages and not a penalty.
        """,
    ),
    _kind(
        "insurance",
        r"insur|(certificate|proof) of (coverage|insurance)|liability cover",
        r"insur|indemn|liab",
        (
            (1.2, r"\binsur(?:ance|ed|er|ers|e)\b"),
            (0.7, r"(?:maintain|carry|procure|obtain|take out|keep|furnish|provide|takes out)\w*[^.]{0,100}\b(?:insurance|coverage|cover|policy|policies|insured)"),
            (0.6, r"additional insured|per occurrence|certificates? of insurance|product liability|general liability|cargo (?:insurance|cover)|workers'? compensation|\bpolic(?:y|ies)\b[^.]{0,60}(?:limit|coverage|demand)|liability coverage"),
            (-0.3, r"export|f\.o\.b|c\.i\.f"),
        ),
        """
        The distributor shall maintain commercial general liability insurance with limits of not less than $1,000,000 per occurrence and name the company as additional insured.
        Each party shall carry product liability coverage and furnish certificates of insurance.
        """,
    ),
    _kind(
        "covenant not to sue",
        r"not to sue|covenant.{0,12}\bsue|(contest|challeng|disput)\w*\b.{0,40}\b(validity|ownership|trademark|patent|title|intellectual|mark)|waive\w*\b.{0,30}\b(claim|action|recourse)",
        r"trademark|intellectual|challenge|protection|ownership|proprietary|contest|release|waiver|covenant",
        (
            (1.3, r"covenant\w* not to sue|agrees? not to sue|not (?:bring|institute|file|commence)[^.]{0,60}\b(?:action|suit|claim|proceeding)|bring no (?:action|suit|claim)"),
            (1.1, rf"{_NOT}[^.]{{0,140}}\b(?:contest|challenge|dispute|attack|impair|question|oppose|impugn|put (?:them )?in question)\w*[^.]{{0,160}}\b(?:validity|ownership|title|right|trademark|mark|patent|registration|intellectual|them|enforceab)s?"),
            (0.7, r"\b(?:contest|challenge|dispute|attack|impugn)\w*[^.]{0,100}\b(?:validity|ownership|title|trademark|mark|patent)s?"),
            (0.9, r"(?:not|or) (?:\w+ ){0,3}(?:file|register|apply|obtain)\b[^.]{0,140}\b(?:registration|ownership)[^.]{0,60}\b(?:trademark|trade name|mark|patent)s?|any act[^.]{0,60}\b(?:impair|contest|tarnish)"),
            (0.5, r"waives?[^.]{0,60}\b(?:recourse|claim|right to sue|action)s?|releases?[^.]{0,40}\b(?:from|claims)"),
            (-0.5, r"disputes? (?:arising|between|resolution)|arbitrat|freight bill|invoice"),
        ),
        """
        The distributor shall not contest or challenge the validity or ownership of the trademarks.
        The party covenants not to sue the other for any claim arising from the licensed patents.
        The licensee shall never dispute the title of the licensor to the intellectual property or assist others in doing so.
        """,
    ),
    _kind(
        "third-party beneficiary",
        r"third[- ]part(y|ies)['’]?s?\b.{0,20}\b(benefi|rights)|beneficiar",
        r"benefi|third part|miscellaneous|general",
        (
            (1.4, r"third[- ]party[^.]{0,20}benefici\w*|\bbeneficiar(?:y|ies)\b"),
            (0.9, r"(?:may|can|entitled to|right to) (?:directly )?(?:enforce|claim under|rely on)\b|takes? the benefit|entitled to the benefit|in (?:its|their) own name|as if (?:it|they) (?:had signed|were a party)"),
            (0.4, r"\bbenefits? of\b[^.]{0,60}\b(?:affiliate|licensor|consignee|parent|third)|third part(?:y|ies)"),
            (-0.7, r"no (?:intended )?third[- ]party|not (?:intended )?(?:to )?(?:confer|benefit|create)|shall not (?:confer|benefit)|benefit of creditors"),
        ),
        """
        The affiliates are intended third party beneficiaries of this agreement and may enforce it directly.
        Persons who are not parties may rely on and claim under this clause.
        """,
    ),
    _kind(
        "source code escrow",
        r"escrow|source code",
        r"escrow|source code|deposit",
        ((1.3, r"\bescrow\w*\b"), (0.8, r"source code"), (0.3, r"deposit|release")),
        """
        The licensor shall deposit the source code with an escrow agent for release to the licensee.
        """,
    ),
    _kind(
        "expiration date",
        r"expir|initial term|how long\b.{0,40}\b(agreement|contract|last|run|valid|in force|remain)|(term|duration|length|end date|end) of (this|the) (contract|agreement|appointment)|until when\b.{0,30}\b(agreement|contract|run)|when does\b.{0,50}\bend\b|in (force|effect) until",
        r"\bterm\b|duration|expir|initial|period|effective|commencement",
        (
            (1.2, r"\bterm of (?:this|the) (?:\w+ )?(?:agreement|contract|appointment|license)\b[^.]{0,120}\b(?:shall|will|is|begin|commence|run|expire|continue|be)\w*|initial (?:term|period)\b[^.]{0,100}\b(?:of|shall|expire|end|year|month)"),
            (1.0, r"\b(?:agreement|contract|term|appointment)\b[^.]{0,160}\b(?:continue|remain|be|stay)s? (?:in (?:full )?(?:force|effect)|effective|valid)|\b(?:agreement|contract|term|appointment)\b[^.]{0,80}\b(?:expires?|ends|terminates?) (?:on|at|upon|in)\b"),
            (0.8, rf"(?:commenc|begin|effective|takes? effect|starts?|in force|continue)\w*[^.]{{0,160}}\b(?:for (?:a|an|the|one|two|three|\w+)[^.]{{0,40}}\b{_PERIOD}|until|through|anniversary)"),
            (0.4, r"\bexpir\w*|anniversary|(?:january|february|march|april|june|july|august|september|october|november|december) \d{1,2}, (?:19|20)\d\d"),
            (1.0, r"(?:contract period|\bterm)\"? (?:shall )?means?\b|period of time commencing|\bcommenc\w+[^.]{0,80}\b(?:concluding|ending|terminating|expiring)\b"),
            (1.0, r"\bterm of this (?:agreement|contract) is\b|takes? effect\b[^.]{0,120}\b(?:ends?|expires?) on\b"),
            (0.3, r"unless (?:sooner|earlier|terminated|renewed|extended)"),
            (-0.5, r"right to renew"),
            (-0.7, r"confidential|warrant|insurance|invoice|compet|solicit|purchase order|audit|records|indemnif|surviv"),
            (-0.4, r"terminate this agreement|by and between|inventory"),
            (-0.9, r"(?:provision|term)s?\b[^.]{0,80}\b(?:unenforceable|invalid|illegal|void)|(?:following|upon|after) (?:the )?(?:expir|terminat)"),
        ),
        """
        The term of this agreement shall commence on the effective date and continue for a period of five years, unless sooner terminated.
        This agreement remains in force for an initial term of three years and expires on December 31, 2010.
        The agreement takes effect on the date of signature and continues until the third anniversary.
        """,
    ),
    _kind(
        "effective date",
        r"effective date|(date|when)\b.{0,40}\b(effect|signed|executed|made|begin|start|commence)|agreement date|come into force|takes? effect",
        r"preamble|effective|commencement|\bterm\b",
        (
            (1.1, r"(?:made|entered into|dated|executed|effective)[^.]{0,60}\b(?:as of|on|this)\b[^.]{0,60}(?:19|20)\d\d"),
            (0.9, r"effective date|effective as of|commencement date|shall (?:become|be) effective"),
            (0.4, r"by and between|\(the \"?(?:effective date|agreement)"),
        ),
        """
        This agreement is made and entered into as of the first day of January, 2010, by and between the parties.
        This agreement becomes effective on the date of the last signature (the "Effective Date").
        """,
    ),
    _kind(
        "termination for cause",
        r"terminat\w*\b.{0,60}\b(cause|breach|default|insolven|bankrupt)|(breach|default|insolven|bankrupt)\w*\b.{0,50}\b(terminat|happens|consequence)",
        r"terminat|default|breach|cause|insolven",
        (
            (1.0, r"terminat\w*[^.]{0,200}\b(?:breach|default|insolven|bankrupt|fails? to|cure|violat)\w*|(?:breach|default|insolven|bankrupt)\w*[^.]{0,200}\bterminat\w*"),
            (0.4, r"cure[d]?\b|remed(?:y|ied) within"),
        ),
        """
        Either party may terminate this agreement if the other party commits a material breach that is not cured within thirty days, or becomes insolvent or bankrupt.
        """,
    ),
    _kind(
        "force majeure",
        r"force majeure|act of god|beyond\b.{0,20}\bcontrol|natural disaster|strike",
        r"force majeure|excus|delay",
        (
            (1.2, r"force majeure|acts? of god|beyond (?:its|their|the) (?:reasonable )?control|causes beyond"),
            (0.4, r"strikes?|war|embargo|flood|weather"),
        ),
        """
        Neither party is liable for delay or failure caused by acts of God, war, strikes or other events beyond its reasonable control.
        """,
    ),
    _kind(
        "confidentiality",
        r"confiden|non-?disclos|secre(t|cy)",
        r"confiden|disclos|secre",
        (
            (1.0, r"confidential\w*|non-?disclosure|secre(?:t|cy)"),
            (0.5, r"(?:not|strict)[^.]{0,60}\b(?:disclos|reveal)\w*"),
        ),
        """
        Each party shall hold the confidential information of the other in confidence and shall not disclose it to third parties.
        """,
    ),
    _kind(
        "indemnification",
        r"indemn|hold harmless",
        r"indemn|liab",
        ((1.2, r"indemnif\w*|hold[^.]{0,10}harmless"), (0.4, r"\bdefend\b|attorneys'? fees|claims")),
        """
        The supplier shall indemnify, defend and hold harmless the distributor from claims arising out of defects in the products.
        """,
    ),
    _kind(
        "dispute resolution",
        r"arbitrat|mediat|dispute resol|venue|which court|jurisdiction",
        r"arbitrat|dispute|jurisdiction|venue",
        (
            (1.1, r"arbitrat\w*|mediat(?:ion|or)|(?:exclusive |non-exclusive )?jurisdiction|venue|courts? of"),
            (0.4, r"disputes?|controvers"),
        ),
        """
        Any dispute arising out of this agreement shall be settled by arbitration.
        The courts of the state shall have exclusive jurisdiction over disputes.
        """,
    ),
)
