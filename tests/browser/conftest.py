"""A real browser in front of real servers: the product on the recorded demo, and the double of `copilot.ui.testing`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parents[2]

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NOISE = (
    "is not a valid MIME type",  # the chat's file picker, which we switch off, before it has read that it is off
    "`DialogContent` requires a `DialogTitle`",  # the chat's side panel on a phone
    "Missing `Description` or `aria-describedby",
)
"""Messages of Chainlit's own page that say nothing about ours."""

MODEL_SECONDS, START_SECONDS = 900, 90

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
    # Last: the browser's driver keeps an event loop running in this thread, which tests with loops of their own cannot stand.
    items.sort(key=lambda item: here in item.path.parents)


def _chromium() -> str | None:
    named = os.environ.get("COPILOT_CHROMIUM")
    candidates = [named] if named else ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in candidates if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = _chromium()
    if path is None:
        reason = "No Chromium was found: install Debian's `chromium`, or name one in COPILOT_CHROMIUM."
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Server:
    """A server process of ours on a port of its own."""

    command: list[str]
    port: int
    data_dir: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        log = (self.data_dir / "server.log").open("ab")
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail(f"The server did not start:\n{self.log()[-3000:]}", pytrace=False)
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=15)
            self.process = None

    def log(self) -> str:
        return (self.data_dir / "server.log").read_text(errors="replace")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/login", timeout=5) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _environment(data_dir: Path) -> dict[str, str]:
    """Ours without the settings of whoever runs the tests: the recorded demo, no model."""
    settings = ("COPILOT_", "OPENAI_", "QDRANT_", "DATABASE_URL", "CHAINLIT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    return {**kept, "COPILOT_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """The product as a new user has it: the recorded demo with its documents, `uvicorn app:app`."""
    data_dir = tmp_path_factory.mktemp("demo")
    environment = _environment(data_dir)
    prepared = subprocess.run(
        [sys.executable, "-m", "copilot.cli", "prepare"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=MODEL_SECONDS,
        check=False,
    )
    if prepared.returncode:
        pytest.fail(
            f"The demo could not be prepared:\n{prepared.stdout[-2000:]}{prepared.stderr[-2000:]}",
            pytrace=False,
        )
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "app:app",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    server = Server(command=command, port=port, data_dir=data_dir, environment=environment)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def double(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """The same doors around a Copilot that says what a test wants."""
    data_dir = tmp_path_factory.mktemp("double")
    port = _free_port()
    command = [sys.executable, str(Path(__file__).parent / "serve_double.py"), str(port), str(data_dir)]
    server = Server(command=command, port=port, data_dir=data_dir, environment=_environment(data_dir))
    server.start()
    yield server
    server.stop()


@dataclass
class Watched:
    """A page of ours and everything that went wrong on it."""

    page: Page
    own: str
    problems: list[str] = field(default_factory=list)
    """Errors of the console and of scripts."""
    foreign: list[str] = field(default_factory=list)
    """Addresses of other hosts that the page asked for."""

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(noise in message.text for noise in NOISE):
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(
            (f"{self.own}/", "data:", "blob:", self.own.replace("http", "ws", 1) + "/")
        ):
            self.foreign.append(request.url)

    def sign_in(self, login: str = "service", password: str = "demo") -> None:
        self.page.goto(f"{self.own}/")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.click("button:text-is('Sign in')")

    def ask(self, question: str) -> None:
        """Ask, and wait until one more answer is drawn."""
        answers = self.page.locator(".dc-end-of-answer")
        before = answers.count()
        box, send = self.page.locator("#chat-input"), self.page.locator("#chat-submit")
        box.fill(question)
        for _ in range(4):
            # on a busy machine the page may draw its box anew, empty, when its socket connects
            with suppress(AssertionError):
                expect(send).to_be_enabled(timeout=10_000)
                break
            box.fill(question)
        send.click()
        answers.nth(before).wait_for()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens watched pages in a browser profile of their own; `phone=True` for a phone's screen."""
    contexts: list[BrowserContext] = []

    def opened(
        server: Server, *, phone: bool = False, dark: bool = False, context: BrowserContext | None = None
    ) -> Watched:
        if context is None:
            screen = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
            context = browser.new_context(
                viewport=screen,
                is_mobile=phone,
                has_touch=phone,
                color_scheme="dark" if dark else "light",
                locale="en-US",  # type: ignore[arg-type]
            )
            context.set_default_timeout(20_000)
            contexts.append(context)
        return Watched(page=context.new_page(), own=server.url)

    yield opened
    for context in contexts:
        context.close()
