"""Text of a brain, a document or a record -> Markdown that is safe to give to the chat's renderer.

The chat renders Markdown in the browser with extensions of its own (tables, bare web and mail addresses that become links,
``:directives``). So nothing is filtered out of a text here: it is read as Markdown, and only what we know is written out again.
Every other character is escaped, and what the renderer would turn into a link by itself is written as code.
What remains of links: our own evidence pages and the configured Odoo (`copilot.ui.links`). No images, no HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from copilot.ui.links import allowed_url

_MARK = re.compile(r"\[([EK]\d+)\]")

_LINKS_ITSELF = re.compile(r"(?:https?://|www\.)\S*|[-.\w+]+@[-\w]+(?:\.[-\w]+)+", re.IGNORECASE)
"""What GitHub-flavoured renderers turn into links without being asked; a superset of mdast-util-gfm-autolink-literal."""

_ALWAYS = re.compile(r"[\\`*_\[\]<>&|~$]")
_DIRECTIVE = re.compile(r":(?=[^\s\d]|$)")
_LINE_START = re.compile(r"^(#{1,6}(?=\s|$)|[-+=]|\d{1,9}(?=[.)](?:\s|$)))")

_KEPT_CONTROLS = "\n\t"


def safe_markdown(text: str, *, sources: Mapping[str, str] | None = None, odoo_address: str = "") -> str:
    """Markdown with the same words and none of the dangers.

    Args:
        text: Markdown from anywhere, possibly cut off in the middle (streaming).
        sources: evidence id -> its own page; marks such as ``[E1]`` with an id in here become links to it.
        odoo_address: the configured Odoo; links into it stay links.
    """
    tree = SyntaxTreeNode(_parser().parse(without_hidden_characters(text)))
    return "\n".join(_Writer(sources or {}, odoo_address).blocks(tree.children)).strip("\n")


def without_hidden_characters(text: str) -> str:
    """Drop what a person can't see and a program can: zero width, bidi, tag and control characters."""
    return "".join(
        char
        for char in text
        if char in _KEPT_CONTROLS or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs")
    )


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 12}).enable("table")
    return parser.disable(["html_block", "html_inline", "reference", "image", "autolink", "lheading"])


