"""What customers describe in English, by what it is about.

None of these words is angry by itself, and the constructions are the same in every trade.
"""

from typing import Final

from tickets.classification.vocabularies.construction import Pattern
from tickets.classification.vocabularies.english.constructions import (
    conduct,
    danger,
    facts,
    irony,
    praised,
    repeating,
    reproach,
    unanswered,
    waiting,
)

PATTERNS: Final[tuple[Pattern, ...]] = (
    *danger.PATTERNS,
    *irony.PATTERNS,
    *waiting.PATTERNS,
    *repeating.PATTERNS,
    *unanswered.PATTERNS,
    *conduct.PATTERNS,
    *facts.PATTERNS,
    *reproach.PATTERNS,
    *praised.PATTERNS,
)
