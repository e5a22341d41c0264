"""Words of the trade that mean the same: people ask with one, contracts and procedures are written with another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from retrieval.near_words import Near
from retrieval.sparse import terms, words

_GROUPS = """
customer | client | buyer | purchaser | account holder
vendor | supplier
carrier | hauler | haulier | trucker | forwarder | freight company | transport company | shipping company
warehouse | depot | distribution center
split | partial shipment | partial delivery | part delivery | part shipment | in parts | in part | divide | several shipments
remainder | rest | outstanding quantity | backorder | back order
penalty | late credit | liquidated damages | fine | deduction | compensation | credits | late delivery
late | delayed | overdue | delay | behind schedule
substitute | substitution | replacement | alternative | swap | equivalent | other brand | in place of | instead
approve | approval | authorize | sign off | permission | consent | agree | allowed | permitted | permit
decide | decision | decides
cut-off | cutoff | deadline | latest time | booking time
price | rate | charge | fee | cost
surcharge | accessorial | extra charge | additional charge
return | send back | sends back | sent back | take back | taken back
claim | complain | complaint
damage | damaged | broken | spoiled | went off
chilled | refrigerated | cold chain | cold | temperature
credit hold | blocked account | on hold | credit block | credit stop
release | unblock | lift
expedite | rush | speed up | accelerate | urgent
promise date | promised date | commitment date | confirmed delivery date | promised day
delivery window | receiving hours | opening hours | slot | dock hours | receives
dock | ramp | goods-in | receiving
tell | inform | notify | announce | notice | message | communicate | communication
proof of delivery | POD | signed delivery note | signed receipt
lost | never arrived | never turned up | not received | not found
stock | inventory | on hand
inventory count | stocktake | cycle count | recount
shelf life | expiry | best before | expiration date | expires
lot | batch
recall | withdrawal
grace | grace period | tolerance
cap | maximum | up to | at most | ceiling
minimum | at least | smallest
terminate | end | expire | expired | ended | run out
purchase order | PO
request for quotation | RFQ
pick-up | pickup | collection | collected
missed dispatch | missed departure | missed pick-up | truck left | missed the truck
short delivery | fewer | less than ordered | missing quantity | short
truck | lorry | van
pallet | skid
box | carton | case
salesman | salesperson | sales rep | sales
receiver | consignee | recipient | shop
hospital | clinic | medical
boat | ship | vessel
computer | system | screen
impossible | unrealistic | cannot be kept
own truck | own fleet | own driver
upgrade | faster service
refund | refunded | money back
freight | shipping cost | transport charge
shelf | bin | rack | storage location
empty | not found | gone | missing | nowhere
deduct | deduction | restocking charge | restocking fee | keep back
changed his mind | changed their mind | no longer wanted | ordered by mistake | customer's reason
moved the date | postponed | rescheduled | wanted later | later date
arrive | arrived | came | come in | received
told on the phone | by telephone | called
bill | billed | invoice | invoiced
warm | too warm | temperature excursion | above temperature
announce | announced | registered | return number | return authorization | RMA
unannounced | without a number | no number
waiting time | detention | waits longer | demurrage
nothing coming in | nothing on order | no purchase order | not ordered
estimate | rough date | tentative date
boss | manager | lead | supervisor
swap | exchange
worker | picker | clerk
paperwork | papers | documents | certificates
promise | promised | guaranteed
reorder | order again | booked again | rebook
driver | trucker
quote | quotation | offer
signature | signed | sign
theft | stolen
wrong item | wrong goods | mispick | wrong pick
spoilage | spoiled | expired | past date
discount | rebate | bonus
cheaper | lower price
customs | import | duty
apply | extend | govern | follow
weather | storm | snow | hurricane
holiday | weekend | Saturday
phone number | contact
address | delivery point | ship-to
"""

_WEIGHT = 0.35
"""Of a word that stands for one in the question, next to 1 for the question's own."""
_NEAR_WEIGHT, _FAR = 0.8, 0.3
"""A word that is near in meaning weighs so much at a cosine of 1, and nothing at the second figure."""
_AS_GOOD = 0.6
"""Cosine from which on a near word counts as the word itself when a passage is compared with the question."""
NOTHING_NEAR: Near = {}


Phrase = tuple[str, ...]
"""The terms of a phrase, in order."""


@lru_cache(maxsize=1)
def _same_phrases() -> dict[Phrase, frozenset[Phrase]]:
    """Phrase -> all phrases that mean the same, itself included."""
    found: dict[Phrase, set[Phrase]] = {}
    for line in _GROUPS.strip().splitlines():
        written = [phrase.strip() for phrase in line.split("|")]
        keys = {tuple(terms(phrase)) or tuple(words(phrase.lower())) for phrase in written}
        for key in keys:
            found.setdefault(key, set()).update(keys)
    return {key: frozenset(value) for key, value in found.items()}


@lru_cache(maxsize=1)
def _by_phrase() -> dict[Phrase, frozenset[str]]:
    """Phrase -> the terms of all phrases that mean the same."""
    return {key: frozenset().union(*same) for key, same in _same_phrases().items()}


def same_phrases(of: Sequence[str]) -> dict[str, frozenset[Phrase]]:
    """For each term, the phrases that mean the same as it or as a phrase it belongs to, the term itself included.

    Args:
        of: Terms as `sparse.terms` gives them, in order.
    """
    table = _same_phrases()
    longest = max(len(key) for key in table)
    found: dict[str, set[Phrase]] = {term: {(term,)} for term in of}
    for at in range(len(of)):
        for length in range(1, longest + 1):
            phrase = tuple(of[at : at + length])
            if len(phrase) == length:
                for term in phrase:
                    found[term] |= table.get(phrase, frozenset())
    return {term: frozenset(value) for term, value in found.items()}


@lru_cache(maxsize=1)
def trade_vocabulary() -> frozenset[str]:
    """All words above, as written, in lower case."""
    return frozenset(word for word in words(_GROUPS.lower()) if word.isalpha())


def accepted_terms(question_terms: list[str], near: Near = NOTHING_NEAR) -> dict[str, frozenset[str]]:
    """For each term, the terms that stand for it or for a phrase it belongs to, itself included.

    Args:
        question_terms: Stemmed, in order, stop words dropped.
        near: What `NearWords.of` found for the question.
    """
    return {
        term: frozenset().union(*phrases)
        | {other for other, cosine in near.get(term, {}).items() if cosine >= _AS_GOOD}
        for term, phrases in same_phrases(question_terms).items()
    }


def related_terms(question_terms: list[str], near: Near = NOTHING_NEAR) -> dict[str, float]:
    """Terms that the question does not hold but that may stand for its own, with their weights.

    Args:
        question_terms: Stemmed, in order, stop words dropped.
        near: What `NearWords.of` found for the question.
    """
    groups = _by_phrase()
    longest = max(len(key) for key in groups)
    own = set(question_terms)
    related: dict[str, float] = {}
    for at in range(len(question_terms)):
        for length in range(1, longest + 1):
            for term in groups.get(tuple(question_terms[at : at + length]), ()):
                if term not in own:
                    related[term] = _WEIGHT
    for term in own:
        for other, cosine in near.get(term, {}).items():
            if other not in own:
                weight = _NEAR_WEIGHT * (cosine - _FAR) / (1 - _FAR)
                related[other] = max(weight, related.get(other, 0.0))
    return related
