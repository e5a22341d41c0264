"""`copilot eval` and `copilot prompts` as people run them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from copilot.commands import eval_planning
from copilot.settings import Settings
from prompts import catalogue

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(
    demo_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Say:
    """Runs a command in a data folder of its own, with the demo documents that are there already."""
    from copilot.cli import main

    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "prompts"
    shutil.copytree(catalogue().folder, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setenv("COPILOT_PROMPTS_DIR", str(folder))
    monkeypatch.setattr(eval_planning, "eval_library", lambda settings, quiet: demo_settings.data_dir)

    def saying(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["copilot", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return saying


def parsed(out: str) -> Any:
    return json.loads(out.strip().splitlines()[-1])


def test_a_part_is_run_judged_reported_compared_and_cannot_be_released(say: Say, tmp_path: Path) -> None:
    code, out, _ = say("eval", "run", "--only", "unknown-no-order", "--workers", "1", "--json")
    first = parsed(out)
    assert (code, first["passed"], first["share"]["of"]) == (0, True, 1)
    assert {one.name for one in Path(first["folder"]).iterdir()} >= {
        "run.json",
        "results.jsonl",
        "verdict.json",
        "junit.xml",
        "inspect.json",
    }
    code, out, _ = say(
        "eval", "run", "--only", "unknown-no-order", "--workers", "1", "--json", "--prompt", "assistant=1"
    )
    second = parsed(out)
    assert code == 0
    code, out, _ = say("eval", "compare", first["run_id"], second["run_id"], "--json")
    assert parsed(out)["verdict"] == "no difference shown"
    code, out, _ = say("eval", "report", "--no-pdf", "--out", str(tmp_path / "out"), "--json")
    assert code == 0
    assert "Sign-off" in Path(parsed(out)["html"]).read_text("utf-8")
    code, out, _ = say("eval", "score", first["run_id"], "--json")
    assert parsed(out)["share"] == first["share"]
    code, out, _ = say("eval", "list")
    assert first["run_id"] in out
    code, _, err = say("prompts", "release", "--user", "compliance", "--yes")
    assert code == 1
    assert "does not cover the suite" in err
    code, _, err = say("prompts", "release", "assistant", "2", "--user", "compliance", "--yes")
    assert code == 1
    assert "tested assistant version 1, not 2" in err
    code, out, _ = say("prompts", "list", "--json")
    listed = parsed(out)
    assert {one["name"] for one in listed["prompts"]} == set(catalogue().names())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "--prompt", "nobody=2"), "no prompt 'nobody'"),
        (("run", "--prompt", "assistant=77"), "no version '77'"),
        (("run", "--prompt", "assistant"), "NAME=VERSION"),
        (("run", "--only", "no-such-thing"), "No case fits"),
        (("run", "--recording", "/nowhere.json.gz"), "no recording"),
        (("run", "--brain", "nowhere:Nobody"), "cannot be loaded"),
        (("run", "--base-url", "http://127.0.0.1:9/v1"), "belong together"),
        (("run", "--resume", "nothing"), "no run 'nothing'"),
        (("report", "nothing"), "no run 'nothing'"),
        (("score",), "There is no run yet"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(say: Say, words: tuple[str, ...], says: str) -> None:
    code, _, err = say("eval", *words)
    assert code != 0
    assert says in err
    assert "Traceback" not in err


def test_a_difference_is_shown_with_its_reason(say: Say, tmp_path: Path) -> None:
    folder = tmp_path / "prompts" / "repair"
    text = (
        (folder / "v1.md")
        .read_text("utf-8")
        .replace('version: "1"', 'version: "2"')
        .replace("First version.", "Says please.")
    )
    (folder / "v2.md").write_text(text + "\nPlease.\n", encoding="utf-8")
    code, out, _ = say("prompts", "diff", "repair")
    assert code == 0
    assert "Changed: Says please." in out
    assert "+Please." in out
    code, _, err = say("prompts", "diff", "nobody")
    assert (code, "no prompt 'nobody'" in err) == (1, True)
    code, _, err = say("prompts", "rollback", "--user", "compliance")
    assert (code, "no earlier release" in err) == (1, True)
    code, _, err = say("prompts", "rollback", "--user", "sales")
    assert (code, "role compliance" in err) == (1, True)
