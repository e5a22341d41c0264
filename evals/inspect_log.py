"""A run in Inspect AI's log format (an ``EvalLog``, version 2), so that people can look at it with `inspect view`."""

from __future__ import annotations

import json
from typing import Any

from evals.judging import Judged, Try, Verdict
from evals.scorers import NAMES


def inspect_log(judged: Judged) -> str:
    """The whole run, one sample a case and repeat; checks are scores with their reasons, the gates stand in the metadata."""
    plan = judged.plan
    model = f"copilot/{plan.bundle.versions().get('model', 'playbook')}"
    started = plan.started_at
    samples = [_sample(one, tried, model) for one in judged.verdicts for tried in one.tries]
    checks = sorted({each.scorer for one in judged.verdicts for tried in one.tries for each in tried.scores})
    log = {
        "version": 2,
        "status": "success" if judged.complete else "cancelled",
        "eval": {
            "eval_id": plan.run_id, "run_id": plan.run_id, "created": started, "task": "distribution-copilot", "task_id": plan.suite[:22],
            "task_version": 0, "task_attribs": {}, "task_args": {}, "model": model, "model_args": {}, "config": {"epochs": plan.repeats},
            "dataset": {"name": "cases", "samples": len(plan.cases), "sample_ids": [one.id for one in plan.cases], "shuffled": False},
            "packages": {}, "metadata": {"bundle": plan.bundle.to_json(), "passed": judged.passed},
        },
        "plan": {"name": "copilot", "steps": [], "config": {}},
        "results": {
            "total_samples": len(plan.cases) * plan.repeats, "completed_samples": len(samples),
            "scores": [_figures(judged, name) for name in ("passed", *checks)],
            "metadata": {"gates": [{"name": one.name, "holds": one.holds, "says": one.says} for one in judged.gates]},
        },
        "stats": {"started_at": started, "completed_at": started, "model_usage": {}},
        "samples": samples,
    }  # fmt: skip
    return json.dumps(log, ensure_ascii=False, default=str)


def _sample(one: Verdict, tried: Try, model: str) -> dict[str, Any]:
    result = tried.result
    messages: list[dict[str, Any]] = []
    for question, answer in zip(one.case.turns, result.answers, strict=False):
        messages.append({"role": "user", "content": question})
        messages.append(
            {
                "role": "assistant",
                "content": str(answer.get("text", "")),
                "source": "generate",
                "model": model,
            }
        )
    if not messages:
        messages = [{"role": "user", "content": text} for text in one.case.turns]
    scores: dict[str, Any] = {
        "passed": {"value": "C" if tried.passed else "I", "answer": result.text, "explanation": _why(tried)}
    }
    for each in tried.scores:
        scores[each.scorer] = {"value": "C" if each.ok else "I", "explanation": each.why or None}
    return {
        "id": one.case.id, "epoch": result.repeat, "input": one.case.turns[-1],
        "target": json.dumps(one.case.expect.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False),
        "messages": messages,
        "output": {
            "model": model,
            "choices": [{
                "message": {"role": "assistant", "content": result.text, "source": "generate", "model": model},
                "stop_reason": "stop",
            }],
        },
        "scores": scores, "store": {}, "events": [], "model_usage": {}, "attachments": {}, "total_time": result.seconds,
        "metadata": {
            "category": one.case.category, "asks": one.case.asks, "language": one.case.language, "cause": one.case.about,
            "source": one.case.source, "known_fault": one.case.known_fault, "error": result.error, "draft": result.draft,
        },
    }  # fmt: skip


def _why(tried: Try) -> str | None:
    return "; ".join(f"{NAMES[each.scorer]}: {each.why}" for each in tried.failures) or None


def _figures(judged: Judged, name: str) -> dict[str, Any]:
    tries = [tried for one in judged.verdicts for tried in one.tries]
    if name == "passed":
        values = [tried.passed for tried in tries]
    else:
        values = [each.ok for tried in tries for each in tried.scores if each.scorer == name]
    share = sum(values) / len(values) if values else 1.0
    return {
        "name": name, "scorer": name, "scored_samples": len(values), "unscored_samples": len(tries) - len(values), "params": {},
        "metrics": {"accuracy": {"name": "accuracy", "value": share, "params": {}}},
    }  # fmt: skip
