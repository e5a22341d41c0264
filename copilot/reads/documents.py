"""What the documents say."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from copilot.reads.shared import as_json, day_text, reader_of
from copilot.turn import Turn
from retrieval.errors import RetrievalError
from retrieval.passage import DocumentType, ScoredPassage
from retrieval.request import Scope, SearchRequest

MAX_PASSAGES = 8
UNCERTAIN = (
    "These passages are the nearest there are. Whether the documents speak about this at all is open: say what they say, and not "
    "more, and say that no clearer rule was found."
)


def search_documents(
    turn: Turn,
    query: str,
    customer_ref: str = "",
    carrier: str = "",
    vendor_ref: str = "",
    cause: str = "",
    types: list[DocumentType] | None = None,
    include_superseded: bool = False,
) -> str:
    """Passages of SOPs, contracts and carrier policies; `tools.search_documents` says what each argument means."""
    request = SearchRequest(
        text=query,
        reader=reader_of(turn),
        top=MAX_PASSAGES,
        types=tuple(types or ()),
        include_superseded=include_superseded,
        scope=Scope(customer=customer_ref, carrier=carrier, vendor=vendor_ref),
        on_date=turn.now.date(),
    )
    begun = time.perf_counter()
    try:
        result = turn.library.search(request)
    except RetrievalError as error:
        turn.note_degraded(f"Documents are unavailable: {error}")
        turn.outcomes.append("documents_unavailable")
        return as_json(
            {"status": "unavailable", "message": "The documents are unavailable just now.", "passages": []}
        )
    finally:
        turn.search_seconds += time.perf_counter() - begun
    for sentence in result.degraded:
        turn.note_degraded(sentence)
    passages = list(result.passages)
    if cause:
        passages.sort(key=lambda found: cause not in found.document.causes)  # stable: score order within
    turn.outcomes.append("passages" if passages else "no_passages")
    ids = {found.passage.passage_id: turn.book.add_passage(found) for found in passages}
    return as_json(
        {
            "status": "found" if passages else "nothing_relevant",
            "query": query,
            **({"note": UNCERTAIN} if result.uncertain and passages else {}),
            "passages": [_passage_json(ids, found) for found in passages],
        }
    )


def _passage_json(ids: Mapping[str, str], found: ScoredPassage) -> dict[str, Any]:
    """One passage for a brain; `ids` are the evidence ids by passage id."""
    document = found.document
    return {
        "id": ids[found.passage.passage_id],
        **({"referred_to_by": ids[found.referred_by]} if found.referred_by in ids else {}),
        "title": document.title,
        "type": document.type,
        "version": document.version,
        "customer": document.customer,
        "carrier": document.carrier,
        "section": found.passage.section,
        "page": found.passage.page,
        **({"page_of": found.passage.page_of} if found.passage.page_of else {}),
        "valid_to": day_text(document.valid_to),
        "superseded": bool(document.superseded_by),
        "causes": list(document.causes),
        "text": found.passage.text,
    }
