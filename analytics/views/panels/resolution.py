"""How long it took to close what was closed."""

from dataclasses import dataclass

from analytics.figures import DashboardFigures
from analytics.words import Change, change, length_words
from supportsaas.templatetags.presentation import grouped


@dataclass(frozen=True, slots=True)
class ResolutionFact:
    """A number in words, and how it stands to the one before; `change` is None where there is nothing to compare."""

    name: str
    words: str
    change: Change | None
    before: str


def resolution_facts(figures: DashboardFigures) -> tuple[ResolutionFact, ...]:
    """Nothing where nothing was closed or reopened, now or before."""
    now, before = figures.resolution, figures.previous_resolution
    if not any((now.resolved, now.untimed, now.reopened, before.resolved, before.untimed, before.reopened)):
        return ()
    return (
        _count("Resolved", now.resolved, before.resolved),
        _length("Median time", now.median_seconds, before.median_seconds),
        _length("90th percentile", now.p90_seconds, before.p90_seconds),
        _count("Reopened", now.reopened, before.reopened),
    )


def _count(name: str, now: int, before: int) -> ResolutionFact:
    return ResolutionFact(name, grouped(now), change(now, before), grouped(before) if before else "")


def _length(name: str, now: float | None, before: float | None) -> ResolutionFact:
    return ResolutionFact(
        name,
        "–" if now is None else length_words(now),
        change(now, before) if now is not None and before is not None else None,
        "" if before is None else length_words(before),
    )
