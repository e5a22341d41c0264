"""How options are weighed: `weights.yaml`, checked when it is read."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError


class WeightsError(ValueError):
    """The file makes no sense; the message names the place and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shares(_Strict):
    """The weight of each part of a score."""

    speed: float = Field(ge=0, le=1000)
    on_time: float = Field(ge=0, le=1000)
    cost: float = Field(ge=0, le=1000)
    penalty: float = Field(ge=0, le=1000)
    certainty: float = Field(ge=0, le=1000)
    contract: float = Field(ge=0, le=1000)
    as_ordered: float = Field(ge=0, le=1000)
    others: float = Field(ge=0, le=1000)
    work: float = Field(ge=0, le=1000)

    @property
    def total(self) -> float:
        return float(sum(self.model_dump().values()))


class Scales(_Strict):
    """From where on a part counts nothing."""

    horizon_days: int = Field(ge=1, le=365)
    cost_share_percent: float = Field(gt=0, le=100)
    penalty_share_percent: float = Field(gt=0, le=100)
    most_tasks: int = Field(ge=1, le=50)


class Weights(_Strict):
    """The whole file."""

    version: int = Field(ge=1)
    weights: Shares
    scales: Scales
    tie_within: float = Field(ge=0, le=50)
    most_slip_days: int = Field(ge=1, le=60)

    @property
    def decide_nothing(self) -> bool:
        """All weights are zero."""
        return self.weights.total <= 0


def load_weights(path: Path | None = None) -> Weights:
    """The weights of a file; None: those that ship with the product.

    Raises:
        WeightsError: it cannot be read, or makes no sense.
    """
    return _shipped() if path is None else _parsed(path.read_text(encoding="utf-8"), path.name)


@lru_cache(maxsize=1)
def _shipped() -> Weights:
    return _parsed(
        resources.files("erp_tools.options").joinpath("weights.yaml").read_text(encoding="utf-8"),
        "weights.yaml",
    )


def _parsed(text: str, name: str) -> Weights:
    try:
        loaded: Any = yaml.safe_load(text)
        return Weights.model_validate(loaded)
    except yaml.YAMLError as error:
        raise WeightsError(f"{name} is no YAML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in one['loc']) or 'file'}: {one['msg']}" for one in error.errors()
        )
        raise WeightsError(f"{name} makes no sense: {problems}") from None
