"""Markdown: the text of record is the file's own; markdown-it tells what its lines are. Home of markdown_it."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from knowledge_ingest.errors import Unreadable
from knowledge_ingest.extracted import DESCRIPTION_UNREAD, Block, BlockKind, Extracted
from knowledge_ingest.plain import blocks_of
from knowledge_ingest.readers.decoding import cleaned, decode
from knowledge_ingest.readers.front_matter import split
from retrieval.normalise import has_disguised_words

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def read(content: bytes) -> Extracted:
    text, removed = cleaned(decode(content))
    front_matter, body_start, notes = split(text)
    if not text[body_start:].strip():
        raise Unreadable("The file holds no text, only white space.")
    blocks = _blocks(text, body_start)
    headings = [each for each in blocks if each.kind == "heading"]
    title = ""
    if headings and headings[0].level == 1:
        title = text[headings[0].start : headings[0].end].lstrip("# ").strip().rstrip("=-").strip()
    flags = ["hidden_text"] if removed else []
    if notes:
        flags.append(DESCRIPTION_UNREAD)
    if has_disguised_words(text):
        flags.append("disguised_text")
    if _COMMENT.search(text, body_start):
        flags.append("hidden_text")
        notes.append("HTML comments, which a reader of the page does not see, are kept out of the passages.")
    return Extracted(
        text=text,
        blocks=tuple(blocks),
        body_start=body_start,
        front_matter=front_matter,
        title=title,
        flags=tuple(sorted(set(flags))),
        notes=tuple(notes),
    )


def _blocks(text: str, body_start: int) -> list[Block]:
    body = text[body_start:]
    # blanked at equal length, so that positions stay
    visible = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), body)
    starts = [body_start]
    for line in visible.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    blocks: list[Block] = []
    header = ""
    in_head = False
    depth = 0

    def add(lines: list[int], kind: BlockKind, *, level: int = 0, context: str = "") -> None:
        start, end = starts[lines[0]], min(starts[min(lines[1], len(starts) - 1)], len(text))
        while start < end and (text[start].isspace() or visible[start - body_start].isspace()):
            start += 1
        while end > start and (text[end - 1].isspace() or visible[end - 1 - body_start].isspace()):
            end -= 1
        if start < end and (not blocks or start >= blocks[-1].end):
            blocks.append(Block(start=start, end=end, kind=kind, level=level, context=context))

    for token in MarkdownIt("commonmark").enable("table").parse(visible):
        depth += token.nesting if token.type in ("list_item_open", "list_item_close") else 0
        if token.map is None:
            if token.type == "thead_close":
                in_head = False
            continue
        if token.type == "heading_open":
            add(token.map, "heading", level=int(token.tag[1]))
        elif token.type == "paragraph_open":
            if depth:
                add(token.map, "item")
            else:
                start, end = starts[token.map[0]], min(starts[token.map[1]], len(text))
                # a paragraph may hold several clauses, one a line
                for each in blocks_of(text, start, end):
                    kind: BlockKind = "paragraph" if each.kind == "heading" else each.kind
                    if not visible[each.start - body_start : each.end - body_start].strip():
                        continue
                    blocks.append(Block(start=each.start, end=each.end, kind=kind))
        elif token.type in ("fence", "code_block", "html_block"):
            add(token.map, "code")
        elif token.type == "thead_open":
            in_head = True
            header = visible.split("\n")[token.map[0]].strip()
        elif token.type == "tr_open":
            # the line of dashes below the header stays with it
            add(
                [token.map[0], token.map[1] + (1 if in_head else 0)], "row", context="" if in_head else header
            )
    return blocks
