"""Text from anywhere becomes Markdown without images, HTML or foreign links, whole or cut off in mid-stream."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from copilot.ui.markdown import safe_markdown

ODOO = "https://erp.example"
SOURCES = {"E1": "/answers/a1/sources/E1", "K2": "/answers/a1/sources/K2"}

PAYLOADS = [
    "![x](http://sink.example/a.png)",
    "![x][ref]\n\n[ref]: http://sink.example/a.png",
    "![](//sink.example/a.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=)",
    "[![x](http://sink.example/a.png)](http://sink.example)",
    "[click](http://sink.example)",
    "[click](https://sink.example 'title')",
    "[click](<http://sink.example/a b>)",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "[click](vbscript:msgbox)",
    "[click](file:///etc/passwd)",
    "[click](//sink.example)",
    "[click](/\\sink.example)",
    "[click](/documents/../../logout)",
    "[click](/login?next=http://sink.example)",
    "[click](/documents//sink.example/%2e%2e)\n[click](http:/documents/x)",
    "[click](https://erp.example.sink.example/odoo)",
    "[click](https://erp.example@sink.example/odoo)",
    "[click](http://erp.example/odoo)",
    "[click][ref]\n\n[ref]: http://sink.example",
    "[ref]\n\n[ref]: http://sink.example",
    "[E1]\n\n[E1]: http://sink.example",
    "<http://sink.example>",
    "<me@sink.example>",
    "http://sink.example/?leak=S00042",
    "HTTPS://sink.example/x",
    "www.sink.example/x",
    "WWW.sink.example",
    "write to someone@sink.example now",
    "http&#58;//sink.example",
    "http\\://sink.example",
    "`x`http://sink.example`y`",
    "``a`` `b``http://sink.example``",
    "`a``b`www.sink.example`",
    "<img src=http://sink.example/a.png>",
    "<script src=//sink.example></script>",
    "<svg/onload=fetch('//sink.example')>",
    "<a href='http://sink.example'>x</a>",
    "<iframe src=http://sink.example></iframe>\n\n<style>@import url(http://sink.example)</style>",
    "<!-- --><b onclick=alert(1)>x</b>",
    "| a |\n|---|\n| ![x](http://sink.example/a.png) www.sink.example `|`http://sink.example |",
    "> > - 1. ![x](http://sink.example)\n> <img src=//sink.example>",
    "```html\n<img src=http://sink.example>\n```\n![x](http://sink.example)",
    "    <img src=x>\n\n~~~\nhttp://sink.example\n~~~",
    "[a](http://sink.example)[b](http://sink.example)http://sink.example",
    "[^1]\n\n[^1]: http://sink.example",
    ":img[x]{src=http://sink.example}\n\n::video{src=http://sink.example}\n\n:::warning{onclick=x}\nhi\n:::",
    "ht\u200btp://sink.example \u202egnp.a\u202c",
    "!\u200b[x](http://sink.example/a.png)",
    "**http**://sink.example **www**.sink.example",
    "![x\n](http://sink.example)",
    "line\\\n![x](http://sink.example)&#10;![y](http://sink.example)",
    "$$\\href{http://sink.example}{x}$$",
]

_RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_LINKED_BY_THE_BROWSER = re.compile(  # mdast-util-gfm-autolink-literal
    r"(?:https?://|www(?=\.))[-.\w]+[^ \t\r\n]*|(?<![-.\w+])[-.\w+]+@[-\w]+(?:\.[-\w]+)+", re.IGNORECASE
)


def dangers(markdown: str) -> list[str]:
    """What a renderer with GitHub's extensions would make of a text that we don't want."""
    found = []
    for token in _RENDERER.parse(markdown):
        for one in [token, *(token.children or [])]:
            if one.type == "image" or one.type.startswith("html"):
                found.append(f"{one.type}: {one.content or one.attrs}")
            if one.type == "link_open":
                href = str(one.attrs["href"])
                if (
                    href not in SOURCES.values()
                    and not href.startswith(f"{ODOO}/odoo")
                    and href != "/documents/sop?start=1&end=2#cited"
                ):
                    found.append(f"link: {href}")
        text = "".join(one.content if one.type == "text" else "\n" for one in token.children or [])
        found += [f"links itself: {match[0]}" for match in _LINKED_BY_THE_BROWSER.finditer(text)]
    if re.search(r"(?<!\\):[A-Za-z{\[:]", re.sub(r"`[^`]*`|\]\([^)]*\)", "", markdown)):
        found.append("directive")
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_dangerous_is_left(payload: str) -> None:
    assert dangers(safe_markdown(payload, sources=SOURCES, odoo_address=ODOO)) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_dangerous_appears_while_a_text_is_streamed(payload: str) -> None:
    text = f"Late [E1].\n\n{payload}\n\nSee [K2]."
    for end in range(len(text)):
        assert dangers(safe_markdown(text[:end], sources=SOURCES, odoo_address=ODOO)) == []


def test_all_dangers_together_stay_harmless() -> None:
    assert dangers(safe_markdown("\n\n".join(PAYLOADS), sources=SOURCES, odoo_address=ODOO)) == []
    assert dangers(safe_markdown(" ".join(PAYLOADS), sources=SOURCES, odoo_address=ODOO)) == []


def test_the_check_itself_sees_dangers() -> None:
    assert dangers("![x](http://sink.example)")
    assert dangers("[x](http://sink.example)")
    assert dangers("see www.sink.example")
    assert dangers("<b>x</b>")
    assert dangers("a:b[c]")


def test_marks_of_known_evidence_become_links_and_unknown_ones_stay_words() -> None:
    assert safe_markdown("Late [E1][K2], [E9].", sources=SOURCES) == (
        "Late [E1](/answers/a1/sources/E1)[K2](/answers/a1/sources/K2), \\[E9\\]."
    )


def test_own_pages_and_the_configured_odoo_may_be_linked() -> None:
    text = "[the clause](/documents/sop?start=1&end=2#cited) and [order](https://erp.example/odoo/sales/42)"
    assert safe_markdown(text, odoo_address=ODOO) == text
    assert safe_markdown(text) == "[the clause](/documents/sop?start=1&end=2#cited) and order"


@pytest.mark.parametrize(
    "text",
    [
        "**S00042** is *late*.",
        "- one\n- two\n  - three",
        "1. one\n2. two",
        "3. three\n4. four",
        "| Line | Quantity |\n| --- | --- |\n| Valve | 24 |",
        "> quoted\n>\n> twice",
        "```\ncode\n```",
        "First.\n\nSecond, 10:30 to 14:00.",
        "### Heading",
        "`code`",
    ],
)
def test_ordinary_formatting_is_kept(text: str) -> None:
    assert safe_markdown(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[IN-2001] Valve_2 *in*", "[IN-2001] Valve_2 in"),
        ("Note:urgent, a:b", "Note:urgent, a:b"),
        ("5 < 6 & 7 > 3 | $4 ~5~", "5 < 6 & 7 > 3 | $4 ~5~"),
        ("in\n2026. That + year", "in2026. That + year"),
    ],
)
def test_words_are_not_changed(text: str, shown: str) -> None:
    tokens = _RENDERER.parse(safe_markdown(text))
    assert "".join(one.content for token in tokens for one in token.children or []) == shown


def test_hidden_characters_are_dropped() -> None:
    assert safe_markdown("S0\u200b0042\u202e is\u2060 \U000e0041late\u0007") == "S00042 is late"
