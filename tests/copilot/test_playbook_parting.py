"""Two questions in one breath: where the second begins, and when there is only one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from copilot.answer import Question
from copilot.conversation import Copilot
from copilot.models.playbook.clauses import clauses
from copilot.models.playbook.intents import Intent
from copilot.models.playbook.meaning import Meaning, meaning_of
from copilot.models.playbook.parting import MOST_PLACES, best_parting
from copilot.models.playbook.understanding import understand
from copilot.models.playbook.weighing import Weighed

TODAY = date(2026, 11, 21)
NO_RULE = ("", "")


def _weigh(by_word: Mapping[str, Intent]) -> Callable[[str, bool], Weighed]:
    """A part asks what its word stands for."""

    def weigh(part: str, _is_first: bool) -> Weighed:
        intent = next((one for word, one in by_word.items() if word in part), None)
        if intent is None:
            return Weighed(intent="unclear", shares=(("unclear", 0.9),))
        return Weighed(intent=intent, chance=0.9, shares=((intent, 0.9), ("owner", 0.02)))

    return weigh


ASKS = _weigh({"late": "why_late", "log": "note", "who": "owner"})
BOTH = {"why_late": 0.5, "note": 0.48, "owner": 0.02}


def test_it_is_cut_where_both_parts_ask_what_the_whole_speaks_of() -> None:
    found = best_parting("42, their mixer, is late - log that", NO_RULE, two=0.9, whole=BOTH, weigh=ASKS)
    assert found is not None
    assert (found.one.intent, found.other.intent) == ("why_late", "note")
    assert found.second == "log that"
    assert found.odds > 0


def test_what_does_not_sound_like_two_is_not_cut() -> None:
    assert best_parting("late, log", NO_RULE, two=0.01, whole=BOTH, weigh=ASKS) is None


def test_the_less_it_sounds_like_two_the_less_the_odds() -> None:
    odds = [
        found.odds
        for two in (0.1, 0.5, 0.95)
        if (found := best_parting("is it late, log it", NO_RULE, two=two, whole=BOTH, weigh=ASKS))
    ]
    assert odds == sorted(odds)
    assert odds[0] < 0 < odds[-1]


def test_a_cut_of_the_rules_counts_for_more() -> None:
    text = "why is it late and log it for me please"
    ruled = best_parting(text, clauses(text), two=0.5, whole=BOTH, weigh=ASKS)
    unruled = best_parting(text, NO_RULE, two=0.5, whole=BOTH, weigh=ASKS)
    assert ruled is not None
    assert unruled is not None
    assert ruled.odds > unruled.odds


def test_the_same_twice_is_no_second_question() -> None:
    found = best_parting(
        "is 42 late, is 57 late",
        NO_RULE,
        two=0.9,
        whole={"why_late": 1.0},
        weigh=_weigh({"late": "why_late"}),
    )
    assert found is None or found.odds < 0


def test_a_part_that_asks_nothing_is_none() -> None:
    assert best_parting("hm, well", NO_RULE, two=0.9, whole=BOTH, weigh=_weigh({})) is None


def test_what_shall_be_written_asks_nothing() -> None:
    found = best_parting(
        "log on 42: he asked why it is late, and who", NO_RULE, two=0.95, whole=BOTH, weigh=ASKS
    )
    assert found is None
    before = best_parting("why late, and log on 42: he called", NO_RULE, two=0.95, whole=BOTH, weigh=ASKS)
    assert before is not None
    assert before.second == "log on 42: he called"


def test_a_pasted_mail_is_not_weighed_at_every_comma() -> None:
    weighed: list[str] = []

    def weigh(part: str, is_first: bool) -> Weighed:
        weighed.append(part)
        return ASKS(part, is_first)

    best_parting("late, " * 500 + "log", NO_RULE, two=0.9, whole=BOTH, weigh=weigh)
    assert len(weighed) == 2 * MOST_PLACES


@pytest.fixture
def meaning(demo: Copilot) -> Meaning:
    return meaning_of(demo.library.embedder)


@pytest.mark.parametrize(
    ("question", "intents"),
    [
        ("Why is S00042 late, and who has to act on it?", {"why_late", "owner"}),
        ("S00042 late - cause? plus a line for the customer", {"why_late", "customer_message"}),
        ("count of bread flour in Dallas; what holds S00042", {"stock", "blocks"}),
        ("S00042 shipped already? if not, when", {"where", "when"}),
        (
            "Should we split S00042, and what else could be sent in place of the olive oil?",
            {"split", "substitute"},
        ),
        ("which orders are late and show me my drafts", {"at_risk", "drafts"}),
    ],
)
def test_two_questions_are_told_apart(meaning: Meaning, question: str, intents: set[str]) -> None:
    understood = understand(question, today=TODAY, meaning=meaning)
    assert set(understood.intents) == intents
    assert understood.second


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Why is S00042 late?", "why_late"),
        ("Log a note on S00042: they asked who is to blame and when it comes", "note"),
        ("Westgate called, they are angry and want to know why S00042 is late", "why_late"),
        ("Which orders of Meridian Foods, Westgate Bakery and Red Barn are late?", "at_risk"),
        ("Draft a mail for S00042: we are sorry, it ships on Friday, and we call them", "customer_message"),
    ],
)
def test_one_question_with_an_and_in_it_stays_one(meaning: Meaning, question: str, intent: str) -> None:
    assert understand(question, today=TODAY, meaning=meaning).intents == (intent,)


def test_by_words_alone_the_rules_do(meaning: Meaning) -> None:
    assert Meaning().sounds_like_two(["why is <order> late and who owns it"]) is None
    assert understand("Why is S00042 late, and who owns it?", today=TODAY).intents == ("why_late", "owner")


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does 'Late Line' mean?", ()),
        ('what does "Order Value" mean in the Meridian contract', ("Meridian",)),
        ("what does in writing mean under the Delta Marine contract", ("Delta Marine",)),
        ("how is on-time defined for Meridian", ("Meridian",)),
    ],
)
def test_a_word_whose_meaning_is_asked_for_is_nobodys_name(
    meaning: Meaning, question: str, names: tuple[str, ...]
) -> None:
    understood = understand(question, today=TODAY, meaning=meaning)
    assert understood.intents == ("policy",)
    assert (understood.names, understood.products) == (names, ())


@pytest.mark.parametrize(
    "question", ["what does the delay of S00042 mean for Prairie?", "what does P00031 being late mean?"]
)
def test_what_something_means_for_somebody_asks_for_no_definition(meaning: Meaning, question: str) -> None:
    assert understand(question, today=TODAY, meaning=meaning).intent != "policy"


@pytest.mark.parametrize(
    "text",
    [
        "what does the customer want " + "-" * 60 + " forwarded message",
        "How is " + "-" * 2000 + " x",
        "what does " + "- " * 2000,
    ],
)
def test_a_line_of_dashes_below_a_mail_takes_no_time(text: str) -> None:
    assert understand(text, today=TODAY).question.startswith(text[:6])  # hung before


def test_what_do_you_mean_asks_for_no_definition(meaning: Meaning) -> None:
    assert understand("what do you mean", today=TODAY, meaning=meaning).intent != "policy"


def test_a_second_question_without_its_order_is_asked_back(demo: Copilot) -> None:
    person = demo.identity.sign_in("service", "demo")
    told = demo.ask(person, Question(text="who's hanging on P00031? prepare a text each")).text
    assert "S00042" in told
    assert "Which of these orders is your second question about?" in told
