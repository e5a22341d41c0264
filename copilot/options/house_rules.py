"""Our own procedures' figures: `house_rules.yaml`, checked when it is read, and proven by the documents before any of it counts."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from copilot.errors import SettingsError
from erp_tools.options.policy import Says, Span, Subject
from retrieval.passage import DocumentType

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d+) (business_day|calendar_day)", value.strip())
    if match is None:
        raise ValueError("write it as `10 business_day` or `5 calendar_day`")
    return Span(days=int(match[1]), unit=match[2])  # type: ignore[arg-type]


Length = Annotated[Span, BeforeValidator(_span)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figures(_Strict):
    """The figures of a rule; see `erp_tools.options.policy.Rule`."""

    first_share: Decimal | None = Field(default=None, gt=0, le=100)
    first_amount: Decimal | None = Field(default=None, gt=0)
    shipment_amount: Decimal | None = Field(default=None, gt=0)
    rest_within: Length | None = None
    most_shipments: int | None = Field(default=None, ge=1)
    freight_share: Decimal | None = Field(default=None, gt=0, le=100)
    freight_amount: Decimal | None = Field(default=None, gt=0)
    within: Length | None = None
    price_share: Decimal | None = Field(default=None, gt=0)
    no_surplus: bool | None = None
    life_share: Decimal | None = Field(default=None, gt=0, le=100)
    life_days: int | None = Field(default=None, ge=1)


class HouseRule(_Strict):
    """One rule and the words it rests on."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    subject: Subject
    says: Says
    document: str = Field(min_length=1)
    clause: str = ""
    words: tuple[str, ...] = Field(min_length=1)
    tiers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    figures: Figures = Figures()
    conditions: tuple[str, ...] = ()


class TransferCost(_Strict):
    words: str
    base: Decimal = Field(ge=0)
    per_kg: Decimal = Field(ge=0)


class HouseLane(_Strict):
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    leaves: tuple[Weekday, ...] = Field(min_length=1)
    transit: int = Field(ge=0, le=60)
    words: str

    @property
    def weekdays(self) -> tuple[int, ...]:
        return tuple(_WEEKDAYS.index(day) for day in self.leaves)


class Transfers(_Strict):
    document: str
    cost: TransferCost
    lanes: tuple[HouseLane, ...] = ()


class HouseExpedite(_Strict):
    vendor: str
    words: str
    what: str
    gain_days: int = Field(default=0, ge=0, le=365)
    amount: Decimal = Field(default=Decimal(0), ge=0)
    per_kg: Decimal = Field(default=Decimal(0), ge=0)
    per_unit: Decimal = Field(default=Decimal(0), ge=0)
    possible: bool = True


class Expedites(_Strict):
    document: str
    vendors: tuple[HouseExpedite, ...] = ()


class Substitutes(_Strict):
    type: DocumentType


class HouseRank(_Strict):
    """Whose orders have a rank: of these customers, of these tiers, or those that lateness costs money already."""

    rank: int = Field(ge=1, le=98)
    words: str
    customers: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    charged: bool = False


class Ranking(_Strict):
    document: str
    ranks: tuple[HouseRank, ...] = ()


class HouseGoods(_Strict):
    """What contracts call a group of our products, such as ``dry goods``."""

    words: str = Field(min_length=1)
    products: tuple[str, ...] = Field(min_length=1)


class Colleagues(_Strict):
    """Names, as in Odoo, of those who get the activities of an option; empty: whoever drafts it."""

    purchasing: str = ""
    warehouse: str = ""


class HouseRules(_Strict):
    """The whole file."""

    version: int = Field(ge=1)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    rules: tuple[HouseRule, ...] = ()
    substitutes: Substitutes | None = None
    transfers: Transfers | None = None
    expedites: Expedites | None = None
    ranking: Ranking | None = None
    goods: tuple[HouseGoods, ...] = ()
    colleagues: Colleagues = Colleagues()

    def products_called(self, words: str) -> tuple[str, ...]:
        """Internal references of what a contract calls so; empty where nobody has said what that is."""
        wanted = words.casefold().strip()
        return next((one.products for one in self.goods if one.words.casefold() == wanted), ())


def load_house_rules(path: Path | None = None) -> HouseRules:
    """The rules of a file; None: those that ship with the product.

    Raises:
        SettingsError: it cannot be read, or makes no sense; names the place and what is wrong.
    """
    if path is None:
        return _shipped()
    try:
        return _parsed(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SettingsError(
            f"The house rules {path} cannot be read ({error.strerror}). Name a file that exists in COPILOT_HOUSE_RULES."
        ) from None


@lru_cache(maxsize=1)
def _shipped() -> HouseRules:
    file = resources.files("copilot.options").joinpath("house_rules.yaml")
    return _parsed(file.read_text(encoding="utf-8"), "house_rules.yaml")


def _parsed(text: str, name: str) -> HouseRules:
    try:
        loaded: Any = yaml.safe_load(text)
        found = HouseRules.model_validate(loaded)
    except yaml.YAMLError as error:
        raise SettingsError(f"{name} is no YAML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in one['loc']) or 'file'}: {one['msg']}" for one in error.errors()
        )
        raise SettingsError(f"{name} makes no sense: {problems}") from None
    names = [rule.id for rule in found.rules]
    if twice := {one for one in names if names.count(one) > 1}:
        raise SettingsError(f"{name} makes no sense: several rules are called {', '.join(sorted(twice))}")
    return found
