"""The control that chooses the period of a page: presets, dates, and a step to the period before or after.

Every choice is a link or a form that leads to an address, so the address always names what is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tickets.records.period_wording import PERIOD_NAMES, period_name, period_text
from tickets.records.periods import CALENDAR, CUSTOM, ROLLING, ChosenPeriod

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    name: str
    text: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PeriodStep:
    """The period before or after, in words and as a query string."""

    text: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodControl:
    """`text` is the period's name and `days` its days, empty if they are its name. `others` are parameters to keep.

    Without a period, because the address has none that is valid, there are no steps and the menu is open.
    """

    text: str
    days: str
    groups: tuple[tuple[PeriodChoice, ...], ...]
    earlier: PeriodStep | None
    later: PeriodStep | None
    first_day: str
    last_day: str
    others: Parameters
    is_open: bool


def period_control(
    chosen: ChosenPeriod | None,
    *,
    others: Parameters = (),
    given: Mapping[str, str] = MappingProxyType({}),
    zone: ZoneInfo,
    now: datetime,
) -> PeriodControl:
    """`given` are the parameters of the address: dates that are not valid are shown as they were entered."""
    name = chosen.name if chosen else ""
    groups = tuple(tuple(_choices(names, name, others)) for names in (CALENDAR, ROLLING))
    if chosen is None:
        dates = {each: given.get(each, "") for each in ("from", "to")}
        text, days = "Choose a period", ""
        earlier = later = None
    else:
        dates = {"from": chosen.first_day(zone).isoformat(), "to": chosen.last_day(zone).isoformat()}
        text, days = period_name(chosen, zone), period_text(chosen.period, zone)
        earlier = _step(chosen.step(-1, zone=zone, now=now), others, zone)
        following = chosen.step(1, zone=zone, now=now)
        later = _step(following, others, zone) if following and following.period.start <= now else None
    return PeriodControl(
        text=text,
        days=days if days != text else "",
        groups=groups,
        earlier=earlier,
        later=later,
        first_day=dates["from"],
        last_day=dates["to"],
        others=others,
        is_open=chosen is None,
    )


def _choices(names: Iterable[str], chosen: str, others: Parameters) -> Iterable[PeriodChoice]:
    for name in names:
        yield PeriodChoice(name, PERIOD_NAMES[name], urlencode([("period", name), *others]), name == chosen)


def _step(period: ChosenPeriod | None, others: Parameters, zone: ZoneInfo) -> PeriodStep | None:
    if period is None:
        return None
    name, days = period_name(period, zone), period_text(period.period, zone)
    text = f"{name}, {days}" if period.name != CUSTOM and name != days else days
    return PeriodStep(text, urlencode([*period.parameters(zone), *others]))
