"""Passages: exact spans, clause borders first, nothing lost, nothing twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_ingest.chunking import LONGEST, Chunk, chunk, sentence_spans
from knowledge_ingest.extracted import Extracted, TextBuilder
from knowledge_ingest.plain import blocks_of, heading_level

CONTRACT = """\
SUPPLY AGREEMENT

between Harbor Supply ("Seller") and Meridian Foods ("Buyer").

ARTICLE 5 PARTIAL SHIPMENTS

5.1 Orders are delivered complete. The Seller may make a partial shipment only if all conditions of clause
5.2 are met, and the Buyer has been told about the missing lines one Business Day before, in writing, with a date for the rest.

5.2 The conditions are:
(a) the Buyer has given its consent by email before dispatch, from the address for supply planning in Schedule A;
(b) the first shipment carries at least 60% of the Order Value, worked out without freight and without tax, on the day of dispatch;
(c) the remainder is delivered within 5 Business Days, to the same Delivery Point, in one consignment, by an approved carrier, and free of charge.

5.3 A general consent is not valid.

5.4 Salmon is not divided.

ARTICLE 6 LATE DELIVERY

6.1 For a Late Line the Seller credits 1.5% of its value for each Business Day, up to 10% of the Order Value, on the next statement.
"""


def extracted(text: str) -> Extracted:
    return Extracted(text=text, blocks=tuple(blocks_of(text, 0, len(text))))


def pieces(text: str) -> dict[str, str]:
    return {each.section: text[each.start : each.end] for each in chunk(extracted(text))}


def test_clauses_are_cut_at_their_numbers() -> None:
    found = pieces(CONTRACT)
    assert found["ARTICLE 5 PARTIAL SHIPMENTS > 5.2"].startswith("5.2 The conditions are:")
    assert found["ARTICLE 5 PARTIAL SHIPMENTS > 5.2"].endswith("and free of charge.")
    assert found["ARTICLE 6 LATE DELIVERY > 6.1"].startswith("ARTICLE 6 LATE DELIVERY\n\n6.1")


def test_a_clause_number_in_the_middle_of_a_sentence_begins_nothing() -> None:
    assert "5.2 are met" in pieces(CONTRACT)["ARTICLE 5 PARTIAL SHIPMENTS > 5.1"]


def test_short_neighbours_are_joined_and_say_so() -> None:
    joined = pieces(CONTRACT)["ARTICLE 5 PARTIAL SHIPMENTS > 5.3 to 5.4"]
    assert joined == "5.3 A general consent is not valid.\n\n5.4 Salmon is not divided."


def test_no_clause_is_joined_across_a_heading() -> None:
    for text in pieces(CONTRACT).values():
        assert not ("ARTICLE 5" in text and "ARTICLE 6" in text)


def test_a_table_that_is_cut_keeps_its_header_as_context() -> None:
    builder = TextBuilder()
    builder.add("row", "Service | Charge")
    for number in range(60):
        builder.add("row", f"Service number {number} | {number}.00 USD", context="Service | Charge")
    first, *rest = chunk(builder.build())
    assert first.context == "", "the header is in the passage itself"
    assert rest
    assert all(each.context == "Service | Charge" for each in rest)


def test_heading_like_lines_are_told_from_sentences() -> None:
    assert heading_level("ARTICLE IV") == 1
    assert heading_level("3. PRICE") == 1
    assert heading_level("4.2 Partial shipments") == 2
    assert heading_level("1. Definitions.") == 1
    assert heading_level("LIMITATION OF LIABILITY") == 1
    assert heading_level("3.1 The Seller delivers on time.") == 0
    assert heading_level("12 pallets per truck") == 0
    assert heading_level("We deliver.") == 0


lines = st.one_of(
    st.just(""),
    st.sampled_from(["ARTICLE 1 SCOPE", "2. Delivery", "2.1 Goods are delivered.", "- item one", "(a) first", "Table | Cell"]),
    st.text(alphabet="abc XYZ.,;:0123456789-äß中\t", max_size=300),
    st.text(alphabet="ab", min_size=200, max_size=2000),
)  # fmt: skip
texts = st.lists(lines, max_size=40).map("\n".join)


def check(text: str, found: list[Chunk]) -> None:
    at = 0
    for each in found:
        assert at <= each.start < each.end <= len(text), "in order, not overlapping, not empty"
        assert each.end - each.start <= LONGEST
        assert text[each.start : each.end].strip() == text[each.start : each.end], (
            "no white space at the ends"
        )
        at = each.end


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_text_is_cut_into_exact_spans_that_hold_all_of_it(text: str) -> None:
    found = chunk(extracted(text))
    check(text, found)
    outside = list(text)
    for each in found:
        outside[each.start : each.end] = " " * (each.end - each.start)
    assert "".join(outside).strip() == ""
    assert chunk(extracted(text)) == found


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["heading", "paragraph", "item", "row", "code", "furniture"]),
            st.text(alphabet="ab 1.,|\n", min_size=1, max_size=900),
            st.integers(1, 4),
        ),
        max_size=25,
    )
)
def test_any_sequence_of_blocks_is_cut_into_exact_spans(parts: list[tuple[str, str, int]]) -> None:
    builder = TextBuilder()
    for kind, text, level in parts:
        builder.add(kind, text, level=level if kind == "heading" else 0)  # type: ignore[arg-type]
    built = builder.build()
    found = chunk(built)
    check(built.text, found)
    for block in built.blocks:
        inside = [each for each in found if each.start < block.end and each.end > block.start]
        assert bool(inside) == (block.kind != "furniture")


@given(st.text(min_size=1, max_size=5000), st.integers(20, 700))
def test_sentence_spans_never_exceed_the_limit_nor_lose_a_word(text: str, longest: int) -> None:
    spans = sentence_spans(text, 0, len(text), longest)
    assert all(0 < end - start <= longest for start, end in spans)
    kept = "".join("".join(text[start:end].split()) for start, end in spans)
    assert kept == "".join(text.split())


def test_sentences_are_cut_between_sentences_where_there_are_any() -> None:
    text = " ".join(f"Sentence number {number} is here." for number in range(60))
    for start, end in sentence_spans(text, 0, len(text), 200):
        assert text[start:end].endswith(".")


def test_a_page_is_named_by_where_the_passage_begins() -> None:
    builder = TextBuilder()
    for page in (1, 2, 3):
        builder.begin_page(page)
        builder.add("paragraph", f"Page {page}. " + "word " * 60)
    assert [each.page for each in chunk(builder.build())] == [1, 2, 3]


def test_a_table_that_goes_on_over_a_page_break_has_its_rows_on_their_pages() -> None:
    """A row that follows a row is parted from it by one character, not by a blank line."""
    builder = TextBuilder()
    builder.add("row", "on no page")
    for page in (1, 2):
        builder.begin_page(page)
        builder.add("row", f"row of page {page}")
    builder.end_page()
    builder.add("row", "on no page either")
    extracted = builder.build()
    assert [extracted.text[page.start : page.end] for page in extracted.pages] == [
        "row of page 1", "row of page 2",
    ]  # fmt: skip
