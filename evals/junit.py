"""A run as JUnit XML, which CI systems show case by case."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from evals.judging import Judged
from evals.scorers import NAMES

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(judged: Judged) -> str:
    """One suite a category, one test a case; a known fault counts as skipped, a missing result as an error; the gates come last."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites name={quoteattr(judged.plan.run_id)}>"]
    for one in judged.slices(lambda case: case.category):
        verdicts = [found for found in judged.verdicts if found.case.category == one.name]
        failed = sum(not found.passed and not found.case.known_fault for found in verdicts)
        known = sum(not found.passed and bool(found.case.known_fault) for found in verdicts)
        seconds = sum(tried.result.seconds for found in verdicts for tried in found.tries)
        lines.append(
            f'<testsuite name={quoteattr(one.name)} tests="{len(verdicts)}" failures="{failed}" errors="0" skipped="{known}" '
            f'time="{seconds:.3f}">'
        )
        for found in verdicts:
            took = sum(tried.result.seconds for tried in found.tries)
            head = f'<testcase classname="evals.{one.name}" name={quoteattr(found.case.id)} time="{took:.3f}"'
            if found.passed:
                lines.append(f"{head}/>")
                continue
            why = (
                "; ".join(f"{NAMES[each.scorer]}: {each.why}" for each in found.failures) or "it was not run"
            )
            if found.case.known_fault:
                lines.append(f"{head}><skipped message={_attribute(found.case.known_fault)}/></testcase>")
            else:
                text = found.worst.result.text if found.worst else ""
                lines.append(
                    f"{head}><failure message={_attribute(why)}>{escape(_clean(text))}</failure></testcase>"
                )
        lines.append("</testsuite>")
    broken = sum(not gate.holds for gate in judged.gates)
    lines.append(
        f'<testsuite name="gates" tests="{len(judged.gates)}" failures="{broken}" errors="0" skipped="0">'
    )
    for gate in judged.gates:
        head = f'<testcase classname="evals.gates" name={_attribute(gate.name)}'
        lines.append(
            f"{head}/>" if gate.holds else f"{head}><failure message={_attribute(gate.says)}/></testcase>"
        )
    lines += ["</testsuite>", "</testsuites>", ""]
    return "\n".join(lines)


def _attribute(text: str) -> str:
    return quoteattr(_clean(text)[:1000])


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
