"""Finds what unusually many customers wrote within an hour, or within six. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tickets.incidents.normal import Normal, WeekPart
from tickets.incidents.rule import Assessment, Week, assess, least_possible
from tickets.incidents.seen import SeenTicket

FLOOR: Final = 5
"""Fewer customers are no incident, so that small tenants do not cry wolf."""

LEAST_RATIO: Final = 2.0
LEAST_EXPOSURE: Final = 0.25
"""If many more customers than usual write, more of them use any phrase. Beyond four times, something is wrong anyway."""

OVERLAP: Final = 0.5
"""Phrases of which one shares this part of its tickets with the other are about the same."""


@dataclass(frozen=True, slots=True)
class Window:
    """How far is looked back, and how likely it may be that ordinary tickets of one look contain an incident."""

    length: timedelta
    chance: float


def _window(hours: int) -> Window:
    """Half a false incident a week, shared by the windows. A window that slides is as good as four separate ones."""
    looks_a_week = 7 * 24 / hours * 4
    return Window(timedelta(hours=hours), 0.25 / looks_a_week)


WINDOWS: Final = (_window(1), _window(6))
LONGEST: Final = max(each.length for each in WINDOWS)


@dataclass(frozen=True, slots=True)
class UnusualPhrase:
    """A phrase that unusually many customers used in the window before `at`, and in which tickets."""

    phrase: str
    hours: int
    at: datetime
    assessment: Assessment
    tickets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Phrases in mostly the same tickets, the most unusual first."""

    phrases: tuple[UnusualPhrase, ...]
    tickets: tuple[SeenTicket, ...]

    @property
    def customers(self) -> int:
        return len({each.customer_id for each in self.tickets})


def find_unusual(tickets: Sequence[SeenTicket], normal: Normal, *, now: datetime) -> list[Finding]:
    """What is unusual now, the most unusual first. `tickets`: those of the longest window, in any order."""
    phrases: dict[str, UnusualPhrase] = {}
    for window in WINDOWS:
        start = now - window.length
        inside = [each for each in tickets if start <= each.created_at < now]
        for found in _unusual_in(inside, normal, window, now):
            known = phrases.get(found.phrase)
            if known is None or known.assessment.excess < found.assessment.excess:
                phrases[found.phrase] = found
    return _group(list(phrases.values()), tickets)


def _unusual_in(
    tickets: Sequence[SeenTicket], normal: Normal, window: Window, now: datetime
) -> Iterator[UnusualPhrase]:
    customers: defaultdict[str, set[str]] = defaultdict(set)
    for each in tickets:
        for phrase in each.phrases:
            customers[phrase].add(each.customer_id)
    shared = {phrase: len(used) for phrase, used in customers.items() if len(used) > 1}
    chance = window.chance / max(len(shared), 1)
    least = least_possible(chance=chance, floor=FLOOR)
    possible = [phrase for phrase, count in shared.items() if count >= least]
    if not possible:
        return
    everybody = len({each.customer_id for each in tickets})
    weeks = normal.find_weeks(now - window.length, now)
    for phrase in possible:
        count = shared[phrase]
        sample = [_week(each, phrase, others=everybody - count) for each in weeks]
        found = assess(count, sample, chance=chance, floor=FLOOR, least_ratio=LEAST_RATIO)
        if found is not None and found.is_unusual:
            ids = frozenset(each.external_id for each in tickets if phrase in each.phrases)
            yield UnusualPhrase(phrase, window.length // timedelta(hours=1), now, found, ids)


def _week(part: WeekPart, phrase: str, *, others: int) -> Week:
    """The customers with the phrase, and how busy the week was: by the customers without it, compared with `others` now."""
    count = part.customers_with(phrase)
    exposure = (part.customers - count + 1) / (others + 1)
    return Week(count, min(max(exposure, LEAST_EXPOSURE), 1.0))


def _group(phrases: Sequence[UnusualPhrase], tickets: Iterable[SeenTicket]) -> list[Finding]:
    """A phrase joins the most unusual one that it mostly shares its tickets with."""
    groups: list[tuple[list[UnusualPhrase], set[str]]] = []
    for each in sorted(phrases, key=lambda one: (-one.assessment.excess, -len(one.tickets), one.phrase)):
        for members, ids in groups:
            if len(ids & each.tickets) >= OVERLAP * min(len(ids), len(each.tickets)):
                members.append(each)
                ids |= each.tickets
                break
        else:
            groups.append(([each], set(each.tickets)))
    in_order = sorted(tickets, key=lambda one: (one.created_at, one.external_id))
    return [
        Finding(tuple(members), tuple(each for each in in_order if each.external_id in ids)) for members, ids in groups
    ]
