"""Whether a bare number counts or measures something, tells a time or names something else than an order: "6 of 8", "at 11", "truck 12",
"the screen said 55", "need 50 by Friday for 131"."""

from __future__ import annotations

import re

from copilot.models.playbook.words import words

BARE = re.compile(
    r"(?<![\w.,/:<>$€£+*=%-])(?<![$€£] )(?!(?<=\d{3} )\d{3} \d{4}\b)(\d{2,3})(?P<owned>['’]s)?"
    r"(?![\w/%°$€£+*=-]|[.,:]\d| ?[%€$°]| ?(?:x|by) ?\d| \d{3} \d{4}\b| (?!(?:19|20)\d\d\b)\d{4}\b)"
)
"""Two or three digits that stand alone, and are no part of a telephone number; a year may follow."""
_STOCK_BEFORE = re.compile(
    r"\b(?:how (?:many|much)(?! (?:more |longer |working |business )*(?:days?|hours?|weeks?|time|longer)\b)|stock|free|left|item|product"
    r"|part(?! (?:ships?|shipping|shipped|deliver\w*|of)\b)|model|type|bearings?"
    r"|any(?! (?:way|chance|hope|news|word|update|idea|risk|reason|danger|clue|sign|luck)\b)|ref(?:erence)? (?:number )?of)\b[^,.?!]*$",
    re.IGNORECASE,
)
_COUNTS_BEFORE = re.compile(
    r"(?:\b(?:clauses?|sections?|articles?|paragraphs?|sops?(?: no)?|pol|policy|pages?|versions?|ver|doors?|docks?|bays?|gates?|lanes?"
    r"|bins?|racks?|shel(?:f|ves)|cells?|locations?|slots?|rooms?|aisles?|drafts?|top|first|within|than|least|most|up to|lines?|rows?"
    r"|windows?|class"
    r"|grade|stainless|alloy|schedule|sae|din|iso|zone|tier|usd|eur|dollars?|times|until"
    r"|max|min|maximum|minimum|roughly|approximately|approx|around|another|over|under|above|below|exceeds?|limit of|net|chapter|step"
    r"|level|rule|floor|room|terminal|pier|highway|route|size|next|past|every|each|worst|between|total(?: of)?|plus|minus|by)"
    r"|(?:packs?|cases?|box(?:es)?|cartons?|bags?|bundles?|pails?|sets?) of"
    r"|instead of|rather than|(?:po|purchase|quote|rfq) for|qty|quantity|(?<![a-z])[x@*]"
    r"|\b(?:costs?|charged|weigh(?:s|ed)?|(?:discount|fee|rate|price|surcharge|deposit|temp\w*) (?:of|is|was|at)|degrees"
    r"|\d+ out of|\d+ of (?:the|his|our|their)|in place of|kit|(?:back|meeting|lunch|standup|starts?) in"
    r"|ext(?:ension)?\.?(?: is)?|(?<!\ba )(?<!which )(?<!what )(?:trucks?|lots?)|trailers?|lorry|forklift|(?<!pick )tickets?"
    r"|(?:an?|the|that|this|their|our|of|open|unpaid) invoices?|container|building|suite"
    r"|(?:make|change|set|raise|bump|lower|reduce|increase|cut) the (?:qty|quantity|count) (?:up |down )?(?:to )?"
    r"|(?:raise|lower|reduce|increase|cut) (?:it|that|them|the order) (?:up |down )?(?:to )?))\s*$",
    re.IGNORECASE,
)
"""What stands before a figure or the name of something else."""
_COUNTED_BY = re.compile(
    r"\b(?:system|odoo|screen|scanner|counts?|sheet|list|report|slip|label|bins?|shelf|rack|stock|inventory|pickers?)"
    r"\s+(?:only |still |just |now |even )?(?:says?|said|shows?|showed|reads?|has|had|counted|found)\s*$",
    re.IGNORECASE,
)
_AS_A_COUNT = re.compile(
    r"^\s*(?:<day>|(?:on hand|on the shelf|in stock|in there|in the (?:bin|rack|system)|left|free|there)\b)",
    re.IGNORECASE,
)
"""What the system shows or somebody has counted: "the screen said 55 this morning"."""
_ENDS_HERE = re.compile(r"^\s*(?:$|[?!.,;)](?!\d))")
_A_BATCH = re.compile(r"(?<!\ba )(?<!which )(?<!what )\b(?:batch|unit)\s*$", re.IGNORECASE)
_CALL_IN = re.compile(r"\bcall in\s*$", re.IGNORECASE)
"""In so many minutes."""
MOST = 100
"""From here on a bare number is nearly always an order's, and what would make a smaller one a quantity is no reason."""
_NEEDED = re.compile(r"\b(?:needs?|needed|wants?|wanted)\s*$", re.IGNORECASE)
_FOR_ANOTHER = re.compile(r"^[^.,;:?!]{0,40}\bfor\s+(?:\d{2,3}\b|<order>)", re.IGNORECASE)
"""need 50 by Friday for 131"""
_TRADED = re.compile(r"\b(?:needs?|needed|sold|bought)\s*$", re.IGNORECASE)
"""Done with goods, and never with an order."""
_SENT = re.compile(
    r"\b(?:ordered|sent|delivered|loaded|picked|shipped|invoiced|billed|paid for|asked for)\s*$",
    re.IGNORECASE,
)
_RECEIVED = re.compile(r"\b(?:received?|got|counted|found)\s*$", re.IGNORECASE)
"""Before one number either may tell of an order, together they tell quantities: "we sent 42 and they received 40"."""
_CHANGED_TO = re.compile(
    r"\b(?:make|change|set|bump) (?:it|that|them|the order) (?:up |down )?(?:to )?$", re.IGNORECASE
)
"""Of an order that is named: alone, "make it 142" is another order."""
_NOW_OR_LATER = re.compile(r"^\s*(?P<when>now|later)\b", re.IGNORECASE)
_IN_STOCK = re.compile(r"^\s*(?:are )?in (?:stock|the (?:bin|rack|back))\b", re.IGNORECASE)
_ASKED_BEFORE = re.compile(
    r"\b(?:is|are|was|were|does|did|will|can|where|why|of|on|for|order|release|hold|status|eta)\s*$",
    re.IGNORECASE,
)
"""Then an order follows: "where is 42 now"."""
_JOINED_AFTER = re.compile(
    r"^\s*(?:,|and|or|&|\+|then|but not|before|but)\s*(?:and\s+)?\d{2,3}\b", re.IGNORECASE
)
_JOINED_BEFORE = re.compile(r"\d\s*(?:,|and|or|&|\+|, and)\s*$", re.IGNORECASE)
"""One of several that are named in one breath: "we have 42 and 34 late"."""
NEAR = 120
"""Letters before a number that are looked at."""
_WENT_AFTER = re.compile(
    r"^\s*(?:and \d+\s*)?(?:[a-z]+ed|gone|left|come|been|out|done|ready|late|stuck|on (?:the|my|our) (?:list|board|desk|screen))\b",
    re.IGNORECASE,
)
"""has 42 shipped, we have 42 on the list"""
_AN_ORDERS_OWN = re.compile(
    r"^\s*lines?\b(?! (?i:at risk|late|short|in stock|that are (?:late|short|at risk))\b| [A-Z]\w+ ordered\b)"
    r"(?![^.?!]{0,120}(?:<order>|\b\d{2,3}\b))"
)
"""The lines of one order, and neither those of several ("the 120 lines at risk") nor so many of one ("the 120 lines on 42")."""
HAS_BEFORE = re.compile(
    r"\b(?:a|an|all|some|these|those|only|just|needs?|needing|wants?|wanted|ordered|have|has|had|got|gets?|send|sent|sell|sold|receive[ds]?"
    r"|buy|bought|deliver(?:ed)?|take|give|move|reserve|use)\s*$",
    re.IGNORECASE,
)
"""What may stand before a quantity: then what follows has to be no thing that is counted."""
_GOES_ON = re.compile(
    r"^\s*(?:$|[?!.,;:)-]|(?:in|on|at|to|for|from|with|without|by|before|after|been|gone|left|shipped|delivered|and|or|but|out|off|up|as|is|was"
    r"|be|into|via|through|un\w+ed|unstuck|gone|done|ready|loose|moving|going|shipped|released"
    r"|(?:picked|packed|staged|loaded)(?! [a-z]+s\b)|earlier|later|sooner"
    r"|faster|today|tomorrow|now|yet|please|pls|asap|this|next|there|here|actually|really|finally|already|still|<day>|<name>)(?!\w))",
    re.IGNORECASE,
)
TIME_BEFORE = re.compile(r"\b(?:at|before|by|till|after|from|to)\s*$", re.IGNORECASE)
_MONTH = r"jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*"
_MONTH_BEFORE = re.compile(rf"\b(?:{_MONTH})\.?\s*$", re.IGNORECASE)
_COUNTED_AFTER = re.compile(
    r"^\s*(?:times\b|plus \d|minus \d|more\b(?! (?:late|urgent|important|than))|or (?:more|less|fewer)\s+[a-z]"
    r"|each\b(?! lines?\b)|degrees?\b|staff\b|foot\b|feet\b|of\b|out of\b|per\b|percent\b|pct\b|or \d+\b(?= \w+s\b)|o'?clock\b|am\b|pm\b"
    r"|grand\b|bucks\b|dollars\b|usd\b|eur\b|business\b|working\b|calendar\b"
    r"|(?:more|extra|other|missing|late|open|full|short|big|small|ready|remaining|last|additional)\s+[a-z]{3,}s\b"
    rf"|(?:{_MONTH})\b(?! (?:leave|ship|go|be|not|move|depart|still)\b)"
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
swears promises argues suspects reckons starts ends means helps matters counts fails remains sticks lies
"""
_NOT_COUNTED = frozenset(_NOT_COUNTED_LIST.split())
_ASKED_LIST = """
late stuck still what where when why who how eta status leave arrive arrival ship come land date till until complete delivery
"""
_ASKED_OF_AN_ORDER = frozenset(_ASKED_LIST.split())
_OF_GOODS_LIST = """
available availability stock free enough cover better cheaper cheapest too never right last next fit fits or vs
"""
_ASKED_OF_GOODS = frozenset(_OF_GOODS_LIST.split())
"""of a bearing 6205, of 1250 dollars"""
_AN_ADDRESS = re.compile(
    r"^\s+(?:[A-Z]\w+\s+){1,3}(?i:way|street|st|road|rd|avenue|ave|boulevard|blvd|drive|dr|lane|ln|parkway|pkwy|highway|hwy|court|ct|plaza|place|square)\b"
)


def quantities_told(text: str) -> list[int]:
    """Where bare numbers stand that may be an order's and are none, since beside them another one is ("need 50 by Friday for 131"),
    or tells a quantity as well ("we sent 42 and they received 40"). In doubt a number stays an order's."""
    stand: dict[int, str] = {}
    sure: list[int] = []
    for one in BARE.finditer(text):
        before, after = text[max(0, one.start() - NEAR) : one.start()], text[one.end() : one.end() + NEAR]
        if not counts(before, one[1], after):
            stand[one.start()] = kind = _kind_of_quantity(before, int(one[1]), after)
            if kind == "needed":
                sure.append(one.start())
    kinds = list(stand.values())
    among_others = len(stand) > 1 or "<order>" in text
    others = "" in kinds or "<order>" in text
    both_round = all(
        int(text[at : at + 2]) % 10 == 0 for at, kind in stand.items() if kind in {"now", "later"}
    )
    is_told = {
        "traded": among_others,
        "changed": among_others,
        "shown": among_others,
        "stocked": among_others,
        "sent": "received" in kinds,
        "received": "sent" in kinds,
        "now": "later" in kinds and (others or both_round),
        "later": "now" in kinds and (others or both_round),
        "needed": True,
    }
    return [at for at, kind in stand.items() if is_told.get(kind, False)]


def _kind_of_quantity(before: str, number: int, after: str) -> str:
    """Which quantity a number may tell, by the words beside it; empty where it is an order's."""
    if _JOINED_AFTER.match(after) or _JOINED_BEFORE.search(before):
        return ""
    if _NEEDED.search(before) and _FOR_ANOTHER.match(after):
        return "needed"
    if _CHANGED_TO.search(before):
        return "changed"
    if number >= MOST or _WENT_AFTER.match(after):
        return ""
    for kind, pattern in (("traded", _TRADED), ("sent", _SENT), ("received", _RECEIVED)):
        if pattern.search(before):
            return kind
    if _COUNTED_BY.search(before) and _ENDS_HERE.match(after):
        return "shown"
    if _ASKED_BEFORE.search(before):
        return ""
    if when := _NOW_OR_LATER.match(after):
        return when["when"].casefold()
    return "stocked" if _IN_STOCK.match(after) else ""


def sentence_goes_on(after: str) -> bool:
    """Whether what stands behind a number of four figures is nothing that is counted, and nothing that is asked of goods or of money."""
    if _GOES_ON.match(after) or re.match(r"\s*[—–]", after):
        return True
    follows = re.match(r"\s+([a-z]+)", after, re.IGNORECASE)
    if follows is None:
        return False
    word = follows[1].casefold()
    # "is 4987 invoiced", and not "the 6306 sealed"
    known = words()
    if word in known.goods or word in known.goods_go_on:
        return False
    # "is 4987 invoiced", "4790 running behind", "4903 should have been there", and not "the 6306 sealed"
    stem = word[:-3] if word.endswith("ing") else ""
    goes_on = stem in known.plain or f"{stem}e" in known.plain or (len(stem) > 3 and stem[-1] == stem[-2])
    is_done = word.endswith("ed") or bool(stem and goes_on)
    if word in _ASKED_OF_GOODS:
        return False
    return is_done or word in _NOT_COUNTED or word in _ASKED_OF_AN_ORDER or word in known.plain


def asks_for_goods(before: str) -> bool:
    """Whether what follows these words is a product: "how many", "stock of"."""
    return _STOCK_BEFORE.search(before) is not None


def counts(before: str, number: str, after: str) -> bool:
    """Whether a number counts or measures something, or is a time of day."""
    if before.casefold().endswith("the ") and int(number) >= MOST and _AN_ORDERS_OWN.match(after):
        return False  # "the 155 lines that are ready"
    if _COUNTS_BEFORE.search(before) or _COUNTED_AFTER.match(after) or _AN_ADDRESS.match(after):
        return True
    if _MONTH_BEFORE.search(before) and int(number) <= 31:  # and not "may 184 leave"
        return True
    if _A_BATCH.search(before) and not _JOINED_AFTER.match(after):
        return True
    if int(number) < MOST and _CALL_IN.search(before):
        return True
    if _COUNTED_BY.search(before) and (shown := _AS_A_COUNT.match(after)):
        return int(number) < MOST or shown[0].strip() not in {"<day>", "left", "there"}
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
