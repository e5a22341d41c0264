"""A Copilot that answers one realistic question without Odoo, documents or a database: for tests of what people see.

A question that begins with ``Say:`` is answered with the words after it, as a brain that an attacker controls would.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from copilot.answer import Answer, Checks, Citation, Done, Event, Evidence, Progress, Question, TextPart
from copilot.errors import NotFound, StateUnavailable
from copilot.identity import Identity, Person, owner_of
from copilot.settings import Settings
from copilot.store import Store
from copilot.threads import Threads
from erp_tools.errors import OdooUnavailable, SignInRefused
from erp_tools.facts import Fact
from erp_tools.odoo.gateway import CallLog, OdooUser
from erp_tools.odoo.roles import ROLE_GROUPS
from retrieval.passage import Document
from retrieval.request import OpenedDocument
from retrieval.stored import PageSpan

PASSWORD = "demo"  # noqa: S105

CONTRACT = (
    "Supply Agreement between Harbor & Pine Distribution and Meridian Foods\n\n4 Deliveries\n\n4.1 Delivery windows\nDeliveries are "
    "received Monday to Friday between 06:00 and 14:00 at the dock named in the order.\n\n"
    "4.2 Partial shipments\nPartial shipments are allowed when the Customer is told at least one working day ahead and when no more "
    "than two deliveries are made for one order. The Supplier bears the additional freight of a second delivery.\n\n"
    "4.3 Late deliveries\nFor every started working day after the promised date the Customer may deduct 0.5 % of the value of the late "
    "lines, at most 5 %.\n\n5 Substitution\nProducts may be substituted only with written consent.\n"
)
_QUOTE = CONTRACT[CONTRACT.index("Partial shipments are allowed") : CONTRACT.index("\n\n4.3")]


class FakeOdoo:
    """An Odoo that knows the six demo logins and nothing else; `down` makes it silent."""

    address = "recording:test"
    is_recording = True

    def __init__(self) -> None:
        self.down = False

    def version(self) -> str:
        return "19.0"

    def record_url(self, model: str, record_id: int) -> str:
        return f"/records/{model}/{record_id}"

    def sign_in(self, login: str, secret: str) -> Any:
        if self.down:
            raise OdooUnavailable(
                "Odoo does not answer at https://erp.example. Try again in a minute, or tell your administrator."
            )
        group = next((group for group, role in ROLE_GROUPS.items() if role == login), None)
        if group is None or secret != PASSWORD:
            raise SignInRefused(
                f"Odoo does not know the login {login!r} with this password. Check both and try again."
            )
        user = OdooUser(
            user_id=len(login),
            login=login,
            name=f"{login.title()} Person",
            company_id=1,
            company_ids=(1,),
            groups=frozenset({group}),
        )
        companies = SimpleNamespace(rows=[{"name": "Harbor & Pine Distribution"}])
        return SimpleNamespace(user=user, log=CallLog(), read=lambda *_, **__: companies, close=lambda: None)


@dataclass
class ShownCopilot:
    """Speaks like `copilot.conversation.Copilot`, as far as the doors need it."""

    data_dir: Path
    pause: float = 0.0
    """Seconds between two events of a stream."""
    error: Exception | None = None
    """Raised by the next questions."""
    asked: list[tuple[str, Question]] = field(default_factory=list)
    answers: dict[str, tuple[str, Answer]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = Settings(data_dir=self.data_dir, _env_file=None)  # type: ignore[call-arg]
        self.server = FakeOdoo()
        self.identity = Identity(self.server, lifetime_seconds=3600)
        self.documents = _documents()
        self.store = Store(f"sqlite:///{self.data_dir / 'copilot.db'}")
        self.threads = Threads(self.store)
        self.library: Any = SimpleNamespace(store=SimpleNamespace(collections=list))  # nothing is put in here

    @property
    def desk(self) -> Any:
        """The double drafts nothing."""
        raise StateUnavailable("There are no drafts here.")

    def ask(self, person: Person, question: Question) -> Answer:
        return next(event.answer for event in self.stream(person, question) if isinstance(event, Done))

    def stream(self, person: Person, question: Question) -> Iterator[Event]:
        self.asked.append((person.login, question))
        if self.error is not None:
            raise self.error
        for step in ("Reading S00042 in Odoo", "Searching the documents", "Checking the facts"):
            time.sleep(self.pause)
            yield Progress(text=step)
        answer = example_answer(question.text)
        if question.text.startswith("Say:"):
            answer = replace(
                answer, text=question.text.removeprefix("Say:").strip(), diagnosis=None, suggestions=()
            )
        if "at risk" in question.text:
            found = example_at_risk(25)
            text = "25 of 100 open orders are late or about to be; S00042 of Meridian Foods comes first [E1]."
            answer = replace(answer, text=text, diagnosis=None, at_risk=found)
        for line in answer.text.splitlines(keepends=True):
            time.sleep(self.pause)
            yield TextPart(text=line)
        answer = replace(
            answer,
            thread_id=question.thread_id or f"{person.login}-{len(self.asked)}",
            answer_id=question.answer_id or answer.answer_id,
        )
        self.answers[answer.answer_id] = (person.login, answer)
        self.store.save(owner_of(person), answer.to_json())
        yield Done(answer=answer)

    def answer(self, person: Person, answer_id: str) -> dict[str, Any]:
        owner, answer = self.answers.get(answer_id, ("", None))
        if answer is None or owner != person.login:
            raise NotFound("There is no such answer of yours.")
        return answer.to_json()

    def open_document(self, person: Person, document_id: str) -> OpenedDocument:
        opened = self.documents.get(document_id)
        if opened is None or (opened.document.roles and not person.roles & set(opened.document.roles)):
            raise NotFound(f"There is no document {document_id!r} that you may read.")
        return opened

    def open_record(self, person: Person, model: str, record_id: int) -> Fact:
        for one in example_answer("").evidence:
            if (one.model, one.record_id) == (model, record_id):
                return Fact(
                    model=model,
                    record_id=record_id,
                    display_name=one.display_name,
                    fields=one.fields,
                    url=one.url,
                    read_at=datetime.now(UTC),
                )
        raise NotFound("There is no such record that you may see in Odoo.")

    def close(self) -> None:
        return


def _documents() -> dict[str, OpenedDocument]:
    def opened(text: str, pages: Sequence[PageSpan] = (), **about: Any) -> OpenedDocument:
        document = Document(
            path=f"{about['document_id']}.pdf", content_hash="0" * 64, text_length=len(text), **about
        )
        return OpenedDocument(document=document, text=text, body_start=0, pages=tuple(pages))

    border = CONTRACT.index("4.3")
    sop = "Backorders\n\n<script>alert(1)</script> Tell the customer within one working day. ![x](http://sink.example/x.png)\n"
    documents = [
        opened(
            CONTRACT,
            [PageSpan(number=1, start=0, end=border), PageSpan(number=2, start=border, end=len(CONTRACT))],
            document_id="contract-meridian-foods",
            title="Supply Agreement Meridian Foods",
            type="contract",
            customer="C-1001",
            valid_from=date(2026, 1, 1),
            version="3",
        ),
        opened(
            CONTRACT,
            document_id="contract-old",
            title="Supply Agreement Meridian Foods 2024",
            type="contract",
            valid_from=date(2024, 1, 1),
            valid_to=date(2025, 12, 31),
            superseded_by="contract-meridian-foods",
            version="2",
        ),
        opened(
            sop, document_id="sop-backorders", title="SOP Backorders", type="sop", valid_from=date(2025, 5, 1)
        ),
        _mail(opened),
        opened(
            "Pay later.", document_id="credit-rules", title="Credit rules", type="sop", roles=("finance",)
        ),
    ]
    return {one.document.document_id: one for one in documents}


def _mail(opened: Callable[..., OpenedDocument]) -> OpenedDocument:
    """Its own words stand on no page; it brings a PDF of two scanned pages, the second of which was hard to read."""
    head, first, second, foot = (
        "From: vendor@example.com",
        "Attachment: offer.pdf\n\nOn time.",
        "Or 1ate.",
        "End.",
    )
    text = "\n\n".join((head, first, second, foot))
    offer = [
        PageSpan(
            number=number,
            start=text.index(words),
            end=text.index(words) + len(words),
            of=name,
            confidence=sure,
        )
        for number, words, name, sure in (
            (1, first, "offer.pdf", 0.938),
            (2, second, "<b>offer</b>.pdf", 0.69),
        )
    ]
    return opened(text, offer, document_id="mail-offer", title="Our offer", type="case_note")


def example_at_risk(count: int) -> dict[str, Any]:
    """A list of so many orders at risk, as the read `orders_at_risk` gives it."""
    today = datetime.now(UTC).date()
    causes = ("inbound_overdue", "warehouse_backlog", "credit_hold", "no_carrier", "stock_shortage")
    customers = ("Meridian Foods", "Palisade Grocers", "Cascade Brewing Company", "Ironclad Manufacturing")
    owners = ("purchasing", "supervisor", "finance", "supervisor", "purchasing")
    orders = [
        {
            "id": "E1",
            "order": f"S{42 + number:05}",
            "customer": customers[number % 4],
            "customer_ref": f"C-{1001 + number % 4}",
            "tier": "AB"[number % 2],
            "promised": (today - timedelta(days=24 - number)).isoformat()
            if number < 24
            else today.isoformat(),
            "days_late": max(0, 24 - number),
            "expected": {"earliest": (today + timedelta(days=2)).isoformat(), "latest": None},
            "causes": [causes[number % 5], *(["stock_elsewhere"] if number % 3 == 0 else [])],
            "certainty": "proven",
            "summary": "12 of 16 are not reserved; P00031 was due and has not been received.",
            "owner_role": owners[number % 5],
            "value": 6450.5 - 200 * number,
            "currency": "USD",
            "why": [
                f"USD {6450.5 - 200 * number:.2f} are not delivered",
                "the customer is tier A",
                "it can be moved today",
            ],
            "url": f"/records/sale.order/{42 + number}",
        }
        for number in range(count)
    ]
    groups = [
        {"name": code, "orders": len(range(place, count, 5)), "value": 1000.0, "currency": "USD"}
        for place, code in enumerate(causes)
        if place < count
    ]
    return {
        "status": "found", "scanned": 4 * count, "not_scanned": 0, "total_at_risk": count, "late_now": min(24, count),
        "about_to_be_late": max(0, count - 24), "orders": orders, "groups": {"cause": groups}, "not_read": [],
        "filters": {"customer": "", "warehouse": "", "vendor": "", "carrier": "", "cause": "", "limit": count},
    }  # fmt: skip


def example_answer(question: str) -> Answer:
    """Why S00042 of Meridian Foods is late: two causes, a timeline, six records and two passages."""
    today = datetime.now(UTC).replace(hour=9, minute=30, second=0, microsecond=0)

    def day(offset: int) -> str:
        return (today + timedelta(days=offset)).date().isoformat()

    def said(offset: int) -> str:
        moment = today + timedelta(days=offset)
        return f"{moment.day} {moment:%b %Y}"

    read_at = today.isoformat(timespec="seconds")

    def fact(number: int, model: str, record_id: int, name: str, **fields: Any) -> Evidence:
        return Evidence(
            id=f"E{number}",
            model=model,
            record_id=record_id,
            display_name=name,
            fields=fields,
            read_at=read_at,
            url=f"/records/{model}/{record_id}",
        )

    start = CONTRACT.index(_QUOTE)
    sop = _documents()["sop-backorders"].text
    citations = (
        Citation(
            id="K1",
            document="contract-meridian-foods",
            title="Supply Agreement Meridian Foods",
            path="contracts/meridian.pdf",
            page=1,
            section="4 Deliveries > 4.2 Partial shipments",
            start=start,
            end=start + len(_QUOTE),
            quote=_QUOTE,
            type="contract",
            customer="C-1001",
            valid_from="2026-01-01",
            valid_to=None,
            url=f"/documents/contract-meridian-foods?start={start}&end={start + len(_QUOTE)}#cited",
        ),
        Citation(
            id="K2",
            document="sop-backorders",
            title="SOP Backorders",
            path="sops/backorders.md",
            page=None,
            section="Backorders",
            start=12,
            end=len(sop) - 1,
            quote=sop[12:-1],
            type="sop",
            customer="",
            valid_from="2025-05-01",
            valid_to=None,
            url=f"/documents/sop-backorders?start=12&end={len(sop) - 1}#cited",
        ),
    )
    evidence = (
        fact(
            1,
            "sale.order",
            42,
            "S00042",
            state="sale",
            partner_id="Meridian Foods",
            client_order_ref="MF-77120",
            commitment_date=f"{day(-5)}T08:00:00+00:00",
            picking_policy="one",
            delivery_status="pending",
            warehouse_id="Harbor",
        ),
        fact(
            2,
            "sale.order.line",
            77,
            "[IN-2001] Sanitary Butterfly Valve 2 in",
            product_id="[IN-2001] Sanitary Butterfly Valve 2 in",
            product_uom_qty=24.0,
            qty_delivered=0.0,
            product_uom_id="Units",
        ),
        fact(
            3,
            "stock.picking",
            131,
            "HAR/OUT/00131",
            state="confirmed",
            scheduled_date=f"{day(-5)}T08:00:00+00:00",
            products_availability_state="late",
            carrier_id="Northway Freight",
            has_deadline_issue=True,
        ),
        fact(
            4,
            "purchase.order",
            31,
            "P00031",
            state="purchase",
            partner_id="Valvetec GmbH",
            date_planned=f"{day(-9)}T00:00:00+00:00",
            receipt_status="pending",
            is_late=True,
        ),
        fact(
            5,
            "purchase.order.line",
            64,
            "P00031: Sanitary Butterfly Valve 2 in",
            product_qty=200.0,
            qty_received=0.0,
            date_planned=f"{day(-9)}T00:00:00+00:00",
        ),
        fact(
            6,
            "product.product",
            2001,
            "[IN-2001] Sanitary Butterfly Valve 2 in",
            qty_available=6.0,
            free_qty=0.0,
            incoming_qty=200.0,
        ),
    )
    text = (
        f"**S00042** for Meridian Foods is **5 days late**: it was promised for {said(-5)} [E1] and nothing has shipped [E3].\n\n"
        f"- Purchase order P00031 from Valvetec GmbH is overdue: 200 units were due on {said(-9)}, none was received [E4] [E5].\n"
        "- The order ships only when complete [E1], so 40 ready units of the gasket wait too.\n\n"
        "**What the contract says:** partial shipments are allowed when the customer is told at least one working day ahead [K1]. "
        "Our SOP asks us to tell the customer within one working day [K2].\n\n"
        f"It will ship on {said(3)} at the earliest, if the vendor keeps the new date [E4]."
    )
    diagnosis = {
        "order": "S00042",
        "promised": day(-5),
        "expected": day(6),
        "days_late": 5,
        "customer": "Meridian Foods",
        "is_late": True,
        "promise_basis": "commitment_date",
        "expected_range": {
            "earliest": day(3),
            "latest": day(6),
            "evidence": ["E4"],
            "reasoning": "Valvetec GmbH wrote that P00031 leaves in two days; receiving and picking take up to four more.",
        },
        "causes": [
            {
                "code": "inbound_overdue",
                "certainty": "proven",
                "summary": "24 units wait for P00031 from Valvetec GmbH, which is 9 days "
                "past its expected arrival and not received.",
                "lines": [
                    {"product": "[IN-2001] Sanitary Butterfly Valve 2 in", "quantity": 24.0, "unit": "Units"}
                ],
                "evidence": ["E4", "E5", "E2"],
                "owner_role": "purchasing",
                "since": day(-9),
                "missing": [],
                "next_steps": [
                    "Ask Valvetec GmbH for a binding date for P00031.",
                    "Check whether 24 units can leave ahead by courier.",
                ],
            },
            {
                "code": "waiting_complete",
                "certainty": "likely",
                "summary": "The shipping policy is “When all products are ready”; 40 units "
                "of another line are reserved and wait.",
                "lines": [{"product": "[IN-2044] EPDM Gasket 2 in", "quantity": 40.0, "unit": "Units"}],
                "evidence": ["E1", "E3"],
                "owner_role": "service",
                "since": day(-5),
                "missing": ["The message of the customer about partial deliveries could not be read."],
                "next_steps": [
                    "Ask Meridian Foods whether they take a first delivery; the contract allows it."
                ],
            },
        ],
        "timeline": [
            {
                "at": f"{day(-30)}T10:12+00:00",
                "kind": "ordered",
                "text": "Order confirmed",
                "planned": False,
                "evidence": ["E1"],
            },
            {
                "at": f"{day(-28)}T10:12+00:00",
                "kind": "inbound",
                "text": "P00031 sent to Valvetec GmbH",
                "planned": False,
                "evidence": ["E4"],
            },
            {
                "at": f"{day(-9)}T00:00+00:00",
                "kind": "inbound",
                "text": "P00031 was due; nothing came",
                "planned": False,
                "evidence": ["E4", "E5"],
            },
            {
                "at": f"{day(-6)}T15:40+00:00",
                "kind": "message",
                "text": "Vendor: “shipping delayed by our supplier”",
                "planned": False,
                "evidence": [],
            },
            {
                "at": f"{day(-5)}T08:00+00:00",
                "kind": "promised",
                "text": "Promised delivery date",
                "planned": False,
                "evidence": ["E1"],
            },
            {
                "at": f"{day(3)}T08:00+00:00",
                "kind": "expected",
                "text": "Earliest possible delivery",
                "planned": True,
                "evidence": ["E4"],
            },
        ],
        "not_read": [],
    }
    return Answer(
        answer_id=uuid.uuid4().hex,  # never the same twice: the double is restarted on the same folder
        thread_id="thread-1",
        question=question,
        text=text,
        status="answered",
        diagnosis=diagnosis,
        evidence=evidence,
        citations=citations,
        checks=Checks(claims=23, supported=23, removed=0),
        odoo_calls=3,
        timings_ms={"total": 412, "odoo": 180, "search": 60, "model": 0},
        suggestions=(
            "What can I tell the customer?",
            "Should we split S00042?",
            "What else waits for P00031?",
        ),
    )
