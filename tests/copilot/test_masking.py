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
    names_in_document,
    wanted,
)
from copilot.models.openai_model import build_openai_model
from copilot.models.term_proposer import TermProposer
from copilot.testing import OpenAiServer, Reply
from erp_tools.demo.company import company_file

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


def test_a_customer_is_known_by_what_people_call_it() -> None:
    masks = Pseudonyms("t")
    for name in ("Cascade Brewing Company", "Summit Medical Kitchens", "Harbor & Pine Supply", "Acme, Inc."):
        masks.learn("Partner", name)
    masks.learn("Person", "Meridian Foods, Dana Whitfield")
    for typed in (
        "does Cascade know?", "what did cascade say", "Cascade Brewing's order", "CASCADE BREWING is late", "cascade-brewing offer",
        "does Summit Medical Kitchens pay", "Summit asked", "Harbor and Pine Supply", "meridian foods", "did dana call?",
        "Whitfield wrote", "acme, inc. waits",
    ):  # fmt: skip
        shown = masks.mask_question(typed)
        names = ("cascade", "brewing", "summit", "harbor", "pine", "meridian", "dana", "whitfield", "acme")
        assert not [name for name in names if name in shown.casefold()], shown
        assert masks.restore(shown).casefold() == typed.casefold()
    plain = "the summit of the road, in harbor, order chase"
    assert masks.mask_question(plain) == plain, "an ordinary word in small letters is nobody's name"


def test_the_codes_and_references_of_a_result_stay_as_they_are() -> None:
    """A customer may be called like a key or a code of ours; the model has to understand those."""
    masks = Pseudonyms("t")
    for name in ("Status Systems", "Partial Supply", "Stock Shortage Ltd"):
        masks.learn("Partner", name)
    result = {
        "status": "partial",
        "cause": "stock_shortage",
        "customer_ref": "C-1001",
        "customer": "Status Systems",
        "ref": "C-1001",
    }
    shown = json.loads(masks.mask_result(json.dumps(result)))
    assert {key: value for key, value in shown.items() if key != "customer"} == {
        key: value for key, value in result.items() if key != "customer"
    }
    assert shown["customer"].startswith("Partner-")


def test_a_name_that_begins_a_reference_stays_in_it() -> None:
    masks = Pseudonyms("t")
    masks.learn("Person", "Tacoma West")
    masks.learn("Partner", "Acme Foods")
    for text in ("Is WEST/OUT/00010 late?", "How many ACME-1011 are free?"):
        assert masks.mask_question(text) == text


def test_a_pseudonym_in_a_file_name_is_put_back() -> None:
    masks = Pseudonyms("t")
    masks.learn("Partner", "Acme Foods")
    shown = masks.mask("Acme_contract.pdf and old_Acme Foods_2025.pdf")
    assert masks.restore(shown) == "Acme_contract.pdf and old_Acme Foods_2025.pdf"


def test_an_address_with_a_name_in_it_comes_back_as_it_was() -> None:
    masks = Pseudonyms("t")
    masks.learn("Person", "Dana Whitfield")
    masks.learn("Partner", "Meridian Foods")
    text = "Write to dana.whitfield@meridian.example or dana@whitfield-foods.example."
    shown = masks.mask(text)
    assert "hitfield" not in shown
    assert masks.restore(shown) == text


def test_a_document_names_its_contacts_by_its_form() -> None:
    text = (
        "Schedule A\n\nPurpose | Address\nDock office | dock@a.example\nPlanning | planning@a.example, Frank Dole\n\n"
        "Vendor | Usual lead time\nKestrel Valves and Fittings | 14 days\nTier A | 2 days\n\n"
        "Harbor Supply | Meridian Foods Marcus Bell, Director of Sales\nDana Whitfield, Vice President Supply Chain\n"
        "Ann Lee <ann@a.example>\nThe Warehouse Manager signs. Late Line Manager"
    )
    found = names_in_document(text)
    assert {name for kind, name in found if kind == "Person"} >= {
        "Frank Dole",
        "Marcus Bell",
        "Dana Whitfield",
        "Ann Lee",
    }
    assert [name for kind, name in found if kind == "Partner"] == ["Kestrel Valves and Fittings"]
    assert not [name for _, name in found if "Warehouse" in name or "Line" in name or "Tier" in name]


def test_a_contract_is_read_for_terms_without_its_names() -> None:
    contract = (
        "Supply Agreement between Harbor & Pine Supply, Tacoma, and Meridian Foods, Seattle.\n"
        "Meridian Foods pays within 30 days. Consent: planning@meridian.example, Dana Whitfield"
    )

    def model(messages: list[dict[str, Any]]) -> Reply:
        quote = re.search(r"Partner-[0-9A-F]{6} pays within 30 days\.", str(messages[-1]["content"]))
        assert quote is not None
        return Reply(text=json.dumps([{"kind": "payment_days", "value": "30", "quote": quote[0]}]))

    with OpenAiServer(script=model) as server:
        endpoint = build_openai_model(model="m", base_url=server.base_url, api_key=None)
        [proposal] = TermProposer(endpoint, "m", pseudonyms=True).propose(contract, ["payment_days"])
        received = json.dumps(server.requests, ensure_ascii=False)
    assert proposal.quote == "Meridian Foods pays within 30 days."
    assert not re.search(r"Meridian|Harbor|Whitfield|planning@", received)


