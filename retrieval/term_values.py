"""The values that contracts agree on, typed, and their written form.

A value has one written form, which is also how a person types a correction: ``1.5% of line per business_day``, ``5 business_day``,
``mon,tue 05:00-11:00``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

Unit = Literal["minute", "hour", "business_day", "calendar_day", "day", "week", "month"]
"""``day``: the text does not say whether working or calendar days."""
UNITS: tuple[Unit, ...] = get_args(Unit)

WORDS = (
    "allowed",
    "forbidden",
    "conditional",
    "none",
    "stated",
    "table",
    "seller_chooses",
    "buyer_chooses",
    "at_once",
)
FREIGHT_PAYERS = ("freight_prepaid", "freight_collect", "freight_third_party")
INCOTERMS = (
    "exw", "fca", "fas", "fob", "fob_origin", "fob_destination", "cfr", "cif", "cpt", "cip", "dap", "dpu", "ddp",
)  # fmt: skip
"""The trade's abbreviations, and the two ways in which North America writes FOB."""
ROUTING_WORDS = (
    "parcel",
    "ltl",
    "truckload",
    "ground",
    "air",
    "no_air",
    "rail",
    "ocean",
    "refrigerated",
    "liftgate",
    "flatbed",
    "van",
    *FREIGHT_PAYERS,
    *INCOTERMS,
    "delivery_point",
    "appointment",
    "routing_guide",
)
"""What an instruction on routing is about; weights, places and times stand in its words. ``no_air``: none, or none without approval."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True)
class Duration:
    """A length of time as the contract counts it."""

    count: int
    unit: Unit

    def text(self) -> str:
        """``5 business_day``; ``0`` for none at all."""
        return f"{self.count} {self.unit}" if self.count else "0"


@dataclass(frozen=True, kw_only=True)
class Window:
    """When goods are received."""

    days: tuple[str, ...]
    """Of `WEEKDAYS`, or ``business_days``."""
    opens: str
    """``05:00``, local time of the place of delivery."""
    closes: str

    def text(self) -> str:
        return f"{','.join(self.days)} {self.opens}-{self.closes}"


@dataclass(frozen=True, kw_only=True)
class TermValue:
    """One agreed value; which fields are set depends on the kind."""

    word: str = ""
    """Of `WORDS`: a verdict, or that nothing of the kind is due (``none``), or that it is a ``table``."""
    percent: Decimal | None = None
    amount: Decimal | None = None
    """Money, in `currency`."""
    currency: str = ""
    """ISO 4217."""
    base: str = ""
    """Of what: ``order``, ``line``, ``lines`` (their number), ``late_goods``, ``delivery``, ``shelf_life``."""
    per: str = ""
    """For each what: a `Unit`, ``once``, ``delivery``."""
    count: int | None = None
    duration: Duration | None = None
    early: Duration | None = None
    """How much before the date still counts as on time; None: not said."""
    late: Duration | None = None
    """How much after the date still counts as on time; None: not said."""
    windows: tuple[Window, ...] = ()
    names: tuple[str, ...] = ()
    """Carriers, documents, or of `ROUTING_WORDS`."""

    def text(self) -> str:
        """The written form; `parse_value` reads it back."""
        if self.word:
            return self.word
        if self.percent is not None:
            written = f"{_plain(self.percent)}%" + (f" of {self.base}" if self.base else "")
            return written + _per(self.per)
        if self.amount is not None:
            return f"{self.currency} {_plain(self.amount)}" + _per(self.per)
        if self.duration is not None:
            return self.duration.text()
        if self.early is not None or self.late is not None:
            sides = (("early", self.early), ("late", self.late))
            return " ".join(f"{name}={side.text()}" for name, side in sides if side is not None)
        if self.windows:
            return "; ".join(window.text() for window in self.windows)
        if self.names:
            return "; ".join(self.names)
        return str(self.count) if self.count is not None else ""

    def to_json(self) -> dict[str, Any]:
        """The fields that are set, numbers as text, and ``text``."""
        values: dict[str, Any] = {"text": self.text()}
        for name, value in asdict(self).items():
            if value not in (None, "", ()):
                values[name] = str(value) if isinstance(value, Decimal) else value
        return values

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> TermValue:
        """Back from `to_json`."""
        known = {each.name for each in fields(TermValue)}
        given: dict[str, Any] = {name: value for name, value in values.items() if name in known}
        for name in ("percent", "amount"):
            if given.get(name) is not None:
                given[name] = Decimal(given[name])
        for name in ("duration", "early", "late"):
            if given.get(name):
                given[name] = Duration(**given[name])
        given["windows"] = tuple(
            Window(days=tuple(each["days"]), opens=each["opens"], closes=each["closes"])
            for each in given.get("windows", ())
        )
        given["names"] = tuple(given.get("names", ()))
        return TermValue(**given)


_VALUE = re.compile(
    r"(?:(?P<percent>\d+(?:\.\d+)?)%(?: of (?P<base>\w+))?|(?P<currency>[A-Z]{3}) (?P<amount>\d+(?:\.\d+)?))(?: (?P<per>once|per \w+))?"
)
_DURATION = re.compile(r"(?P<count>\d+) (?P<unit>\w+)")
_WINDOW = re.compile(r"(?P<days>[a-z_,]+) (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")
_BASES = ("order", "line", "lines", "late_goods", "delivery")
_LIFE = "shelf_life"
_PERS = (*UNITS, "delivery", "order")

_SHAPES: dict[str, str] = {
    "partial_shipments": "verdict",
    "substitution": "verdict",
    "split_first_minimum": "share",
    "split_shipment_minimum": "share",
    "split_remainder_within": "duration",
    "split_max_shipments": "count",
    "delivery_window": "window",
    "on_time": "on_time",
    "late_rate": "rate",
    "late_cap": "share",
    "late_grace": "duration",
    "approved_carriers": "names",
    "routing": "routing",
    "required_documents": "names",
    "minimum_order": "money",
    "minimum_quantity": "verdict",
    "minimum_shelf_life": "life",
    "notice_termination": "duration",
    "notice_price_change": "duration",
    "notice_delay": "duration",
}
_EXAMPLES = {
    "verdict": "allowed, forbidden, conditional, none or stated",
    "share": "`60% of order` or `USD 250`, or none",
    "duration": "`5 business_day` (units: " + ", ".join(UNITS) + "), or none",
    "count": "`2`",
    "window": "`mon,tue 05:00-11:00; fri 07:00-12:00`",
    "on_time": "`early=1 business_day late=0`",
    "rate": "`1.5% of line per business_day` or `USD 50 per calendar_day`, or none",
    "names": "names with `; ` between them, or seller_chooses or buyer_chooses",
    "routing": "words with `; ` between them, of " + ", ".join(ROUTING_WORDS) + ", or none",
    "money": "`USD 750`, or none",
    "life": "`60% of shelf_life` or `10 day`, or none",
}
_SHAPE_WORDS = {
    "verdict": {"allowed", "forbidden", "conditional", "none", "stated"},
    "share": {"none"},
    "duration": {"none", "at_once"},
    "count": {"none"},
    "window": {"stated"},
    "on_time": {"stated"},
    "rate": {"none", "table"},
    "names": {"seller_chooses", "buyer_chooses", "none"},
    "routing": {"none"},
    "money": {"none"},
    "life": {"none"},
}


def parse_value(kind: str, written: str) -> TermValue:
    """A value from its written form, as a person types a correction.

    Raises:
        ValueError: it does not fit the kind; the message says what does.
    """
    written = " ".join(written.split())
    shape = _SHAPES[kind]
    if written in _SHAPE_WORDS[shape]:
        return TermValue(word=written)
    value = _parsed(shape, written)
    if value is None or value.text() != written:
        raise ValueError(f"{written!r} is no value for {kind}. Write {_EXAMPLES[shape]}.")
    return value


def _parsed(shape: str, written: str) -> TermValue | None:
    try:
        if shape in ("share", "rate", "money"):
            return _parsed_figure(shape, written)
        if shape == "life":
            share = _VALUE.fullmatch(written)
            if share and share["percent"]:
                of_life = share["base"] == _LIFE and not share["per"]
                return TermValue(percent=Decimal(share["percent"]), base=_LIFE) if of_life else None
        if shape in ("duration", "life"):
            return TermValue(duration=_duration(written))
        if shape == "count":
            return TermValue(count=int(written))
        if shape == "on_time":
            sides = dict(part.split("=") for part in re.split(r" (?=late=)", written))
            return TermValue(**{name: _duration(side) for name, side in sides.items()})  # type: ignore[arg-type]
        if shape == "window":
            return TermValue(windows=tuple(_window(part) for part in written.split("; ")))
        if shape in ("names", "routing"):
            names = tuple(part.strip() for part in written.split(";") if part.strip())
            fits = shape == "names" or set(names) <= set(ROUTING_WORDS)
            return TermValue(names=names) if names and fits else None
    except (ValueError, TypeError, InvalidOperation):
        return None
    return None


def _parsed_figure(shape: str, written: str) -> TermValue | None:
    match = _VALUE.fullmatch(written)
    if match is None:
        return None
    per = (match["per"] or "").removeprefix("per ")
    base = match["base"] or ""
    if (base and base not in _BASES) or (per and per not in (*_PERS, "once")):
        return None
    if bool(per) != (shape == "rate") or (shape == "money" and match["percent"]):
        return None
    if match["percent"]:
        return TermValue(percent=Decimal(match["percent"]), base=base, per=per) if base else None
    return TermValue(amount=Decimal(match["amount"]), currency=match["currency"], per=per)


def _duration(written: str) -> Duration:
    if written == "0":
        return Duration(count=0, unit="day")
    match = _DURATION.fullmatch(written)
    if match is None or match["unit"] not in UNITS:
        raise ValueError(written)
    return Duration(count=int(match["count"]), unit=match["unit"])


def _window(written: str) -> Window:
    match = _WINDOW.fullmatch(written)
    days = tuple(match["days"].split(",")) if match else ()
    if match is None or not set(days) <= {*WEEKDAYS, "business_days"}:
        raise ValueError(written)
    return Window(days=days, opens=match["opens"], closes=match["closes"])


def _per(per: str) -> str:
    return "" if not per else " once" if per == "once" else f" per {per}"


def _plain(number: Decimal) -> str:
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
