"""What fifty files made to overwhelm a parser do: each read alone, and to people who search meanwhile in a real service.

It is asked before, during and after, in one run, because other work on the machine moves all three; the quotient is what counts. And it is
asked while an ordinary folder is put in, to tell what bombs do from what any ingest does.
"""

from __future__ import annotations

import contextlib
import functools
import os
import resource
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
from knowledge_ingest.contract_testing import make_contracts
from knowledge_ingest.cutting import Order
from knowledge_ingest.demo.bombs import BOMBS
from knowledge_ingest.errors import Unreadable
from knowledge_ingest.limits import ReadingProcess

DEMO = Path(__file__).resolve().parent.parent / "knowledge_ingest" / "demo" / "documents"
QUESTIONS = (
    "By when must the supervisor decide on a split?",
    "How long does reserved stock stay reserved during a credit hold?",
    "Which buffer do we add for a vendor rated late?",
    "Within what time is a quality hold on chilled food decided?",
    "What is the restocking charge?",
)
_AS_A_CONTRACT = Order(document_id="bomb", title="Bomb", reads_terms=True)
"""What is done with a text at most."""
SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bombs = folder / "bombs"
        bombs.mkdir()
        for file, make in BOMBS.items():
            (bombs / file).write_bytes(make())
        _alone(bombs)  # before other processes have ended, whose memory would be counted too
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
                _measure(data, bombs, service)
            finally:
                service.terminate()
        shutil.rmtree(bombs)


def _alone(bombs: Path) -> None:
    """Each by itself under the limits in earnest."""
    took: dict[str, float] = {}
    with ReadingProcess() as process:
        process.read(b"warm", ".txt")
        for file in sorted(bombs.iterdir()):
            began = time.monotonic()
            with contextlib.suppress(Unreadable):
                process.read_and_cut(file.read_bytes(), file.suffix, lambda _: _AS_A_CONTRACT)
            took[file.name] = time.monotonic() - began
    slowest = max(took, key=lambda name: took[name])
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"each alone: the slowest, {slowest}, {took[slowest]:.1f} s; memory at most {memory:.0f} MB")


def _measure(data: Path, bombs: Path, service: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while (running := find(data)) is None:
        if time.monotonic() > deadline:
            raise SystemExit("The service did not start.")
        time.sleep(0.2)
    with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as client:
        token = _patiently(client, "/api/v1/session", {"login": "service", "password": "demo"})["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        ask = functools.partial(_asked, client, service)
        ask(seconds=5)
        before = ask(seconds=SECONDS)
        ordinary = bombs.with_name("ordinary")
        make_contracts(ordinary, per_split=4)

        def while_put_in(folder: Path) -> tuple[list[float], dict[str, Any]]:
            report: dict[str, Any] = {}

            def ingest() -> None:
                began = time.monotonic()
                reply = httpx.post(
                    f"{running.url}/api/v1/operator/ingest", json={"paths": [str(folder)]}, timeout=1200,
                    headers={"X-Copilot-Operator": running.key}, trust_env=False,
                )  # fmt: skip
                report.update(reply.json(), took=time.monotonic() - began)

            thread = threading.Thread(target=ingest)
            thread.start()
            times: list[float] = []
            while thread.is_alive():
                times.extend(ask(seconds=1))
            thread.join()
            return times, report

        during, report = while_put_in(bombs)
        usual, _ = while_put_in(ordinary / "corpus")
        after = ask(seconds=SECONDS)
    states = [each["status"] for each in report["documents"]]
    read = sum(each["text_length"] for each in report["documents"])
    print(
        f"{len(BOMBS)} bombs in {report['took']:.0f} s: {states.count('quarantined')} of {len(states)} quarantined with a reason, "
        f"the others read to {read:,} characters within their limits"
    )
    for label, times in (("before", before), ("bombs", during), ("contracts", usual), ("after", after)):
        print(
            f"  {label:9} {len(times):5} searches, p50 {np.percentile(times, 50):.0f} ms, p95 {np.percentile(times, 95):.0f} ms"
        )
    quiet = (np.percentile(before, 95) + np.percentile(after, 95)) / 2
    print(
        f"  p95 against before and after: bombs {np.percentile(during, 95) / quiet:.2f}, an ordinary ingest {np.percentile(usual, 95) / quiet:.2f}"
    )


def _asked(client: httpx.Client, service: subprocess.Popen[bytes], *, seconds: float) -> list[float]:
    """One search after the other, with a breath between; milliseconds of each."""
    times: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        try:
            reply = client.get(
                "/api/v1/search", params={"text": QUESTIONS[len(times) % len(QUESTIONS)], "top": 5}
            )
        except httpx.TransportError as error:
            if service.poll() is not None:
                raise SystemExit(f"The service ended with {service.returncode}.") from error
            print(f"  a connection was lost ({type(error).__name__}), the service goes on")
            continue
        reply.raise_for_status()
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
