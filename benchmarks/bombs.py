"""What forty files made to overwhelm a parser do to people who search meanwhile: a real service, asked before, during and after.

All three are measured in one run, because other work on the machine moves all of them; the quotient is what counts.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from copilot.running import find
from knowledge_ingest.demo.bombs import BOMBS

DEMO = Path(__file__).resolve().parent.parent / "knowledge_ingest" / "demo" / "documents"
QUESTIONS = (
    "By when must the supervisor decide on a split?",
    "How long does reserved stock stay reserved during a credit hold?",
    "Which buffer do we add for a vendor rated late?",
    "Within what time is a quality hold on chilled food decided?",
    "What is the restocking charge?",
)
SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bombs = folder / "bombs"
        bombs.mkdir()
        for file, make in BOMBS.items():
            (bombs / file).write_bytes(make())
        data = folder / "data"
        env = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("COPILOT_", "OPENAI_", "QDRANT_"))
        }
        env |= {"COPILOT_DATA_DIR": str(data)}
        command = [sys.executable, "-m", "copilot.cli"]
        subprocess.run([*command, "ingest", str(DEMO)], env=env, check=True, stdout=subprocess.DEVNULL)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with subprocess.Popen(
            [*command, "serve", "--port", str(port)],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as service:
            try:
                _measure(data, bombs)
            finally:
                service.terminate()
        shutil.rmtree(bombs)


def _measure(data: Path, bombs: Path) -> None:
    deadline = time.monotonic() + 300
    while (running := find(data)) is None:
        if time.monotonic() > deadline:
            raise SystemExit("The service did not start.")
        time.sleep(0.2)
    with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as client:
        token = _patiently(client, "/api/v1/session", {"login": "service", "password": "demo"})["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        _asked(client, seconds=5)
        before = _asked(client, seconds=SECONDS)
        report: dict[str, Any] = {}

        def ingest() -> None:
            began = time.monotonic()
            reply = httpx.post(
                f"{running.url}/api/v1/operator/ingest", json={"paths": [str(bombs)]}, timeout=1200,
                headers={"X-Copilot-Operator": running.key}, trust_env=False,
            )  # fmt: skip
            report.update(reply.json(), took=time.monotonic() - began)

        thread = threading.Thread(target=ingest)
        thread.start()
        during: list[float] = []
        while thread.is_alive():
            during.extend(_asked(client, seconds=1))
        thread.join()
        after = _asked(client, seconds=SECONDS)
    states = [each["status"] for each in report["documents"]]
    print(
        f"{len(BOMBS)} bombs in {report['took']:.0f} s: {states.count('quarantined')} of {len(states)} quarantined with a reason"
    )
    for label, times in (("before", before), ("during", during), ("after", after)):
        print(
            f"  {label:7} {len(times):5} searches, p50 {np.percentile(times, 50):.0f} ms, p95 {np.percentile(times, 95):.0f} ms"
        )
    quiet = (np.percentile(before, 95) + np.percentile(after, 95)) / 2
    print(f"  p95 during against before and after: {np.percentile(during, 95) / quiet:.2f}")


def _asked(client: httpx.Client, *, seconds: float) -> list[float]:
    """One search after the other, with a breath between; milliseconds of each."""
    times: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        client.get(
            "/api/v1/search", params={"text": QUESTIONS[len(times) % len(QUESTIONS)], "top": 5}
        ).raise_for_status()
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    return times


def _patiently(client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The service announces itself before it answers."""
    for _ in range(300):
        try:
            reply = client.post(path, json=body)
        except httpx.HTTPError:
            time.sleep(0.2)
            continue
        found: dict[str, Any] = reply.json()
        return found
    raise SystemExit("The service does not answer.")


if __name__ == "__main__":
    main()
