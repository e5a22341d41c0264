"""What counts as an address (web, mail), wherever it stands: one pattern for answers, drafts and what is shown while reading."""

from __future__ import annotations

import re

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
"""A mail address."""

_GENERIC = (
    "com|net|org|edu|gov|mil|info|biz|app|dev|xyz|online|site|shop|store|cloud|link|click|club|live|page|tech|pro|space|website|agency"
    "|systems|solutions|network|services|email|zone|world|today|media|news|blog|wiki|tools|host|press|icu|vip|cyou|rest|bar|lol|run|mobi"
    "|asia|coop|aero|jobs|museum|travel|xxx|example|invalid|localhost|onion|lan|corp|work|works|top|win|bid|loan|stream|download|review"
    "|trade|date|party|science|racing|faith|ninja|guru|digital|expert|business|company|global|international|ltd|gmbh|inc|llc|finance"
    "|money|bank|capital|support|help|fun|games|chat|social|studio|design|photos|video|codes|computer|software|hosting|domains"
)
_COUNTRIES = (
    "ac|ad|ae|af|ag|ai|al|am|ao|ar|as|at|au|aw|ax|az|ba|bb|bd|be|bf|bg|bh|bi|bj|bm|bn|bo|br|bs|bt|bw|by|bz|ca|cc|cd|cf|cg|ch|ci|ck|cl|cm|cn"
    "|co|cr|cu|cv|cw|cx|cy|cz|de|dj|dk|dm|do|dz|ec|ee|eg|er|es|et|eu|fi|fj|fk|fm|fo|fr|ga|gd|ge|gf|gg|gh|gi|gl|gm|gn|gp|gq|gr|gs|gt|gu|gw|gy"
    "|hk|hm|hn|hr|ht|hu|id|ie|il|im|in|io|iq|ir|is|it|je|jm|jo|jp|ke|kg|kh|ki|km|kn|kp|kr|kw|ky|kz|la|lb|lc|li|lk|lr|ls|lt|lu|lv|ly|ma|mc|me"
    "|mg|mh|mk|ml|mm|mn|mo|mp|mq|mr|ms|mt|mu|mv|mw|mx|my|mz|na|nc|ne|nf|ng|ni|nl|no|np|nr|nu|nz|om|pa|pe|pf|pg|ph|pk|pm|pn|pr|pt|pw|qa|re|ro"
    "|ru|rw|sa|sb|sc|sd|se|sg|si|sk|sl|sm|sn|so|sr|ss|st|su|sv|sx|sy|sz|tc|td|tf|tg|th|tj|tk|tl|tm|tn|to|tr|tt|tv|tw|tz|ua|ug|uk|us|uy|uz|va"
    "|vc|ve|vg|vi|vn|vu|wf|ws|ye|yt|za|zm|zw"
)
"""Without those that are endings of files as well (``sh``, ``py``, ``md``, ``ps``, ``pl``, ``rs``): a path behind them tells."""
_ENDINGS = f"(?:{_GENERIC}|{_COUNTRIES}|xn--[a-z0-9-]+)"
_UPPER = _ENDINGS.upper()
_ANY_CASE = "(?i:com|net|org|info|xyz|example|invalid|onion)"
"""Endings that are no words: however they are written."""
_LABELS = r"(?:[^\W_][\w-]*\.)*"
_OWN = r"(?=[\w-]*[^\W\d_])[^\W_][\w-]+"
"""The name itself: two characters or more, not figures alone (``12.am`` is a time, ``p.m`` is none of ours)."""
_ANY = r"(?=[\w-]*[^\W\d_])[^\W_][\w-]*"
_TAIL = r"[^\s)>\]]*"
_BEFORE = r"(?<![\w@.\\-])(?<!(?<!/)/)"
_FILES = "pdf|docx?|xlsx?|pptx?|odt|csv|txt|eml|msg|png|jpe?g|gif|tiff?|json|xml|html?|yaml"
"""Endings of files that no domain has."""

WEB = re.compile(
    rf"\b[A-Za-z][A-Za-z0-9+.-]*://{_TAIL}"
    rf"|\b(?i:www)\.{_TAIL}"
    # a name with a path, a port or a query behind it, whatever its ending
    rf"|{_BEFORE}{_LABELS}{_ANY}\.(?!(?:{_FILES})/)(?:[a-z]{{2,24}}|[A-Z]{{2,24}})(?::\d{{2,5}}\b|[/?#](?=\S)){_TAIL}"
    # one alone needs an ending that the net knows, in one case throughout: "late.It was" is a slip, "terms.pdf" is a file
    rf"|{_BEFORE}{_LABELS}{_OWN}[.。．｡](?:{_ENDINGS}|{_UPPER}|{_ANY_CASE})(?![\w-]|\.\w|@)"
)
"""A web address, with or without its scheme: ``https://sink.example/x``, ``www.sink.example``, ``sink.example/report``."""

ADDRESS = re.compile(rf"{MAIL.pattern}|{WEB.pattern}")


def has_web_address(text: str) -> bool:
    """Whether a text holds a web address; the host of a mail address is none."""
    return WEB.search(MAIL.sub(" ", text)) is not None


def has_path(address: str) -> bool:
    """Whether an address can carry anything beside the name of a host: a scheme, a path, a query."""
    return re.search(r"[:/?#]|^www\.", address, re.IGNORECASE) is not None
