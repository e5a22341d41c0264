"""No unsupported fact gets out: finds the claims of a text and looks each one up in the evidence.

A claim is a number with its unit, money, percentage, date (also ``tomorrow`` or ``last Friday``), weekday, duration, record reference,
name, quoted words or address; and what words say: a state, a negation, a cause, a comparison, a bound, an owner, where a rule stands.

- A sentence that repeats or rewords what code said (a cause's summary, the reasoning of a date) must say the same: same figures in
  the same order, same signs, same small words. It may cite only the evidence that code gave; a mark that is not is put right.
- Any other sentence is looked up in what it cites, claim by claim; a number or date in the fields that the words beside it mean, where
  the evidence has them. Names and references may also come from the order that the evidence belongs to.
- A sentence without a mark is looked up in all evidence of the turn; its names may be the person's own words.
- A number of days between dates of the sentence, a comparison of its two figures, a sum or difference of its own figures and a count
  of records are recomputed.
- Today needs evidence like any day, unless the sentence speaks of it as the day of the question. A word such as "after" or "if" makes a
  clause hypothetical only where it governs the verb (`moods`).
- What stands behind "because", what is said to have happened, who agreed, what is allowed and what we have done is made of words that
  the evidence, a document or a draft of the turn holds (`causes`, `rules`, `deeds`), whatever words the sentence chooses.

A sentence with a claim that nothing supports is removed and counted; a mark with an id that code never gave is an error.

Source: DESIGN promise 3; RELIABILITY R7.
"""

from copilot.grounding.check import Failed, Grounded, Grounding
from copilot.grounding.claims import Claim, claims_of
from copilot.grounding.text import sentences_of

__all__ = ["Claim", "Failed", "Grounded", "Grounding", "claims_of", "sentences_of"]
