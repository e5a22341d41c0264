"""The words with which a document speaks of itself: from when to when it holds, its version, its owner, what it replaces.

Patterns for single spaces between words. Each is bounded: they are used on text that anybody may have written.
"""

# ruff: noqa: E501 - a pattern cut in pieces is harder to read than a long one

from __future__ import annotations

import re

from knowledge_ingest.days_in_text import DAY

OF_A_CONTRACT = r"agreement|contract|lease|terms(?: and conditions| of \w+)?|document"
_OF_OTHERS = (
    r"policy|procedure|sop|document|guide|guidelines?|manual|instructions?|tariff|price list|rate sheet|supplement|edition|version"
    r"|rules|terms(?: and conditions| of \w+)?|schedule|memo|memorandum"
)
_OF_AN_AMENDMENT = r"amendment|addendum|side letter|extension|renewal"
_NO_LINK = r"(?!(?:of|the|is|are|was|in|to|under|for|a|an|or|from|by|with|on|has|have|shall|will|may|any|each|all)\b)"
"""A word between `this` and what it points at is part of the name, not the beginning of something else."""


def _subject(nouns: str, *, called_the: str = "") -> re.Pattern[str]:
    """A sentence about the document itself: `This Supply Agreement`, `The term of this Agreement`, `The Agreement`."""
    this = rf"(?:the (?:term|duration) of )?(?:this|these|the present) (?:{_NO_LINK}[\w&/'-]{{1,30}} ){{0,6}}?(?:{nouns})\b(?!')"
    the = rf"|The (?:{called_the})\b(?!')" if called_the else ""
    return re.compile(rf"(?:[\dA-Z][\d.]{{0,7}}[.)]? )?(?:(?i:{this}){the})")


CONTRACT = _subject(OF_A_CONTRACT, called_the="[Aa]greement|[Cc]ontract")
AMENDMENT = _subject(_OF_AN_AMENDMENT)
OTHER = _subject(_OF_OTHERS)
AMENDING = re.compile(
    rf"\b(?:{_OF_AN_AMENDMENT}|amending|supplement(?:al)? (?:no\b|agreement))", re.IGNORECASE
)

