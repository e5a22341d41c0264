"""HTML: what a browser would show, in order, with headings and tables. Home of lxml for pages."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from knowledge_ingest.errors import Unreadable
from knowledge_ingest.extracted import BlockKind, Extracted, TextBuilder

_DROPPED = frozenset(
    {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "head", "select"}
)
_BLOCKS_LIST = """
address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form
h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead
tr ul
"""
_BLOCKS = frozenset(_BLOCKS_LIST.split())
_FURNITURE = frozenset({"nav"})
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$)|font-size\s*:\s*[01](?:\.\d+)?\s*(?:px|pt|em|rem|%)?\s*(?:;|$)"
    r"|(?<![-\w])color\s*:\s*(?:white|#fff(?:fff)?\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\)|transparent)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(r"background", re.IGNORECASE)
_DEEPEST = 200
_BREAK = "\ue000"
"""Stands for <br> while a paragraph is put together: line ends in the source are only spaces."""


def read(content: bytes) -> Extracted:
    builder = TextBuilder()
    title = add_html(builder, content)
    if not builder.length:
        raise Unreadable("The page shows no text.")
    return builder.build(title=title)


def add_html(builder: TextBuilder, content: bytes | str) -> str:
    """Append a page to a text and return its title.

    Raises:
        Unreadable: it cannot be parsed at all.
    """
    try:
        if isinstance(content, bytes):
            # without a declaration of its own, a page of today is UTF-8
            declared = re.search(rb"charset|encoding=", content[:2048], re.IGNORECASE)
            parser = lxml_html.HTMLParser(encoding=None if declared else "utf-8", no_network=True)
        else:
            parser = lxml_html.HTMLParser(no_network=True)
        tree = lxml_html.document_fromstring(content, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("The page cannot be parsed.") from error
    title = " ".join((tree.findtext(".//title") or "").split())
    _hide_by_rules(tree)
    _Walk(builder).over(tree)
    first_heading = tree.find(".//h1")
    if first_heading is not None and not title:
        title = " ".join(first_heading.text_content().split())
    return title


_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_LARGEST_STYLE = 200_000


def _hide_by_rules(tree: Any) -> None:
    """Mark what the page's own style rules hide, as far as their selectors are a name, classes and an id."""
    hidden: list[tuple[str, frozenset[str], frozenset[str]]] = []
    for style in tree.iter("style"):
        rules = re.sub(r"/\*.*?\*/", "", (style.text or "")[:_LARGEST_STYLE], flags=re.DOTALL)
        for selectors, declarations in _RULE.findall(rules):
            if not _hides(declarations):
                continue
            for selector in selectors.split(","):
                # of "div .note" the last part is what it is about; the rest only narrows it
                match = _SIMPLE_SELECTOR.fullmatch((selector.split() or [""])[-1])
                if match and match.group():
                    marks = re.findall(r"[.#][\w-]+", match.group(2))
                    hidden.append(
                        (
                            (match.group(1) or "").lower(),
                            frozenset(each[1:] for each in marks if each[0] == "."),
                            frozenset(each[1:] for each in marks if each[0] == "#"),
                        )
                    )
    if not hidden:
        return
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag.lower() in ("html", "body"):
            continue
        classes, name = set((element.get("class") or "").split()), element.get("id")
        for tag, its_classes, its_ids in hidden[:1_000]:
            if (not tag or tag == element.tag.lower()) and its_classes <= classes and its_ids <= {name}:
                element.set("hidden", "")
                break


class _Walk:
    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._pending: list[str] = []

    def over(self, element: Any) -> None:
        self._element(element, "paragraph", 0)
        self._flush("paragraph")

    def _element(self, element: Any, kind: BlockKind, depth: int) -> None:
        tag = element.tag
        if not isinstance(tag, str):  # comments and processing instructions: only what follows them is shown
            return
        tag = tag.lower()
        if tag in _DROPPED or depth > _DEEPEST:
            return
        if _is_hidden(element):
            if "".join(element.itertext()).strip():
                self._builder.flags.add("hidden_text")
                self._builder.notes.append("Text that the page hides from its readers was left out.")
            return
        if tag == "table" and not element.xpath(".//table"):
            self._flush(kind)
            self._table(element)
            return
        if re.fullmatch("h[1-6]", tag):
            self._flush(kind)
            self._builder.add("heading", _flat(element), level=int(tag[1]))
            return
        if tag == "br":
            self._pending.append(_BREAK)
            return
        if tag == "pre":
            self._flush(kind)
            self._builder.add("code", "".join(element.itertext()))
            return
        inner: BlockKind = "item" if tag in ("li", "dd", "dt") else "furniture" if tag in _FURNITURE else kind
        is_block = tag in _BLOCKS
        if is_block:
            self._flush(kind)
        if element.text:
            self._pending.append(element.text)
        for child in element:
            self._element(child, inner, depth + 1)
            if child.tail:
                self._pending.append(child.tail)
        if is_block:
            self._flush(inner)

    def _flush(self, kind: BlockKind) -> None:
        text, self._pending = "".join(self._pending), []
        lines = [" ".join(line.split()) for line in text.split(_BREAK)]
        self._builder.add(kind, "\n".join(line for line in lines if line))

    def _table(self, table: Any) -> None:
        header = ""
        for row in table.iter("tr"):
            if _is_hidden(row):
                continue
            cells = [cell for cell in row if isinstance(cell.tag, str) and cell.tag.lower() in ("td", "th")]
            line = " | ".join(_flat(cell) for cell in cells)
            if not line.strip(" |"):
                continue
            is_header = not header and all(cell.tag.lower() == "th" for cell in cells)
            self._builder.add("row", line, context="" if is_header else header)
            if is_header:
                header = line


def _flat(element: Any) -> str:
    parts: list[str] = []

    def walk(each: Any) -> None:
        if not isinstance(each.tag, str) or each.tag.lower() in _DROPPED or _is_hidden(each):
            return
        if each.tag.lower() in ("br", "p", "div", "li"):
            parts.append(" ")
        parts.append(each.text or "")
        for child in each:
            walk(child)
            parts.append(child.tail or "")

    walk(element)
    return " ".join("".join(parts).split())


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return _hides(element.get("style") or "")


def _hides(declarations: str) -> bool:
    match = _HIDDEN_STYLE.search(declarations)
    if match is None:
        return False
    # white letters on a coloured ground are a design, not a trick
    return not ("color" in match.group().lower() and _BACKGROUND.search(declarations))
