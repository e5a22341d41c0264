"""Asking the configured language model to propose contract terms. What it says is checked where it is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from copilot.settings import Settings
from prompts import Prompt, catalogue
from retrieval.terms import Proposal

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

LONGEST_TEXT = 60_000
"""Characters of a contract that are sent."""


class TermProposer:
    """A language model as `knowledge_ingest.terms.proposing.Proposer` wants it."""

    def __init__(self, model: BaseChatModel, name: str, prompt: Prompt | None = None) -> None:
        self._model, self._prompt = model, prompt or catalogue().load("term_proposals")
        self.name = name

    def propose(self, text: str, kinds: Sequence[str]) -> Iterator[Proposal]:
        """Proposals; none when the model says something that is no list of them."""
        prompt = self._prompt.render(kinds=", ".join(kinds))
        reply = self._model.invoke([("system", prompt), ("user", text[:LONGEST_TEXT])])
        for one in _listed(str(reply.content)):
            if isinstance(one, dict):
                yield Proposal(
                    kind=str(one.get("kind", "")),
                    value=str(one.get("value", "")),
                    quote=str(one.get("quote", "")),
                )


def build_proposer(settings: Settings) -> TermProposer | None:
    """The model of the settings; None when there is none."""
    if not settings.model or not (settings.openai_base_url or settings.openai_api_key):
        return None
    from copilot.models.openai_model import build_openai_model

    model = build_openai_model(
        model=settings.model, base_url=settings.openai_base_url, api_key=settings.openai_api_key
    )
    prompt = catalogue(settings.prompts_dir).load("term_proposals", environment=settings.environment)
    return TermProposer(model, settings.model, prompt)


def _listed(reply: str) -> list[Any]:
    found = re.search(r"\[.*\]", reply, re.DOTALL)
    try:
        value = json.loads(found.group()) if found else []
    except ValueError:
        return []
    return value if isinstance(value, list) else []