_SINCE = r"(?:(?:as of|as from|from|on|since|beginning|commencing|starting)(?: on)? )?"
_WILL = r"(?:shall |will )?"
_MADE = r"(?:made|entered into|executed)"
BEGINS = re.compile(
    rf"\b(?:(?:(?:is|are|{_WILL}be|becomes?|{_WILL}become)(?: hereby)?(?: {_MADE})?(?: and {_MADE})?(?: and)?(?: deemed)?(?: to be)?,?|and) effective"
    rf"|{_WILL}takes? effect|{_WILL}(?:comes?|enters?) into (?:force|effect)|{_WILL}(?:commences?|begins?|starts?|runs?|appl(?:y|ies))"
    rf"|(?:is|are|{_WILL}be) (?:valid|in force|in effect)) {_SINCE}(?P<day>{DAY})",
    re.IGNORECASE,
)
CALLED_EFFECTIVE = re.compile(
    rf"(?P<day>{DAY}),? ?\((?:hereinafter |hereafter |herein )?(?:called |referred to as )?(?:the )?\"?(?:effective|commencement) date\"?\)",
    re.IGNORECASE,
)
MEANS = re.compile(
    rf"\"?(?:effective|commencement) date\"? (?:means|is|shall mean|shall be) (?P<day>{DAY})", re.IGNORECASE
)
FIRST_DAY = re.compile(rf"{_SINCE}(?P<day>{DAY})", re.IGNORECASE)
_UP_TO = r"(?:until|through|thru|till|up to|to)(?: and including)?(?: the end of)?"
ENDS = re.compile(
    rf"\b(?:{_WILL}(?:expires?|ends?|terminates?|lapses?)(?: automatically)?(?: without notice)?,? (?:on|at the end of|as of)"
    rf"|{_WILL}(?:remains?|continues?|be|is|are|runs?|appl(?:y|ies))(?: in (?:full )?(?:force|effect)(?: and effect)?| valid| effective)? {_UP_TO}"
    rf") (?P<day>{DAY})",
    re.IGNORECASE,
)
RANGE = re.compile(
    rf"\s*,?\s*(?:(?:and )?(?:shall |will )?(?:ending on|expiring on|continuing|continues?|remains?)?(?: in (?:full )?(?:force|effect))? ?{_UP_TO}"
    rf"|and (?:ending|expiring|ends|expires) on|ending on|expiring on|[-–—]) ?(?P<day>{DAY})",
    re.IGNORECASE,
)
_LENGTH = r"(?P<words>[a-z]+(?:-[a-z]+)?)? ?\(?(?P<digits>\d{1,3})?\)?[ -](?P<unit>years?|months?)\b"
TERM = re.compile(
    rf"(?:\bfor (?:an? (?:fixed )?(?:term|period) of )?|\b(?:has|have|is|be) (?:for )?an? (?:fixed )?(?:term|period) of |\bterm of this \w+ (?:is|shall be|will be) (?:an? (?:term|period) of )?){_LENGTH}",
    re.IGNORECASE,
)
FROM_THE_FIRST_DAY = re.compile(
    r",? ?(?:from|after|commencing (?:on|as of|from)|beginning (?:on|as of)|starting (?:on|from)) (?:and including )?(?:the effective date|the commencement date|that date|such date)\b",
    re.IGNORECASE,
)
COMMENCES_THEN = re.compile(
    r"\b(?:commences?|begins?|starts?|takes? effect|effective) (?:on|as of|from) the (?:effective|commencement) date\b",
    re.IGNORECASE,
)
COUNTED_OTHERWISE = re.compile(r",? ?(?:from|after|following|commencing|beginning|starting)\b", re.IGNORECASE)
GOES_ON = re.compile(
    r"\b(?:(?:auto-?)?re-?new\w*|re-?commenc\w*|restart\w*|carried (?:forward|over)|repeated for|evergreen|prolong\w*|lengthen\w*|roll(?:s|ed|ing)?[ -]?over|hold(?:ing)?[ -]?over|tacit\w*|indefinite (?:term|period|time|duration)|(?:continues?|force|effect|thereafter|runs?) indefinitely"
    r"|year[- ](?:to|by|after)[- ]year|month[- ](?:to|by|after)[- ]month"
    r"|(?:successive|consecutive|additional|further|subsequent|another|option|renewed|second) (?:[\w()-]{1,20} ){0,3}(?:terms?|periods?|years?|months?)"
    r"|(?:initial|original|first|minimum) (?:fixed )?(?:term|period|duration)|option years?"
    r"|extend(?:s|ed) (?:by|for|each)\b|after (?:that|this|such) (?:date|day)\b|(?:remains?|continues?) in (?:force|effect) for\b|unless (?:terminated|cancell?ed|ended) (?:with|by|upon|at|on)\b|thereafter\b[^.;]{0,60}\b(?:end|terminat\w+|cancel\w*)"
    r"|extensions?\b(?! cord)|option to extend|extend(?:s|ed|ing)? (?:[\w()'-]{1,20} ){0,4}(?:terms?|agreement|contract|period|duration|validity|it)\b"
    r"|(?:term|agreement|contract|period|it|validity) (?:[\w()'-]{1,20} ){0,4}(?:extended|continued)\b|unless (?:[\w()'-]{1,20} ){0,6}extended"
    r"|(?:automatically|tacitly) (?:be )?continu\w*|continu\w* (?:automatically|thereafter|unless|beyond)|(?:runs?|carr(?:y|ies)|goes) on (?:under|for|until|thereafter)"
    r"|thereafter (?:[\w()'-]{1,20} ){0,4}(?:force|effect|remains?|continues?|runs?|until|notice|year|terminable)|from then on|until then"
    r"|failing (?:which,? (?:it|(?:the|this) (?:term|agreement|contract))|(?:such |that )?notice)|absence of (?:such |any |a |timely |written ){0,2}(?:notice|termination|cancellation)|without notice to the contrary|(?:if|unless|until|where|provided) (?:neither|either|nobody|no|one|any|the other) (?:[\w()'-]{1,20} ){0,3}(?:objects?|objection|gives?|notif\w+|cancels?)"
    r"|if (?:it is |the \w+ is |they are )?not (?:cancell?ed|ended|terminated)|otherwise (?:it|the (?:term|agreement|contract)) (?:goes|runs|continues|is|remains)"
    r"|new (?:fixed )?term\b|new contract for|next (?:calendar|contract|full) year|open-ended|non-?continuation|runs? again|kept in force|perpetuat\w*"
    r"|(?:one|two|three|twelve|\d{1,2}) (?:one-year |\w+ )?(?:options?|more (?:years?|terms?|months?))|(?:years?|months?) more|(?:term|duration|period) (?:is|are|shall be|will be) increased"
    r"|(?:end|expiry|expiration) of (?:each|any|every|the (?:then[- ])?current|the respective|the first)\b"
    r"|until (?:it is )?(?:terminated|cancell?ed|ended|revoked|replaced|superseded)|until (?:a|another|the) (?:new|successor|next|subsequent|further|later)\b)",
    re.IGNORECASE,
)
"""The last day that is named may not be the last one."""
CONDITION = re.compile(
    r"\b(?:provided that|on condition|conditional|whichever|the (?:later|earlier) of|if and when|subject to (?!earlier|prior|the (?:terms|provisions)|section|clause|article|termination))",
    re.IGNORECASE,
)
FOR_SOME = re.compile(
    r"\s*(?:or\b|only\b|in respect|with respect|with regard|as to\b|as regards|in (?:the|all)\b|at (?:the|all)\b|for (?!an? (?:fixed )?(?:term|period)\b|[a-z]+ \(\d|\d|[a-z]+ (?:years?|months?)\b))",
    re.IGNORECASE,
)
"""It holds from that day for some goods or places, or from another one."""
AND_ANOTHER = re.compile(rf"\b(?:and|but|or) (?:from|as of|on|effective|since) (?:the )?{DAY}", re.IGNORECASE)
ANOTHER_ONE = re.compile(
    r"[;:]|\b(?:which|that|whose|where|when|if|under|pursuant|and (?:the|each|all|any|its|their|an?))\b",
    re.IGNORECASE,
)
FINITE = re.compile(r"\b(?:is|are|was|has|have|had|shall|will|may|must|can|does)\b", re.IGNORECASE)
LASTS = re.compile(
    rf"(?:\b(?:force|effect|continues?|remains?|runs?|lasts?|effective|valid|made|concluded|entered into|(?:effective|commencement) date)|{DAY}),?\s*$",
    re.IGNORECASE,
)
"""Before `for two years`: what lasts so long is the document."""
NOT_THE_TERM = re.compile(
    r"obligat|warrant|confiden|surviv|licen[sc]|exclusiv|pric|option|minimum|guarant|thereafter|discount|rebate",
    re.IGNORECASE,
)