class _Writer:
    def __init__(self, sources: Mapping[str, str], odoo_address: str) -> None:
        self._sources = sources
        self._odoo_address = odoo_address

    def blocks(self, nodes: Sequence[SyntaxTreeNode]) -> list[str]:
        """Lines of the blocks, an empty line between two."""
        lines: list[str] = []
        for node in nodes:
            block = self._block(node)
            if block:
                lines += ["", *block] if lines else block
        return lines

    def _block(self, node: SyntaxTreeNode) -> list[str]:
        if node.type == "paragraph":
            return self._paragraph(node)
        if node.type == "heading":
            level = max(3, int(node.tag[1]))  # the page's own headings are larger
            return [f"{'#' * level} {' '.join(self._paragraph(node))}"]
        if node.type in ("bullet_list", "ordered_list"):
            return self._list(node)
        if node.type == "blockquote":
            return [f"> {line}".rstrip() for line in self.blocks(node.children)]
        if node.type in ("fence", "code_block"):
            return self._code_block(node.content)
        if node.type == "hr":
            return ["---"]
        if node.type == "table":
            return self._table(node)
        return [_escape(line) for line in node.content.splitlines()]

    def _paragraph(self, node: SyntaxTreeNode) -> list[str]:
        lines = self._inlines(node.children).split("\n")
        return [_LINE_START.sub(_escape_line_start, line.strip()) for line in lines]

    def _list(self, node: SyntaxTreeNode) -> list[str]:
        number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
        lines: list[str] = []
        for item in node.children:
            head = f"{number}. " if node.type == "ordered_list" else "- "
            number += 1
            inner: list[str] = []
            for child in item.children:
                block = self._block(child)
                tight = child.hidden or child.type in ("bullet_list", "ordered_list")
                inner += block if tight or not inner else ["", *block]
            indented = [f"{' ' * len(head)}{line}" if line else "" for line in inner]
            lines += [head + (inner[0] if inner else ""), *indented[1:]]
        return lines

    def _table(self, node: SyntaxTreeNode) -> list[str]:
        rows = [
            [" ".join(self._inlines(cell.children, in_table=True).split("\n")) for cell in row.children]
            for part in node.children
            for row in part.children
        ]
        if not rows:
            return []
        head, *body = rows
        return [_row(head), _row(["---"] * len(head)), *(_row(row) for row in body)]

    def _code_block(self, content: str) -> list[str]:
        fence = "`" * max(3, _longest_run(content) + 1)
        return [fence, *content.rstrip("\n").split("\n"), fence]

    def _inlines(self, nodes: Sequence[SyntaxTreeNode], *, in_table: bool = False) -> str:
        written: list[str] = []
        plain = ""  # neighbouring texts are joined first: an address may lie across their border
        for node in nodes:
            if node.type == "text":
                plain += node.content
                continue
            if node.type in ("softbreak", "hardbreak"):
                written += [self._text(plain, in_table), "\\\n" if node.type == "hardbreak" else "\n"]
                plain = ""
                continue
            if node.type == "inline":
                written.append(self._inlines(node.children, in_table=in_table))
                continue
            if node.type == "link" and self._link_target(node) is None:
                plain += _plain_text(node)  # a link to elsewhere: its words stay
                continue
            written.append(self._text(plain, in_table))
            plain = ""
            written.append(self._inline(node, in_table))
        written.append(self._text(plain, in_table))
        return _joined(written)

    def _inline(self, node: SyntaxTreeNode, in_table: bool) -> str:
        if node.type == "strong":
            return _wrapped("**", self._inlines(node.children, in_table=in_table))
        if node.type == "em":
            return _wrapped("*", self._inlines(node.children, in_table=in_table))
        if node.type == "code_inline":
            return _code(node.content, in_table)
        if node.type == "link":
            words = _escape(_LINKS_ITSELF.sub("", _plain_text(node))).strip()
            return f"[{words or 'open'}]({self._link_target(node)})"
        return self._text(_plain_text(node), in_table)

    def _link_target(self, node: SyntaxTreeNode) -> str | None:
        return allowed_url(str(node.attrs.get("href", "")), odoo_address=self._odoo_address)

    def _text(self, text: str, in_table: bool) -> str:
        pieces: list[str] = []
        at = 0
        for mark in _MARK.finditer(text):
            page = self._sources.get(mark[1])
            if page:
                pieces += [_words(text[at : mark.start()], in_table), f"[{mark[1]}]({page})"]
                at = mark.end()
        return _joined([*pieces, _words(text[at:], in_table)])


def _words(text: str, in_table: bool) -> str:
    pieces: list[str] = []
    at = 0
    for address in _LINKS_ITSELF.finditer(text):
        pieces += [_escape(text[at : address.start()]), _code(address[0], in_table)]
        at = address.end()
    return _joined([*pieces, _escape(text[at:])])


def _joined(pieces: Sequence[str]) -> str:
    """One string; two pieces of code never touch, for their marks would read as one and set free what is between."""
    written = ""
    for piece in pieces:
        written += f" {piece}" if written.endswith("`") and piece.startswith("`") else piece
    return written


def _escape(text: str) -> str:
    return _DIRECTIVE.sub(r"\\:", _ALWAYS.sub(r"\\\g<0>", text))


def _escape_line_start(match: re.Match[str]) -> str:
    start = match[0]
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def _code(content: str, in_table: bool) -> str:
    content = " ".join(content.split())
    if in_table:
        content = content.replace("|", "/")
    if not content:
        return ""
    fence = "`" * (_longest_run(content) + 1)
    pad = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{fence}{pad}{content}{pad}{fence}"


def _wrapped(mark: str, content: str) -> str:
    inner = content.strip()
    return f"{mark}{inner}{mark}" if inner and "\n" not in inner else content


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain_text(node: SyntaxTreeNode) -> str:
    if node.children:
        return "".join(_plain_text(child) for child in node.children)
    return " " if node.type in ("softbreak", "hardbreak") else node.content


def _longest_run(content: str) -> int:
    return max((len(run) for run in re.findall("`+", content)), default=0)
