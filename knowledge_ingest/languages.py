"""Which language a text is written in, told by its small words; nothing when that is open.

Small words make up a third of any running text, and hardly one of them is shared. Lists and tables have few of them: their language
is not guessed.
"""

from __future__ import annotations

import re
from collections import Counter

_SMALL_WORDS = {
    "en": "the of and to in is for that with be are by not or this shall will from which any may our we",
    "de": "der die das und ist nicht mit von den dem ein eine für auf werden wird sind oder bei nach auch im zu",
    "fr": "le la les des et est dans pour que une du au aux sur par ne pas avec sont ce cette ou être il",
    "es": "el la los las y de que en un una por con para del se no es al como su o más este lo",
    "it": "il lo la gli le di che è per un una del della con non sono nel alla dei si o anche come da",
    "nl": "de het een en van is dat niet op te voor met zijn aan door er of bij worden wordt naar ook om",
    "pt": "o a os as e de que em um uma por com para do da não é se ao como dos das ou mais",
}
NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese",
}  # fmt: skip
_HEAD = 20_000
"""Characters that are looked at."""
_FEWEST = 12
"""Small words below which nothing is told."""
_PLAINLY = 1.5
"""How many times as often as those of the next language they must stand."""


def language_of(text: str) -> str:
    """An ISO 639-1 code, one of `NAMES`; empty when it cannot be told."""
    words = Counter(re.findall(r"[^\W\d_]+", text[:_HEAD].lower()))
    counts = {code: sum(words[each] for each in small.split()) for code, small in _SMALL_WORDS.items()}
    best, next_best = sorted(counts, key=lambda code: -counts[code])[:2]
    return best if counts[best] >= max(_FEWEST, _PLAINLY * counts[next_best]) else ""
