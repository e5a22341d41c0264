"""A copilot on the recorded demo with the demo documents, built once for these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from copilot.bootstrap import build
from copilot.conversation import Copilot
from copilot.identity import Person
from copilot.settings import Settings


@pytest.fixture(scope="session")
def demo(demo_settings: Settings) -> Iterator[Copilot]:
    copilot = build(demo_settings)
    yield copilot
    copilot.close()


@pytest.fixture(scope="session")
def service(demo: Copilot) -> Person:
    return demo.identity.sign_in("service", "demo")
