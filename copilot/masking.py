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
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

Kind = Literal["Partner", "Person", "Mail", "Phone"]
When = Literal["external", "always", "never"]

_KEY = secrets.token_bytes(32)
"""Pseudonyms mean nothing outside this process and cannot be computed from a name outside it."""

_PSEUDONYM = re.compile(r"\b(Partner|Person|Mail|Phone)-([0-9A-F]{6})\b", re.IGNORECASE)

_MAIL = re.compile(r"[\w.+%'-]+ ?(?:@|\(at\)|\[at\]) ?[\w-]+(?: ?(?:\.|\(dot\)|\[dot\]) ?[\w-]+)+")
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
_FREE_TEXT = frozenset(
    {"body", "note", "notes", "comment", "internal_note", "description", "summary_note", "message", "preview"}
)


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
    """The pseudonyms of one conversation.

    Args:
        conversation: its id; another conversation has other pseudonyms.
    """

    def __init__(self, conversation: str) -> None:
        self._conversation = conversation
        self._real: dict[str, str] = {}
        self._known: dict[str, str] = {}
        """Text as it occurs, folded -> its pseudonym."""
        self._pattern: re.Pattern[str] | None = None

    def learn(self, kind: Kind, text: str) -> None:
        """From now on this text is replaced wherever it occurs; so are its parts (a company before the comma, a person's surname)."""
        text = " ".join(text.split()).strip(" ,;:")
        if len(text) < 3 or _PSEUDONYM.search(text) or text.casefold() in {"masked", "none", "false", "n/a"}:
            return
        self._add(kind, text)
        if kind == "Partner" and ", " in text:
            company, _, contact = text.partition(", ")
            self._add("Partner", company)
            if len(contact) > 2:
                self._add("Person", contact)
                self._surname(contact)
        if kind == "Person":
            self._surname(text)

    def learn_result(self, value: Any, key: str = "", model: str = "") -> None:
        """Learn the names and addresses that a tool's result holds in fields made for them."""
        if isinstance(value, Mapping):
            model = str(value.get("model", model))
            for name, inner in value.items():
                self.learn_result(inner, str(name), model)
            if model in {"res.partner", "res.users"} and isinstance(value.get("display_name"), str):
                self.learn("Partner", str(value["display_name"]))
            if model == "res.partner" and isinstance(value.get("name"), str):
                self.learn("Partner", str(value["name"]))
        elif isinstance(value, (list, tuple)):
            for inner in value:
                self.learn_result(
                    inner, "name_in_partners" if key == "partners" and isinstance(inner, str) else key, model
                )
                if key == "partners" and isinstance(inner, Mapping) and isinstance(inner.get("name"), str):
                    self.learn("Partner", str(inner["name"]))
        elif isinstance(value, str):
            if key in PERSON_FIELDS:
                self.learn("Person", value)
            elif key in PARTNER_FIELDS:
                self.learn("Partner", value)
            elif key in MAIL_FIELDS:
                self.learn("Mail", value)
            elif key in PHONE_FIELDS:
                self.learn("Phone", value)
            elif key in _FREE_TEXT:
                self._learn_people(value)

    def mask(self, text: str, *, free_text: bool = False) -> str:
        """The text with pseudonyms.

        Args:
            free_text: people wrote it: unknown names are looked for by the words around them, too.
        """
        if free_text:
            self._learn_people(text)
        text = self._replace_known(text)
        text = _MAIL.sub(lambda match: self._new("Mail", match[0]), text)
        return _PHONE.sub(
            lambda match: (
                self._new("Phone", match[0]) if 7 <= len(re.sub(r"\D", "", match[0])) <= 15 else match[0]
            ),
            text,
        )

    def mask_question(self, text: str) -> str:
        """What a person or an earlier answer says: every name-like run of words is replaced, for nothing tells yet which of them are
        customers. Too many cost little: they are put back in what the model asks for."""
        for match in _RUN.finditer(text):
            words = [word for word in match[0].split() if word]
            while words and words[0] in _NO_NAME:
                words = words[1:]
            if len(words) > 1:
                self._add("Partner", " ".join(words))
        return self.mask(text, free_text=True)

    def mask_result(self, text: str) -> str:
        """A tool's result: its fields are learned first; what is no JSON is free text."""
        try:
            value = json.loads(text)
        except ValueError:
            return self.mask(text, free_text=True)
        self.learn_result(value)
        return self.mask(text)

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

    def _learn_people(self, text: str) -> None:
        for pattern in _CUED:
            for match in pattern.finditer(text):
                words = match[1].strip(" .,").split()
                while words and words[0].rstrip(".") in _NO_NAME:
                    words = words[1:]
                while words and words[-1].rstrip(".") in _NO_NAME:
                    words = words[:-1]
                if (
                    words
                    and not any(word in _NO_NAME for word in words)
                    and any(len(word) > 2 for word in words)
                ):
                    self._add("Person", " ".join(words))
                    if len(words) > 1:
                        self._surname(" ".join(words))

    def _surname(self, person: str) -> None:
        last = person.split()[-1]
        if len(last) > 3 and last[0].isupper() and last not in _NO_NAME and " " in person:
            self._add("Person", last)

    def _add(self, kind: Kind, text: str) -> None:
        if text.casefold() not in self._known:
            self._new(kind, text)
            self._pattern = None

    def _new(self, kind: Kind, text: str) -> str:
        folded = text.casefold()
        if folded not in self._known:
            digest = (
                hmac.new(_KEY, f"{self._conversation}\0{kind}\0{folded}".encode(), hashlib.sha256)
                .hexdigest()
                .upper()
            )
            for begin in range(58):
                name = f"{kind}-{digest[begin : begin + 6]}"
                if name not in self._real:
                    break
            self._known[folded] = name
            self._real[name] = text
            self._pattern = None
        return self._known[folded]

    def _replace_known(self, text: str) -> str:
        if not self._known:
            return text
        if self._pattern is None:
            longest_first = sorted(self._known, key=len, reverse=True)
            spelled = (re.escape(one).replace(r"\ ", r"\s+") for one in longest_first)
            self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(spelled)})(?!\w)", re.IGNORECASE)
        return self._pattern.sub(
            lambda match: self._known.get(" ".join(match[0].casefold().split()), match[0]), text
        )


def wanted(when: When, base_url: str | None) -> bool:
    """Whether a model at this address gets pseudonyms."""
    return when == "always" or (when == "external" and is_external(base_url))


def learned(conversation: str, names: Iterable[tuple[Kind, str]]) -> Pseudonyms:
    """The pseudonyms of a conversation that knows these names from the start."""
    pseudonyms = Pseudonyms(conversation)
    for kind, name in names:
        pseudonyms.learn(kind, name)
    return pseudonyms
