"""What the helpdesk's own priorities mean: whether its agents take a ticket for urgent or for unimportant. Pure.

Names are those of the helpdesks that the product connects to, and of their translations. Numbers are not read: in some
helpdesks 1 is the highest priority, in others the lowest.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["high", "normal", "low"]

_NAMES: Final[dict[Level, str]] = {
    "high": """
        asap, blocker, critical, emergency, high, highest, immediate, major, p0, p1, p2, severe, showstopper, sev0, sev1, sev2,
        top, urgent, very high, very urgent, dringend, eilig, hoch, hohe, höchste, kritisch, sehr dringend, sehr hoch, sofort,
        critique, élevé, élevée, haute, urgente, alta, alto, crítica, crítico, critica, critico, muy alta
    """,
    "normal": """
        default, medium, moderate, normal, p3, sev3, standard, mittel, mittlere, moyen, moyenne, normale, media, medio
    """,
    "low": """
        low, lowest, minor, none, p4, p5, planning, sev4, sev5, trivial, very low, wishlist, gering, niedrig, niedrige,
        niedrigste, sehr niedrig, basse, faible, baja, bajo, muy baja
    """,
}
_LEVELS: Final[dict[str, Level]] = {
    " ".join(name.split()): level for level, names in _NAMES.items() for name in names.split(",")
}
_WORD: Final = re.compile(r"[^\W_]+")
_DIGIT: Final = re.compile(r"\d")
_MEANING_PRIORITY: Final = frozenset(("priority", "priorität", "priorité", "prioridad"))


@dataclass(frozen=True, slots=True)
class Priorities:
    """A tenant's priorities, in the spellings of its tickets, by what they mean."""

    high: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def level_of(priority: str) -> Level | None:
    """None if the name is not known. It may stand beside a number or a code: “1 - Critical”, “P3 (low)”, “Sev 1”."""
    words = [each for each in _WORD.findall(priority.casefold()) if each not in _MEANING_PRIORITY]
    names = " ".join(each for each in words if not _DIGIT.search(each)), "".join(words)
    return next((_LEVELS[name] for name in names if name in _LEVELS), None)


def sort_priorities(names: Iterable[str]) -> Priorities:
    """The names by their level."""
    by_level: dict[Level | None, list[str]] = {}
    for name in sorted(names):
        by_level.setdefault(level_of(name), []).append(name)
    return Priorities(*(tuple(by_level.get(level, ())) for level in ("high", "low", None)))