# --- labels ---

_OF_IT = r"(?:(?:agreement|contract|policy|document|sop|procedure) )?"
VALID_FROM = re.compile(
    rf"{_OF_IT}(?:effective (?:date|from|as of)|effective|date effective|valid (?:from|as of|since)|in (?:force|effect) (?:from|since)"
    r"|(?:contract|agreement) start(?: date)?|commencement date|date of commencement)(?![\w-])",
    re.IGNORECASE,
)
VALID_TO = re.compile(
    rf"{_OF_IT}(?:valid (?:until|to|through|thru|till)|in (?:force|effect) until|(?:contract|agreement) end(?: date)?)(?![\w-])",
    re.IGNORECASE,
)
EXPIRES = re.compile(
    rf"{_OF_IT}(?:(?:expiry|expiration) date|date of (?:expiry|expiration)|expires(?: on)?|expiry)(?![\w-])",
    re.IGNORECASE,
)
PERIOD = re.compile(
    rf"{_OF_IT}(?:valid|validity(?: period)?|period of validity|effective period|term|duration|(?:contract|agreement) (?:term|period))(?![\w-])",
    re.IGNORECASE,
)
VERSION = re.compile(r"(?:(?:document|sop|policy) )?version(?: (?:no\.?|number))?(?![\w-])", re.IGNORECASE)
REVISION = re.compile(
    r"(?:(?:document|sop|policy) )?(?:revision|rev\.?)(?: (?:no\.?|number|level))?(?![\w-])", re.IGNORECASE
)
OWNER = re.compile(r"(?:(?:document|sop|policy|procedure) )?owner(?![\w-])", re.IGNORECASE)
CONTRACT_OWNER = re.compile(r"(?:document|contract|agreement) owner(?![\w-])", re.IGNORECASE)
"""Of a lease or a contract for works, `Owner` is one of the parties."""
REPLACES = re.compile(r"(?:supersedes|replaces|cancels and (?:replaces|supersedes))(?![\w-])", re.IGNORECASE)
REPLACES_SAID = re.compile(
    r"\b(?:hereby )?(?:supersedes|replaces|cancels and (?:replaces|supersedes)|supersedes and (?:replaces|cancels)) (?P<what>.{3,160})",
    re.IGNORECASE,
)
CONTROL = re.compile(
    r"(?:title|reference(?: (?:no\.?|number))?|document(?: (?:title|no\.?|number|id|name|type))?|(?:sop|policy|procedure) (?:no\.?|number|id)|number|department|status|classification"
    r"|author|(?:approved|prepared|reviewed|issued|written|checked) by|(?:next |last )?(?:review|revision|approval|issue) date|date|page|pages|site|location|scope)\s*:?",
    re.IGNORECASE,
)
"""The other fields of the table at the head of a procedure."""
OF_THE_DOCUMENT = re.compile(
    r"(?:document|sop|policy|procedure|contract|agreement|effective|valid|version|revision|rev)\b",
    re.IGNORECASE,
)
HISTORY = re.compile(r"\b(?:history|changes?|log|author|description)\b", re.IGNORECASE)
"""Of a table or a section that tells the former versions, too."""
SECTION_ON_IT = re.compile(
    r"effective|validity|\bterm\b|duration|commence|control|revision|version|owner|particulars|key (?:terms|data|dates)|cover|parties|preamble|recitals|background|agreement|contract|definitions|\bsop\b|policy|procedure",
    re.IGNORECASE,
)
"""Headings under which a document goes on to speak of itself; under others, a label is that of a rate, a lot or a project."""

