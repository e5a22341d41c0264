"""Pseudonyms for a language model that runs elsewhere: customers, people, mail addresses and telephone numbers.

What the role may not see is masked already where Odoo is read (`erp_tools.odoo.masks`). This is about what leaves the house: before a
model's endpoint sees a text, names and addresses in it become ``Partner-3FA2B1``, ``Person-…``, ``Mail-…``, ``Phone-…``; in what it
sends back they become what they were, before anything else looks at it. Within a conversation the same name has the same pseudonym.

Fields that hold names or addresses are replaced wherever they occur, certainly. In free text, mail addresses and telephone numbers
are found by their form and unknown people by the words around them; that is depth, no guarantee (RELIABILITY T20).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit

from copilot.ordinary_words import ORDINARY_WORDS

Kind = Literal["Partner", "Person", "Mail", "Phone"]
_RULES = ("capitals", "typed", "always")
Rule = Literal["always", "typed", "capitals"]
"""Where a known text is replaced: in any case everywhere; in capitals everywhere and in small letters where a person typed it; in
capitals only, because in small letters it is an ordinary word."""
When = Literal["external", "always", "never"]

_KEY = secrets.token_bytes(32)
"""Pseudonyms mean nothing outside this process and cannot be computed from a name outside it."""

_PSEUDONYM = re.compile(r"(?<![^\W_])(Partner|Person|Mail|Phone)-([0-9A-F]{6})(?![^\W_])", re.IGNORECASE)

_MAIL = re.compile(
    r"(?<![\w.+%'-])[\w.+%'-]{1,64} ?(?:@|\(at\)|\[at\]) ?[\w-]+(?: ?(?:\.|\(dot\)|\[dot\]) ?[\w-]+)+"
)
_PHONE = re.compile(
    r"(?<![\w/.,-])(?:\+|00)\d{1,3}[ ./-]?(?:\(0\))?(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?![\w-])"
    r"|(?<![\w/.,-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?![\w-])"
    r"|(?<![\w/.,-])\(0\d{2,5}\) ?\d[\d ]{4,10}\d(?![\w-])|(?<![\w/.,-])0\d{2,4}[ /-]\d[\d -]{4,10}\d(?![\w-])"
)
_WORD = r"(?:[A-Z][a-zA-Zà-öø-ÿÀ-ÖØ-ß'’-]+|[A-Z]\.)"
_NAME = rf"{_WORD}(?: (?:(?:de|van|von|der|den|la|del|di|bin|al|y) )*{_WORD}){{0,3}}"
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam|Herr|Frau|Sr|Sra|Mme|Attn|ATTN|Attention|Contact"
    r"|Contact person|Buyer|Signed|Signed by|From|To|Cc|Name|Dear|Hi|Hello|c/o)"
)
_CUED = (
    re.compile(rf"\b{_TITLE}\.?:? (?:Mr |Mrs |Ms |Dr |by )?({_NAME})"),
    re.compile(
        rf"(?:[Rr]egards|[Tt]hanks|[Tt]hank you|[Cc]heers|[Ss]incerely|[Bb]est|[Yy]ours)[,.!]?\s+({_NAME})"
    ),
    re.compile(
        rf"({_WORD} {_WORD}(?: {_WORD})?)(?='s\b|,? (?:said|says|called|calls|asked|asks|wrote|writes"
        rf"|confirmed|confirms|told|replied|rang|phoned|"
        r"emailed|mailed|requested|requests|complained|complains|signed|approved|approves|accepted|refused|wants|wanted|needs|needed|from|at|is|was|will|has|"
        r"had|of|can|would|in|on|agreed|promised|insists|insisted|left|answered|thinks|mentioned)\b)"
    ),
    re.compile(
        rf"\b(?:spoke (?:to|with)|talked (?:to|with)|met|called|calls?|ask(?:ed)?|told|tell|informed?"
        rf"|contact(?:ed)?|e-?mail(?:ed)?|remind(?:ed)?|"
        rf"wrote to|write to|phoned?|rang|reach(?:ed)?|by|with|for|from|to|via|and|about|per|customer"
        rf"|colleague|manager|driver) ({_WORD} {_WORD}(?: {_WORD})?)(?![\w@])"
    ),
)
_RUN = re.compile(rf"{_WORD}(?: (?:(?:of|and|&|the|de|van|von|der) )*{_WORD})+")
_NO_NAME = frozenset({
    "The", "This", "That", "These", "Those", "It", "We", "You", "They", "He", "She", "I", "A", "An", "If", "When",
    "While", "Because", "Please", "Order", "Orders", "Sales", "Purchase", "Delivery", "Customer", "Vendor", "Carrier",
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March",
    "April", "May", "June", "July", "August", "September", "October", "November", "December", "Quality", "Credit",
    "Review", "Certificate", "Analysis", "Business", "Working", "Day", "Days", "Today", "Tomorrow", "Yesterday",
    "Warehouse", "Stock", "Odoo", "PO", "SO", "Quotation", "Invoice", "Street", "Road", "Avenue", "Dock", "Gate",
    "Unit", "Units", "Case", "Box", "Pallet", "Pack", "Partner", "Person", "Mail", "Phone", "Ship", "Complete",
    "Inventory", "Invoicing", "Contacts", "Product", "Products", "Why", "What", "Where", "Which", "Who",
    "How", "Is", "Are", "Was", "Will", "Can", "Could", "Should", "Does", "Do", "Did", "Tell", "Show", "Give",
    "Find", "Split", "Compare",
})  # fmt: skip

_TERMS = frozenset({
    "Agreement", "Contract", "Terms", "Conditions", "Schedule", "Clause", "Section", "Annex", "Appendix", "Policy", "Rules", "Rule",
    "Notice", "Buyer", "Seller", "Supplier", "Supply", "Party", "Parties", "Line", "Lines", "Late", "Value", "Date", "Point",
    "Points", "Goods", "Services", "Service", "Price", "Prices", "Margin", "Confirmed", "Shipment", "Shipments", "Reservation",
    "Signatures", "Amendment", "Renewal", "Award", "Vendor", "Freight", "Shipping", "Returns", "Disputes", "Completeness",
    "Promise", "Dates", "Draft", "Standard", "Master", "General", "Allocation", "Priority", "Communication", "Escalation",
    "Discrepancies", "Counts", "Holds", "Hold", "Transfers", "Substitutions", "Substitution", "Recall", "Traceability",
    "Purpose", "Address", "Figure", "Subject", "Summary", "Definitions", "Conduct", "Force", "Majeure", "Law", "Governing",
    "Manager", "Director", "President", "Vice", "Head", "Lead", "Officer", "Deputy", "Decision", "Rights", "Overdue", "Follow-up",
    "Tier", "Chain", "Cold", "Booking", "Bookings", "Missed", "Dispatch", "Approval", "Approvals", "Use", "Site",
})  # fmt: skip
"""Words that documents write in capitals; a run of them is no name."""
_LEGAL_FORMS = frozenset({
    "inc", "llc", "l.l.c", "ltd", "limited", "corp", "corporation", "company", "co", "lp", "llp", "plc", "gmbh", "ag", "bv",
    "b.v", "nv", "n.v", "sa", "s.a", "sas", "srl", "spa", "holdings", "holding", "group", "kg", "ab", "as", "oy", "pty", "sarl",
})  # fmt: skip
_JOINING = frozenset({"of", "the", "and", "&", "de", "van", "von", "der", "la", "for"})
_NEVER_ALONE = frozenset({
    "the", "new", "old", "first", "great", "best", "good", "our", "all", "one", "two", "three", "four", "north", "south", "east",
    "west", "upper", "lower", "big", "little", "partner", "person", "mail", "phone", "order", "delivery", "stock", "product",
    "general", "sales", "customer", "vendor", "supply", "for", "and", "you", "how", "why", "what", "when", "this", "that",
})  # fmt: skip
"""Too common to stand for a company, whatever the case."""
_NAME_IN_SENTENCE = re.compile(
    r"(?<=[\w,;’'] )[A-Z][a-zà-öø-ÿ]{2,}(?:-[A-Z]?[a-zà-öø-ÿ]+)?(?![\w-])", re.UNICODE
)
_REFERENCE = re.compile(r"[A-Z]{1,4}-\d{2,}")
"""Our number of a customer or vendor, such as C-1001: it names nobody, and reads ask for it."""
_IN_REFERENCE = re.compile(r"[/-][A-Z0-9/-]*\d")
"""Behind a name: it begins a reference, such as WEST/OUT/00010."""
_FIRST_WORD = re.compile(r"[^\W_]+")
_IS_CODE = re.compile(r"[a-z][a-z0-9_.]*")
_IS_KEY = re.compile(r"[A-Za-z0-9_.]+")
_POSITION = (
    r"(?:(?:Senior|Vice|Deputy|Chief|Regional|Managing|Executive|Assistant|General|Supply|Purchasing|Sales|Key|Account|Logistics|Operations)"
    r" ){0,3}(?:President|Director|Manager|Head of|Chief|CEO|CFO|COO|Buyer|Purchaser|Coordinator|Supervisor|Officer|Secretary|Treasurer"
    r"|Representative|Engineer|Clerk|Owner|Planner|Controller|Superintendent|Procurement|Purchasing|Attorney|Counsel|Signatory)\b"
)
_PERSON = rf"{_WORD}(?: (?:(?:de|van|von|der|den|la|del|di|bin|al) )*{_WORD}){{1,2}}"
_PARTY = rf"{_WORD}(?: (?:(?:&|of|the) )*{_WORD}){{0,5}}"
_BETWEEN = re.compile(rf"\b[Bb]etween:?\s+({_PARTY})[^.;]{{0,160}}?\band\s+({_PARTY})")
_BY_POSITION = (
    re.compile(rf"\b({_PERSON}),? ?(?:[(|–-] ?)?(?={_POSITION})"),
    re.compile(rf"{_MAIL.pattern}>?[ ,;|]{{1,3}}({_PERSON})"),
    re.compile(rf"({_PERSON})[ ,;|(<]{{1,3}}{_MAIL.pattern}"),
)

_CONTACT = re.compile(rf"Partner-[0-9A-F]{{6}}, ({_WORD} {_WORD})(?! (?:{_WORD}))")
"""A contact as Odoo names it, after the company."""
_HEAD = 4_000
"""Characters in which a contract names its parties."""
_NAMING_COLUMNS = frozenset({
    "vendor", "vendors", "supplier", "customer", "customers", "contact", "contacts", "name", "buyer", "company", "account", "responsible",
    "contact person", "signatory", "deputy",
})  # fmt: skip
"""Heads of table columns whose cells are names."""

PERSON_FIELDS = frozenset(
    {
        "user_id",
        "author_id",
        "buyer_id",
        "salesperson",
        "contact",
        "responsible",
        "activity_user_id",
        "create_uid",
        "write_uid",
    }
)
PARTNER_FIELDS = frozenset({
    "partner_id", "customer", "partner_shipping_id", "partner_invoice_id", (
"commercial_partner_id"
), "vendor", "vendors", "owner_id", "party",
    "parent_id", "partner",
})  # fmt: skip
MAIL_FIELDS = frozenset({"email", "email_from", "email_to", "reply_to", "email_normalized"})
PHONE_FIELDS = frozenset({"phone", "mobile", "fax", "phone_sanitized"})
_HOLDS_NAMES = (
    PERSON_FIELDS | PARTNER_FIELDS | {"name", "display_name", "subject", "asked_for", "query", "partners"}
)
SPARED_FIELDS = frozenset({
    "product", "product_id", "warehouse", "warehouse_id", "warehouses_with_stock", "carrier", "carrier_id", "location_id",
    "location_dest_id", "picking_type_id",
})  # fmt: skip
_SPARED_MODELS = frozenset({
    "product.product", "product.template", "stock.warehouse", "delivery.carrier", "resource.calendar", "stock.quant",
    "sale.order.line",
})  # fmt: skip
_FREE_TEXT = frozenset({
    "body", "note", "notes", "comment", "internal_note", "description", "summary_note", "message", "preview", "text", "title",
    "section", "quote", "summary", "page_of", "reason", "reasoning",
})  # fmt: skip


def is_external(base_url: str | None) -> bool:
    """Whether an endpoint lies outside this machine and its private network; without an address it is the provider's own."""
    host = urlsplit(base_url or "").hostname
    if not host:
        return True
    if (
        host == "localhost"
        or host.endswith((".localhost", ".local", ".internal", ".lan"))
        or ("." not in host and ":" not in host)
    ):
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    return not (address.is_loopback or address.is_private or address.is_link_local)


