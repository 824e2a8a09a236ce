"""What customers describe in English, by what it is about.

None of these words is angry by itself, and the constructions are the same in every trade.
"""

from typing import Final

from tickets.classification.vocabularies.construction import Pattern
from tickets.classification.vocabularies.english.constructions import (
    conduct,
    danger,
    facts,
    hurry,
    irony,
    praised,
    repeating,
    reproach,
    settled,
    unanswered,
    waiting,
)

PATTERNS: Final[tuple[Pattern, ...]] = (
    *danger.PATTERNS,
    *hurry.PATTERNS,
    *settled.PATTERNS,
    *irony.PATTERNS,
    *waiting.PATTERNS,
    *repeating.PATTERNS,
    *unanswered.PATTERNS,
    *conduct.PATTERNS,
    *facts.PATTERNS,
    *reproach.PATTERNS,
    *praised.PATTERNS,
)
