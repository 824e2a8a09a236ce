"""A try-out for display: its sentence, the firings with their lists, and how many there were by week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from supportsaas.formatting import format_count, format_day
from tickets.number_alerts.lists import list_path, tickets_at
from tickets.number_alerts.model import NumberAlert
from tickets.number_alerts.rules import Firing
from tickets.number_alerts.try_out import TryOut, try_out
from tickets.number_alerts.wording import try_out_sentence
from tickets.store.filters import FilterError

MOST_SHOWN: Final = 20
A_WEEK: Final = timedelta(days=7)
HEIGHT: Final = 48
"""Of the highest bar, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFiring:
    """`url`: the list of the tickets of the peak; empty where none is exact."""

    firing: Firing
    peak: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekBar:
    """`x` in percent of the width, `height` in pixels from the bottom."""

    title: str
    count: int
    x: float
    height: float

    @property
    def y(self) -> float:
        return HEIGHT - self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOutPanel:
    """`problem`: why there is nothing to show."""

    problem: str = ""
    sentence: str = ""
    firings: tuple[ShownFiring, ...] = ()
    weeks: tuple[WeekBar, ...] = ()
    count: int = 0

    @property
    def week_width(self) -> str:
        """In percent, with a gap to the next week."""
        return f"{90 / max(len(self.weeks), 1):.2f}"


def try_out_panel(alert: NumberAlert, *, now: datetime) -> TryOutPanel:
    try:
        found = try_out(alert, now=now)
    except FilterError as error:
        return TryOutPanel(problem=f"The view cannot be used: “{error.field}” {error.reason}.")
    if found.why_not:
        return TryOutPanel(problem=found.why_not)
    return TryOutPanel(
        sentence=try_out_sentence(found),
        firings=tuple(_shown(alert, each) for each in found.firings[:MOST_SHOWN]),
        weeks=_weeks(found, alert),
        count=found.count,
    )


def _shown(alert: NumberAlert, firing: Firing) -> ShownFiring:
    address = list_path(alert.tenant.slug, tickets_at(alert, firing.peak_at))
    return ShownFiring(firing=firing, peak=alert.show(firing.peak), url=address)


def _weeks(found: TryOut, alert: NumberAlert) -> tuple[WeekBar, ...]:
    """The firings that began in each week, counted back from now."""
    number = max(-(-(found.until - found.since) // A_WEEK), 1)
    counts = [0] * number
    for each in found.firings:
        counts[max(number - 1 - (found.until - each.start) // A_WEEK, 0)] += 1
    most = max(max(counts), 1)
    begin = found.until - number * A_WEEK
    return tuple(
        WeekBar(
            title=f"Week from {format_day((begin + place * A_WEEK).astimezone(alert.tenant.zone))}: "
            f"{format_count(count, 'alert')}",
            count=count,
            x=100 * place / number,
            height=HEIGHT * count / most,
        )
        for place, count in enumerate(counts)
    )
