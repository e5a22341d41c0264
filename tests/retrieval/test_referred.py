"""What the best passage refers to stands beside it, a term's definition answers the question for it; never for whom it is not meant."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from retrieval.companions import FIRST
from retrieval.definitions import defined_in, defines, shares_capitals, term_asked_for, uses
from retrieval.document_store import DocumentStore
from retrieval.indexing import Indexer
from retrieval.naming import NameBook
from retrieval.passage import Reader, ScoredPassage
from retrieval.places import PlaceBook, places_in
from retrieval.references import references_in
from retrieval.request import Scope, SearchRequest
from retrieval.search import Library
from retrieval.stored import Alias, DocumentRow
from retrieval.testing import everyone, make_document, make_library, stored

DAY = date(2026, 11, 21)
FREIGHT = "\n\n".join(
    [
        "# 4. Cancelling\nA transport order is cancelled free of charge until six, subject to Section 8.2.",
        *(f"A transport order that is cancelled by hour {number} is filed by day." for number in range(1, 8)),
        "# 8. Weeks of much traffic\nIn December everything is scarce.",
        "# 8.1 Trucks\nFour trucks stand ready, as Section 8.2 allows.",
        "# 8.2 Half the rate\nHalf of it is owed in December whenever notice came; see Section 8.1.",
        "# 9. Detention\nDetention at a dock is paid as Section 14.7 says.",
        "# 10. Laws\nThe carrier pays pallets lost, unless Section 8 of the Commercial Code applies.",
        "# 11. Refrigerated trailers\nRefrigerated trailers are charged under clause 3 of SOP-112.",
        *(f"Trailers are parked in yard {number}." for number in range(1, 8)),
        "# 12. Inspections\nInspections of every seal follow Sections 4, 8, 13, 14.1, 14.2, 14.3, 14.4, 14.5, 14.6 and 15.",
        *(f"A seal is kept in drawer {number}." for number in range(1, 8)),
        "# 13. Washing\nTanks are rinsed.",
        "# 14.5 Signing\nSeal numbers are signed by two people.",
        "# 15. Ending\nHalf a year's notice.",
    ]
)
WORDS = "\n\n".join(
    [
        '# 1. Words\n"Peak Weeks" are the calendar weeks 46 to 52. "Load" means whatever goes on one truck.',
        '# 1.2 More words\nA pick-up by noon (the "Early Call").',
        "# 6. Capacity\nIn Peak Weeks four trucks are kept at our disposal.",
        *(f"Trucks kept at our disposal in list {number} count as capacity." for number in range(1, 8)),
    ]
)
RATES = "# 3. Cold\nEighteen per cent on top of the lane."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    made = make_library(
        tmp_path_factory.mktemp("referred"),
        {
            make_document("freight", "x", type="contract", title="Agreement TL-2026-051 Timber"): FREIGHT,
            make_document("words", "x", type="contract", title="Agreement QX-2026-001 Quarry"): WORDS,
            make_document("rates", "x", title="SOP-112", roles=("finance",)): RATES,
        },
    )
    yield made
    made.close()


CANCELLED = "until when is a transport order cancelled free of charge"
COLD = "how are refrigerated trailers charged"
CLERK = Reader(login="clerk", roles=frozenset({"service"}), companies=frozenset())


def asked(library: Library, text: str, reader: Reader | None = None, **more: object) -> list[ScoredPassage]:
    request = SearchRequest(text=text, reader=reader or everyone(), on_date=DAY, **more)  # type: ignore[arg-type]
    return list(library.search(request).passages)


def places(found: list[ScoredPassage]) -> list[str]:
    return [f"{hit.document.document_id} {hit.passage.section.split()[0]}" for hit in found]


def referred(found: list[ScoredPassage]) -> list[str]:
    return [place for place, hit in zip(places(found), found, strict=True) if hit.referred_by]


def test_the_clause_that_the_best_passage_is_subject_to_stands_beside_it(library: Library) -> None:
    found = asked(library, CANCELLED)
    assert places(found)[0] == "freight 4."
    assert "freight 8.2" in places(found[:FIRST])
    # the answer can say by which passage it came
    assert {hit.referred_by for hit in found if hit.referred_by} == {found[0].passage.passage_id}
    assert referred(found) == ["freight 8.2"]


def test_the_best_three_and_their_scores_stay(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = asked(library, CANCELLED)
    monkeypatch.setattr("retrieval.referred.references_in", lambda text, document: ())
    without = asked(library, CANCELLED)
    assert [hit.passage.passage_id for hit in with_it[:3]] == [hit.passage.passage_id for hit in without[:3]]
    assert [hit.score for hit in with_it[:3]] == [hit.score for hit in without[:3]]
    scores = [hit.score for hit in with_it]
    assert scores == sorted(scores, reverse=True)


def test_nobody_is_led_to_what_they_may_not_read(library: Library) -> None:
    assert referred(asked(library, COLD)) == ["rates 3."]
    found = asked(library, COLD, CLERK)
    assert places(found)[0] == "freight 11."
    assert not any(place.startswith("rates") for place in places(found))
    assert referred(found) == []


def test_a_paper_that_is_not_ours_and_a_place_that_is_not_there_lead_nowhere(library: Library) -> None:
    for question, first in (
        ("how is detention at a dock paid", "freight 9."),
        ("when does the carrier pay pallets lost", "freight 10."),
    ):
        found = asked(library, question)
        assert places(found)[0] == first
        assert referred(found) == []


def test_places_that_refer_to_each_other_are_given_once(library: Library) -> None:
    for question in ("how many trucks stand ready", "what is owed in December whenever notice came"):
        found = asked(library, question)
        identifiers = [hit.passage.passage_id for hit in found]
        assert len(identifiers) == len(set(identifiers))
        assert {"freight 8.1", "freight 8.2"} <= set(places(found[:FIRST]))


def test_of_ten_places_in_one_passage_the_one_that_fits_comes(library: Library) -> None:
    found = asked(library, "what do inspections of every seal follow")
    assert places(found)[0] == "freight 12."
    assert referred(found) == ["freight 14.5"]


def test_what_is_replaced_or_about_another_customer_is_not_brought(tmp_path: Path) -> None:
    expired = make_document("old", "x", title="SOP-112", valid_to=date(2026, 1, 31))
    other = make_document("theirs", "x", title="SOP-113", customer="C-2")
    text = FREIGHT.replace("of SOP-112", "of SOP-112 and clause 3 of SOP-113")
    contract = make_document("freight", "x", type="contract", title="Agreement TL-2026-051 Timber")
    library = make_library(tmp_path, {contract: text, expired: RATES, other: RATES})
    assert referred(asked(library, COLD, scope=Scope(customer="C-1"))) == []
    assert referred(asked(library, COLD, include_superseded=True, scope=Scope(customer="C-1"))) == ["old 3."]
    limited = Reader(login="c", roles=frozenset(), companies=frozenset(), customers=frozenset({"C-1"}))
    assert referred(asked(library, COLD, limited)) == []
    assert referred(asked(library, COLD)) == ["theirs 3."]
    library.close()


def test_a_paper_of_the_customer_with_another_vendor_is_not_brought(tmp_path: Path) -> None:
    rates = make_document("rates", "x", title="SOP-112", customer="C-1", vendor="V-2")
    contract = make_document("freight", "x", type="contract", title="Agreement TL-2026-051 Timber")
    library = make_library(tmp_path, {contract: FREIGHT, rates: RATES})
    assert referred(asked(library, COLD, scope=Scope(customer="C-1", vendor="V-2"))) == ["rates 3."]
    assert referred(asked(library, COLD, scope=Scope(customer="C-1", vendor="V-1"))) == []
    library.close()


def test_a_law_leads_to_no_paper_of_ours_that_is_called_like_its_matter(tmp_path: Path) -> None:
    text = FREIGHT.replace("Commercial Code applies", "Commercial Code on returns applies")
    library = make_library(
        tmp_path,
        {
            make_document("freight", "x", type="contract", title="Agreement TL-2026-051 Timber"): text,
            make_document("returns", "x", title="Returns Procedure"): "# 8. Refunds\nMoney in ten days.",
        },
    )
    found = asked(library, "when does the carrier pay pallets lost")
    assert places(found)[0] == "freight 10."
    assert referred(found) == []
    library.close()


def test_an_amendment_leads_into_the_agreement_that_it_amends(tmp_path: Path) -> None:
    amendment = "\n\n".join(
        [
            "# 1. Change\nThe surcharge for rinsing tanks becomes five, as Section 2 of the Agreement says.",
            "# 2. Signing\nBy two people.",
            *(
                f"# {number}. Tanks\nRinsing tanks in yard {number} has a surcharge."
                for number in range(3, 9)
            ),
        ]
    )
    contract = make_document("base", "x", type="contract", title="Agreement TL-2026-051 Timber")
    change = make_document("change", "x", type="contract", title="Amendment 1", amends="base")
    library = make_library(tmp_path, {contract: "# 2. Water\nIt is warm.", change: amendment})
    found = asked(library, "what does the surcharge for rinsing tanks become")
    assert places(found)[0] == "change 1."
    assert referred(found) == ["base 2."]
    library.close()


def test_what_is_referred_to_stays_fourth_where_a_question_asks_what_to_do(tmp_path: Path) -> None:
    yard = "\n\n".join(
        [
            "# 4. Late trucks of Tacoma\nA late truck of Tacoma is reported at once, subject to Section 8.2.",
            *(f"# 4.{each} Late trucks\nA late truck {each} of Tacoma is reported." for each in range(1, 9)),
            "# 8.2 Rates\nHalf.",
            "# 9. What to do\nCall.",
        ]
    )
    matter = make_document("matter", "x", title="Late Trucks of Tacoma")
    library = make_library(
        tmp_path,
        {make_document("yard", "x"): yard, matter: "# 1. Scope\nTrucks of Tacoma, reported."},
    )
    found = asked(library, "late truck of Tacoma reported at once, what do we do")
    assert places(found)[:2] == ["yard 4.", "yard 9."]
    assert places(found)[3:FIRST] == ["yard 8.2", "matter 1."]
    library.close()


def test_the_name_of_a_paper_for_others_hides_none_that_one_may_see() -> None:
    rows = [
        DocumentRow(
            document=make_document(key, "x"),
            revision="",
            source="",
            inputs_hash="",
            passages=1,
            aliases=(Alias(kind="title", name=name),),
        )
        for key, name in (("open", "SOP-112"), ("secret", "SOP-112 applies"))
    ]
    names = NameBook(rows)
    assert names.called("SOP-112 applies to trailers", {"open"}) == {"open"}
    assert names.called("SOP-112 applies to trailers", {"open", "secret"}) == {"secret"}
    assert names.called("SOP-113", {"open"}) == frozenset()


def test_a_document_that_was_gone_for_a_moment_has_its_places_again(tmp_path: Path) -> None:
    document = make_document("freight", "x", type="contract")
    library = make_library(tmp_path, {document: FREIGHT})
    book = PlaceBook(library.store)
    indexer = Indexer(library.store, library.base_for_writing("default"), library.embedder)
    indexer.remove("default", "freight")
    # a search that began before asks here, for a document that it still knows
    assert book.of("default", "freight").under("8.2", "") == ()
    indexer.put(*stored(document, FREIGHT))
    assert book.of("default", "freight").under("8.2", "") != ()
    library.close()


def test_hostile_texts_are_read_in_no_time() -> None:
    spaces = " " * 50_000
    begun = time.process_time()
    for text in (
        f"section 1{spaces}",
        f"section 1{spaces}of{spaces}",
        f"Act{spaces}",
        "Act " * 12_000,
        "\n" * 50_000,
        f"the{spaces}",
    ):
        references_in(text, CONTRACT)
        defines(text, "late line")
    assert time.process_time() - begun < 5  # it was minutes


def test_a_question_about_named_documents_only_is_led_to_no_other(library: Library) -> None:
    assert referred(asked(library, COLD, documents=("freight",))) == []
    assert referred(asked(library, CANCELLED, documents=("freight",))) == ["freight 8.2"]


def test_a_document_is_read_for_its_places_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document("freight", "x", type="contract", title="Agreement TL-2026-051 Timber")
    library = make_library(tmp_path, {document: FREIGHT})
    read: list[str] = []
    passages = DocumentStore.passages

    def counted(self: DocumentStore, collection: str, document_id: str) -> object:
        read.append(document_id)
        return passages(self, collection, document_id)

    monkeypatch.setattr(DocumentStore, "passages", counted)
    for _ in range(3):
        assert referred(asked(library, CANCELLED)) == ["freight 8.2"]
    assert read == ["freight"]
    moved = FREIGHT.replace("# 8.2 Half the rate", "# 8.3 Half the rate")
    put_again(library, moved)
    assert referred(asked(library, CANCELLED)) == []
    library.close()


def put_again(library: Library, text: str) -> None:
    document = make_document("freight", text, type="contract", title="Agreement TL-2026-051 Timber")
    Indexer(library.store, library.base_for_writing("default"), library.embedder).put(*stored(document, text))


def test_a_question_for_a_meaning_is_answered_by_the_passage_that_defines(library: Library) -> None:
    for question, first in (
        ("What does 'Peak Weeks' mean in the agreement?", "words 1."),
        ("How is a Load defined?", "words 1."),
        ("What is an Early Call?", "words 1.2"),
    ):
        assert places(asked(library, question))[0] == first


def test_what_another_agreement_means_by_a_word_is_no_answer_for_the_one_that_is_named(
    library: Library,
) -> None:
    found = asked(
        library,
        "Agreement TL-2026-051 Timber: what does 'Load' mean, a transport order cancelled free of charge?",
    )
    assert places(found)[0] == "freight 4."


def test_what_an_agreement_of_nobody_in_question_means_makes_no_answer_certain(tmp_path: Path) -> None:
    """The agreement that is asked about is unknown: another one's words are shown, and said to be the nearest there are."""
    question = (
        "What does 'Load' mean in the reefer charter with Zenith Oceania Shipping Holding, signed at Hobart?"
    )
    theirs = make_document(
        "words", "x", type="contract", customer="C-1", title="Agreement QX-2026-001 Quarry"
    )
    library = make_library(tmp_path, {theirs: WORDS})
    found = library.search(SearchRequest(text=question, reader=everyone(), on_date=DAY))
    assert places(list(found.passages))[0] == "words 1."
    assert found.uncertain
    library.close()


