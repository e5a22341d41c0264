"""The reads of `reads.py` as LangChain tools: what a language model sees of them."""

from __future__ import annotations

from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, tool

from copilot import reads
from retrieval.passage import DocumentType


@tool
def diagnose_order(reference: str, runtime: ToolRuntime[Any, Any]) -> str:
    """Read one sales order live from Odoo and say why it is late, in code, with evidence.

    Args:
        reference: the order's name (S00042), or the customer's reference, a delivery's name or a tracking number.
    """
    return _read(runtime, "diagnose_order", reference=reference)


@tool
def find_partner(name: str, runtime: ToolRuntime[Any, Any]) -> str:
    """Find a customer or vendor in Odoo by name or by our reference for it (C-1001).

    Args:
        name: what the person called it; need not be the whole name.
    """
    return _read(runtime, "find_partner", name=name)


@tool
def search_documents(
    query: str,
    runtime: ToolRuntime[Any, Any],
    customer_ref: str = "",
    carrier: str = "",
    vendor_ref: str = "",
    cause: str = "",
    types: list[DocumentType] | None = None,
    include_superseded: bool = False,
) -> str:
    """Search the company's SOPs, customer contracts and carrier policies. Returns passages with ids to cite.

    Args:
        query: what is asked, without the names of customers or carriers.
        customer_ref: our reference of the customer the question is about (C-1001), to search their contract first.
        carrier: name of the carrier the question is about.
        vendor_ref: our reference of the vendor the question is about (V-2003).
        cause: code of a cause of lateness; documents that say what to do about it come first.
        types: only these kinds: sop, contract, carrier_policy, product_rule, case_note.
        include_superseded: also versions that are no longer in force ("what did the old contract say").
    """
    return _read(
        runtime, "search_documents", query=query, customer_ref=customer_ref, carrier=carrier, vendor_ref=vendor_ref,
        cause=cause, types=types, include_superseded=include_superseded,
    )  # fmt: skip


TOOLS: tuple[BaseTool, ...] = (diagnose_order, find_partner, search_documents)


def _read(runtime: ToolRuntime[Any, Any], read: str, /, **arguments: Any) -> str:
    runtime.stream_writer({"progress": reads.progress_of(read, arguments)})
    return reads.READS[read](runtime.context, **arguments)
