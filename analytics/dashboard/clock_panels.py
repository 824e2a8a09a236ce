"""How long replies and resolutions took: the panels of the dashboard, and what the digest says of them."""

from dataclasses import dataclass, replace

from analytics.dashboard.links import TicketLinks
from analytics.dashboard.wording import Change, Tone, change, ratio_change, tone_of
from analytics.figures import FEWEST_FOR_RATIO, NOT_STOPPED, ClockFigures, DashboardFigures, Durations
from supportsaas.formatting import format_count, format_number, format_percent, format_rough_duration


@dataclass(frozen=True, slots=True)
class ClockFact:
    """A number and its change; `change` is None if there is nothing to compare with.

    `beside` is a note: the same in calendar time, where `text` is in business hours, or the targets that were breached.
    `url` leads to the tickets that `text` counts, `beside_url` to those of the note. `is_up_bad` None: neither is.
    """

    name: str
    text: str
    change: Change | None = None
    before: str = ""
    beside: str = ""
    url: str = ""
    beside_url: str = ""
    is_up_bad: bool | None = None

    @property
    def tone(self) -> Tone:
        return tone_of(self.change, is_up_bad=self.is_up_bad)


@dataclass(frozen=True, slots=True)
class ClockPanel:
    """`unknown` says how many are left out, empty if none; `all_url` leads to all `stopped`, including those."""

    facts: tuple[ClockFact, ...]
    unknown: str
    stopped: int
    all_url: str


def first_reply_panel(figures: DashboardFigures, links: TicketLinks) -> ClockPanel | None:
    """None if no first reply is known, now or before."""
    now, before = _now_and_before(figures, "first_reply")
    if not any(each and (each.stopped or each.decided) for each in (now, before)):
        return None
    facts = (
        _counted("First replies", "first_reply", now, before, links),
        *_times(now, before),
        _share_met("first_reply", now, before, links),
    )
    unknown = f"{format_count(now.unknown, 'ticket')} not included: first reply unknown." if now.unknown else ""
    return ClockPanel(facts, unknown, now.stopped, links.stopped("first_reply"))


def resolution_panel(figures: DashboardFigures, links: TicketLinks) -> ClockPanel | None:
    """None if nothing was closed or reopened, now or before."""
    now, before = _now_and_before(figures, "resolution")
    reopened = (figures.reopened, figures.previous_reopened if before else 0)
    if not any(each and each.stopped for each in (now, before)) and not any(reopened):
        return None
    facts = (
        _counted("Resolved", "resolution", now, before, links),
        *_times(now, before),
        _share_met("resolution", now, before, links),
        _count("Reopened", figures.reopened, figures.previous_reopened if before else None),
    )
    unknown = (
        f"{format_count(now.unknown, 'resolved ticket')} not included: closing time unknown." if now.unknown else ""
    )
    return ClockPanel(facts, unknown, now.stopped, links.stopped("resolution"))


def _now_and_before(figures: DashboardFigures, clock: str) -> tuple[ClockFigures, ClockFigures | None]:
    before = figures.previous_clocks.get(clock, NOT_STOPPED) if figures.has_earlier_data else None
    return figures.clocks.get(clock, NOT_STOPPED), before


def _counted(name: str, clock: str, now: ClockFigures, before: ClockFigures | None, links: TicketLinks) -> ClockFact:
    """How many have a known time. A list has the others too, so the number leads to it only if there are none."""
    fact = _count(name, now.calendar.count, before.calendar.count if before else None)
    is_all = 0 < now.calendar.count == now.stopped
    return replace(fact, url=links.stopped(clock) if is_all else "")


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


def _share_met(clock: str, now: ClockFigures, before: ClockFigures | None, links: TicketLinks) -> ClockFact:
    """Of all promises that were decided in the period."""
    if now.met_ratio is None:
        return ClockFact("Targets met", format_number(None), beside="no target applied")
    was = before.met_ratio if before else None
    has_ratio = before is not None and before.decided >= FEWEST_FOR_RATIO
    return ClockFact(
        "Targets met",
        format_percent(now.met_ratio),
        ratio_change(now.met_ratio, was) if has_ratio and was else None,
        "" if was is None else format_percent(was),
        f"{format_number(now.breached)} of {format_number(now.decided)} breached",
        beside_url=links.stopped(clock, met=False) if now.breached else "",
        is_up_bad=False,
    )
