"""Whether a bare number counts or measures something, tells a time or names something else than an order: "6 of 8", "at 11", "truck 12",
"the screen said 55", "need 50 by Friday for 131"."""

from __future__ import annotations

import re

from copilot.models.playbook.words import words

BARE = re.compile(
    r"(?<![\w.,/:<>$€£+*=%-])(?<![$€£] )(\d{2,3})(?P<owned>['’]s)?"
    r"(?![\w/%°$€£+*=-]|[.,:]\d| ?[%€$°]| ?(?:x|by) ?\d|(?: \d{3})? \d{4}\b)"
)
"""Two or three digits that stand alone, and are no part of a telephone number."""
_STOCK_BEFORE = re.compile(
    r"\b(?:how (?:many|much)|stock|free|left|item|product|part|model|type|bearings?|any|ref(?:erence)? (?:number )?of)\b[^,.?!]*$",
    re.IGNORECASE,
)
_COUNTS_BEFORE = re.compile(
    r"(?:\b(?:clauses?|sections?|articles?|paragraphs?|sops?(?: no)?|pol|policy|pages?|versions?|ver|doors?|docks?|bays?|gates?|lanes?"
    r"|bins?|racks?|shel(?:f|ves)|cells?|locations?|slots?|rooms?|aisles?|drafts?|top|first|within|than|least|most|up to|lines?|rows?"
    r"|windows?|class"
    r"|grade|zone|tier|usd|eur|dollars?|times|until"
    r"|max|min|maximum|minimum|roughly|approximately|approx|around|another|over|under|above|below|exceeds?|limit of|net|chapter|step"
    r"|level|rule|floor|room|terminal|pier|highway|route|size|next|past|every|each|worst|between|total(?: of)?|plus|minus|by)"
    r"|(?:packs?|cases?|box(?:es)?|cartons?|bags?|bundles?|pails?|sets?) of"
    r"|instead of|rather than|(?:po|purchase|quote|rfq) for|qty|quantity|(?<![a-z])[x@*]"
    r"|\b(?:costs?|charged|weigh(?:s|ed)?|(?:discount|fee|rate|price|surcharge|deposit|temp\w*) (?:of|is|was|at)|degrees"
    r"|\d+ out of|\d+ of (?:the|his|our|their)|in place of|kit|(?:back|meeting|call|lunch|standup|starts?) in|batch|lots?|unit"
    r"|ext(?:ension)?\.?(?: is)?|trucks?|trailers?|lorry|forklift|tickets?"
    r"|(?:an?|the|that|this|their|our|of|open|unpaid) invoices?|container|building|suite"
    r"|(?:make|change|set|raise|bump|lower|reduce|increase|cut) (?:it|that|them|the (?:qty|quantity|count|order))"
    r" (?:up |down )?(?:to )?))\s*$",
    re.IGNORECASE,
)
"""What stands before a figure or the name of something else."""
_COUNTED_BY = re.compile(
    r"\b(?:system|odoo|screen|scanner|counts?|sheet|list|report|slip|label|bins?|shelf|rack|stock|inventory|pickers?)"
    r"\s+(?:only |still |just |now |even )?(?:says?|said|shows?|showed|reads?|has|had|counted|found)\s*$",
    re.IGNORECASE,
)
_AS_A_COUNT = re.compile(
    r"^\s*(?:$|[?!.,;)](?!\d)|<day>|(?:on hand|on the shelf|in stock|in there|in the (?:bin|rack|system)|left|free|there)\b)",
    re.IGNORECASE,
)
"""What the system shows or somebody has counted: "the screen said 55 this morning"."""
_OF_A_QUANTITY = re.compile(
    r"\b(?:needs?|needed|wants?|wanted|ordered|have|has|had|got|sent|sold|received?|bought|delivered|counted|found|picked|loaded"
    r"|invoiced|billed|shipped|asked for|paid for|booked|only|not)\s*$",
    re.IGNORECASE,
)
"""Before one number it may be an order's; before two it tells quantities: "we sent 42 and they received 40"."""
_OF_A_QUANTITY_AFTER = re.compile(
    r"^\s*(?:now\b|later\b|came in\b|(?:are |is )?in (?:<day>|stock|the (?:bin|rack|back))|then\b)",
    re.IGNORECASE,
)
"""The same behind it: "20 now and 40 later on 77"."""
NEAR = 120
"""Letters before a number that are looked at."""
_WENT_AFTER = re.compile(
    r"^\s*(?:and \d+\s*)?(?:[a-z]+ed|gone|left|come|been|out|done|on (?:the|my|our) (?:list|board|desk|screen))\b",
    re.IGNORECASE,
)
"""has 42 shipped, we have 42 on the list"""
_AN_ORDERS_OWN = re.compile(r"^\s*(?:lines?|items?|goods|shipment|delivery|parcel|load)\b", re.IGNORECASE)
MOST_LINES = 40
"""Above it "the 155 lines" are the lines of order 155: nobody's order has so many."""
HAS_BEFORE = re.compile(
    r"\b(?:a|an|all|some|these|those|only|just|needs?|needing|wants?|wanted|ordered|have|has|had|got|gets?|send|sent|sell|sold|receive[ds]?"
    r"|buy|bought|deliver(?:ed)?|take|give|move|reserve|use)\s*$",
    re.IGNORECASE,
)
"""What may stand before a quantity: then what follows has to be no thing that is counted."""
_GOES_ON = re.compile(
    r"^\s*(?:$|[?!.,;:)-]|(?:in|on|at|to|for|from|with|without|by|before|after|been|gone|left|shipped|delivered|and|or|but|out|off|up|as|is|was"
    r"|be|into|via|through|un\w+ed|unstuck|gone|done|ready|loose|moving|going|shipped|released|earlier|later|sooner|faster|today|tomorrow|now|yet|please|pls|asap|this|next|there|here|<day>|<name>)\b)",
    re.IGNORECASE,
)
TIME_BEFORE = re.compile(r"\b(?:at|before|by|till|after|from|to)\s*$", re.IGNORECASE)
_MONTH = r"jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*"
_MONTH_BEFORE = re.compile(rf"\b(?:{_MONTH})\.?\s*$", re.IGNORECASE)
_COUNTED_AFTER = re.compile(
    r"^\s*(?:times\b|plus \d|minus \d|more\b(?! (?:late|urgent|important|than))|or (?:more|less|fewer)\s+[a-z]"
    r"|each\b|degrees?\b|staff\b|foot\b|feet\b|of\b|out of\b|per\b|percent\b|pct\b|or \d+\b(?= \w+s\b)|o'?clock\b|am\b|pm\b"
    r"|grand\b|bucks\b|dollars\b|usd\b|eur\b|business\b|working\b|calendar\b"
    r"|(?:more|extra|other|missing|late|open|full|short|big|small|ready|remaining|last|additional)\s+[a-z]{3,}s\b"
    rf"|(?:{_MONTH})\b"
    r"|(?:kg|kilos?|g|l|lt|lbs?|liters?|litres?|ml|mm|cm|m|inch|inches|in\.|ft|oz|gal|gallons?|pcs?|pieces?|ea|pallets?|day|week|hour|minute|month"
    r"|[a-z]+ (?:drums|cans|bags|boxes|cases|crates|sacks|pails|rolls|pallets|cartons|packs|pieces|units|kits)"
    r"|times|min|mins|hrs?|h|year|case|drum|bag|box|cans|unit|mile|point|series|mm|bar|volt|ton|tons|tonnes?|people|percentage)\b)",
    re.IGNORECASE,
)
_GOODS_AFTER = re.compile(
    r"^\s+(?!(?:is|are|was|has|with|for|and|because|without|waits?|needs?)\b)([a-z]+)(?:\s+[a-z]+){0,2}?\s+[a-z]{3,}s\b",
    re.IGNORECASE,
)
"""A plural two or three words on."""
_NOT_COUNTED_LIST = """
is was has does ships goes leaves arrives comes makes gets gives needs sits stands hangs looks misses moves slips waits
stays turns this its always perhaps yes us as plus less thus versus vs status keeps costs lands runs says shows happens
reaches lacks stops belongs depends deserves address process progress express focus obviously means allows passes plans
pls thanks thx asks wants calls rings says writes complains insists hopes expects threatens wonders mentions refuses thinks knows claims
believes owes accepts agrees reads rides travels flies sends expects pays drops sounds seems appears begins
starts ends means helps matters counts fails remains sticks lies
"""
_NOT_COUNTED = frozenset(_NOT_COUNTED_LIST.split())
_ASKED_OF_AN_ORDER = frozenset(
    {"late", "stuck", "still", "what", "where", "when", "why", "who", "how", "eta", "status"}
)


