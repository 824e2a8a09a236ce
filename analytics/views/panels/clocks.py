"""How long replies and resolutions took: the panels of the dashboard."""

from dataclasses import dataclass

from analytics.dashboard.wording import Change, change, ratio_change
from analytics.figures import FEWEST_FOR_RATIO, NOT_STOPPED, ClockFigures, DashboardFigures, Durations
from supportsaas.formatting import format_count, format_number, format_percent, format_rough_duration


@dataclass(frozen=True, slots=True)
class ClockFact:
    """A number and its change; `change` is None if there is nothing to compare with.

    `beside` is the same in calendar time, where `text` is in business hours. `is_up_bad` None: neither is.
    """

    name: str
    text: str
    change: Change | None = None
    before: str = ""
    beside: str = ""
    is_up_bad: bool | None = None

    @property
    def tone(self) -> str:
        """`better`, `worse`, or empty."""
        if self.change is None or self.is_up_bad is None or self.change.direction == "same":
            return ""
        return "worse" if (self.change.direction == "up") is self.is_up_bad else "better"


@dataclass(frozen=True, slots=True)
class ClockPanel:
    """`unknown` says how many are left out, empty if none."""

    facts: tuple[ClockFact, ...]
    unknown: str


def first_reply_panel(figures: DashboardFigures) -> ClockPanel | None:
    """None if no first reply is known, now or before."""
    now, before = _now_and_before(figures, "first_reply")
    if not any(each and (each.stopped or each.decided) for each in (now, before)):
        return None
    facts = (
        _count("First replies", now.calendar.count, before.calendar.count if before else None),
        *_times(now, before),
        _share_met(now, before),
    )
    unknown = f"{format_count(now.unknown, 'ticket')} not included: first reply unknown." if now.unknown else ""
    return ClockPanel(facts, unknown)


def resolution_panel(figures: DashboardFigures) -> ClockPanel | None:
    """None if nothing was closed or reopened, now or before."""
    now, before = _now_and_before(figures, "resolution")
    reopened = (figures.reopened, figures.previous_reopened if before else 0)
    if not any(each and each.stopped for each in (now, before)) and not any(reopened):
        return None
    facts = (
        _count("Resolved", now.calendar.count, before.calendar.count if before else None),
        *_times(now, before),
        _share_met(now, before),
        _count("Reopened", figures.reopened, figures.previous_reopened if before else None),
    )
    unknown = (
        f"{format_count(now.unknown, 'resolved ticket')} not included: closing time unknown." if now.unknown else ""
    )
    return ClockPanel(facts, unknown)


def _now_and_before(figures: DashboardFigures, clock: str) -> tuple[ClockFigures, ClockFigures | None]:
    before = figures.previous_clocks.get(clock, NOT_STOPPED) if figures.has_earlier_data else None
    return figures.clocks.get(clock, NOT_STOPPED), before


def _count(name: str, now: int, before: int | None) -> ClockFact:
    if before is None:
        return ClockFact(name, format_number(now))
    return ClockFact(name, format_number(now), change(now, before), format_number(before) if before else "")


def _times(now: ClockFigures, before: ClockFigures | None) -> tuple[ClockFact, ...]:
    """The median and the 90th percentile, in business hours where the tenant has them, with calendar time beside."""
    in_business_hours = bool(now.business.count)
    shown = now.business if in_business_hours else now.calendar
    was = Durations() if before is None else before.business if in_business_hours else before.calendar
    has_ratio = was.count >= FEWEST_FOR_RATIO
    beside = now.calendar if in_business_hours else None
    return (
        _length(
            "Median time",
            shown.median_seconds,
            was.median_seconds,
            has_ratio,
            beside.median_seconds if beside else None,
        ),
        _length(
            "90th percentile", shown.p90_seconds, was.p90_seconds, has_ratio, beside.p90_seconds if beside else None
        ),
    )


def _length(name: str, now: float | None, before: float | None, has_ratio: bool, beside: float | None) -> ClockFact:
    return ClockFact(
        name,
        format_rough_duration(now),
        ratio_change(now, before) if has_ratio and now is not None and before else None,
        "" if before is None else format_rough_duration(before),
        "" if beside is None else f"in business hours; {format_rough_duration(beside)} in all",
        is_up_bad=True,
    )


def _share_met(now: ClockFigures, before: ClockFigures | None) -> ClockFact:
    """Of all promises that were decided in the period."""
    if now.met_ratio is None:
        return ClockFact("Targets met", format_number(None), beside="no target applied")
    share, of = format_percent(now.met_ratio), f"{format_number(now.met)} of {format_number(now.decided)}"
    if before is None or before.met_ratio is None:
        return ClockFact("Targets met", share, beside=of)
    has_ratio = before.decided >= FEWEST_FOR_RATIO and before.met_ratio
    return ClockFact(
        "Targets met",
        share,
        ratio_change(now.met_ratio, before.met_ratio) if has_ratio else None,
        format_percent(before.met_ratio),
        beside=of,
        is_up_bad=False,
    )
