"""Playbook answers, kind by kind: on the recording, from a cold shell, and (where a real Odoo runs) against it, with their round trips."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from copilot.answer import Question
from copilot.bootstrap import build
from copilot.commands.ingesting import demo_documents, ingest_here
from copilot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]
        begun = time.perf_counter()
        report = ingest_here(
            settings, [demo_documents()], collection=None, progress=lambda done, total, name: None
        )
        print(
            f"ingest of {len(report['documents'])} documents, model export included: {time.perf_counter() - begun:.1f} s"
        )
        _answers("recorded Odoo", settings, "service", "demo")
        _cold(Path(folder))
        real = _real_odoo()
        if real is None:
            print("no real Odoo runs here (make odoo): skipped")
            return
        for protocol in ("jsonrpc",):
            found = settings.model_copy(
                update={"odoo_url": real["url"], "odoo_db": real["demo_database"], "odoo_protocol": protocol}
            )
            _answers(f"real Odoo, {protocol}", found, "service", real["password"])


ORDERS = ("S00042", "S00046", "S00051", "S00058", "S00064", "S00071", "S00083", "S00095")
KINDS = {
    "why late": "Why is {order} late?",
    "where": "Where is {order}?",
    "when": "When will {order} ship?",
    "what blocks": "What blocks {order}?",
    "options": "What are the options for {order}?",
    "split": "Should we split {order}?",
    "owner": "Who has to act on {order}?",
    "changes": "What changed on {order} since Monday?",
    "order facts": "What is on {order}?",
    "customer message": "What can I tell the customer about {order}?",
    "two questions": "Why is {order} late, and what does the contract say about partial shipments?",
    "purchase": "When does P000{number} arrive?",
    "waits for a purchase": "Which orders wait for P000{number}?",
    "stock": "Stock of FB-10{number}",
    "customer's orders": "Open orders of {customer}",
    "credit": "Credit position of {customer}",
    "contract": "What does the contract of {customer} say about late deliveries?",
    "procedure": "By when do we tell a customer about a delay of {number} hours?",
    "at risk": "Which orders of {customer} are at risk?",
    "at risk, all": "Which orders are at risk in {warehouse}?",
}
CUSTOMERS = (
    "Meridian Foods", "Westgate Bakery", "Red Barn Grocers", "Polk County Pools", "Union Plastics", "Yarrow Brewing",
    "Monarch Plastics", "Acme Catering",
)  # fmt: skip
NUMBERS = (10, 11, 20, 31, 40, 44, 48, 58)
WAREHOUSES = ("Dallas South", "Tacoma West", "Allentown East", "Northgate Terminal")


def _questions(kind: str) -> list[str]:
    """One question of a kind about eight things each, so that nothing that was remembered answers it."""
    return [
        KINDS[kind].format(
            order=order,
            customer=CUSTOMERS[at],
            number=NUMBERS[at],
            warehouse=WAREHOUSES[at % len(WAREHOUSES)],
        )
        for at, order in enumerate(ORDERS)
    ]


def _answers(name: str, settings: Settings, login: str, password: str) -> None:
    copilot = build(settings, questions_per_minute=None)
    try:
        person = copilot.identity.sign_in(login, password)
        copilot.ask(person, Question(text="Why is S00042 late?"))
        everything: list[tuple[float, float]] = []
        for kind in KINDS:
            totals, rest, calls = [], [], set()
            for question in _questions(kind):
                begun = time.perf_counter()
                answer = copilot.ask(person, Question(text=question))
                total = (time.perf_counter() - begun) * 1000
                totals.append(total)
                rest.append(total - answer.timings_ms["odoo"] - answer.timings_ms["search"])
                calls.add(answer.odoo_calls)
            everything += zip(totals, rest, strict=True)
            print(
                f"  {kind:22} median {statistics.median(totals):5.0f} ms, slowest {max(totals):5.0f} ms, "
                f"{min(calls)} to {max(calls)} round trips; beside Odoo and search {statistics.median(rest):3.0f} ms"
            )
        totals, rest = [one for one, _ in everything], [one for _, one in everything]
        print(
            f"{name}: {len(totals)} questions of {len(KINDS)} kinds: median {statistics.median(totals):.0f} ms, "
            f"p95 {statistics.quantiles(totals, n=20)[-1]:.0f} ms, slowest {max(totals):.0f} ms (aim: p95 at most 1,000); "
            f"beside Odoo and search median {statistics.median(rest):.0f} ms, p95 {statistics.quantiles(rest, n=20)[-1]:.0f} ms"
        )
    finally:
        copilot.close()


def _cold(data_dir: Path) -> None:
    command = [sys.executable, "-m", "copilot.cli", "ask", "Why is S00042 late?", "--json"]
    nothing = [sys.executable, "-c", "pass"]
    environment = os.environ | {"COPILOT_DATA_DIR": str(data_dir)}
    times = {"copilot ask": [], "python -c pass": []}  # type: dict[str, list[float]]
    for _ in range(5):
        for label, words in (("copilot ask", command), ("python -c pass", nothing)):
            begun = time.perf_counter()
            subprocess.run(words, env=environment, cwd=data_dir, check=True, capture_output=True)
            times[label].append(time.perf_counter() - begun)
    for label, taken in times.items():
        print(f"{label}, cold: median {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s")


def _real_odoo() -> dict[str, str] | None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "dev_odoo.py"), "status", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    facts = json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else {}
    if not facts.get("running"):
        return None
    return {"url": facts["url"], "demo_database": "demo", "password": "demo"}
