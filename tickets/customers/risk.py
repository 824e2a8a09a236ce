"""The risk that a customer leaves: 0 to 100, the sum of five parts. Pure; `docs/counting.md` explains it to readers.

What happened counts less with time: half after 30 days, a quarter after 60, and nothing after 180. The parts are
rounded before they are added up, so that the numbers on a page do. A part that is not known is left out and named: it
adds nothing, and the others are not scaled up for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal

PartName = Literal["repeated", "negative", "open_urgent", "reopened", "leaving"]

MOST: Final[Mapping[PartName, int]] = {
    "repeated": 25,
    "negative": 25,
    "open_urgent": 20,
    "reopened": 10,
    "leaving": 20,
}
"""The most points of each part. Together 100."""

HALF_LIFE: Final = timedelta(days=30)
FORGOTTEN_AFTER: Final = timedelta(days=180)
TREND_OVER: Final = timedelta(days=7)

REPEATED_WITHIN: Final = timedelta(days=30)
HALF_REPEATED: Final = 4
"""This many repeat contacts have half of the points, twice as many three quarters: the tenth says less than the second."""
POINTS_REOPENED: Final = 6

RECENT: Final = timedelta(days=90)
PAST: Final = timedelta(days=365)
"""The own past is what lies between: older than `RECENT`, and no older than `PAST`."""
FEWEST_RECENT, FEWEST_PAST = 2, 5
"""Classified tickets. With fewer, a share is chance."""
FULL_RISE: Final = 0.5
"""A share of negative tickets that is higher by this much has all points."""

FULL_RATIO: Final = 4.0
"""An urgent ticket that is open for this many times as long as usual has all points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A ticket of the customer. `turns`: when it was closed, reopened, closed … `leaving_word`: empty if it has none."""

    created_at: datetime
    is_high: bool
    sentiment: str
    is_open: bool
    turns: tuple[datetime, ...] = ()
    leaving_word: str = ""

    def is_open_at(self, moment: datetime) -> bool:
        return self.created_at <= moment and sum(each <= moment for each in self.turns) % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a risk: its points, None if they are not known, and the numbers behind it (`wording` has the words)."""

    name: PartName
    points: int | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """`change` is against a week ago by the same formula. `is_new`: the customer had no ticket then."""

    parts: tuple[Part, ...]
    change: int
    is_new: bool

    @property
    def score(self) -> int:
        return score_of(self.parts)


def score_of(parts: Iterable[Part]) -> int:
    return sum(each.points or 0 for each in parts)


def assess(
    contacts: Sequence[Contact], *, now: datetime, usual_urgent: timedelta | None, oldest_urgent: datetime | None = None
) -> Risk:
    """The risk of a customer with these tickets.

    `usual_urgent`: the median time in which the tenant resolves urgent tickets; None if it is not known.
    `oldest_urgent`: the creation of the oldest urgent ticket that is open now, if it is not among the contacts.
    """
    before = now - TREND_OVER
    older = [oldest_urgent] if oldest_urgent is not None else []
    open_now = [each.created_at for each in contacts if each.is_high and each.is_open]
    open_then = [each.created_at for each in contacts if each.is_high and each.is_open_at(before)]
    parts = _parts(contacts, now, [*open_now, *older], usual_urgent)
    parts_then = _parts(contacts, before, [*open_then, *(each for each in older if each <= before)], usual_urgent)
    is_new = not any(each.created_at <= before for each in contacts)
    return Risk(parts=parts, change=score_of(parts) - score_of(parts_then), is_new=is_new)


def weight_of(age: timedelta) -> float:
    """How much counts what happened so long ago: 1 to 0."""
    if age > FORGOTTEN_AFTER:
        return 0.0
    return float(0.5 ** (max(age, timedelta(0)) / HALF_LIFE))