def quantities_told(text: str) -> list[int]:
    """Where bare numbers stand that may be an order's and are none, since beside them another one is ("need 50 by Friday for 131"),
    or tells a quantity as well ("we sent 42 and they received 40")."""
    told: list[int] = []
    others = 0
    for one in BARE.finditer(text):
        before, after = text[max(0, one.start() - NEAR) : one.start()], text[one.end() :]
        behind_a_verb = _OF_A_QUANTITY.search(before) and not _WENT_AFTER.match(after)
        if behind_a_verb or _OF_A_QUANTITY_AFTER.match(after):
            told.append(one.start())
        elif not counts(before, one[1], after):
            others += 1
    return told if len(told) > 1 or others else []


def sentence_goes_on(after: str) -> bool:
    """What stands behind a number is nothing that is counted."""
    if _GOES_ON.match(after) or re.match(r"\s*[—–]", after):
        return True
    follows = re.match(r"\s+([a-z]+)", after, re.IGNORECASE)
    if follows is None:
        return False
    word = follows[1].casefold()
    # "is 4987 invoiced", and not "the 6306 sealed"
    is_done = word.endswith("ed") and word not in words().goods_go_on
    return is_done or word in _NOT_COUNTED | _ASKED_OF_AN_ORDER


def asks_for_goods(before: str) -> bool:
    """Whether what follows these words is a product: "how many", "stock of"."""
    return _STOCK_BEFORE.search(before) is not None


