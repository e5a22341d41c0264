"""What is said about the options of one order: the verdict first, then the split if that was asked, the rule that decides, what else
there is and why not, and what would change it. The chat shows all of them in a table of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from copilot.models.playbook.intents import Intent
from copilot.models.playbook.steps import Read
from copilot.models.playbook.wording import blocks, marked, marks, without_stop

MOST_OTHERS = 3
MOST_CONDITIONS = 2
SPLITS = ("split_delivery", "split_and_expedite")


def compared(reads: Sequence[Read]) -> list[dict[str, Any]]:
    """The comparisons among what was read, each order once."""
    found: dict[str, dict[str, Any]] = {}
    for read in reads:
        if read.tool == "compare_options" and read.result.get("status") == "found":
            found.setdefault(read.result["order"], read.result)
    return list(found.values())


def options_of(comparison: dict[str, Any], intent: Intent, *, several: bool = False) -> str:
    """The answer about one order's options.

    Args:
        several: one of several orders in the answer: only what is most needed.
    """
    order = comparison["order_evidence"]
    if comparison["nothing"]:
        return marked(comparison["nothing"], order)
    options = comparison["options"]
    best = next((one for one in options if one["recommended"]), None)
    verdict = comparison["verdict"]
    split = next((one for one in options if one["kind"] in SPLITS), None)
    asked = _split_or_not(split, best) if intent == "split" and split is not None else ""
    told = marked(verdict["text"], verdict["evidence"])
    heading = f"**{comparison['order']} for {comparison['customer']}**\n"
    parts = [heading + asked, told] if asked else [heading + told]
    if best is not None:
        parts.append(f"**What would happen:** {_told(best['summary'], best['evidence'])}")
    if several:
        return blocks(parts)
    parts.append(_rule(best or split or options[0]))
    parts.append(_conditions(best))
    parts.append(_others(options, best, split if intent == "split" else None))
    if comparison["sensitivity"]:
        parts.append("**What would change it:** " + marked(" ".join(comparison["sensitivity"]), order))
    parts += [marked(note, order) for note in comparison["notes"][:2]]
    return blocks(parts)


def _split_or_not(split: dict[str, Any], best: dict[str, Any] | None) -> str:
    """Yes or no first, then why."""
    if split is best:
        return "**Split it?** Yes."
    word = "No" if split["ruled_out"] else "It makes no difference" if split["tied"] else "Rather not"
    reason = f": {_told_by_ruling(_lowered(split['why_not']), split)}" if split["why_not"] else "."
    return f"**Split it?** {word}{reason}"


def _told(text: str, evidence: Sequence[str]) -> str:
    return f"{without_stop(text)} {marks(evidence)}".rstrip() + "."


def _told_by_ruling(text: str, option: dict[str, Any]) -> str:
    """Why not, each sentence with the evidence of the rule that it states."""
    proofs = {without_stop(one["text"]).casefold(): one["evidence"] for one in option["rulings"]}
    return " ".join(
        _told(sentence, proofs.get(without_stop(sentence).casefold(), option["evidence"]))
        for sentence in re.split(r"(?<=[.;])\s+(?=[A-Z])", text)
    )


def _rule(option: dict[str, Any]) -> str:
    """The rule that decides about an option, with its clause."""
    cited = [one for one in option["rulings"] if any(each.startswith("K") for each in one["evidence"])]
    return f"**The rule:** {_told(cited[0]['text'], cited[0]['evidence'])}" if cited else ""


def _conditions(option: dict[str, Any] | None) -> str:
    """What would have to be true, the first of it; the card has the rest."""
    if option is None or not option["requires"]:
        return ""
    lines = [f"- {_told(text, option['evidence'])}" for text in option["requires"][:MOST_CONDITIONS]]
    return "\n".join(["**It needs:**", *lines])


def _others(
    options: Sequence[dict[str, Any]], best: dict[str, Any] | None, told: dict[str, Any] | None
) -> str:
    """The next best ones and why not."""
    known = {id(best), id(told)}
    lines: dict[str, str] = {}
    for one in options:
        if id(one) not in known and one["why_not"] and one["kind"] not in lines:
            lines[one["kind"]] = f"- {one['name']}: {_told(_lowered(one['why_not']), one['evidence'])}"
    shown = list(lines.values())[:MOST_OTHERS]
    return "\n".join(["**Not the others, because:**", *shown]) if shown else ""


def _lowered(text: str) -> str:
    """A reason as it follows a colon: without what it is compared with, which was said above."""
    bare = re.sub(r"^Against “[^”]+”: ", "", text)
    return bare[:1].lower() + bare[1:] if bare.startswith(("As ", "No ", "Nothing", "The ")) else bare
