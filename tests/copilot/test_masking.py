"""RELIABILITY T20: what leaves the house bears no names; what comes back is put right."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from copilot.agent import Agent
from copilot.answer import Question
from copilot.conversation import Copilot
from copilot.identity import Person
from copilot.masking import (
    MAIL_FIELDS,
    PARTNER_FIELDS,
    PERSON_FIELDS,
    PHONE_FIELDS,
    Pseudonyms,
    is_external,
    wanted,
)
from copilot.models.openai_model import build_openai_model
from copilot.testing import OpenAiServer, Reply

FIRST = [
    "Ann",
    "Boris",
    "Chloé",
    "Dmitri",
    "Elif",
    "Farah",
    "Gustav",
    "Hannah",
    "Ingrid",
    "Jamal",
    "Keiko",
    "Luis",
    "Maja",
    "Nadia",
    "Oleg",
    "Priya",
    "Quentin",
    "Rosa",
    "Sven",
    "Tomás",
]
LAST = [
    "Abernathy",
    "Bianchi",
    "Castellanos",
    "Dvořák",
    "Eriksson",
    "Fitzgerald",
    "Grünwald",
    "Haddad",
    "Ivanov",
    "Johansson",
    "Kowalski",
    "Lefèvre",
    "Moreau",
    "Nakamura",
    "O'Brien",
    "Petrov",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Vasquez",
]
COMPANY = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper"]
KIND = ["Provisions", "Hydraulics", "Catering Group", "Foods", "Industrial Supply"]


def people(source: random.Random) -> str:
    return f"{source.choice(FIRST)} {source.choice(LAST)}"


def mail(source: random.Random) -> str:
    first, last = people(source).lower().replace("'", "").split()
    return source.choice([f"{first}.{last}@{last}-trading.example", f"{first[0]}{last}+orders@mail.{last}.example", f"{first}_{last} @ {last}.example.org",
                          f"{first}(at){last}.example.com"])  # fmt: skip


def phone(source: random.Random) -> str:
    digits = "".join(source.choice("0123456789") for _ in range(10))
    return source.choice([f"+1-{digits[:3]}-{digits[3:6]}-{digits[6:]}", f"({digits[:3]}) {digits[3:6]}-{digits[6:]}", f"+44 20 {digits[:4]} {digits[4:8]}",
                          f"+49 (0)30 {digits[:8]}", f"{digits[:3]}.{digits[3:6]}.{digits[6:]}", f"+33 {digits[0]} {digits[1:3]} {digits[3:5]} {digits[5:7]} {digits[7:9]}",
                          f"001 {digits[:3]} {digits[3:6]} {digits[6:]} "]).strip()  # fmt: skip


SENTENCES = {
    "Person": ["{} asked for a later day.", "Spoke with {} this morning, no news.", "Dear {},\nwe are sorry.", "Best regards,\n{}", "Please call {} before noon.",
               "Attn: {}", "{} from purchasing confirmed it.", "The driver called {} twice.", "Signed by {} on arrival.", "Mr. {} refused the delivery.",
               "We told {} that it is late.", "Contact {} at the dock."],
    "Mail": ["Write to {} for the proof.", "cc {}", "His address is {}.", "Forwarded by {} yesterday", "<{}>"],
    "Phone": ["Call {} first.", "Tel. {}", "Reachable at {} until five", "mobile: {}", "Phone {}, ask for the dock"],
}  # fmt: skip


def test_names_and_addresses_in_fields_are_always_replaced() -> None:
    source = random.Random(1)
    fields = sorted(PERSON_FIELDS | PARTNER_FIELDS | MAIL_FIELDS | PHONE_FIELDS)
    for number in range(500):
        key = fields[number % len(fields)]
        made = {"email": mail, "phone": phone}.get(
            "email" if key in MAIL_FIELDS else "phone" if key in PHONE_FIELDS else "", people
        )
        value = (
            f"{source.choice(COMPANY)} {source.choice(KIND)} {number}"
            if key in PARTNER_FIELDS
            else made(source)
        )
        masks = Pseudonyms("t")
        result = json.dumps(
            {
                "evidence": [{"id": "E1", "model": "sale.order", "fields": {key: value, "name": "S00042"}}],
                "note": f"about {value}",
            },
            ensure_ascii=False,
        )
        shown = masks.mask_result(result)
        assert value not in shown, (key, value)
        assert "S00042" in shown
        assert json.loads(masks.restore(shown)) == json.loads(result)


def test_identifiers_in_free_text_are_found_by_their_form_or_the_words_around_them() -> None:
    """500 synthetic identifiers in notes; at least 95% are found, 100% of what is found comes back."""
    source = random.Random(2)
    missed: list[str] = []
    for number in range(500):
        kind = ("Person", "Mail", "Phone")[number % 3]
        value = {"Person": people, "Mail": mail, "Phone": phone}[kind](source)
        text = source.choice(SENTENCES[kind]).format(value)
        masks = Pseudonyms("t")
        shown = masks.mask(text, free_text=True)
        parts = value.split() if kind == "Person" else [value]
        if any(part in shown for part in parts):
            missed.append(text)
        assert masks.restore(shown) == text
    print(f"free text: {500 - len(missed)} of 500 identifiers replaced")
    assert len(missed) <= 25, missed


def test_figures_references_and_dates_are_no_telephone_numbers() -> None:
    text = "S00042 P00031 WEST/IN/00010 2026-11-13T08:00:00-08:00 6450.5 ATL792590 1,234,567 C-1001 16 of 16 [FB-1011] 5.2 13 Nov 2026 L-1011-E1"
    assert Pseudonyms("t").mask(text) == text


def test_the_same_name_has_the_same_pseudonym_within_a_conversation_only() -> None:
    one, again, other = Pseudonyms("a"), Pseudonyms("a"), Pseudonyms("b")
    for masks in (one, again, other):
        masks.learn("Partner", "Meridian Foods")
    assert one.mask("Meridian Foods") == again.mask("MERIDIAN FOODS") != other.mask("Meridian Foods")
    assert other.restore(one.mask("Meridian Foods")) == one.mask("Meridian Foods"), (
        "a foreign pseudonym means nothing"
    )


@pytest.mark.parametrize(
    ("address", "external"),
    [
        (None, True), ("https://api.openai.com/v1", True), ("https://x.openai.azure.com", True), ("http://localhost:11434/v1", False),
        ("http://127.0.0.1:8001/v1", False), ("http://[::1]:8001/v1", False), ("http://10.1.2.3/v1", False), ("http://192.168.1.9:8000/v1", False),
        ("http://vllm:8000/v1", False), ("http://8.8.8.8/v1", True), ("http://127.0.0.1.evil.example/v1", True),
    ],
)  # fmt: skip
def test_what_is_external(address: str | None, external: bool) -> None:
    assert is_external(address) is external
    assert wanted("external", address) is external
    assert wanted("always", address)
    assert not wanted("never", address)


def test_the_model_sees_no_names_and_the_person_sees_no_pseudonyms(
    demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def model(messages: list[dict[str, Any]]) -> Reply:
        seen.append(json.dumps(messages, ensure_ascii=False))
        if messages[-1]["role"] == "tool" and len(seen) > 2:
            customer = re.search(r'"customer":"(Partner-[0-9A-F]{6})"', str(messages[-1]["content"]))
            order = re.search(r'"order_evidence":\["(E\d+)"\]', str(messages[-1]["content"]))
            assert customer is not None
            assert order is not None
            return Reply(text=f"S00042 for {customer[1]} is 5 days late [{order[1]}].")
        if messages[-1]["role"] == "tool":
            return Reply(tool_calls=[("diagnose_order", {"reference": "S00042"})])
        asked = re.search(r"Partner-[0-9A-F]{6}", str(messages[-1]["content"]))
        assert asked is not None
        return Reply(tool_calls=[("find_partner", {"name": asked[0]})])

    with OpenAiServer(script=model) as server:
        agent = Agent(
            model=build_openai_model(model="m", base_url=server.base_url, api_key=None),
            model_name="m",
            pseudonyms=True,
        )
        monkeypatch.setattr(demo, "_brain", agent)
        demo._limits._asked.clear()
        answer = demo.ask(service, Question(text="Why is the order S00042 of Meridian Foods late?"))
    assert answer.brain == "m", answer.degraded
    assert re.fullmatch(r"S00042 for Meridian Foods is 5 days late \[E\d+\]\.", answer.text)
    assert all("Meridian" not in one for one in seen)
    assert all(service.name not in one for one in seen)
    people_read = {
        str(fact.fields[key])
        for fact in answer.evidence
        for key in ("user_id", "author_id", "partner_id")
        if fact.fields.get(key)
    }
    assert people_read
    for name in people_read - {"masked"}:
        assert all(name not in one for one in seen), name