def test_a_definition_from_elsewhere_makes_no_clause_of_two_kinds_certain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clause that is there is of another kind just as plainly; what a procedure means by the word changes nothing about that."""
    text = (
        "# 7. Other\nGoverning law: this Agreement shall be governed by and construed in accordance with the laws of Ohio. Neither party may "
        "assign this Agreement without the prior written consent of the other party; any assignment is void."
    )
    ours = make_document("ours", "x", type="contract", customer="C-1", title="Agreement Timber")
    words = make_document("words", "x", title="Words of ours")
    defined = '# 1. Words\n"Governing law" means the rules of a place.'
    library = make_library(tmp_path, {ours: text, words: defined})
    monkeypatch.setattr("retrieval.weighing.clause_presence", lambda **signs: 1.5)
    found = library.search(
        SearchRequest(
            text="what does 'governing law' mean?",
            reader=everyone(),
            on_date=DAY,
            scope=Scope(customer="C-1"),
        )
    )
    assert places(list(found.passages)) == ["words 1.", "ours 7."]
    assert found.uncertain
    library.close()


def test_the_agreement_of_another_answers_no_question_of_a_customer_with_one(tmp_path: Path) -> None:
    ours = make_document("ours", "x", type="contract", customer="C-1", title="Agreement Timber")
    other = make_document("words", "x", type="contract", title="Agreement QX-2026-001 Quarry")
    text = "# 1. Trucks\nWhat goes on one truck, a Load, is weighed: the mean of two."
    library = make_library(tmp_path, {ours: text, other: WORDS})
    found = asked(library, "what does 'Load' mean?", scope=Scope(customer="C-1"))
    assert places(found)[0] == "ours 1."
    library.close()


def test_a_term_of_the_question_brings_its_definition(library: Library) -> None:
    found = asked(library, "how many trucks are kept at our disposal in peak weeks, list and capacity")
    assert "words 1." in places(found[:FIRST])
    assert places(found)[0] == "words 6."
    assert referred(found) == ["words 1."]


CONTRACT = make_document("c", "x", type="contract")
PROCEDURE = make_document("s", "x")


@pytest.mark.parametrize(
    ("document", "text", "expected"),
    [
        (CONTRACT, "subject to Section 8.2.", [("8.2", "")]),
        (CONTRACT, "as set out in clause 4.3 and Exhibit B", [("4.3", ""), ("exhibit b", "")]),
        (CONTRACT, "clauses 5.2, 5.4 and 6 apply", [("5.2 5.4 6", "")]),
        (CONTRACT, "paragraph (b) of clause 7.1", [("7.1", "")]),
        (CONTRACT, "section 4 of this Agreement", [("4", "")]),
        (CONTRACT, "clause 5 of the contract", [("5", "")]),
        (CONTRACT, "Exhibit B to the Supply Agreement", [("exhibit b", "")]),
        (CONTRACT, "Section 6 in three days", [("6", "")]),
        (CONTRACT, "clause 5 of CB-2026-003.", [("5", "CB-2026-003")]),
        (
            CONTRACT,
            "clause 3 of SOP-1 and clause 4 of the contract",
            [("3", "SOP-1"), ("4", "")],
        ),
        (PROCEDURE, "see section 5 of the SOP Credit Holds.", [("5", "SOP Credit Holds")]),
        (PROCEDURE, "at once (SOP-114 section 3). Then", [("3", "SOP-114")]),
        (PROCEDURE, "clause 5 of the contract", [("5", "contract")]),
        (PROCEDURE, "earlier than sections 2 to 4 allow", [("2 4 3", "")]),
        (PROCEDURE, "clauses 8.1 to 8.4 and b.2 to b.4", [("8.1 8.4 b.2 b.4 8.2 8.3 b.3", "")]),
        (PROCEDURE, "clauses 12.5 to 14 apply", [("12.5 14", "")]),
        (PROCEDURE, "sections 1 to 99", [("1 99 " + " ".join(map(str, range(2, 20))), "")]),
        (CONTRACT, "clause 8.2 (b)(ii) of CB-2026-003", [("8.2", "CB-2026-003")]),
        (CONTRACT, "Section 8 of the Agreement with Meridian", [("8", "Agreement with Meridian")]),
        (CONTRACT, "Section 8 of the Agreement with the other party", [("8", "")]),
        (CONTRACT, "Section 7 of the Commercial Code on returns", [("7", "Commercial Code")]),
        (CONTRACT, "SECTION 8 OF THE AGREEMENT", [("8", "")]),
        (PROCEDURE, "plus the buffer of 4.2, and say so", [("4.2", "")]),
        (PROCEDURE, "a margin of 4.2 percent", []),
        (PROCEDURE, "we schedule a truck", []),
        (CONTRACT, "under GDPR Article 28", []),
        (CONTRACT, "under Article 6 GDPR, § 7 HGB, Article 17(1) CMR and Section 5 Incoterms 2020", []),
        (CONTRACT, "the CMR Convention, Article 17, and Regulation (EC) No 561/2006 Article 7", []),
        (CONTRACT, "as the Act says, Section 5 of this Agreement applies", [("5", "")]),
        (CONTRACT, "the Codes of Article 17 stand in section 3", [("17", ""), ("3", "")]),
        (CONTRACT, "Section 232 tariffs, clause 5% of the value", []),
        (CONTRACT, "", []),
    ],
)
def test_references_are_read_as_they_are_written(
    document: object, text: str, expected: list[tuple[str, str]]
) -> None:
    found = references_in(text, document)  # type: ignore[arg-type]
    assert [(" ".join(each.numbers), each.document) for each in found] == expected


@pytest.mark.parametrize(
    ("text", "amended"),
    [
        ("Section 2 of the Agreement", True),
        ("Section 2 of the Master Supply Agreement", True),
        ("Section 2 of this Amendment", False),
        ("Section 2 applies", False),
    ],
)
def test_the_agreement_in_an_amendment_is_the_one_that_it_amends(text: str, amended: bool) -> None:
    found = references_in(text, make_document("a", "x", type="contract", amends="c"))
    assert [(each.numbers, each.document, each.amended) for each in found] == [(("2",), "", amended)]


def test_a_long_list_of_references_is_cut_off() -> None:
    text = ", ".join(f"see clause {number}.1;" for number in range(1, 60))
    assert len(references_in(text, CONTRACT)) == 20


def test_places_are_numbers_ranges_and_schedules_of_their_own() -> None:
    _, passages = stored(
        PROCEDURE,
        "# 7.2 to 7.4\na\n\n# Schedule A > 1. Hours\nb\n\n# 1. Term\nc\n\n# Exhibit B - Rates\nd\n\n# 8.1.2\ne",
    )
    found = places_in(passages)
    assert [found.under(each, "") for each in ("7.3", "7", "7.5", "exhibit b", "8.1", "99")] == [
        (0,), (0,), (), (3,), (4,), (),
    ]  # fmt: skip
    assert found.under("1", "Schedule A > 2. Gates") == (1,)
    assert found.under("1", "5. Price") == (2,)


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ('What does "Late Line" mean in the agreement with Meridian Foods?', "late line"),
        ("How is Order Value defined for Cascade Brewing?", "order value"),
        ("What does 'in writing' mean for Great Lakes Packaging?", "in writing"),
        ("What is the definition of Required Date?", "required date"),
        ("What is a Kit Order?", "kit order"),
        ("What does proof of delivery mean?", "proof of delivery"),
        ("What does the contract mean by Late Line?", "late line"),
        ("What is meant by a Vessel Order under the agreement?", "vessel order"),
        ("What counts as on time for Sunbelt?", "on time"),
        ("What is the renewal term for this contract?", ""),
        ("How is a pallet shipped to Portland?", ""),
        ("Why is S00042 late?", ""),
    ],
)
def test_the_term_is_read_from_a_question_for_its_meaning(question: str, term: str) -> None:
    assert term_asked_for(question) == term


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        ('"Order Value": the untaxed value of all lines', "order value", True),
        ("1.2 A split means that a part is dispatched", "split", True),
        ('a pick-up by noon (the "Early Call")', "early call", True),
        ("2.3 “Delivered Late” means: not handed over", "delivered late", True),
        ("Approve means of transport before noon", "transport", False),
        ('The answer "late line" was given', "late line", False),
        ('"Order Value" is defined elsewhere', "order", False),
    ],
)
def test_a_passage_defines_what_it_says_the_meaning_of(text: str, term: str, expected: bool) -> None:
    assert defines(text, term) is expected


@pytest.mark.parametrize(
    ("text", "term", "question", "expected"),
    [
        (
            "For a late Vessel Order the Seller pays",
            "vessel order",
            "what do we pay for a vessel order",
            True,
        ),
        ("credited for each Business\nDay of delay", "business day", "how much per business day?", True),
        ("on a business day", "business day", "how much per business day?", False),
        ("For a late Vessel Order the Seller pays", "vessel order", "what do we pay for a vessel", False),
        ("The Order is late", "order", "is the order late", False),
    ],
)
def test_a_defined_term_is_used_where_it_is_written_in_capitals(
    text: str, term: str, question: str, expected: bool
) -> None:
    assert uses(text, term, question) is expected
    assert shares_capitals(text, question) or not expected


def test_defined_terms_are_listed_in_small_letters() -> None:
    assert defined_in('"Load" means one. "Peak Weeks" are two. The word "Urgent" alone.') == (
        "load",
        "peak weeks",
    )