ENDS_SOMETHING = re.compile(f"(?:{VALID_TO.pattern}|{EXPIRES.pattern})", re.IGNORECASE)
OF_ITSELF = re.compile(
    "|".join(f"(?:{each.pattern})" for each in (VALID_FROM, VERSION, REVISION, OWNER, CONTRACT_OWNER)),
    re.IGNORECASE,
)
NAMES_ITSELF = re.compile(r"(?:agreement|contract|policy|document|sop|procedure) ", re.IGNORECASE)
NOTHING_FOLLOWS = re.compile(
    r"\s*(?:\([^()]{0,80}\))?\s*(?:$|[.;]\s*$|,? ?(?:unless|subject to|or)\b[^.;]{0,120}?\b(?:earlier|early|sooner|prior|previously)\b)",
    re.IGNORECASE,
)
VALUE_ENDS = re.compile(
    r"\s*(?:$|[.;](?:\s|$)|\((?:the )?\"?(?:effective|commencement) date\"?\)\.?\s*$|,?\s+[A-Z][\w /]{2,30}:)"
)
AFTER_A_VERSION = re.compile(
    r"^(?:(?:version|ver\.?|rev\.?|revision|edition|issue) [^\s,;]{1,12}(?: \d{4})?|issued by [^,;.]{1,60})\s*[,–—-]?\s+(?=(?:effective|valid|in (?:force|effect))\b)",
    re.IGNORECASE,
)
A_VERSION = re.compile(
    r"(?P<value>\d{4}-\d{2}|v?\.? ?\d{1,4}(?:\.\d{1,4}){0,3}[a-z]?)(?![\w-])(?=\s*(?:$|[,;()]|\.(?:\s|$)|[-–—/] |(?:effective|valid|dated)\b))",
    re.IGNORECASE,
)
A_REVISION = re.compile(
    r"(?P<value>[A-Z]\d?|v?\.? ?\d{1,4}(?:\.\d{1,4}){0,3}[a-z]?)(?![\w-])(?=\s*(?:$|[,;()]|\.(?:\s|$)|[-–—/] |(?:effective|valid|dated)\b))"
)
BLANK = re.compile(
    r"[\s_.…/()\[\]-]*$|.{0,30}?(?:_{3,}|\.{4,}|…)|\s*[\[<{]|\s*(?:tbd|tba|tbc|to be (?:agreed|determined|confirmed|inserted|named))\b",
    re.IGNORECASE,
)
NO_PAPER = re.compile(
    r"\(?(?:all|any|every|each|none|null|nil|n/?a|not|this|new|(?:the )?(?:prior|previous|earlier|former)\b(?![^|]*\d))\b|[\s_/\[\]<—–-]*$",
    re.IGNORECASE,
)
PAPER = re.compile(
    r"\d|\b(?:version|edition|policy|procedure|sop|agreement|contract|briefing|terms|guide|manual|memo|document|rules|list|tariff|instruction)\b",
    re.IGNORECASE,
)
PAPER_ENDS = re.compile(
    r"[;|\n]|, |(?<!\bRev)(?<!\bNo)(?<!\bVer)\.(?:\s|$)|\s(?:from|with effect|as of|effective)\s"
)

ABBREVIATED = re.compile(
    r"(?:\b(?:inc|ltd|co|corp|nos?|rev|ver|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|st|dr|mr|mrs|ms|art|sec|cl|l\.p|u\.s|s\.a)|\b[A-Za-z])\.$",
    re.IGNORECASE,
)
MAY_END = re.compile(r"[.;!?][\")]?\s+")
