"""How well the playbook understands questions it was not built on, per intent; with the embedding model and by words alone."""

from __future__ import annotations

import tempfile
import time
from datetime import date
from pathlib import Path

from copilot.bootstrap import build
from copilot.models.playbook.meaning import Meaning, meaning_of
from copilot.models.playbook.testing import by_intent, doubts, figures, load_phrasings, measure
from copilot.settings import Settings

TESTS = Path(__file__).resolve().parent.parent / "tests" / "copilot"
SETS = {
    "phrasings_held_out": "held out",
    "phrasings_development": "development (looked at while improving)",
    "phrasings_fresh": "fresh (written last, never looked at for improving)",
    "phrasings_third": "third (every fifth of two strangers' questions, the others were learned from; looked at while improving)",
    "phrasings_fourth": "fourth (written by another stranger; looked at while improving)",
    "phrasings_fifth": "fifth (written by a fourth stranger; looked at while improving)",
    "phrasings_sixth": "sixth (written and labelled by five strangers; looked at while improving)",
    "phrasings_seventh": "seventh (written and labelled by five others; looked at while improving)",
    "phrasings_eighth": "eighth (written and labelled by five others again; looked at while improving)",
    "phrasings_ninth": "ninth (written and labelled by four others again, never looked at)",
    "phrasings_second_fresh": "second fresh (written by somebody who had not seen the examples; its failures read once)",
}
TODAY = date(2026, 11, 21)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        copilot = build(Settings(_env_file=None, data_dir=Path(folder)))  # type: ignore[call-arg]
        try:
            person = copilot.identity.sign_in(
                "group_manager", "demo"
            )  # may see every record that is asked about
            for how, meaning in (
                ("meaning", meaning_of(copilot.library.embedder)),
                ("words alone", Meaning()),
            ):
                for name, label in SETS.items():
                    phrasings = load_phrasings(TESTS / f"{name}.yaml")
                    begun = time.perf_counter()
                    found = measure(
                        phrasings, meaning=meaning, session=person.session, server=copilot.server, today=TODAY
                    )
                    each = (time.perf_counter() - begun) / len(phrasings) * 1000
                    shares = ", ".join(f"{verdict} {share:.1%}" for verdict, share in figures(found).items())
                    doubted = ", ".join(f"{verdict} {share:.1%}" for verdict, share in doubts(found).items())
                    print(
                        f"{how}, {label}: {len(phrasings)} questions: {shares}; answered with a doubt: {doubted}; "
                        f"{each:.0f} ms each, names looked up"
                    )
                    if how == "meaning":
                        for intent, verdicts in by_intent(found).items():
                            missed = {name: count for name, count in verdicts.items() if name != "right"}
                            print(
                                f"    {intent}: {verdicts['right']}/{verdicts.total()}"
                                + (f" {missed}" if missed else "")
                            )
        finally:
            copilot.close()
