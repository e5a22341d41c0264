"""How clauses are worded, as it was learned: known kinds, fresh weights, wordings that no table holds, and rubbish."""

from __future__ import annotations

import time

import numpy as np
import pytest

from retrieval.clause_kinds import clause_kinds
from retrieval.clause_sense import fitted_to, knows, sense, strongest_other
from retrieval.clause_training import clauses, fingerprint, fit, kinds_of, rows

WORDED = {
    "most favored nation": "Should the Mill at any time let another buyer of like quantity have the goods for less, the Dealer shall pay no more "
    "than that other buyer from the same day on.",
    "cap on liability": "In no event shall what the Carrier owes for all claims of a calendar year together be in excess of the freight that the "
    "Shipper paid it in the twelve months before.",
    "non-compete": "For so long as this paper binds them and two years beyond, the Agent shall confine its efforts in filters to those of the "
    "Principal and shall neither make nor sell the like.",
    "renewal term": "At the end of that time it shall go on from year to year unless one of the parties has written to the other that it shall not.",
    "governing law": "This instrument shall be read and given effect as the statutes and decisions of the State of Oregon direct.",
}
OTHER = "The Carrier shall deliver the goods between eight and noon and have the consignee sign for them."


def test_the_weights_are_those_of_the_clauses() -> None:
    assert fitted_to() == fingerprint(), "run python -m retrieval.clause_training"


def test_what_was_learned_are_kinds_of_the_table() -> None:
    learned = clauses()
    names = {kind.name for kind in clause_kinds()}
    assert kinds_of(learned) <= names
    assert len(kinds_of(learned)) == 33
    assert all(knows(name) for name in kinds_of(learned))
    assert len({each.hand for each in learned}) >= 8
    assert not knows("confidentiality")


@pytest.mark.parametrize("kind", WORDED)
def test_a_clause_is_known_by_other_words_than_those_of_the_table(kind: str) -> None:
    assert sense(kind, WORDED[kind]) > 0
    # a clause on renewal is one on its notice, too
    assert sense(kind, WORDED[kind]) > strongest_other(kind, WORDED[kind]) - 0.5
    assert sense(kind, OTHER) < 0


def test_what_one_hand_wrote_is_told_by_what_the_others_did() -> None:
    learned = clauses()
    kinds = sorted(kinds_of(learned))[:6]
    some = [each for each in learned if each.hand == "hand 3"]
    weights, bias = fit([each for each in learned if each.hand != "hand 3"], kinds)
    odds = rows([each.text for each in some]) @ weights + bias
    wanted = np.array([[kind in each.kinds for kind in kinds] for each in some])
    for at, kind in enumerate(kinds):
        such, others = odds[wanted[:, at], at], odds[~wanted[:, at], at]
        assert len(such) >= 10
        assert (such[:, None] > others[None, :]).mean() >= 0.93, kind
    assert (odds[~wanted] > 0).mean() <= 0.03


@pytest.mark.parametrize("text", ["", " ", "\x00", "...", "1234", "ß" * 50, "a " * 200_000, "z" * 500_000])
def test_rubbish_is_no_clause_and_takes_no_time(text: str) -> None:
    began = time.monotonic()
    assert isinstance(sense("insurance", text), float)
    assert time.monotonic() - began < 5


def test_a_kind_that_was_not_learned_is_refused() -> None:
    with pytest.raises(KeyError):
        sense("confidentiality", OTHER)
