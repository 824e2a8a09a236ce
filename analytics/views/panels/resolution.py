"""How long it took to close the tickets closed in the period."""

from dataclasses import dataclass

from analytics.dashboard.wording import Change, change, ratio_change
from analytics.figures import FEWEST_FOR_RATIO, DashboardFigures, Resolution
from supportsaas.formatting import format_number, format_rough_duration


@dataclass(frozen=True, slots=True)
class ResolutionFact:
    """A number and its change; `change` is None if there is nothing to compare with."""

    name: str
    text: str
    change: Change | None
    before: str


def resolution_facts(figures: DashboardFigures) -> tuple[ResolutionFact, ...]:
    """Empty if nothing was closed or reopened, now or before."""
    now, before = figures.resolution, figures.previous_resolution if figures.has_earlier_data else None
    if not any(each and (each.resolved or each.reopened or each.untimed) for each in (now, before)):
        return ()
    has_ratio = before is not None and before.resolved >= FEWEST_FOR_RATIO
    was = before or Resolution()
    return (
        _count("Resolved", now.resolved, was.resolved if before else None),
        _length("Median time", now.median_seconds, was.median_seconds, has_ratio=has_ratio),
        _length("90th percentile", now.p90_seconds, was.p90_seconds, has_ratio=has_ratio),
        _count("Reopened", now.reopened, was.reopened if before else None),
    )


def _count(name: str, now: int, before: int | None) -> ResolutionFact:
    if before is None:
        return ResolutionFact(name, format_number(now), None, "")
    return ResolutionFact(name, format_number(now), change(now, before), format_number(before) if before else "")


def _length(name: str, now: float | None, before: float | None, *, has_ratio: bool) -> ResolutionFact:
    return ResolutionFact(
        name,
        format_rough_duration(now),
        ratio_change(now, before) if has_ratio and now is not None and before else None,
        "" if before is None else format_rough_duration(before),
    )
