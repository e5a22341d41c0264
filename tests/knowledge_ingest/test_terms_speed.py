"""What spares the rules most of their searches changes no result: words without a pattern's literals never match it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_ingest.terms import (
    carriage,
    exclusions,
    goods,
    lateness,
    notices,
    partial,
    punctuality,
    routing,
    shelf_life,
)
from knowledge_ingest.terms.found import CONSENT, EXCEPTION, NEGATION, matches
from knowledge_ingest.terms.literals import folded, literals_of

MODULES = (carriage, exclusions, goods, lateness, notices, partial, punctuality, routing, shelf_life)
PATTERNS = sorted(
    {CONSENT, EXCEPTION, NEGATION}
    | {
        value
        for module in MODULES
        for name, value in vars(module).items()
        if name.startswith("_") and not name.startswith("__") and isinstance(value, str) and "\\b" in value
    }
)


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"\bcarriers?\b", ("carrier",)),
        (r"\b(?:late|delay(?:s|ed)?)\b", ("delay", "late")),
        (r"\b(?:part|partial)[- ]?ship\w*", ("part",)),
        (r"\d+(?:\.\d+)?\s?%", ("%",)),
        (r"\?$|\be\.g\.", (".g.", "?")),
        (r"\w+\s\d*", ()),
        (r"(?:carrier)?", ()),
        (r"carrier|\d+", ()),
    ],
)
def test_the_literals_of_a_pattern_are_those_it_cannot_match_without(
    pattern: str, literals: tuple[str, ...]
) -> None:
    found = literals_of(pattern)
    assert (not found) == (not literals)
    for each in literals:
        assert any(one in each or each in one for one in found)


def test_most_patterns_of_the_rules_have_literals() -> None:
    """Where Python stops showing how it reads a pattern, everything stays right and gets slow; this says so."""
    without = [pattern for pattern in PATTERNS if not literals_of(pattern)]
    assert len(PATTERNS) > 60
    assert len(without) <= len(PATTERNS) / 6, without


# how long a word is made for a pattern says nothing about the pattern
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(PATTERNS).flatmap(
        lambda pattern: st.tuples(st.just(pattern), st.from_regex(re.compile(pattern, re.IGNORECASE)))
    )
)
def test_whatever_matches_a_pattern_has_one_of_its_literals(drawn: tuple[str, str]) -> None:
    pattern, words = drawn
    literals = literals_of(pattern)
    assert not literals or any(each in folded(words) for each in literals)
    assert bool(matches(pattern, words)) == bool(re.search(pattern, words, re.IGNORECASE))


@pytest.mark.parametrize("words", ["LATE ſhipment", "DELİVERY", "delıvery", "ſHIP", "\u212aIT ORDER", "ﬆate"])
def test_letters_that_match_in_another_case_are_folded_alike(words: str) -> None:
    for pattern in (r"\bshipment\b", r"\bdelivery\b", r"\bship\b", r"\bkit order\b", r"\bstate\b"):
        assert bool(matches(pattern, words)) == bool(re.search(pattern, words, re.IGNORECASE))
