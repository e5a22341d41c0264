"""How well the playbook understands: labelled questions, and figures over them.

A file of phrasings is YAML: ``phrasings`` with one mapping a question: ``i`` the intent (``a|b``: either is right; ``a + b``: two
questions in one), ``q`` the words, ``e`` earlier questions, and what it is about: ``orders po product party carrier warehouse day``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from copilot.models.playbook.answerable import settled
from copilot.models.playbook.days import Days
from copilot.models.playbook.intents import ABOUT_AN_ORDER, ABOUT_THE_LAST_ANSWER, Intent
from copilot.models.playbook.meaning import Meaning
from copilot.models.playbook.plan import MOST_TRIED
from copilot.models.playbook.sides import told_apart
from copilot.models.playbook.understanding import understand
from copilot.models.playbook.understood import Understanding
from copilot.models.playbook.whose import LOOKED_UP_AS, as_answered, is_decided_by_its_names
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.reads.lookup import find_named

Verdict = Literal["right", "asked back", "wrong"]
_KINDS = {"product": "product", "party": "partner", "carrier": "carrier", "warehouse": "warehouse"}
_USES_NAMES = frozenset(
    {"at_risk", "customer_orders", "credit", "stock", "policy", "substitute", "waiting_for"}
)
_LOOKED_UP_BY_NAME: Mapping[str, str] = {
    "customer_orders": "partner",
    "credit": "partner",
    "stock": "product",
}
"""What the answer asks for where no name leads to one."""
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "customer_orders": ("names", "references"),
    "credit": ("names", "references"),
    "stock": ("products", "names"),
    "waiting_for": ("purchases", "products", "names", "references"),
    "purchase": ("purchases",),
}


@dataclass(frozen=True, kw_only=True)
class Phrasing:
    """One labelled question."""

    text: str
    intents: tuple[frozenset[str], ...]
    """Accepted intents of each question in it."""
    earlier: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return " + ".join("|".join(sorted(one)) for one in self.intents)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """How one question was understood."""

    phrasing: Phrasing
    understood: Understanding
    verdict: Verdict
    why: str = ""
    """What was wrong."""

    @property
    def is_doubted(self) -> bool:
        """The answer says how it read the question, and what else may have been meant."""
        return bool(self.understood.or_else)


def load_phrasings(file: Path) -> list[Phrasing]:
    """The labelled questions of a file."""
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))["phrasings"]
    return [
        Phrasing(
            text=row["q"],
            intents=tuple(frozenset(one.split("|")) for one in row["i"].split(" + ")),
            earlier=tuple(row.get("e", ())),
            about={key: value for key, value in row.items() if key not in {"i", "q", "e"}},
        )
        for row in rows
    ]


def measure(
    phrasings: Iterable[Phrasing],
    *,
    meaning: Meaning | None,
    session: OdooSession,
    server: OdooServer,
    today: date,
) -> list[Measured]:
    """Understand every question; names are looked up in Odoo as the session's person.

    Args:
        today: the day that the labels' dates were written for.
    """
    found = []
    for one in phrasings:
        understood = understand(one.text, one.earlier, today=today, meaning=meaning)
        found.append(_judged(one, understood, session, server))
    return found


def figures(measured: Sequence[Measured]) -> dict[Verdict, float]:
    """Share of each verdict."""
    counts = Counter(one.verdict for one in measured)
    return {verdict: counts[verdict] / len(measured) for verdict in ("right", "asked back", "wrong")}


def doubts(measured: Sequence[Measured]) -> dict[Literal["right", "wrong"], float]:
    """Share of all questions that are answered with a doubt, right and wrong ones."""
    counts = Counter(one.verdict for one in measured if one.is_doubted)
    return {verdict: counts[verdict] / len(measured) for verdict in ("right", "wrong")}


def by_intent(measured: Sequence[Measured]) -> dict[str, Counter[str]]:
    """Label -> verdicts, in the order of the file."""
    found: dict[str, Counter[str]] = {}
    for one in measured:
        found.setdefault(one.phrasing.label, Counter())[one.verdict] += 1
    return found


def _judged(one: Phrasing, understood: Understanding, session: OdooSession, server: OdooServer) -> Measured:
    kinds = _kinds(understood, session, server)
    answered = as_answered(understood, kinds)
    asks_back = answered.intent == "unclear" or _lacks_what_it_needs(answered, kinds)
    if asks_back and "unclear" in one.intents[0]:
        return Measured(phrasing=one, understood=understood, verdict="right")
    if not _asks_the_same(one, understood, answered, kinds):
        verdict: Verdict = "asked back" if asks_back else "wrong"
        got = " + ".join(understood.intents)
        return Measured(phrasing=one, understood=understood, verdict=verdict, why=f"intent {got}")
    found = _named(understood, session, server)
    why = _wrong_things(one, understood, found)
    if why and _asks_which(answered, found):
        return Measured(phrasing=one, understood=understood, verdict="asked back", why=why)
    return Measured(phrasing=one, understood=understood, verdict="wrong" if why else "right", why=why)


def _kinds(understood: Understanding, session: OdooSession, server: OdooServer) -> frozenset[str]:
    """What its names are, as the turn looks them up (`plan`)."""
    if not is_decided_by_its_names(understood):
        return frozenset()
    now = datetime.now(UTC)
    for said in told_apart(understood.names)[:MOST_TRIED]:
        candidates = find_named(session, said, LOOKED_UP_AS, now=now, server=server)
        if candidates and not any(map(str.isdigit, said)):
            kinds = {candidate.kind for candidate in candidates} & {"customer", "vendor", "product"}
            return frozenset(kinds) if len(kinds) == 1 else frozenset()
    return frozenset()


def _asks_the_same(
    one: Phrasing, understood: Understanding, answered: Understanding, kinds: Collection[str]
) -> bool:
    """Whether it was read as labelled, or as something that has the same answer: "what is due from Bayline" as where it is."""
    for wanted in product(*one.intents):
        if understood.intents in (wanted, wanted[::-1]):
            return True
        labelled = replace(
            understood,
            intent=cast(Intent, wanted[0]),
            also=cast(Intent, wanted[1]) if len(wanted) > 1 else None,
            shares=(),
            or_else=(),
        )
        meant = as_answered(settled(labelled), kinds).intents
        if "unclear" not in wanted and answered.intents in (meant, meant[::-1]):
            return True
    return False


def _asks_which(answered: Understanding, found: Mapping[str, set[str]]) -> bool:
    """Whether the answer asks who or what is meant, since nobody and nothing, or several, are called what was said."""
    kind = _LOOKED_UP_BY_NAME.get(answered.intent)
    named_else = answered.references or answered.purchases or answered.products
    return kind is not None and not named_else and not found.get(kind)


def _lacks_what_it_needs(understood: Understanding, kinds: Collection[str]) -> bool:
    """Without an order (a product, a customer) to speak of, the answer asks which one."""
    if understood.intent == "purchase" and set(kinds) == {"vendor"}:
        return False  # all that is open with it is told
    needs = _NEEDS.get(
        understood.intent,
        ("references", "purchases", "products", "names") if understood.intent in ABOUT_AN_ORDER else (),
    )
    return bool(needs) and not any(getattr(understood, name) for name in needs)


def _wrong_things(one: Phrasing, understood: Understanding, found: Mapping[str, set[str]]) -> str:
    if understood.intent == "other_language":
        return ""  # it is told that we answer in English only, whatever is asked about
    about = one.about
    before = understood.before if understood.intent in ABOUT_THE_LAST_ANSWER else None
    for key, kind, got in (
        ("orders", "references", understood.references),
        ("po", "purchases", understood.purchases),
    ):
        if key not in about and before is not None and got == getattr(before, kind):
            continue  # "shorter, please" is about the order of the answer before, whether or not a label repeats it
        if key not in about and understood.intent == "drafts" and understood.carried_over:
            continue  # so is "good, approve it"
        wanted = [_plain(each) for each in about.get(key, ())]
        if not _same_records([_plain(each) for each in got], wanted):
            return f"{key} {list(got)}"
    if "day" in about:
        days = understood.days
        day = days and (days.first if "changes" in understood.intents else days.last)
        if str(day) != str(about["day"]) and not _is_end_of_week(days, about["day"]):
            return f"day {day}"
    for key, kind in _KINDS.items():
        if key == "party" and (about.get("orders") or understood.intent in ABOUT_THE_LAST_ANSWER):
            continue  # the order that was read rightly, or the answer before, has its customer
        if key in about and about[key] not in found.get(kind, ()):
            return f"{key} {dict(found)} from {understood.products + understood.names}"
    has_none = not any(key in about for key in (*_KINDS, "orders", "po"))
    if has_none and understood.intent in _USES_NAMES and any(found.values()):
        return f"somebody who was not named: {dict(found)}"
    return ""


def _is_end_of_week(days: Days | None, label: object) -> bool:
    """ "Next week" ends on its Sunday in our reading and on its Friday for whoever wrote the label; nothing is due between the two."""
    if days is None or days.last - days.first != timedelta(days=6):
        return False
    return str(days.last - timedelta(days=2)) == str(label)


def _named(understood: Understanding, session: OdooSession, server: OdooServer) -> dict[str, set[str]]:
    """Kind -> the records that names lead to, where it is one."""
    found: dict[str, set[str]] = {}
    now = datetime.now(UTC)
    for said in (*understood.products, *understood.names):
        for kind in _KINDS.values():
            candidates = find_named(session, said, [kind], now=now, server=server)
            if len(candidates) == 1:
                one = candidates[0]
                found.setdefault(kind, set()).update({one.name, one.ref} if kind == "product" else {one.name})
    return found


def _same_records(got: Sequence[str], wanted: Sequence[str]) -> bool:
    """The end of a customer's reference ("4829") leads to it ("PO-4829"): `erp_tools.orders.resolve_orders`."""
    return len(got) == len(wanted) and all(
        one in {other, f"S0{other[2:]}" if re.fullmatch(r"PO\d{4}", other) else other}
        for one, other in zip(got, wanted, strict=True)
    )


def _plain(reference: str) -> str:
    bare = re.sub(r"\W", "", reference.upper())
    numbered = re.fullmatch(r"(?:ORDER|SO|S)0*(\d+)", bare)
    return f"S{int(numbered[1]):05d}" if numbered else bare