def names_of_the_demo() -> set[str]:
    """Customers, vendors, colleagues and contacts, and what people call them."""
    demo = company_file()
    full = {one["name"] for one in (*demo["customers"], *demo["vendors"], *demo["users"])}
    contacts = {one["contact"] for one in demo["customers"]}
    return full | contacts | {"Meridian", "Cascade", "Whitfield", "Lindqvist", "Solano", "Dana", "Petra"}


def test_no_name_leaves_in_a_long_conversation_with_contracts(
    demo: Copilot, service: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten turns: the first ones are a summary in the end. Whatever the endpoint receives, no name is in it; the person reads names."""
    plan: list[tuple[str, dict[str, Any]]] = []

    def model(messages: list[dict[str, Any]]) -> Reply:
        last = str(messages[-1]["content"])
        if messages[-1]["role"] != "tool":
            name, arguments = plan.pop()
            asked = re.search(r"Partner-[0-9A-F]{6}", last)
            return Reply(
                tool_calls=[
                    (
                        name,
                        {
                            key: asked[0] if value == "ASKED" and asked else value
                            for key, value in arguments.items()
                        },
                    )
                ]
            )
        contact = re.search(r'"id":"(K\d+)"[^{}]*?(Mail-[0-9A-F]{6}, Person-[0-9A-F]{6})', last)
        if contact is not None:
            said = {"text": f"The agreement says “{contact[2]}”.", "evidence": [contact[1]]}
            return Reply(tool_calls=[("give_answer", {"sentences": [said]})])
        order = re.search(r'"order_evidence":\["(E\d+)"\],"customer":"(Partner-[0-9A-F]{6})"', last)
        if order is not None:
            return Reply(text=f"S00042 for {order[2]} is 5 days late [{order[1]}].")
        partner = re.search(r'"partners":\[\{"id":"(E\d+)","name":"(Partner-[0-9A-F]{6})"', last)
        if partner is not None:
            said = {"text": f"The customer is {partner[2]}.", "evidence": [partner[1]]}
            return Reply(tool_calls=[("give_answer", {"sentences": [said]})])
        return Reply(text="Which order is meant?")

    contract = {
        "query": "Schedule A delivery points and addresses, consent to partial shipments",
        "customer_ref": "C-1001",
    }
    turns: list[tuple[str, str, dict[str, Any], str]] = [
        ("Why is S00042 late?", "diagnose_order", {"reference": "S00042"}, "Meridian Foods"),
        ("What did Dana Whitfield write about S00042?", "changes_since", {"reference": "S00042"}, "Meridian Foods"),
        ("who is meridian foods", "find_partner", {"name": "ASKED"}, "Meridian Foods"),
        ("and does Cascade know?", "find_partner", {"name": "ASKED"}, "Cascade Brewing Company"),
        ("What else is at risk?", "orders_at_risk", {"limit": 20}, ""),
        ("Who waits for P00031?", "waiting_for", {"reference": "P00031"}, ""),
        ("Whom does the Meridian contract name for consent?", "search_documents", contract, "Dana Whitfield"),
        ("And what can be done about it, by Petra?", "compare_options", {"reference": "S00042"}, ""),
        ("who consents at meridian then", "search_documents", contract, "Dana Whitfield"),
        ("Why is it late again?", "diagnose_order", {"reference": "S00042"}, "Meridian Foods"),
    ]  # fmt: skip
    with OpenAiServer(script=model) as server:
        agent = Agent(
            model=build_openai_model(model="m", base_url=server.base_url, api_key=None),
            model_name="m",
            pseudonyms=True,
        )
        monkeypatch.setattr(demo, "_brain", agent)
        thread: str | None = None
        shown: list[str] = []
        amiss: list[Any] = []
        for question, tool, arguments, expected in turns:
            demo._limits._asked.clear()
            plan[:] = [(tool, arguments)]
            answer = demo.ask(service, Question(text=question, thread_id=thread))
            thread = answer.thread_id
            shown.append(answer.text)
            if expected not in answer.text or (expected and answer.brain != "m"):
                amiss.append((question, answer.text, answer.degraded))
        received = [json.dumps(one, ensure_ascii=False) for one in server.requests]
    assert "Earlier in this conversation" in received[-1], "the first turns are summarised"
    leaked = {
        name
        for name in names_of_the_demo()
        for one in received
        if re.search(rf"\b{re.escape(name)}\b", one, re.IGNORECASE)
    }
    assert not leaked
    assert not re.findall(r"[\w.+-]+@[\w-]+\.\w+", "".join(received)), "mail addresses"
    assert not re.findall(r"(?:Partner|Person|Mail|Phone)-[0-9A-F]{6}", "".join(shown)), (
        "the person reads no pseudonyms"
    )
