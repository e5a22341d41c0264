"""The names of a contract's parties, as drafters of several countries write them at its head."""

from __future__ import annotations

import time

import pytest

from knowledge_ingest.names import parties_in

HEADS = {
    'between Acme Foods, Inc., a Texas corporation ("Acme"), and Brandt Logistik GmbH & Co. KG': [
        "Acme Foods Inc.",
        "Brandt Logistik GmbH & Co. KG",
    ],
    "(1) THORNBY COATINGS LIMITED, a company incorporated in England; and (2) LUSO DISTRIBUIÇÃO NAVAL, LDA., a private company": [
        "THORNBY COATINGS LIMITED",
        "LUSO DISTRIBUIÇÃO NAVAL LDA.",
    ],
    "BETWEEN THE UNDERSIGNED Ateliers Morez Optique, a simplified joint stock company, and Al Manar Trading Company W.L.L.": [
        "Ateliers Morez Optique",
        "Al Manar Trading Company W.L.L.",
    ],
    "RESELLER AGREEMENT Saari Sensorit Oy and Holm & Bech Automation ApS agree as follows. The Reseller limited": [
        "Saari Sensorit Oy",
        "Holm & Bech Automation ApS",
    ],
    "between Vale Homewares plc and Storeit Ltd": ["Vale Homewares plc", "Storeit Ltd"],
    "a Delaware limited liability company; it is agreed as follows: the Company, AS IT STANDS, and a corporation": [],
}


@pytest.mark.parametrize("head", HEADS)
def test_the_parties_at_the_head_of_a_contract(head: str) -> None:
    assert parties_in(head) == HEADS[head]


@pytest.mark.parametrize(
    "rubbish", ["A " * 2000, "A.A.A." * 700, "Abc and " * 500, "Aa, a b c d " * 300, "É" * 4000]
)
def test_rubbish_takes_no_time(rubbish: str) -> None:
    began = time.monotonic()
    parties_in(rubbish[:4000])
    assert time.monotonic() - began < 3
