"""A playbook answer: in one process, from a cold shell, and (where a real Odoo runs) against it, with its round trips."""

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

ROUNDS = 40
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


def _answers(name: str, settings: Settings, login: str, password: str) -> None:
    copilot = build(settings)
    try:
        person = copilot.identity.sign_in(login, password)
        copilot.ask(person, Question(text="Why is S00042 late?"))
        totals, odoo, search, calls = [], [], [], set()
        for _ in range(ROUNDS):
            copilot._limits._asked.clear()
            begun = time.perf_counter()
            answer = copilot.ask(person, Question(text="Why is S00042 late?"))
            totals.append((time.perf_counter() - begun) * 1000)
            odoo.append(answer.timings_ms["odoo"])
            search.append(answer.timings_ms["search"])
            calls.add(answer.odoo_calls)
        p95 = statistics.quantiles(totals, n=20)[-1]
        median = statistics.median(totals)
        print(
            f"{name}: median {median:.0f} ms, p95 {p95:.0f} ms; of it Odoo {statistics.median(odoo):.0f} ms in {sorted(calls)} round trips, "
            f"search {statistics.median(search):.0f} ms; total / (Odoo + search) = {median / max(1, statistics.median(odoo) + statistics.median(search)):.2f}"
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