def _parts(
    contacts: Iterable[Contact], moment: datetime, open_urgent: Sequence[datetime], usual_urgent: timedelta | None
) -> tuple[Part, ...]:
    known = sorted((each for each in contacts if each.created_at <= moment), key=lambda each: each.created_at)
    return (
        _repeated(known, moment),
        _negative(known, moment),
        _open_urgent(open_urgent, moment, usual_urgent),
        _reopened(known, moment),
        _leaving(known, moment),
    )


def _repeated(contacts: Sequence[Contact], moment: datetime) -> Part:
    """Each ticket within 30 days of the one before."""
    repeated = [
        later.created_at
        for earlier, later in pairwise(contacts)
        if later.created_at - earlier.created_at <= REPEATED_WITHIN
    ]
    recent = sum(moment - each.created_at <= REPEATED_WITHIN for each in contacts)
    contacts_now = sum(weight_of(moment - each) for each in repeated)
    points = MOST["repeated"] * (1 - 0.5 ** (contacts_now / HALF_REPEATED))
    return _part("repeated", points, {"recent": recent, "days": _days(moment, repeated)})


def _negative(contacts: Sequence[Contact], moment: datetime) -> Part:
    """The share of negative tickets lately against that of the time before."""
    classified = [each for each in contacts if each.sentiment != "unknown"]
    recent = [each for each in classified if moment - each.created_at <= RECENT]
    past = [each for each in classified if RECENT < moment - each.created_at <= PAST]
    negative = [each.created_at for each in recent if each.sentiment == "negative"]
    if not negative:
        return _part("negative", 0.0, {})
    if len(recent) < FEWEST_RECENT or len(past) < FEWEST_PAST:
        return Part(name="negative", points=None, facts={"past": len(past), "recent": len(recent)})
    weights = [(weight_of(moment - each.created_at), each.sentiment == "negative") for each in recent]
    share = sum(weight for weight, is_negative in weights if is_negative) / sum(weight for weight, _ in weights)
    share_before = sum(each.sentiment == "negative" for each in past) / len(past)
    rise = min(max(share - share_before, 0.0) / FULL_RISE, 1.0)
    points = MOST["negative"] * rise * weight_of(moment - max(negative))
    return _part("negative", points, {"share": share, "before": share_before})


def _open_urgent(created: Sequence[datetime], moment: datetime, usual: timedelta | None) -> Part:
    """How long the oldest open urgent ticket has been open, against how long an urgent one usually takes."""
    if not created:
        return _part("open_urgent", 0.0, {})
    age = moment - min(created)
    facts = {"count": len(created), "seconds": age.total_seconds()}
    if usual is None or not usual:
        return Part(name="open_urgent", points=None, facts=facts)
    above = min(max(age / usual - 1, 0.0) / (FULL_RATIO - 1), 1.0)
    return _part("open_urgent", MOST["open_urgent"] * above, {**facts, "usual": usual.total_seconds()})


def _reopened(contacts: Sequence[Contact], moment: datetime) -> Part:
    reopened = [each for contact in contacts for each in contact.turns[1::2] if each <= moment]
    counted = [each for each in reopened if moment - each <= FORGOTTEN_AFTER]
    points = POINTS_REOPENED * sum(weight_of(moment - each) for each in counted)
    return _part("reopened", points, {"count": len(counted), "days": _days(moment, counted)})


def _leaving(contacts: Sequence[Contact], moment: datetime) -> Part:
    """The newest ticket with a leaving word."""
    said = [(each.created_at, each.leaving_word) for each in contacts if each.leaving_word]
    if not said:
        return _part("leaving", 0.0, {})
    at, word = max(said)
    return _part("leaving", MOST["leaving"] * weight_of(moment - at), {"word": word, "days": _days(moment, [at])})


def _part(name: PartName, points: float, facts: Mapping[str, Any]) -> Part:
    return Part(name=name, points=int(min(points, MOST[name]) + 0.5), facts=facts)


def _days(moment: datetime, moments: Sequence[datetime]) -> int | None:
    """Whole days since the latest."""
    return (moment - max(moments)).days if moments else None