def counts(before: str, number: str, after: str) -> bool:
    """Whether a number counts or measures something, or is a time of day."""
    if before.casefold().endswith("the ") and int(number) > MOST_LINES and _AN_ORDERS_OWN.match(after):
        return False  # "the 155 lines that are ready"
    if _COUNTS_BEFORE.search(before) or _COUNTED_AFTER.match(after):
        return True
    if _MONTH_BEFORE.search(before) and int(number) <= 31:  # and not "may 184 leave"
        return True
    if _COUNTED_BY.search(before) and _AS_A_COUNT.match(after):
        return True
    if int(number) <= 24 and TIME_BEFORE.search(before):
        return True
    if HAS_BEFORE.search(before) and not _GOES_ON.match(after):
        return True
    following = re.match(r"\s+([a-z]+)", after, re.IGNORECASE)
    if following is None:
        return False
    word = following[1].casefold()
    if word.endswith("s") and not word.endswith("ss") and word not in _NOT_COUNTED:
        return True
    # "60 pillow block bearings": what is counted may stand a word or two later.
    goods = _GOODS_AFTER.match(after)
    if goods is None:
        return False
    *describing, last = goods[0].casefold().split()
    known = words()
    if describing[0] in known.goods:
        return True
    # "60 pillow block bearings", and not "42 waiting on bearings" or "42 awaiting bearings".
    others = [word for word in describing if word in known.plain - known.goods_go_on or word.endswith("ing")]
    return last in known.goods and not others