class Pseudonyms:
    """The pseudonyms of one conversation. One thread at a time.

    Args:
        conversation: its id; another conversation has other pseudonyms.
    """

    def __init__(self, conversation: str) -> None:
        self._conversation = conversation
        self._real: dict[str, str] = {}
        self._known: dict[str, str] = {}
        """Text as it occurs, folded -> its pseudonym."""
        self._forms: dict[str, list[_Form]] = {}
        """First word of a known text, folded -> the texts that begin with it, longest first."""
        self._spared = ""
        """Names of products, warehouses and carriers, folded, a line each: no guess takes them for somebody."""

    def learn(self, kind: Kind, text: str) -> None:
        """From now on this text is replaced wherever it occurs; so is what people say instead of it: a company without its legal form
        or by its first words, a person by first name or surname."""
        text = " ".join(text.split()).strip(" ,;:")
        if (
            len(text) < 3
            or _PSEUDONYM.search(text)
            or _REFERENCE.fullmatch(text)
            or text.casefold() in {"masked", "none", "false", "n/a"}
        ):
            return
        if kind in {"Mail", "Phone"}:
            self._add(kind, text)
            return
        parts = text.split(", ")
        while len(parts) > 1 and parts[1].rstrip(".").casefold() in _LEGAL_FORMS:
            parts[:2] = [", ".join(parts[:2])]
        if len(parts) > 1:  # Odoo names a contact after the company: "Meridian Foods, Dana Whitfield"
            self._add(kind, text)
            self._company(parts[0])
            contact = ", ".join(parts[1:])
            if len(contact) > 2:
                self._person(contact)
        elif kind == "Partner":
            self._company(text)
        else:
            self._person(text)

    def spare(self, text: str) -> None:
        """No guess takes this for a name of somebody: a product, a warehouse, a carrier."""
        folded = " ".join(text.casefold().split())
        if folded and f"\n{folded}\n" not in self._spared:
            self._spared += f"\n{folded}\n"

    def learn_result(self, value: Any) -> None:
        """Learn the names and addresses that a tool's result holds in fields made for them; then those that its free text shows."""
        free: list[str] = []
        self._learn_fields(value, "", "", free)
        for text in free:
            self._learn_people(text)

    def learn_typed(self, text: str) -> None:
        """Learn every name-like run of words: nothing tells yet which of them are customers. Too many cost little: they are put back
        in what the model asks for."""
        for match in _RUN.finditer(text):
            words = [word for word in match[0].split() if word]
            while words and words[0] in _NO_NAME:
                words = words[1:]
            if len(words) > 1 and not self._is_spared(" ".join(words)):
                self._add("Partner", " ".join(words), "typed")

    def mask(self, text: str, *, free_text: bool = False, typed: bool = False) -> str:
        """The text with pseudonyms.

        Args:
            free_text: people wrote it: unknown names are looked for by the words around them, too.
            typed: a person typed it, and not always in capitals: "does cascade know?".
        """
        if free_text:
            self._learn_people(text)
        # Addresses first: a name inside of one must not be replaced before the whole address is.
        text = _MAIL.sub(lambda match: self._new("Mail", match[0]), text)
        text = _PHONE.sub(
            lambda match: (
                self._new("Phone", match[0]) if 7 <= len(re.sub(r"\D", "", match[0])) <= 15 else match[0]
            ),
            text,
        )
        shown = self._replace_known(text, typed=typed)
        contacts = [match[1] for match in _CONTACT.finditer(shown)]
        if not contacts:
            return shown
        for contact in contacts:
            self._guess(contact)
        return self._replace_known(shown, typed=typed)

    def mask_question(self, text: str, *, by_person: bool = False) -> str:
        """What a person or an earlier answer says: every name-like run of words is replaced.

        Args:
            by_person: the person's own words: a single word in capitals in mid-sentence is taken for a name, too.
        """
        self.learn_typed(text)
        if by_person:
            for match in _NAME_IN_SENTENCE.finditer(text):
                word = match[0]
                if not (word in _NO_NAME or word.casefold() in ORDINARY_WORDS or self._is_spared(word)):
                    self._add("Partner", word, _word_rule(word))
        return self.mask(text, free_text=True, typed=True)

    def mask_result(self, text: str) -> str:
        """A tool's result: its fields are learned first; what is no JSON is free text."""
        try:
            value = json.loads(text)
        except ValueError:
            return self.mask(text, free_text=True)
        self.learn_result(value)
        return json.dumps(self._mask_values(value), ensure_ascii=False, separators=(",", ":"))

    def restore(self, text: str) -> str:
        """What was meant: every pseudonym of this conversation becomes its text again. One that was never given stays."""
        return _PSEUDONYM.sub(
            lambda match: self._real.get(f"{match[1].title()}-{match[2].upper()}", match[0]), text
        )

    def restore_arguments(self, value: Any) -> Any:
        """The same in a tool call's arguments, however deep."""
        if isinstance(value, str):
            return self.restore(value)
        if isinstance(value, Mapping):
            return {key: self.restore_arguments(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.restore_arguments(inner) for inner in value]
        return value

    # --- inside ---

    def _learn_fields(self, value: Any, key: str, model: str, free: list[str]) -> None:
        if isinstance(value, Mapping):
            model = str(value.get("model", model))
            for name, inner in value.items():
                self._learn_fields(inner, str(name), model, free)
            kind = str(value.get("kind", ""))
            for name in ("display_name", "name"):
                known = value.get(name)
                if not isinstance(known, str):
                    continue
                if model == "res.users":
                    self.learn("Person", known)
                elif model == "res.partner" or key == "partners" or kind in PARTNER_FIELDS:
                    self.learn("Partner", known)
                elif model in _SPARED_MODELS or kind in SPARED_FIELDS:
                    self.spare(known)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                self._learn_fields(inner, key, model, free)
        elif isinstance(value, str):
            if key in PERSON_FIELDS:
                self.learn("Person", value)
            elif key in PARTNER_FIELDS:
                self.learn("Partner", value)
            elif key in MAIL_FIELDS:
                self.learn("Mail", value)
            elif key in PHONE_FIELDS:
                self.learn("Phone", value)
            elif key in SPARED_FIELDS:
                self.spare(value)
            elif key in _FREE_TEXT:
                free.append(value)

    def _mask_values(self, value: Any, key: str = "") -> Any:
        if isinstance(value, str):
            if key in _HOLDS_NAMES:  # in whatever case
                return self._known.get(" ".join(value.casefold().split())) or self.mask(value)
            return value if _IS_CODE.fullmatch(value) else self.mask(value)
        if isinstance(value, Mapping):
            return {
                name if _IS_KEY.fullmatch(name) else self.mask(name): self._mask_values(inner, name)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._mask_values(inner, key) for inner in value]
        return value

    def _learn_people(self, text: str) -> None:
        for pattern in _CUED:
            for match in pattern.finditer(text):
                self._guess(match[1])

    def _guess(self, name: str) -> None:
        words = name.strip(" .,").split()
        while words and (words[0].rstrip(".") in _NO_NAME or words[0] in _TERMS):
            words = words[1:]
        while words and words[-1].rstrip(".") in _NO_NAME:
            words = words[:-1]
        if (
            words
            and not any(word in _NO_NAME for word in words)
            and any(len(word) > 2 for word in words)
            and not (len(words) == 1 and words[0].isupper() and len(words[0]) < 5)
            and not self._is_spared(" ".join(words))
        ):
            self._add("Person", " ".join(words), "typed")
            if len(words) > 1:
                self._surname(" ".join(words))

    def _is_spared(self, text: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(text.casefold())}(?!\w)", self._spared) is not None

    def _company(self, name: str) -> None:
        self._add("Partner", name)
        words = name.split()
        while len(words) > 1 and words[-1].strip(".,").casefold() in _LEGAL_FORMS:
            words = words[:-1]
            words[-1] = words[-1].rstrip(",")
        for length in range(len(words), 1, -1):
            if words[length - 1].casefold() not in _JOINING:
                short = words[:length]
                plain = all(word.casefold() in ORDINARY_WORDS for word in short)
                self._add(
                    "Partner", " ".join(short), "capitals" if plain and length < len(words) else "always"
                )
        first = words[0]
        if len(first) >= 3 and first.casefold() not in _NEVER_ALONE and not first.isdigit():
            self._add("Partner", first, _word_rule(first))

    def _person(self, name: str) -> None:
        self._add("Person", name)
        words = name.split()
        self._surname(name)
        if len(words) > 1 and len(words[0]) >= 3 and words[0][0].isupper() and words[0] not in _NO_NAME:
            self._add("Person", words[0], _word_rule(words[0]))

    def _surname(self, person: str) -> None:
        last = person.split()[-1]
        if len(last) > 3 and last[0].isupper() and last not in _NO_NAME and " " in person:
            self._add("Person", last, _word_rule(last))

    def _add(self, kind: Kind, text: str, rule: Rule = "always") -> None:
        if " " not in text and kind in {"Partner", "Person"} and rule == "always":
            rule = _word_rule(text)
        folded = text.casefold()
        self._new(kind, text)
        first = _FIRST_WORD.search(text)
        if first is None:
            return
        forms = self._forms.setdefault(first[0].casefold(), [])
        known = next((form for form in forms if form.text.casefold() == folded), None)
        if known is None:
            forms.append(_Form(text, before=first.start(), rule=rule))
            forms.sort(key=lambda form: -len(form.text))
        elif _RULES.index(rule) > _RULES.index(known.rule):  # guessed before, certain now
            known.rule = rule

    def _new(self, kind: Kind, text: str) -> str:
        folded = text.casefold()
        if folded not in self._known:
            # The figure comes from the text alone, so that a name guessed as a person's first and read as a customer's later keeps it.
            digest = (
                hmac.new(_KEY, f"{self._conversation}\0{folded}".encode(), hashlib.sha256).hexdigest().upper()
            )
            for begin in range(58):
                name = f"{kind}-{digest[begin : begin + 6]}"
                if self._real.get(name, text).casefold() == folded:
                    break
            self._known[folded] = name
            self._real[name] = text
        return self._known[folded]

    def _replace_known(self, text: str, *, typed: bool) -> str:
        if not self._forms:
            return text
        parts, at = [], 0
        given = [match.span() for match in _PSEUDONYM.finditer(text)]
        for word in _FIRST_WORD.finditer(text):
            for form in self._forms.get(word[0].casefold(), ()):
                begin = word.start() - form.before
                if begin < at:
                    continue
                match = form.pattern.match(text, begin)
                if match is None or not form.counts(match[0], typed=typed):
                    continue
                if _IN_REFERENCE.match(text, match.end()) or any(
                    start < match.end() and begin < end for start, end in given
                ):
                    continue
                spelled = " ".join(match[0].split())
                kind: Kind = "Person" if self._known[form.text.casefold()].startswith("Person") else "Partner"
                parts += [text[at:begin], self._known.get(spelled.casefold()) or self._new(kind, match[0])]
                at = match.end()
                break
        return "".join([*parts, text[at:]])


class _Form:
    """A known text and where it counts.

    Args:
        before: characters in front of its first word, such as the plus of a telephone number.
    """

    def __init__(self, text: str, *, before: int, rule: Rule) -> None:
        self.text, self.before, self.rule = text, before, rule

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches it at its beginning, in any case, with any space, hyphen or underscore between its words."""
        spelled = (
            re.escape(self.text).replace(r"\ \&\ ", r"[\s_-]+(?:\&|and)[\s_-]+").replace(r"\ ", r"[\s_-]+")
        )
        end = r"(?![^\W_])" if self.text[-1].isalnum() else ""
        return re.compile(spelled + end, re.IGNORECASE)

    def counts(self, found: str, *, typed: bool) -> bool:
        if self.rule == "always" or (typed and self.rule == "typed"):
            return True
        pairs = zip(_FIRST_WORD.findall(self.text), _FIRST_WORD.findall(found), strict=False)
        return all(one[:1].isupper() or not meant[:1].isupper() for meant, one in pairs)


def _word_rule(word: str) -> Rule:
    return "capitals" if word.casefold() in ORDINARY_WORDS else "typed"


def names_in_document(text: str) -> list[tuple[Kind, str]]:
    """Names that a document gives by its form, each once: beside a mail address, before a position, in a column of names, as the
    parties at its head.

    Contracts and letters name their contacts so. Who stands in a sentence only is left to the words around the name.
    """
    found: list[tuple[Kind, str]] = []
    for pattern in _BY_POSITION:
        for match in pattern.finditer(text):
            words = match[1].split()
            # "Meridian Foods Marcus Bell, Director": of several words in a row the last two are surely the person.
            for name in (words, words[-2:]):
                if not any(word in _NO_NAME or word in _TERMS for word in name):
                    found.append(("Person", " ".join(name)))
    for match in _MAIL.finditer(text):
        parts = [part for part in re.split(r"[._+-]", match[0].split("@")[0].strip()) if len(part) > 1]
        if len(parts) == 2 and all(part.isalpha() for part in parts):
            spelled = re.search(rf"\b{parts[0]}\s+{parts[1]}\b", text, re.IGNORECASE)
            found += [("Person", " ".join(spelled[0].split()))] if spelled and spelled[0][0].isupper() else []
    found += [("Partner", cell) for cell in _cells_of_names(text)]
    for match in _BETWEEN.finditer(text[:_HEAD]):
        found += [("Partner", party) for party in match.groups() if party.split()[0] not in _TERMS | _NO_NAME]
    return list(dict.fromkeys(found))


def _cells_of_names(text: str) -> Iterator[str]:
    columns: list[int] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) < 2:
            columns = []
        elif heads := [at for at, cell in enumerate(cells) if cell.casefold() in _NAMING_COLUMNS]:
            columns = heads
        else:
            for at in columns:
                words = cells[at].split() if at < len(cells) else []
                named = (
                    2 <= len(words) <= 6
                    and words[0][0].isupper()
                    and words[-1][0].isupper()
                    and not {words[0], words[-1]} & _NO_NAME
                    and words[0] not in _TERMS
                    and _MAIL.search(cells[at]) is None
                )
                if named:
                    yield cells[at]


def wanted(when: When, base_url: str | None) -> bool:
    """Whether a model at this address gets pseudonyms."""
    return when == "always" or (when == "external" and is_external(base_url))


def learned(conversation: str, names: Iterable[tuple[Kind, str]]) -> Pseudonyms:
    """The pseudonyms of a conversation that knows these names from the start."""
    pseudonyms = Pseudonyms(conversation)
    for kind, name in names:
        pseudonyms.learn(kind, name)
    return pseudonyms
